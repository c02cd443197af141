"""金额阶段: state the amount of a stage."""

from __future__ import annotations

from uuid import UUID

from application.act import Act
from application.desk import Outcome, on_project
from application.ports import Desk
from domain.steps.amounts import StateAmount
from domain.steps.amounts import state_amount as state


def state_amount(desk: Desk, project: UUID, command: StateAmount, act: Act) -> Outcome:
    """Record what a paper states as the amount of a stage."""
    return on_project(desk, project, command, act, state)
