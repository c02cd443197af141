"""评估机构登记 (O33): RegisterEvaluator -> EvaluatorRegistered; its conflicts of interest, stated and ended."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, ClassVar

from pydantic import Field, SerializeAsAny

from domain.command import Command
from domain.dates import CivilDate, FullDate
from domain.evaluator import Conflict, Evaluator, InterestNature
from domain.event import Event
from domain.evolve import evolve
from domain.faults import ActError, BadFieldError
from domain.identifiers import Uscc
from domain.personal import OF_CONFLICT, Person, Sealed
from domain.recorded import Recorded
from domain.rule import text


class RegisterEvaluator(Command):
    """Ask to register a third-party evaluator, or to renew its registration."""

    uscc: Uscc
    name: str = Field(min_length=1, max_length=200, description="机构名称")
    qualification: str = Field(min_length=1, max_length=1000, description="资质、专业领域和证书")
    valid_until: FullDate | None = Field(default=None, description="资质有效期至; that day is still good")


class StateConflict(Command):
    """Ask to record an interest of an evaluator in a unit."""

    unit: Uscc
    nature: InterestNature = Field(description="利益关系")
    from_on: FullDate = Field(description="自何日起")
    until: FullDate | None = Field(default=None, description="至何日止; that day is still in it")
    note: str = Field(default="", max_length=1000, description="说明; names no person: that goes into `person`")
    person: SerializeAsAny[Person] | None = Field(default=None, description="关联人员及情况, kept sealed")

    PERSONAL: ClassVar = {"person": "evaluator.conflict_stated/person"}


class EndConflict(Command):
    """Ask to record until when a conflict stood."""

    conflict: int = Field(ge=1, description="冲突序号 number of the conflict within the evaluator")
    until: FullDate = Field(description="至何日止; that day is still in it")
    note: str = Field(default="", max_length=1000, description="说明")


class EvaluatorRegistered(Event):
    """An evaluator was registered, or its registration renewed (O33)."""

    TOPIC = "evaluator.registered"

    uscc: Uscc
    name: str
    qualification: str
    valid_until: date | None = None


class ConflictStated(Event):
    """An interest of the evaluator in a unit was stated."""

    TOPIC = "evaluator.conflict_stated"
    SCHEMA_VERSION = 2

    number: int
    unit: Uscc
    nature: InterestNature
    from_on: date
    until: date | None = None
    note: str = ""
    person: Annotated[Sealed | None, OF_CONFLICT] = None

    @staticmethod
    def upcast_v1_v2(body: dict[str, Any]) -> dict[str, Any]:
        """No person was named then but perhaps in the note, which stays as it was recorded."""
        return body


class ConflictEnded(Event):
    """It was recorded until when a conflict stood."""

    TOPIC = "evaluator.conflict_ended"

    number: int
    until: date
    note: str = ""


def register(command: RegisterEvaluator, on: CivilDate) -> EvaluatorRegistered:
    """Register or renew. Raises BadFieldError for a qualification that had ended before the day."""
    if command.valid_until is not None and command.valid_until < on.earliest:
        raise BadFieldError(
            text("资质有效期早于登记之日", "the qualification ended before the day of registration"), "/act/valid_until"
        )
    return EvaluatorRegistered(**dict(command))


def state_conflict(evaluator: Evaluator, command: StateConflict) -> ConflictStated:
    """State a conflict. Raises BadFieldError when it ends before it begins, or names the evaluator itself."""
    if command.unit == evaluator.uscc:
        raise BadFieldError(text("单位不能是评估机构自身", "the unit is the evaluator itself"), "/act/unit")
    _check_end(command.from_on, command.until)
    number = max((c.number for c in evaluator.conflicts), default=0) + 1
    return ConflictStated(number=number, **dict(command))


def end_conflict(evaluator: Evaluator, command: EndConflict) -> ConflictEnded:
    """End a conflict. Raises BadFieldError for an unknown one or a day before it began, ActError when it has ended."""
    conflict = evaluator.conflict(command.conflict)
    if conflict is None:
        raise BadFieldError(text("没有此序号的利益冲突", "no conflict of that number"), "/act/conflict")
    if conflict.until is not None:
        raise ActError(
            text("该冲突已有终止日；有误的请更正", "the conflict has an end already: correct it if it is wrong"),
            "/act/conflict",
        )
    _check_end(conflict.from_on, command.until)
    return ConflictEnded(number=command.conflict, until=command.until, note=command.note)


def _check_end(from_on: date, until: date | None) -> None:
    if until is not None and until < from_on:
        raise BadFieldError(text("终止日早于起始日", "it ends before it begins"), "/act/until")


@evolve.register
def _(event: EvaluatorRegistered, evaluator: Evaluator, at: Recorded) -> Evaluator:
    return evaluator.but(**dict(event), registered_on=evaluator.registered_on or at.happened_on)


@evolve.register
def _(event: ConflictStated, evaluator: Evaluator, at: Recorded) -> Evaluator:
    del at
    conflict = Conflict(**event.model_dump(exclude={"note"}))
    return evaluator.but(conflicts=(*evaluator.conflicts, conflict))


@evolve.register
def _(event: ConflictEnded, evaluator: Evaluator, at: Recorded) -> Evaluator:
    del at
    return evaluator.but(
        conflicts=tuple(c.but(until=event.until) if c.number == event.number else c for c in evaluator.conflicts)
    )
