"""流的状态 The states of the streams as they stand at one position of the log, carried forward page by page.

A page carries forward what is known of the streams that it touches; only streams that are not known are read. A
correction changes what earlier events mean, so its stream is read again. The outcome is that of folding each whole
stream up to the position, whatever the size of the pages.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import cast
from uuid import UUID

from domain.correction import FactCorrected
from domain.evolve import Foldable, effective, fold
from domain.ledger import Balance, Place, moves_money, postings
from domain.recorded import Recorded
from domain.states import beginning
from domain.streams import StreamKind

Histories = Callable[[Collection[UUID], int], Mapping[UUID, Sequence[Recorded]]]
"""Reads the events of streams up to a position, each in version order. A stream without any may be left out."""

LARGEST = 20_000
"""Streams that are kept; those not used for longest go first. Some kilobytes each."""
_MOST_PENDING = 1000
"""Events that wait to be folded in. A stream that nobody asks about is let go, and read if somebody does."""


def grouped(entries: Iterable[Recorded]) -> dict[UUID, list[Recorded]]:
    """Entries stream by stream, in their order."""
    by_stream: dict[UUID, list[Recorded]] = {}
    groups: dict[int, list[Recorded]] = {}  # The hash of an identity itself costs more than the rest.
    for entry in entries:
        stream = entry.originator_id
        group = groups.get(stream.int)
        if group is None:
            groups[stream.int] = by_stream[stream] = [entry]
        else:
            group.append(entry)
    return by_stream


class _Known:
    """What is known of a stream: its state, what stands in its book, and events that are still to be folded in."""

    __slots__ = ("kind", "last_position", "pending", "standing", "state")

    def __init__(self, kind: StreamKind, stream: UUID) -> None:
        self.kind = kind
        self.state = beginning(kind, stream)
        self.standing: dict[Place, int] = {}
        self.last_position = 0
        self.pending: list[Recorded] = []

    def add(self, entries: Iterable[Recorded]) -> None:
        self.pending.extend(entries)
        self.last_position = self.pending[-1].position

    def settle(self) -> None:
        """Fold in what waits. Raises what the fold of an event raises; then nothing of it is folded in."""
        state, standing, done = self.state, dict(self.standing), 0
        pending = self.pending
        # What an event posts depends on the state before it.
        moving: Sequence[int] = ()
        if self.kind is StreamKind.PROJECT:
            classes = {c for c in {e.event.__class__ for e in pending} if moves_money(c)}
            moving = [n for n, e in enumerate(pending) if e.event.__class__ in classes] if classes else ()
        for at in moving:
            state, done = fold(state, pending[done:at]), at
            for posting in postings(pending[at].event, state):
                standing[posting.place] = standing.get(posting.place, 0) + posting.fen
        self.state, self.standing, self.pending = fold(state, pending[done:]), standing, []


class Streams:
    """The states of streams at `position`. For one thread."""

    def __init__(
        self, read: Histories | None, position: int = 0, *, largest: int = LARGEST, corrected: bool = False
    ) -> None:
        """`read` gives histories that are not known; without it, a stream is what was brought forward, no more.

        `corrected`: the entries brought forward have their corrections applied already.
        """
        self._read = read
        self._largest = largest
        self.corrected = corrected
        self._known: OrderedDict[int, _Known] = OrderedDict()
        """By identity as a number: the hash of an identity itself is Python code."""
        self.position = position

    def forward(self, entries: Sequence[Recorded], position: int) -> dict[UUID, list[Recorded]]:
        """Bring everything forward by the entries of a page that ends at a position; gives them stream by stream.

        Histories that are needed for it are read together.
        """
        by_stream = grouped(entries)
        corrected = (
            {e.originator_id for e in entries if e.event.__class__ is FactCorrected} if not self.corrected else ()
        )
        self.position = position
        unknown = []
        for stream, new in by_stream.items():
            number = stream.int
            known = self._known.get(number)
            begins = self._read is None or new[0].originator_version == 1
            if (known is None and not begins) or (corrected and stream in corrected):
                self._known.pop(number, None)
                unknown.append(stream)
                continue
            if known is None:
                known = self._known[number] = _Known(new[0].kind, stream)
            known.add(new)
            self._known.move_to_end(number)
            if len(known.pending) > _MOST_PENDING and self._read is not None:
                del self._known[number]
        if unknown:
            # What cannot be read now is asked for again by whoever needs it, and fails there.
            with suppress(Exception):
                self._learn(unknown)
        if self._read is not None:
            while len(self._known) > self._largest:
                self._known.popitem(last=False)
        return by_stream

    def settle(self, of: Iterable[UUID]) -> None:
        """Fold in what waits of some streams. Raises what the fold of an event raises."""
        for stream in of:
            known = self._known.get(stream.int)
            if known is not None and known.pending:
                known.settle()

    def lose(self, stream: UUID) -> None:
        """Forget a stream of which something could not be brought forward."""
        self._known.pop(stream.int, None)

    def state(self, kind: StreamKind, stream: UUID) -> Foldable:
        """The state of a stream; that of its beginning when it has no events."""
        return self._settled(kind, stream).state

    def balance(self, project: UUID) -> Balance:
        """What stands in the book of a project."""
        return Balance(by_place=tuple(self._settled(StreamKind.PROJECT, project).standing.items()))

    def last_position(self, kind: StreamKind, stream: UUID) -> int:
        """Position of the stream's last event; 0 when it has none."""
        return self._get(kind, stream).last_position

    def history(self, stream: UUID) -> Sequence[Recorded]:
        """All events of a stream up to the position, as they were recorded."""
        if self._read is None:
            raise LookupError("histories are not kept")
        return self._read([stream], self.position).get(stream, ())

    def _settled(self, kind: StreamKind, stream: UUID) -> _Known:
        known = self._get(kind, stream)
        if known.pending:
            known.settle()
        return known

    def _get(self, kind: StreamKind, stream: UUID) -> _Known:
        known = self._known.get(stream.int)
        if known is None and self._read is not None:
            self._learn([stream])
            known = self._known.get(stream.int)
        # A stream without events is not kept: it may be asked for under any kind.
        return known if known is not None else _Known(kind, stream)

    def _learn(self, streams: Sequence[UUID]) -> None:
        read = cast("Histories", self._read)
        for stream, history in read(streams, self.position).items():
            known = self._known[stream.int] = _Known(history[0].kind, stream)
            known.add(effective(history))
            known.last_position = history[-1].position
