"""评估机构登记: register an evaluator, state and end its conflicts of interest."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from application.act import Act
from application.desk import Outcome, Planned, Reading, submit
from application.ports import Desk
from application.sealing import sealed
from domain.command import Command
from domain.evaluator import Evaluator
from domain.event import Event
from domain.steps.evaluators import (
    EndConflict,
    RegisterEvaluator,
    StateConflict,
    end_conflict,
    register,
    state_conflict,
)
from domain.streams import StreamKind, evaluator_id

CommandT = TypeVar("CommandT", bound=Command)


def register_evaluator(desk: Desk, command: RegisterEvaluator, act: Act) -> Outcome:
    """Register an evaluator under its unified social credit code, or renew its registration."""

    def plan(reading: Reading) -> list[Planned]:
        reading.evaluator(command.uscc)
        event = register(command, act.happened_on)
        return [Planned(StreamKind.EVALUATOR, evaluator_id(command.uscc), event)]

    return submit(desk, act, command.uscc, command, plan)


def state_evaluator_conflict(desk: Desk, uscc: str, command: StateConflict, act: Act) -> Outcome:
    """State an interest of a registered evaluator in a unit."""
    return _on_evaluator(desk, uscc, command, act, state_conflict)


def end_evaluator_conflict(desk: Desk, uscc: str, command: EndConflict, act: Act) -> Outcome:
    """Record until when a conflict stood."""
    return _on_evaluator(desk, uscc, command, act, end_conflict)


def _on_evaluator(
    desk: Desk, uscc: str, command: CommandT, act: Act, decide: Callable[[Evaluator, CommandT], Event]
) -> Outcome:
    """Run a step whose one event belongs to the stream of a registered evaluator."""

    command = sealed(desk, act, StreamKind.EVALUATOR, evaluator_id(uscc), command)

    def plan(reading: Reading) -> list[Planned]:
        evaluator = reading.evaluator(uscc, must_exist=True)
        return [Planned(StreamKind.EVALUATOR, evaluator.id, decide(evaluator, command))]

    return submit(desk, act, uscc, command, plan)
