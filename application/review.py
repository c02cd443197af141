"""审核意见."""

from __future__ import annotations

from uuid import UUID

from application.act import Act
from application.desk import Outcome, on_project
from application.ports import Desk
from domain.steps.review import GiveOpinion, opine


def give_opinion(desk: Desk, project: UUID, command: GiveOpinion, act: Act) -> Outcome:
    """Record the opinion of a reviewing body."""
    return on_project(desk, project, command, act, opine)
