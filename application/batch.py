"""成批办理 Many acts at once: each is decided on what the rows before it leave, and all of them are saved together.

The use cases run as they are, on a draft: a ledger that keeps what they record until the save. So a batch gives what
the acts would have given one after the other. If anything that was read has moved by the time of the save, nothing is
recorded, and the rows are decided again on the newest states.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import cast
from uuid import UUID

from application.desk import ATTEMPTS, BusyError, Outcome
from application.ports import (
    ALL_OF_IT,
    Desk,
    KeyReusedError,
    NewEvent,
    RequestKey,
    RowsLedger,
    RowsRecordedError,
    StreamMovedError,
    UpTo,
    WrittenEvent,
)
from application.states import States, StateT, by_stream, corrects
from application.turn import Turn
from domain.evolve import Foldable, fold
from domain.faults import ActError
from domain.recorded import Recorded
from domain.streams import StreamAt, StreamKey, StreamKind, key_of

Row = Callable[[Desk], Outcome]
"""A use case with everything but the desk. Its act must have a key. Raises ActError, KeyReusedError."""
Answer = Outcome | ActError | KeyReusedError


DEEPEST = 10
"""Readings of an attempt. A project leads to its systems, these to others: each time to fewer."""

_NOT_YET = datetime(9999, 12, 31, tzinfo=UTC)
"""The recorded time of what is only drafted: nothing is decided by it, and no answer shows it."""


class _StaleError(Exception):
    """The draft rests on states that are not the newest, where that matters: decide again on the newest."""


class _UnreadError(Exception):
    """A row needs a state that was not read yet. It is decided again when that was, and all others with it."""


def record_rows(desk: Desk, ledger: RowsLedger, rows: Sequence[Row], *, together: bool) -> list[Answer]:
    """Record rows in one save, in their order, and give the answer to each.

    With `together`, nothing is recorded unless every row is: if one fails or is refused, all answers tell what they
    would have been, with nothing recorded. Without, each row stands for itself; refusals are recorded as facts are.
    Raises BusyError and what the ledger raises; nothing was recorded then, or the outcome is unknown.
    """
    answers: dict[int, Answer] = {}
    # Those that repeat an earlier request are found by the save itself, and each time fewer rows are left.
    newest, read = False, dict[StreamKey, Foldable]()
    attempts = readings = 0
    with Turn(desk.turns) as turn:
        while attempts < ATTEMPTS + len(rows):
            draft = _Draft(ledger)
            states = _DraftedStates(draft, desk.states, read, newest=newest)
            drafting = desk.drafting(draft, states)
            attempts += 1
            try:
                decided = ((n, draft.decide(n, row, drafting)) for n, row in enumerate(rows) if n not in answers)
                drafted = {n: answer for n, answer in decided if answer is not None}
                if states.unread:
                    # What all the rows lack is read in one go. Then they may lack what that leads to, but not without
                    # end.
                    read.update(desk.states.read_each(states.unread))
                    readings += 1
                    attempts -= readings <= DEEPEST
                    continue
                if together and not all(_is_recorded(a) for a in (*answers.values(), *drafted.values())):
                    if not newest:
                        raise _StaleError  # noqa: TRY301 (what is not recorded is told on the newest state only)
                    return [_unrecorded(drafted[n]) if n in drafted else answers[n] for n in range(len(rows))]
                if turn.is_anothers(draft.begun()):
                    raise _StaleError  # noqa: TRY301 (it will have moved by then)
                saved = draft.save()
                states.hand_down()
            except (_StaleError, StreamMovedError):
                # What whoever had the turn left is known.
                newest, read, readings = not turn.take(draft.begun()), {}, 0
            except RowsRecordedError as error:
                for place, known in error.known.items():
                    answers[draft.row_at(place)] = known if isinstance(known, KeyReusedError) else _outcome(known)
            else:
                answers.update({n: saved.get(n, answer) for n, answer in drafted.items()})
                return [answers[n] for n in range(len(rows))]
    raise BusyError


def _is_recorded(answer: Answer) -> bool:
    return isinstance(answer, Outcome) and not answer.refused


def _unrecorded(answer: Answer) -> Answer:
    return replace(answer, recorded=()) if isinstance(answer, Outcome) else answer


def _outcome(recorded: Sequence[Recorded]) -> Outcome:
    return Outcome(recorded[0].stream.id, tuple(r.event for r in recorded), tuple(recorded))


class _Stream:
    """A stream as a draft knows it."""

    __slots__ = ("base", "drafted", "guard", "head", "kind", "state")

    def __init__(self, kind: StreamKind, base: int) -> None:
        self.kind = kind
        self.base = base
        """The version that was recorded when it was first read."""
        self.head = base
        self.drafted: list[Recorded] = []
        self.guard: StreamAt | None = None
        """What a decision on it rests on."""
        self.state: Foldable | None = None
        """As the rows drafted so far leave it; None when it has to be folded as a whole."""


class _Draft:
    """A ledger that keeps what is recorded until it is saved. Implements `application.ports.Ledger`."""

    def __init__(self, ledger: RowsLedger) -> None:
        self.streams: dict[StreamKey, _Stream] = {}
        self._ledger = ledger
        self._row = 0
        self._rows: list[int] = []
        self._requests: list[RequestKey] = []
        self._events: list[Sequence[NewEvent]] = []
        self._drafted: list[list[Recorded]] = []
        self._places: dict[tuple[str, str], int] = {}
        self._repeating: dict[int, int] = {}

    def decide(self, number: int, row: Row, drafting: Desk) -> Answer | None:
        """What comes of a row, after those before it, on a desk over this draft; None when something is to be read."""
        self._row = number
        try:
            return row(drafting)
        except (ActError, KeyReusedError) as error:
            return error
        except _UnreadError:
            return None

    def row_at(self, place: int) -> int:
        """The number of the row that drafted at this place."""
        return self._rows[place]

    def begun(self) -> frozenset[StreamKey]:
        """The streams that are written and had begun before: others may write them, too."""
        return frozenset(key for key, stream in self.streams.items() if stream.drafted and stream.base)

    def save(self) -> dict[int, Outcome]:
        """Record all that was drafted. Gives the outcomes by row. Raises what `RowsLedger.record_rows` raises."""
        if not self._rows:
            return {}
        guards = [s.guard for s in self.streams.values() if s.guard is not None and not s.drafted]
        recorded = self._ledger.record_rows(list(zip(self._requests, self._events, strict=True)), guards)
        outcomes = {n: _outcome(of_row) for n, of_row in zip(self._rows, recorded, strict=True)}
        return outcomes | {n: outcomes[self._rows[place]] for n, place in self._repeating.items()}

    # What follows is the port, as the use cases see it.

    def read(self, kind: StreamKind, stream: UUID, upto: UpTo = ALL_OF_IT, after: int = 0) -> Sequence[Recorded]:
        """The events of a stream as they will be: those recorded, and those drafted."""
        found = self._ledger.read(kind, stream, upto, after)
        if upto is not ALL_OF_IT:
            return found
        known = self.streams.get(key_of(kind, stream))
        if not found and known is not None and known.base > after:
            raise _StaleError
        if found or known is None:
            known = self.stands_at(kind, stream, found[-1].stream.version if found else after)
        return [*found, *(r for r in known.drafted if r.stream.version > after)]

    def record(
        self, events: Sequence[NewEvent], *, guards: Sequence[StreamAt] = (), request: RequestKey | None = None
    ) -> Sequence[Recorded]:
        """Draft the events of a row. Raises KeyReusedError."""
        if request is None:
            raise ValueError("a row of a batch needs a key")
        place = self._places.get((request.client, request.key))
        if place is not None:
            return self._repeated(place, request)
        for guard in guards:
            self._expected(guard, guard.version).guard = guard
        recorded = []
        for e in events:
            stream = self._expected(e.stream, e.stream.version - 1)
            entry = Recorded(
                stream=e.stream, position=0, recorded_at=_NOT_YET, circumstances=e.circumstances, event=e.event
            )
            stream.head = e.stream.version
            stream.drafted.append(entry)
            recorded.append(entry)
        self._places[request.client, request.key] = len(self._rows)
        self._rows.append(self._row)
        self._requests.append(request)
        self._events.append(events)
        self._drafted.append(recorded)
        return recorded

    def read_each(self, kind: StreamKind, streams: Sequence[UUID]) -> Mapping[UUID, Sequence[Recorded]]:
        """The events of those of the streams that have any, as they will be."""
        return {stream: history for stream in streams if (history := self.read(kind, stream))}

    def record_each(self, events: Sequence[WrittenEvent]) -> Sequence[int | None]:
        """Not offered: a row is one request, and is recorded as one. Raises ValueError."""
        raise ValueError(f"{len(events)} events without keys are no rows")

    def recall(self, request: RequestKey) -> Sequence[Recorded] | None:
        """What a row before, or an earlier request of this key recorded, or None. Raises KeyReusedError."""
        place = self._places.get((request.client, request.key))
        return self._ledger.recall(request) if place is None else self._repeated(place, request)

    def after(self, position: int, limit: int) -> Sequence[Recorded]:
        """Events after a position; a draft has none."""
        return self._ledger.after(position, limit)

    def position(self) -> int:
        """Position of the last event that is recorded."""
        return self._ledger.position()

    def stands_at(self, kind: StreamKind, stream: UUID, version: int) -> _Stream:
        """Take note of a stream's recorded version. Raises _StaleError when it has moved since it was first read."""
        key = key_of(kind, stream)
        known = self.streams.get(key)
        if known is None:
            known = self.streams[key] = _Stream(kind, version)
        elif known.base != version:
            raise _StaleError
        return known

    def _repeated(self, place: int, request: RequestKey) -> Sequence[Recorded]:
        if self._requests[place].fingerprint != request.fingerprint:
            raise KeyReusedError
        self._repeating[self._row] = place
        return self._drafted[place]

    def _expected(self, at: StreamAt, version: int) -> _Stream:
        """A stream, which must stand at a version. Raises _StaleError when it does not."""
        known = self.streams.get(key_of(at.kind, at.id)) or self.stands_at(at.kind, at.id, version)
        if known.head != version:
            raise _StaleError
        return known


class _DraftedStates(States):
    """The states of streams as the rows before leave them, over those that are recorded."""

    def __init__(self, draft: _Draft, beneath: States, read: Mapping[StreamKey, Foldable], *, newest: bool) -> None:
        """`read`: what was read for the batch. `newest`: nothing else is decided on, else also what is known of it."""
        super().__init__(draft)
        self.unread: dict[StreamKey, tuple[StreamKind, Foldable]] = {}
        """Streams that were asked for and not read yet, with the states that they begin with."""
        self._draft = draft
        self._streams = draft.streams
        self._been_read = read
        self._beneath = beneath
        self._newest = newest

    def seen(self, kind: StreamKind, stream: UUID) -> Foldable | None:
        """The state as the rows before leave it, or else as it is known beneath."""
        key = key_of(kind, stream)
        known = self._streams.get(key)
        if known is not None and (known.state is not None or known.drafted):
            return known.state
        below = self._been_read.get(key)
        if below is None and not self._newest:
            below = self._beneath.seen(kind, stream)
        if below is not None:
            self._draft.stands_at(kind, stream, below.version).state = below
        return below

    def known(self, kind: StreamKind, initial: StateT) -> StateT:
        """The state. Raises _UnreadError when it has to be read first."""
        seen = self.seen(kind, initial.id)
        if seen is not None:
            return cast("StateT", seen)
        key = key_of(kind, initial.id)
        known = self._streams.get(key)
        if known is None or not known.drafted:
            self.unread[key] = (kind, initial)
            raise _UnreadError
        # It was corrected, so that it has to be folded as a whole.
        known.state = state = fold(initial, self._draft.read(kind, initial.id))
        return state

    def hand_down(self) -> None:
        """Let the states of streams whose drafted events were recorded be known beneath."""
        for stream in self._streams.values():
            if stream.drafted and stream.state is not None:
                self._beneath.take(stream.kind, stream.state)

    def newest(self, kind: StreamKind, initial: StateT) -> StateT:
        """The state as of now. Raises _StaleError when the draft does not rest on what is newest."""
        if not self._newest:
            raise _StaleError
        return self.known(kind, initial)

    def learn(self, recorded: Sequence[Recorded]) -> None:
        """Carry the states forward by what was just drafted."""
        for news in by_stream(recorded):
            first = news[0].stream
            stream = self._streams[key_of(first.kind, first.id)]
            if stream.state is not None and stream.state.version == first.version - 1:
                stream.state = None if corrects(news) else fold(stream.state, news)
