"""PPP项目库: enter, leave, report a year's operation."""

from __future__ import annotations

from uuid import UUID

from application.act import Act
from application.desk import Outcome, on_project
from application.ports import Desk
from domain.steps.ppp import DelistPpp, ListPpp, ReportOperation, enter, leave, report_operation


def list_ppp(desk: Desk, project: UUID, command: ListPpp, act: Act) -> Outcome:
    """Judge at gate PPP_LIST and record the entry, or the refusal with all findings."""
    return on_project(desk, project, command, act, enter, at_gate=True)


def delist_ppp(desk: Desk, project: UUID, command: DelistPpp, act: Act) -> Outcome:
    """Record that a project left the library."""
    return on_project(desk, project, command, act, leave)


def report_ppp_operation(desk: Desk, project: UUID, command: ReportOperation, act: Act) -> Outcome:
    """Record how a PPP project operated in a year."""
    return on_project(desk, project, command, act, report_operation)
