"""共享: declare, withdraw, lapse, resume."""

from __future__ import annotations

from uuid import UUID

from application.act import Act
from application.desk import Outcome, on_project
from application.ports import Desk
from domain.steps.sharing import (
    DeclareSharing,
    ReportLapse,
    ReportResumption,
    WithdrawSharing,
    declare,
    lapse,
    resume,
    withdraw,
)


def declare_sharing(desk: Desk, project: UUID, command: DeclareSharing, act: Act) -> Outcome:
    """Record what the project needs from other departments and provides to them."""
    return on_project(desk, project, command, act, declare)


def withdraw_sharing(desk: Desk, project: UUID, command: WithdrawSharing, act: Act) -> Outcome:
    """Withdraw the declaration in force."""
    return on_project(desk, project, command, act, withdraw)


def report_lapse(desk: Desk, project: UUID, command: ReportLapse, act: Act) -> Outcome:
    """Record that a declared resource is no longer supplied."""
    return on_project(desk, project, command, act, lapse)


def report_resumption(desk: Desk, project: UUID, command: ReportResumption, act: Act) -> Outcome:
    """Record that a lapsed resource is supplied again."""
    return on_project(desk, project, command, act, resume)
