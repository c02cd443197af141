"""项目脚本 The demo's projects: from filing to operation, with refusals that are mended or not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from application.acceptance import accept_project
from application.act import Act
from application.approval import approve_project
from application.building import record_change, report_progress
from application.correcting import correct_fact
from application.desk import Outcome
from application.evaluation import report_evaluation, use_evaluation
from application.exceptions import grant_exception
from application.filing import amend_filing, file_project, report_unfiled_project
from application.funding import arrange_funds, disburse_funds
from application.interconnection import confirm_supply, record_interconnection, record_supply
from application.ports import Desk
from application.procurement import record_contract
from application.review import give_opinion
from application.risk import assess_privacy_impact, assess_sharing_risk
from application.satisfaction import record_survey
from application.security import (
    mark_security,
    record_classified_test,
    record_level_filing,
    record_security_test,
)
from application.service import onboard_service
from application.sharing import declare_sharing, report_lapse, report_resumption
from application.systems import register_system, state_that_no_system
from domain.dates import add_months
from domain.money import Money
from domain.project import (
    Category,
    EvaluationChannel,
    ExemptionGround,
    FundPurpose,
    FundSource,
    OpenAttribute,
    OpinionVerdict,
    ProcurementMode,
    ResourceKind,
    ResultUse,
    SecurityPhase,
    ServiceItem,
    ServiceMaterial,
    SharedResource,
    ShareMode,
    ShareType,
    SharingNeed,
    SurveyMethod,
)
from domain.recorded import Role
from domain.steps.acceptance import AcceptProject
from domain.steps.approval import ApproveProject
from domain.steps.building import RecordChange, ReportProgress
from domain.steps.correcting import CorrectFact
from domain.steps.evaluation import ReportEvaluation, UseEvaluation
from domain.steps.exceptions import GrantException
from domain.steps.filing import AmendFiling, FileProject, ReportUnfiledProject
from domain.steps.funding import ArrangeFunds, DisburseFunds
from domain.steps.interconnection import ConfirmSupply, RecordInterconnection, RecordSupply
from domain.steps.procurement import RecordContract
from domain.steps.review import GiveOpinion
from domain.steps.risk import AssessPrivacyImpact, AssessSharingRisk
from domain.steps.satisfaction import RecordSurvey
from domain.steps.security import FileLevel, MarkSecurity, RecordClassifiedTest, RecordSecurityTest
from domain.steps.service import OnboardService
from domain.steps.sharing import DeclareSharing, ReportLapse, ReportResumption
from domain.steps.systems import RegisterSystem, StateNoSystem
from domain.streams import StreamKind
from domain.system import ConnectionLevel
from infrastructure.demo.plan import Own, Plan, known, plan_of, wan
from infrastructure.demo.project_money import build_money, settled, sharing_work
from infrastructure.demo.project_oversight import commissioned, incidents, overseen
from infrastructure.demo.script import Ask, Script, ask_as, body, code_of, unit_name

_CURES = 5
"""How often a script mends what a refusal named before it gives the project up."""


def project(desk: Desk, number: int) -> Script:
    """The life of one project, as far as it gets."""
    plan = plan_of(number)
    owner = unit_name(plan.unit)

    def own(on: date, run: Callable[[Act], Outcome]) -> Ask:
        return Ask(on, run, Role.OWNER_UNIT, owner)

    yield from _filed(desk, plan, own)
    if plan.project is None:
        return
    project = plan.project
    sharing = _sharing(plan)
    if number % 6 != 1 and not plan.filing.classified:
        yield own(plan.later(5, 25), partial(declare_sharing, desk, project, sharing))
        if number % 2 == 0:
            risks = AssessSharingRisk(report_no=f"RA-{number:03d}", conclusion="风险可控（演示）")
            yield own(plan.later(2, 9), partial(assess_sharing_risk, desk, project, risks))
    if number % 13 == 4:
        # Signed before the approval: recorded as it happened, and reported as out of order.
        yield own(plan.later(3, 10), partial(record_contract, desk, project, _contract(plan, "提前")))
    if not plan.filing.classified:
        opinion = GiveOpinion(body="专家评审组（演示）", verdict=OpinionVerdict.PASS, opinion="同意（演示）")
        yield ask_as(plan.later(5, 20), Role.EXPERT_COMMITTEE, partial(give_opinion, desk, project, opinion))
    approved: list[bool] = []
    yield from _approved(desk, plan, sharing, own, approved)
    if not approved:
        return
    yield from _built(desk, plan, own)
    system: list[UUID] = []
    yield from _evidence(desk, plan, sharing, own, system)
    accepted: list[bool] = []
    yield from _accepted(desk, plan, sharing, own, system, accepted)
    if accepted:
        yield from _operated(desk, plan, sharing, own, system)


def _filed(desk: Desk, plan: Plan, own: Own) -> Script:
    file = FileProject.model_validate(plan.filing.model_dump())
    if plan.number % 31 == 12:
        found = ReportUnfiledProject(
            description="检查中发现未备案即实施的项目（演示）", owner_units=plan.filing.owner_units
        )
        outcome = yield ask_as(plan.day, Role.SMART_OFFICE, partial(report_unfiled_project, desk, found))
        plan.project = outcome.subject
        # Asked for approval before it was filed: refused by G01.
        yield ask_as(
            plan.later(3, 9), Role.PROJECT_AUTHORITY, partial(approve_project, desk, plan.project, _approval(plan))
        )
        yield own(plan.later(5, 20), partial(_file_again, desk, file, plan.project))
        return
    if plan.number in {40, 75}:
        # A first filing that the gate refuses: text for a classified project, or no estimate.
        change: dict[str, Any] = (
            {"summary": "不应填写的文字"} if plan.filing.classified else {"estimate": None, "plan_item": None}
        )
        wrong = file.but(**change)
        outcome = yield own(plan.day, partial(file_project, desk, wrong))
        plan.project = outcome.subject
        yield own(plan.later(1, 6), partial(_file_again, desk, file, plan.project))
        return
    outcome = yield own(plan.day, partial(file_project, desk, file))
    plan.project = outcome.subject


def _file_again(desk: Desk, command: FileProject, project: UUID, act: Act) -> Outcome:
    """File a project that is recorded already."""
    return file_project(desk, command, act, project)


def _sharing(plan: Plan) -> DeclareSharing:
    needs = (
        () if plan.number % 17 == 2 else (SharingNeed(provider="沂源县大数据中心（演示）", resource="人口基础信息"),)
    )
    main = SharedResource(
        name=f"业务数据{plan.number:03d}",
        share_type=ShareType.UNCONDITIONAL,
        update_cycle_days=90,
        code=f"3{plan.unit + 1:02d}001/{plan.number + 1:05d}",
        kind=ResourceKind.E_LICENCE if plan.number % 9 == 4 else ResourceKind.DATA,
        share_mode=ShareMode.PLATFORM_API,
        open_attribute=OpenAttribute.OPEN if plan.number % 5 == 0 else OpenAttribute.NOT_OPEN,
        personal_information=plan.number % 12 == 5,
    )
    extra = SharedResource(
        name=f"统计数据{plan.number:03d}",
        share_type=ShareType.CONDITIONAL,
        condition="限业务协同使用",
        update_cycle_days=90,
    )
    return DeclareSharing(needs=needs, provides=(main, extra) if plan.number % 3 == 0 else (main,))


def _approval(plan: Plan) -> ApproveProject:
    return ApproveProject(
        document_no=f"源审〔{plan.day.year}〕{100 + plan.number}号",
        approver=body(Role.PROJECT_AUTHORITY),
        amount=plan.filing.estimate,
        acceptance_due=add_months(plan.day, 10 + plan.number % 8),
    )


def _contract(plan: Plan, mark: str = "") -> RecordContract:
    estimate = plan.filing.estimate.fen if plan.filing.estimate else 0
    classified = plan.filing.classified
    return RecordContract(
        contract_no=f"YS-{plan.number:03d}{mark}",
        supplier="" if classified else f"演示承建公司{plan.number % 12}",
        supplier_uscc=code_of(900 + plan.number % 12),
        amount=Money.fen_of(max(1_000_000, estimate * plan.draw.randint(82, 99) // 100)),
        mode=_mode(plan),
    )


def _mode(plan: Plan) -> ProcurementMode:
    if plan.number % 20 in {1, 4}:
        return ProcurementMode.PPP
    return ProcurementMode.SERVICE_PURCHASE if plan.number % 4 == 2 else ProcurementMode.GOV_BUILD


def _approved(desk: Desk, plan: Plan, sharing: DeclareSharing, own: Own, approved: list[bool]) -> Script:
    """Ask for approval; mend what the refusal names, as a unit would, or give up."""
    project, classified = known(plan), plan.filing.classified
    for _ in range(_CURES):
        ask = _approval_ask(desk, plan, project)
        outcome = yield ask
        if not outcome.refused:
            approved.append(True)
            return
        rules = outcome.judgement.blocking() if outcome.judgement else ()
        if "G10" in rules:
            if plan.number % 4 == 0:
                return
            plan.day = max(plan.day, plan.day + timedelta(days=plan.draw.randint(60, 200)))
        if {"G03", "G06"} & set(rules):
            yield own(plan.later(6, 30), partial(declare_sharing, desk, project, sharing))
        if "G07" in rules:
            need = SharingNeed(provider="沂源县公安局（演示）", resource="户籍信息")
            stated = DeclareSharing(needs=(need,), provides=sharing.provides)
            yield own(plan.later(4, 15), partial(declare_sharing, desk, project, stated))
        if {"G09", "G18"} & set(rules):
            promised = AmendFiling(
                filing=plan.filing.but(supports_city_platform=True, security_planned=True),
                reason="" if classified else "承诺支持共享平台，同步规划安全（演示）",
            )
            yield own(plan.later(2, 10), partial(amend_filing, desk, project, promised))
        for rule in {"G02", "G12"} & set(rules):
            exception = GrantException(
                rule=rule,
                ground=ExemptionGround.OTHER if rule == "G02" else ExemptionGround.STATUTE,
                reason="上级专项要求单独建设（演示）" if rule == "G02" else "专线依法不联网（演示）",
                deciding_body=body(Role.LEADING_GROUP),
                document_no=f"源智领〔{plan.day.year}〕{plan.number}号",
                expires_on=add_months(plan.day, 12),
            )
            yield ask_as(plan.later(15, 60), Role.LEADING_GROUP, partial(grant_exception, desk, project, exception))


def _approval_ask(desk: Desk, plan: Plan, project: UUID) -> Ask:
    # The first time, some ask the wrong authority: sharing projects are the DRC's to approve (G23).
    astray = plan.filing.sharing_related and plan.number % 2 == 0 and not plan.asked
    role = Role.DRC if plan.filing.sharing_related and not astray else Role.PROJECT_AUTHORITY
    plan.asked = True
    on = plan.later(5, 30)
    asked = _approval(plan)
    return ask_as(on, role, partial(approve_project, desk, project, asked), asked.document_no)


def _built(desk: Desk, plan: Plan, own: Own) -> Script:
    project, classified = known(plan), plan.filing.classified
    contract = _contract(plan)
    outcome = yield own(plan.later(20, 60), partial(record_contract, desk, project, contract))
    if plan.number % 29 == 7:
        right = contract.model_dump(mode="json") | {"amount": wan(77).model_dump(mode="json")}
        correction = CorrectFact(
            version=outcome.recorded[0].stream.version, reason="合同价录入有误（演示）", replacement=right
        )
        yield ask_as(
            plan.later(3, 30), Role.SMART_OFFICE, partial(correct_fact, desk, StreamKind.PROJECT, project, correction)
        )
    yield from build_money(desk, plan)
    for percent in (30, 70, 100):
        report = ReportProgress(percent=percent, summary="" if classified else "按计划推进（演示）")
        yield own(plan.later(30, 80), partial(report_progress, desk, project, report))
    if plan.number % 26 != 17:
        yield own(plan.later(1, 9), partial(mark_security, desk, project, MarkSecurity(phase=SecurityPhase.BUILD)))
    if plan.number % 7 == 6:
        change = RecordChange(
            reason="" if classified else "需求调整（演示）",
            decided_by="" if classified else body(Role.PROJECT_AUTHORITY),
            acceptance_due=add_months(plan.day, 7),
        )
        yield own(plan.later(5, 20), partial(record_change, desk, project, change))


def _evidence(desk: Desk, plan: Plan, sharing: DeclareSharing, own: Own, systems: list[UUID]) -> Script:
    """Register the system and record what acceptance will ask for; some units leave part of it out at first."""
    project = known(plan)
    if plan.filing.categories[0] is Category.GENERAL_HARDWARE and not plan.filing.classified:
        none = StateNoSystem(reason="仅采购通用硬件（演示）", signer_post="分管负责人")
        yield own(plan.later(5, 20), partial(state_that_no_system, desk, project, none))
        return
    name = "" if plan.filing.classified else f"{plan.filing.name}系统"
    outcome = yield own(plan.later(5, 15), partial(register_system, desk, project, RegisterSystem(name=name)))
    system = outcome.recorded[1].stream.id
    systems.append(system)
    if plan.filing.classified:
        tested = RecordClassifiedTest(report_no=f"演示密测〔{plan.day.year}〕{plan.number}")
        yield own(plan.later(20, 60), partial(record_classified_test, desk, system, tested))
        return
    level = 3 if plan.number % 4 == 0 else 2
    filed = FileLevel(level=level, certificate_no=f"370323{plan.unit:05d}-{plan.number + 1:05d}")
    yield own(plan.later(5, 20), partial(record_level_filing, desk, system, filed))
    yield own(plan.later(10, 40), partial(record_security_test, desk, system, _test(plan, level, "A")))
    if plan.number % 5 != 3:
        yield ask_as(plan.later(3, 15), Role.PLATFORM_OPERATOR, partial(record_interconnection, desk, system, _link()))
        if plan.number % 3 == 1:
            for reached in (ConnectionLevel.NETWORK, ConnectionLevel.BUSINESS):
                more = _link().but(level=reached)
                yield ask_as(
                    plan.later(1, 9), Role.PLATFORM_OPERATOR, partial(record_interconnection, desk, system, more)
                )
    if plan.number % 5 != 4:
        for supply in _supplies(sharing):
            yield ask_as(plan.later(1, 10), Role.PLATFORM_OPERATOR, partial(record_supply, desk, system, supply))


def _link() -> RecordInterconnection:
    return RecordInterconnection(department="沂源县大数据中心（演示）", department_uscc=code_of(800))


def _supplies(sharing: DeclareSharing) -> Iterator[RecordSupply]:
    for resource in sharing.provides:
        yield RecordSupply(resource=resource.name, platform_code=f"ZB-DEMO-{resource.name[-3:]}-{len(resource.name)}")


def _test(plan: Plan, level: int, mark: str) -> RecordSecurityTest:
    template = "2015" if plan.day < date(2019, 12, 1) else "2019" if plan.day < date(2021, 6, 1) else "2021"
    poor = mark == "A" and plan.number % 19 == 8
    words = ("不符合", "基本符合") if template == "2015" else ("差", "良")
    return RecordSecurityTest(
        report_no=f"DEMO-{plan.number:03d}-{mark}",
        agency="演示测评有限公司",
        agency_uscc=code_of(950),
        certificate_no=f"370323{plan.unit:05d}-{plan.number + 1:05d}",
        level=level,
        template=template,
        conclusion=words[0] if poor else words[1],
        score=None if template == "2015" else str(plan.draw.randint(40, 68) if poor else plan.draw.randint(80, 89)),
        unresolved_high_risks=2 if poor else 0,
        rectification_plan=template == "2015",
    )


def _accepted(
    desk: Desk, plan: Plan, sharing: DeclareSharing, own: Own, systems: list[UUID], accepted: list[bool]
) -> Script:
    project = known(plan)
    level = 3 if plan.number % 4 == 0 else 2
    # Some wait so long that the test expires before the acceptance.
    wait = (420, 520) if plan.number % 14 == 0 else (800, 900) if plan.number % 28 == 1 else (15, 90)
    plan.later(*wait)
    for attempt in range(_CURES):
        opinion = AcceptProject(
            document_no=f"源验〔{plan.day.year}〕{plan.number}号",
            conclusion="" if plan.filing.classified else "合格（演示）",
        )
        asking = partial(accept_project, desk, project, opinion)
        # In some, who approved it also accepts it.
        account = None if plan.number % 20 == 4 else "acceptance"
        outcome = yield ask_as(plan.later(5, 25), Role.PROJECT_AUTHORITY, asking, account=account)
        if not outcome.refused:
            accepted.append(True)
            return
        rules = set(outcome.judgement.blocking()) if outcome.judgement else set()
        if "G13" in rules:
            online = OnboardService(platform="山东政务服务网（演示）", items=_services(plan, attempt))
            outcome = yield own(plan.later(5, 30), partial(onboard_service, desk, project, online))
            if outcome.refused:
                online = OnboardService(platform="山东政务服务网（演示）", items=_services(plan, attempt + 1))
                yield own(plan.later(2, 12), partial(onboard_service, desk, project, online))
        if "G17" in rules:
            assessed = AssessPrivacyImpact(resource=sharing.provides[0].name, report_no=f"PIA-{plan.number:03d}")
            yield own(plan.later(10, 30), partial(assess_privacy_impact, desk, project, assessed))
        if "G18" in rules:
            yield own(plan.later(3, 30), partial(mark_security, desk, project, MarkSecurity(phase=SecurityPhase.BUILD)))
        if plan.number % 33 == 20 or (not systems and "G18" not in rules):
            yield from overseen(desk, plan)
            return  # given up: it stays blocked, and the board says by which clause
        if "G08" in rules:
            yield ask_as(
                plan.later(20, 90), Role.PLATFORM_OPERATOR, partial(record_interconnection, desk, systems[0], _link())
            )
        if {"G04", "G09"} & rules:
            for supply in _supplies(sharing):
                yield ask_as(
                    plan.later(5, 60), Role.PLATFORM_OPERATOR, partial(record_supply, desk, systems[0], supply)
                )
        if "G14" in rules:
            again = _test(plan, level, f"B{attempt}")
            yield own(plan.later(25, 80), partial(record_security_test, desk, systems[0], again))


def _services(plan: Plan, attempt: int) -> tuple[ServiceItem, ...]:
    """Two services; some first demand a paper that sharing supplies (G21)."""
    again = plan.number % 4 == 2 and attempt == 0
    papers = (ServiceMaterial(name="申请表"), ServiceMaterial(name="营业执照", obtainable_by_sharing=again))
    return (
        ServiceItem(name=f"事项{plan.number:03d}甲（演示）", one_visit=True, materials=papers if again else papers[:1]),
        ServiceItem(name=f"事项{plan.number:03d}乙（演示）", online=False, offline_reason="须现场核验（演示）"),
    )


def _operated(desk: Desk, plan: Plan, sharing: DeclareSharing, own: Own, systems: list[UUID]) -> Script:
    """Pay the rest, then every year: operation money, evaluations that do not always agree, and lapses."""
    project, classified = known(plan), plan.filing.classified
    estimate = plan.filing.estimate or wan(100)
    rest = DisburseFunds(arrangement=1, amount=Money.fen_of(estimate.fen * plan.draw.randint(55, 65) // 100))
    yield ask_as(plan.later(10, 40), Role.FINANCE, partial(disburse_funds, desk, project, rest))
    yield from settled(desk, plan, own)
    arrangements, lapsed = 1, False
    first_year = plan.day.year + 1
    for year in range(first_year, first_year + 3):
        resource = sharing.provides[0].name
        if plan.number % 10 == 9 and not lapsed and not classified:
            plan.day = max(plan.day, date(year, 1, 15))
            lapse = ReportLapse(resource=resource, reason="超过两个更新周期未更新（演示）")
            yield ask_as(plan.day, Role.PLATFORM_OPERATOR, partial(report_lapse, desk, project, lapse))
            lapsed = True
        if not classified and plan.number % 16 != 15:
            plan.day = max(plan.day, date(year, 2, 1) + timedelta(days=plan.draw.randint(0, 9)))
            yield from _updated(desk, plan, sharing, systems)
        plan.day = max(plan.day, date(year, 2, 20) + timedelta(days=plan.draw.randint(0, 20)))
        money = ArrangeFunds(
            purpose=FundPurpose.OPERATION,
            year=year,
            source=FundSource.DEPT_BUDGET,
            amount=plan.filing.operation_estimate or wan(5),
        )
        outcome = yield ask_as(plan.day, Role.FINANCE, partial(arrange_funds, desk, project, money))
        if outcome.refused and outcome.judgement is not None and "G05" in outcome.judgement.blocking() and lapsed:
            back = ReportResumption(resource=resource)
            yield ask_as(plan.later(20, 60), Role.PLATFORM_OPERATOR, partial(report_resumption, desk, project, back))
            lapsed = False
            outcome = yield ask_as(plan.later(5, 20), Role.FINANCE, partial(arrange_funds, desk, project, money))
        if outcome.refused and plan.number % 16 == 15 and not lapsed and systems:
            yield from _updated(desk, plan, sharing, systems)
            outcome = yield ask_as(plan.later(5, 15), Role.FINANCE, partial(arrange_funds, desk, project, money))
        if not outcome.refused:
            arrangements += 1
            pay = DisburseFunds(arrangement=arrangements, amount=money.amount)
            yield ask_as(plan.later(20, 60), Role.FINANCE, partial(disburse_funds, desk, project, pay))
        if not classified:
            yield from _rated(desk, plan, year - 1, first=year == first_year)
    if systems and plan.number % 15 == 6:
        yield from incidents(desk, plan, own, systems[0])
    if plan.filing.sharing_related:
        yield from sharing_work(desk, plan)


def _rated(desk: Desk, plan: Plan, period: int, *, first: bool) -> Script:
    """A year's evaluations and survey, and what was done with the last result."""
    project = known(plan)
    for report in _evaluations(plan, period):
        role = Role.OWNER_UNIT if report.channel is EvaluationChannel.SELF_EVALUATION else Role.THIRD_PARTY
        by = unit_name(plan.unit) if role is Role.OWNER_UNIT else body(role)
        plan.evaluations += 1
        yield Ask(plan.later(5, 30), partial(report_evaluation, desk, project, report), role, by)
    if plan.number % 8 == 5 and first:
        yield from commissioned(desk, plan, period)
        plan.evaluations += 1
    if plan.number % 5 == 1:
        survey = RecordSurvey(
            period=str(period),
            method=SurveyMethod.QUESTIONNAIRE,
            respondents=plan.draw.randint(80, 900),
            satisfied_bp=plan.draw.randint(7200, 9900),
            surveyor=body(Role.THIRD_PARTY),
        )
        yield ask_as(plan.later(5, 15), Role.THIRD_PARTY, partial(record_survey, desk, project, survey))
    if plan.number % 3 == 0:
        use = UseEvaluation(evaluation=plan.evaluations, use=ResultUse.RECTIFICATION, note="限期整改（演示）")
        yield ask_as(plan.later(10, 40), Role.SMART_OFFICE, partial(use_evaluation, desk, project, use))


def _updated(desk: Desk, plan: Plan, sharing: DeclareSharing, systems: list[UUID]) -> Script:
    """The platform says that the shared resources were updated, and how often they were called."""
    for system in systems[:1]:
        for resource in sharing.provides:
            updated = ConfirmSupply(resource=resource.name, calls=plan.draw.randint(40, 9000))
            yield ask_as(plan.later(0, 3), Role.PLATFORM_OPERATOR, partial(confirm_supply, desk, system, updated))


def _evaluations(plan: Plan, year: int) -> Iterator[ReportEvaluation]:
    own_score = plan.draw.randint(85, 98)
    other_score = own_score - (plan.draw.randint(8, 30) if plan.number % 4 == 1 else plan.draw.randint(-2, 2))
    rated = (
        (EvaluationChannel.SELF_EVALUATION, unit_name(plan.unit), own_score),
        (EvaluationChannel.THIRD_PARTY_ASSESSMENT, body(Role.THIRD_PARTY), other_score),
    )
    for channel, evaluator, score in rated:
        yield ReportEvaluation(
            channel=channel,
            evaluator=evaluator,
            scale="财预〔2020〕10号",
            grade="优" if score >= 90 else "良" if score >= 80 else "中" if score >= 60 else "差",
            score=str(score),
            period=str(year),
            summary="演示评价",
        )
