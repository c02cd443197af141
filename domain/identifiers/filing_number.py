"""备案号 Our own filing number: ZH-370323-2018-000016-K. Division, year, serial from 1, check.

K is ISO/IEC 7064 MOD 11,10 over the 16 digits of division, year and serial: it sees every wrong digit and
nearly every swap of neighbours. Category and unit are not in the number, because both change.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated

from pydantic import AfterValidator, Field

from domain.identifiers import division as division_code
from domain.texts import ValueFault, code_form, misfit

MAX_SERIAL = 999_999
_NORMAL = re.compile(r"ZH-([0-9]{6})-(?!0000)([0-9]{4})-(?!000000)([0-9]{6})-([0-9])")


@dataclass(frozen=True)
class FilingNumberParts:
    """The parts of a filing number."""

    division: str
    year: int
    serial: int


def check_digit(digits: str) -> str:
    """ISO/IEC 7064 MOD 11,10 check digit of a text of digits."""
    remainder = 10
    for digit in digits:
        remainder = (remainder + int(digit)) % 10 or 10
        remainder = remainder * 2 % 11
    return str((11 - remainder) % 10)


def build(division: str, year: int, serial: int) -> str:
    """The number of a serial. Raises ValueFault for a division or year that does not fit.

    Raises it too when the serial is not in 1 to MAX_SERIAL: then the numbers of the year are used up.
    """
    division = division_code.parse(division)
    if not 1 <= year <= 9999:
        raise ValueFault(
            f"备案号的年份应在1至9999之间，现为{year}",
            f"the year of a filing number is in 1 to 9999, not {year}",
        )
    if serial < 1:
        raise ValueFault(
            f"备案号的序号从1开始，现为{serial}",
            f"the serial of a filing number begins at 1, not {serial}",
        )
    if serial > MAX_SERIAL:
        raise ValueFault(
            f"该年度备案号已用尽（{MAX_SERIAL}）",
            f"the year's numbers are used up ({MAX_SERIAL})",
        )
    digits = f"{division}{year:04d}{serial:06d}"
    return f"ZH-{division}-{year:04d}-{serial:06d}-{check_digit(digits)}"


def read(text: str) -> FilingNumberParts:
    """Take a number apart. Raises ValueFault that names the character out of place or the right check."""
    number = code_form(text)
    if fault := misfit(number, "ZH-999999-9999-999999-9"):
        raise ValueFault(
            f"备案号应如ZH-370323-2018-000016-9：{fault.zh}",
            f"a filing number looks like ZH-370323-2018-000016-9: {fault.en}",
        )
    _, division, year, serial, _ = number.split("-")
    parts = FilingNumberParts(division, int(year), int(serial))
    right = build(parts.division, parts.year, parts.serial)
    if number != right:
        raise ValueFault(
            f"备案号{number}的校验位应为{right[-1]}，现为{number[-1]}；请核对各位数字",
            f"the check digit of {number} must be {right[-1]}, not {number[-1]}: compare every digit",
        )
    return parts


def parse(text: str) -> str:
    """The normalised number. Raises ValueFault as `read` does."""
    found = _NORMAL.fullmatch(text)
    if found is not None and check_digit("".join(found.groups()[:3])) == found[4]:
        return text
    parts = read(text)
    return build(parts.division, parts.year, parts.serial)


FilingNumber = Annotated[str, Field(max_length=40), AfterValidator(lru_cache(maxsize=4096)(parse))]
"""A field that holds a valid filing number."""
