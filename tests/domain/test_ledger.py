"""The ledger balances over any sequence of real decisions, and corrections cannot make it wrong unseen (F01)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given as over
from hypothesis import settings
from hypothesis import strategies as st

from domain.case import Case
from domain.correction import FactCorrected
from domain.event import Event
from domain.evolve import fold
from domain.faults import ActError
from domain.guidance_fund import FieldTag, GuidanceFund, InvestmentStage
from domain.ledger import Account, faults, postings, trial_balance
from domain.money import Money
from domain.project import BudgetLine, FundPurpose, FundSource, Project
from domain.recorded import Recorded
from domain.refusal import Refused
from domain.rule import Gate
from domain.steps import EVENTS
from domain.steps.acceptance import ProjectAccepted
from domain.steps.correcting import CorrectFact, correct
from domain.steps.funding import (
    ArrangeFunds,
    BudgetSet,
    DisburseFunds,
    FundsArranged,
    FundsDisbursed,
    FundsRefunded,
    RefundFunds,
    SetBudget,
    arrange,
    disburse,
    refund,
    set_budget,
)
from domain.steps.guidance_fund import (
    Contribute,
    FundContributed,
    FundInvested,
    Invest,
    InvestmentReturned,
    ReturnInvestment,
    contribute,
    give_back,
    invest,
)
from domain.streams import StreamKind
from tests.given import PROJECT, RULES, Dated, given, history
from tests.money import FUND, MONEY_RULES
from tests.stages import APPROVED, SHARED, filed, passed

RIPE: tuple[Dated, ...] = (filed(), SHARED, APPROVED)
DAY = "2020-05-01"
BUILD_2020 = BudgetLine(purpose=FundPurpose.BUILD, year=2020, source=FundSource.GOV_BUDGET)


def arranged(number: int, fen: int) -> Dated:
    return DAY, FundsArranged(
        number=number, **dict(BUILD_2020), amount=Money.fen_of(fen), judgement=passed(Gate.FUND_BUILD)
    )


def paid(number: int, fen: int) -> Dated:
    return DAY, FundsDisbursed(
        arrangement=number,
        purpose=FundPurpose.BUILD,
        amount=Money.fen_of(fen),
        payee="",
        judgement=passed(Gate.FUND_BUILD),
    )


def back(number: int, fen: int) -> Dated:
    return DAY, FundsRefunded(arrangement=number, amount=Money.fen_of(fen))


def replacing(version: int, **body: Any) -> CorrectFact:
    return CorrectFact(version=version, reason="误录", replacement=body)


def correcting(command: CorrectFact, *dated: Dated, kind: StreamKind = StreamKind.PROJECT) -> Event:
    if kind is StreamKind.PROJECT:
        return correct(history(kind, PROJECT, *dated), command, given(*dated).case)
    return correct(history(kind, FUND, *dated), command, None)


@pytest.mark.clause("F01")
class TestCorrections:
    """加强项目资金使用管理和监督"""

    STORY = (*RIPE, arranged(1, 100), paid(1, 60), back(1, 10))  # the refund is version 6

    def test_a_refund_may_be_corrected_within_what_was_paid(self) -> None:
        event = correcting(replacing(6, arrangement=1, amount={"fen": 60, "text": "60", "unit": "FEN"}), *self.STORY)
        assert isinstance(event, FactCorrected)

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"amount": {"text": "61", "unit": "FEN"}}, "退回超过已拨付"),
            ({"amount": {"text": "-5", "unit": "FEN"}}, "大于零"),
            ({"amount": {"text": "0", "unit": "FEN"}}, "大于零"),
            ({"amount": {"text": "1", "unit": "FEN", "currency": "USD"}}, "人民币"),
            ({"arrangement": 2}, "没有所指的安排"),
        ],
    )
    def test_a_correction_that_the_book_cannot_hold_is_refused(self, changes: dict[str, Any], words: str) -> None:
        body = {"arrangement": 1, "amount": {"text": "10", "unit": "FEN"}, **changes}
        with pytest.raises(ActError, match=words) as caught:
            correcting(replacing(6, **body), *self.STORY)
        assert caught.value.pointer == "/act/replacement"

    def test_withdrawing_a_refund_that_was_paid_out_again_is_refused(self) -> None:
        withdrawal = CorrectFact(version=6, reason="误录")
        assert isinstance(correcting(withdrawal, *self.STORY, paid(1, 40)), FactCorrected)
        paid_again = (*self.STORY, paid(1, 40), paid(1, 1))
        with pytest.raises(ActError, match="拨付超过安排") as caught:
            correcting(withdrawal, *paid_again)
        assert caught.value.pointer == "/act/version"

    def test_every_moment_counts_not_only_the_end(self) -> None:
        """The later payment does not make good a refund of money that was not paid yet."""
        with pytest.raises(ActError, match="退回超过已拨付"):
            correcting(replacing(6, arrangement=1, amount={"text": "61", "unit": "FEN"}), *self.STORY, paid(1, 50))

    def test_a_book_that_is_wrong_already_can_be_put_right(self) -> None:
        wrong = (*RIPE, arranged(1, 100), paid(1, 60), back(1, 70), back(1, 5))
        right = replacing(6, arrangement=1, amount={"text": "10", "unit": "FEN"})
        assert isinstance(correcting(right, *wrong), FactCorrected)

    def test_a_budget_may_be_corrected_below_what_is_arranged(self) -> None:
        """The truth may be told; the view shows that more is arranged than budgeted."""
        budget: Dated = (DAY, BudgetSet(**dict(BUILD_2020), amount=Money.fen_of(100)))
        story = (*RIPE, budget, arranged(1, 100))
        body = {**BUILD_2020.model_dump(), "amount": {"text": "10", "unit": "FEN"}}
        assert isinstance(correcting(replacing(4, **body), *story), FactCorrected)
        with pytest.raises(ActError, match="大于零"):
            correcting(replacing(4, **{**body, "amount": {"text": "0", "unit": "FEN"}}), *story)

    @pytest.mark.clause("F06")
    def test_a_contribution_that_is_invested_cannot_be_corrected_away(self) -> None:
        contributed: Dated = (DAY, FundContributed(contributor="县财政", amount=Money.fen_of(100), document_no="1"))
        invested: Dated = (
            DAY,
            FundInvested(
                number=1,
                project=PROJECT,
                amount=Money.fen_of(80),
                stage=InvestmentStage.BUILD,
                judgement=passed(Gate.FUND_INVEST),
            ),
        )
        body: dict[str, Any] = {"contributor": "县财政", "amount": {"text": "80", "unit": "FEN"}, "document_no": "1"}
        fund = {"kind": StreamKind.GUIDANCE_FUND}
        assert isinstance(correcting(replacing(1, **body), contributed, invested, **fund), FactCorrected)
        body["amount"] = {"text": "79", "unit": "FEN"}
        with pytest.raises(ActError, match="基金余额为负"):
            correcting(replacing(1, **body), contributed, invested, **fund)
        returned: Dated = (DAY, InvestmentReturned(investment=1, amount=Money.fen_of(20)))
        body = {"investment": 1, "amount": {"text": "81", "unit": "FEN"}}
        with pytest.raises(ActError, match="回收超过已投资"):
            correcting(replacing(3, **body), contributed, invested, returned, **fund)


def test_the_events_that_move_money_are_these() -> None:
    """A new event with an amount must say whether it moves money: this list is where one looks."""
    moving = {e for e in EVENTS if postings.dispatch(e) is not postings.dispatch(object)}
    assert moving == {
        BudgetSet,
        FundsArranged,
        FundsDisbursed,
        FundsRefunded,
        FundContributed,
        FundInvested,
        InvestmentReturned,
    }


AMOUNT = st.integers(1, 40)
LINE = st.tuples(st.sampled_from(FundPurpose), st.just(2020), st.just(FundSource.GOV_BUDGET))
ACT = st.one_of(
    st.tuples(st.just("budget"), LINE, AMOUNT),
    st.tuples(st.just("arrange"), LINE, AMOUNT),
    st.tuples(st.just("pay"), st.integers(1, 2), AMOUNT),
    st.tuples(st.just("refund"), st.integers(1, 2), AMOUNT),
    st.tuples(st.just("correct"), st.integers(0, 5), st.none() | AMOUNT),
)


def recorded(kind: StreamKind, entries: list[Recorded], event: Event) -> list[Recorded]:
    (entry,) = history(kind, FUND if kind is StreamKind.GUIDANCE_FUND else PROJECT, (DAY, event))
    place = entry.stream.but(version=len(entries) + 1)
    return [*entries, entry.but(stream=place, position=place.version)]


def corrected(entries: list[Recorded], ago: int, fen: int | None, case: Case | None) -> Event:
    """Ask to withdraw a recent fact, or to replace its amount."""
    version, body = max(1, len(entries) - ago), None
    if fen is not None and entries:
        body = entries[version - 1].event.model_dump(mode="json")
        if "amount" in body:
            body["amount"] = {"text": str(fen), "unit": "FEN"}
    return correct(entries, CorrectFact(version=version, reason="误录", replacement=body), case)


def decided(case: Case, entries: list[Recorded], act: tuple[Any, ...]) -> Event:
    match act:
        case ("budget", (purpose, year, source), fen):
            return set_budget(case, SetBudget(purpose=purpose, year=year, source=source, amount=Money.fen_of(fen)))
        case ("arrange", (purpose, year, source), fen):
            return arrange(case, ArrangeFunds(purpose=purpose, year=year, source=source, amount=Money.fen_of(fen)))
        case ("pay", number, fen):
            return disburse(case, DisburseFunds(arrangement=number, amount=Money.fen_of(fen)))
        case ("refund", number, fen):
            return refund(case, RefundFunds(arrangement=number, amount=Money.fen_of(fen)))
        case (_, ago, fen):
            return corrected(entries, ago, fen, case)
    raise AssertionError(act)


@pytest.mark.clause("F01")
@settings(max_examples=300)
@over(acts=st.lists(ACT, min_size=3, max_size=25))
def test_the_ledger_balances_over_any_sequence(acts: list[tuple[Any, ...]]) -> None:
    """Postings sum to zero, nothing is overdrawn, and the state that decisions read says the same as the book."""
    operating = ("2020-04-01", ProjectAccepted(judgement=passed(Gate.ACCEPT)))
    # Something is arranged, paid and refunded already, so that short sequences reach the corrections of it.
    entries = history(StreamKind.PROJECT, PROJECT, *RIPE, operating, arranged(1, 40), paid(1, 20), back(1, 10))
    # Sharing upkeep is not what is tested here, and would leave operation money unmoved.
    rules = RULES.but(clauses=tuple(c for c in RULES.clauses if c.rule != "G05"))
    for act in acts:
        project = fold(Project(id=PROJECT), entries)
        case = Case(decided_on=date(2020, 5, 1), rules=rules, project=project)
        try:
            entries = recorded(StreamKind.PROJECT, entries, decided(case, entries, act))
        except ActError:
            continue
    project = fold(Project(id=PROJECT), entries)
    balance = trial_balance(Project(id=PROJECT), entries)
    assert balance.total() == 0
    assert faults(Project(id=PROJECT), entries) == ()
    for line in {a.line for a in project.arrangements} | {b.line for b in project.budgets}:
        mine = [a for a in project.arrangements if a.line == line]
        assert -balance.of(Account.GRANTED, line) == (project.budget_fen(line) or 0)
        assert balance.of(Account.DISBURSED, line) == sum(a.disbursed_fen for a in mine)
        assert -balance.of(Account.REFUNDED, line) == sum(a.refunded_fen for a in mine)
        assert balance.of(Account.UNDISBURSED, line) == sum(
            a.amount.fen - a.disbursed_fen + a.refunded_fen for a in mine
        )
    for arrangement in project.arrangements:
        assert 0 <= arrangement.refunded_fen <= arrangement.disbursed_fen
        assert arrangement.disbursed_fen - arrangement.refunded_fen <= arrangement.amount.fen


FUND_ACT = st.one_of(
    st.tuples(st.just("contribute"), AMOUNT, st.none()),
    st.tuples(st.just("invest"), AMOUNT, st.lists(st.sampled_from(FieldTag), max_size=3)),
    st.tuples(st.just("return"), AMOUNT, st.integers(1, 2)),
    st.tuples(st.just("correct"), st.none() | AMOUNT, st.integers(0, 5)),
)


def fund_decided(fund: GuidanceFund, entries: list[Recorded], act: tuple[Any, ...]) -> Event:
    match act:
        case ("contribute", fen, _):
            return contribute(fund, Contribute(contributor="县财政", amount=Money.fen_of(fen), document_no="1"))
        case ("invest", fen, tags):
            wanted = Invest(
                project=PROJECT, amount=Money.fen_of(fen), fields=tuple(tags), stage=InvestmentStage.OPERATION
            )
            return invest(replace(given(*RIPE, rules=MONEY_RULES).case, fund=fund), wanted)
        case ("return", fen, number):
            return give_back(fund, ReturnInvestment(investment=number, amount=Money.fen_of(fen)))
        case (_, fen, ago):
            return corrected(entries, ago, fen, None)
    raise AssertionError(act)


@pytest.mark.clause("F06")
@settings(max_examples=300)
@over(acts=st.lists(FUND_ACT, max_size=25))
def test_the_funds_balance_is_never_negative(acts: list[tuple[Any, ...]]) -> None:
    entries: list[Recorded] = []
    refused = 0
    for act in acts:
        fund = fold(GuidanceFund(id=FUND), entries)
        try:
            event = fund_decided(fund, entries, act)
        except ActError:
            continue
        refused += isinstance(event, Refused)
        entries = recorded(StreamKind.GUIDANCE_FUND, entries, event)
        fund = fold(GuidanceFund(id=FUND), entries)
        balance = trial_balance(GuidanceFund(id=FUND), entries)
        assert fund.balance_fen >= 0
        assert balance.total() == 0
        assert balance.of(Account.FUND) == fund.balance_fen
        assert faults(GuidanceFund(id=FUND), entries) == ()
    assert len(fold(GuidanceFund(id=FUND), entries).refusals) == refused
