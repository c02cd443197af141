"""What else is asked at acceptance and for services: platform, risks, privacy, security, exchange (三、五)."""

from __future__ import annotations

import pytest

from domain.amounts import stages
from domain.dates import CivilDate
from domain.evolve import fold
from domain.faults import ActError, BadFieldError
from domain.money import Money, MoneyUnit
from domain.project import (
    AmountStage,
    ExemptionGround,
    ImportOrigin,
    SecurityPhase,
    ServiceItem,
    ServiceMaterial,
    SharedResource,
    ShareType,
)
from domain.rule import Clause, Conclusion, CryptoPolicy, Effect, Gate, NormStrength, text
from domain.steps.acceptance import AcceptProject, ProjectAccepted, accept
from domain.steps.building import ChangeRecorded
from domain.steps.exceptions import ExceptionGranted
from domain.steps.filing import UnfiledProjectFound, file
from domain.steps.funding import ArrangeFunds, FundsArranged, arrange
from domain.steps.history import bring_in
from domain.steps.interconnection import InterconnectionTested, SupplyConfirmed
from domain.steps.procurement import ContractRecorded
from domain.steps.risk import PrivacyImpactAssessed, SharingRiskAssessed
from domain.steps.security import CryptoAssessed, SecurityIncidentRecorded, SecurityIncidentResolved, SecurityMarked
from domain.steps.service import ExemptService, OnboardService, ServiceExempted, ServiceOnboarded, exempt, onboard
from domain.steps.sharing import SharingDeclared
from domain.steps.systems import RegisterSystem, SystemChanged, SystemRegistered, register
from domain.streams import StreamKind
from domain.system import ConnectionLevel, CryptoStage, ExchangeRoute, GovSystem, IncidentGrade
from tests.given import PROJECT, RULES, SYSTEM, Dated, given, history
from tests.stages import (
    ACCEPTED,
    APPROVED,
    CLASSIFIED,
    CONNECTED,
    ENROLLED,
    EVIDENCE,
    FILING,
    LEVEL,
    LISTED,
    MARKED,
    NEED,
    OTHER,
    REGISTERED,
    RESOURCE,
    SHARED,
    SUPPLIED,
    WAN,
    filed,
    level_report,
    passed,
)

ACCEPT = AcceptProject(document_no="源验1号")
RIPE = (filed(), SHARED, APPROVED, LISTED, MARKED)
OPERATION = ArrangeFunds(purpose="OPERATION", year=2020, source="DEPT_BUDGET", amount=WAN)


def noted(event: object) -> set[str]:
    return {f.rule for f in event.judgement.findings if f.effect is Effect.NOTES}  # type: ignore[attr-defined]


@pytest.mark.clause("G13")
@pytest.mark.clause("O29")
class TestG13:
    """除法律规定或涉密等相关情况外，政务服务均应纳入政务服务平台办理"""

    SERVING = (filed(FILING.but(serves_public=True)), *RIPE[1:])
    ONLINE: Dated = (
        "2019-05-20",
        ServiceOnboarded(
            platform="山东政务服务网", items=(ServiceItem(name="开办企业"),), judgement=passed(Gate.SERVE)
        ),
    )
    EXEMPT: Dated = ("2019-05-20", ServiceExempted(ground=ExemptionGround.STATUTE, legal_basis="某法第九条"))

    def test_services_are_on_the_platform_or_exempt(self) -> None:
        given(*self.SERVING, system=EVIDENCE).when(accept, ACCEPT).refused_by("G13")
        given(*self.SERVING, self.ONLINE, system=EVIDENCE).when(accept, ACCEPT).then(ProjectAccepted)
        given(*self.SERVING, self.EXEMPT, system=EVIDENCE).when(accept, ACCEPT).then(ProjectAccepted)

    def test_a_later_onboarding_does_not_serve(self) -> None:
        situation = given(*self.SERVING, self.ONLINE, system=EVIDENCE, on="2019-05-19")
        situation.when(accept, ACCEPT).refused_by("G13")

    def test_a_project_that_does_not_serve_the_public_is_not_asked(self) -> None:
        given(*RIPE, system=EVIDENCE).when(accept, ACCEPT).then(ProjectAccepted)

    def test_an_offline_service_says_why(self) -> None:
        offline = ServiceItem(name="现场勘验", online=False)
        with pytest.raises(BadFieldError, match="offline"):
            given(*self.SERVING).when(onboard, OnboardService(platform="平台", items=(offline,)))
        reasoned = offline.but(offline_reason="须到现场")
        given(*self.SERVING).when(onboard, OnboardService(platform="平台", items=(reasoned,))).then(ServiceOnboarded)


@pytest.mark.clause("G21")
@pytest.mark.clause("O13")
class TestG21:
    """能共享的材料不得要求重复提交"""

    def service(self, *, obtainable: bool) -> OnboardService:
        licence = ServiceMaterial(name="营业执照", obtainable_by_sharing=obtainable)
        form = ServiceMaterial(name="申请表")
        return OnboardService(
            platform="平台", items=(ServiceItem(name="开办", one_visit=True, materials=(licence, form)),)
        )

    def test_papers_that_nobody_shares_may_be_demanded(self) -> None:
        event = given(*RIPE).when(onboard, self.service(obtainable=False)).then(ServiceOnboarded)
        assert event.items[0].one_visit  # type: ignore[attr-defined]

    def test_papers_that_sharing_supplies_may_not(self) -> None:
        event = given(*RIPE).when(onboard, self.service(obtainable=True)).refused_by("G21")
        assert "开办/营业执照" in event.judgement.findings[0].reason.zh

    def test_no_exception_helps(self) -> None:
        forged = ExceptionGranted(rule="G21", reason="x", deciding_body="x", document_no="x〔2019〕1号")
        given(*RIPE, ("2019-02-01", forged)).when(onboard, self.service(obtainable=True)).refused_by("G21")


@pytest.mark.clause("G16")
class TestG16:
    """推进政务信息资源共享利用风险评估"""

    ASSESSED: Dated = ("2019-05-05", SharingRiskAssessed(report_no="R-1", conclusion="风险可控"))

    def test_its_absence_is_noted_and_blocks_nothing(self) -> None:
        assert "G16" in noted(given(*RIPE, system=EVIDENCE).when(accept, ACCEPT).then(ProjectAccepted))

    def test_an_assessment_in_time_ends_the_note(self) -> None:
        assert "G16" not in noted(given(*RIPE, self.ASSESSED, system=EVIDENCE).when(accept, ACCEPT).event)
        early = given(*RIPE, self.ASSESSED, system=EVIDENCE, on="2019-05-04").when(accept, ACCEPT).event
        assert "G16" in noted(early)


@pytest.mark.clause("G17")
class TestG17:
    """完善个人隐私保护措施"""

    PEOPLE = SharedResource(name="业务数据", share_type=ShareType.UNCONDITIONAL, personal_information=True)
    ASSESSED: Dated = ("2019-05-05", PrivacyImpactAssessed(resource="业务数据", report_no="P-1"))

    def ripe(self, resource: SharedResource, *more: Dated) -> tuple[Dated, ...]:
        declared = ("2019-01-20", SharingDeclared(needs=(NEED,), provides=(resource,)))
        return (filed(), declared, APPROVED, LISTED, MARKED, *more)

    def test_personal_information_is_assessed_before_acceptance(self) -> None:
        given(*self.ripe(self.PEOPLE), system=EVIDENCE).when(accept, ACCEPT).refused_by("G17")
        assessed = self.ripe(self.PEOPLE, self.ASSESSED)
        given(*assessed, system=EVIDENCE).when(accept, ACCEPT).then(ProjectAccepted)

    def test_the_assessment_of_another_resource_does_not_serve(self) -> None:
        other = ("2019-05-05", PrivacyImpactAssessed(resource="别的数据", report_no="P-1"))
        given(*self.ripe(self.PEOPLE, other), system=EVIDENCE).when(accept, ACCEPT).refused_by("G17")

    def test_a_withheld_resource_is_not_asked(self) -> None:
        withheld = self.PEOPLE.but(share_type=ShareType.NOT_SHARED, legal_basis="某法")
        given(*self.ripe(withheld), system=EVIDENCE).when(accept, ACCEPT).then(ProjectAccepted)


@pytest.mark.clause("G18")
class TestG18AtAcceptance:
    """将网络信息安全建设与新型智慧城市建设同规划、同建设、同考核"""

    def test_security_was_built_along(self) -> None:
        given(*RIPE, system=EVIDENCE).when(accept, ACCEPT).then(ProjectAccepted)
        given(*RIPE[:-1], system=EVIDENCE).when(accept, ACCEPT).refused_by("G18")

    def test_the_mark_of_the_assessment_does_not_stand_in(self) -> None:
        assessed = ("2019-04-20", SecurityMarked(phase=SecurityPhase.ASSESSMENT))
        given(*RIPE[:-1], assessed, system=EVIDENCE).when(accept, ACCEPT).refused_by("G18")


@pytest.mark.clause("G19")
class TestG19:
    """坚持动态调整、分级响应"""

    INCIDENT: Dated = ("2019-05-10", SecurityIncidentRecorded(number=1, grade=IncidentGrade.II))
    RESOLVED: Dated = ("2019-05-20", SecurityIncidentResolved(number=1))

    def test_an_open_incident_is_noted(self) -> None:
        event = given(*RIPE, system=(*EVIDENCE, self.INCIDENT)).when(accept, ACCEPT).then(ProjectAccepted)
        assert "G19" in noted(event)

    def test_a_resolved_one_is_not(self) -> None:
        event = given(*RIPE, system=(*EVIDENCE, self.INCIDENT, self.RESOLVED)).when(accept, ACCEPT).event
        assert "G19" not in noted(event)

    def test_a_test_older_than_a_major_change_no_longer_serves(self) -> None:
        changed = ("2019-05-20", SystemChanged(description="更换数据库"))
        given(*RIPE, system=(*EVIDENCE, changed)).when(accept, ACCEPT).refused_by("G14")
        again = (*EVIDENCE, changed, level_report("2019-05-25", report_no="T-2"))
        given(*RIPE, system=again).when(accept, ACCEPT).then(ProjectAccepted)


@pytest.mark.clause("G14")
def test_an_agency_that_is_the_builder_by_name_is_not_independent() -> None:
    """将信息系统安全等级保护测评作为项目验收的重要环节"""
    built = ("2019-03-02", ContractRecorded(contract_no="H-1", supplier="测评公司", amount=WAN))
    given(*RIPE, built, system=EVIDENCE).when(accept, ACCEPT).refused_by("G14")


@pytest.mark.clause("G20")
class TestG20:
    """使用全市统一的数据共享交换平台"""

    def by(self, *routes: ExchangeRoute) -> tuple[Dated, ...]:
        links = tuple(
            (
                "2019-05-02",
                InterconnectionTested(
                    department="公安局", department_uscc=OTHER, level=ConnectionLevel.DATA, route=route
                ),
            )
            for route in routes
        )
        return (REGISTERED, LEVEL, level_report(), *links, SUPPLIED)

    def test_the_citys_platform_and_direct_links_pass(self) -> None:
        for route in (ExchangeRoute.CITY_PLATFORM, ExchangeRoute.DIRECT):
            given(*RIPE, system=self.by(route)).when(accept, ACCEPT).then(ProjectAccepted)

    def test_an_own_platform_alone_is_refused(self) -> None:
        given(*RIPE, system=self.by(ExchangeRoute.OWN_PLATFORM)).when(accept, ACCEPT).refused_by("G20")

    def test_beside_the_citys_it_is_not(self) -> None:
        both = self.by(ExchangeRoute.OWN_PLATFORM, ExchangeRoute.CITY_PLATFORM)
        given(*RIPE, system=both).when(accept, ACCEPT).then(ProjectAccepted)


@pytest.mark.clause("O11")
def test_missing_levels_of_connection_are_noted() -> None:
    """推进网络通、数据通、业务通"""
    event = given(*RIPE, system=EVIDENCE).when(accept, ACCEPT).then(ProjectAccepted)
    (finding,) = [f for f in event.judgement.findings if f.rule == "O11"]  # type: ignore[attr-defined]
    assert finding.facts[1].value == "NETWORK,BUSINESS"
    links = tuple(
        ("2019-05-02", InterconnectionTested(department="公安局", department_uscc=OTHER, level=level))
        for level in ConnectionLevel
    )
    whole = given(*RIPE, system=(REGISTERED, LEVEL, level_report(), *links, SUPPLIED)).when(accept, ACCEPT).event
    assert "O11" not in noted(whole)


@pytest.mark.clause("G05")
@pytest.mark.clause("O31")
class TestUpdateCycle:
    """每次安排运维经费时，共享须按周期更新"""

    MONTHLY = RESOURCE.but(update_cycle_days=30)
    OPERATED = (
        filed(),
        ("2019-01-20", SharingDeclared(needs=(NEED,), provides=(MONTHLY,))),
        APPROVED,
        LISTED,
        MARKED,
        ACCEPTED,
    )

    def arranged(self, day: str, *updates: str) -> object:
        confirmed = tuple((on, SupplyConfirmed(resource="业务数据", calls=10)) for on in updates)
        return given(*self.OPERATED, system=(*EVIDENCE, *confirmed), on=day).when(arrange, OPERATION)

    def test_two_missed_cycles_are_a_lapse(self) -> None:
        self.arranged("2020-03-01", "2020-01-01").then(FundsArranged)  # type: ignore[attr-defined]
        event = self.arranged("2020-03-02", "2020-01-01").refused_by("G05")  # type: ignore[attr-defined]
        assert "更新周期" in event.judgement.findings[0].reason.zh

    def test_the_verification_itself_counts_as_an_update(self) -> None:
        self.arranged("2019-07-02").then(FundsArranged)  # type: ignore[attr-defined]
        self.arranged("2019-07-03").refused_by("G05")  # type: ignore[attr-defined]

    def test_a_later_update_does_not_serve(self) -> None:
        self.arranged("2020-03-01", "2020-03-02").refused_by("G05")  # type: ignore[attr-defined]


CRYPTO = Clause(
    rule="C01",
    section="-",
    quote="密码应用安全性评估",
    reading=text("须有密评", "needs an assessment"),
    strength=NormStrength.REQUIRED_EVIDENCE,
)
POLICY = CryptoPolicy(
    from_level=3,
    validity_months=12,
    conclusions={"符合": Conclusion.PASS, "基本符合": Conclusion.PASS, "不符合": Conclusion.FAIL},
)
REQUIRING = RULES.but(clauses=(*RULES.clauses, CRYPTO), parameters=RULES.parameters.but(crypto=POLICY))


class TestC01:
    """密评: off, recorded or required, as the rule set says"""

    def assessed(self, on: str = "2019-05-15", **changes: object) -> Dated:
        report = CryptoAssessed(stage=CryptoStage.SYSTEM, report_no="M-1", agency="密评机构", conclusion="基本符合")
        return on, report.but(**changes)

    def test_off_where_the_rule_set_does_not_state_it(self) -> None:
        event = given(*RIPE, system=EVIDENCE).when(accept, ACCEPT).then(ProjectAccepted)
        assert "C01" not in noted(event)

    def test_recorded_where_it_is_only_tracked(self) -> None:
        tracked = REQUIRING.but(clauses=(*RULES.clauses, CRYPTO.but(strength=NormStrength.TRACK_ONLY)))
        assert "C01" in noted(given(*RIPE, system=EVIDENCE, rules=tracked).when(accept, ACCEPT).then(ProjectAccepted))

    def test_required_from_the_stated_level(self) -> None:
        given(*RIPE, system=EVIDENCE, rules=REQUIRING).when(accept, ACCEPT).refused_by("C01")
        good = (*EVIDENCE, self.assessed())
        given(*RIPE, system=good, rules=REQUIRING).when(accept, ACCEPT).then(ProjectAccepted)

    @pytest.mark.parametrize(
        "change",
        [
            {"conclusion": "不符合"},
            {"unresolved_high_risks": 1},
            {"stage": CryptoStage.PLAN},
            {"on": "2018-05-31"},
            {"on": "2019-06-02"},
        ],
    )
    def test_a_failed_expired_later_or_other_report_does_not_serve(self, change: dict[str, object]) -> None:
        report = self.assessed(**change)  # type: ignore[arg-type]
        given(*RIPE, system=(*EVIDENCE, report), rules=REQUIRING).when(accept, ACCEPT).refused_by("C01")

    def test_a_lower_level_is_not_asked(self) -> None:
        level = ("2019-03-10", LEVEL[1].but(level=2))
        second = (REGISTERED, level, level_report(level=2), CONNECTED, SUPPLIED)
        given(*RIPE, system=second, rules=REQUIRING).when(accept, ACCEPT).then(ProjectAccepted)


LIMIT = Clause(
    rule="C02",
    section="-",
    quote="变更超过概算",
    reading=text("须重新报批", "needs a new approval"),
    strength=NormStrength.REQUIRED,
)
LIMITED = RULES.but(clauses=(*RULES.clauses, LIMIT), parameters=RULES.parameters.but(change_limit_bp=1500))


class TestC02:
    """变更超过批复概算一定比例的，应重新报批"""

    def changed(self, *wan: str, on: str = "2019-04-01") -> tuple[Dated, ...]:
        return tuple(
            (on, ChangeRecorded(reason="x", decided_by="x", content="", amount=Money.of(w, MoneyUnit.WAN_YUAN)))
            for w in wan
        )

    @pytest.mark.parametrize("wan", ["115", "85", "100"])
    def test_up_to_the_limit_no_new_approval_is_needed(self, wan: str) -> None:
        given(*RIPE, *self.changed(wan), system=EVIDENCE, rules=LIMITED).when(accept, ACCEPT).then(ProjectAccepted)

    @pytest.mark.parametrize("wan", ["115.01", "84.99"])
    def test_beyond_it_acceptance_and_build_money_wait(self, wan: str) -> None:
        situation = given(*RIPE, *self.changed(wan), system=EVIDENCE, rules=LIMITED)
        situation.when(accept, ACCEPT).refused_by("C02")

    def test_small_changes_count_together_and_the_approved_amount_stays(self) -> None:
        situation = given(*RIPE, *self.changed("110", "120"), system=EVIDENCE, rules=LIMITED)
        situation.when(accept, ACCEPT).refused_by("C02")
        approval = situation.case.project.approval
        assert approval is not None
        assert (approval.amount, approval.amount_in_force) == (WAN, Money.of("120", MoneyUnit.WAN_YUAN))
        stated = [a.fen for a in stages(situation.case.project) if a.stage is AmountStage.DESIGN_ESTIMATE]
        assert stated == [100_000_000, 110_000_000, 120_000_000]

    def test_a_later_change_and_a_set_without_a_limit_do_not_ask(self) -> None:
        later = self.changed("200", on="2019-06-02")
        given(*RIPE, *later, system=EVIDENCE, rules=LIMITED).when(accept, ACCEPT).then(ProjectAccepted)
        given(*RIPE, *self.changed("200"), system=EVIDENCE).when(accept, ACCEPT).then(ProjectAccepted)


SECRET = SystemRegistered(name="", project=PROJECT, classified=True)


@pytest.mark.clause("G15")
class TestClassified:
    """凡涉及国家秘密的，应当严格遵守有关保密法律法规规定"""

    def test_no_service_exemption_or_description_enters(self) -> None:
        asked = ExemptService(ground=ExemptionGround.SECRECY, legal_basis="某法")
        given(filed(CLASSIFIED)).when(exempt, asked).refused_by("G15")

    def test_a_project_that_is_described_already_cannot_become_classified(self) -> None:
        found = ("2019-01-01", UnfiledProjectFound(description="检查中发现"))
        situation = given(found, unit=(ENROLLED,)).filing(CLASSIFIED)
        situation.when(file, CLASSIFIED, "ZH-370323-2019-000001-7").refused_by("G15")

    def test_it_shares_no_system_with_an_open_project(self) -> None:
        """A system's acts are judged by its first project: text would enter beside the placeholder."""
        known = fold(GovSystem(id=SYSTEM), history(StreamKind.SYSTEM, SYSTEM, REGISTERED))
        secret = fold(GovSystem(id=SYSTEM), history(StreamKind.SYSTEM, SYSTEM, ("2019-03-01", SECRET)))
        for project, system in ((filed(CLASSIFIED), known), (filed(), secret)):
            with pytest.raises(ActError, match="share"):
                register(given(project).case, system, RegisterSystem(system=SYSTEM))

    def test_nothing_is_brought_in_beside_a_placeholder(self) -> None:
        origin = ImportOrigin(
            source="s",
            key="k",
            edition="2022",
            snapshot_on=CivilDate.parse("2022"),
            name="N",
            organisation="O",
            area="A",
            row_sha256="0" * 64,
        )
        with pytest.raises(ActError, match="classified"):
            bring_in(given(filed(CLASSIFIED)).case.project, origin, ())

    def test_what_a_refusal_keeps_of_it_holds_no_text(self) -> None:
        spoken = CLASSIFIED.but(name="某系统", summary="内容", phase="二期")
        situation = given(unit=(ENROLLED,)).filing(spoken)
        event = situation.when(file, spoken, "ZH-370323-2019-000001-7").refused_by("G15")
        assert event.asked is not None
        assert event.asked.filing is not None
        assert event.asked.filing.free_text() == ()
        assert set(event.asked.free_text) == {"name", "summary", "phase"}
        assert "某系统" not in event.model_dump_json()
