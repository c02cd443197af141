"""Red flags over HTTP: the rule that asks, the events, where to answer, and what is not for all."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from domain.recorded import Role
from infrastructure.bootstrap import Liuhen
from infrastructure.issuer import Holder, Issuer
from tests.api.conftest import APPROVAL, SHARING, Client
from tests.api.test_security_view import SECRET
from tests.stages import OTHER, OWNER

ORGANISATION = "测试对接单位"


@pytest.fixture
def hasty(client: Client) -> str:
    """Approved two days after its filing."""
    client.enrol()
    return approved_at_once(client, client.file()["subject"])


def approved_at_once(client: Client, project: str) -> str:
    client.done(f"/projects/{project}/sharing", "2019-01-05", SHARING)
    client.done(f"/projects/{project}/approval", "2019-01-07", APPROVAL)
    return project


def flags(reader: Client, **asked: Any) -> list[dict[str, Any]]:
    answer = reader.get("/red-flags", **asked)
    assert answer.status_code == 200, answer.text
    assert answer.json()["freshness"]["parked"] == 0
    return list(answer.json()["items"])


def test_a_flag_names_its_rule_its_parameters_its_events_and_where_to_answer(
    client: Client, hasty: str, auditor: Client, liuhen: Liuhen
) -> None:
    liuhen.engine.catch_up()
    (flag,) = flags(auditor, rule="R10")
    assert (flag["project_id"], flag["owners"], flag["version"], flag["status"]) == (hasty, [OWNER], 1, "OPEN")
    assert flag["asked_by"]["parameters"] == {"fewest_days": 3}
    assert (flag["asked_by"]["clauses"], flag["asked_by"]["name"]["zh"]) == (["G03"], "审批异常迅速")
    assert (flag["told_zh"], flag["told_en"]) == ("备案后第2天即批复", "approved 2 days after the filing")
    stored = {e.position: e for e in liuhen.ledger.after(0, 100)}
    assert [e["topic"] for e in flag["events"]] == ["project.filed", "project.approved"]
    for event in flag["events"]:
        assert stored[event["position"]].stream.version == event["stream"]["version"]
        assert event["happened_on"] == str(stored[event["position"]].happened_on)
        assert event["recorded_at"][:19] == stored[event["position"]].recorded_at.isoformat()[:19]
    said = {"flag": flag["rule"], "key": flag["key"], "answer": "材料齐全，当日会审"}
    given = client.done(flag["answer_at"].removeprefix("/v1"), "2019-03-01", said, acting_as="OWNER_UNIT")["events"][0]
    liuhen.engine.catch_up()
    (flag,) = flags(auditor, rule="R10", status="ANSWERED")
    (told,) = flag["answers"]
    assert (told["answer"], told["answered_on"]) == (said["answer"], "2019-03-01")
    assert (told["organisation"], told["role"], told["position"]) == (ORGANISATION, "OWNER_UNIT", given["position"])
    behind = auditor.http.get(flag["trace"], headers=auditor.headers).json()["items"]
    assert behind[-1].items() >= {"topic": "project.flag_answered", "organisation": ORGANISATION}.items()
    assert said["answer"] in behind[-1]["zh"]
    sentence = auditor.every(f"/timeline/{hasty}")[-1]
    assert (sentence["topic"], sentence["organisation"]) == ("project.flag_answered", ORGANISATION)
    (fed,) = auditor.get("/feed", after=given["position"] - 1).json()["events"]
    assert "project.flag_answered" in fed["type"]
    assert flags(auditor, rule="R10", as_of_position=flag["answered_at"] - 1)[0]["status"] == "OPEN"


def test_only_the_flagged_unit_or_the_office_answers(
    hasty: str, http: TestClient, issuer: Issuer, auditor: Client, liuhen: Liuhen
) -> None:
    """Who answered stands beside the answer, also when a correction gave it other words."""
    holders = {
        uscc: Holder(f"unit-{uscc}", f"单位{uscc}", frozenset({Role.OWNER_UNIT}), uscc) for uscc in (OWNER, OTHER)
    }
    own, other = (Client(http, issuer.issue(holders[uscc], days=1)) for uscc in (OWNER, OTHER))
    liuhen.engine.catch_up()
    (flag,) = flags(auditor, rule="R10")
    place, said = flag["answer_at"].removeprefix("/v1"), {"flag": "R10", "key": flag["key"], "answer": "材料齐全"}
    refused = [stranger.post(place, "2019-03-01", said).status_code for stranger in (other, auditor)]
    assert refused == [404, 403], "to another unit the project is not there"
    given = own.done(place, "2019-03-01", said)["events"][0]
    correction = {"version": given["version"], "reason": "笔误", "replacement": {**said, "answer": "当日会审"}}
    own.done(f"/projects/{hasty}/corrections", "2019-03-02", correction)
    liuhen.engine.catch_up()
    (answer,) = flags(auditor, rule="R10")[0]["answers"]
    assert (answer["answer"], answer["organisation"], answer["role"]) == ("当日会审", f"单位{OWNER}", "OWNER_UNIT")


def test_flags_are_chosen_counted_and_stand_on_the_board(
    client: Client, hasty: str, auditor: Client, liuhen: Liuhen
) -> None:
    liuhen.engine.catch_up()
    assert {f["rule"] for f in flags(auditor)} == {"R06", "R07", "R10"}, "one account recorded it all, and years later"
    (late,) = flags(auditor, rule="R06")
    assert (late["key"], late["told_zh"][:3]) == ("late", "3件事")
    client.done(f"/projects/{hasty}/flag-answers", "2019-03-01", {"flag": "R06", "key": "late", "answer": "补录"})
    client.done(f"/projects/{hasty}/progress", "2019-03-02", {"percent": 5})
    liuhen.engine.catch_up()
    assert flags(auditor, rule="R06")[0]["status"] == "STANDS", "more came too late after the answer"
    assert len(flags(auditor, unit=OWNER)) == len(flags(auditor)) == 3
    assert flags(auditor, unit=OTHER) == []
    assert len(flags(auditor, project=hasty, limit=1)) == 1
    rules = {r["rule"]["id"]: r for r in auditor.get("/red-flags/rules").json()["rules"]}
    assert list(rules) == [f"R{n:02}" for n in range(1, 11)]
    assert rules["R10"]["by_status"] == {"OPEN": 1, "ANSWERED": 0, "STANDS": 0, "LIFTED": 0}
    assert rules["R10"]["looks_at"] == ["project.approved", "project.filed"]
    board = auditor.get("/supervision").json()["red_flags"]
    assert board["by_status"] == {"OPEN": 2, "ANSWERED": 0, "STANDS": 1, "LIFTED": 0}
    assert board["freshness"]["view"].startswith("red_flags")
    assert auditor.get("/supervision", as_of_position=3).json()["red_flags"] is None


def test_flags_of_classified_projects_are_not_for_all(
    client: Client, hasty: str, auditor: Client, evaluator: Client, liuhen: Liuhen
) -> None:
    secret = client.file(**SECRET)["subject"]
    liuhen.engine.catch_up()
    assert {f["project_id"] for f in flags(auditor, rule="R06")} == {hasty, secret}
    assert {f["project_id"] for f in flags(evaluator, rule="R06")} == {hasty}
    counted = {r["rule"]["id"]: r["by_status"]["OPEN"] for r in evaluator.get("/red-flags/rules").json()["rules"]}
    assert counted["R06"] == 1
    assert evaluator.get("/supervision").json()["red_flags"]["by_status"]["OPEN"] == 3
