"""Money over HTTP on a real database: acts, and the views that follow from them."""

from __future__ import annotations

from typing import Any

import pytest

from infrastructure.bootstrap import Liuhen
from tests.api.conftest import APPROVAL, SHARING, Client
from tests.stages import OTHER, OWNER

TERMS = {"risk_allocation": "甲", "return_boundary": "乙", "evaluation_plan": "丙", "reason": "丁"}
CLASSIFIED: dict[str, Any] = {
    "name": "",
    "estimate": None,
    "plan_item": None,
    "classified": True,
    "secrecy_document_no": "保密〔2019〕1号",
}


def wan(amount: str) -> dict[str, str]:
    return {"text": amount, "unit": "WAN_YUAN"}


def line(purpose: str, year: int, source: str, amount: str) -> dict[str, Any]:
    return {"purpose": purpose, "year": year, "source": source, "amount": wan(amount)}


@pytest.fixture
def project(client: Client) -> str:
    """Filed, sharing and approved."""
    client.enrol()
    subject = str(client.file()["subject"])
    client.done(f"/projects/{subject}/sharing", "2019-01-20", SHARING)
    client.done(f"/projects/{subject}/approval", "2019-02-20", {**APPROVAL, "amount": wan("90")})
    return subject


@pytest.fixture
def classified(client: Client, project: str) -> str:
    """A classified project with money."""
    subject = str(client.file(**CLASSIFIED)["subject"])
    client.done(f"/projects/{subject}/approval", "2019-02-20", {**APPROVAL, "acceptance_due": None})
    funds = f"/projects/{subject}/funds"
    client.done(f"{funds}/arrangements", "2019-03-01", line("BUILD", 2019, "GOV_BUDGET", "7"))
    client.done(f"{funds}/disbursements", "2019-03-02", {"arrangement": 1, "amount": wan("7")})
    client.done(f"/projects/{subject}/amounts", "2019-03-03", {"stage": "BUDGET", "amount": wan("7")})
    client.done(f"/projects/{subject}/amounts", "2019-03-03", {"stage": "SETTLEMENT", "amount": wan("8")})
    return subject


def items(reader: Client, liuhen: Liuhen, path: str, **asked: Any) -> list[dict[str, Any]]:
    liuhen.engine.catch_up()
    answer = reader.get(f"/money{path}", **asked)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["freshness"]["lag_events"] == 0
    assert body["total"] >= len(body["items"])
    assert all(row["trace"].startswith("/v1/trace/money/") for row in body["items"])
    return list(body["items"])


@pytest.mark.clause("F01")
def test_the_ledger_by_line_year_unit_and_source(client: Client, project: str, liuhen: Liuhen) -> None:
    funds = f"/projects/{project}/funds"
    client.done(f"{funds}/budgets", "2019-03-01", line("BUILD", 2019, "GOV_BUDGET", "50"))
    client.done(f"{funds}/budgets", "2019-03-02", line("BUILD", 2019, "GOV_BUDGET", "60"))
    over = client.post(f"{funds}/arrangements", "2019-03-03", line("BUILD", 2019, "GOV_BUDGET", "60.000001"))
    assert over.status_code == 409
    assert [f["rule"] for f in over.json()["findings"]] == ["F01"]
    client.done(f"{funds}/arrangements", "2019-03-03", line("BUILD", 2019, "GOV_BUDGET", "60"))
    client.done(f"{funds}/disbursements", "2019-03-04", {"arrangement": 1, "amount": wan("40")})
    client.done(f"{funds}/refunds", "2019-03-05", {"arrangement": 1, "amount": wan("1.5"), "reason": "结余"})
    client.done(f"{funds}/arrangements", "2020-03-03", line("BUILD", 2020, "BANK_LOAN", "10"))
    found = items(client, liuhen, "/lines")
    assert [(r["year"], r["source"], r["budget_fen"], r["over_budget_fen"]) for r in found] == [
        (2020, "BANK_LOAN", None, None),
        (2019, "GOV_BUDGET", 60_000_000, 0),
    ]
    sums = {
        "budget_fen": 60_000_000,
        "arranged_fen": 60_000_000,
        "disbursed_fen": 40_000_000,
        "refunded_fen": 1_500_000,
    }
    assert found[1].items() >= {**sums, "project_id": project, "owners": [OWNER], "purpose": "BUILD"}.items()
    in_yuan = {"budget_yuan": "600000.00", "arranged_yuan": "600000.00", "disbursed_yuan": "400000.00"}
    (year,) = items(client, liuhen, "/years", year=2019)
    assert year.items() >= {**sums, **in_yuan, "refunded_yuan": "15000.00", "year": 2019, "lines": 1}.items()
    (unit,) = items(client, liuhen, "/units")
    assert (unit["uscc"], unit["projects"], unit["arranged_fen"]) == (OWNER, 1, 70_000_000)
    by_source = {r["source"]: r["arranged_fen"] for r in items(client, liuhen, "/sources")}
    assert by_source == {"GOV_BUDGET": 60_000_000, "BANK_LOAN": 10_000_000}
    assert items(client, liuhen, "/lines", unit=OTHER) == []
    assert items(client, liuhen, "/lines", purpose="OPERATION") == []
    assert len(items(client, liuhen, "/lines", project=project, source="BANK_LOAN")) == 1
    assert len(items(client, liuhen, "/lines", limit=1)) == 1
    # A budget that was a slip is withdrawn: the earlier figure counts, and the view says that it is exceeded.
    version = client.get(f"/projects/{project}").json()["project"]["version"]
    history = client.get(f"/projects/{project}/history").json()["events"]
    slip = [e["version"] for e in history if e["topic"] == "project.budget_set"][-1]
    client.done(f"/projects/{project}/corrections", "2020-04-01", {"version": slip, "reason": "误录"})
    assert version > slip
    assert items(client, liuhen, "/lines", year=2019)[0]["over_budget_fen"] == 10_000_000


@pytest.mark.clause("F09")
def test_the_share_of_operating_is_exact_and_absent_when_nothing_was_spent(
    client: Client, project: str, liuhen: Liuhen
) -> None:
    """推动财政支持从补建设环节向补运营环节转变"""
    system = str(
        client.done(f"/projects/{project}/systems", "2019-03-01", {"name": "测试系统"})["events"][1]["stream_id"]
    )
    client.evidence(system)
    marks = client.post(f"/projects/{project}/security-marks", "2019-04-20", {"phase": "BUILD"})
    assert marks.status_code == 201, marks.text
    client.done(f"/projects/{project}/acceptance", "2019-06-10", {"document_no": "源验1号"})
    funds = f"/projects/{project}/funds"
    for number, (purpose, year, source, paid) in enumerate(
        [
            ("BUILD", 2019, "GOV_BUDGET", "2"),
            ("OPERATION", 2019, "DEPT_BUDGET", "1"),
            ("BUILD", 2020, "GOV_BUDGET", ""),
        ],
        1,
    ):
        day = "2019-06-20"
        client.done(f"{funds}/arrangements", day, line(purpose, year, source, "5"))
        if paid:
            client.done(f"{funds}/disbursements", day, {"arrangement": number, "amount": wan(paid)})
    shares = items(client, liuhen, "/operation-shares")
    assert [[s[k] for k in ("year", "build_fen", "operation_fen", "operation_bp", "build_yuan")] for s in shares] == [
        [2020, 0, 0, None, "0.00"],
        [2019, 2_000_000, 1_000_000, 3333, "20000.00"],
    ]
    for asked in ({}, {"project": project}, {"unit": OWNER}):
        told = [items(client, liuhen, path, **asked) for path in ("/years", "/sources", "/units")]
        assert [[(r["build_fen"], r["operation_fen"], r["operation_bp"]) for r in rows] for rows in told] == [
            [(0, 0, None), (2_000_000, 1_000_000, 3333)],
            [(0, 1_000_000, 10_000), (2_000_000, 0, 0)],
            [(2_000_000, 1_000_000, 3333)],
        ]
        assert [r["unit_name"] for r in told[2]] == ["测试局"]
    client.done(f"{funds}/refunds", "2019-06-21", {"arrangement": 1, "amount": wan("2"), "reason": "退回"})
    assert items(client, liuhen, "/operation-shares", year=2019)[0]["operation_bp"] == 10_000


@pytest.mark.clause("F06")
@pytest.mark.clause("F08")
def test_the_guidance_fund(client: Client, evaluator: Client, project: str, classified: str, liuhen: Liuhen) -> None:
    gift = {"contributor": "县财政局", "amount": wan("100"), "document_no": "源财〔2019〕1号"}
    client.done("/guidance-fund/contributions", "2019-03-01", gift)
    wish = {"project": project, "amount": wan("80"), "fields": ["BASIC", "LIVELIHOOD"], "stage": "OPERATION"}
    done = client.done("/guidance-fund/investments", "2019-03-02", wish)
    assert [f["effect"] for f in done["judgement"]["findings"]] == ["NOTES"]
    refused = client.post("/guidance-fund/investments", "2019-03-03", {**wish, "amount": wan("20.000001")})
    assert (refused.status_code, [f["rule"] for f in refused.json()["findings"]]) == (409, ["F06"])
    client.done("/guidance-fund/investments", "2019-03-03", {**wish, "project": classified, "amount": wan("5")})
    client.done("/guidance-fund/returns", "2019-03-04", {"investment": 1, "amount": wan("30")})
    unknown = {**wish, "project": "00000000-0000-0000-0000-000000000009"}
    assert client.post("/guidance-fund/investments", "2019-03-05", unknown).status_code == 404
    liuhen.engine.catch_up()
    figures = client.get("/money/fund").json()["figures"]
    assert figures == {
        "contributed_fen": 100_000_000,
        "invested_fen": 85_000_000,
        "returned_fen": 30_000_000,
        "balance_fen": 45_000_000,
        "contributions": 1,
        "investments": 2,
    }
    seen = [(m["kind"], m["number"], m["project_id"]) for m in items(client, liuhen, "/fund/movements")]
    assert seen == [
        ("RETURNED", 1, project),
        ("INVESTED", 2, classified),
        ("INVESTED", 1, project),
        ("CONTRIBUTED", None, None),
    ]
    hidden = items(evaluator, liuhen, "/fund/movements")
    assert classified not in {m["project_id"] for m in hidden}
    assert len(hidden) == 3
    (first,) = [m for m in hidden if m["kind"] == "INVESTED"]
    assert (first["fields"], first["stage"], first["project_name"]) == (
        ["BASIC", "LIVELIHOOD"],
        "OPERATION",
        "测试项目",
    )
    (attempt,) = client.get("/supervision/refusals", project=project).json()["items"]
    assert (attempt["gate"], attempt["rules"], attempt["open"]) == ("FUND_INVEST", ["F06"], True)
    stories = [e["topic"] for e in client.get(f"/timeline/{project}").json()["items"]]
    assert "guidance_fund.invested" in stories
    fund = done["subject"]
    told = {
        r: client_.get(f"/timeline/{fund}").json()["total"] for r, client_ in (("all", client), ("some", evaluator))
    }
    assert told["all"] == told["some"] + 1


@pytest.mark.clause("F12")
@pytest.mark.clause("O32")
def test_the_ppp_library(client: Client, project: str, liuhen: Liuhen) -> None:
    ppp = f"/projects/{project}/ppp"
    bare = client.post(f"{ppp}/listing", "2019-03-01", {**TERMS, "return_boundary": "", "regime": "MOF-LIBRARY"})
    assert (bare.status_code, [f["rule"] for f in bare.json()["findings"]]) == (409, ["F12"])
    client.done(f"{ppp}/listing", "2019-03-02", {**TERMS, "regime": "MOF-LIBRARY"})
    for year, paid in ((2019, "3"), (2020, None)):
        report = {"year": year, "summary": "运营正常", "user_paid": wan(paid) if paid else None}
        client.done(f"{ppp}/operation-reports", f"{year}-12-31", report)
    (entry,) = items(client, liuhen, "/ppp", regime="MOF-LIBRARY")
    (attempt,) = client.get("/supervision/refusals", project=project).json()["items"]
    assert (attempt["gate"], attempt["open"]) == ("PPP_LIST", False)
    assert entry.items() >= {**TERMS, "entry": 1, "delisted_on": None, "project_id": project}.items()
    assert [(r["year"], r["user_paid_fen"]) for r in entry["reports"]] == [(2020, None), (2019, 3_000_000)]
    client.done(f"{ppp}/delisting", "2023-11-10", {"reason": "制度调整", "document_no": "源发改〔2023〕9号"})
    assert items(client, liuhen, "/ppp") == []
    client.done(f"{ppp}/listing", "2024-03-02", {**TERMS, "regime": "DRC-CONCESSION"})
    entries = items(client, liuhen, "/ppp", delisted=True)
    assert [(e["regime"], e["delisted_on"]) for e in entries] == [
        ("MOF-LIBRARY", "2023-11-10"),
        ("DRC-CONCESSION", None),
    ]


@pytest.mark.clause("F01")
@pytest.mark.clause("F11")
def test_stages_stand_beside_each_other_and_drift(client: Client, project: str, liuhen: Liuhen) -> None:
    contract = {"contract_no": "HT-1", "supplier": "承建", "amount": wan("80"), "mode": "SERVICE_PURCHASE"}
    client.done(f"/projects/{project}/contracts", "2019-04-01", contract)
    state = client.get(f"/projects/{project}").json()["project"]
    assert state["contracts"][0]["mode"] == "SERVICE_PURCHASE"
    for amount in ("85", "88"):
        settled = {"stage": "SETTLEMENT", "amount": wan(amount), "document_no": "1", "stated_total": f"{amount}万元"}
        client.done(f"/projects/{project}/amounts", "2019-07-01", settled)
    stages = items(client, liuhen, "/stages", project=project)
    assert [(s["stage"], s["origin"], s["fen"], s["revised"]) for s in stages] == [
        ("ESTIMATE", "FILING", 100_000_000, False),
        ("DESIGN_ESTIMATE", "APPROVAL", 90_000_000, False),
        ("CONTRACT", "CONTRACTS", 80_000_000, False),
        ("SETTLEMENT", "STATED", 85_000_000, True),
        ("SETTLEMENT", "STATED", 88_000_000, False),
    ]
    assert stages[4]["stated_total"] == "88万元"
    assert [d["change_bp"] for d in items(client, liuhen, "/drifts")] == [-1000, -1111, 1000]
    (exceeding,) = items(client, liuhen, "/drifts", exceeding=True, project=project)
    assert (exceeding["earlier"], exceeding["later"], exceeding["change_fen"]) == ("CONTRACT", "SETTLEMENT", 8_000_000)


def test_classified_projects_are_not_for_all(
    client: Client, evaluator: Client, classified: str, liuhen: Liuhen
) -> None:
    for path in ("/lines", "/years", "/units", "/sources", "/operation-shares", "/drifts"):
        assert len(items(client, liuhen, path)) == 1 + (path == "/drifts"), path
    for path in ("/lines", "/years", "/units", "/sources", "/operation-shares", "/ppp"):
        assert items(evaluator, liuhen, path) == [], path
    for path in ("/stages", "/drifts"):
        assert classified not in {r["project_id"] for r in items(evaluator, liuhen, path)}, path


@pytest.mark.parametrize(
    "path",
    [
        "/money/lines?year=1999",
        "/money/lines?unit=%00",
        "/money/lines?source=X",
        "/money/ppp?regime=%00",
        "/money/stages?project=x",
        "/money/fund?min_position=-1",
    ],
)
def test_odd_questions_are_answered(client: Client, path: str) -> None:
    assert client.get(path).status_code in {200, 422}
