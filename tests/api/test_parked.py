"""Whatever is read of a view with parked events says so: every route that the document has, in every form."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from python_calamine import CalamineWorkbook

from domain.recorded import RECORDING_ROLES, Role
from infrastructure.bootstrap import Liuhen
from infrastructure.issuer import Holder, Issuer
from tests.api.conftest import Client
from tests.api.test_exports import read
from tests.stages import OWNER
from tests.unknown_event import TOPIC, record_unknown_event

TITLE = "# 搁置而未计入的事件 events left out"
FEWEST = 60
"""Routes that answer from views."""


def told(answer: Any) -> Iterator[dict[str, Any]]:
    """Every freshness in an answer."""
    match answer:
        case {"freshness": dict() as fresh}:
            yield fresh
    for part in answer.values() if isinstance(answer, dict) else answer if isinstance(answer, list) else ():
        yield from told(part)


def schemas(document: dict[str, Any], operation: dict[str, Any]) -> dict[str, Any]:
    """The answer of an operation, as the document says it."""
    content = operation["responses"]["200"].get("content", {}).get("application/json", {})
    name = content.get("schema", {}).get("$ref", "").rsplit("/", 1)[-1]
    return dict(document["components"]["schemas"].get(name, {}).get("properties", {}))


@pytest.fixture
def reader(http: Any, issuer: Issuer) -> Client:
    holder = Holder("whole", "全部角色", RECORDING_ROLES | {Role.AUDITOR})
    return Client(http, issuer.issue(holder, days=1))


def test_every_answer_of_every_view_tells_of_parked_events(
    app: FastAPI, client: Client, reader: Client, liuhen: Liuhen
) -> None:
    client.enrol()
    project = client.file()["subject"]
    system = client.ready(project)
    client.done(f"/systems/{system}/corrections", "2019-07-01", {"version": 4, "reason": "误录"})
    record_unknown_event(liuhen.conninfo, UUID(int=1))
    liuhen.engine.catch_up()
    assert {liuhen.engine.freshness(view).parked for view in liuhen.engine.names()} == {1}
    document, asked = app.openapi(), 0
    views: set[str] = set()
    named = {"project_id": project, "subject": project, "rule": "G03", "uscc": OWNER}
    named |= {"view": "register", "list_name": "projects"}
    for path, methods in document["paths"].items():
        operation = methods.get("get", {})
        if "200" not in operation.get("responses", {}) or "freshness" not in schemas(document, operation):
            continue
        if path.endswith("/history"):
            continue  # told where a correction is in it, as below
        there = path.removeprefix("/v1").format_map(named)
        parameters = {p["name"]: p for p in operation.get("parameters", ())}
        needed = {
            name: document["components"]["schemas"][p["schema"]["$ref"].rsplit("/", 1)[1]]["enum"][0]
            for name, p in parameters.items()
            if p.get("required") and p["in"] == "query"
        }
        answer = reader.get(there, **needed)
        assert answer.status_code == 200, (path, answer.text)
        found = list(told(answer.json()))
        assert all(fresh["parked"] == 1 for fresh in found), path
        asked += 1
        assert found, path
        first = not {fresh["view"] for fresh in found} <= views  # of each view one is enough in other ways
        views |= {fresh["view"] for fresh in found}
        if first and "as_of_happened" in parameters:
            then = reader.get(there, **needed, as_of_happened="2019-12-31")
            assert then.status_code == 200, (path, then.text)
            assert all(fresh["parked"] == 1 for fresh in told(then.json())), path
        if "format" not in parameters:
            continue
        _, below = read(reader.get(there, **needed, format="csv").content)
        assert below[TITLE] == "1", path
        if not first:
            continue
        book = CalamineWorkbook.from_filelike(io.BytesIO(reader.get(there, **needed, format="xlsx").content))
        assert [TITLE, 1] in [row[:2] for row in book.get_sheet_by_name("出处 provenance").to_python()], path
    assert asked >= FEWEST
    assert len(views) == len(liuhen.engine.names())
    # What decisions rested on is read from a view, too.
    history = reader.get(f"/projects/{project}/history").json()
    assert (history["freshness"]["view"][:11], history["freshness"]["parked"]) == ("supervision", 1)
    # What cannot be decoded is shown where it is traced.
    position = record_unknown_event(liuhen.conninfo, UUID(system))
    liuhen.engine.catch_up()
    row = reader.get("/sharing/systems").json()["items"][0]
    behind = reader.http.get(row["trace"], headers=reader.headers).json()
    assert (behind["items"][-1]["position"], behind["items"][-1]["topic"]) == (position, TOPIC)
    assert "不能解读" in behind["items"][-1]["zh"]
    assert behind["total"] == len(behind["items"]) > 1
