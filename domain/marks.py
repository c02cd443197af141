"""分值 Marks: weights and scores as exact decimal numbers, written as papers print them. Never a float."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Context, Decimal, Inexact, InvalidOperation
from typing import Annotated

from pydantic import Field

# A context of our own: the thread's would round quietly. Were 60 digits too few, Inexact would be raised.
_EXACT = Context(prec=60, traps=[Inexact, InvalidOperation])

# ASCII: \d alone would also take the digits of other scripts.
Mark = Annotated[str, Field(pattern=r"^[0-9]{1,4}(\.[0-9]{1,4})?$", max_length=9)]
"""A weight or a score, e.g. 8.5: at most four decimals."""


def mark_sum(marks: Iterable[str | Decimal]) -> Decimal:
    """The exact sum of marks; 0 of none."""
    total = Decimal(0)
    for mark in marks:
        total = _EXACT.add(total, Decimal(mark))
    return total


def reaches(part: Decimal, percent: str, whole: str) -> bool:
    """Is `part` at least so many per cent of `whole`?"""
    return _EXACT.multiply(part, Decimal(100)) >= _EXACT.multiply(Decimal(percent), Decimal(whole))


def mark_text(mark: Decimal) -> str:
    """A mark as papers print it: no exponent, no idle zeros behind the point."""
    written = f"{mark:f}"
    return written.rstrip("0").rstrip(".") if "." in written else written
