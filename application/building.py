"""建设: progress and changes."""

from __future__ import annotations

from uuid import UUID

from application.act import Act
from application.desk import Outcome, on_project
from application.ports import Desk
from domain.steps.building import RecordChange, ReportProgress, change, progress


def report_progress(desk: Desk, project: UUID, command: ReportProgress, act: Act) -> Outcome:
    """Record how far the work has come."""
    return on_project(desk, project, command, act, progress)


def record_change(desk: Desk, project: UUID, command: RecordChange, act: Act) -> Outcome:
    """Record a decided change of content, amount or date."""
    return on_project(desk, project, command, act, change)
