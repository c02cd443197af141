"""监管措施 The ladder of measures against a project, each step only after the one below (O18).

限期整改→通报批评→暂停投资计划→暂停建设→终止 (国办发〔2019〕57号), in the service of 源政发〔2018〕16号 三（二）.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from domain.dates import CivilDate
from domain.event import Value


class Measure(StrEnum):
    """措施 The steps of the ladder, lowest first."""

    RECTIFICATION = "RECTIFICATION"  # 限期整改
    CRITICISM = "CRITICISM"  # 通报批评
    PLAN_SUSPENDED = "PLAN_SUSPENDED"  # 暂停投资计划
    BUILD_SUSPENDED = "BUILD_SUSPENDED"  # 暂停建设
    TERMINATED = "TERMINATED"  # 终止

    @property
    def zh(self) -> str:
        """The measure in the words of the papers."""
        return _WORDS[self]

    @property
    def final(self) -> bool:
        """Is it past lifting?"""
        return self is Measure.TERMINATED


LADDER = tuple(Measure)
HALTING = frozenset({Measure.PLAN_SUSPENDED, Measure.BUILD_SUSPENDED, Measure.TERMINATED})
"""Measures that stop a project while they stand."""

_WORDS = {
    Measure.RECTIFICATION: "限期整改",
    Measure.CRITICISM: "通报批评",
    Measure.PLAN_SUSPENDED: "暂停投资计划",
    Measure.BUILD_SUSPENDED: "暂停建设",
    Measure.TERMINATED: "终止",
}


class OversightMeasure(Value):
    """监管措施 One measure taken against a project."""

    number: int
    measure: Measure
    reason: str
    document_no: str
    due_on: date | None
    """Until when the project must have put things right, where the document says so."""
    taken_on: CivilDate
    lifted_on: CivilDate | None = None

    def open(self, day: date) -> bool:
        """Does it stand on this day? It may have been taken by then and was not lifted for certain."""
        lifted = self.lifted_on is not None and self.lifted_on.certainly_on_or_before(day)
        return self.taken_on.possibly_on_or_before(day) and not lifted


def allowed_measures(standing: tuple[OversightMeasure, ...]) -> tuple[Measure, ...]:
    """Which measures may be taken next: the highest that stands once more, or the step above it.

    With none standing it begins with the lowest; after a termination there is none.
    """
    if not standing:
        return (Measure.RECTIFICATION,)
    highest = max(LADDER.index(m.measure) for m in standing)
    return () if LADDER[highest].final else LADDER[highest : highest + 2]
