"""The story of a subject: whose systems are told in it, what is absent, and what it looked like then."""

from __future__ import annotations

from typing import Any

from infrastructure.bootstrap import Liuhen
from tests.api.conftest import APPROVAL, OBLIGATION, SHARING, TEST, Client
from tests.api.test_board import follow
from tests.stages import CERTIFICATE, OWNER


def story(client: Client, subject: str, **asked: Any) -> Any:
    answer = client.get(f"/timeline/{subject}", limit=500, **asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def missing(answer: Any, rule: str) -> list[Any]:
    return [(a["due_on"], a["days_overdue"]) for a in answer["absences"] if a["rule"] == rule]


def building(client: Client) -> tuple[str, str]:
    client.enrol()
    project = client.file()["subject"]
    client.done(f"/projects/{project}/sharing", "2019-01-20", SHARING)
    client.done(f"/projects/{project}/approval", "2019-02-20", APPROVAL)
    answer = client.done(f"/projects/{project}/systems", "2019-03-01", {"name": "测试系统"})
    system = str(answer["events"][1]["stream_id"])
    client.done(f"/systems/{system}/level-filings", "2019-03-10", {"level": 3, "certificate_no": CERTIFICATE})
    return project, system


def test_absences_are_of_the_asked_moment(client: Client, auditor: Client, liuhen: Liuhen) -> None:
    project, system = building(client)
    before = liuhen.ledger.position()
    client.done(f"/systems/{system}/security-tests", "2019-05-01", TEST)
    liuhen.engine.catch_up()
    expires = [("2020-05-01", 0)]
    assert missing(story(auditor, project, on="2019-06-01"), "G14") == expires
    known = story(auditor, project, on="2019-06-01", as_of_position=before)
    assert missing(known, "G14") == [("2019-12-31", 0)]
    was = story(auditor, project, as_of_happened="2019-04-30")
    assert (was["on"], missing(was, "G14")) == ("2019-04-30", [("2019-12-31", 0)])
    later = story(auditor, project, as_of_happened="2019-05-01")
    assert missing(later, "G14") == expires
    absence = next(a for a in known["absences"] if a["rule"] == "G14")
    assert absence["zh"].startswith("尚缺：系统“测试系统”没有等级测评报告，应于2019年12月31日前")
    behind = follow(auditor, absence["trace"]).json()
    topics = [e["topic"] for e in behind["items"]]
    assert "system.security_level_filed" in topics
    assert "system.security_tested" not in topics, "the trace shows more than was known then"
    assert "unit.enrolled" in topics, "the units that a gate looks at are not shown"
    assert behind["total"] == len(topics)


def test_units_and_the_county_lack_what_their_deadlines_say(client: Client, auditor: Client, liuhen: Liuhen) -> None:
    client.enrol()
    client.done(f"/units/{OWNER}/connection-obligations", "2019-02-01", OBLIGATION)
    liuhen.engine.catch_up()
    unit = story(auditor, OWNER, on="2020-01-02")
    assert missing(unit, "G10") == [("2019-12-31", 2)]
    assert [e["topic"] for e in unit["items"]] == ["unit.enrolled", "unit.connection_obligation_set"]
    assert story(auditor, "00000000-0000-0000-0000-000000000009")["absences"] == []


def test_a_system_is_told_wholly_in_every_project_that_has_it(client: Client, auditor: Client, liuhen: Liuhen) -> None:
    """Also what happened to it before the project took it up, whatever the pages in which the view was filled."""
    first, system = building(client)
    client.done(f"/systems/{system}/security-tests", "2019-05-01", TEST)
    liuhen.engine.catch_up()
    second = client.file(on="2019-06-05", kind="UPGRADE", build_mode="UPGRADE")["subject"]
    client.done(f"/projects/{second}/systems", "2019-06-06", {"system": system})
    liuhen.engine.catch_up()
    for project in (first, second):
        told = {e["topic"] for e in story(auditor, project)["items"]}
        assert "system.security_tested" in told


def test_the_story_of_a_project_found_to_be_classified_is_hidden(
    client: Client, auditor: Client, evaluator: Client, liuhen: Liuhen
) -> None:
    client.enrol()
    found = client.done("/projects/unfiled", "2019-01-02", {"description": "在建", "owner_units": [OWNER]})["subject"]
    liuhen.engine.catch_up()
    assert story(evaluator, found)["total"] == 1
    secret = {
        "owner_units": [OWNER],
        "division": "370323",
        "kind": "NEW",
        "categories": ["OTHER"],
        "build_mode": "STANDALONE",
        "supports_city_platform": True,
        "security_planned": True,
        "classified": True,
        "secrecy_document_no": "保密〔2019〕1号",
    }
    client.post(f"/projects/{found}/filing", "2019-01-05", secret)
    liuhen.engine.catch_up()
    hidden = story(evaluator, found)
    assert (hidden["total"], hidden["absences"]) == (0, [])
    assert follow(evaluator, f"/v1/trace/timeline/absences?subject={found}").json()["total"] == 0
    assert story(auditor, found)["total"] == 2
