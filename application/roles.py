"""角色: record who holds the roles of the county."""

from __future__ import annotations

from application.act import Act
from application.desk import Outcome, on_county
from application.ports import Desk
from domain.steps.roles import AssignRole, EndRole, assign, end


def assign_role(desk: Desk, command: AssignRole, act: Act) -> Outcome:
    """Record that an organisation holds a role from a day."""
    return on_county(desk, command, act, assign)


def end_role(desk: Desk, command: EndRole, act: Act) -> Outcome:
    """Record that a holding ended."""
    return on_county(desk, command, act, end)
