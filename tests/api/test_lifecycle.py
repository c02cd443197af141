"""With the HTTP API alone: from filing to operation money, refused where the document says no."""

from __future__ import annotations

from typing import Any

import pytest

from infrastructure.bootstrap import Liuhen
from tests.api.conftest import APPROVAL, CONNECTION, OBLIGATION, OPERATION, PROJECT, SHARING, SUPPLY, TEST, Client
from tests.stages import CERTIFICATE, OTHER, OWNER


def rules(problem: dict[str, object]) -> list[str]:
    findings = problem["findings"]
    assert isinstance(findings, list)
    return [f["rule"] for f in findings]


def test_from_filing_to_operation_money(client: Client, auditor: Client) -> None:
    """不共享，不立项，不拨款"""
    client.enrol()
    filed = client.file()
    project = filed["subject"]
    assert filed["number"] == "ZH-370323-2019-000001-7"

    refused = client.post(f"/projects/{project}/approval", "2019-01-10", APPROVAL)
    assert refused.status_code == 409
    problem = refused.json()
    assert refused.headers["content-type"].startswith("application/problem+json")
    assert problem["type"] == "/problems/gate-refused"
    assert rules(problem) == ["G03", "G06", "G07"]
    assert all(f["clause"]["quote"] and f["cure"]["zh"] and f["cure"]["en"] for f in problem["findings"])
    assert problem["receipt"]["events"][0]["topic"] == "project.approval_refused"

    history = auditor.get(f"/projects/{project}/history").json()["events"]
    assert [e["topic"] for e in history] == ["project.filed", "project.approval_refused"]
    assert [f["rule"] for f in history[1]["judgement"]["findings"]] == ["G03", "G06", "G07"]
    assert history[1]["actor"]["organisation"] == "测试对接单位"
    assert {s["kind"] for s in history[1]["based_on"]} == {"unit"}

    client.done(f"/projects/{project}/sharing", "2019-01-20", SHARING)
    client.done(f"/projects/{project}/approval", "2019-02-20", APPROVAL)

    system = client.done(f"/projects/{project}/systems", "2019-03-01", {"name": "测试系统"})["events"][1]["stream_id"]
    client.done(f"/systems/{system}/level-filings", "2019-03-10", {"level": 3, "certificate_no": CERTIFICATE})
    client.done(f"/projects/{project}/security-marks", "2019-04-20", {"phase": "BUILD"})
    steps: list[tuple[list[str], str, str, dict[str, Any]]] = [
        (["G04", "G08", "G09", "G14"], "interconnections", "2019-05-02", CONNECTION),
        (["G04", "G09", "G14"], "platform-supplies", "2019-05-03", SUPPLY),
        (["G14"], "security-tests", "2019-05-04", TEST),
    ]
    for missing, evidence, on, act in steps:
        problem = client.post(f"/projects/{project}/acceptance", "2019-06-01").json()
        assert rules(problem) == missing
        client.done(f"/systems/{system}/{evidence}", on, act)
    client.done(f"/projects/{project}/acceptance", "2019-06-01")

    client.done(f"/units/{OWNER}/connection-obligations", "2019-06-30", OBLIGATION)
    problem = client.post(f"/projects/{project}/funds/arrangements", "2020-03-01", OPERATION).json()
    assert rules(problem) == ["G10"]
    client.done(f"/units/{OWNER}/connection-obligations/met", "2020-03-10", {"obligation": 1})
    client.done(f"/projects/{project}/funds/arrangements", "2020-03-11", OPERATION)
    assert auditor.get(f"/projects/{project}").json()["stage"] == "IN_OPERATION"


@pytest.mark.clause("G10")
def test_any_sanctioned_owner_blocks_and_a_using_unit_does_not(client: Client) -> None:
    """对未按要求改造对接政务信息系统的，不审批新项目、不拨付运维经费"""
    client.enrol()
    client.enrol(OTHER)
    client.done(f"/units/{OTHER}/connection-obligations", "2018-11-01", {**OBLIGATION, "due_on": "2018-12-31"})
    using = client.file(user_units=[OTHER])["subject"]
    owning = client.file(owner_units=[OWNER, OTHER])["subject"]
    for project in (using, owning):
        client.done(f"/projects/{project}/sharing", "2019-01-20", SHARING)
    client.done(f"/projects/{using}/approval", "2019-02-20", APPROVAL)
    refused = client.post(f"/projects/{owning}/approval", "2019-02-20", APPROVAL).json()
    assert rules(refused) == ["G10"]
    assert refused["findings"][0]["facts"][0]["value"] == OTHER


def test_filing_numbers_have_no_gaps_and_refused_filings_take_none(client: Client) -> None:
    client.enrol()
    assert client.file()["number"].startswith("ZH-370323-2019-000001")
    bare: dict[str, Any] = {"estimate": None}
    refused = client.post("/projects", "2019-01-06", PROJECT | bare)
    assert refused.status_code == 409
    assert client.file()["number"].startswith("ZH-370323-2019-000002")
    assert client.file("2020-01-01")["number"].startswith("ZH-370323-2020-000001")
    project = refused.json()["receipt"]["subject"]
    again = client.done(f"/projects/{project}/filing", "2019-02-01", PROJECT)
    assert again["number"].startswith("ZH-370323-2019-000003")


def test_a_dry_run_judges_and_records_nothing(client: Client, liuhen: Liuhen) -> None:
    client.enrol()
    project = client.file()["subject"]
    before = liuhen.ledger.position()
    would = client.post(f"/projects/{project}/approval", "2019-01-10", APPROVAL, params={"dry_run": True})
    assert would.status_code == 200
    assert would.json()["outcome"] == "would_refuse"
    assert [f["rule"] for f in would.json()["judgement"]["findings"]] == ["G03", "G06", "G07"]
    shared = client.post(f"/projects/{project}/sharing", "2019-01-20", SHARING, params={"dry_run": True})
    assert (shared.status_code, shared.json()["outcome"]) == (200, "would_record")
    filed = client.post("/projects", "2019-01-05", PROJECT, params={"dry_run": True})
    assert (filed.json()["outcome"], filed.json()["number"]) == ("would_record", None)
    assert liuhen.ledger.position() == before


def test_what_is_missing_for_each_next_act(client: Client, auditor: Client) -> None:
    client.enrol()
    project = client.file()["subject"]
    missing = {n["gate"]: n for n in auditor.get(f"/projects/{project}/next", on="2019-06-01").json()}
    assert {f["rule"] for f in missing["APPROVE"]["judgement"]["findings"]} == {"G03", "G06", "G07"}
    assert {f["rule"] for f in missing["ACCEPT"]["judgement"]["findings"]} == {"G01", "G04", "G08", "G09", "G14", "G18"}
    assert not missing["ACCEPT"]["passed"]
    client.ready(project)
    missing = {n["gate"]: n for n in auditor.get(f"/projects/{project}/next", on="2019-06-01").json()}
    assert missing["APPROVE"]["passed"]
    assert missing["ACCEPT"]["judgement"]["allowed"]
    assert [f["rule"] for f in missing["FUND_OPERATION"]["judgement"]["findings"]] == ["G05"]


def test_as_known_then_and_as_it_was_then(client: Client, auditor: Client) -> None:
    client.enrol()
    project = client.file()["subject"]
    known = client.done(f"/projects/{project}/sharing", "2019-01-20", SHARING)["events"][0]
    contract = {"contract_no": "H1", "supplier": "承建", "amount": {"text": "8", "unit": "WAN_YUAN"}}
    wrong = client.done(f"/projects/{project}/contracts", "2019-03-01", contract)["events"][0]
    right: dict[str, Any] = {
        **contract,
        "amount": {"text": "9", "unit": "WAN_YUAN", "fen": 9_000_000, "currency": "CNY"},
    }
    right["supplier_uscc"] = None
    corrected = client.done(
        f"/projects/{project}/corrections",
        "2019-04-01",
        {"version": wrong["version"], "reason": "误录", "replacement": right},
    )["events"][0]

    def amount(**moment: object) -> list[int]:
        state = auditor.get(f"/projects/{project}", **moment).json()["project"]
        return [c["amount"]["fen"] for c in state["contracts"]]

    assert amount() == [9_000_000]
    assert amount(as_of_position=wrong["position"]) == [8_000_000], "the correction changed what was known then"
    assert amount(as_of_happened="2019-03-15") == [9_000_000], "as it was then, the corrected fact holds"
    assert amount(as_of_happened="2019-02-28") == []
    assert amount(as_of_recorded=known["recorded_at"]) == []
    assert amount(as_of_recorded=corrected["recorded_at"]) == [9_000_000]
    assert amount(as_of_position=wrong["position"], as_of_happened="2019-03-15") == [8_000_000]

    events = auditor.get(f"/projects/{project}/history").json()["events"]
    marked = {e["topic"]: e["corrected_by"] for e in events}
    assert marked["project.contract_recorded"] == corrected["position"]
    assert events[-1]["event"]["reason"] == "误录"


def test_decisions_that_rested_on_a_corrected_fact_are_listed(client: Client, auditor: Client, liuhen: Liuhen) -> None:
    client.enrol()
    project = client.file()["subject"]
    system = client.ready(project)
    accepted = client.done(f"/projects/{project}/acceptance", "2019-06-01")["events"][0]
    client.done(f"/systems/{system}/corrections", "2019-07-01", {"version": 4, "reason": "测试未真正进行"})
    liuhen.engine.catch_up()
    correction = auditor.get(f"/projects/{project}/history").json()["events"][-1]
    assert [d["position"] for d in correction["affected_decisions"]] == [accepted["position"]]


def test_sent_again_with_its_key_an_act_is_recorded_once(client: Client, liuhen: Liuhen) -> None:
    client.enrol()
    key = {"headers": {"Idempotency-Key": "k-1"}}
    first, again = (client.post("/projects", "2019-01-05", PROJECT, **key) for _ in range(2))
    assert first.json() == again.json()
    other = client.post("/projects", "2019-01-05", PROJECT | {"name": "别的"}, **key)
    assert (other.status_code, other.json()["type"]) == (422, "/problems/key-reused")
    project = first.json()["subject"]
    refused = [
        client.post(f"/projects/{project}/approval", "2019-01-10", APPROVAL, headers={"Idempotency-Key": "k-2"})
        for _ in range(2)
    ]
    assert [r.status_code for r in refused] == [409, 409]
    assert refused[0].json()["receipt"] == refused[1].json()["receipt"]
    assert liuhen.ledger.position() == 4  # unit, filed, number, one refusal


def test_a_classified_project_is_a_placeholder_everywhere(
    client: Client, auditor: Client, evaluator: Client, liuhen: Liuhen
) -> None:
    client.enrol()
    bare: dict[str, Any] = {
        "name": "",
        "estimate": None,
        "plan_item": None,
        "classified": True,
        "secrecy_document_no": "保密〔2019〕1号",
    }
    telling = client.post("/projects", "2019-01-05", PROJECT | {**bare, "summary": "机密内容"})
    assert (telling.status_code, rules(telling.json())) == (409, ["G15"])
    assert "机密内容" not in telling.text
    project = client.file(**bare)["subject"]
    paper = client.post(
        f"/projects/{project}/progress", "2019-02-01", {"percent": 5}, evidence=[{"sha256": "a" * 64, "title": "图"}]
    )
    assert rules(paper.json()) == ["G15"]
    liuhen.engine.catch_up()
    assert evaluator.get(f"/projects/{project}").status_code == 404
    assert evaluator.get(f"/timeline/{project}").json()["total"] == 0
    assert auditor.get(f"/projects/{project}").json()["project"]["filing"]["classified"]
    refused = telling.json()["receipt"]["subject"]
    assert evaluator.get(f"/projects/{refused}/history").status_code == 404, "the refused placeholder is one, too"
    assert evaluator.get("/register/projects").json()["total"] == 0
    assert auditor.get("/register/projects").json()["total"] == 2
    with liuhen.pool.connection() as conn:
        stored = conn.execute("SELECT string_agg(encode(state, 'escape'), '') FROM liuhen.events").fetchone()
    assert stored is not None
    assert "机密内容".encode().hex() not in stored[0].encode().hex()


def test_what_was_lacking_is_told_as_of_then(client: Client, auditor: Client, liuhen: Liuhen) -> None:
    """As known at a position or a time, or as it was on a day: what the next act lacked, judged on the day of then."""
    client.enrol()
    project = str(client.file()["subject"])
    before = liuhen.ledger.position()
    client.done(f"/projects/{project}/sharing", "2019-01-20", SHARING)
    at = auditor.get(f"/projects/{project}/history").json()["events"][-1]["recorded_at"]
    client.done(f"/projects/{project}/approval", "2019-02-20", APPROVAL)

    def approval(**asked: Any) -> tuple[bool, set[str]]:
        answer = auditor.get(f"/projects/{project}/next", **asked)
        assert answer.status_code == 200, answer.text
        found = {one["gate"]: one for one in answer.json()}["APPROVE"]
        return found["passed"], {finding["rule"] for finding in found["judgement"]["findings"]}

    assert approval() == (True, set())
    assert approval(as_of_position=before, on="2019-02-20") == (False, {"G03", "G06", "G07"})
    assert approval(as_of_recorded=at, on="2019-02-20") == (False, set())
    assert approval(as_of_happened="2019-01-19") == (False, {"G03", "G06", "G07"})
    assert approval(as_of_happened="2019-01-20") == (False, set())
    assert approval(as_of_happened="2019-02-20") == (True, set())
    unknown = auditor.get(f"/projects/{project}/next", as_of_position=1)
    assert unknown.json()["type"] == "/problems/unknown-subject"


def test_what_a_unit_had_named_is_told_as_of_then(client: Client, auditor: Client, liuhen: Liuhen) -> None:
    client.enrol()
    before = liuhen.ledger.position()
    client.done(
        f"/units/{OWNER}/names",
        "2019-03-01",
        {"name": "大数据局", "document_no": "源编〔2019〕1号", "since": "2019-03-01"},
    )
    path = f"/units/{OWNER}/responsibility"
    assert auditor.get(path, on="2019-04-01").json()["name"] == "大数据局"
    assert auditor.get(path, on="2019-04-01", as_of_position=before).json()["name"] == "测试局"
    then = auditor.get(path, as_of_happened="2019-02-28").json()
    assert (then["name"], then["on"]) == ("测试局", "2019-02-28")
    assert auditor.get(f"/units/{OTHER}/responsibility", as_of_position=before).status_code == 404
