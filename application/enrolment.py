"""登记单位: enrol a unit."""

from __future__ import annotations

from application.act import Act
from application.desk import Outcome, Planned, Reading, submit
from application.divisions import check_division
from application.ports import Desk
from domain.steps.enrolment import EnrolUnit, enrol
from domain.streams import StreamKind, unit_id


def enrol_unit(desk: Desk, command: EnrolUnit, act: Act) -> Outcome:
    """Enrol a unit under its unified social credit code. Raises ActError, BadFieldError."""
    check_division(desk, command.division, act, "/act/division")

    def plan(reading: Reading) -> list[Planned]:
        unit = reading.unit(command.uscc)
        return [Planned(StreamKind.UNIT, unit_id(command.uscc), enrol(unit, command))]

    return submit(desk, act, command.uscc, command, plan)
