"""监管措施: take measures against a project and lift them."""

from __future__ import annotations

from uuid import UUID

from application.act import Act
from application.desk import Outcome, on_project
from application.ports import Desk
from domain.steps.oversight import LiftMeasure, TakeMeasure, lift, take


def take_measure(desk: Desk, project: UUID, command: TakeMeasure, act: Act) -> Outcome:
    """Record a measure."""
    return on_project(desk, project, command, act, take)


def lift_measure(desk: Desk, project: UUID, command: LiftMeasure, act: Act) -> Outcome:
    """Record that a measure was lifted."""
    return on_project(desk, project, command, act, lift)
