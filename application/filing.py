"""备案: file a project, amend its filing, report an unfiled one."""

from __future__ import annotations

from uuid import UUID

from application.act import Act
from application.desk import Outcome, Planned, Reading, submit
from application.divisions import check_division
from application.ports import Desk
from domain.faults import BadFieldError
from domain.project import Filing
from domain.proposal import Proposal
from domain.refusal import Refused
from domain.rule import text
from domain.steps.filing import (
    AmendFiling,
    FileProject,
    ReportUnfiledProject,
    amend,
    file,
    next_number,
    report_unfiled,
)
from domain.streams import StreamKind


def file_project(desk: Desk, command: FileProject, act: Act, project: UUID | None = None) -> Outcome:
    """File a new project, or one that is recorded as unfiled, imported or refused before.

    The filing number is the register's next; a refused filing takes none. Raises ActError, BadFieldError.
    """
    filing = command.filing()
    check_division(desk, filing.division, act, "/act/division")

    def plan(reading: Reading) -> list[Planned]:
        subject = reading.project(project or reading.new_id, must_exist=project is not None)
        _check_earlier_phase(reading, filing, subject.id)
        case = reading.case(subject, at_gate=True, proposal=Proposal(filing=filing))
        year = case.decided_on.year
        allotted = next_number(reading.register(filing.division, year), filing.division, year, subject.id)
        event = file(case, filing, allotted.number)
        planned = [Planned(StreamKind.PROJECT, subject.id, event)]
        if not isinstance(event, Refused):
            planned.append(Planned(StreamKind.REGISTER, reading.register(filing.division, year).id, allotted))
        return planned

    return submit(desk, act, project or "new", command, plan)


def _check_earlier_phase(reading: Reading, filing: Filing, project: UUID) -> None:
    """The phase before is another project that is filed (O21). Raises BadFieldError."""
    earlier = filing.earlier_phase
    if earlier is None:
        return
    if earlier == project or reading.project(earlier, must_exist=False).filing is None:
        raise BadFieldError(
            text("上期项目应是另一个已备案的项目", "the earlier phase is another project that is filed"),
            "/act/earlier_phase",
        )


def amend_filing(desk: Desk, project: UUID, command: AmendFiling, act: Act) -> Outcome:
    """Replace what was filed, before approval."""
    check_division(desk, command.filing.division, act, "/act/filing/division")

    def plan(reading: Reading) -> list[Planned]:
        reason = ("reason",) if command.reason and command.filing.classified else ()
        proposal = Proposal(filing=command.filing, free_text=reason)
        case = reading.case(reading.project(project), at_gate=True, proposal=proposal)
        return [Planned(StreamKind.PROJECT, project, amend(case, command))]

    return submit(desk, act, project, command, plan)


def report_unfiled_project(desk: Desk, command: ReportUnfiledProject, act: Act) -> Outcome:
    """Record a project that nobody filed (G01)."""

    def plan(reading: Reading) -> list[Planned]:
        subject = reading.project(reading.new_id, must_exist=False)
        return [Planned(StreamKind.PROJECT, subject.id, report_unfiled(subject, command))]

    return submit(desk, act, "new", command, plan)
