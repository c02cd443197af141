"""世界银行数字治理项目 World Bank digital governance projects (dataset 0038056): one row per project, five dates."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
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
from domain.dates import CivilDate
from domain.money import Money, MoneyUnit
from domain.project import ImportOrigin, Milestone
from domain.rule import text
from domain.texts import ValueFault

SCALE = "world-bank-outcome-6"
GRADES = ("HS", "S", "MS", "MU", "U", "HU")
"""Highly satisfactory … highly unsatisfactory: one scale for own (ICR) and independent (IEG) ratings."""

STATUSES = ("Pipeline", "Active", "Closed")
_RELATED = ("Parent Prj", "AF1", "AF2", "AF3")


_PLAIN = re.compile(r"(-?)(0|[1-9]\d{0,8})(\.(\d{1,8}))?", re.ASCII)
"""An amount that needs no rounding: read without decimal arithmetic, as nearly all are."""
_THOUSANDS = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?")


class WorldBank(Mapping):
    """The workbook's sheet of projects as CSV."""

    name: ClassVar[str] = "world-bank"
    publisher: ClassVar[str] = "world-bank-dg"
    required: ClassVar[tuple[str, ...]] = (
        "Project ID",
        "Project Name",
        "Country",
        "Status",
        "Concept Note",
        "Approval",
        "Effectiven. Dt",
        "Org Closing Dt",
        "Rev Closing Dt",
        "Tot WB ($m)",
        "Tot Disb ($m)",
        "Borrower",
        "Impl Agency",
        "Last ISR Date",
        "ISR DO",
        "ICR Out",
        "IEG Out",
    )

    def edition_of(self, columns: tuple[str, ...]) -> Edition:
        """The edition of October 2022."""
        del columns
        return Edition(self.publisher, "2022-10", CivilDate.parse("2022-10"))

    def map_row(self, row: Row, edition: Edition) -> MappedRow | None:
        """The facts of a project. Raises RowFault for an id, date, amount, status or rating that is not one."""
        if TOO_MANY in row:
            raise RowFault("-", row[TOO_MANY], text("单元格多于表头", "more cells than the header has columns"))
        key = row["Project ID"].strip()
        if not key:
            if not any(cell.strip() for cell in row.values()):
                return None
            raise RowFault("Project ID", key, text("缺少项目编号", "the project id is missing"))
        status = row["Status"].strip()
        if status not in STATUSES:
            raise RowFault(
                "Status", status, text(f"应为{'、'.join(STATUSES)}之一", f"must be one of {', '.join(STATUSES)}")
            )
        # A pipeline project's approval date is a plan; an open project's closing date is the newest plan.
        approval = Milestone.APPROVAL_PLANNED if status == "Pipeline" else Milestone.APPROVED
        closing = Milestone.ENDED if status == "Closed" else Milestone.END_REVISED
        facts = [
            *_date(row["Concept Note"], "Concept Note", Milestone.FILED),
            *_date(row["Approval"], "Approval", approval),
            *_date(row["Effectiven. Dt"], "Effectiven. Dt", Milestone.FUNDED),
            *_date(row["Org Closing Dt"], "Org Closing Dt", Milestone.END_PLANNED),
            *_date(row["Rev Closing Dt"], "Rev Closing Dt", closing),
            *_status(row["Status"], "Status"),
            *_progress(row["ISR DO"], row["Last ISR Date"]),
            *_grade(row["ICR Out"], "ICR Out", Milestone.EVALUATED_OWN),
            *_grade(row["IEG Out"], "IEG Out", Milestone.EVALUATED_INDEPENDENT),
            *_amount(row, "Tot WB ($m)", Milestone.APPROVED_AMOUNT),
            *_amount(row, "Tot Disb ($m)", Milestone.DISBURSED),
        ]
        for column in _RELATED:
            related = row.get(column)
            if related and _filled(related):
                facts.append(fact(Milestone.RELATED, column, related, told=related))
        origin = ImportOrigin.made_of(
            source=edition.source,
            key=key,
            edition=edition.edition,
            snapshot_on=edition.snapshot_on,
            name=row["Project Name"].strip(),
            organisation=_filled(row["Impl Agency"]) or _filled(row["Borrower"]),
            area=row["Country"].strip(),
            row_sha256=row_sha256(row, edition),
        )
        return MappedRow(origin, tuple(facts))


def _filled(cell: str) -> str:
    filled = cell.strip()
    return "" if filled in {"-", "#"} else filled


@kept
def _date(raw: str, column: str, milestone: Milestone) -> tuple[Stored, ...]:
    if not _filled(raw):
        return ()
    return (fact(milestone, column, raw, on=_read_date(raw, column)),)


def _read_date(raw: str, column: str) -> CivilDate:
    try:
        return CivilDate.parse(raw)
    except ValueFault as fault:
        raise RowFault(column, raw, fault.text) from fault


@kept
def _status(raw: str, column: str) -> tuple[Stored, ...]:
    return (fact(Milestone.STATUS, column, raw, told=raw),)


@kept
def _progress(raw: str, last: str) -> tuple[Stored, ...]:
    if not _filled(raw):
        return ()
    on = _read_date(last, "Last ISR Date") if _filled(last) else None
    return (fact(Milestone.PROGRESS, "ISR DO", raw, on=on, grade=_known_grade(raw, "ISR DO"), scale=SCALE),)


@kept
def _grade(raw: str, column: str, milestone: Milestone) -> tuple[Stored, ...]:
    if not _filled(raw):
        return ()
    return (fact(milestone, column, raw, grade=_known_grade(raw, column), scale=SCALE),)


def _known_grade(raw: str, column: str) -> str:
    grade = raw.strip()
    if grade not in GRADES:
        raise RowFault(column, raw, text(f"应为{'、'.join(GRADES)}之一", f"must be one of {', '.join(GRADES)}"))
    return grade


def _amount(row: Row, column: str, milestone: Milestone) -> tuple[Stored, ...]:
    raw = row[column]
    if not _filled(raw):
        return ()
    return (fact(milestone, column, raw, amount=millions(raw, "USD", column)),)


def millions(raw: str, currency: str, column: str) -> Money:
    """An amount in millions, to the hundredth. Finer figures are rounded half to even; the fact keeps the raw text.

    Commas stand only between thousands: in a file with decimal commas, 1,5 must not become 15.
    """
    digits = raw.strip()
    if (plain := _PLAIN.fullmatch(digits)) and (plain[2] or plain[4]):
        sign, whole, fraction = plain[1], plain[2] or "0", (plain[4] or "").rstrip("0")
        fen = int(f"{sign}{whole}{fraction:0<8}")
        return Money.read(fen, f"{sign}{whole}{fraction and '.'}{fraction}", MoneyUnit.MILLION, currency)
    if "," in digits and not _THOUSANDS.fullmatch(digits):
        raise RowFault(
            column,
            raw,
            text("逗号只作千分位；小数请用点", "commas only separate thousands: write decimals with a point"),
        )
    try:
        exact = Decimal(digits.replace(",", ""))
        rounded = exact.quantize(Decimal("0.00000001"), ROUND_HALF_EVEN)
        return Money.of(f"{rounded.normalize():f}", MoneyUnit.MILLION, currency)
    except InvalidOperation as error:
        raise RowFault(column, raw, text("应为数额（百万）", "must be an amount in millions")) from error
    except ValueFault as fault:
        raise RowFault(column, raw, fault.text) from fault


WORLD_BANK = WorldBank()
