"""改造对接: set and meet connection obligations of a unit."""

from __future__ import annotations

from application.act import Act
from application.desk import Outcome, on_unit
from application.ports import Desk
from domain.steps.connection import MeetConnectionObligation, SetConnectionObligation, meet, oblige


def set_obligation(desk: Desk, uscc: str, command: SetConnectionObligation, act: Act) -> Outcome:
    """Oblige a unit to connect a system by a day."""
    return on_unit(desk, uscc, command, act, oblige)


def meet_obligation(desk: Desk, uscc: str, command: MeetConnectionObligation, act: Act) -> Outcome:
    """Record that an obligation was met: the sanction of G10 lifts by fact."""
    return on_unit(desk, uscc, command, act, meet)
