"""建设引导基金: Contribute -> FundContributed; Invest -> FundInvested | InvestmentRefused; ReturnInvestment ->
InvestmentReturned.

Gate FUND_INVEST: a project that is filed, approved and shares, money that the fund has (F06), and its aims (F07, F08).
源政发〔2018〕16号 四（二）.
"""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from domain.case import Case
from domain.command import Command
from domain.deciding import decide
from domain.event import Event
from domain.evolve import evolve
from domain.faults import BadFieldError
from domain.guidance_fund import FieldTag, GuidanceFund, Investment, InvestmentAsked, InvestmentStage
from domain.identifiers import Uscc
from domain.ledger import Account, Place, Posting, postings, transfer
from domain.money import Money
from domain.recorded import Recorded
from domain.refusal import Refused
from domain.rule import Gate, Judgement, text
from domain.yuan import positive_yuan


class Contribute(Command):
    """Ask to record money that was paid into the fund."""

    contributor: str = Field(min_length=1, max_length=200, description="出资人")
    contributor_uscc: Uscc | None = Field(default=None, description="出资人统一社会信用代码")
    amount: Money = Field(description="出资数额; more than nothing")
    document_no: str = Field(min_length=1, max_length=120, description="出资文号或凭证号")


class Invest(Command):
    """Ask to invest money of the fund in a project."""

    PLACEHOLDER_FIELDS: ClassVar[frozenset[str]] = frozenset({"fields", "stage", "document_no"})

    project: UUID = Field(description="项目标识 the project invested in")
    amount: Money = Field(description="投资数额; more than nothing")
    fields: tuple[FieldTag, ...] = Field(default=(), max_length=3, description="投向：基础性、公益性、民生 (F07, F08)")
    stage: InvestmentStage = Field(description="支持建设环节或运营环节 (F09)")
    document_no: str | None = Field(default=None, max_length=120, description="投资决定文号")


class ReturnInvestment(Command):
    """Ask to record that money of an investment came back. Gains are recorded as contributions."""

    investment: int = Field(ge=1, description="投资序号")
    amount: Money = Field(description="回收数额; more than nothing")
    document_no: str | None = Field(default=None, max_length=120, description="凭证号")


class FundContributed(Event):
    """Money was paid into the fund."""

    TOPIC = "guidance_fund.contributed"

    contributor: str
    contributor_uscc: Uscc | None = None
    amount: Money
    document_no: str


class FundInvested(Event):
    """The fund invested in a project."""

    TOPIC = "guidance_fund.invested"

    number: int
    project: UUID
    amount: Money
    fields: tuple[FieldTag, ...] = ()
    stage: InvestmentStage
    document_no: str | None = None
    judgement: Judgement


class InvestmentRefused(Refused):
    """An investment was asked for and refused."""

    TOPIC = "guidance_fund.investment_refused"

    project: UUID


class InvestmentReturned(Event):
    """Money of an investment came back to the fund."""

    TOPIC = "guidance_fund.investment_returned"

    investment: int
    amount: Money
    document_no: str | None = None


def contribute(fund: GuidanceFund, command: Contribute) -> FundContributed:
    """Record a contribution. Raises BadFieldError for an amount that is not more than nothing, or not in CNY."""
    del fund
    positive_yuan(command.amount)
    return FundContributed(**dict(command))


def invest(case: Case, command: Invest) -> Event:
    """Judge at gate FUND_INVEST; the case holds the fund. Raises BadFieldError for an amount that is none."""
    positive_yuan(command.amount)
    asked = InvestmentAsked(
        project=command.project, amount_fen=command.amount.fen, fields=command.fields, stage=command.stage
    )
    carried = (*case.proposal.free_text, *command.free_text())
    asking = replace(case, proposal=case.proposal.but(free_text=carried, investment=asked))
    number = len(case.fund.investments) + 1 if case.fund is not None else 1

    def fact(judgement: Judgement) -> Event:
        return FundInvested(number=number, judgement=judgement, **dict(command))

    event = decide(Gate.FUND_INVEST, "guidance_fund", asking, fact, act=FundInvested.TOPIC)
    return InvestmentRefused(project=command.project, **dict(event)) if isinstance(event, Refused) else event


def give_back(fund: GuidanceFund, command: ReturnInvestment) -> InvestmentReturned:
    """Record a return. Raises BadFieldError for an unknown investment, or for more than is still invested."""
    positive_yuan(command.amount)
    investment = fund.investment(command.investment)
    if investment is None:
        raise BadFieldError(text("没有此序号的投资", "no investment of that number"), "/act/investment")
    if command.amount.fen > investment.amount_fen - investment.returned_fen:
        raise BadFieldError(
            text(
                "回收数额超过尚在投资的数额；收益请登记为出资",
                "the return is more than is still invested: record gains as a contribution",
            ),
            "/act/amount",
        )
    return InvestmentReturned(**dict(command))


@evolve.register
def _(event: FundContributed, fund: GuidanceFund, at: Recorded) -> GuidanceFund:
    del at
    return fund.but(contributed_fen=fund.contributed_fen + event.amount.fen)


@evolve.register
def _(event: FundInvested, fund: GuidanceFund, at: Recorded) -> GuidanceFund:
    investment = Investment(
        number=event.number,
        project=event.project,
        amount_fen=event.amount.fen,
        fields=event.fields,
        stage=event.stage,
        invested_on=at.happened_on,
    )
    return fund.but(investments=(*fund.investments, investment))


@evolve.register
def _(event: InvestmentReturned, fund: GuidanceFund, at: Recorded) -> GuidanceFund:
    del at
    return fund.but(
        investments=tuple(
            i.but(returned_fen=i.returned_fen + event.amount.fen) if i.number == event.investment else i
            for i in fund.investments
        )
    )


@postings.register
def _(event: FundContributed, fund: GuidanceFund) -> tuple[Posting, ...]:
    del fund
    return transfer(event.amount.fen, Place(account=Account.CONTRIBUTED), Place(account=Account.FUND))


@postings.register
def _(event: FundInvested, fund: GuidanceFund) -> tuple[Posting, ...]:
    del fund
    return transfer(event.amount.fen, Place(account=Account.FUND), Place(account=Account.INVESTED, number=event.number))


@postings.register
def _(event: InvestmentReturned, fund: GuidanceFund) -> tuple[Posting, ...]:
    if fund.investment(event.investment) is None:
        return ()
    back = Place(account=Account.RETURNED, number=event.investment)
    return transfer(event.amount.fen, back, Place(account=Account.FUND))
