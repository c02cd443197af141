"""The view of stages: percentiles by their definition, what is not counted in them, the funnel, and trends."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from domain.rule import Gate
from domain.steps.acceptance import AcceptanceRefused
from domain.steps.approval import ApprovalRefused, ApprovalRevoked
from domain.steps.building import ProgressReported
from infrastructure.bootstrap import Liuhen
from tests.api.conftest import Client
from tests.given import RULES
from tests.projections.test_red_flags_view import OPERATION_MONEY, Record, on
from tests.stages import ACCEPTED, APPROVED, BUILD_MONEY, CLASSIFIED, OTHER, OWNER, SHARED, filed, passed

FILED_ON = date(2019, 1, 5)


@pytest.fixture
def record(liuhen: Liuhen) -> Record:
    return Record(liuhen)


def after(days: int) -> str:
    return (FILED_ON + timedelta(days=days)).isoformat()


def ask(reader: Client, path: str, **asked: Any) -> list[dict[str, Any]]:
    answer = reader.get(f"/stages/{path}", **asked)
    assert answer.status_code == 200, answer.text
    assert answer.json()["total"] == len(answer.json()["items"])
    assert answer.json()["freshness"]["parked"] == 0
    return list(answer.json()["items"])


def positions(reader: Client, trace: str) -> list[int]:
    answer = reader.http.get(trace, headers=reader.headers)
    assert answer.status_code == 200, answer.text
    return [e["position"] for e in answer.json()["items"]]


REFUSED = passed(Gate.APPROVE).but(allowed=False)


def test_percentiles_are_of_those_that_passed_and_the_others_are_counted_beside_them(
    record: Record, auditor: Client, liuhen: Liuhen
) -> None:
    for number, days in enumerate((40, 10, 30, 20, 70, 60, 50, 100, 90, 80), 1):
        record.project(number, filed(), SHARED, on(after(days), APPROVED))
    record.project(11, filed())  # open
    record.project(12, filed(on="2019-11-30"))  # open for less than the median
    record.project(13, filed(on="2020-01"), on("2020-02-05", APPROVED))  # not known to the day
    record.project(14, filed(), on("2019-01-04", APPROVED))  # the wrong way round
    record.project(15, filed(CLASSIFIED), on(after(400), APPROVED))
    liuhen.engine.catch_up()
    asked = {"begins": "FILED", "ends": "APPROVED", "on": "2019-12-31"}
    (found,) = ask(auditor, "durations", **asked)
    # The nearest rank: of eleven values the sixth, and the tenth.
    assert (found["passed"], found["median_days"], found["p90_days"]) == (11, 60, 100)
    assert (found["shortest_days"], found["longest_days"]) == (10, 400)
    assert (found["open"], found["open_past_median"], found["longest_open_days"]) == (2, 1, 360)
    assert (found["inexact"], found["reversed"]) == (0, 1), "by then the fourteenth had not begun"
    (found,) = ask(auditor, "durations", **asked | {"on": "2020-12-31"})
    assert (found["inexact"], found["reversed"], found["open_past_median"]) == (1, 1, 2)
    by_year = ask(auditor, "durations", **asked | {"on": "2020-12-31"}, by="YEAR")
    assert [(d["group"], d["passed"], d["inexact"]) for d in by_year] == [("2019", 11, 0), ("2020", 0, 1)]
    assert by_year[1]["median_days"] is None
    assert [(d["group"], d["passed"]) for d in ask(auditor, "durations", **asked, by="UNIT")] == [(OWNER, 11)]
    halves = {d["group"]: d["passed"] for d in ask(auditor, "durations", **asked, by="HALF_YEAR")}
    assert halves == {"2019H1": 10, "2020H1": 1, "OPEN": 0}, "the one the wrong way round ended in its own half-year"
    assert ask(auditor, "durations", **asked, unit=OTHER) == []
    assert ask(auditor, "durations", **asked, source="uk") == []


def test_the_projects_behind_a_duration_and_the_events_behind_them(
    record: Record, auditor: Client, evaluator: Client, liuhen: Liuhen
) -> None:
    first = record.project(1, filed(), SHARED, on(after(40), APPROVED))
    second = record.project(2, filed())
    secret = record.project(3, filed(CLASSIFIED), on(after(5), APPROVED))
    liuhen.engine.catch_up()
    asked = {"begins": "FILED", "ends": "APPROVED", "on": after(60)}
    found = ask(auditor, "stretches", **asked)
    assert [(s["project_id"], s["days"], s["outcome"]) for s in found] == [
        (str(first), 40, "PASSED"),
        (str(secret), 5, "PASSED"),
        (str(second), 60, "OPEN"),
    ]
    assert [s["positions"] for s in found] == [[1, 3], [5, 6], [4]]
    assert positions(auditor, found[0]["trace"]) == [1, 3]
    assert [s["project_id"] for s in ask(evaluator, "stretches", **asked, outcome="PASSED")] == [str(first)]
    (duration,) = ask(auditor, "durations", **asked)
    assert positions(auditor, duration["trace"]) == [1, 3, 4, 5, 6]
    # As known before the approval, and as it was before it.
    for moment in ({"as_of_position": 2}, {"as_of_happened": after(39)}):
        (then,) = [s for s in ask(auditor, "stretches", **asked, **moment) if s["project_id"] == str(first)]
        assert then["outcome"] == "OPEN", moment


def test_the_funnel_says_where_projects_stop_and_why(record: Record, auditor: Client, liuhen: Liuhen) -> None:
    money = on("2019-03-05", BUILD_MONEY)
    record.project(1, filed(), SHARED, APPROVED, money, ACCEPTED, OPERATION_MONEY)
    record.project(2, filed(), SHARED, APPROVED, money, ACCEPTED)
    record.project(3, filed(), SHARED, APPROVED, ACCEPTED)  # accepted without build money: it skipped that step
    record.project(4, filed(), SHARED, APPROVED, ("2019-04-01", ApprovalRevoked(document_no="源审〔2019〕9号")))
    refused = [f"G{n:02}" for n in (3, 6)]
    record.project(5, filed(), ("2019-02-01", ApprovalRefused(step="approval", judgement=blocked(*refused))))
    record.project(6, filed())
    liuhen.engine.catch_up()
    steps = {s["step"]: s for s in ask(auditor, "funnel")}
    assert {step: (s["projects"], s["stopped"]) for step, s in steps.items()} == {
        "ASKED": (6, 0),
        "FILED": (6, 2),
        "SHARED": (4, 0),
        "APPROVED": (4, 2),
        "FUNDED": (2, 0),
        "ACCEPTED": (2, 1),
        "OPERATED": (1, 0),
    }
    reasons = {step: {r["reason"]: r["projects"] for r in s["reasons"]} for step, s in steps.items()}
    assert reasons["FILED"] == {"G03": 1, "G06": 1, "WAITING": 1}
    assert reasons["APPROVED"] == {"REVOKED": 1, "SKIPPED": 1}
    assert reasons["ACCEPTED"] == {"WAITING": 1}
    (stopped,) = ask(auditor, "stopped", reason="G06")
    assert (stopped["project_id"], stopped["reached"], stopped["reasons"]) == (str(record.id(5)), "FILED", refused)
    assert stopped["position"] in positions(auditor, stopped["trace"])
    assert len(ask(auditor, "stopped")) == 5
    assert len(ask(auditor, "stopped", reached="APPROVED")) == 2
    assert ask(auditor, "funnel", year=2018) == []
    assert stopped["position"] in positions(auditor, steps["FILED"]["trace"])


def blocked(*rules: str) -> Any:
    """A refusal by these rules."""
    findings = tuple(
        {
            "rule": rule,
            "clause": clause.model_dump(),
            "effect": "BLOCKS",
            "reason": {"zh": "无", "en": "none"},
            "cure": {"zh": "补", "en": "mend"},
        }
        for rule in rules
        if (clause := RULES.clause(rule)) is not None
    )
    return type(REFUSED).model_validate({**REFUSED.model_dump(), "findings": findings})


def test_trends_count_first_milestones_and_each_refusal(record: Record, auditor: Client, liuhen: Liuhen) -> None:
    again = ("2019-08-01", ProgressReported(percent=100))
    record.project(1, filed(), SHARED, on("2019-07-02", SHARED), APPROVED, again, on("2020-01-02", again))
    for day in ("2019-02-01", "2019-02-02", "2019-07-01"):
        record.project(2, (day, AcceptanceRefused(step="acceptance", judgement=blocked("G14"))))
    liuhen.engine.catch_up()
    found = {(h["half_year"], h["mark"]): h["count"] for h in ask(auditor, "half-years")}
    assert found == {
        ("2019H2", "COMPLETED"): 1,
        ("2019H2", "REFUSED"): 1,
        ("2019H1", "APPROVED"): 1,
        ("2019H1", "ASKED"): 1,
        ("2019H1", "FILED"): 1,
        ("2019H1", "REFUSED"): 2,
        ("2019H1", "SHARED"): 1,
    }
    refused = next(h for h in ask(auditor, "half-years") if (h["half_year"], h["mark"]) == ("2019H1", "REFUSED"))
    assert len(positions(auditor, refused["trace"])) == 2


def test_a_withdrawn_fact_takes_its_milestone_away(record: Record, auditor: Client, liuhen: Liuhen) -> None:
    record.project(1, filed(), on("2019-01-10", SHARED), on("2019-01-20", SHARED))
    record.correct(1, 2, "project.sharing_declared")
    liuhen.engine.catch_up()
    (found,) = ask(auditor, "stretches", begins="FILED", ends="SHARED")
    assert (found["days"], found["positions"]) == (15, [1, 3])
    record.correct(1, 3, "project.sharing_declared")
    liuhen.engine.catch_up()
    assert ask(auditor, "stretches", begins="FILED", ends="SHARED")[0]["outcome"] == "OPEN"
