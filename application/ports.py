"""端口 What the use cases need from outside, and the values that cross that border."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from application.states import States
from domain.event import Event
from domain.faults import ActError
from domain.identifiers import DivisionTable
from domain.personal import PersonState, Sealed
from domain.recorded import Circumstances, Recorded
from domain.rule import RuleSets
from domain.scheme import Schemes
from domain.streams import StreamAt, StreamKey, StreamKind
from domain.working_days import HolidayCalendar


@dataclass(frozen=True)
class NewEvent:
    """An event to be recorded at a version of a stream."""

    stream: StreamAt
    circumstances: Circumstances
    event: Event


@dataclass(frozen=True, slots=True)
class WrittenEvent:
    """An event to be recorded that is written as JSON already: one of so many that they are not kept as objects."""

    kind: StreamKind
    stream: UUID
    version: int
    circumstances: Circumstances
    event_class: type[Event]
    body: bytes
    """As `domain.event.as_json` writes an event of that class."""


@dataclass(frozen=True)
class RequestKey:
    """Names a request, so that sending it again records nothing twice."""

    client: str
    key: str
    fingerprint: str
    """SHA-256 of what was asked, hexadecimal. The same key with another fingerprint is refused."""


@dataclass(frozen=True)
class UpTo:
    """How much of the log to look at: all of it, or only what stood at a position or a recorded time."""

    position: int | None = None
    recorded_at: datetime | None = None


ALL_OF_IT = UpTo()


class StreamMovedError(Exception):
    """A stream that is written or was read has moved on since it was read. Read again and decide again."""


class KeyReusedError(Exception):
    """The request key was used before, for another request."""


class RowsRecordedError(Exception):
    """Some rows were recorded before, or their keys were used for something else. Nothing was recorded now."""

    def __init__(self, known: Mapping[int, Sequence[Recorded] | KeyReusedError]) -> None:
        """`known`: by the row's number from 0, what it recorded."""
        super().__init__(sorted(known))
        self.known = known


class StoreBusyError(Exception):
    """Too much is waiting to be recorded, or the store is being closed. Nothing was recorded; send it again later."""


class StoreDownError(Exception):
    """The database cannot be reached or cannot store more. Nothing was recorded; send it again later."""


class OutcomeUnknownError(Exception):
    """The database did not answer in time, so it is not known whether the request was recorded.

    Send it again with the same key: then it is answered, and recorded once.
    """


class Ledger(Protocol):
    """The record. `record` is the only way in; it takes all events or none."""

    def read(self, kind: StreamKind, stream: UUID, upto: UpTo = ALL_OF_IT, after: int = 0) -> Sequence[Recorded]:
        """The events of a stream after a version, in version order; empty when there are none."""
        ...

    def read_each(self, kind: StreamKind, streams: Sequence[UUID]) -> Mapping[UUID, Sequence[Recorded]]:
        """The events of those of the streams that have any."""
        ...

    def record_each(self, events: Sequence[WrittenEvent]) -> Sequence[int | None]:
        """Record events of different streams, each alone and durably, and give the position of each.

        None for one whose stream has moved.

        Raises StoreBusyError, StoreDownError, OutcomeUnknownError; what was recorded before that stays.
        """
        ...

    def record(
        self, events: Sequence[NewEvent], *, guards: Sequence[StreamAt] = (), request: RequestKey | None = None
    ) -> Sequence[Recorded]:
        """Record the events durably, in one transaction, if no stream named by them or by `guards` has moved.

        Gives the events as recorded; for a repeated request, those recorded the first time.
        Raises StreamMovedError, KeyReusedError, StoreBusyError, StoreDownError, OutcomeUnknownError.
        """
        ...

    def recall(self, request: RequestKey) -> Sequence[Recorded] | None:
        """The events that an earlier request of this key recorded, or None. Raises KeyReusedError."""
        ...

    def after(self, position: int, limit: int) -> Sequence[Recorded]:
        """Up to `limit` events after a position, of all streams, in position order."""
        ...

    def position(self) -> int:
        """Position of the last event of the log; 0 when it is empty."""
        ...


class PersonErasedError(ActError):
    """The data of the person were erased. Nothing new can be sealed under that identity."""


class SealingError(Exception):
    """Personal data can be neither sealed nor opened now: master key missing or not the one in use. Says what to do."""


@dataclass(frozen=True)
class Opened:
    """What became of opening a sealed value: the plain bytes, or why there are none."""

    state: PersonState
    plain: bytes = b""


class Seals(Protocol):
    """The only place where personal data are sealed and opened. Keys are the persons', each under the master key."""

    def seal(self, kind: StreamKind, stream: UUID, field: str, person: UUID, plain: bytes, *, new: bool) -> Sealed:
        """Seal data of a person for a field of a stream: the same data give the same sealed value.

        `new`: make a key for the person if there is none. Raises PersonErasedError, SealingError, and
        UnknownSubjectError for a person without a key.
        """
        ...

    def try_out(self, field: str, person: UUID) -> Sealed:
        """A sealed value of nothing, for a dry run: no key is made or used. Raises as `seal` does."""
        ...

    def open(self, kind: StreamKind, stream: UUID, sealed: Sequence[Sealed]) -> list[Opened]:
        """Open sealed values of a stream. Raises SealingError when the master key is not the one in use."""
        ...

    def state(self, person: UUID) -> PersonState | None:
        """OPEN or ERASED; None for a person that is not known."""
        ...


class RowsLedger(Ledger, Protocol):
    """A record that takes the events of many requests at once."""

    def record_rows(
        self, rows: Sequence[tuple[RequestKey, Sequence[NewEvent]]], guards: Sequence[StreamAt]
    ) -> Sequence[Sequence[Recorded]]:
        """Record the events of several requests in one transaction, all or none, each under its own key.

        Gives each row's events as recorded. Raises RowsRecordedError and what `record` raises.
        """
        ...


class Turns(Protocol):
    """Acts on a stream that keeps moving take turns, so that they are not decided in vain again and again."""

    def wanted(self, streams: Collection[StreamKey]) -> bool:
        """Is it somebody's turn on one of the streams?"""
        ...

    def on(self, streams: Collection[StreamKey]) -> AbstractContextManager[bool]:
        """Have the turn on all of the streams while the block runs. Gives whether somebody had it before.

        Raises StoreBusyError when it does not come in time.
        """
        ...


class NoTurns:
    """Nobody waits: for who has the record to itself, as a draft has."""

    def wanted(self, streams: Collection[StreamKey]) -> bool:
        """Never."""
        del streams
        return False

    def on(self, streams: Collection[StreamKey]) -> AbstractContextManager[bool]:
        """At once."""
        del streams
        return nullcontext(enter_result=False)


@dataclass(frozen=True)
class Desk:
    """Everything that a use case works with. Wired in one place (infrastructure/bootstrap.py)."""

    ledger: Ledger
    rule_sets: RuleSets
    calendar: HolidayCalendar
    """Holidays and worked weekend days, for periods in working days."""
    schemes: Schemes
    divisions: DivisionTable
    division: str
    """Division code of the county whose log this is."""
    today: Callable[[], date]
    """The civil day in Asia/Shanghai."""
    new_id: Callable[[], UUID]
    seals: Seals
    """Seals and opens personal data."""
    turns: Turns = field(default_factory=NoTurns)
    """Who decides next on a stream that keeps moving."""
    states: States = field(init=False, repr=False, compare=False)
    """What is known of the ledger's streams."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "states", States(self.ledger))

    def drafting(self, ledger: Ledger, states: States) -> Desk:
        """The same desk on a ledger that is no record yet."""
        drafting = replace(self, ledger=ledger, turns=NoTurns())
        object.__setattr__(drafting, "states", states)
        return drafting
