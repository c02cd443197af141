"""Positions that the log does not have, on every read that takes one: a documented answer at once, and never a 5xx."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from infrastructure.bootstrap import Liuhen
from tests.api.conftest import Client
from tests.described import document
from tests.stages import OWNER

BEYOND = 2**63 - 1
UNFIT: list[Any] = [BEYOND + 1, -1, "９"]
WAITING = {"Prefer": "wait=30"}
NAMED = {"position": "1", "size": "1", "version": "1", "view": "register", "list_name": "projects", "rule": "G01"}
DOCUMENT = document()
READS = {path: methods["get"] for path, methods in DOCUMENT["paths"].items() if "get" in methods}
del READS["/v1/feed/stream"]  # answers for as long as one listens


def first_of(schema: dict[str, Any]) -> str:
    """A value that a parameter may have."""
    for named in [schema["$ref"]] if "$ref" in schema else []:
        schema = DOCUMENT["components"]["schemas"][named.rpartition("/")[2]]
    return str(schema.get("enum", ["1"])[0])


def taking(*names: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Reads that take a number under one of the names, with that parameter."""
    for path, operation in READS.items():
        for parameter in operation.get("parameters", ()):
            schemas = [parameter["schema"], *parameter["schema"].get("anyOf", ())]
            if parameter["name"] in names and any(s.get("type") == "integer" for s in schemas):
                yield path, parameter


class Asker:
    """Asks a read with one of its parameters being given."""

    def __init__(self, client: Client, project: str) -> None:
        self._client = client
        self._named = {
            **NAMED,
            "project_id": project,
            "subject": project,
            "system_id": project,
            "stream": project,
            "uscc": OWNER,
        }

    def ask(self, path: str, parameter: dict[str, Any], value: Any, **more: Any) -> Any:
        asked = [p for p in READS[path]["parameters"] if p["in"] == "query" and p.get("required")]
        needed = {p["name"]: first_of(p["schema"]) for p in asked}
        named = dict(self._named)
        if parameter["in"] == "path":
            named[parameter["name"]] = str(value)
        else:
            needed[parameter["name"]] = value
        return self._client.get(path.removeprefix("/v1").format_map(named), **needed, **more, headers=WAITING)


@pytest.fixture
def asker(client: Client, auditor: Client, liuhen: Liuhen) -> Asker:
    client.enrol()
    project = client.file()["subject"]
    liuhen.engine.catch_up()
    liuhen.sequencer.catch_up()
    return Asker(auditor, project)


class Unwaited(threading.Condition):
    """Whoever would wait for a view fails instead."""

    def wait(self, timeout: float | None = None) -> bool:
        raise AssertionError(f"somebody waits {timeout} s")


def test_nobody_waits_for_a_position_that_the_log_has_not_come_to(asker: Asker, liuhen: Liuhen) -> None:
    """Such a position is of another log, or of the time before an old backup was restored: it may never come."""
    liuhen.engine._moved = Unwaited()
    end = liuhen.ledger.position()
    views = [(path, parameter) for path, parameter in taking("min_position") if path != "/v1/access-log"]
    assert len(views) > 60
    for path, parameter in views:
        for value, more in ((end + 1, {}), (BEYOND, {}), (BEYOND, {"as_of_position": 1}), (end + 1, {"format": "csv"})):
            if more.keys() <= {p["name"] for p in READS[path]["parameters"]}:
                answer = asker.ask(path, parameter, value, **more)
                told = answer.json()
                assert (answer.status_code, told["type"]) == (422, "/problems/bad-field"), (path, answer.text)
                assert told["errors"][0]["pointer"] == "/query/min_position"
                assert f"日志至{end}" in told["detail"]
        assert "422" in READS[path]["responses"]
        assert asker.ask(path, parameter, end).status_code == 200, path


def test_what_is_known_later_is_known_to_nobody_yet(asker: Asker, liuhen: Liuhen) -> None:
    """An answer as of a position beyond the log would be another one tomorrow."""
    end = liuhen.ledger.position()
    reads = list(taking("as_of_position"))
    assert len(reads) > 70
    for path, parameter in reads:
        answer = asker.ask(path, parameter, end + 1)
        told = answer.json()
        assert (answer.status_code, told["type"]) == (422, "/problems/bad-field"), (path, answer.text)
        assert told["errors"][0]["pointer"] == "/query/as_of_position"


def test_whoever_asks_for_what_a_view_has_not_come_to_yet_does_wait(
    asker: Asker, client: Client, auditor: Client, liuhen: Liuhen
) -> None:
    """The test above bites: the log has come there, and the view has not."""
    later = client.file("2019-01-06")["events"][-1]["position"]
    liuhen.engine._moved = Unwaited()
    assert auditor.get("/register/projects", min_position=later, headers=WAITING).status_code == 500, "nobody waits"


def test_no_position_is_too_odd_to_be_answered(asker: Asker) -> None:
    """By reads of the past, of the feed, and of the log's proofs as well."""
    reads = list(taking("min_position", "as_of_position", "after", "position", "size", "from", "to", "old", "new"))
    assert len(reads) > 150
    for path, parameter in reads:
        for value in (BEYOND, *UNFIT):
            answer = asker.ask(path, parameter, value)
            assert answer.status_code < 500, (path, parameter["name"], value, answer.text)
            assert str(answer.status_code) in READS[path]["responses"], (path, parameter["name"], value, answer.text)
            if parameter["in"] == "query" and value in UNFIT and value != BEYOND + 1:
                assert answer.status_code in {404, 422}, (path, parameter["name"], value)
