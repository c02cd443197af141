"""指标 Indicators computed from events. Nothing here is typed in by anybody."""

from __future__ import annotations

from datetime import date

from domain.dates import CivilDate, Precision
from domain.event import Value
from domain.project import Knowledge, Milestone, Project


class Schedule(Value):
    """Planned and actual end, and by how many days they differ. `basis` says whether the end happened."""

    planned_end: date | None = None
    end: date | None = None
    basis: str | None = None
    """ACTUAL when the end happened, REVISED_PLAN when it is only the newest plan."""
    deviation_days: int | None = None
    days_filed_to_approved: int | None = None
    days_approved_to_accepted: int | None = None


def schedule(project: Project) -> Schedule:
    """The schedule of a project, by gates passed here or by what another record states."""
    if project.filing is None:
        return _historical(project)
    planned = project.approval.acceptance_due if project.approval else None
    end = _day(project.acceptance.accepted_on) if project.acceptance else None
    filed = _day(project.filed_on)
    approved = _day(project.approval.approved_on) if project.approval else None
    return Schedule(
        planned_end=planned,
        end=end,
        basis="ACTUAL" if end else None,
        deviation_days=_days(planned, end),
        days_filed_to_approved=_days(filed, approved),
        days_approved_to_accepted=_days(approved, end),
    )


def _historical(project: Project) -> Schedule:
    days = {f.milestone: _day(f.on) for f in project.history if f.on is not None and f.knowledge is Knowledge.STATED}
    planned = days.get(Milestone.END_PLANNED)
    actual = days.get(Milestone.ENDED)
    end = actual or days.get(Milestone.END_REVISED)
    return Schedule(
        planned_end=planned,
        end=end,
        basis=("ACTUAL" if actual else "REVISED_PLAN") if end else None,
        deviation_days=_days(planned, end),
        days_filed_to_approved=_days(days.get(Milestone.FILED), days.get(Milestone.APPROVED)),
        days_approved_to_accepted=_days(days.get(Milestone.APPROVED), actual),
    )


def _day(on: CivilDate | None) -> date | None:
    """An exact day, or None: a month is not a day, and durations are not guessed."""
    return on.earliest if on is not None and on.precision is Precision.DAY else None


def _days(first: date | None, second: date | None) -> int | None:
    return (second - first).days if first and second else None
