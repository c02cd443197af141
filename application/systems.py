"""系统登记: register, list and retire systems; state that there is none."""

from __future__ import annotations

from uuid import UUID

from application.act import Act
from application.desk import Outcome, Planned, Reading, on_project, on_system, submit
from application.ports import Desk
from domain.steps.systems import (
    RecordMajorChange,
    RegisterSystem,
    RetireSystem,
    StateNoSystem,
    change,
    register,
    retire,
    state_no_system,
)
from domain.streams import StreamKind


def register_system(desk: Desk, project: UUID, command: RegisterSystem, act: Act) -> Outcome:
    """Register a system that the project builds, or list an existing one: both streams in one save."""

    def plan(reading: Reading) -> list[Planned]:
        system = reading.system(command.system or reading.new_id, must_exist=command.system is not None)
        case = reading.case(reading.project(project), at_gate=False)
        listed, registered = register(case, system, command)
        planned = [Planned(StreamKind.PROJECT, project, listed)]
        if registered is not None:
            planned.append(Planned(StreamKind.SYSTEM, system.id, registered))
        return planned

    return submit(desk, act, project, command, plan)


def state_that_no_system(desk: Desk, project: UUID, command: StateNoSystem, act: Act) -> Outcome:
    """Record that the project builds no information system."""
    return on_project(desk, project, command, act, state_no_system)


def retire_system(desk: Desk, system: UUID, command: RetireSystem, act: Act) -> Outcome:
    """Record that a system was stopped or merged."""
    return on_system(desk, system, command, act, retire)


def record_major_change(desk: Desk, system: UUID, command: RecordMajorChange, act: Act) -> Outcome:
    """Record a major change of a system, after which it must be tested again."""
    return on_system(desk, system, command, act, change)
