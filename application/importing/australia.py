"""澳大利亚数字项目 Australia's major digital projects: yearly editions with other columns, and no project ids.

Without ids, editions are sources of their own: that two rows of different editions are one project is for a person
to confirm. Ratings come from independent assessors since 2025 and from the agency before.
"""

from __future__ import annotations

import re
from calendar import month_name
from typing import ClassVar

from application.importing.mapping import (
    TOO_MANY,
    Edition,
    FileFault,
    MappedRow,
    Mapping,
    Row,
    RowFault,
    Stored,
    fact,
    kept,
    row_sha256,
)
from application.importing.world_bank import millions
from domain.dates import CivilDate
from domain.project import ImportOrigin, Knowledge, Milestone
from domain.rule import text
from domain.texts import ValueFault

SCALE = "au-dca-5"
GRADES = ("High", "Medium-High", "Medium", "Medium-Low", "Low")
INDEPENDENT_SINCE = 2025

_RATING = re.compile(r"DCA(?: (\d{4}))?")
_BUDGET = re.compile(r".*budget.*", re.IGNORECASE)
_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_MONTH = re.compile(r"([A-Z][a-z]+) (\d{4})")
_MONTHS = {name: number for number, name in enumerate(month_name) if name}
_KNOWLEDGE = {
    "nfp": Knowledge.WITHHELD,
    "not for publication": Knowledge.WITHHELD,
    "not reported": Knowledge.NOT_REPORTED,
    "unavailable": Knowledge.NOT_REPORTED,
    "n/a": Knowledge.NOT_APPLICABLE,
    "ongoing": Knowledge.NOT_APPLICABLE,
}
_CLOSED = "closed"


class Australia(Mapping):
    """Any edition: columns are known by their names, and the newest rating tells the year."""

    name: ClassVar[str] = "australia"
    publisher: ClassVar[str] = "au-dta"
    required: ClassVar[tuple[str, ...]] = ("Agency", "Tier")

    def edition_of(self, columns: tuple[str, ...]) -> Edition:
        """The year of the newest rating column; the first release named none. Raises FileFault without a rating."""
        years = [int(m[1] or 2024) for c in columns if (m := _RATING.fullmatch(c))]
        if not years or _column(columns, "project name") is None:
            raise FileFault(text("文件没有DCA或Project name列", "the file has no column DCA or Project name"))
        year = f"{max(years):04d}"
        try:
            snapshot_on = CivilDate.parse(year)
        except ValueFault as fault:
            raise FileFault(
                text(f"DCA列的年份{year}：{fault.text.zh}", f"the year {year} of a column DCA: {fault.text.en}")
            ) from fault
        return Edition(f"{self.publisher}-{year}", year, snapshot_on)

    def map_row(self, row: Row, edition: Edition) -> MappedRow | None:
        """The facts of a project. Raises RowFault for a row without a name or agency, or with an unknown rating."""
        cells = {column: " ".join(cell.split()) for column, cell in row.items()}
        if not any(cells.values()):
            return None
        if TOO_MANY in cells:
            raise RowFault("-", cells[TOO_MANY], text("单元格多于表头", "more cells than the header has columns"))
        columns = tuple(cells)
        name_column = _column(columns, "project name") or "Project name"
        for column in ("Agency", name_column):
            if not cells[column]:
                raise RowFault(column, "", text("不能为空", "must not be empty"))
        status_column = _column(columns, "delivery status")
        status = cells[status_column] if status_column else ""
        facts: list[Stored] = []
        for column, cell in cells.items():
            if not cell:
                continue
            raw, lower = row[column], column.lower()
            if found := _RATING.fullmatch(column):
                facts.append(_rating(cell, raw, column, int(found[1] or edition.edition)))
            elif _BUDGET.fullmatch(column):
                facts.append(_budget(column, cell, raw))
            elif lower == "project start date":
                facts.append(_dated(cell, raw, column, Milestone.STARTED))
            elif lower == "project end date":
                ended = Milestone.ENDED if status.lower() == _CLOSED else Milestone.END_PLANNED
                facts.append(_dated(cell, raw, column, ended))
            elif column == status_column:
                facts.append(fact(Milestone.STATUS, told=cell, column=column, raw=raw))
        origin = ImportOrigin.made_of(
            source=edition.source,
            key=f"{cells['Agency']}/{cells[name_column]}".lower(),
            edition=edition.edition,
            snapshot_on=edition.snapshot_on,
            name=cells[name_column],
            organisation=cells["Agency"],
            area=cells.get("Portfolio", ""),
            row_sha256=row_sha256(row, edition),
        )
        return MappedRow(origin, tuple(facts))


def _column(columns: tuple[str, ...], lower: str) -> str | None:
    return next((c for c in columns if c.lower() == lower), None)


@kept
def _rating(cell: str, raw: str, column: str, year: int) -> Stored:
    milestone = Milestone.EVALUATED_INDEPENDENT if year >= INDEPENDENT_SINCE else Milestone.EVALUATED_OWN
    knowledge = _KNOWLEDGE.get(cell.lower())
    if knowledge is not None:
        return fact(milestone, knowledge=knowledge, told=str(year), column=column, raw=raw)
    grade = cell.replace(" ", "-")
    if grade not in GRADES:
        raise RowFault(column, raw, text(f"应为{'、'.join(GRADES)}之一", f"must be one of {', '.join(GRADES)}"))
    return fact(milestone, grade=grade, scale=SCALE, told=str(year), column=column, raw=raw)


def _budget(column: str, cell: str, raw: str) -> Stored:
    knowledge = _KNOWLEDGE.get(cell.lower())
    if knowledge is not None:
        return fact(Milestone.BUDGET, knowledge=knowledge, column=column, raw=raw)
    return fact(Milestone.BUDGET, amount=millions(cell, "AUD", column), column=column, raw=raw)


@kept
def _dated(cell: str, raw: str, column: str, milestone: Milestone) -> Stored:
    """A date to the day (30.06.2026) or month (June 2026); other words are kept and marked as unreadable."""
    knowledge = _KNOWLEDGE.get(cell.lower())
    if knowledge is not None:
        return fact(milestone, knowledge=knowledge, column=column, raw=raw)
    try:
        if found := _DAY.fullmatch(cell):
            on = CivilDate.parse(f"{found[3]}-{found[2]}-{found[1]}")
        elif (found := _MONTH.fullmatch(cell)) and found[1] in _MONTHS:
            on = CivilDate.parse(f"{found[2]}-{_MONTHS[found[1]]:02d}")
        else:
            on = CivilDate.parse(cell)
    except ValueFault:
        return fact(milestone, knowledge=Knowledge.UNREADABLE, column=column, raw=raw)
    return fact(milestone, on=on, column=column, raw=raw)


AUSTRALIA = Australia()
