"""Senders that record through the ledger's recorder and note what they were told."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
import psycopg
from psycopg.conninfo import make_conninfo

from application.ports import OutcomeUnknownError, StoreBusyError, StoreDownError, StreamMovedError
from infrastructure.roles import WRITER
from infrastructure.store.batch_writer import Save
from infrastructure.store.connections import Connections
from infrastructure.store.recorder import LedgerRecorder
from tests.faults.deployment import LOG
from tests.faults.history import Logged, Operation, Outcome, Place
from tests.saves import save, stream


@contextmanager
def recorder_on(conninfo: str, *, give_up_after: float, size: int = 4) -> Iterator[LedgerRecorder]:
    """A recorder as the service has it."""
    with Connections(make_conninfo(conninfo, user=WRITER), size=size, checked=False) as pool:
        recorder = LedgerRecorder(pool, LOG, give_up_after=give_up_after)
        try:
            yield recorder
        finally:
            recorder.close()


def marked(
    mark: str, name: object, version: int, rests_on: str | None = None, *, guards: Sequence[tuple[object, int]] = ()
) -> Save:
    """A save of one event that states its mark and what it rests on, under a key of its own."""
    read = [(str(stream(at)), found) for at, found in guards]
    state = orjson.dumps({"mark": mark, "rests_on": rests_on, "guards": read})
    return save((name, version), guards=guards, key=(mark, "f"), topic="marked", state=state)


@dataclass
class Sender:
    """Writes to a stream of its own, one event after the other."""

    name: str
    recorder: LedgerRecorder
    operations: list[Operation] = field(default_factory=list)
    version: int = 0
    last: str | None = None

    def send(self, mark: str | None = None) -> Outcome:
        """One event, or the one of a mark once more."""
        again = mark is not None
        mark = mark or f"{self.name}.{len(self.operations)}"
        # Sent again, it is still the operation that began when it was sent first: it may have been recorded then.
        began = min([time.monotonic_ns(), *(o.began for o in self.operations if o.mark == mark)])
        outcome, places = self._put(marked(mark, self.name, self.version + 1, self.last))
        if again:
            self.operations = [o for o in self.operations if o.mark != mark]
        self.operations.append(Operation(mark, outcome, began, time.monotonic_ns(), places))
        if outcome is Outcome.OK:
            self.version, self.last = self.version + 1, mark
        return outcome

    def _put(self, wanted: Save) -> tuple[Outcome, tuple[Place, ...]]:
        try:
            saved = self.recorder.append(wanted)
        except (StoreDownError, StoreBusyError, StreamMovedError):
            return Outcome.FAIL, ()
        except OutcomeUnknownError:
            return Outcome.UNKNOWN, ()
        return Outcome.OK, (Place(saved.first_position, str(stream(self.name)), self.version + 1),)

    def resolve(self) -> None:
        """Send the last one again under its key, if nobody knows what became of it."""
        if self.operations and self.operations[-1].outcome is Outcome.UNKNOWN:
            self.send(self.operations[-1].mark)

    def work(self, stop: threading.Event) -> None:
        """Send until told to stop, or until something is not acknowledged."""
        while not stop.is_set() and self.send() is Outcome.OK:
            pass


def marked_log(conninfo: str) -> list[Logged]:
    """The log as the database holds it."""
    with psycopg.connect(conninfo) as conn:
        rows: list[Any] = conn.execute(
            "SELECT position, stream_id::text, stream_version, state FROM liuhen.events"
            " WHERE log_id = %s ORDER BY position",
            (LOG,),
        ).fetchall()
    events = []
    for position, at, version, state in rows:
        said = orjson.loads(state)
        place = Place(position, at, version)
        guards = tuple((other, found) for other, found in said["guards"])
        events.append(Logged(place, said["mark"], said["rests_on"], says_what_it_read=True, guards=guards))
    return events
