"""绩效评价."""

from __future__ import annotations

from uuid import UUID

from application.desk import Act, Outcome, on_project
from application.ports import Desk
from domain.steps.evaluation import ReportEvaluation, UseEvaluation, report, use


def report_evaluation(desk: Desk, project: UUID, command: ReportEvaluation, act: Act) -> Outcome:
    """Record an evaluation report."""
    return on_project(desk, project, command, act, report)


def use_evaluation(desk: Desk, project: UUID, command: UseEvaluation, act: Act) -> Outcome:
    """Record what was done with an evaluation's result."""
    return on_project(desk, project, command, act, use)
