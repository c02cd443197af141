"""The use cases of money over a ledger in memory: two at once, corrections, and decisions judged again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import pytest

from application.act import Act
from application.amounts import state_amount
from application.approval import approve_project
from application.correcting import correct_fact
from application.desk import Outcome
from application.enrolment import enrol_unit
from application.filing import file_project
from application.funding import arrange_funds, disburse_funds, record_budget, refund_funds
from application.guidance_fund import contribute_to_fund, invest_from_fund, return_investment
from application.ports import Desk
from application.ppp import delist_ppp, list_ppp, report_ppp_operation
from application.rejudging import is_decision, rejudge
from application.sharing import declare_sharing
from domain.dates import CivilDate
from domain.evolve import fold
from domain.faults import ActError, UnknownSubjectError
from domain.guidance_fund import FieldTag, GuidanceFund, InvestmentStage
from domain.money import Money
from domain.project import AmountStage, FundPurpose, FundSource
from domain.recorded import Actor, Recorded, Role
from domain.steps.amounts import StateAmount
from domain.steps.approval import ApproveProject
from domain.steps.correcting import CorrectFact
from domain.steps.enrolment import EnrolUnit
from domain.steps.filing import FileProject
from domain.steps.funding import ArrangeFunds, DisburseFunds, RefundFunds, SetBudget
from domain.steps.guidance_fund import Contribute, Invest, ReturnInvestment
from domain.steps.ppp import DelistPpp, ListPpp, ReportOperation
from domain.steps.sharing import DeclareSharing
from domain.streams import StreamKind
from domain.unit import UnitKind
from tests.memory import memory_desk
from tests.stages import FILING, FUND, NEED, OWNER, RESOURCE

FEN = Money.fen_of


def on(day: str) -> Act:
    return Act(actor=Actor(account="t", organisation="县财政局", role=Role.FINANCE), happened_on=CivilDate.parse(day))


@pytest.fixture
def desk() -> Desk:
    return memory_desk()


@pytest.fixture
def project(desk: Desk) -> UUID:
    """Filed, sharing and approved, with 100 fen in the fund."""
    unit = EnrolUnit(uscc=OWNER, name="测试局", kind=UnitKind.COUNTY_DEPT, division="370323")
    enrol_unit(desk, unit, on("2018-10-01"))
    subject = file_project(desk, FileProject.model_validate(FILING.model_dump()), on("2019-01-05")).subject
    declare_sharing(desk, subject, DeclareSharing(needs=(NEED,), provides=(RESOURCE,)), on("2019-01-06"))
    approve_project(desk, subject, ApproveProject(document_no="源审〔2019〕1号", approver="主管部门"), on("2019-02-01"))
    contribution = Contribute(contributor="县财政局", amount=FEN(100), document_no="源财〔2019〕1号")
    contribute_to_fund(desk, contribution, on("2019-02-10"))
    return subject


def investing(project: UUID, fen: int) -> Invest:
    return Invest(project=project, amount=FEN(fen), fields=(FieldTag.BASIC,), stage=InvestmentStage.BUILD)


def fund(desk: Desk) -> GuidanceFund:
    return fold(GuidanceFund(id=FUND), desk.ledger.read(StreamKind.GUIDANCE_FUND, FUND))


@pytest.mark.clause("F06")
def test_two_investments_at_once_on_one_balance_do_not_both_pass(
    desk: Desk, project: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One is judged on the balance and, before it is saved, the other is recorded: the first is judged again.

    On PostgreSQL: tests/infrastructure/test_decisions_at_once.py.
    """
    real = desk.ledger.record
    between: list[Outcome] = []

    def interrupted(*arguments: Any, **options: Any) -> Sequence[Recorded]:
        monkeypatch.setattr(desk.ledger, "record", real)
        between.append(invest_from_fund(desk, investing(project, 60), on("2019-03-01")))
        return real(*arguments, **options)

    monkeypatch.setattr(desk.ledger, "record", interrupted)
    outcome = invest_from_fund(desk, investing(project, 60), on("2019-03-01"))
    assert [o.refused for o in between] == [False]
    assert outcome.refused
    assert outcome.judgement is not None
    assert outcome.judgement.blocking() == ("F06",)
    assert fund(desk).balance_fen == 40
    assert len(fund(desk).refusals) == 1


@pytest.mark.clause("F06")
def test_an_investment_names_the_project_that_it_was_judged_on(desk: Desk, project: UUID) -> None:
    (recorded,) = invest_from_fund(desk, investing(project, 1), on("2019-03-01")).recorded
    assert recorded.stream.id == FUND
    assert (StreamKind.PROJECT, project) in {(s.kind, s.id) for s in recorded.circumstances.based_on}
    with pytest.raises(UnknownSubjectError):
        invest_from_fund(desk, investing(uuid4(), 1), on("2019-03-01"))


@pytest.mark.clause("F01")
def test_a_refund_cannot_be_corrected_to_more_than_was_paid(desk: Desk, project: UUID) -> None:
    money = ArrangeFunds(purpose=FundPurpose.BUILD, year=2019, source=FundSource.GOV_BUDGET, amount=FEN(100))
    arrange_funds(desk, project, money, on("2019-03-01"))
    disburse_funds(desk, project, DisburseFunds(arrangement=1, amount=FEN(60)), on("2019-03-02"))
    (refund,) = refund_funds(desk, project, RefundFunds(arrangement=1, amount=FEN(10)), on("2019-03-03")).recorded

    def correcting(fen: int) -> CorrectFact:
        body = {"arrangement": 1, "amount": {"text": str(fen), "unit": "FEN"}}
        return CorrectFact(version=refund.stream.version, reason="误录", replacement=body)

    before = desk.ledger.position()
    with pytest.raises(ActError, match="账目不成立"):
        correct_fact(desk, StreamKind.PROJECT, project, correcting(61), on("2019-03-04"))
    assert desk.ledger.position() == before
    assert not correct_fact(desk, StreamKind.PROJECT, project, correcting(60), on("2019-03-04")).refused


@pytest.mark.clause("F01")
def test_every_decision_on_money_is_judged_again_as_it_was(desk: Desk, project: UUID) -> None:
    """Also after the balance, the budget and the library moved on: what each decision read counts."""
    line = {"purpose": FundPurpose.SHARING_WORK, "year": 2019, "source": FundSource.DEPT_BUDGET}
    bare = ListPpp(regime="MOF-LIBRARY")
    whole = ListPpp(risk_allocation="甲", return_boundary="乙", evaluation_plan="丙", reason="丁", regime="MOF-LIBRARY")
    outcomes = [
        record_budget(desk, project, SetBudget(**line, amount=FEN(50)), on("2019-03-01")),
        arrange_funds(desk, project, ArrangeFunds(**line, amount=FEN(40)), on("2019-03-02")),
        arrange_funds(desk, project, ArrangeFunds(**line, amount=FEN(40)), on("2019-03-03")),
        record_budget(desk, project, SetBudget(**line, amount=FEN(80)), on("2019-03-04")),
        arrange_funds(desk, project, ArrangeFunds(**line, amount=FEN(40)), on("2019-03-05")),
        disburse_funds(desk, project, DisburseFunds(arrangement=1, amount=FEN(41)), on("2019-03-06")),
        invest_from_fund(desk, investing(project, 70), on("2019-03-07")),
        invest_from_fund(desk, investing(project, 31), on("2019-03-08")),
        return_investment(desk, ReturnInvestment(investment=1, amount=FEN(1)), on("2019-03-09")),
        invest_from_fund(desk, investing(project, 31), on("2019-03-10")),
        list_ppp(desk, project, bare, on("2019-03-11")),
        list_ppp(desk, project, whole, on("2019-03-12")),
        report_ppp_operation(desk, project, ReportOperation(year=2019, summary="正常"), on("2019-12-31")),
        delist_ppp(desk, project, DelistPpp(reason="退库"), on("2020-03-12")),
        state_amount(desk, project, StateAmount(stage=AmountStage.SETTLEMENT, amount=FEN(9)), on("2020-03-13")),
    ]
    assert [n for n, o in enumerate(outcomes) if o.refused] == [2, 5, 7, 10]
    recorded = [r for o in outcomes for r in o.recorded if is_decision(r)]
    assert len(recorded) == 9
    for entry in recorded:
        again = rejudge(desk, entry)
        assert again.is_same(), (entry.event.TOPIC, again.why_not)
