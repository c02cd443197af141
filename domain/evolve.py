"""演进 How recorded events make a state. Evolving never refuses: history is never refused.

`evolve` is one function, registered by the steps. `fold` is the only way from a history to a state; it
applies corrections, so a withdrawn fact has no effect and a replaced one has the effect of its replacement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache, singledispatch
from typing import Any, Protocol, TypeVar, cast
from uuid import UUID

from domain.correction import FactCorrected
from domain.event import Event
from domain.performed import Performed
from domain.project import CorrectionNote, Project, RefusalNote
from domain.recorded import Recorded
from domain.refusal import Refused
from domain.system import GovSystem


class Foldable(Protocol):
    """A state that a history can be folded into."""

    @property
    def id(self) -> UUID:
        """Identity of the stream."""
        ...

    @property
    def version(self) -> int:
        """Version of the last event that was folded in."""
        ...

    def but(self, **changes: Any) -> Any:
        """The same state with some fields replaced."""
        ...


StateT = TypeVar("StateT", bound=Foldable)


@singledispatch
def evolve(event: Event, state: Any, at: Recorded) -> Any:
    """Give the state after this event. `at` is the event's place, day and circumstances."""
    del state, at
    raise TypeError(f"no step evolves {type(event).__qualname__}")


@evolve.register
def _(event: FactCorrected, state: Any, at: Recorded) -> Any:
    note = CorrectionNote(
        target_version=event.target_version,
        replaced=event.replacement is not None,
        reason=event.reason,
        version=at.stream.version,
    )
    return state.but(corrections=(*state.corrections, note))


@evolve.register
def _(event: Refused, state: Any, at: Recorded) -> Any:
    note = RefusalNote(
        step=event.step,
        refused_on=at.happened_on,
        rules=event.judgement.blocking(),
        version=at.stream.version,
    )
    refused = state.but(refusals=(*state.refusals, note))
    filing = event.asked.filing if event.asked else None
    if isinstance(state, Project) and filing is not None and filing.classified:
        refused = refused.but(asked_as_classified=True)
    return refused


def effective(history: Iterable[Recorded]) -> list[Recorded]:
    """The history with corrections applied: withdrawn facts left out, replaced ones in their new form.

    The corrections themselves stay. The last correction of a fact counts.
    """
    entries = list(history)
    # First by class: to ask of a model whether it is an instance costs five times as much.
    found = [e.event for e in entries if e.event.__class__ is FactCorrected]
    corrections = {e.target_version: e for e in found}
    if not corrections:
        return entries
    result = []
    for entry in entries:
        correction = corrections.get(entry.stream.version)
        if correction is None:
            result.append(entry)
        elif correction.replacement is not None:
            circumstances = entry.circumstances.but(happened_on=correction.replacement_happened_on or entry.happened_on)
            replaced = type(entry.event).model_validate(correction.replacement)
            result.append(entry.but(circumstances=circumstances, event=replaced))
    return result


def fold(initial: StateT, history: Iterable[Recorded]) -> StateT:
    """Fold a stream's history, in version order, into its state."""
    entries = list(history)
    if not entries:
        return initial
    state: Any = _draft(initial)
    of_persons = isinstance(initial, Project | GovSystem)
    steps = _STEPS
    for entry in effective(entries):
        event = entry.event
        of = event.__class__
        state = (steps.get(of) or _step(of))(event, state, entry)
        if of_persons and (person := entry.person) is not None:
            state = _performed(state, entry, person)
    return cast("StateT", _finished(state.but(version=entries[-1].originator_version)))


def _performed(state: Any, entry: Recorded, person: UUID) -> Any:
    act = entry.event.duty_act
    if not act or any(p.act == act and p.person == person for p in state.performed):
        return state
    did = Performed.made_of(act=act, person=person, at=entry.stream)
    return state.but(performed=(*state.performed, did))


_STEPS: dict[type[Event], Callable[[Event, Any, Recorded], Any]] = {}
"""The functions that evolve, by class of events. A step registers its own before there is an event of it."""


def _step(of: type[Event]) -> Callable[[Event, Any, Recorded], Any]:
    return _STEPS.setdefault(of, evolve.dispatch(of))


class _Draft:
    """What makes a state a draft: nobody but `fold` has it, so a step's changes are made in it, not in a copy."""

    __slots__ = ()  # so that a draft can become a state as it is

    def but(self, **changes: Any) -> Any:
        self.__dict__.update(changes)
        return self


@cache
def _draft_class(of: Any) -> Any:
    metaclass: Any = type(of)  # which makes classes of values
    return metaclass(of.__name__, (_Draft, of), {"__module__": of.__module__, "model_config": {"defer_build": True}})


def _draft(state: Any) -> Any:
    return state.turned_into(_draft_class(state.__class__))


def _finished(draft: Any) -> Any:
    """The state of a draft, which changes no more."""
    if isinstance(draft, _Draft):
        object.__setattr__(draft, "__class__", draft.__class__.__mro__[2])
    return draft
