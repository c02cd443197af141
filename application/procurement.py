"""采购、合同."""

from __future__ import annotations

from uuid import UUID

from application.act import Act
from application.desk import Outcome, on_project
from application.ports import Desk
from domain.steps.procurement import RecordContract, contract


def record_contract(desk: Desk, project: UUID, command: RecordContract, act: Act) -> Outcome:
    """Record a signed contract."""
    return on_project(desk, project, command, act, contract)
