"""The view of security: until when tests count on a day, what was withdrawn later, levels, incidents and marks."""

from __future__ import annotations

from typing import Any

import pytest

from infrastructure.bootstrap import Liuhen
from tests.api.conftest import TEST, Client
from tests.api.test_board import follow, traced
from tests.stages import OTHER, OWNER

SECRET: dict[str, Any] = {
    "name": "",
    "estimate": None,
    "plan_item": None,
    "classified": True,
    "secrecy_document_no": "保密〔2019〕1号",
}


@pytest.fixture
def system(client: Client) -> str:
    """Of level 3, tested on 2019-05-01: good for twelve months."""
    client.enrol()
    return client.ready(client.file()["subject"])


def reports(reader: Client, **asked: Any) -> list[dict[str, Any]]:
    answer = reader.get("/security/tests", **asked)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["total"] == len(body["items"])
    assert body["freshness"]["parked"] == 0
    return list(body["items"])


@pytest.mark.parametrize(
    ("on", "state", "days_left"),
    [
        ("2020-01-31", "VALID", 91),
        ("2020-02-01", "EXPIRING", 90),
        ("2020-05-01", "EXPIRING", 0),  # the last day on which it is good
        ("2020-05-02", "LAPSED", -1),
    ],
)
def test_a_report_is_good_to_the_last_day(
    client: Client, system: str, auditor: Client, liuhen: Liuhen, on: str, state: str, days_left: int
) -> None:
    liuhen.engine.catch_up()
    (row,) = reports(auditor, on=on)
    assert (row["state"], row["valid_until"], row["days_left"]) == (state, "2020-05-01", days_left)
    assert (row["report_no"], row["system_id"], row["system_name"], row["owners"]) == (
        "T-1",
        system,
        "测试系统",
        [OWNER],
    )
    for asked in ("VALID", "EXPIRING", "LAPSED"):
        assert [r["position"] for r in reports(auditor, on=on, state=asked)] == (
            [row["position"]] if asked == state else []
        ), asked
    assert auditor.get("/security/systems", on=on).json()["items"][0]["validity"] == (
        "EXPIRED" if state == "LAPSED" else "VALID"
    )
    # The row leads to its event, and to what says that it fits, by the rule set of that day.
    behind = ["system.registered", "system.security_level_filed", "system.security_tested"]
    assert traced(auditor, row["trace"]) == behind
    (of_state,) = reports(auditor, on=on, state=state)
    assert traced(auditor, of_state["trace"]) == behind
    event = liuhen.ledger.after(row["position"] - 1, 1)[0]
    assert event.event.TOPIC == "system.security_tested"


def test_every_figure_of_the_view_leads_to_its_events(
    client: Client, system: str, auditor: Client, evaluator: Client, liuhen: Liuhen
) -> None:
    for grade in ("III", "II"):
        client.done(f"/systems/{system}/incidents", "2019-08-01", {"grade": grade})
    client.done(f"/systems/{system}/incidents/resolution", "2019-09-05", {"incident": 1})
    secret = client.file(**SECRET)["subject"]
    client.done(f"/projects/{secret}/systems", "2019-03-01", {"name": ""})
    liuhen.engine.catch_up()
    cover = ["system.registered", "system.security_level_filed", "system.security_tested"]
    recorded, resolved = "system.security_incident_recorded", "system.security_incident_resolved"
    marked = ["project.filed", "project.system_listed", "project.security_marked"]
    on: dict[str, Any] = {"on": "2019-10-01"}
    for path, asked, of_first in (
        ("systems", on, [*cover, recorded, recorded, resolved]),
        ("levels", on, [*cover, recorded, recorded, resolved]),
        ("incidents", on, [recorded, resolved]),
        ("projects", {}, marked),
    ):
        answer = evaluator.get(f"/security/{path}", **asked).json()
        assert traced(evaluator, answer["items"][0]["trace"]) == of_first, path
        assert set(of_first) <= set(traced(evaluator, answer["trace"])), path
    # Of a level that is not known, and of what only some may see.
    counts = {c["level"]: c for c in auditor.get("/security/levels", **on).json()["items"]}
    assert traced(auditor, counts[None]["trace"]) == ["system.registered"]
    assert traced(evaluator, counts[None]["trace"]) == []
    assert follow(auditor, counts[3]["trace"].replace("on=2019-10-01", "on=2001-01-01")).status_code == 404
    assert follow(auditor, counts[3]["trace"] + "&parameters=1").json()["type"].endswith("/bad-field")


def test_a_report_that_was_withdrawn_says_by_what_and_why(
    client: Client, system: str, auditor: Client, liuhen: Liuhen
) -> None:
    known = liuhen.ledger.position()
    tested = next(e for e in liuhen.ledger.after(0, 100) if e.event.TOPIC == "system.security_tested")
    done = client.done(
        f"/systems/{system}/corrections", "2021-01-01", {"version": tested.stream.version, "reason": "报告系伪造"}
    )
    liuhen.engine.catch_up()
    (row,) = reports(auditor, on="2019-06-01", state="INVALIDATED")
    assert (row["standing"], row["corrected_why"]) == ("WITHDRAWN", "报告系伪造")
    assert row["corrected_by"] == done["events"][0]["position"]
    assert reports(auditor, on="2019-06-01", state="VALID") == []
    assert auditor.get("/security/systems", on="2019-06-01").json()["items"][0]["validity"] == "NO_TEST"
    # As known then it stood; as it was by what is known now, there was none.
    (then,) = reports(auditor, on="2019-06-01", as_of_position=known)
    assert then["state"] == "VALID"
    assert reports(auditor, on="2019-06-01", as_of_happened="2019-06-01") == []


def test_a_newer_report_takes_the_place_of_the_old(
    client: Client, system: str, auditor: Client, liuhen: Liuhen
) -> None:
    newer = {**TEST, "report_no": "T-2", "unresolved_high_risks": 1}
    client.done(f"/systems/{system}/security-tests", "2020-04-20", newer)
    liuhen.engine.catch_up()
    assert [(r["report_no"], r["state"]) for r in reports(auditor, on="2020-04-25")] == [
        ("T-2", "VALID"),
        ("T-1", "SUPERSEDED"),
    ]
    (seen,) = auditor.get("/security/systems", on="2020-04-25").json()["items"]
    assert (seen["report_no"], seen["validity"], seen["unresolved_high_risks"]) == ("T-2", "NOT_PASSED", 1)
    client.done(f"/systems/{system}/changes", "2020-06-01", {"description": "迁移上云"})
    liuhen.engine.catch_up()
    (seen,) = auditor.get("/security/systems", on="2020-06-02").json()["items"]
    assert (seen["validity"], seen["changed_on"]) == ("UNFIT", "2020-06-01")
    client.done(f"/systems/{system}/retirement", "2020-07-01", {"reason": "整合"})
    liuhen.engine.catch_up()
    assert auditor.get("/security/systems").json()["total"] == 0
    assert {r["state"] for r in reports(auditor)} == {"SUPERSEDED"}


def test_incidents_marks_and_counts_by_level(client: Client, system: str, auditor: Client, liuhen: Liuhen) -> None:
    client.done(f"/systems/{system}/incidents", "2019-08-01", {"grade": "III"})
    client.done(f"/systems/{system}/incidents", "2019-09-01", {"grade": "II"})
    client.done(f"/systems/{system}/incidents/resolution", "2019-09-05", {"incident": 1})
    liuhen.engine.catch_up()
    found = auditor.get("/security/incidents").json()["items"]
    assert [(i["number"], i["grade"], i["resolved_on"]) for i in found] == [(2, "II", None), (1, "III", "2019-09-05")]
    assert auditor.get("/security/incidents", unresolved=True, grade="II").json()["total"] == 1
    assert auditor.get("/security/incidents", unresolved=True, grade="III").json()["total"] == 0
    (count,) = auditor.get("/security/levels", on="2019-10-01").json()["items"]
    assert (count["level"], count["validity"], count["systems"], count["open_incidents"]) == (3, "VALID", 1, 1)
    (marks,) = auditor.get("/security/projects", missing=True).json()["items"]
    assert (marks["planned"], marks["built_on"], marks["assessed_on"], marks["systems"]) == (
        True,
        "2019-04-20",
        None,
        1,
    )
    client.done(f"/projects/{marks['project_id']}/security-marks", "2019-12-01", {"phase": "ASSESSMENT"})
    liuhen.engine.catch_up()
    assert auditor.get("/security/projects", missing=True).json()["total"] == 0


def test_only_what_is_asked_for_and_nothing_classified(
    client: Client, system: str, auditor: Client, evaluator: Client, liuhen: Liuhen
) -> None:
    secret = client.file(**SECRET)["subject"]
    answer = client.done(f"/projects/{secret}/systems", "2019-03-01", {"name": ""})
    hidden = answer["events"][1]["stream_id"]
    client.done(f"/systems/{hidden}/classified-tests", "2019-05-01", {"report_no": "BM-1"})
    liuhen.engine.catch_up()
    on = "2019-06-01"
    assert [r["kind"] for r in reports(auditor, on=on, system=hidden)] == ["CLASSIFIED"]
    for path in ("tests", "systems"):
        assert auditor.get(f"/security/{path}", on=on).json()["total"] == 2
        seen = evaluator.get(f"/security/{path}", on=on).json()["items"]
        assert [s["system_id"] for s in seen] == [system], path
        assert auditor.get(f"/security/{path}", on=on, unit=OTHER).json()["total"] == 0
        assert auditor.get(f"/security/{path}", on=on, project=secret).json()["total"] == 1
        assert auditor.get(f"/security/{path}", on=on, level=3).json()["total"] == 1
        assert auditor.get(f"/security/{path}", on=on, level=2).json()["total"] == 0
    assert evaluator.get("/security/projects").json()["total"] == 1
    assert auditor.get("/security/tests", on="2001-01-01").status_code == 404
