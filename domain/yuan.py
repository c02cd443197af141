"""人民币 The check that every amount of the county's own money goes through before it is recorded."""

from __future__ import annotations

from domain.faults import BadFieldError
from domain.money import Money
from domain.texts import Text


def positive_yuan(amount: Money, pointer: str = "/act/amount") -> None:
    """Raises BadFieldError for an amount that is not more than nothing, or not in CNY."""
    if amount.fen <= 0:
        raise BadFieldError(Text(zh="数额须大于零", en="the amount must be more than nothing"), pointer)
    if amount.currency != "CNY":
        raise BadFieldError(Text(zh="只接受人民币", en="only CNY is accepted"), f"{pointer}/currency")
