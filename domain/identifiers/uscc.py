"""统一社会信用代码 Unified social credit code, GB 32100-2015, with its inner organisation code, GB 11714.

18 characters of 31 symbols (no I O S V Z): registration authority, organisation class, region (6),
organisation code (8 and a check), and a check over all. The region is that of the registering organ, not
proof of a location. New entries need a code without fault (`parse`). On historic papers a fault is recorded
as a warning (`inspect`), because such papers do carry codes whose check is wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated

from pydantic import AfterValidator, Field

from domain.texts import Text, ValueFault, code_form

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))
_INNER_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_INNER_VALUES = {c: i for i, c in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")}

# Registration authority -> organisation classes that it registers. Authorities that the sources list without
# classes accept any symbol.
_CLASSES: dict[str, str | None] = {
    "1": "1239",
    "2": None,
    "3": None,
    "4": None,
    "5": "1239",
    "6": None,
    "7": None,
    "8": None,
    "9": "123",
    "A": None,
    "N": None,
    "Y": None,
}


def outer_check(first17: str) -> str:
    """Check symbol over the first 17: c = (31 − Σ value·3^(i−1) mod 31) mod 31.

    Raises ValueError for a symbol outside the alphabet and for another length.
    """
    # Without the outer modulus a sum that is a multiple of 31 would give no symbol; it must give 0.
    total = sum(ALPHABET.index(c) * w for c, w in zip(first17, _WEIGHTS, strict=True))
    return ALPHABET[(31 - total % 31) % 31]


def inner_check(first8: str) -> str:
    """Check of the organisation code (GB 11714): 11 − Σ mod 11, written X for 10 and 0 for 11.

    Raises KeyError for a symbol that is no digit or capital letter, ValueError for another length.
    """
    total = sum(_INNER_VALUES[c] * w for c, w in zip(first8, _INNER_WEIGHTS, strict=True))
    return "0123456789X0"[11 - total % 11]


@dataclass(frozen=True)
class UsccInspection:
    """A code as normalised, and everything that is wrong with it."""

    normalised: str
    faults: tuple[Text, ...]


def inspect(text: str) -> UsccInspection:
    """Normalise a code and list its faults without raising: on historic papers a fault is a warning."""
    code = code_form(text)
    faults: list[Text] = []

    def fault(zh: str, en: str) -> None:
        faults.append(Text(zh=zh, en=en))

    if len(code) != 18:
        fault(f"统一社会信用代码应为18位，现为{len(code)}位", f"a USCC has 18 characters, not {len(code)}")
        return UsccInspection(code, tuple(faults))
    wrong = [(i, c) for i, c in enumerate(code, 1) if c not in ALPHABET]
    if wrong:
        listed = "、".join(f"第{i}位“{c}”" for i, c in wrong)
        at = ", ".join(f"“{c}” at {i}" for i, c in wrong)
        fault(
            f"字符不在字符集内（不用I、O、S、V、Z）：{listed}",
            f"characters outside the alphabet (no I O S V Z): {at}",
        )
        return UsccInspection(code, tuple(faults))
    if code[0] not in _CLASSES:
        known = "".join(_CLASSES)
        fault(
            f"第1位“{code[0]}”不是登记管理部门代码（应为{known}之一）",
            f"“{code[0]}” at 1 is no registration authority (one of {known})",
        )
    else:
        classes = _CLASSES[code[0]]
        if classes is not None and code[1] not in classes:
            fault(
                f"第2位“{code[1]}”不是该登记管理部门的机构类别（应为{classes}之一）",
                f"“{code[1]}” at 2 is no class of that authority (one of {classes})",
            )
    if not code[2:8].isdigit():
        fault(
            f"第3至8位应为6位数字的行政区划代码，现为{code[2:8]}",
            f"characters 3 to 8 must be a six-digit region code, not {code[2:8]}",
        )
    inner = inner_check(code[8:16])
    if code[16] != inner:
        fault(
            f"第17位（主体标识码校验）应为{inner}，现为{code[16]}",
            f"character 17 (organisation check) must be {inner}, not {code[16]}",
        )
    outer = outer_check(code[:17])
    if code[17] != outer:
        fault(
            f"第18位（校验码）应为{outer}，现为{code[17]}",
            f"character 18 (check) must be {outer}, not {code[17]}",
        )
    return UsccInspection(code, tuple(faults))


def parse(text: str) -> str:
    """The normalised code. Raises ValueFault with the first fault."""
    inspection = inspect(text)
    if inspection.faults:
        first = inspection.faults[0]
        raise ValueFault(first.zh, first.en)
    return inspection.normalised


Uscc = Annotated[
    str,
    Field(max_length=40, description="统一社会信用代码 (18 characters)"),
    AfterValidator(lru_cache(maxsize=4096)(parse)),
]
"""A field that holds a valid code, normalised."""
