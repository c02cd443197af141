"""行政区划代码 Division codes, GB/T 2260: six digits, with the years in which each was in use.

A code is valid from the year it came into use, inclusive, to the year it was changed or dropped, exclusive.
`divisions_zibo.csv` beside this file holds Shandong (370000), Zibo (370300) and the counties of Zibo. Its
facts are carried over from github.com/yescallop/areacodes, result.csv (CC0 1.0), which names as its sources
the lists of the Ministry of Civil Affairs and the State Council gazette. A site may load the whole country
in the same columns.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Annotated

from pydantic import AfterValidator, Field

from domain.texts import ValueFault, clipped, code_form, misfit

_COLUMNS = ("代码", "名称", "启用时间", "变更/弃用时间", "新代码")
_YEAR = re.compile(r"[0-9]{4}")
# A successor is followed by its year in brackets when that is not the year in which the code ended.
_SUCCESSOR = re.compile(r"([0-9]{6})(?:\[[0-9]{4}\])?")


def parse(text: str) -> str:
    """The normalised six digits. Raises ValueFault. Whether it was in use on a day is the table's to say."""
    code = code_form(text)
    if fault := misfit(code, "999999"):
        raise ValueFault(
            f"行政区划代码应为6位数字，如370323：{fault.zh}",
            f"a division code is six digits, e.g. 370323: {fault.en}",
        )
    return code


DivisionCode = Annotated[str, Field(max_length=12, examples=["370323"]), AfterValidator(lru_cache(maxsize=4096)(parse))]
"""A field that holds a well-formed division code."""


@dataclass(frozen=True)
class DivisionSpell:
    """A time during which a code named a division: years, `valid_until` exclusive and None while in use.

    A code still in use may have successors too: those that took over a part of it.
    """

    code: str
    name: str
    valid_from: int
    valid_until: int | None
    successors: tuple[str, ...] = ()
    level: str | None = None

    def ended_by(self, year: int) -> bool:
        """Was it over in that year?"""
        return self.valid_until is not None and self.valid_until <= year


class DivisionTable:
    """Division codes with their times of use."""

    def __init__(self, spells: Iterable[DivisionSpell]) -> None:
        self._spells: dict[str, list[DivisionSpell]] = {}
        # By time, because the published list has later spells of a code before earlier ones.
        for spell in sorted(spells, key=lambda s: s.valid_from):
            self._spells.setdefault(spell.code, []).append(spell)

    @classmethod
    def parse_csv(cls, text: str) -> DivisionTable:
        """Read the columns 代码, 名称, 启用时间, 变更/弃用时间, 新代码 and, if there, 级别; ignore others.

        A byte order mark is tolerated. Raises ValueFault for a missing column and for a bad row, by its line.
        """
        reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
        missing = [c for c in _COLUMNS if c not in (reader.fieldnames or ())]
        if missing:
            listed = "、".join(missing)
            raise ValueFault(f"行政区划表缺少列：{listed}", f"the division table lacks the columns {listed}")
        try:
            return cls([_spell(row) for row in reader])
        except ValueFault as fault:
            raise ValueFault(
                f"行政区划表第{reader.line_num}行有误：{fault.text.zh}",
                f"division table, row {reader.line_num}: {fault.text.en}",
            ) from fault
        except csv.Error as error:
            raise ValueFault(
                f"行政区划表第{reader.line_num}行不是有效的CSV",
                f"division table, row {reader.line_num} is not CSV: {error}",
            ) from error

    def at(self, code: str, day: date) -> DivisionSpell | None:
        """The spell of the code on a day, or None when it was not in use."""
        spells = self._spells.get(code, [])
        return next((s for s in spells if s.valid_from <= day.year and not s.ended_by(day.year)), None)

    def check(self, code: str, day: date) -> DivisionSpell:
        """The spell of the code on a day. Raises ValueFault that names the successors of a retired code."""
        found = self.at(code, day)
        if found is not None:
            return found
        spells = self._spells.get(code)
        if not spells:
            raise ValueFault(f"没有行政区划代码{clipped(code)}", f"there is no division code {clipped(code)}")
        ended = [s for s in spells if s.ended_by(day.year)]
        if not ended:
            first = spells[0]
            raise ValueFault(
                f"行政区划代码{code}（{first.name}）{first.valid_from}年才启用，{day}尚未启用",
                f"division code {code} ({first.name}) came into use in {first.valid_from}, after {day}",
            )
        last = ended[-1]
        after = self._after(last, day)
        raise ValueFault(
            f"行政区划代码{code}（{last.name}）已于{last.valid_until}年停用，在{day}未启用；"
            + (f"请改用：{'、'.join(after)}" if after else "没有登记新代码"),
            f"division code {code} ({last.name}) was retired in {last.valid_until} and not in use on {day}; "
            + (f"successors: {', '.join(after)}" if after else "no successor is on record"),
        )

    def _after(self, spell: DivisionSpell, day: date) -> tuple[str, ...]:
        """The codes in use on the day that took over an ended spell, through all changes between."""
        seen, waiting, after = {spell.code}, list(spell.successors), []
        while waiting:
            code = waiting.pop(0)
            if code in seen:
                continue
            seen.add(code)
            # A table of one city need not know the successor: then it is named as the row has it.
            if code not in self._spells or self.at(code, day) is not None:
                after.append(code)
            else:
                waiting.extend(c for s in self._spells[code] if s.ended_by(day.year) for c in s.successors)
        return tuple(after)


def _spell(row: Mapping[str, str | None]) -> DivisionSpell:
    """A row of the table. Raises ValueFault; a short row lacks its last columns."""
    name, until = row["名称"], row["变更/弃用时间"]
    if not name:
        raise ValueFault("缺少名称", "the name is missing")
    successors = []
    for part in (row["新代码"] or "").split(";"):
        if found := _SUCCESSOR.fullmatch(part.strip()):
            successors.append(found[1])
        elif part.strip():
            raise ValueFault(
                f"新代码应如370303或370303[2003]，现为“{clipped(part)}”",
                f"a successor looks like 370303 or 370303[2003], not “{clipped(part)}”",
            )
    return DivisionSpell(
        code=parse(row["代码"] or ""),
        name=name,
        valid_from=_year(row["启用时间"] or ""),
        valid_until=_year(until) if until else None,
        successors=tuple(dict.fromkeys(successors)),
        level=row.get("级别") or None,
    )


def _year(text: str) -> int:
    if not _YEAR.fullmatch(text):
        raise ValueFault(
            f"年份应为4位数字，现为“{clipped(text)}”",
            f"a year is four digits, not “{clipped(text)}”",
        )
    return int(text)
