"""缺项 What a project, system, unit or the county lacks, as of any moment."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from application.asking import AsOf, county_state, project_dossier, state_of, system_state
from application.ports import Desk
from domain.absences import Absence, absences_of, outstanding_of
from domain.case import Case
from domain.reminders import of_county, of_system, of_unit
from domain.streams import StreamKind
from domain.unit import Unit


def absences(desk: Desk, kind: StreamKind, subject: UUID, as_of: AsOf, day: date) -> tuple[Absence, ...]:
    """What a subject lacks on a day, by what stood in the record as of a moment; first due first.

    None where no rule set is in force on the day, and for subjects that owe nothing (a register, an evaluator).
    """
    rules = desk.rule_sets.in_force(day)
    if rules is None:
        return ()
    match kind:
        case StreamKind.PROJECT:
            dossier = project_dossier(desk, subject, as_of)
            return absences_of(Case(day, rules, dossier.project, dossier.systems, dossier.owner_units))
        case StreamKind.SYSTEM:
            deadlines = list(of_system(system_state(desk, subject, as_of)))
        case StreamKind.UNIT:
            deadlines = list(of_unit(state_of(desk, StreamKind.UNIT, Unit(id=subject), as_of)))
        case StreamKind.COUNTY:
            first_day = desk.rule_sets.all[0].effective_from
            deadlines = list(of_county(county_state(desk, as_of), first_day, day))
        case _:
            return ()
    return tuple(sorted(outstanding_of(deadlines, rules.parameters, day), key=lambda a: (a.due_on, a.rule)))
