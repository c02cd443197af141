"""例外: grant and revoke."""

from __future__ import annotations

from uuid import UUID

from application.desk import Act, Outcome, on_project
from application.ports import Desk
from domain.steps.exceptions import GrantException, RevokeException, grant, revoke


def grant_exception(desk: Desk, project: UUID, command: GrantException, act: Act) -> Outcome:
    """Record an exception from a rule of default denial."""
    return on_project(desk, project, command, act, grant)


def revoke_exception(desk: Desk, project: UUID, command: RevokeException, act: Act) -> Outcome:
    """Record that an exception was revoked."""
    return on_project(desk, project, command, act, revoke)
