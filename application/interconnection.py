"""互联互通与供数: evidence of a system's connection and supply."""

from __future__ import annotations

from uuid import UUID

from application.act import Act
from application.desk import Outcome, on_system
from application.ports import Desk
from domain.steps.interconnection import (
    ConfirmSupply,
    RecordInterconnection,
    RecordSupply,
    confirm,
    connect,
    supply,
)


def record_interconnection(desk: Desk, system: UUID, command: RecordInterconnection, act: Act) -> Outcome:
    """Record a passed connection test with another department."""
    return on_system(desk, system, command, act, lambda case, _, asked: connect(case, asked))


def record_supply(desk: Desk, system: UUID, command: RecordSupply, act: Act) -> Outcome:
    """Record a verified supply of a resource to the city platform."""
    return on_system(desk, system, command, act, lambda case, _, asked: supply(case, asked))


def confirm_supply(desk: Desk, system: UUID, command: ConfirmSupply, act: Act) -> Outcome:
    """Record that a supplied resource was updated."""
    return on_system(desk, system, command, act, confirm)
