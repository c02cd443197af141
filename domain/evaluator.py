"""第三方专业评估机构 A third-party evaluator: qualification, and interests that keep it from evaluating (O33)."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from uuid import UUID

from domain.dates import CivilDate
from domain.event import Value
from domain.identifiers import Uscc
from domain.personal import Sealed, ShownPerson
from domain.project import CorrectionNote


class InterestNature(StrEnum):
    """利益关系 What ties an evaluator to a unit."""

    OWNERSHIP = "OWNERSHIP"  # 出资、控股
    BUSINESS = "BUSINESS"  # 业务往来
    DESIGN_ADVICE = "DESIGN_ADVICE"  # 参与设计咨询
    PERSONNEL = "PERSONNEL"  # 人员关联
    OTHER = "OTHER"


class Conflict(Value):
    """利益冲突 An interest of the evaluator in a unit, from a day until a day; both days are in it."""

    number: int
    unit: Uscc
    nature: InterestNature
    from_on: date
    until: date | None = None
    person: Sealed | ShownPerson | None = None

    def stands(self, day: date) -> bool:
        """Does the conflict stand on this day?"""
        return self.from_on <= day and (self.until is None or day <= self.until)


class Evaluator(Value):
    """评估机构状态 What is known of an evaluator at a moment: the fold of its events."""

    id: UUID
    version: int = 0
    uscc: str = ""
    name: str = ""
    qualification: str = ""
    valid_until: date | None = None
    registered_on: CivilDate | None = None
    """Day of the first registration; a renewal keeps it."""
    conflicts: tuple[Conflict, ...] = ()
    corrections: tuple[CorrectionNote, ...] = ()

    def qualified(self, day: date) -> bool:
        """Is it registered, and its qualification valid, on this day? The last day of validity is still good."""
        registered = self.registered_on is not None and self.registered_on.certainly_on_or_before(day)
        return registered and (self.valid_until is None or day <= self.valid_until)

    def conflicts_on(self, day: date) -> tuple[Conflict, ...]:
        """The conflicts that stand on this day."""
        return tuple(c for c in self.conflicts if c.stands(day))

    def conflict(self, number: int) -> Conflict | None:
        """The conflict with this number, or None."""
        return next((c for c in self.conflicts if c.number == number), None)
