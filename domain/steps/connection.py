"""改造对接: obligations of a unit to connect its systems, and their being met (G10)."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from domain.command import Command
from domain.dates import FullDate
from domain.event import Event
from domain.evolve import evolve
from domain.faults import ActError, BadFieldError
from domain.recorded import Recorded
from domain.rule import text
from domain.unit import ConnectionObligation, Unit


class SetConnectionObligation(Command):
    """Ask to record that a unit must retrofit and connect a system by a day."""

    system_name: str = Field(min_length=1, max_length=200, description="应改造对接的系统")
    requirement_document: str = Field(min_length=1, max_length=120, description="提出要求的文件文号（“按要求”）")
    issuer: str = Field(min_length=1, max_length=200, description="提出要求的机关")
    due_on: FullDate = Field(description="期限; the day itself is still in time")


class MeetConnectionObligation(Command):
    """Ask to record that an obligation has been met."""

    obligation: int = Field(ge=1, description="义务序号 number of the obligation within the unit")


class ConnectionObligationSet(Event):
    """A unit was obliged to retrofit and connect a system by a day."""

    TOPIC = "unit.connection_obligation_set"

    number: int
    system_name: str
    requirement_document: str
    issuer: str
    due_on: date


class ConnectionObligationMet(Event):
    """A connection obligation was met."""

    TOPIC = "unit.connection_obligation_met"

    number: int


def oblige(unit: Unit, command: SetConnectionObligation) -> ConnectionObligationSet:
    """Give the next obligation of an enrolled unit. Raises ActError when the unit is not enrolled."""
    if unit.enrolled_on is None:
        raise ActError(text("单位未登记", "the unit is not enrolled"))
    return ConnectionObligationSet(number=len(unit.obligations) + 1, **command.model_dump())


def meet(unit: Unit, command: MeetConnectionObligation) -> ConnectionObligationMet:
    """Meet an open obligation. Raises BadFieldError when there is none of that number, ActError when it is met."""
    obligation = next((o for o in unit.obligations if o.number == command.obligation), None)
    if obligation is None:
        raise BadFieldError(text("没有此序号的改造对接义务", "no obligation of that number"), "/act/obligation")
    if obligation.met_on is not None:
        raise ActError(text("该义务已完成", "the obligation is met already"), "/act/obligation")
    return ConnectionObligationMet(number=command.obligation)


@evolve.register
def _(event: ConnectionObligationSet, unit: Unit, at: Recorded) -> Unit:
    obligation = ConnectionObligation(**event.model_dump(), set_on=at.happened_on)
    return unit.but(obligations=(*unit.obligations, obligation))


@evolve.register
def _(event: ConnectionObligationMet, unit: Unit, at: Recorded) -> Unit:
    return unit.but(
        obligations=tuple(o.but(met_on=at.happened_on) if o.number == event.number else o for o in unit.obligations)
    )
