"""任务: keep the responsibility list of a unit."""

from __future__ import annotations

from application.act import Act
from application.desk import Outcome, on_unit
from application.ports import Desk
from domain.steps.tasks import AssignTask, CompleteTask, ExtendTask, assign, complete, extend


def assign_task(desk: Desk, uscc: str, command: AssignTask, act: Act) -> Outcome:
    """Put a task on a unit's list."""
    return on_unit(desk, uscc, command, act, assign)


def complete_task(desk: Desk, uscc: str, command: CompleteTask, act: Act) -> Outcome:
    """Record that a task is completed."""
    return on_unit(desk, uscc, command, act, complete)


def extend_task(desk: Desk, uscc: str, command: ExtendTask, act: Act) -> Outcome:
    """Record a later due day."""
    return on_unit(desk, uscc, command, act, extend)
