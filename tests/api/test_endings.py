"""What is going to end says so in every answer and in the document, and is not served from its day on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from uuid import uuid4

import http_sf
import pytest
from starlette.testclient import TestClient

from api.endings import ENDINGS, Ending
from api.main import create_app
from domain.recorded import RECORDING_ROLES, Role
from domain.rule import text
from infrastructure.bootstrap import Liuhen
from infrastructure.issuer import Holder, Issuer
from tests.api.conftest import SHARING, Client
from tests.contract.breaking import breaks
from tests.described import document

SINCE, LATER, PAST = date(2020, 2, 1), date(2999, 12, 31), date(2020, 8, 1)
INSTEAD = text("改用新的", "use the new one")
SOON = [
    Ending("ProjectsReadProject", SINCE, LATER, INSTEAD, successor="/v1/register/projects"),
    Ending("ReportProgress", SINCE, LATER, INSTEAD),
    Ending("ProjectsReadNext", SINCE, LATER, INSTEAD, part="on"),
    Ending("schemas/ReportProgress", SINCE, LATER, INSTEAD, part="summary"),
]
GONE = [
    Ending("ReportProgress", SINCE, PAST, INSTEAD, successor="/v1/projects/{subject}/amounts"),
    Ending("ProjectsReadNext", SINCE, PAST, INSTEAD, part="on"),
]


def serving(liuhen: Liuhen, endings: list[Ending]) -> Iterator[Client]:
    issuer = Issuer(liuhen.settings.data_dir)
    with TestClient(create_app(liuhen, issuer, endings=endings), raise_server_exceptions=False) as http:
        roles = RECORDING_ROLES | {Role.AUDITOR}
        yield Client(http, issuer.issue(Holder("client", "测试对接单位", roles), days=1))


@pytest.fixture
def before(liuhen: Liuhen) -> Iterator[Client]:
    """While what ends is served."""
    yield from serving(liuhen, SOON)


@pytest.fixture
def after(liuhen: Liuhen) -> Iterator[Client]:
    """When it is not any more."""
    yield from serving(liuhen, GONE)


def told(answer: Any) -> tuple[date, date, str]:
    """Since when, until when, and the links, as libraries read them."""
    parsed: Any = http_sf.parse(answer.headers["deprecation"].encode(), tltype="item")
    since = parsed[0]
    moment = since if isinstance(since, datetime) else datetime.fromtimestamp(int(since), UTC)
    return moment.astimezone(UTC).date(), parsedate_to_datetime(answer.headers["sunset"]).date(), answer.headers["link"]


def test_nothing_ends_today() -> None:
    assert ENDINGS == ()
    assert "x-sunset" not in json.dumps(document())


def test_every_answer_says_that_it_is_going_to_end(before: Client) -> None:
    before.enrol()
    project = before.file()["subject"]
    read = before.get(f"/projects/{project}")
    since, until, links = told(read)
    assert (read.status_code, since, until) == (200, SINCE, LATER)
    assert '</v1/register/projects>; rel="successor-version"' in links
    assert 'rel="deprecation"' in links
    assert 'rel="sunset"' in links
    assert before.http.get("/problems/gone").status_code == 200, "the links lead somewhere"
    # Also what is recorded by the quick way, what is refused, and a parameter only when it is used.
    before.done(f"/projects/{project}/sharing", "2019-01-20", SHARING)
    assert told(before.post(f"/projects/{project}/progress", "2019-03-01", {"percent": 5}))[1] == LATER
    assert told(before.post(f"/projects/{project}/progress", "2019-03-01", {"percent": 101}))[1] == LATER
    assert told(before.get(f"/projects/{project}/next", on="2019-06-01"))[1] == LATER
    for other in (f"/projects/{project}/next", f"/projects/{project}/history"):
        assert "deprecation" not in before.get(other).headers


def test_from_its_sunset_on_it_is_answered_410_and_does_nothing(after: Client, liuhen: Liuhen) -> None:
    after.enrol()
    project = after.file()["subject"]
    at = liuhen.ledger.position()
    refused = after.post(f"/projects/{project}/progress", "2019-03-01", {"percent": 5})
    assert (refused.status_code, refused.json()["type"]) == (410, "/problems/gone")
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["detail"] == "ReportProgress已于2020-08-01停用；改用新的"
    assert told(refused)[1] == PAST
    english = after.get(f"/projects/{project}/next", on="2019-06-01", headers={"Accept-Language": "en"})
    assert english.json()["detail"] == "ProjectsReadNext.on ended on 2020-08-01; use the new one"
    assert after.get(f"/projects/{project}/next").status_code == 200
    # Nor by way of a batch, whose other rows are recorded.
    rows: list[dict[str, Any]] = [
        {"path": f"/v1/projects/{project}/{step}", "idempotency_key": str(uuid4()), "if_match": "*",
         "happened_on": "2019-03-01", "act": act}
        for step, act in (("progress", {"percent": 5}), ("sharing", SHARING))
    ]  # fmt: skip
    body = "".join(f"{json.dumps(row)}\n" for row in rows)
    answer = after.http.post(
        "/v1/batch", content=body, headers={**after.headers, "Content-Type": "application/x-ndjson"}
    )
    assert [json.loads(line)["status"] for line in answer.text.splitlines()] == [410, 201]
    assert liuhen.ledger.position() == at + 1


def test_the_document_says_it_and_what_was_announced_may_go() -> None:
    whole = create_app(None, None, endings=SOON).openapi()
    read = whole["paths"]["/v1/projects/{project_id}"]["get"]
    assert (read["deprecated"], read["x-deprecated-since"], read["x-sunset"]) == (True, "2020-02-01", "2999-12-31")
    assert read["x-instead"]["zh"] == "改用新的"
    assert read["responses"]["410"] == {"$ref": "#/components/responses/Problem410"}
    asked = whole["paths"]["/v1/projects/{project_id}/next"]["get"]["parameters"]
    assert [p["name"] for p in asked if p.get("deprecated")] == ["on"]
    assert whole["components"]["schemas"]["ReportProgress"]["properties"]["summary"]["x-sunset"] == "2999-12-31"
    assert breaks(document(), whole, SINCE) == [], "to announce an ending breaks nobody"
    without = {**whole, "paths": {p: m for p, m in whole["paths"].items() if p != "/v1/projects/{project_id}"}}
    assert breaks(whole, without, LATER) == []
    assert breaks(whole, without, date(2999, 12, 30)) != []


def test_what_there_is_not_cannot_end() -> None:
    with pytest.raises(KeyError):
        create_app(None, None, endings=[Ending("ReadProyect", SINCE, LATER, INSTEAD)])
