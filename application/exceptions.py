"""例外: grant and revoke."""

from __future__ import annotations

from uuid import UUID

from application.act import Act
from application.desk import Outcome, Planned, Reading, on_project, submit
from application.ports import Desk
from domain.steps.exceptions import GrantException, RevokeException, check_cited, grant, revoke
from domain.streams import StreamKind


def grant_exception(desk: Desk, project: UUID, command: GrantException, act: Act) -> Outcome:
    """Record an exception from a rule of default denial. The county is read only when a decision is cited."""

    def plan(reading: Reading) -> list[Planned]:
        case = reading.case(reading.project(project), at_gate=False)
        if command.decision is not None:
            check_cited(reading.county(), case, command)
        return [Planned(StreamKind.PROJECT, project, grant(case, command))]

    return submit(desk, act, project, command, plan)


def revoke_exception(desk: Desk, project: UUID, command: RevokeException, act: Act) -> Outcome:
    """Record that an exception was revoked."""
    return on_project(desk, project, command, act, revoke)
