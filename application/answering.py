"""疑点答复: record what a unit answers to a red flag."""

from __future__ import annotations

from uuid import UUID

from application.act import Act
from application.desk import Outcome, on_project
from application.ports import Desk
from domain.steps.answering import AnswerFlag, answer


def answer_flag(desk: Desk, project: UUID, command: AnswerFlag, act: Act) -> Outcome:
    """Record an answer."""
    return on_project(desk, project, command, act, answer)
