"""监管措施: TakeMeasure -> OversightMeasureTaken; LiftMeasure -> OversightMeasureLifted. 三（二） (O18)."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from pydantic import Field

from domain.case import Case
from domain.command import Command
from domain.dates import FullDate
from domain.deciding import record
from domain.event import Event
from domain.evolve import evolve
from domain.faults import ActError, BadFieldError
from domain.numbering import next_number
from domain.oversight import Measure, OversightMeasure, allowed_measures
from domain.project import Project
from domain.recorded import Recorded
from domain.rule import text


class TakeMeasure(Command):
    """Ask to record a measure against a project. A measure follows the one below it, or repeats the one that stands."""

    PLACEHOLDER_FIELDS: ClassVar[frozenset[str]] = frozenset({"document_no"})

    measure: Measure
    reason: str = Field(default="", max_length=1000, description="理由; required unless classified")
    document_no: str = Field(min_length=1, max_length=120, description="文号")
    due_on: FullDate | None = Field(default=None, description="整改期限; required for RECTIFICATION")


class LiftMeasure(Command):
    """Ask to record that a measure was lifted."""

    PLACEHOLDER_FIELDS: ClassVar[frozenset[str]] = frozenset({"document_no"})

    measure: int = Field(ge=1, description="措施序号 number of the measure within the project")
    document_no: str = Field(min_length=1, max_length=120, description="解除文号")
    reason: str = Field(default="", max_length=1000, description="解除理由; required unless classified")


class OversightMeasureTaken(Event):
    """A measure of oversight was taken against the project."""

    TOPIC = "project.oversight_measure_taken"

    number: int
    measure: Measure
    reason: str = ""
    document_no: str
    due_on: date | None = None


class OversightMeasureLifted(Event):
    """A measure of oversight was lifted."""

    TOPIC = "project.oversight_measure_lifted"

    number: int
    document_no: str
    reason: str = ""


def take(case: Case, command: TakeMeasure) -> Event:
    """Take a measure. Raises ActError when it is not its turn, BadFieldError without a reason or a term to rectify."""
    project = case.project
    allowed = allowed_measures(project.open_measures(case.decided_on))
    if not allowed:
        raise ActError(
            text("项目已终止，不再采取措施", "the project is terminated: no further measure"), "/act/measure"
        )
    if command.measure not in allowed:
        raise ActError(
            text(
                f"不能采取“{command.measure.zh}”：现可采取的措施是{'、'.join(m.zh for m in allowed)}",
                f"not {command.measure} yet: the measure to take now is {' or '.join(allowed)}",
            ),
            "/act/measure",
        )
    if not project.classified and not command.reason:
        raise BadFieldError(text("请填写理由", "give the reason"), "/act/reason")
    if command.measure is Measure.RECTIFICATION and command.due_on is None:
        raise BadFieldError(text("限期整改须填写期限", "a rectification needs its term"), "/act/due_on")
    taken = OversightMeasureTaken(number=next_number(m.number for m in project.measures), **dict(command))
    return record("oversight", case, command, taken)


def lift(case: Case, command: LiftMeasure) -> Event:
    """Lift a measure. Raises BadFieldError when unknown or without a reason, ActError when lifted or a termination."""
    measure = next((m for m in case.project.measures if m.number == command.measure), None)
    if measure is None:
        raise BadFieldError(text("没有此序号的措施", "no measure of that number"), "/act/measure")
    if measure.measure.final:
        raise ActError(text("终止不能解除", "a termination cannot be lifted"), "/act/measure")
    if measure.lifted_on is not None:
        raise ActError(text("该措施已解除", "the measure is lifted already"), "/act/measure")
    if not case.project.classified and not command.reason:
        raise BadFieldError(text("请填写解除理由", "give the reason"), "/act/reason")
    lifted = OversightMeasureLifted(number=measure.number, document_no=command.document_no, reason=command.reason)
    return record("oversight", case, command, lifted)


@evolve.register
def _(event: OversightMeasureTaken, project: Project, at: Recorded) -> Project:
    return project.but(measures=(*project.measures, OversightMeasure(**dict(event), taken_on=at.happened_on)))


@evolve.register
def _(event: OversightMeasureLifted, project: Project, at: Recorded) -> Project:
    measures = (m.but(lifted_on=at.happened_on) if m.number == event.number else m for m in project.measures)
    return project.but(measures=tuple(measures))
