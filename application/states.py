"""已知状态 The states of streams used lately, so that a decision need not read and fold whole histories again.

What is known here may be out of date. That is harmless where the save is guarded by the state's version: if the
stream has moved, nothing is recorded, and the decision is made again on the newest state.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, TypeVar, cast
from uuid import UUID

from domain.correction import FactCorrected
from domain.evolve import Foldable, fold
from domain.recorded import Recorded
from domain.streams import StreamKey, StreamKind, key_of

if TYPE_CHECKING:
    from application.ports import Ledger

StateT = TypeVar("StateT", bound=Foldable)

LARGEST = 10_000
"""States that are kept; those not used for longest go first."""


class States:
    """The states of one ledger's streams. May be used by many threads."""

    def __init__(self, ledger: Ledger, largest: int = LARGEST) -> None:
        self._ledger = ledger
        self._largest = largest
        self._known: OrderedDict[StreamKey, Foldable] = OrderedDict()
        self._lock = threading.Lock()

    def seen(self, kind: StreamKind, stream: UUID) -> Foldable | None:
        """The state as last seen here, or None when it was not seen yet."""
        key = key_of(kind, stream)
        with self._lock:
            known = self._known.get(key)
            if known is not None:
                self._known.move_to_end(key)
        return known

    def known(self, kind: StreamKind, initial: StateT) -> StateT:
        """The state as last seen here; read when it was not seen yet."""
        return self._get(kind, initial) or self._read(kind, initial)

    def newest(self, kind: StreamKind, initial: StateT) -> StateT:
        """The state with all that is recorded by now: what is known, carried forward by what came since."""
        known = self._get(kind, initial)
        if known is None:
            return self._read(kind, initial)
        news = self._ledger.read(kind, initial.id, after=known.version)
        if corrects(news):
            return self._read(kind, initial)
        return self._keep(kind, fold(known, news)) if news else known

    def read_each(self, initials: Mapping[StreamKey, tuple[StreamKind, Foldable]]) -> dict[StreamKey, Foldable]:
        """The states of many streams as of now, read in one go for each kind; given are those that they begin with."""
        found: dict[StreamKey, Foldable] = {}
        for kind in {kind for kind, _ in initials.values()}:
            of_kind = [(key, initial) for key, (its, initial) in initials.items() if its is kind]
            histories = self._ledger.read_each(kind, [initial.id for _, initial in of_kind])
            for key, initial in of_kind:
                found[key] = self._keep(kind, fold(initial, histories.get(initial.id, ())))
        return found

    def learn(self, recorded: Sequence[Recorded]) -> None:
        """Carry what is known forward by events that were just recorded."""
        for news in by_stream(recorded):
            first = news[0].stream
            key = key_of(first.kind, first.id)
            with self._lock:
                known = self._known.get(key)
                if known is None or known.version != first.version - 1:
                    continue
                if corrects(news):
                    del self._known[key]
                    continue
            self._keep(first.kind, fold(known, news))

    def take(self, kind: StreamKind, state: Foldable) -> None:
        """Know a state that somebody else has folded."""
        self._keep(kind, state)

    def _get(self, kind: StreamKind, initial: StateT) -> StateT | None:
        return cast("StateT | None", self.seen(kind, initial.id))

    def _read(self, kind: StreamKind, initial: StateT) -> StateT:
        return self._keep(kind, fold(initial, self._ledger.read(kind, initial.id)))

    def _keep(self, kind: StreamKind, state: StateT) -> StateT:
        key = key_of(kind, state.id)
        with self._lock:
            known = self._known.get(key)
            if known is None or known.version < state.version:
                self._known[key] = state
            if len(self._known) > self._largest:
                self._known.popitem(last=False)
        return state


def by_stream(recorded: Sequence[Recorded]) -> Sequence[Sequence[Recorded]]:
    """What was recorded together, each stream's events by themselves where they follow one another."""
    if len(recorded) == 1:
        return (recorded,)
    return [list(entries) for _, entries in groupby(recorded, lambda r: key_of(r.stream.kind, r.stream.id))]


def corrects(news: Sequence[Recorded]) -> bool:
    """A correction changes what earlier events mean, so the state cannot simply be carried forward."""
    return any(entry.event.__class__ is FactCorrected for entry in news)
