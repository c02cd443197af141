"""行政区划代码 Division codes, GB/T 2260, with the years in which each was in use.

A code is valid from the year it came into use, inclusive, to the year it was changed or dropped, exclusive.
`divisions_zibo.csv` beside this file holds the codes of Zibo (3703) and its counties, from the lists of the
Ministry of Civil Affairs; a site may load the whole country in the same columns.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, Field

from domain.texts import ValueFault, half_width

_FORM = re.compile(r"\d{6}")
_CODE = re.compile(r"\d{6}")


def parse(text: str) -> str:
    """The normalised six digits. Raises ValueFault. Whether it was in use on a day is the table's to say."""
    plain = half_width(text).strip()
    if not _FORM.fullmatch(plain):
        raise ValueFault("行政区划代码应为6位数字", "a division code is six digits")
    return plain


DivisionCode = Annotated[str, Field(max_length=12, examples=["370323"]), AfterValidator(parse)]
"""A field that holds a well-formed division code."""


@dataclass(frozen=True)
class DivisionSpell:
    """A time during which a code named a division."""

    code: str
    name: str
    valid_from: int
    valid_until: int | None
    successors: tuple[str, ...] = ()


class DivisionTable:
    """Division codes with their times of use."""

    def __init__(self, spells: Iterable[DivisionSpell]) -> None:
        self._spells: dict[str, list[DivisionSpell]] = {}
        for spell in spells:
            self._spells.setdefault(spell.code, []).append(spell)

    @classmethod
    def parse_csv(cls, text: str) -> DivisionTable:
        """Read 代码, 名称, 启用时间, 变更/弃用时间, 新代码 (and others, ignored). Raises ValueFault on a bad row."""
        spells = []
        for number, row in enumerate(csv.DictReader(io.StringIO(text.lstrip("\ufeff"))), 2):
            try:
                until = row["变更/弃用时间"]
                spells.append(
                    DivisionSpell(
                        code=parse(row["代码"]),
                        name=row["名称"],
                        valid_from=int(row["启用时间"]),
                        valid_until=int(until) if until else None,
                        successors=tuple(_CODE.findall(row["新代码"] or "")),
                    )
                )
            except (KeyError, TypeError, ValueError) as error:
                raise ValueFault(
                    f"行政区划表第{number}行有误：{error}", f"division table, row {number}: {error}"
                ) from error
        return cls(spells)

    def at(self, code: str, day: date) -> DivisionSpell | None:
        """The spell of the code on a day, or None when it was not in use."""
        return next(
            (
                s
                for s in self._spells.get(code, [])
                if s.valid_from <= day.year and (s.valid_until is None or day.year < s.valid_until)
            ),
            None,
        )

    def check(self, code: str, day: date) -> DivisionSpell:
        """The spell of the code on a day. Raises ValueFault that names the successors of a retired code."""
        found = self.at(code, day)
        if found is not None:
            return found
        spells = self._spells.get(code)
        if not spells:
            raise ValueFault(f"没有行政区划代码{code}", f"there is no division code {code}")
        last = spells[-1]
        after = "、".join(last.successors) or "-"
        raise ValueFault(
            f"行政区划代码{code}（{last.name}）在{day}未启用；现行代码：{after}",
            f"division code {code} ({last.name}) was not in use on {day}; successors: {after}",
        )
