"""拨款: set a budget, arrange, disburse, refund."""

from __future__ import annotations

from uuid import UUID

from application.act import Act
from application.desk import Outcome, on_project
from application.ports import Desk
from domain.steps.funding import (
    ArrangeFunds,
    DisburseFunds,
    RefundFunds,
    SetBudget,
    arrange,
    disburse,
    refund,
    set_budget,
)


def record_budget(desk: Desk, project: UUID, command: SetBudget, act: Act) -> Outcome:
    """Record the budget of a purpose, year and source, or its revision."""
    return on_project(desk, project, command, act, set_budget)


def arrange_funds(desk: Desk, project: UUID, command: ArrangeFunds, act: Act) -> Outcome:
    """Judge at the gate of the purpose and record the arrangement, or the refusal with all findings."""
    return on_project(desk, project, command, act, arrange, at_gate=True)


def disburse_funds(desk: Desk, project: UUID, command: DisburseFunds, act: Act) -> Outcome:
    """Judge at the gate of the arrangement's purpose and record the payment, or the refusal."""
    return on_project(desk, project, command, act, disburse, at_gate=True)


def refund_funds(desk: Desk, project: UUID, command: RefundFunds, act: Act) -> Outcome:
    """Record money given back."""
    return on_project(desk, project, command, act, refund)
