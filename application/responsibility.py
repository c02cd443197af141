"""责任: record heads, contacts, names and successors of units, and checks of the four unifications."""

from __future__ import annotations

from application.act import Act
from application.desk import Outcome, Planned, Reading, on_unit, submit
from application.ports import Desk
from domain.steps.responsibility import (
    AppointHead,
    CheckUnifications,
    NameContact,
    RenameUnit,
    SucceedUnit,
    appoint,
    check_unifications,
    name_contact,
    rename,
    succeed,
)
from domain.streams import StreamKind


def appoint_head(desk: Desk, uscc: str, command: AppointHead, act: Act) -> Outcome:
    """Record the duty of a unit's head."""
    return on_unit(desk, uscc, command, act, appoint)


def name_unit_contact(desk: Desk, uscc: str, command: NameContact, act: Act) -> Outcome:
    """Record the office or post that a unit names."""
    return on_unit(desk, uscc, command, act, name_contact)


def rename_unit(desk: Desk, uscc: str, command: RenameUnit, act: Act) -> Outcome:
    """Record a unit's new name."""
    return on_unit(desk, uscc, command, act, rename)


def succeed_unit(desk: Desk, uscc: str, command: SucceedUnit, act: Act) -> Outcome:
    """Record the enrolled unit that follows another."""

    def plan(reading: Reading) -> list[Planned]:
        unit = reading.unit(uscc, must_exist=True)
        return [Planned(StreamKind.UNIT, unit.id, succeed(unit, command, reading.unit(command.successor_uscc)))]

    return submit(desk, act, uscc, command, plan)


def check_unit_unifications(desk: Desk, uscc: str, command: CheckUnifications, act: Act) -> Outcome:
    """Record a check of a unit's four unifications."""
    return on_unit(desk, uscc, command, act, check_unifications)
