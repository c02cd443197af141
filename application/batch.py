"""成批办理 Many acts at once: each is decided on what the rows before it leave, and all of them are saved together.

The use cases run as they are, on a draft: a ledger that keeps what they record until the save. So a batch gives what
the acts would have given one after the other. If anything that was read has moved by the time of the save, nothing is
recorded, and the rows are decided again on the newest states.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
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
)
from application.states import States, StateT
from domain.evolve import Foldable, fold
from domain.faults import ActError
from domain.recorded import Recorded
from domain.streams import StreamAt, StreamKind

Row = Callable[[Desk], Outcome]
"""A use case with everything but the desk. Its act must have a key. Raises ActError, KeyReusedError."""
_Stream = tuple[StreamKind, UUID]
Answer = Outcome | ActError | KeyReusedError


_NOT_YET = datetime(9999, 12, 31, tzinfo=UTC)
"""The recorded time of what is only drafted: nothing is decided by it, and no answer shows it."""


class _StaleError(Exception):
    """The draft rests on states that are not the newest, where that matters: decide again on the newest."""


def record_rows(desk: Desk, ledger: RowsLedger, rows: Sequence[Row], *, together: bool) -> list[Answer]:
    """Record rows in one save, in their order, and give the answer to each.

    With `together`, nothing is recorded unless every row is: if one fails or is refused, all answers tell what they
    would have been, with nothing recorded. Without, each row stands for itself; refusals are recorded as facts are.
    Raises BusyError and what the ledger raises; nothing was recorded then, or the outcome is unknown.
    """
    answers: dict[int, Answer] = {}
    # Those that repeat an earlier request are found by the save itself, and each time fewer rows are left.
    newest = False
    for _ in range(ATTEMPTS + len(rows)):
        draft = _Draft(desk, ledger, newest=newest)
        try:
            drafted = {n: draft.decide(n, row) for n, row in enumerate(rows) if n not in answers}
            if together and not all(_is_recorded(a) for a in (*answers.values(), *drafted.values())):
                if not newest:
                    raise _StaleError  # noqa: TRY301 (what is not recorded is told on the newest state only)
                return [_unrecorded(drafted[n]) if n in drafted else answers[n] for n in range(len(rows))]
            saved = draft.save()
        except (_StaleError, StreamMovedError):
            newest = True
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


class _Draft:
    """A ledger that keeps what is recorded until it is saved. Implements `application.ports.Ledger`."""

    def __init__(self, desk: Desk, ledger: RowsLedger, *, newest: bool) -> None:
        """`newest`: the states that are decided on are read first. Without it, they are what is known of them."""
        self._ledger = ledger
        self._states = _DraftedStates(self, desk.states, newest=newest)
        self._desk = desk.drafting(self, self._states)
        self._row = 0
        self._rows: list[int] = []
        self._requests: list[RequestKey] = []
        self._events: list[list[NewEvent]] = []
        self._of_streams: dict[_Stream, list[Recorded]] = {}
        self._places: dict[tuple[str, str], int] = {}
        self._repeating: dict[int, int] = {}
        self._bases: dict[_Stream, StreamAt] = {}
        self._heads: dict[_Stream, int] = {}
        self._guarded: set[_Stream] = set()
        self._drafted: list[list[Recorded]] = []

    def decide(self, number: int, row: Row) -> Answer:
        """What comes of a row, after those before it."""
        self._row = number
        try:
            return row(self._desk)
        except (ActError, KeyReusedError) as error:
            return error

    def row_at(self, place: int) -> int:
        """The number of the row that drafted at this place."""
        return self._rows[place]

    def save(self) -> dict[int, Outcome]:
        """Record all that was drafted. Gives the outcomes by row. Raises what `RowsLedger.record_rows` raises."""
        if not self._rows:
            return {}
        guards = [self._bases[stream] for stream in self._guarded if stream not in self._of_streams]
        recorded = self._ledger.record_rows(list(zip(self._requests, self._events, strict=True)), guards)
        self._states.hand_down(self._of_streams)
        outcomes = {n: _outcome(of_row) for n, of_row in zip(self._rows, recorded, strict=True)}
        return outcomes | {n: outcomes[self._rows[place]] for n, place in self._repeating.items()}

    # What follows is the port, as the use cases see it.

    def read(self, kind: StreamKind, stream: UUID, upto: UpTo = ALL_OF_IT, after: int = 0) -> Sequence[Recorded]:
        """The events of a stream as they will be: those recorded, and those drafted."""
        found = self._ledger.read(kind, stream, upto, after)
        if upto is not ALL_OF_IT:
            return found
        base = self._bases.get((kind, stream))
        if found:
            self.stands_at(kind, stream, found[-1].stream.version)
        elif base is None:
            self.stands_at(kind, stream, after)
        elif base.version > after:
            raise _StaleError
        return [*found, *(r for r in self._of_streams.get((kind, stream), ()) if r.stream.version > after)]

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
            self._expect(guard, guard.version)
            self._guarded.add((guard.kind, guard.id))
        for event in events:
            self._expect(event.stream, event.stream.version - 1)
            self._heads[event.stream.kind, event.stream.id] = event.stream.version
        recorded = [
            Recorded(stream=e.stream, position=0, recorded_at=_NOT_YET, circumstances=e.circumstances, event=e.event)
            for e in events
        ]
        for entry in recorded:
            self._of_streams.setdefault((entry.stream.kind, entry.stream.id), []).append(entry)
        self._places[request.client, request.key] = len(self._rows)
        self._rows.append(self._row)
        self._requests.append(request)
        self._events.append(list(events))
        self._drafted.append(recorded)
        return recorded

    def read_each(self, kind: StreamKind, streams: Sequence[UUID]) -> Mapping[UUID, Sequence[Recorded]]:
        """The events of those of the streams that have any, as they will be."""
        return {stream: history for stream in streams if (history := self.read(kind, stream))}

    def record_each(self, events: Sequence[NewEvent]) -> Sequence[Recorded | None]:
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

    def stands_at(self, kind: StreamKind, stream: UUID, version: int) -> None:
        """Take note of a stream's recorded version. Raises _StaleError when it has moved since it was first read."""
        base = self._bases.get((kind, stream))
        if base is None:
            self._bases[kind, stream] = StreamAt(kind=kind, id=stream, version=version)
            self._heads[kind, stream] = version
        elif base.version != version:
            raise _StaleError

    def is_written(self, kind: StreamKind, stream: UUID) -> bool:
        """Has a row drafted an event of the stream?"""
        return (kind, stream) in self._of_streams

    def _repeated(self, place: int, request: RequestKey) -> Sequence[Recorded]:
        if self._requests[place].fingerprint != request.fingerprint:
            raise KeyReusedError
        self._repeating[self._row] = place
        return self._drafted[place]

    def _expect(self, at: StreamAt, version: int) -> None:
        stream = (at.kind, at.id)
        if stream not in self._heads:
            self.stands_at(at.kind, at.id, version)
        if self._heads[stream] != version:
            raise _StaleError


class _DraftedStates(States):
    """The states of streams as the rows before leave them, over those that are recorded."""

    def __init__(self, draft: _Draft, beneath: States, *, newest: bool) -> None:
        super().__init__(draft)
        self._draft = draft
        self._beneath = beneath
        self._newest = newest

    def seen(self, kind: StreamKind, stream: UUID) -> Foldable | None:
        """The state as the rows before leave it, or else as it is known beneath."""
        own = super().seen(kind, stream)
        if own is not None or self._newest or self._draft.is_written(kind, stream):
            return own
        below = self._beneath.seen(kind, stream)
        if below is not None:
            self._draft.stands_at(kind, stream, below.version)
            self._keep(kind, below)
        return below

    def known(self, kind: StreamKind, initial: StateT) -> StateT:
        """The state, read where it is not known."""
        own = self._get(kind, initial)
        if own is not None:
            return own
        if self._draft.is_written(kind, initial.id):  # it was corrected, so that it has to be folded as a whole
            return self._keep(kind, fold(initial, self._draft.read(kind, initial.id)))
        below = (self._beneath.newest if self._newest else self._beneath.known)(kind, initial)
        self._draft.stands_at(kind, initial.id, below.version)
        return self._keep(kind, below)

    def hand_down(self, written: Iterable[_Stream]) -> None:
        """Let the states of streams whose drafted events were recorded be known beneath."""
        for kind, stream in written:
            state = super().seen(kind, stream)
            if state is not None:
                self._beneath.take(kind, state)

    def newest(self, kind: StreamKind, initial: StateT) -> StateT:
        """The state as of now. Raises _StaleError when the draft does not rest on what is newest."""
        if not self._newest:
            raise _StaleError
        return self.known(kind, initial)
