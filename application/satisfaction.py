"""满意度调查."""

from __future__ import annotations

from uuid import UUID

from application.act import Act
from application.desk import Outcome, on_project
from application.ports import Desk
from domain.steps.satisfaction import RecordSurvey, survey


def record_survey(desk: Desk, project: UUID, command: RecordSurvey, act: Act) -> Outcome:
    """Record the outcome of a satisfaction survey."""
    return on_project(desk, project, command, act, survey)
