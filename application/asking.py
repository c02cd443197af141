"""查询 What stood in the record: now, as known at a position or time, or as it was on a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar
from uuid import UUID

from application.ports import ALL_OF_IT, Desk, UpTo
from domain.correction import FactCorrected
from domain.county import County
from domain.evaluator import Evaluator
from domain.evolve import Foldable, effective, evolve, fold
from domain.faults import BadFieldError, UnknownSubjectError
from domain.project import Project
from domain.recorded import Recorded
from domain.rule import text
from domain.streams import StreamKind, county_id, evaluator_id, unit_id
from domain.system import GovSystem
from domain.unit import Unit

StateT = TypeVar("StateT", bound=Foldable)


@dataclass(frozen=True)
class AsOf:
    """The moment that is asked about.

    `upto` is "as known then": only what stood in the record. `happened` is "as it was then": what is known now
    (or was known at `upto`) to have happened on or before that day, with corrections applied.
    """

    upto: UpTo = ALL_OF_IT
    happened: date | None = None


NOW = AsOf()


def check_in_log(position: int, last: int, name: str) -> None:
    """A read may name only positions that there are. Raises BadFieldError, naming the parameter, for one beyond."""
    if position > last:
        told = text(
            f"日志至{last}，没有位置{position}：它属于另一日志，或此后恢复过较早的备份。请用现有的位置",
            f"the log ends at {last}, there is no position {position}: it is of another log, or an older backup was "
            "restored since; use a position that there is",
        )
        raise BadFieldError(told, f"/query/{name}")


@dataclass(frozen=True)
class Dossier:
    """A project with its systems and owner units, all as of one moment, and the project's history until then."""

    project: Project
    systems: tuple[GovSystem, ...]
    owner_units: tuple[Unit, ...]
    history: tuple[Recorded, ...]


def history_of(desk: Desk, kind: StreamKind, stream: UUID, as_of: AsOf = NOW) -> list[Recorded]:
    """The events of a stream as of a moment, as they were recorded. Raises UnknownSubjectError for none."""
    history = desk.ledger.read(kind, stream, as_of.upto)
    if not history:
        raise UnknownSubjectError(text("没有此标识的记录", "nothing is recorded under that identity"))
    return list(history)


def project_dossier(desk: Desk, project: UUID, as_of: AsOf = NOW) -> Dossier:
    """A project as of a moment. Raises UnknownSubjectError when nothing is recorded of it by then."""
    history = history_of(desk, StreamKind.PROJECT, project, as_of)
    state = _as_of(Project(id=project), history, as_of)
    systems = tuple(system_state(desk, s, as_of) for s in state.systems)
    units = tuple(unit_state(desk, u, as_of) for u in state.owners)
    return Dossier(state, systems, units, tuple(history))


def state_of(desk: Desk, kind: StreamKind, initial: StateT, as_of: AsOf) -> StateT:
    """Any state as of a moment; `initial`, which names the stream, when nothing is recorded of it by then."""
    return _as_of(initial, desk.ledger.read(kind, initial.id, as_of.upto), as_of)


def system_state(desk: Desk, system: UUID, as_of: AsOf = NOW) -> GovSystem:
    """A system as of a moment; empty when nothing is recorded of it by then."""
    return state_of(desk, StreamKind.SYSTEM, GovSystem(id=system), as_of)


def unit_state(desk: Desk, uscc: str, as_of: AsOf = NOW) -> Unit:
    """A unit as of a moment; empty when nothing is recorded of it by then."""
    return state_of(desk, StreamKind.UNIT, Unit(id=unit_id(uscc), uscc=uscc), as_of)


def evaluator_state(desk: Desk, uscc: str, as_of: AsOf = NOW) -> Evaluator:
    """An evaluator as of a moment; empty when nothing is recorded of it by then."""
    return state_of(desk, StreamKind.EVALUATOR, Evaluator(id=evaluator_id(uscc), uscc=uscc), as_of)


def county_state(desk: Desk, as_of: AsOf = NOW) -> County:
    """The county as of a moment; empty when nothing is recorded of it by then."""
    return state_of(desk, StreamKind.COUNTY, County(id=county_id(desk.division)), as_of)


def _as_of(initial: StateT, history: Sequence[Recorded], as_of: AsOf) -> StateT:
    if as_of.happened is None:
        return fold(initial, history)
    state = initial
    for entry in effective(history):
        if isinstance(entry.event, FactCorrected) or entry.happened_on.certainly_on_or_before(as_of.happened):
            state = evolve(entry.event, state, entry)
    return state.but(version=history[-1].stream.version) if history else state
