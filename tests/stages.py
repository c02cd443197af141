"""Histories by stage of life, to start tests from."""

from __future__ import annotations

from datetime import date

from domain.money import Money, MoneyUnit
from domain.project import (
    BuildMode,
    Category,
    Filing,
    FundPurpose,
    FundSource,
    ProjectKind,
    SecurityPhase,
    SharedResource,
    ShareType,
    SharingNeed,
)
from domain.rule import Gate, Judgement, RuleSetRef
from domain.steps.acceptance import ProjectAccepted
from domain.steps.approval import ProjectApproved
from domain.steps.enrolment import UnitEnrolled
from domain.steps.filing import ProjectFiled
from domain.steps.funding import FundsArranged
from domain.steps.interconnection import InterconnectionTested, PlatformSupplyVerified
from domain.steps.security import SecurityLevelFiled, SecurityMarked, SecurityTested
from domain.steps.sharing import SharingDeclared
from domain.steps.systems import SystemListed, SystemRegistered
from domain.streams import guidance_fund_id
from domain.system import ConnectionLevel
from domain.unit import UnitKind
from tests.given import PROJECT, SYSTEM, Dated

OWNER = "113703230042123426"
OTHER = "11370323MB0000019Q"
BUILDER = "91350100M000100Y43"
FUND = guidance_fund_id("370323")
CERTIFICATE = "37032300001-00001"
WAN = Money.of("100", MoneyUnit.WAN_YUAN)

FILING = Filing(
    name="测试项目",
    owner_units=(OWNER,),
    division="370323",
    kind=ProjectKind.NEW,
    categories=(Category.OTHER,),
    build_mode=BuildMode.STANDALONE,
    estimate=WAN,
    plan_item="总体规划 3.2",
    supports_city_platform=True,
    security_planned=True,
)
CLASSIFIED = Filing(
    owner_units=(OWNER,),
    division="370323",
    kind=ProjectKind.NEW,
    categories=(Category.OTHER,),
    build_mode=BuildMode.STANDALONE,
    supports_city_platform=True,
    security_planned=True,
    classified=True,
    secrecy_document_no="保密〔2019〕1号",
)


def passed(gate: Gate) -> Judgement:
    """A judgement without findings."""
    return Judgement(
        gate=gate,
        allowed=True,
        judged_on=date(2019, 1, 1),
        rule_set=RuleSetRef(id="test", digest="0" * 64),
        findings=(),
    )


def filed(filing: Filing = FILING, on: str = "2019-01-05") -> Dated:
    return on, ProjectFiled(number="ZH-370323-2019-000001-7", filing=filing, judgement=passed(Gate.FILE))


NEED = SharingNeed(provider="公安局", resource="户籍信息")
RESOURCE = SharedResource(name="业务数据", share_type=ShareType.UNCONDITIONAL)

ENROLLED: Dated = (
    "2018-10-01",
    UnitEnrolled(uscc=OWNER, name="测试局", kind=UnitKind.COUNTY_DEPT, division="370323"),
)
SHARED: Dated = ("2019-01-20", SharingDeclared(needs=(NEED,), provides=(RESOURCE,)))
APPROVED: Dated = (
    "2019-02-20",
    ProjectApproved(document_no="源审〔2019〕1号", approver="主管部门", amount=WAN, judgement=passed(Gate.APPROVE)),
)
LISTED: Dated = ("2019-03-01", SystemListed(system=SYSTEM, name="测试系统"))
MARKED: Dated = ("2019-04-20", SecurityMarked(phase=SecurityPhase.BUILD))
ACCEPTED: Dated = ("2019-06-10", ProjectAccepted(judgement=passed(Gate.ACCEPT)))
BUILD_MONEY: Dated = (
    "2019-03-05",
    FundsArranged(
        number=1,
        purpose=FundPurpose.BUILD,
        year=2019,
        source=FundSource.GOV_BUDGET,
        amount=WAN,
        judgement=passed(Gate.FUND_BUILD),
    ),
)

REGISTERED: Dated = ("2019-03-01", SystemRegistered(name="测试系统", project=PROJECT))
LEVEL: Dated = ("2019-03-10", SecurityLevelFiled(level=3, certificate_no=CERTIFICATE))
CONNECTED: Dated = (
    "2019-05-02",
    InterconnectionTested(department="公安局", department_uscc=OTHER, level=ConnectionLevel.DATA),
)
SUPPLIED: Dated = ("2019-05-03", PlatformSupplyVerified(resource="业务数据", platform_code="ZB-1"))


def level_report(on: str = "2019-05-01", **changes: object) -> Dated:
    report = SecurityTested(
        report_no="T-1",
        agency="测评公司",
        certificate_no=CERTIFICATE,
        level=3,
        template="2015",
        conclusion="符合",
    )
    return on, report.but(**changes)


EVIDENCE: tuple[Dated, ...] = (REGISTERED, LEVEL, level_report(), CONNECTED, SUPPLIED)
