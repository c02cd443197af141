"""The clauses on money at their gates: what passes, what is refused or noted, and what nearly is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from domain.event import Event
from domain.evolve import fold
from domain.faults import ActError, BadFieldError
from domain.guidance_fund import FieldTag, GuidanceFund, InvestmentStage
from domain.money import Money, MoneyUnit
from domain.project import (
    BudgetLine,
    Filing,
    FundPurpose,
    FundSource,
    PppTerms,
    ProcurementMode,
)
from domain.rule import Effect, Gate, NormStrength
from domain.rules import judge
from domain.steps.approval import ApproveProject, approve
from domain.steps.funding import (
    ArrangeFunds,
    BudgetSet,
    DisburseFunds,
    FundsArranged,
    FundsDisbursed,
    FundsRefused,
    SetBudget,
    arrange,
    disburse,
    set_budget,
)
from domain.steps.guidance_fund import (
    Contribute,
    FundContributed,
    FundInvested,
    Invest,
    InvestmentRefused,
    InvestmentReturned,
    ReturnInvestment,
    contribute,
    give_back,
    invest,
)
from domain.steps.ppp import (
    DelistPpp,
    ListPpp,
    OperationReported,
    PppDelisted,
    PppListed,
    PppListingRefused,
    ReportOperation,
    enter,
    leave,
    report_operation,
)
from domain.steps.procurement import ContractRecorded, RecordContract, contract
from domain.streams import StreamKind
from tests.given import PROJECT, RULES, Dated, Given, given, history
from tests.stages import APPROVED, BUILD_MONEY, CLASSIFIED, FILING, FUND, SHARED, WAN, filed, passed

RIPE: tuple[Dated, ...] = (filed(), SHARED, APPROVED)
FEN = Money.fen_of
LINE = BudgetLine(purpose=FundPurpose.BUILD, year=2019, source=FundSource.GOV_BUDGET)


def notes(event: Event, rule: str) -> list[str]:
    """Reasons of a rule's findings in a decision, none of which blocks."""
    found = [f for f in event.judgement.findings if f.rule == rule]  # type: ignore[attr-defined]
    assert {f.effect for f in found} <= {Effect.NOTES}
    return [f.reason.zh for f in found]


def stronger(rule: str, strength: NormStrength) -> Any:
    """The rule set with one clause of another strength: strength is data."""
    return RULES.but(clauses=tuple(c.but(strength=strength) if c.rule == rule else c for c in RULES.clauses))


def asking(
    purpose: FundPurpose = FundPurpose.BUILD, source: FundSource = FundSource.GOV_BUDGET, fen: int = 10
) -> ArrangeFunds:
    return ArrangeFunds(purpose=purpose, year=2019, source=source, amount=FEN(fen))


def budget(fen: int, line: BudgetLine = LINE) -> Dated:
    return "2019-03-01", BudgetSet(**dict(line), amount=FEN(fen))


@pytest.mark.clause("F01")
class TestF01Budget:
    """加强项目资金使用管理和监督，提高财政资金使用效益"""

    def test_an_arrangement_stays_within_the_budget(self) -> None:
        situation = given(*RIPE, budget(100))
        situation.when(arrange, asking(fen=100)).then(FundsArranged)
        event = situation.when(arrange, asking(fen=101)).refused_by("F01")
        assert isinstance(event, FundsRefused)
        assert "预算余额100分" in event.judgement.findings[0].reason.zh

    def test_what_is_arranged_already_counts(self) -> None:
        situation = given(*RIPE, budget(WAN.fen + 5), BUILD_MONEY)
        situation.when(arrange, asking(fen=5)).then(FundsArranged)
        situation.when(arrange, asking(fen=6)).refused_by("F01")

    def test_the_newest_figure_counts_and_the_earlier_stays(self) -> None:
        situation = given(*RIPE, budget(100), budget(50))
        situation.when(arrange, asking(fen=50)).then(FundsArranged)
        situation.when(arrange, asking(fen=51)).refused_by("F01")
        assert [b.amount.fen for b in situation.case.project.budgets] == [100, 50]

    def test_without_a_budget_of_that_line_there_is_no_bound(self) -> None:
        given(*RIPE).when(arrange, asking(fen=WAN.fen)).then(FundsArranged)
        for other in (LINE.but(year=2020), LINE.but(source=FundSource.OTHER), LINE.but(purpose=FundPurpose.OPERATION)):
            given(*RIPE, budget(1, other)).when(arrange, asking(fen=2)).then(FundsArranged)

    def test_a_budget_needs_a_filed_project_and_an_amount(self) -> None:
        command = SetBudget(**dict(LINE), amount=FEN(1), document_no="源财〔2019〕1号")
        given(*RIPE).when(set_budget, command).then(BudgetSet)
        given(filed(CLASSIFIED)).when(set_budget, command).then(BudgetSet)
        given().when(set_budget, command).refused_by("G01")
        with pytest.raises(BadFieldError) as caught:
            given(*RIPE).when(set_budget, command.but(amount=FEN(0)))
        assert caught.value.pointer == "/act/amount"


@pytest.mark.clause("F02")
class TestF02:
    """共享相关工作经费纳入部门财政预算，给予优先安排"""

    WORK = asking(FundPurpose.SHARING_WORK, FundSource.DEPT_BUDGET)

    def test_money_for_sharing_work_is_noted_as_first(self) -> None:
        event = given(*RIPE).when(arrange, self.WORK).then(FundsArranged)
        assert notes(event, "F02") == ["共享相关工作经费，应优先安排"]

    def test_another_source_is_noted_too(self) -> None:
        event = given(*RIPE).when(arrange, self.WORK.but(source=FundSource.BANK_LOAN)).then(FundsArranged)
        assert len(notes(event, "F02")) == 2

    def test_other_money_and_paying_out_are_not(self) -> None:
        assert notes(given(*RIPE).when(arrange, asking()).then(FundsArranged), "F02") == []
        arranged = given(*RIPE).when(arrange, self.WORK).event
        paid = given(*RIPE, ("2019-04-01", arranged)).when(disburse, DisburseFunds(arrangement=1, amount=FEN(10)))
        assert notes(paid.then(FundsDisbursed), "F02") == []

    def test_its_gate_asks_what_all_money_asks(self) -> None:
        given(filed(), SHARED).when(arrange, self.WORK).refused_by("G01")
        given(filed(), APPROVED).when(arrange, self.WORK).refused_by("G06")
        line = BudgetLine(purpose=FundPurpose.SHARING_WORK, year=2019, source=FundSource.DEPT_BUDGET)
        given(*RIPE, budget(9, line)).when(arrange, self.WORK).refused_by("F01")
        case = given(filed(CLASSIFIED), APPROVED).case
        telling = Given(replace(case, proposal=case.proposal.but(free_text=("evidence",))))
        telling.when(arrange, self.WORK).refused_by("G15")


@pytest.mark.clause("F03")
class TestF03:
    """公共基础项目建设资金纳入政府财政预算投资"""

    BASE = (filed(FILING.but(public_base=True)), *RIPE[1:])

    @pytest.mark.parametrize("source", [FundSource.GOV_BUDGET, FundSource.GOV_FIXED_ASSET])
    def test_government_money_passes_without_a_note(self, source: FundSource) -> None:
        event = given(*self.BASE).when(arrange, asking(source=source)).then(FundsArranged)
        assert notes(event, "F03") == []

    def test_another_source_is_noted(self) -> None:
        event = given(*self.BASE).when(arrange, asking(source=FundSource.DEPT_BUDGET)).then(FundsArranged)
        assert notes(event, "F03") == ["公共基础项目的建设资金未纳入政府财政预算投资"]

    def test_where_the_set_makes_it_binding_it_blocks(self) -> None:
        situation = given(*self.BASE, rules=stronger("F03", NormStrength.REQUIRED))
        situation.when(arrange, asking(source=FundSource.DEPT_BUDGET)).refused_by("F03")

    def test_other_projects_and_other_money_are_free(self) -> None:
        event = given(*RIPE).when(arrange, asking(source=FundSource.BANK_LOAN)).then(FundsArranged)
        assert notes(event, "F03") == []
        work = given(*self.BASE).when(arrange, asking(FundPurpose.SHARING_WORK, FundSource.OTHER)).then(FundsArranged)
        assert notes(work, "F03") == []


@pytest.mark.clause("F04")
class TestF04:
    """运行维护工作经费纳入各部门预算统筹安排"""

    @pytest.mark.parametrize(("source", "noted"), [(FundSource.DEPT_BUDGET, 0), (FundSource.GOV_BUDGET, 1)])
    def test_operation_money_comes_from_the_departments_budget(self, source: FundSource, noted: int) -> None:
        case = given(*RIPE).case
        line = BudgetLine(purpose=FundPurpose.OPERATION, year=2020, source=source)
        judgement = judge(Gate.FUND_OPERATION, replace(case, proposal=case.proposal.but(line=line, arrange_fen=1)))
        found = [f for f in judgement.findings if f.rule == "F04"]
        assert [f.effect for f in found] == [Effect.NOTES] * noted

    def test_build_money_is_not_looked_at(self) -> None:
        assert notes(given(*RIPE).when(arrange, asking()).then(FundsArranged), "F04") == []


@pytest.mark.clause("F05")
class TestF05:
    """对涉及政务信息资源共享和利用的项目，优先安排立项和建设运维资金"""

    SHARING: Filing = FILING.but(sharing_related=True, fund_source=FundSource.GOV_FIXED_ASSET)
    APPROVE = ApproveProject(document_no="源审〔2019〕9号", approver="县发改局")

    def test_the_priority_is_noted_at_approval_and_for_money(self) -> None:
        approved = given(filed(self.SHARING), SHARED).when(approve, self.APPROVE).event
        assert notes(approved, "F05") == ["涉及共享和利用的项目，应优先安排"]
        money = given(filed(self.SHARING), SHARED, APPROVED).when(arrange, asking()).then(FundsArranged)
        assert len(notes(money, "F05")) == 1

    def test_other_projects_and_paying_out_are_not(self) -> None:
        assert notes(given(filed(), SHARED).when(approve, self.APPROVE).event, "F05") == []
        ripe = (filed(self.SHARING), SHARED, APPROVED, BUILD_MONEY)
        paid = given(*ripe).when(disburse, DisburseFunds(arrangement=1, amount=FEN(1))).then(FundsDisbursed)
        assert notes(paid, "F05") == []


def with_fund(situation: Given, *dated: Dated) -> Given:
    fund = fold(GuidanceFund(id=FUND), history(StreamKind.GUIDANCE_FUND, FUND, *dated))
    return Given(replace(situation.case, fund=fund))


def gave(fen: int) -> Dated:
    return "2019-03-01", FundContributed(contributor="县财政局", amount=FEN(fen), document_no="源财〔2019〕2号")


def invested(fen: int) -> Dated:
    event = FundInvested(
        number=1, project=PROJECT, amount=FEN(fen), stage=InvestmentStage.BUILD, judgement=passed(Gate.FUND_INVEST)
    )
    return "2019-03-02", event


def returned(fen: int) -> Dated:
    return "2019-03-03", InvestmentReturned(investment=1, amount=FEN(fen))


def investing(fen: int = 100, *fields: FieldTag) -> Invest:
    return Invest(project=PROJECT, amount=FEN(fen), fields=fields or (FieldTag.BASIC,), stage=InvestmentStage.OPERATION)


@pytest.mark.clause("F06")
class TestF06:
    """建立新型智慧城市建设引导基金，充分发挥其作用"""

    def test_an_investment_stays_within_the_balance(self) -> None:
        situation = with_fund(given(*RIPE), gave(100))
        event = situation.when(invest, investing(100)).then(FundInvested)
        assert isinstance(event, FundInvested)
        assert event.number == 1
        refused = situation.when(invest, investing(101)).refused_by("F06")
        assert isinstance(refused, InvestmentRefused)
        assert refused.project == PROJECT
        assert "余额100分" in refused.judgement.findings[0].reason.zh

    def test_what_is_invested_is_gone_and_what_came_back_is_there_again(self) -> None:
        with_fund(given(*RIPE), gave(100), invested(60)).when(invest, investing(41)).refused_by("F06")
        situation = with_fund(given(*RIPE), gave(100), invested(60), returned(1))
        event = situation.when(invest, investing(41)).then(FundInvested)
        assert isinstance(event, FundInvested)
        assert event.number == 2

    def test_without_a_fund_there_is_nothing_to_invest(self) -> None:
        given(*RIPE).when(invest, investing(1)).refused_by("F06")

    def test_the_project_is_filed_approved_and_shares(self) -> None:
        with_fund(given(), gave(100)).when(invest, investing()).refused_by("G01")
        with_fund(given(filed(), SHARED), gave(100)).when(invest, investing()).refused_by("G01")
        with_fund(given(filed(), APPROVED), gave(100)).when(invest, investing()).refused_by("G06")

    def test_a_classified_project_carries_tags_and_numbers_but_no_papers(self) -> None:
        situation = with_fund(given(filed(CLASSIFIED), APPROVED), gave(100))
        situation.when(invest, investing().but(document_no="1")).then(FundInvested)
        case = situation.case
        telling = Given(replace(case, proposal=case.proposal.but(free_text=("evidence",))))
        telling.when(invest, investing()).refused_by("G15")

    def test_a_return_is_of_an_investment_and_no_more_than_it(self) -> None:
        fund = with_fund(given(), gave(100), invested(60), returned(20)).case.fund
        assert fund is not None
        assert fund.balance_fen == 60
        assert give_back(fund, ReturnInvestment(investment=1, amount=FEN(40))).amount.fen == 40
        with pytest.raises(BadFieldError, match="尚在投资"):
            give_back(fund, ReturnInvestment(investment=1, amount=FEN(41)))
        with pytest.raises(BadFieldError, match="没有此序号"):
            give_back(fund, ReturnInvestment(investment=2, amount=FEN(1)))

    @pytest.mark.parametrize("amount", [FEN(0), FEN(-1), Money.of("1", MoneyUnit.YUAN, "USD")])
    def test_amounts_are_positive_yuan(self, amount: Money) -> None:
        with pytest.raises(BadFieldError):
            contribute(GuidanceFund(id=FUND), Contribute(contributor="县财政局", amount=amount, document_no="1"))
        with pytest.raises(BadFieldError):
            given(*RIPE).when(invest, investing().but(amount=amount))


@pytest.mark.clause("F07")
class TestF07:
    """重点投向基础性、公益性领域"""

    @pytest.mark.parametrize("tag", [FieldTag.BASIC, FieldTag.PUBLIC_GOOD])
    def test_basic_and_public_good_pass_without_a_note(self, tag: FieldTag) -> None:
        event = with_fund(given(*RIPE), gave(100)).when(invest, investing(1, tag)).then(FundInvested)
        assert notes(event, "F07") == []

    def test_another_field_is_noted(self) -> None:
        situation = with_fund(given(*RIPE), gave(100))
        event = situation.when(invest, investing(1, FieldTag.LIVELIHOOD)).then(FundInvested)
        assert notes(event, "F07") == ["投资不在基础性、公益性领域"]
        bare = situation.when(invest, investing(1).but(fields=())).then(FundInvested)
        assert len(notes(bare, "F07")) == 1

    def test_where_the_set_makes_it_binding_it_blocks(self) -> None:
        situation = with_fund(given(*RIPE, rules=stronger("F07", NormStrength.REQUIRED)), gave(100))
        situation.when(invest, investing(1, FieldTag.LIVELIHOOD)).refused_by("F07")


@pytest.mark.clause("F08")
class TestF08:
    """优先支持涉及民生的智慧应用"""

    def test_livelihood_is_noted_as_first(self) -> None:
        situation = with_fund(given(*RIPE), gave(100))
        event = situation.when(invest, investing(1, FieldTag.LIVELIHOOD, FieldTag.BASIC)).then(FundInvested)
        assert notes(event, "F08") == ["涉及民生的智慧应用，应优先支持"]

    def test_other_fields_are_not(self) -> None:
        event = with_fund(given(*RIPE), gave(100)).when(invest, investing(1, FieldTag.PUBLIC_GOOD)).then(FundInvested)
        assert notes(event, "F08") == []


@pytest.mark.clause("F10")
@pytest.mark.clause("F13")
@pytest.mark.parametrize("source", [FundSource.INDUSTRY_FUND, FundSource.BANK_LOAN, FundSource.SOCIAL_CAPITAL])
def test_money_of_the_market_is_a_source_of_its_own(source: FundSource) -> None:
    """鼓励社会资本发起设立产业投资基金；积极吸引银行及投融资金融机构参与"""
    event = given(*RIPE).when(arrange, asking(source=source)).then(FundsArranged)
    assert isinstance(event, FundsArranged)
    assert event.source is source


@pytest.mark.clause("F11")
class TestF11:
    """扩大政府购买服务、政府和社会资本合作（PPP）等建设模式"""

    @pytest.mark.parametrize("mode", ProcurementMode)
    def test_a_contract_states_its_mode(self, mode: ProcurementMode) -> None:
        command = RecordContract(contract_no="HT-1", supplier="承建", amount=WAN, mode=mode)
        event = given(*RIPE).when(contract, command).then(ContractRecorded)
        assert given(*RIPE, ("2019-04-01", event)).case.project.contracts[0].mode is mode

    def test_it_may_be_left_out_and_a_classified_project_may_state_it(self) -> None:
        command = RecordContract(contract_no="HT-1", amount=WAN)
        given(*RIPE).when(contract, command).then(ContractRecorded)
        given(filed(CLASSIFIED)).when(contract, command.but(mode=ProcurementMode.PPP)).then(ContractRecorded)


TERMS = PppTerms(risk_allocation="甲", return_boundary="乙", evaluation_plan="丙", reason="丁")
LIST = ListPpp(**dict(TERMS), regime="MOF-LIBRARY")
IN_LIBRARY: Dated = (
    "2019-03-01",
    PppListed(terms=TERMS, regime="MOF-LIBRARY", judgement=passed(Gate.PPP_LIST)),
)


@pytest.mark.clause("F12")
class TestF12:
    """建立重点工程 PPP 项目库，明确风险责任、收益边界，加强绩效评价"""

    def test_with_all_conditions_it_is_listed(self) -> None:
        event = given(filed()).when(enter, LIST).then(PppListed)
        assert isinstance(event, PppListed)
        assert (event.terms, event.regime) == (TERMS, "MOF-LIBRARY")

    @pytest.mark.parametrize(
        ("field", "word"),
        [
            ("risk_allocation", "风险责任"),
            ("return_boundary", "收益边界"),
            ("evaluation_plan", "绩效评价"),
            ("reason", "战略意义大、投资周期长"),
        ],
    )
    def test_without_one_of_them_it_is_refused(self, field: str, word: str) -> None:
        event = given(filed()).when(enter, LIST.but(**{field: ""})).refused_by("F12")
        assert isinstance(event, PppListingRefused)
        (finding,) = event.judgement.findings
        assert word in finding.reason.zh
        assert {f.name: f.value for f in finding.facts} == {"missing": field}

    def test_all_that_is_missing_is_told_at_once(self) -> None:
        bare = ListPpp(regime="DRC-CONCESSION")
        event = given(filed()).when(enter, bare).refused_by("F12")
        assert event.judgement.findings[0].facts[0].value.count(",") == 3

    def test_an_unfiled_project_is_refused_and_a_classified_one_keeps_no_text(self) -> None:
        given().when(enter, LIST).refused_by("G01")
        telling = LIST.but(risk_allocation="机密内容")
        event = given(filed(CLASSIFIED)).when(enter, telling).refused_by("G15", "F12")
        assert "机密内容" not in event.model_dump_json()

    def test_it_is_listed_once_and_again_after_it_left(self) -> None:
        with pytest.raises(ActError, match="已在PPP项目库"):
            given(filed(), IN_LIBRARY).when(enter, LIST)
        with pytest.raises(ActError, match="不在PPP项目库"):
            given(filed()).when(leave, DelistPpp(reason="退库"))
        left = given(filed(), IN_LIBRARY).when(leave, DelistPpp(reason="退库", document_no="1")).then(PppDelisted)
        situation = given(filed(), IN_LIBRARY, ("2019-04-01", left))
        assert situation.case.project.ppp is None
        again = situation.when(enter, LIST.but(regime="DRC-CONCESSION")).then(PppListed)
        entries = given(filed(), IN_LIBRARY, ("2019-04-01", left), ("2024-01-01", again)).case.project.ppp_entries
        assert [(e.regime, str(e.delisted_on)) for e in entries] == [
            ("MOF-LIBRARY", "2019-04-01"),
            ("DRC-CONCESSION", "None"),
        ]


@pytest.mark.clause("O32")
class TestO32:
    """推动项目可持续运营"""

    REPORT = ReportOperation(year=2019, summary="运营正常", user_paid=FEN(5))

    def test_a_year_of_operation_is_reported(self) -> None:
        event = given(filed(), IN_LIBRARY).when(report_operation, self.REPORT).then(OperationReported)
        project = given(filed(), IN_LIBRARY, ("2019-12-31", event)).case.project
        assert [(r.year, r.user_paid_fen) for r in project.operation_reports] == [(2019, 5)]
        nothing = self.REPORT.but(user_paid=FEN(0))
        given(filed(), IN_LIBRARY).when(report_operation, nothing).then(OperationReported)

    def test_of_a_project_in_the_library_and_once_a_year(self) -> None:
        with pytest.raises(ActError, match="不在PPP项目库"):
            given(filed()).when(report_operation, self.REPORT)
        event = given(filed(), IN_LIBRARY).when(report_operation, self.REPORT).event
        story = (filed(), IN_LIBRARY, ("2019-12-31", event))
        with pytest.raises(ActError, match="该年度已报告"):
            given(*story).when(report_operation, self.REPORT)
        later = self.REPORT.but(year=2020)
        given(*story, on="2020-12-31").when(report_operation, later).then(OperationReported)

    @pytest.mark.parametrize(
        ("changes", "pointer"),
        [
            ({"year": 2020}, "/act/year"),
            ({"user_paid": FEN(-1)}, "/act/user_paid"),
            ({"user_paid": Money.of("1", MoneyUnit.YUAN, "USD")}, "/act/user_paid/currency"),
        ],
    )
    def test_not_of_a_year_to_come_nor_below_nothing(self, changes: dict[str, Any], pointer: str) -> None:
        with pytest.raises(BadFieldError) as caught:
            given(filed(), IN_LIBRARY).when(report_operation, self.REPORT.but(**changes))
        assert caught.value.pointer == pointer


def test_delisting_what_was_never_listed_is_folded_quietly() -> None:
    """History is never refused: a corrected-away entry leaves its exit without effect."""
    project = given(filed(), ("2019-04-01", PppDelisted(reason="退库"))).case.project
    assert project.ppp_entries == ()
