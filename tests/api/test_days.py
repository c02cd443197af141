"""The day of asking: as given, else that of the moment that is read, else today. Lists, files and links agree on it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from fastapi import FastAPI

import api.moments
from infrastructure.bootstrap import Liuhen, today
from tests.api.conftest import APPROVAL, SHARING, Client
from tests.api.test_board import ITEM, MEETING, TASK
from tests.stages import OWNER

DAY = "2019-09-30"
NEEDED: dict[str, dict[str, str]] = {"/stages/stretches": {"begins": "FILED", "ends": "APPROVED"}}
"""What a route asks for besides."""


@pytest.fixture
def project(client: Client, liuhen: Liuhen) -> str:
    """Approved, and due to be accepted on 2019-08-31; its unit has a task and a supervision item."""
    client.enrol()
    subject = str(client.file()["subject"])
    client.done(f"/projects/{subject}/sharing", "2019-01-20", SHARING)
    client.done(f"/projects/{subject}/approval", "2019-02-20", {**APPROVAL, "acceptance_due": "2019-08-31"})
    client.done(f"/units/{OWNER}/tasks", "2019-01-10", TASK)
    client.done(f"/units/{OWNER}/supervision-items", "2019-03-01", ITEM)
    client.done("/county/meetings", "2018-12-20", MEETING)
    liuhen.engine.catch_up()
    return subject


def dated(app: FastAPI) -> Iterator[str]:
    """Reads as of a moment that also take a day."""
    for path, methods in app.openapi()["paths"].items():
        names = {p["name"] for p in methods.get("get", {}).get("parameters", ())}
        if {"on", "as_of_happened"} <= names:
            yield path.removeprefix("/v1")


def test_the_day_of_asking_is_that_of_the_moment(app: FastAPI, auditor: Client, project: str) -> None:
    paths = list(dated(app))
    assert len(paths) > 15
    for path in paths:
        there, asked = (
            path.format(subject=project, project_id=project, uscc=OWNER),
            {"as_of_happened": DAY, **NEEDED.get(path, {})},
        )
        alone, both = auditor.get(there, **asked), auditor.get(there, **asked, on=DAY)
        assert alone.status_code == 200, (path, alone.text)
        assert alone.json() == both.json(), path


def test_a_board_of_the_past_counts_delays_by_its_day(auditor: Client, project: str) -> None:
    told = auditor.get("/supervision", as_of_happened=DAY).json()
    assert told["on"] == DAY
    assert [r["days_overdue"] for r in told["lists"]["overdue"]["items"]] == [30]
    assert told["lists"]["missed_meetings"]["total"] == 1, "half-years after the day are not missed by it"


def test_what_was_known_then_is_seen_by_the_day_of_recording(
    auditor: Client, project: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded_on = today().isoformat()
    monkeypatch.setattr(api.moments, "today", lambda: date(2060, 1, 1))
    now = auditor.get("/supervision").json()
    assert now["on"] == "2060-01-01"
    known = auditor.get("/supervision", as_of_position=now["freshness"]["position"])
    assert known.json()["on"] == recorded_on
    assert auditor.get("/supervision", as_of_recorded="2019-12-31T20:00:00Z").json()["on"] == "2020-01-01"
    assert auditor.get("/supervision", as_of_position=1, on="2021-01-01").json()["on"] == "2021-01-01"


def test_a_file_gives_the_address_with_its_day(auditor: Client, project: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api.moments, "today", lambda: date(2060, 1, 1))

    def told(**asked: Any) -> list[str]:
        file = auditor.get("/supervision/overdue", format="csv", **asked).text
        return [line for line in file.splitlines() if line.startswith(("# 查询日", "# 再取"))]

    day, address = told()
    assert "2060-01-01" in day
    assert "on=2060-01-01" in address
    day, address = told(as_of_happened=DAY)
    assert DAY in day
    assert f"on={DAY}" in address


def test_reminders_of_the_past_know_the_meetings_held_by_then(auditor: Client, client: Client, project: str) -> None:
    def missed(**asked: str) -> list[str]:
        found = auditor.every("/reminders", rule="O01", within_days=0, **asked)
        return [r["due_on"] for r in found if r["days_overdue"]]

    assert missed(as_of_happened="2020-01-15") == ["2019-06-30", "2019-12-31"]
    client.done("/county/meetings", "2019-12-30", MEETING)
    assert missed(as_of_happened="2020-01-15") == ["2019-06-30"]
    assert missed(as_of_happened="2019-12-29") == ["2019-06-30"]
    position = auditor.get("/supervision").json()["freshness"]["log_position"]
    assert missed(as_of_position=str(position - 1), on="2020-01-15") == ["2019-06-30", "2019-12-31"]


def test_owner_units_are_told_by_name(auditor: Client, client: Client, liuhen: Liuhen, project: str) -> None:
    """By the newest one, though it came after everything that the rows rest on."""
    renaming = {"name": "改名局", "since": "2019-07-01", "document_no": "源编〔2019〕1号"}
    client.done(f"/units/{OWNER}/names", "2019-07-01", renaming)
    liuhen.engine.catch_up()
    for path, asked in (
        ("/performance/units", {}),
        ("/performance/unit-ranks", {"indicator": "days_filed_to_approved"}),
        ("/stages/durations", {"by": "UNIT", "begins": "FILED", "ends": "APPROVED"}),
    ):
        assert [r["unit_name"] for r in auditor.every(path, **asked)] == ["改名局"], path
    assert [r["owner_names"] for r in auditor.every("/supervision/overdue")] == [["改名局"]]
    assert auditor.every("/stages/durations", begins="FILED", ends="APPROVED")[0]["unit_name"] is None
