"""英国政府重大项目 The United Kingdom's Government Major Projects Portfolio: one row per project and year.

A file may hold one year or many. Rows with an id of the portfolio are years of one project; before ids were given,
each year is a source of its own, as that two names are one project is for a person to confirm. Until 2021 the rating
is the independent one; from 2022 a project has either that or the rating of its own responsible owner.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from application.importing.mapping import (
    TOO_MANY,
    Edition,
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

SCALES: tuple[tuple[int, str, tuple[str, ...]], ...] = (
    (2022, "uk-dca-3", ("Green", "Amber", "Red")),
    (0, "uk-dca-5", ("Green", "Amber/Green", "Amber", "Amber/Red", "Red")),
)
"""Scales of ratings, newest first: from which year, under which name, with which grades. Scales are never compared."""

RATINGS = {"ipa_dca": Milestone.EVALUATED_INDEPENDENT, "sro_dca": Milestone.EVALUATED_OWN}
DATES = {"start_date": Milestone.STARTED, "end_date": Milestone.END_PLANNED}
AMOUNTS = {
    "wlc_gbp_m": ("wlc_raw", Milestone.WHOLE_LIFE_COST),
    "fy_baseline_gbp_m": ("fy_baseline_raw", Milestone.YEAR_BUDGET),
    "fy_forecast_gbp_m": ("fy_forecast_raw", Milestone.YEAR_FORECAST),
}
TEXTS = {"fy_variance_pct_raw": Milestone.YEAR_VARIANCE, "benefits_raw": Milestone.BENEFITS}
"""What the columns are. Of an amount or date the parsed column is read, and the raw one beside it is kept."""

_BASIS = re.compile(r"\bFreedom of Information Act\b", re.IGNORECASE)
_EXEMPT = re.compile(r"\bexempt\b", re.IGNORECASE)
_SECTIONS = re.compile(r"\bSections?\s*((?:\d+\s*(?:\(\d+\))?(?:\s*(?:,|&|and|Section)\s*)*)+)", re.IGNORECASE)
_NOT_APPLICABLE = re.compile(
    r"reset|early planning|not applicable|n/a|ongoing|no end date|still at the planning stage", re.IGNORECASE
)
_NOT_REPORTED = re.compile(
    r"no dca|not provided|tb[acd]\b|not in a position|prevented|#n/a|not available|unavailable", re.IGNORECASE
)
_JOINED = re.compile(r"_(\d{2})(\d{2})-Q([1-4])$")
_LONGEST_GRADE = 3
"""Words. More in the place of a rating tell why there is none; so few that are no grade are a mistake."""
_FIRST_YEAR, _LAST_YEAR = 2000, 2999


class UnitedKingdom(Mapping):
    """Rows of a project and year, as the yearly reports state them."""

    name: ClassVar[str] = "united-kingdom"
    publisher: ClassVar[str] = "uk-gmpp"
    required: ClassVar[tuple[str, ...]] = ("report_year", "project_name", "department", "ipa_dca", "end_date")

    def edition_of(self, columns: tuple[str, ...]) -> Edition:
        """The rows name their years themselves; the file as a whole is of none."""
        del columns
        return Edition(self.publisher, "", CivilDate.parse(f"{_FIRST_YEAR}"))

    def snapshot_of(self, row: Row, edition: Edition) -> CivilDate:
        """The year that a row names; that of the file where it names none, and is refused for that later."""
        try:
            return CivilDate.parse(str(_year(" ".join(row["report_year"].split()))))
        except RowFault:
            return edition.snapshot_on

    def map_row(self, row: Row, edition: Edition) -> MappedRow | None:
        """The facts of a project in a year. Raises RowFault for a bad year, rating or amount, or without a name."""
        cells = {column: " ".join(cell.split()) for column, cell in row.items()}
        if not any(cells.values()):
            return None
        if TOO_MANY in cells:
            raise RowFault("-", cells[TOO_MANY], text("单元格多于表头", "more cells than the header has columns"))
        for column in ("project_name", "department"):
            if not cells[column]:
                raise RowFault(column, "", text("不能为空", "must not be empty"))
        year = _year(cells["report_year"])
        key = cells.get("gmpp_id", "")
        source = edition.source if key else f"{edition.source}-{year}"
        of_year = Edition(source, str(year), CivilDate.parse(str(year)))
        origin = ImportOrigin.made_of(
            source=source,
            key=key or f"{cells['department']}/{cells['project_name']}".lower(),
            edition=of_year.edition,
            snapshot_on=of_year.snapshot_on,
            name=cells["project_name"],
            organisation=cells["department"],
            area=cells.get("category", ""),
            row_sha256=row_sha256(row, of_year),
        )
        return MappedRow(origin, tuple(_facts(row, cells, year)))


def _year(cell: str) -> int:
    if not cell.isascii() or not cell.isdigit() or not _FIRST_YEAR <= int(cell) <= _LAST_YEAR:
        raise RowFault("report_year", cell, text("应为四位年份", "must be a year of four digits"))
    return int(cell)


def _facts(row: Row, cells: Row, year: int) -> Iterator[Stored]:
    joined = _joined(cells.get("gmpp_id", ""))
    if joined is not None:
        yield fact(Milestone.FILED, on=joined, column="gmpp_id", raw=row["gmpp_id"])
    for column, milestone in RATINGS.items():
        if cells.get(column):
            yield _rating(cells[column], row[column], column, milestone, year)
    for column, milestone in DATES.items():
        raw = f"{column}_raw" if f"{column}_raw" in row else column
        if cells.get(column) or cells.get(raw):
            yield _dated(cells.get(column, ""), row[raw], raw, milestone)
    for column, (beside, milestone) in AMOUNTS.items():
        raw = beside if beside in row else column
        if cells.get(column):
            amount = millions(cells[column], "GBP", column)
            yield fact(milestone, amount=amount, column=raw, raw=row[raw])
        elif cells.get(raw):
            yield _unknown(milestone, raw, row[raw])
    for column, milestone in TEXTS.items():
        if cells.get(column):
            known = _knowledge(cells[column])
            if known is None:
                yield fact(milestone, told=cells[column][:300], column=column, raw=row[column])
            else:
                yield _unknown(milestone, column, row[column])


def _joined(key: str) -> CivilDate | None:
    """The quarter in which a project joined, by its id: 1617-Q1 is that from April 2016. Given as its first month."""
    found = _JOINED.search(key)
    if found is None:
        return None
    year, quarter = 2000 + int(found[1]), int(found[3])
    month = {1: 4, 2: 7, 3: 10, 4: 1}[quarter]
    return CivilDate.parse(f"{year + (quarter == 4):04d}-{month:02d}")


@kept
def _rating(cell: str, raw: str, column: str, milestone: Milestone, year: int) -> Stored:
    _, scale, grades = next(s for s in SCALES if year >= s[0])
    spelled = re.sub(r"\s*/\s*", "/", cell).lower()
    grade = next((g for g in grades if g.lower() == spelled), None)
    if grade is not None:
        return fact(milestone, grade=grade, scale=scale, told=str(year), column=column, raw=raw)
    if _knowledge(cell) is None and len(cell.split()) <= _LONGEST_GRADE:
        raise RowFault(
            column, raw, text(f"应为{'、'.join(grades)}之一，或未公布的说明", f"must be one of {', '.join(grades)}")
        )
    return _unknown(milestone, column, raw, period=str(year))


@kept
def _dated(cell: str, raw: str, column: str, milestone: Milestone) -> Stored:
    if not cell:
        return _unknown(milestone, column, raw)
    try:
        return fact(milestone, on=CivilDate.parse(cell), column=column, raw=raw)
    except ValueFault:
        return _unknown(milestone, column, raw)


def _knowledge(cell: str) -> Knowledge | None:
    """Why a cell holds no value: withheld by law, not applicable, or not reported; None when it says none of these."""
    if _BASIS.search(cell) or _EXEMPT.search(cell):
        return Knowledge.WITHHELD
    if _NOT_APPLICABLE.search(cell):
        return Knowledge.NOT_APPLICABLE
    return Knowledge.NOT_REPORTED if _NOT_REPORTED.search(cell) else None


def _unknown(milestone: Milestone, column: str, raw: str, *, period: str | None = None) -> Stored:
    """A value that is not known, and the legal basis on which it is withheld where the cell names one."""
    known = _knowledge(raw) or Knowledge.UNREADABLE
    return fact(milestone, knowledge=known, told=period, basis=_basis(raw), column=column, raw=raw)


def _basis(raw: str) -> str | None:
    if not _BASIS.search(raw):
        return None
    sections = [
        s for found in _SECTIONS.finditer(raw) for s in re.findall(r"\d+(?:\(\d+\))?", found[1].replace(" ", ""))
    ]
    named = f"s. {', '.join(dict.fromkeys(sections))}" if sections else ""
    return f"Freedom of Information Act 2000 {named}".strip()


UNITED_KINGDOM = UnitedKingdom()
