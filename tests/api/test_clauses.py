"""What readers see of each clause: where it acts, what stands under it, what falls due; over the API, on PostgreSQL."""

from __future__ import annotations

from typing import Any

import pytest

from infrastructure.bootstrap import Liuhen
from tests.api.conftest import CONNECTION, OBLIGATION, PROJECT, Client
from tests.stages import OTHER, OWNER

THEMED: dict[str, Any] = {"themes": ["ONE_WINDOW", "GRASS_ROOTS", "DECISION_SUPPORT"], "track": "GOVERNANCE_SERVICE"}
INDUSTRIAL: dict[str, Any] = {"themes": ["SMARTER_INDUSTRY"], "track": "INDUSTRY"}


def reminded(client: Client, **asked: Any) -> list[tuple[str, str, int]]:
    """Kind, clause and days overdue of what is due."""
    items = client.get("/reminders", **asked).json()["items"]
    return [(i["kind"], i["rule"], i["days_overdue"]) for i in items]


def test_every_clause_shows_its_words_its_place_and_its_counts(client: Client, auditor: Client, liuhen: Liuhen) -> None:
    client.enrol()
    project = client.file()["subject"]
    client.post(f"/projects/{project}/approval", "2019-01-10", {"document_no": "源审〔2019〕1号", "approver": "部门"})
    liuhen.engine.catch_up()
    clauses = {c["clause"]["rule"]: c for c in auditor.get("/clauses", on="2019-02-01").json()["clauses"]}
    assert len(clauses) == 71 + 1, "those of the document, and the separation of duties"
    assert clauses["G06"]["clause"]["quote"] == "不共享，不立项，不拨款"
    assert clauses["G06"]["gates"][0] == "APPROVE"
    assert (clauses["G06"]["count"]["blocked"], clauses["G06"]["count"]["recorded"]) == (1, 0)
    assert clauses["G01"]["count"]["recorded"] == 2, "filed, and numbered"
    assert clauses["O24"]["outside"]["zh"]
    assert "源政发〔2018〕16号" in clauses["O01"]["bases"]
    stopped = auditor.get("/clauses/G07/records", effect="BLOCKS").json()
    assert (stopped["total"], stopped["items"][0]["topic"]) == (1, "project.approval_refused")
    assert stopped["items"][0]["zh"]
    assert auditor.get("/clauses", on="2018-01-01").status_code == 404


@pytest.mark.clause("O01")
def test_a_half_year_without_a_joint_meeting_is_an_alarm(client: Client, auditor: Client, liuhen: Liuhen) -> None:
    """县领导小组实行联席会议制度，每半年召开1次会议"""
    meeting = {
        "attendees": [{"organisation": "县政府办公室"}],
        "agenda": [{"kind": "MAJOR_MATTER", "title": "进展"}],
        "minutes_document": "纪要〔2018〕1号",
    }
    client.done("/county/meetings", "2018-11-20", meeting)
    liuhen.engine.catch_up()
    halves = auditor.get("/county/half-years", on="2019-12-31").json()
    assert [(h["half_year"], h["missed"]) for h in halves] == [("2018H2", False), ("2019H1", True), ("2019H2", False)]
    asked = {"on": "2019-12-31", "within_days": 0, "rule": "O01"}
    assert reminded(auditor, **asked) == [("JOINT_MEETING", "O01", 184), ("JOINT_MEETING", "O01", 0)]
    assert auditor.get("/county").json()["meetings"][0]["minutes_document"] == "纪要〔2018〕1号"
    assert auditor.get("/county/history").json()["events"][0]["topic"] == "county.meeting_held"


@pytest.mark.clause(
    "O03",
)
@pytest.mark.clause("O10")
def test_who_led_what_on_a_day_is_told_beside_what_the_document_states(client: Client, auditor: Client) -> None:
    """“双轮驱动”，协调推进"""
    lead = {
        "track": "INDUSTRY",
        "organisation": "县经济和信息化局",
        "since": "2018-09-19",
        "document_no": "文〔2018〕1号",
    }
    client.done("/county/roles", "2018-09-19", lead)
    before, after = (auditor.get("/county/duties", on=on).json() for on in ("2018-09-18", "2018-09-20"))
    assert before["type"] == "/problems/unknown-subject"
    assert after["leads"]["INDUSTRY"][0]["organisation"] == "县经济和信息化局"
    assert after["stated_leads"]["GOVERNANCE_SERVICE"] == ["县政府办公室", "县政务服务中心管理办公室"]
    assert after["task_groups"][0]["id"] == "EGOV_EXTRANET"


@pytest.mark.clause("O04")
@pytest.mark.clause("O05")
@pytest.mark.clause("O06")
@pytest.mark.clause("O07")
@pytest.mark.clause("O18")
def test_what_a_unit_owes_falls_due_and_is_done(client: Client, auditor: Client, liuhen: Liuhen) -> None:
    """明确完成时间表和路线图，细化责任清单"""
    client.enrol()
    task = {
        "item": "迁移",
        "responsible_post": "局长",
        "due_on": "2018-12-31",
        "issuer": "县智慧办",
        "document_no": "文1",
    }
    client.done(f"/units/{OWNER}/tasks", "2018-10-10", task)
    matter = {"matter": "整改", "issuer": "督查室", "document_no": "督1", "reply_due": "2019-01-31"}
    client.done(f"/units/{OWNER}/supervision-items", "2019-01-10", matter)
    liuhen.engine.catch_up()
    asked = {"on": "2019-01-01", "within_days": 30, "unit": OWNER}
    owed = {("TASK", "O07", 1), ("SUPERVISION_REPLY", "O18", 0)}
    unnamed = {("CONTACT", "O05", 92), ("HEAD", "O06", 92), ("UNIFICATIONS", "O04", 92)}
    assert set(reminded(auditor, **asked)) == owed | unnamed
    client.done(f"/units/{OWNER}/tasks/completed", "2019-01-05", {"task": 1})
    client.done(f"/units/{OWNER}/contacts", "2019-01-05", {"office": "信息科", "since": "2018-10-01"})
    client.done(f"/units/{OWNER}/heads", "2019-01-05", {"post": "局长", "since": "2018-10-01"})
    liuhen.engine.catch_up()
    answer = auditor.get(f"/units/{OWNER}/responsibility", on="2019-01-11").json()
    assert (answer["head_post"], answer["contact"]["office"], answer["contact_missing"]) == ("局长", "信息科", False)
    assert [(t["number"], t["overdue_days"], t["late_days"]) for t in answer["tasks"]] == [(1, 0, 5)]
    assert [(i["number"], i["state"]) for i in answer["supervision_items"]] == [(1, "OPEN")]
    before = auditor.get(f"/units/{OWNER}/responsibility", on="2018-10-09").json()
    assert (before["tasks"], before["unifications"]) == ([], None)
    left = {("SUPERVISION_REPLY", "O18", 0), ("UNIFICATIONS", "O04", 102)}
    assert set(reminded(auditor, **{**asked, "on": "2019-01-11"})) == left
    assert ("TASK", "O07", 1) in reminded(auditor, **asked), "on the day asked about it was not done yet"


@pytest.mark.clause("O20")
def test_a_project_is_reminded_of_tests_acceptance_updates_and_results(
    client: Client, auditor: Client, liuhen: Liuhen
) -> None:
    """加强结果运用"""
    client.enrol()
    project = client.file()["subject"]
    monthly = {"name": "业务数据", "share_type": "UNCONDITIONAL", "update_cycle_days": 30}
    client.ready(project)
    needs = [{"provider": "公安局", "resource": "户籍"}]
    client.done(f"/projects/{project}/sharing", "2019-01-21", {"needs": needs, "provides": [monthly]})
    client.done(f"/projects/{project}/acceptance", "2019-06-01")
    report = {"channel": "MEDIA_SUPERVISION", "evaluator": "某报", "scale": "x", "grade": "良", "period": "2019"}
    client.done(f"/projects/{project}/evaluations", "2019-07-01", report)
    liuhen.engine.catch_up()
    asked = {"on": "2020-05-02", "within_days": 0}
    kinds = {(kind, rule): days for kind, rule, days in reminded(auditor, **asked, unit=OWNER)}
    assert kinds["LEVEL_TEST", "G14"] == 1, "twelve months after 2019-05-01"
    assert kinds["SHARING_UPDATE", "G05"] == 305, "two cycles of thirty days after 2019-05-03"
    assert kinds["RESULT_USE", "O20"] == 306
    assert ("ACCEPTANCE", "G04") not in kinds
    assert ("SELF_EVALUATION", "O19") not in kinds, "due only 24 months after acceptance"
    assert ("SELF_EVALUATION", "O19", 1) in reminded(auditor, on="2021-06-02", rule="O19", within_days=0)
    use = {"evaluation": 1, "use": "RECTIFICATION", "note": "整改"}
    client.done(f"/projects/{project}/evaluations/use", "2020-06-01", use)
    liuhen.engine.catch_up()
    assert not reminded(auditor, on="2020-07-01", rule="O20", within_days=0)


@pytest.mark.clause("O14")
@pytest.mark.clause("O16")
@pytest.mark.clause("O17")
@pytest.mark.clause("O30")
def test_themes_are_counted_by_track(client: Client, auditor: Client, liuhen: Liuhen) -> None:
    """推动智慧政务不断向基层延伸"""
    client.enrol()
    for changes in (THEMED, THEMED, INDUSTRIAL):
        client.file(**changes)
    liuhen.engine.catch_up()
    counted = {(i["theme"], i["track"]): i["projects"] for i in auditor.get("/sharing/themes").json()["items"]}
    assert counted == {
        ("ONE_WINDOW", "GOVERNANCE_SERVICE"): 2,
        ("GRASS_ROOTS", "GOVERNANCE_SERVICE"): 2,
        ("DECISION_SUPPORT", "GOVERNANCE_SERVICE"): 2,
        ("SMARTER_INDUSTRY", "INDUSTRY"): 1,
    }


@pytest.mark.clause("O15")
@pytest.mark.clause("O16")
@pytest.mark.clause("O31")
def test_licences_and_open_data_are_listed_apart(client: Client, auditor: Client, liuhen: Liuhen) -> None:
    """加快电子证照推广互认"""
    client.enrol()
    project = client.file()["subject"]
    provides = [
        {"name": "营业执照", "share_type": "UNCONDITIONAL", "kind": "E_LICENCE", "code": "301001/1"},
        {"name": "公交线路", "share_type": "UNCONDITIONAL", "open_attribute": "OPEN"},
    ]
    needs = [{"provider": "公安局", "resource": "户籍"}]
    client.done(f"/projects/{project}/sharing", "2019-01-20", {"needs": needs, "provides": provides})
    answer = client.done(f"/projects/{project}/systems", "2019-03-01", {"name": "系统"})
    system = answer["events"][1]["stream_id"]
    client.done(f"/systems/{system}/platform-supplies", "2019-05-03", {"resource": "公交线路", "platform_code": "Z"})
    client.done(
        f"/systems/{system}/platform-supplies/confirmations", "2019-06-03", {"resource": "公交线路", "calls": 7}
    )
    liuhen.engine.catch_up()

    def names(**asked: Any) -> list[str]:
        return [i["name"] for i in auditor.get("/sharing/resources", **asked).json()["items"]]

    assert names() == ["公交线路", "营业执照"]
    assert names(kind="E_LICENCE") == ["营业执照"]
    assert names(open_attribute="OPEN") == ["公交线路"]
    supplied = auditor.get("/sharing/resources", open_attribute="OPEN").json()["items"][0]
    assert (supplied["verified"], supplied["last_updated"]) == (True, "2019-06-03")
    assert auditor.get("/sharing/systems").json()["items"][0]["calls"] == 7


@pytest.mark.clause("O11")
@pytest.mark.clause("O12")
def test_isolated_systems_are_listed_until_they_are_connected(client: Client, auditor: Client, liuhen: Liuhen) -> None:
    """解决“各自为政、条块分割、烟囱林立、信息孤岛”问题"""
    client.enrol()
    project = client.file()["subject"]
    systems = [
        client.done(f"/projects/{project}/systems", "2019-03-01", {"name": name})["events"][1]["stream_id"]
        for name in ("孤岛", "联通")
    ]
    client.done(f"/systems/{systems[1]}/interconnections", "2019-05-02", CONNECTION)
    liuhen.engine.catch_up()
    isolated = auditor.get("/sharing/systems", isolated=True).json()["items"]
    assert [(i["name"], i["owners"]) for i in isolated] == [("孤岛", [OWNER])]
    client.done(f"/systems/{systems[0]}/interconnections", "2019-05-02", {**CONNECTION, "level": "NETWORK"})
    liuhen.engine.catch_up()
    assert auditor.get("/sharing/systems", isolated=True).json()["total"] == 0
    levels = {
        i["name"]: (i["network"], i["data"], i["business"]) for i in auditor.get("/sharing/systems").json()["items"]
    }
    assert levels == {"孤岛": (True, False, False), "联通": (False, True, False)}


@pytest.mark.clause("O21")
def test_a_phase_names_the_one_before(client: Client, auditor: Client) -> None:
    """分步推进规划项目落地实施"""
    client.enrol()
    first = client.file(phase="一期")["subject"]
    second = client.file(phase="二期", earlier_phase=first)["subject"]
    assert auditor.get(f"/projects/{second}").json()["project"]["filing"]["earlier_phase"] == first
    nowhere = "00000000-0000-0000-0000-000000000009"
    refused = client.post("/projects", "2019-01-05", {**PROJECT, "earlier_phase": nowhere})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/act/earlier_phase")


@pytest.mark.clause("O19")
@pytest.mark.clause("O25")
def test_media_papers_support_a_media_evaluation(client: Client, auditor: Client) -> None:
    """发挥绩效审计、专家评价、媒体监督和第三方评估作用"""
    client.enrol()
    project = client.file()["subject"]
    for channel in ("PERFORMANCE_AUDIT", "EXPERT_REVIEW", "MEDIA_SUPERVISION", "THIRD_PARTY_ASSESSMENT"):
        report = {"channel": channel, "evaluator": "x", "scale": "s", "grade": "良", "period": "2019"}
        client.done(
            f"/projects/{project}/evaluations", "2020-01-05", report, evidence=[{"sha256": "b" * 64, "title": "报道"}]
        )
    history = auditor.get(f"/projects/{project}/history").json()["events"]
    told = [(e["event"]["channel"], e["evidence"][0]["title"]) for e in history if e["topic"].endswith("reported")]
    assert ("MEDIA_SUPERVISION", "报道") in told
    assert len(told) == 4


@pytest.mark.clause("G23")
def test_the_capacity_to_act_in_is_chosen_among_those_held(client: Client, auditor: Client, liuhen: Liuhen) -> None:
    client.enrol()
    client.enrol(OTHER)
    project = client.file(sharing_related=True, fund_source="GOV_FIXED_ASSET")["subject"]
    needs = [{"provider": "公安局", "resource": "户籍"}]
    client.done(f"/projects/{project}/sharing", "2019-01-20", {"needs": needs, "provides": []})
    asked = {"document_no": "源审〔2019〕1号", "approver": "部门"}
    first = client.post(f"/projects/{project}/approval", "2019-02-01", asked)
    assert [f["rule"] for f in first.json()["findings"]] == ["G23"]
    assert client.post(f"/projects/{project}/approval", "2019-02-01", asked, acting_as="FINANCE").status_code == 403
    client.done(f"/projects/{project}/approval", "2019-02-02", asked, acting_as="DRC")
    again = auditor.get(f"/projects/{project}/rejudgement").json()
    assert [(r["recorded"]["allowed"], r["same"]) for r in again] == [(True, True), (False, True), (True, True)]
    draft = auditor.get(f"/projects/{project}/rejudgement", rule_set="data-regulation-2025-draft").json()
    assert all(r["judged"]["rule_set"]["id"] == "data-regulation-2025-draft" for r in draft)
    assert auditor.get(f"/projects/{project}/rejudgement", rule_set="x").status_code == 404
    early = auditor.get(f"/projects/{project}/rejudgement", as_of="2019-01-10").json()[-1]
    assert not early["judged"]["allowed"], "nothing was shared on that day"
    assert {f["rule"] for f in early["judged"]["findings"]} >= {"G03", "G06"}
    places = auditor.get("/rule-sets/yuanzhengfa-2018-16/differences/data-regulation-2025-draft").json()
    assert "clauses.C01.strength" in {d["place"] for d in places}


def test_counts_and_reminders_are_traced(client: Client, auditor: Client, liuhen: Liuhen) -> None:
    client.enrol()
    client.done(f"/units/{OWNER}/connection-obligations", "2019-02-01", OBLIGATION)
    liuhen.engine.catch_up()

    def topics(link: str) -> list[str]:
        return [e["topic"] for e in auditor.http.get(link, headers=auditor.headers).json()["items"]]

    counted = auditor.get("/clauses", on="2020-01-01").json()["clauses"]
    count = next(c["count"] for c in counted if c["clause"]["rule"] == "G10")
    assert topics(count["trace"]) == ["unit.connection_obligation_set"]
    (record,) = auditor.get("/clauses/G10/records").json()["items"]
    assert topics(record["trace"]) == ["unit.connection_obligation_set"]
    reminders = auditor.get("/reminders", on="2020-01-01").json()["items"]
    (obligation,) = [r for r in reminders if r["rule"] == "G10"]
    assert topics(obligation["trace"]) == ["unit.enrolled", "unit.connection_obligation_set"]
    assert all(r["trace"].startswith("/v1/trace/") for r in reminders)
