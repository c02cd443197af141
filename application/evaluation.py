"""绩效评价: commission, hear the evaluated unit, report, use."""

from __future__ import annotations

from uuid import UUID

from application.act import Act
from application.desk import Outcome, Planned, Reading, on_project, submit
from application.ports import Desk
from domain.proposal import Proposal
from domain.steps.evaluation import (
    CommentOnEvaluation,
    CommissionEvaluation,
    ReportEvaluation,
    UseEvaluation,
    WithdrawCommission,
    comment,
    commission,
    report,
    use,
    withdraw,
)
from domain.streams import StreamKind


def commission_evaluation(desk: Desk, project: UUID, command: CommissionEvaluation, act: Act) -> Outcome:
    """Judge at gate EVALUATE, with what the register knows of the evaluator, and record the commission or refusal."""

    def plan(reading: Reading) -> list[Planned]:
        case = reading.case(reading.project(project), at_gate=True, proposal=Proposal(commission=command.terms()))
        return [Planned(StreamKind.PROJECT, project, commission(case, desk.schemes, command))]

    return submit(desk, act, project, command, plan)


def withdraw_commission(desk: Desk, project: UUID, command: WithdrawCommission, act: Act) -> Outcome:
    """Record that a commission was withdrawn."""
    return on_project(desk, project, command, act, withdraw)


def comment_on_evaluation(desk: Desk, project: UUID, command: CommentOnEvaluation, act: Act) -> Outcome:
    """Record what an evaluated unit answered to the draft."""
    return on_project(desk, project, command, act, comment)


def report_evaluation(desk: Desk, project: UUID, command: ReportEvaluation, act: Act) -> Outcome:
    """Record an evaluation report."""
    return on_project(desk, project, command, act, lambda case, asked: report(case, desk.schemes, asked))


def use_evaluation(desk: Desk, project: UUID, command: UseEvaluation, act: Act) -> Outcome:
    """Record what was done with an evaluation's result."""
    return on_project(desk, project, command, act, use)
