"""资金台账 The money of a history as double entry: budget, arranged, disbursed, refunded, and the guidance fund (F01).

Every money event gives postings that sum to zero. Amounts are 分: what an account receives is positive, what it gives
is negative. The postings of an event are registered by its step, like its effect on the state; nothing is stored.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from enum import StrEnum
from functools import cache, singledispatch
from typing import Any

from domain.event import Event, Value
from domain.evolve import Foldable, effective, evolve
from domain.money import Money
from domain.project import BudgetLine
from domain.recorded import Recorded
from domain.rule import text
from domain.texts import Text


class Account(StrEnum):
    """科目 Where money stands. GRANTED, REFUNDED, CONTRIBUTED and RETURNED give, and so are negative or zero."""

    GRANTED = "GRANTED"  # 预算核定
    UNARRANGED = "UNARRANGED"  # 预算未安排
    UNDISBURSED = "UNDISBURSED"  # 已安排未拨付
    DISBURSED = "DISBURSED"  # 已拨付
    REFUNDED = "REFUNDED"  # 已退回
    CONTRIBUTED = "CONTRIBUTED"  # 基金出资
    FUND = "FUND"  # 基金余额
    INVESTED = "INVESTED"  # 基金已投
    RETURNED = "RETURNED"  # 基金回收


class Place(Value):
    """An account, within a line, an arrangement or an investment where it has one."""

    account: Account
    line: BudgetLine | None = None
    number: int | None = None


class Posting(Value):
    """分录 An amount in 分 that a place receives (positive) or gives (negative)."""

    place: Place
    fen: int


class Balance(Value):
    """试算平衡 What stands in each place after a history, in the order of first use."""

    by_place: tuple[tuple[Place, int], ...]

    def of(self, account: Account, line: BudgetLine | None = None) -> int:
        """The sum of an account, over a line or over all."""
        return sum(fen for p, fen in self.by_place if p.account is account and (line is None or p.line == line))

    def total(self) -> int:
        """The sum over everything: zero, or the book is wrong."""
        return sum(fen for _, fen in self.by_place)


class Fault(Value):
    """账目错误 An event (by its version in the stream) after which the book cannot be right, and why."""

    version: int
    reason: Text


@singledispatch
def postings(event: Event, state: Any) -> tuple[Posting, ...]:
    """The postings of an event on the state before it; none for an event that moves no money."""
    del event, state
    return ()


def transfer(fen: int, giver: Place, taker: Place) -> tuple[Posting, ...]:
    """Move an amount from one place to another."""
    return Posting(place=giver, fen=-fen), Posting(place=taker, fen=fen)


@cache
def moves_money(of: type[Event]) -> bool:
    """Does this kind of event have postings? A step registers them before there is an event of it."""
    return postings.dispatch(of) is not postings.dispatch(object)


def trial_balance(beginning: Foldable, history: Iterable[Recorded]) -> Balance:
    """What stands in each place after a history, with corrections applied."""
    standing: dict[Place, int] = {}
    state: Any = beginning
    for entry in effective(history):
        for posting in postings(entry.event, state):
            standing[posting.place] = standing.get(posting.place, 0) + posting.fen
        state = evolve(entry.event, state, entry)
    return Balance(by_place=tuple(standing.items()))


def faults(beginning: Foldable, history: Iterable[Recorded]) -> tuple[Fault, ...]:
    """Every place in a history where the book goes wrong: amounts that are none, and accounts drawn below zero.

    Budgets may be revised below what is arranged already, so UNARRANGED may be negative: the view shows it.
    """
    found = []
    standing: defaultdict[Place, int] = defaultdict(int)
    state: Any = beginning
    for entry in effective(history):
        version = entry.stream.version
        if moves_money(entry.event.__class__):
            amount = getattr(entry.event, "amount", None)
            if isinstance(amount, Money) and (amount.fen <= 0 or amount.currency != "CNY"):
                found.append(Fault(version=version, reason=text("数额须为大于零的人民币", "not a positive CNY amount")))
            posted = postings(entry.event, state)
            if not posted:
                found.append(
                    Fault(version=version, reason=text("没有所指的安排或投资", "no such arrangement or investment"))
                )
            for posting in posted:
                standing[posting.place] += posting.fen
            found += [Fault(version=version, reason=reason) for reason in _overdrawn(posted, standing)]
        state = evolve(entry.event, state, entry)
    return tuple(found)


def _overdrawn(posted: tuple[Posting, ...], standing: dict[Place, int]) -> list[Text]:
    """Which of the places that were just posted to are drawn below zero."""
    reasons = []
    for place in (p.place for p in posted):
        if place.account is Account.UNDISBURSED and standing[place] < 0:
            reasons.append(text("拨付超过安排", "more disbursed than arranged"))
        if place.account is Account.FUND and standing[place] < 0:
            reasons.append(text("基金余额为负", "the fund's balance is negative"))
        for spent, back, reason in (
            (Account.DISBURSED, Account.REFUNDED, text("退回超过已拨付", "more refunded than disbursed")),
            (Account.INVESTED, Account.RETURNED, text("回收超过已投资", "more returned than invested")),
        ):
            pair = [place.but(account=a) for a in (spent, back)]
            if place.account is back and sum(standing.get(p, 0) for p in pair) < 0:
                reasons.append(reason)
    return reasons
