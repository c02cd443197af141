"""备案号 Our own filing number: ZH-370323-2018-000016-K. Division, year, serial, check.

K is ISO/IEC 7064 MOD 11,10 over the 16 digits of division, year and serial: it sees every wrong digit and nearly every
swap of neighbours. Category and unit are not in the number, because both change.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, Field

from domain.texts import ValueFault, half_width

_FORM = re.compile(r"ZH-(\d{6})-(\d{4})-(\d{6})-(\d)")
MAX_SERIAL = 999_999


@dataclass(frozen=True)
class FilingNumberParts:
    """The parts of a filing number."""

    division: str
    year: int
    serial: int


def check_digit(digits: str) -> str:
    """ISO/IEC 7064 MOD 11,10 check digit."""
    remainder = 10
    for digit in digits:
        remainder = (remainder + int(digit)) % 10 or 10
        remainder = remainder * 2 % 11
    return str((11 - remainder) % 10)


def build(division: str, year: int, serial: int) -> str:
    """The number of a serial. Raises ValueFault when the year's numbers are used up."""
    if not 1 <= serial <= MAX_SERIAL:
        raise ValueFault(f"该年度备案号已用尽（{MAX_SERIAL}）", f"the year's numbers are used up ({MAX_SERIAL})")
    digits = f"{division}{year:04d}{serial:06d}"
    return f"ZH-{division}-{year:04d}-{serial:06d}-{check_digit(digits)}"


def read(text: str) -> FilingNumberParts:
    """Take a number apart. Raises ValueFault for a wrong form or check."""
    found = _FORM.fullmatch(half_width(text).upper().replace(" ", ""))
    if found is None:
        raise ValueFault("备案号应如ZH-370323-2018-000016-K", "a filing number looks like ZH-370323-2018-000016-K")
    division, year, serial, check = found.groups()
    right = check_digit(division + year + serial)
    if check != right:
        raise ValueFault(f"备案号校验位应为{right}", f"the check digit of the filing number must be {right}")
    return FilingNumberParts(division, int(year), int(serial))


def parse(text: str) -> str:
    """The normalised number. Raises ValueFault."""
    parts = read(text)
    return build(parts.division, parts.year, parts.serial)


FilingNumber = Annotated[str, Field(max_length=40), AfterValidator(parse)]
"""A field that holds a valid filing number."""
