"""先后 Which steps of a project are out of order, by the days on which they happened."""

from __future__ import annotations

from itertools import pairwise

from domain.dates import CivilDate
from domain.event import Value
from domain.project import FundPurpose, Knowledge, Milestone, Project

# The order of a historical project. Planned days are not steps: they order nothing.
_HISTORICAL = (Milestone.FILED, Milestone.APPROVED, Milestone.STARTED, Milestone.FUNDED, Milestone.ENDED)


class Disorder(Value):
    """Two steps whose days contradict their order: `later` should not come before `earlier`."""

    earlier: str
    earlier_on: str
    later: str
    later_on: str


def disorders(project: Project) -> list[Disorder]:
    """Every pair of following steps that is certainly out of order, given how exactly each day is known."""
    found = []
    if project.filing is not None:
        approved = project.approval.approved_on if project.approval else None
        accepted = project.acceptance.accepted_on if project.acceptance else None
        build = [a.arranged_on for a in project.arrangements if a.purpose is FundPurpose.BUILD]
        operation = [a.arranged_on for a in project.arrangements if a.purpose is FundPurpose.OPERATION]
        signed = [c.signed_on for c in project.contracts]
        pairs = [
            ("filed", project.filed_on, "approved", approved),
            ("filed", project.filed_on, "accepted", accepted),
            *(("approved", approved, "contract", on) for on in signed),
            *(("approved", approved, "build_funds", on) for on in build),
            *(("accepted", accepted, "operation_funds", on) for on in operation),
            ("approved", approved, "accepted", accepted),
        ]
        if project.approval is None:
            found += [Disorder(earlier="approved", earlier_on="-", later="contract", later_on=str(on)) for on in signed]
    else:
        days: dict[Milestone, CivilDate] = {
            f.milestone: f.on for f in project.history if f.on is not None and f.knowledge is Knowledge.STATED
        }
        steps = [(m.lower(), days[m]) for m in _HISTORICAL if m in days]
        pairs = [(a, on_a, b, on_b) for (a, on_a), (b, on_b) in pairwise(steps)]
    for earlier, first, later, second in pairs:
        if first is not None and second is not None and second.latest < first.earliest:
            found.append(Disorder(earlier=earlier, earlier_on=str(first), later=later, later_on=str(second)))
    return found
