"""一生 What the examples of the API document tell: a county's year, one chapter after the other, as its clerks ask for it.

Everything is made up. A chapter rests on those before it.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any, Protocol

from api.examples import Example
from infrastructure.demo.script import code_of
from tests.contract.county import DAY as TODAY
from tests.contract.county import County, key_id, operations, secret_of
from tests.schemes import EVALUATOR, FINANCE, FRAMEWORK, MARKS
from tests.stages import BUILDER, CERTIFICATE, OTHER, OWNER

OFFICE, GROUP, OWN, AUTHORITY, DRC = "SMART_OFFICE", "LEADING_GROUP", "OWNER_UNIT", "PROJECT_AUTHORITY", "DRC"
MONEY, PLATFORM, AGENCY, EXPERTS = "FINANCE", "PLATFORM_OPERATOR", "TEST_AGENCY", "EXPERT_COMMITTEE"
THIRD, AUDITOR, SYS, SEC, AUD = "THIRD_PARTY", "AUDITOR", "SYS_ADMIN", "SEC_ADMIN", "AUDIT_ADMIN"
STATION, BUREAU = code_of(23), code_of(1)
INTERESTED = code_of(961)
PAPER = "源发改〔2019〕12号\n关于一网通办平台项目的批复\n"
DIGEST = hashlib.sha256(PAPER.encode()).hexdigest()
DAY = str(TODAY)
TEXTS = "text/csv"


class Teller(Protocol):
    """Who asks and keeps (tests/contract/examples.py)."""

    county: County
    told: dict[str, list[Example]]
    names: dict[str, str]
    """What a chapter began, for those after it."""

    def happens(self, what: str) -> None: ...
    def act(self, name: str, who: str, on: str, act: dict[str, Any], /, *, status: int = 201, **path: Any) -> Any: ...
    def ask(
        self,
        name: str,
        who: str,
        body: Any = None,
        /,
        *,
        status: int = 200,
        query: Any = None,
        media_type: str = "application/json",
        **path: Any,
    ) -> Any: ...


def wan(amount: str) -> dict[str, str]:
    return {"text": amount, "unit": "WAN_YUAN"}


def filing(name: str, **changes: Any) -> dict[str, Any]:
    usual = {
        "name": name,
        "summary": "受理、办理、反馈在一处完成",
        "owner_units": [OWNER],
        "division": "370323",
        "kind": "NEW",
        "categories": ["OTHER"],
        "build_mode": "STANDALONE",
        "estimate": wan("100"),
        "operation_estimate": wan("10"),
        "plan_item": "总体规划 3.2",
        "supports_city_platform": True,
        "security_planned": True,
        "performance_goal": "事项网上可办率不低于90%",
        "responsible_post": "分管副局长",
        "network": "EGOV_EXTRANET",
    }
    return usual | changes


SHARING: dict[str, Any] = {
    "needs": [{"provider": "沂源县公安局", "resource": "户籍信息", "purpose": "核验申请人"}],
    "provides": [
        {
            "name": "办件信息",
            "share_type": "UNCONDITIONAL",
            "update_cycle_days": 30,
            "code": "307001/00001",
            "share_mode": "PLATFORM_API",
            "open_attribute": "NOT_OPEN",
            "items": [{"name": "办件编号", "data_type": "C"}, {"name": "办结日期", "data_type": "D"}],
        }
    ],
}
APPROVAL = {"document_no": "源发改〔2019〕12号", "approver": "沂源县发展和改革局", "acceptance_due": "2019-12-31"}


def units(tell: Teller) -> None:
    """单位与职责 Units, their heads, duties and tasks; the county's meetings."""
    for uscc, name, kind in (
        (OWNER, "沂源县行政审批服务局", "COUNTY_DEPT"),
        (OTHER, "沂源县大数据中心", "ENTERPRISE_INSTITUTION"),
        (BUREAU, "沂源县公安局", "COUNTY_DEPT"),
        (STATION, "鲁村镇信息站", "TOWN_GOV"),
    ):
        told = {"uscc": uscc, "name": name, "kind": kind, "division": "370323"}
        tell.act("EnrolUnit", OFFICE, "2018-10-08", told)
    head = {"post": "党组书记、局长", "since": "2018-10-08", "person": {"name": "张三", "phone": "13800000000"}}
    tell.names["person"] = tell.act("AppointHead", OFFICE, "2018-10-08", head, uscc=OWNER)["persons"][0]
    contact = {"office": "信息科", "post": "科长", "since": "2018-10-08"}
    tell.act("NameContact", OFFICE, "2018-10-08", contact, uscc=OWNER)
    renamed = {"name": "沂源县大数据发展中心", "document_no": "源编〔2019〕3号", "since": "2019-02-01"}
    tell.act("RenameUnit", OFFICE, "2019-02-01", renamed, uscc=OTHER)
    taken = {"successor_uscc": OTHER, "document_no": "源编〔2019〕4号", "since": "2019-02-01"}
    tell.act("SucceedUnit", OFFICE, "2019-02-01", taken, uscc=STATION)
    checked = {"one_body": True, "one_plan": True, "one_network": True, "one_software": False}
    tell.act("CheckUnifications", OFFICE, "2019-05-06", {**checked, "document_no": "源智办检〔2019〕1号"}, uscc=OWNER)
    lead = {"track": "GOVERNANCE_SERVICE", "organisation": "沂源县政府办公室", "since": "2018-09-19"}
    tell.act("AssignRole", GROUP, "2018-09-19", {**lead, "document_no": "源政发〔2018〕16号"})
    ended = {"holding": 1, "until": "2019-01-31", "reason": "机构改革", "successor": "沂源县行政审批服务局"}
    tell.act("EndRole", GROUP, "2019-01-31", ended)
    expert = {"number": "ZJ-001", "field": "网络安全", "organisation": "鲁中学院", "person": {"name": "李四"}}
    tell.act("ListExpert", GROUP, "2018-11-05", expert)
    tell.act("DelistExpert", GROUP, "2020-11-05", {"number": "ZJ-001", "reason": "调离本市"})
    meeting = {
        "attendees": [{"organisation": "沂源县行政审批服务局", "uscc": OWNER}, {"organisation": "沂源县财政局"}],
        "agenda": [{"kind": "MAJOR_DECISION", "title": "一网通办平台单独建设"}],
        "minutes_document": "源智领纪〔2018〕1号",
    }
    tell.act("HoldMeeting", OFFICE, "2018-12-10", meeting)
    decided = {"meeting": 1, "kind": "MAJOR_DECISION", "document_no": "源智领决〔2018〕1号", "content": "同意立项"}
    tell.act("RecordDecision", OFFICE, "2018-12-14", decided)
    task = {
        "item": "办理系统接入县共享平台",
        "responsible_post": "分管副局长",
        "due_on": "2019-10-31",
        "milestone": "年中完成接口联调",
        "issuer": "沂源县智慧办",
        "document_no": "源智办〔2019〕2号",
    }
    tell.act("AssignTask", OFFICE, "2019-02-20", task, uscc=OWNER)
    later = {"task": 1, "due_on": "2019-12-31", "document_no": "源智办延〔2019〕1号", "reason": "接口改造延后"}
    tell.act("ExtendTask", OFFICE, "2019-10-20", later, uscc=OWNER)
    tell.act("CompleteTask", OWN, "2019-12-05", {"task": 1}, uscc=OWNER)
    item = {"matter": "信息孤岛整改", "issuer": "沂源县政府督查室", "document_no": "源督〔2020〕1号"}
    tell.act("OpenSupervisionItem", OFFICE, "2020-03-16", {**item, "reply_within_working_days": 10}, uscc=OWNER)
    tell.act("ReplyToItem", OWN, "2020-03-25", {"item": 1, "reply": "已接入共享平台"}, uscc=OWNER)
    tell.act("CloseItem", OFFICE, "2020-04-01", {"item": 1, "accepted": True}, uscc=OWNER)
    oblige = {
        "system_name": "窗口叫号系统",
        "requirement_document": "淄政办发〔2017〕45号",
        "issuer": "淄博市人民政府办公厅",
        "due_on": "2019-06-30",
    }
    tell.act("SetConnectionObligation", OFFICE, "2018-11-01", oblige, uscc=OWNER)
    tell.act("MeetConnectionObligation", PLATFORM, "2019-01-10", {"obligation": 1}, uscc=OWNER)


def papers(tell: Teller) -> None:
    """材料 A paper is handed in once, and referred to by its digest."""
    tell.ask("DocumentsHandIn", OWN, PAPER, status=201, media_type="application/octet-stream", sha256=DIGEST)
    tell.ask("DocumentsIsHere", OWN, sha256=DIGEST)
    tell.ask("DocumentsGet", OWN, sha256=DIGEST)


def project(tell: Teller) -> None:
    """一个项目 One project from filing to operation."""
    filed = tell.act("FileProject", OWN, "2019-01-05", filing("一网通办"))
    subject = tell.names["project"] = filed["subject"]
    amended = {"filing": filing("一网通办平台"), "reason": "名称更正"}
    tell.act("AmendFiling", OWN, "2019-01-08", amended, subject=subject)
    tell.act("ApproveProject", AUTHORITY, "2019-01-10", APPROVAL, status=409, subject=subject)
    tell.act("DeclareSharing", OWN, "2019-01-20", SHARING, subject=subject)
    risk = {"report_no": "源风评〔2019〕1号", "conclusion": "风险可控"}
    tell.act("AssessSharingRisk", OWN, "2019-01-25", risk, subject=subject)
    private = {"resource": "办件信息", "report_no": "源个评〔2019〕1号"}
    tell.act("AssessPrivacyImpact", OWN, "2019-01-26", private, subject=subject)
    opinion = {"body": "县智慧城市专家组", "verdict": "PASS", "opinion": "同意"}
    tell.act("GiveOpinion", EXPERTS, "2019-02-10", opinion, subject=subject)
    paper = [{"sha256": DIGEST, "title": "立项批复.txt"}]
    tell.act("ApproveProject", AUTHORITY, "2019-02-20", APPROVAL, subject=subject, evidence=paper)
    contract = {"contract_no": "YS-2019-07", "supplier": "鲁中软件有限公司", "supplier_uscc": BUILDER}
    tell.act(
        "RecordContract", OWN, "2019-03-20", {**contract, "amount": wan("95"), "mode": "GOV_BUILD"}, subject=subject
    )
    line = {"purpose": "BUILD", "year": 2019, "source": "GOV_BUDGET"}
    tell.act("SetBudget", MONEY, "2019-03-22", {**line, "amount": wan("100")}, subject=subject)
    tell.act("ArrangeFunds", MONEY, "2019-03-25", {**line, "amount": wan("95")}, subject=subject)
    paid = {"arrangement": 1, "amount": wan("30"), "payee": "鲁中软件有限公司", "payee_uscc": BUILDER}
    tell.act("DisburseFunds", MONEY, "2019-04-01", paid, subject=subject)
    tell.act(
        "RefundFunds", MONEY, "2019-04-15", {"arrangement": 1, "amount": wan("1.5"), "reason": "多付"}, subject=subject
    )
    tell.act("StateAmount", OWN, "2019-03-20", {"stage": "CONTRACT", "amount": wan("95")}, subject=subject)
    tell.act("ReportProgress", OWN, "2019-05-10", {"percent": 60, "summary": "按计划推进"}, subject=subject)
    change = {"reason": "增加事项", "decided_by": "沂源县发展和改革局", "acceptance_due": "2020-03-31"}
    tell.act("RecordChange", OWN, "2019-06-01", change, subject=subject)
    tell.act("MarkSecurity", OWN, "2019-06-10", {"phase": "BUILD"}, subject=subject)
    begun = tell.act("RegisterSystem", OWN, "2019-06-15", {"name": "一网通办系统"}, subject=subject)
    system = tell.names["system"] = begun["events"][1]["stream_id"]
    tell.act("FileLevel", OWN, "2019-06-20", {"level": 3, "certificate_no": CERTIFICATE}, subject=system)
    tested = {
        "report_no": "DJCP-2019-033",
        "agency": "鲁中测评有限公司",
        "certificate_no": CERTIFICATE,
        "level": 3,
        "template": "2015",
        "conclusion": "符合",
    }
    tell.act("RecordSecurityTest", AGENCY, "2019-07-20", tested, subject=system)
    crypto = {"stage": "SYSTEM", "report_no": "MP-2019-011", "agency": "鲁中密评有限公司", "conclusion": "符合"}
    tell.act("RecordCryptoAssessment", AGENCY, "2019-07-25", crypto, subject=system)
    link = {"department": "沂源县大数据发展中心", "department_uscc": OTHER, "level": "DATA", "route": "CITY_PLATFORM"}
    tell.act("RecordInterconnection", PLATFORM, "2019-08-02", link, subject=system)
    tell.act("RecordSupply", PLATFORM, "2019-08-03", {"resource": "办件信息", "platform_code": "ZB-1"}, subject=system)
    tell.act("ConfirmSupply", PLATFORM, "2019-09-03", {"resource": "办件信息", "calls": 120}, subject=system)
    online = {
        "platform": "山东政务服务网",
        "items": [{"name": "企业开办", "one_visit": True, "materials": [{"name": "申请表"}]}],
    }
    tell.act("OnboardService", OWN, "2019-09-10", online, subject=subject)
    accepted = {"document_no": "源发改验〔2019〕4号", "conclusion": "合格"}
    tell.act("AcceptProject", AUTHORITY, "2019-10-10", accepted, subject=subject)
    tell.act(
        "ReportLapse", PLATFORM, "2020-01-15", {"resource": "办件信息", "reason": "两个周期未更新"}, subject=subject
    )
    tell.act("ReportResumption", PLATFORM, "2020-02-01", {"resource": "办件信息"}, subject=subject)
    tell.act("ConfirmSupply", PLATFORM, "2020-02-02", {"resource": "办件信息", "calls": 310}, subject=system)
    year = {"purpose": "OPERATION", "year": 2020, "source": "DEPT_BUDGET", "amount": wan("10")}
    tell.act("ArrangeFunds", MONEY, "2020-02-20", year, subject=subject)
    tell.act("RecordIncident", OWN, "2020-06-01", {"grade": "IV"}, subject=system)
    tell.act("ResolveIncident", OWN, "2020-06-03", {"incident": 1}, subject=system)
    tell.act("RecordMajorChange", OWN, "2020-09-01", {"description": "迁入政务云"}, subject=system)
    told = {"period": "2020", "method": "ONLINE", "respondents": 512, "satisfied_bp": 9437, "surveyor": "县统计局"}
    tell.act("RecordSurvey", OFFICE, "2020-12-20", told, subject=subject)


def evaluation(tell: Teller) -> None:
    """评价 Evaluators, commissions, results and what was done with them."""
    subject = tell.names["project"]
    for uscc, name in ((EVALUATOR, "鲁中绩效评价有限公司"), (INTERESTED, "鲁中咨询有限公司")):
        told = {"uscc": uscc, "name": name, "qualification": "绩效评价", "valid_until": "2024-12-31"}
        tell.act("RegisterEvaluator", OFFICE, "2019-02-01", told)
    interest = {"unit": OWNER, "nature": "DESIGN_ADVICE", "from_on": "2018-10-01", "note": "参与前期设计"}
    tell.act("StateConflict", OFFICE, "2019-02-08", interest, uscc=INTERESTED)
    tell.act("EndConflict", OFFICE, "2020-12-31", {"conflict": 1, "until": "2020-12-31"}, uscc=INTERESTED)
    commission = {
        "channel": "THIRD_PARTY_ASSESSMENT",
        "scheme": FRAMEWORK,
        "weights": [{"code": code, "weight": weight} for code, weight in MARKS.items()],
        "evaluator": "鲁中绩效评价有限公司",
        "evaluator_uscc": EVALUATOR,
        "commissioned_by": "沂源县财政局",
        "payer": FINANCE,
        "period": "2020",
    }
    for on in ("2020-11-02", "2020-11-09"):
        tell.act("CommissionEvaluation", MONEY, on, commission, subject=subject)
    tell.act("WithdrawCommission", MONEY, "2020-11-12", {"commission": 2, "reason": "重复委托"}, subject=subject)
    reply = {"commission": 1, "unit": OWNER, "reply": "AGREED", "draft_dated": "2020-12-10"}
    tell.act("CommentOnEvaluation", OWN, "2020-12-15", reply, subject=subject)
    scores = [{"code": code, "score": weight} for code, weight in MARKS.items()]
    scores[0] |= {"score": "2.5", "note": "依据不够充分"}
    tell.act("ReportEvaluation", THIRD, "2021-01-20", {"commission": 1, "scores": scores}, subject=subject)
    tell.act("UseEvaluation", MONEY, "2021-02-10", {"evaluation": 1, "use": "BUDGET_EFFECT"}, subject=subject)
    duty = {"year": 2020, "assessor": "沂源县综合考核委员会", "scale": "县综合考核", "grade": "优", "score": "93"}
    tell.act("AssessUnit", OFFICE, "2021-02-26", duty, uscc=OWNER)
    stars = [{"code": f"S{n}", "score": score} for n, score in enumerate(("22.5", "21", "20", "20"), 1)]
    rated = {"year": 2020, "evaluator": "省级评估机构", "scheme": "shandong-stars", "scores": stars}
    tell.act("EvaluateCounty", OFFICE, "2021-03-01", rated)


def fund_and_ppp(tell: Teller) -> None:
    """引导基金与PPP The guidance fund and the PPP library."""
    subject = tell.names["project"]
    given = {"contributor": "沂源县财政局", "amount": wan("2000"), "document_no": "源基金〔2018〕1号"}
    tell.act("Contribute", MONEY, "2018-11-01", given)
    put = {"project": subject, "amount": wan("20"), "fields": ["PUBLIC_GOOD"], "stage": "BUILD"}
    tell.act("Invest", MONEY, "2019-04-10", put)
    tell.act("ReturnInvestment", MONEY, "2020-12-10", {"investment": 1, "amount": wan("5")})
    listed = {
        "risk_allocation": "建设风险由社会资本承担",
        "return_boundary": "合理回报不超过年6%",
        "evaluation_plan": "每年由第三方评价",
        "reason": "公众付费",
        "regime": "2014",
    }
    tell.act("ListPpp", DRC, "2019-04-20", listed, subject=subject)
    run = {"year": 2020, "summary": "运行正常", "user_paid": wan("3")}
    tell.act("ReportOperation", OWN, "2021-01-15", run, subject=subject)
    tell.act("DelistPpp", DRC, "2021-02-01", {"reason": "改为政府自建"}, subject=subject)


def other_projects(tell: Teller) -> None:
    """另外的项目 What befalls projects that do not go straight on."""
    found = tell.act(
        "ReportUnfiledProject", OFFICE, "2019-03-04", {"description": "检查中发现", "owner_units": [OWNER]}
    )
    second = found["subject"]
    tell.act(
        "FileRecordedProject",
        OWN,
        "2019-03-20",
        filing("窗口叫号改造", categories=["ADMIN_POWER_APPLICATION"]),
        subject=second,
    )
    exception = {
        "rule": "G02",
        "ground": "OTHER",
        "reason": "上级专项要求单独建设",
        "deciding_body": "沂源县智慧办",
        "document_no": "源智领〔2019〕2号",
        "expires_on": "2020-03-31",
    }
    tell.act("GrantException", GROUP, "2019-03-25", exception, subject=second)
    tell.act("DeclareSharing", OWN, "2019-04-01", SHARING, subject=second)
    tell.act("ApproveProject", DRC, "2019-04-20", APPROVAL | {"document_no": "源发改〔2019〕20号"}, subject=second)
    exempt = {"ground": "STATUTE", "legal_basis": "无面向公众的事项"}
    tell.act("ExemptService", OWN, "2019-05-06", exempt, subject=second)
    tell.act("StateNoSystem", OWN, "2019-05-08", {"reason": "仅采购终端", "signer_post": "分管副局长"}, subject=second)
    measure = {"measure": "RECTIFICATION", "reason": "逾期未建成", "document_no": "源智办督〔2020〕1号"}
    tell.act("TakeMeasure", OFFICE, "2020-01-06", measure | {"due_on": "2020-04-06"}, subject=second)
    lifted = {"measure": 1, "document_no": "源智办解〔2020〕1号", "reason": "已整改"}
    tell.act("LiftMeasure", OFFICE, "2020-03-30", lifted, subject=second)
    ended = {"rule": "G02", "document_no": "源智领〔2019〕2号", "reason": "改用县平台"}
    tell.act("RevokeException", GROUP, "2020-03-31", ended, subject=second)
    tell.act("WithdrawSharing", OWN, "2020-04-10", {"reason": "资源目录调整"}, subject=second)
    void = {"document_no": "源发改〔2020〕9号", "reason": "共享声明已撤回"}
    tell.act("RevokeApproval", DRC, "2020-04-20", void, subject=second)
    secret = {
        "owner_units": [OWNER],
        "division": "370323",
        "kind": "NEW",
        "categories": ["OTHER"],
        "build_mode": "STANDALONE",
        "supports_city_platform": True,
        "security_planned": True,
        "classified": True,
        "secrecy_document_no": "源保〔2019〕1号",
    }
    third = tell.act("FileProject", OWN, "2019-02-11", secret)["subject"]
    tell.act(
        "ApproveProject", DRC, "2019-03-11", {"document_no": "源密〔2019〕3号", "approver": "发改局"}, subject=third
    )
    hidden = tell.act("RegisterSystem", OWN, "2019-04-11", {}, subject=third)["events"][1]["stream_id"]
    tell.act("RecordClassifiedTest", OWN, "2019-08-12", {"report_no": "源密测〔2019〕1号"}, subject=hidden)
    tell.act("RetireSystem", OWN, "2021-01-10", {"reason": ""}, subject=hidden)


def corrections(tell: Teller) -> None:
    """更正与删除 What was recorded wrongly is corrected beside it; a person's data can be erased."""
    subject, system = tell.names["project"], tell.names["system"]
    contract = {
        "contract_no": "YS-2019-07",
        "supplier": "鲁中软件有限公司",
        "supplier_uscc": BUILDER,
        "amount": {"fen": 94_000_000, "currency": "CNY", **wan("94")},
        "mode": "GOV_BUILD",
    }
    version = _version(tell, "ProjectsReadHistory", "project.contract_recorded", project_id=subject)
    wrong = {"version": version, "reason": "合同价录入有误", "replacement": contract}
    tell.act("CorrectProjectFact", OFFICE, "2019-09-20", wrong, subject=subject)
    tell.act("CorrectSystemFact", OFFICE, "2020-10-08", {"version": 9, "reason": "迁移未实施"}, subject=system)
    tell.act("CorrectUnitFact", OFFICE, "2020-10-09", {"version": 4, "reason": "检查的是另一单位"}, uscc=OWNER)
    tell.act("CorrectEvaluatorFact", OFFICE, "2021-01-05", {"version": 3, "reason": "仍有利害关系"}, uscc=INTERESTED)
    tell.act("CorrectCountyFact", OFFICE, "2021-01-06", {"version": 4, "reason": "误录专家"})
    tell.act("CorrectFundFact", OFFICE, "2021-01-07", {"version": 3, "reason": "退回属另一笔"})
    flags = tell.ask("RedFlagsReadFlags", AUDITOR, query={"project": subject, "rule": "R06", "limit": 1})
    said = {"flag": "R06", "key": flags["items"][0]["key"], "answer": "纸质材料在先，补录于平台启用之后"}
    tell.act("AnswerFlag", OWN, "2021-03-10", said, subject=subject)
    known = tell.names["person"]
    tell.ask("PersonalReadPerson", OFFICE, person=known)
    erased = {"reason": "本人要求", "document_no": "源智办〔2021〕8号", "legal_basis": "个人信息保护法第四十七条"}
    tell.act("ErasePersonalData", OFFICE, "2021-03-12", erased, subject=known)


def _version(tell: Teller, read: str, topic: str, **path: Any) -> int:
    events = tell.ask(read, AUDITOR, **path)["events"]
    return int(next(e["version"] for e in events if e["topic"] == topic))


def many_at_once(tell: Teller) -> None:
    """成批 Several acts in one request, a whole table, and files of history."""
    subject = tell.names["project"]
    rows = [
        {
            "path": f"/v1/projects/{subject}/progress",
            "idempotency_key": f"2019-{month:02d}-progress",
            "if_match": "*",
            "happened_on": f"2019-{month:02d}-28",
            "act": {"percent": percent},
        }
        for month, percent in ((7, 80), (8, 130))
    ]
    lines = "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)
    tell.ask("RecordBatch", OWN, lines, media_type="application/x-ndjson")
    plan = {
        "path": "/v1/projects/{项目}/progress",
        "happened_on": "{日期}",
        "act": {"percent": "{完成%:integer}", "summary": "{说明}"},
    }
    table = f"序号,项目,日期,完成%,说明\n1,{subject},2019-09-28,95,\n2,{subject},2019-10-08,全部,待核\n"
    asked = {"file_name": "进度.csv", "plan": json.dumps(plan, ensure_ascii=False)}
    job = tell.ask("SendImport", OWN, table, status=202, media_type=TEXTS, query=asked)["id"]
    tell.happens("the files are recorded")
    tell.ask("ImportJobsOne", OWN, job_id=job)
    tell.ask("ImportJobsMine", OWN)
    tell.ask("ImportJobsReportCsv", OWN, job_id=job)
    tell.ask("ImportJobsReportXlsx", OWN, job_id=job)
    again = tell.ask("SendImport", OWN, table + "3,,,,\n", status=202, media_type=TEXTS, query=asked)["id"]
    tell.ask("ImportJobsCancel", OWN, job_id=again)
    tell.ask("ImportingReadMappings", OFFICE)
    tell.ask("ImportingPostImport", OFFICE, HISTORY, media_type=TEXTS, mapping="world-bank", query={"dry_run": True})


_COLUMNS = {
    "Project ID": "P000001",
    "Project Name": "Example e-Government Project",
    "Country": "China",
    "Status": "Closed",
    "Concept Note": "",
    "Approval": "2009-05-01",
    "Effectiven. Dt": "",
    "Org Closing Dt": "",
    "Rev Closing Dt": "",
    "Tot WB ($m)": "10.0",
    "Tot Disb ($m)": "9.5",
    "Borrower": "",
    "Impl Agency": "",
    "Last ISR Date": "",
    "ISR DO": "",
    "ICR Out": "S",
    "IEG Out": "",
}
HISTORY = f"{','.join(_COLUMNS)}\n{','.join(_COLUMNS.values())}\n"
"""A file of history in the columns of its publisher."""


def accounts(tell: Teller) -> None:
    """账户 Three administrators, none of whom can do another's part."""
    name = "li-si"
    opened = {"account": name, "kind": "PERSON", "person": "5f1c9f0e-0d5b-5f5e-9f0e-2f6a3c1b7d11"}
    tell.act("OpenAccount", SYS, DAY, opened | {"organisation": "沂源县财政局"})
    granted = {"role": "FINANCE", "division": "370323", "since": DAY, "document_no": "源数授〔2022〕20号"}
    tell.act("GrantRole", SEC, DAY, granted, account=name)
    digest = hashlib.sha256(secret_of(name).encode()).hexdigest()
    key = {"key_id": key_id(name), "key_sha256": digest, "expires_on": "2022-12-31"}
    tell.act("RegisterKey", SEC, DAY, key, account=name)
    form = {"grant_type": "client_credentials", "client_id": key_id(name), "client_secret": secret_of(name)}
    tell.ask("OauthPostToken", "nobody", form, media_type="application/x-www-form-urlencoded")
    tell.act("RevokeKey", SEC, DAY, {"key_id": key_id(name), "reason": "人员离岗"}, account=name)
    tell.act("RevokeGrant", SEC, DAY, {"number": 1, "reason": "人员离岗"}, account=name)
    tell.act("DisableAccount", SYS, DAY, {"reason": "人员离岗"}, account=name)
    tell.act("EnableAccount", SYS, DAY, {"reason": "返岗"}, account=name)
    urgent = {"role": "FINANCE", "division": "370323", "reason": "财政股无人在岗", "until": "2022-11-16"}
    tell.act("AskEmergency", SYS, DAY, urgent, account=name)
    tell.act("ConfirmEmergency", SEC, DAY, {"number": 1}, account=name)
    tell.act("EndEmergency", SEC, DAY, {"number": 1}, account=name)
    tell.ask("AccountsReadAccounts", SEC)
    tell.ask("AccountsReadAccountsHistory", AUD, query={})


def told_to_others(tell: Teller) -> None:
    """变更与网络钩子 What happens is followed, or sent."""
    tell.ask("FeedPull", AUDITOR, query={"after": 0, "limit": 2})
    tell.ask("FeedStream", AUDITOR, query={"topic": "project.accepted"})
    tell.ask("FeedEventTypes", AUDITOR)
    tell.ask("FeedEventSchema", AUDITOR, topic="project.accepted", version=1)
    wanted = {"url": tell.county.receiver.url, "topics": ["project.accepted", "project.filed"], "after": 0}
    hook = tell.ask("WebhooksAdd", AUDITOR, wanted, status=201)["webhook"]["id"]
    tell.happens("the receiver refuses")
    set_aside = tell.ask("WebhooksOne", AUDITOR, webhook_id=hook)["undelivered"]
    tell.ask("WebhooksResend", AUDITOR, webhook_id=hook, position=set_aside[0]["position"])
    tell.ask("WebhooksGiveUp", AUDITOR, status=204, webhook_id=hook, position=set_aside[1]["position"])
    tell.ask("WebhooksMine", AUDITOR)
    tell.ask("WebhooksPause", AUDITOR, webhook_id=hook)
    tell.ask("WebhooksResume", AUDITOR, webhook_id=hook)
    tell.ask("WebhooksReplay", AUDITOR, {"after": 10}, webhook_id=hook)
    tell.ask("WebhooksRotate", AUDITOR, webhook_id=hook)
    tell.ask("WebhooksRemove", AUDITOR, status=204, webhook_id=hook)


def reading(tell: Teller) -> None:
    """阅读 Everything that can be read, by who may."""
    known: dict[str, Any] = {"project_id": tell.names["project"], "system_id": tell.names["system"], "uscc": OWNER}
    known |= {"subject": tell.names["project"], "rule": "G06"}
    known |= {"view": "register", "list_name": "projects", "rule_set_id": "yuanzhengfa-2018-16"}
    known |= {"other_id": "data-regulation-2025-draft", "scheme_id": FRAMEWORK, "name": "register"}
    told = {e.operation for examples in tell.told.values() for e in examples}
    for operation in operations().values():
        parameters = {p["name"]: p for p in operation.told.get("parameters", ())}
        named = [n for n, p in parameters.items() if p["in"] == "path"]
        if operation.method != "GET" or operation.name in {*told, *LATER} or any(n not in known for n in named):
            continue
        query = {name: value for name, value in USUAL.items() if name in parameters} | ASKED.get(operation.name, {})
        who = "nobody" if not operation.path.startswith("/v1") else WHO.get(operation.path.split("/")[2], AUDITOR)
        if operation.name == "EvaluatorsReadEvaluator":
            known |= {"uscc": EVALUATOR}
        tell.ask(operation.name, who, query=query, **{n: known[n] for n in named})
        known |= {"uscc": OWNER}
    tell.ask("ProblemTypesReadProblem", "nobody", kind="gate-refused")


USUAL = {"limit": 1, "on": DAY}
WHO = {"projections": SYS}
LATER = {"ProjectionsParked"}
ASKED: dict[str, dict[str, Any]] = {
    "ProjectsReadRejudgement": {"rule_set": "data-regulation-2025-draft"},
    "EvidenceReadPeriodEvidence": {"from": "2019-01-01", "until": "2099-12-31"},
    "ViewsPerformanceProjectRanks": {"indicator": "execution_rate"},
    "ViewsPerformanceUnitRanks": {"indicator": "execution_rate"},
    "StageViewsReadStretches": {"begins": "FILED", "ends": "APPROVED"},
    "LogReadInclusion": {"position": 1},
    "LogReadConsistency": {"old": 3, "new": 20},
}


KEY = "witness.example/yiyuan+2b1f3a4d+AfQ3hX0m8d1Wc5JtYb7uLk9sRz2PaVe6NxGo4iMqTjDE"
"""Public key of a witness that does not exist."""


def the_log(tell: Teller) -> None:
    """可验证日志 What proves that nothing was changed."""
    tell.ask("LogBringBack", AUDITOR, tell.county.cosigned(), media_type="text/plain")
    size = tell.county.liuhen.ledger.position()
    tell.ask("LogReadCheckpointOf", AUDITOR, size=size)
    tell.ask("LogReadTile", AUDITOR, path=f"0/000.p/{size}")
    tell.ask("EvidenceReadReceipt", AUDITOR, position=40)
    tell.ask("EvidenceReadReceiptOf", AUDITOR, stream=tell.names["project"], version=1)
    tell.ask("EvidenceReadDecisionEvidence", AUDITOR, position=40)
    added = {
        "holder": "WITNESS",
        "change": "ADDED",
        "key": KEY,
        "reason": "增设见证方",
        "document_no": "源智办〔2022〕9号",
    }
    tell.act("ChangeLogKey", OFFICE, DAY, added)


def views_in_trouble(tell: Teller) -> None:
    """视图的运行 A view that cannot take in an event, and is built anew."""
    tell.happens("an event of an unknown kind")
    tell.ask("ProjectionsParked", SYS, name="register")
    tell.ask("ProjectionsRetry", SYS, name="register")
    position = tell.county.liuhen.ledger.position()
    tell.ask("ProjectionsDiscard", SYS, {"position": position, "reason": "新版本的事件，升级后重建"}, name="register")
    tell.ask("ProjectionsCheckView", SYS, name="register")
    tell.ask("ProjectionsRebuildView", SYS, status=202, name="register")
    tell.ask("ProjectionsAbandonRebuild", SYS, status=204, name="register")
    lost = {
        "abandoned_checkpoint": "liuhen.local/log/370323\n120\n…",
        "abandoned_origin": "liuhen.local/log/370323",
        "abandoned_size": 120,
        "origin": "liuhen.local/log/370323/2",
        "reason": "恢复了旧备份",
        "document_no": "源智办〔2022〕10号",
    }
    tell.act("RestartLog", OFFICE, DAY, lost)


CHAPTERS = (
    units,
    papers,
    project,
    evaluation,
    fund_and_ppp,
    other_projects,
    corrections,
    many_at_once,
    accounts,
    told_to_others,
    reading,
    the_log,
    views_in_trouble,
)
