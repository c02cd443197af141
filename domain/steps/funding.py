"""拨款: ArrangeFunds -> FundsArranged, DisburseFunds -> FundsDisbursed, or FundsRefused; RefundFunds -> FundsRefunded.

Gates FUND_BUILD, FUND_OPERATION and FUND_SHARING_WORK: build money and the money of sharing work follow approval,
operation money follows acceptance, every year. SetBudget -> BudgetSet records the figure that they draw on (F01).
"""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from pydantic import Field

from domain.case import Case
from domain.command import Command
from domain.deciding import decide, record
from domain.event import Event
from domain.evolve import evolve
from domain.faults import BadFieldError
from domain.identifiers import Uscc
from domain.ledger import Account, Place, Posting, postings, transfer
from domain.money import Money
from domain.project import Arrangement, Budget, BudgetLine, FundPurpose, FundSource, Project
from domain.recorded import Recorded
from domain.refusal import Refused
from domain.rule import Gate, Judgement, text
from domain.yuan import positive_yuan

GATE_OF = {
    FundPurpose.BUILD: Gate.FUND_BUILD,
    FundPurpose.OPERATION: Gate.FUND_OPERATION,
    FundPurpose.SHARING_WORK: Gate.FUND_SHARING_WORK,
}


class SetBudget(Command):
    """Ask to record the budget of a purpose, year and source. A later figure of the same three is a revision."""

    PLACEHOLDER_FIELDS: ClassVar[frozenset[str]] = frozenset({"document_no"})

    purpose: FundPurpose = Field(description="BUILD 建设, OPERATION 运维 or SHARING_WORK 共享相关工作")
    year: int = Field(ge=2000, le=2100, description="预算年度, a calendar year")
    source: FundSource = Field(description="经费渠道")
    amount: Money = Field(description="预算数额, the whole new figure; more than nothing")
    document_no: str | None = Field(default=None, max_length=120, description="预算文号")


class ArrangeFunds(Command):
    """Ask to arrange money for a purpose and budget year."""

    PLACEHOLDER_FIELDS: ClassVar[frozenset[str]] = frozenset({"document_no"})

    purpose: FundPurpose = Field(description="BUILD 建设, OPERATION 运维 or SHARING_WORK 共享相关工作")
    year: int = Field(ge=2000, le=2100, description="预算年度, a calendar year")
    source: FundSource = Field(description="经费渠道")
    amount: Money = Field(description="安排数额; more than nothing")
    document_no: str | None = Field(default=None, max_length=120, description="预算文号")


class DisburseFunds(Command):
    """Ask to pay out money under an arrangement."""

    PLACEHOLDER_FIELDS: ClassVar[frozenset[str]] = frozenset({"document_no", "payee_uscc"})

    arrangement: int = Field(ge=1, description="经费安排序号 number of the arrangement within the project")
    amount: Money = Field(description="拨付数额; more than nothing")
    payee: str = Field(default="", max_length=200, description="收款单位; empty for a classified project")
    payee_uscc: Uscc | None = None
    document_no: str | None = Field(default=None, max_length=120, description="拨款凭证号")


class RefundFunds(Command):
    """Ask to record money given back under an arrangement."""

    arrangement: int = Field(ge=1, description="经费安排序号")
    amount: Money = Field(description="退回数额; more than nothing")
    reason: str = Field(default="", max_length=1000, description="退回理由")


class BudgetSet(Event):
    """The budget of a line was set, or revised by a further event. Earlier figures stay."""

    TOPIC = "project.budget_set"

    purpose: FundPurpose
    year: int
    source: FundSource
    amount: Money
    document_no: str | None = None


class FundsArranged(Event):
    """Money was arranged."""

    TOPIC = "project.funds_arranged"

    number: int
    purpose: FundPurpose
    year: int
    source: FundSource
    amount: Money
    document_no: str | None = None
    judgement: Judgement


class FundsDisbursed(Event):
    """Money was paid out under an arrangement."""

    TOPIC = "project.funds_disbursed"

    arrangement: int
    purpose: FundPurpose
    amount: Money
    payee: str = ""
    payee_uscc: Uscc | None = None
    document_no: str | None = None
    judgement: Judgement


class FundsRefunded(Event):
    """Money was given back under an arrangement."""

    TOPIC = "project.funds_refunded"

    arrangement: int
    amount: Money
    reason: str = ""


class FundsRefused(Refused):
    """Money was asked for and refused."""

    TOPIC = "project.funds_refused"


def set_budget(case: Case, command: SetBudget) -> Event:
    """Record the budget of a line. Raises BadFieldError for an amount that is not more than nothing."""
    positive_yuan(command.amount)
    return record("funding", case, command, BudgetSet(**dict(command)))


def arrange(case: Case, command: ArrangeFunds) -> Event:
    """Judge at the gate of the purpose. Raises BadFieldError for an amount that is not more than nothing."""
    positive_yuan(command.amount)
    number = len(case.project.arrangements) + 1
    asking = _asking(case, command)
    line = BudgetLine(purpose=command.purpose, year=command.year, source=command.source)
    proposal = asking.proposal.but(purpose=command.purpose, line=line, arrange_fen=command.amount.fen)
    return decide(
        GATE_OF[command.purpose],
        "funding",
        replace(asking, proposal=proposal),
        lambda judgement: FundsArranged(number=number, judgement=judgement, **dict(command)),
        FundsRefused,
        act=FundsArranged.TOPIC,
    )


def disburse(case: Case, command: DisburseFunds) -> Event:
    """Judge at the gate of the arrangement's purpose. Raises BadFieldError for an unknown arrangement."""
    positive_yuan(command.amount)
    arrangement = _arrangement(case, command.arrangement)
    asking = _asking(case, command)
    proposal = asking.proposal.but(disburse_fen=command.amount.fen, arrangement=arrangement)
    return decide(
        GATE_OF[arrangement.purpose],
        "funding",
        replace(asking, proposal=proposal),
        lambda judgement: FundsDisbursed(purpose=arrangement.purpose, judgement=judgement, **dict(command)),
        FundsRefused,
        act=FundsDisbursed.TOPIC,
    )


def refund(case: Case, command: RefundFunds) -> Event:
    """Record a refund. Raises BadFieldError when it is more than was paid out."""
    positive_yuan(command.amount)
    arrangement = _arrangement(case, command.arrangement)
    if command.amount.fen > arrangement.disbursed_fen - arrangement.refunded_fen:
        raise BadFieldError(text("退回数额超过已拨付数额", "the refund is more than was paid out"), "/act/amount")
    return record("funding", case, command, FundsRefunded(**dict(command)))


def _asking(case: Case, command: Command) -> Case:
    carried = (*case.proposal.free_text, *command.free_text())
    return replace(case, proposal=case.proposal.but(free_text=carried))


def _arrangement(case: Case, number: int) -> Arrangement:
    arrangement = case.project.arrangement(number)
    if arrangement is None:
        raise BadFieldError(text("没有此序号的经费安排", "no arrangement of that number"), "/act/arrangement")
    return arrangement


def _settle(project: Project, number: int, **changes: object) -> Project:
    return project.but(arrangements=tuple(a.but(**changes) if a.number == number else a for a in project.arrangements))


@evolve.register
def _(event: BudgetSet, project: Project, at: Recorded) -> Project:
    line = BudgetLine(purpose=event.purpose, year=event.year, source=event.source)
    budget = Budget(line=line, amount=event.amount, document_no=event.document_no, set_on=at.happened_on)
    return project.but(budgets=(*project.budgets, budget))


@evolve.register
def _(event: FundsArranged, project: Project, at: Recorded) -> Project:
    arrangement = Arrangement(
        number=event.number,
        purpose=event.purpose,
        year=event.year,
        source=event.source,
        amount=event.amount,
        arranged_on=at.happened_on,
    )
    return project.but(arrangements=(*project.arrangements, arrangement))


@evolve.register
def _(event: FundsDisbursed, project: Project, at: Recorded) -> Project:
    paid = project.arrangement(event.arrangement)
    if paid is None:
        return project
    return _settle(
        project,
        event.arrangement,
        disbursed_fen=paid.disbursed_fen + event.amount.fen,
        disbursements=(*paid.disbursements, (event.amount.fen, at.happened_on)),
    )


@evolve.register
def _(event: FundsRefunded, project: Project, at: Recorded) -> Project:
    del at
    paid = project.arrangement(event.arrangement)
    if paid is None:
        return project
    return _settle(project, event.arrangement, refunded_fen=paid.refunded_fen + event.amount.fen)


@postings.register
def _(event: BudgetSet, project: Project) -> tuple[Posting, ...]:
    line = BudgetLine(purpose=event.purpose, year=event.year, source=event.source)
    change = event.amount.fen - (project.budget_fen(line) or 0)
    return transfer(change, Place(account=Account.GRANTED, line=line), Place(account=Account.UNARRANGED, line=line))


@postings.register
def _(event: FundsArranged, project: Project) -> tuple[Posting, ...]:
    del project
    line = BudgetLine(purpose=event.purpose, year=event.year, source=event.source)
    arranged = Place(account=Account.UNDISBURSED, line=line, number=event.number)
    return transfer(event.amount.fen, Place(account=Account.UNARRANGED, line=line), arranged)


@postings.register
def _(event: FundsDisbursed, project: Project) -> tuple[Posting, ...]:
    paid = project.arrangement(event.arrangement)
    if paid is None:
        return ()
    arranged = Place(account=Account.UNDISBURSED, line=paid.line, number=paid.number)
    return transfer(event.amount.fen, arranged, arranged.but(account=Account.DISBURSED))


@postings.register
def _(event: FundsRefunded, project: Project) -> tuple[Posting, ...]:
    paid = project.arrangement(event.arrangement)
    if paid is None:
        return ()
    arranged = Place(account=Account.UNDISBURSED, line=paid.line, number=paid.number)
    return transfer(event.amount.fen, arranged.but(account=Account.REFUNDED), arranged)
