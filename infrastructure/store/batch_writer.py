"""成批写入 One connection that writes batches of saves, and knows what became of each, also when an answer is lost.

A batch whose answer did not come is sent again under its number: if it was committed the first time, the database
answers from what it kept. So no success is ever told as a conflict, and nothing is written twice.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from struct import Struct
from typing import Any
from uuid import uuid4

import orjson
import psycopg
import structlog
from eventsourcing.persistence import StoredEvent
from psycopg.rows import TupleRow
from psycopg_pool import ConnectionPool, PoolTimeout

from application.ports import KeyReusedError, OutcomeUnknownError, RequestKey, StoreDownError, StreamMovedError
from domain.streams import StreamAt
from infrastructure.store import arrays
from infrastructure.store.deadlines import Deadline
from infrastructure.store.mapper import as_uuid
from infrastructure.store.server_function import Answer, ServerFunction

Pool = ConnectionPool[psycopg.Connection[TupleRow]]

log = structlog.get_logger(__name__)

_LOG = Struct(">i")
_BATCH = Struct(">q")
_NOTHING: frozenset[Any] = frozenset()
_APPEND = ServerFunction("liuhen.append_batch", 16)
_APPEND_ROWS = ServerFunction("liuhen.append_rows", 15)
_STANDBY_DOUBT = ("01000", "57P01")
"""SQLSTATE of the warnings by which PostgreSQL says that it stopped waiting for a synchronous standby."""
_CONNECTION_LOST = ("08", "57P")
"""Classes of SQLSTATE after which nobody knows whether the transaction was committed."""
_TRY_AGAIN = ("40001", "40P01", "55P03", "25006")
"""Serialization failure, deadlock, lock not available, a server that is no primary any more: sent again elsewhere."""
_CANNOT = ("53", "57014", "58", "XX001", "XX002")
"""Classes of SQLSTATE by which the server says that it cannot, whatever is sent: a full disk, a damaged file."""
_PAUSES = (0.0, 0.05, 0.2, 0.5, 1.0)
"""Seconds before each further attempt; the last one repeats until the time is up."""


@dataclass(frozen=True)
class Row:
    """One of several requests that are recorded by one save, with the places of its events among the save's."""

    request: RequestKey
    first: int
    last: int


@dataclass(frozen=True)
class Save:
    """Events to be stored together, with the streams that must not have moved and the request that asks for it.

    A save without events only asks what its request recorded. A save of several requests has `rows` instead.
    """

    events: Sequence[StoredEvent]
    kinds: Sequence[str]
    guards: Sequence[StreamAt] = ()
    request: RequestKey | None = None
    rows: Sequence[Row] = ()
    cause: Any = None
    """Where it comes from, for who traces it."""

    @property
    def writes(self) -> frozenset[Any]:
        """The streams that are written, and the request keys."""
        if len(self.events) == 1 and self.request is None and not self.rows:
            return frozenset((as_uuid(self.events[0].originator_id),))
        written: set[Any] = {as_uuid(e.originator_id) for e in self.events}
        if self.request:
            written.add((self.request.client, self.request.key))
        written.update((row.request.client, row.request.key) for row in self.rows)
        return frozenset(written)

    @property
    def reads(self) -> frozenset[Any]:
        """The streams that the save rests on."""
        return frozenset([g.id for g in self.guards]) if self.guards else _NOTHING


@dataclass(frozen=True)
class Saved:
    """Where the events of a save stand."""

    first_position: int
    last_position: int
    recorded_at: datetime
    repeated: bool


class NotRecordedError(Exception):
    """The request that was asked for has recorded nothing."""


class RowsKnownError(Exception):
    """Some of a save's rows were recorded before, or their keys were used otherwise (None). Nothing was recorded."""

    def __init__(self, known: Mapping[int, Saved | None]) -> None:
        super().__init__(sorted(known))
        self.known = known


Result = Saved | BaseException


class BatchWriter:
    """Writes the batches of one process to one log, one at a time."""

    def __init__(self, pool: Pool, log_id: int, *, give_up_after: float) -> None:
        """`give_up_after`: seconds after which a batch that gets no answer is told as unknown."""
        self._pool = pool
        self._log_id = log_id
        self._give_up_after = give_up_after
        self._writer = uuid4()
        self._batch = 0
        self._conn: psycopg.Connection[TupleRow] | None = None
        self._doubted = False

    def write(self, saves: Sequence[Save]) -> list[Result]:
        """Write saves that do not touch each other, and give the result of each."""
        until = time.monotonic() + self._give_up_after
        if not any(save.rows for save in saves):
            return self._write(saves, until)
        single = [save for save in saves if not save.rows]
        results = iter(self._write(single, until)) if single else iter(())
        return [self._write_rows(save, until) if save.rows else next(results) for save in saves]

    def _write_rows(self, save: Save, until: float) -> Result:
        self._batch += 1
        try:
            answer = self._send(_APPEND_ROWS, _parameters_of_rows(save), until)
        except (StoreDownError, OutcomeUnknownError) as error:
            return type(error)()
        except Exception as error:  # noqa: BLE001 (its sender is told)
            return error
        return _result_of_rows(save, answer)

    def _write(self, saves: Sequence[Save], until: float) -> list[Result]:
        self._batch += 1
        try:
            answer = self._send(_APPEND, _parameters(saves), until)
        except (StoreDownError, OutcomeUnknownError) as error:
            return [type(error)() for _ in saves]
        except Exception as error:  # noqa: BLE001 (whatever it is, its sender is told)
            # The batch was refused for what one of the saves holds. The others are not to suffer from it.
            if len(saves) == 1:
                return [error]
            half = len(saves) // 2
            return [*self._write(saves[:half], until), *self._write(saves[half:], until)]
        return _results(saves, answer)

    def close(self) -> None:
        """Give the connection back."""
        self._release()

    def _send(self, function: ServerFunction, parameters: Sequence[bytes], until: float) -> Answer:
        """Send the present batch until it is answered. Raises StoreDownError, OutcomeUnknownError.

        Raises psycopg.Error when the database refuses what the batch holds.
        """
        sent = False
        number = _BATCH.pack(self._batch)
        for attempt in _attempts(until):
            try:
                conn = self._connection(until)
            except (PoolTimeout, psycopg.OperationalError) as error:
                log.warning("store.no_connection", attempt=attempt, error=type(error).__name__)
                continue
            try:
                with Deadline(conn, until):
                    answer = function.call(conn, (_LOG.pack(self._log_id), self._writer.bytes, number, *parameters))
            except psycopg.Error as error:
                log.warning("store.write_failed", attempt=attempt, sqlstate=error.sqlstate)
                if conn.closed or _is_lost(error):
                    sent = True
                # Once an attempt may have been committed, only the answer to the batch says what became of it.
                elif not sent and error.sqlstate not in _TRY_AGAIN:
                    if (error.sqlstate or "").startswith(_CANNOT):
                        raise StoreDownError from error
                    raise
            else:
                if not self._doubted:
                    return answer
                log.warning("store.standby_in_doubt", attempt=attempt)
                sent = True
            # Never again a connection on which something went wrong.
            conn.close()
            self._release()
        raise OutcomeUnknownError if sent else StoreDownError

    def _connection(self, until: float) -> psycopg.Connection[TupleRow]:
        if self._conn is None:
            self._conn = self._pool.getconn(timeout=max(0.01, until - time.monotonic()))
            self._conn.add_notice_handler(self._noticed)
        self._doubted = False
        return self._conn

    def _release(self) -> None:
        if self._conn is not None:
            self._conn.remove_notice_handler(self._noticed)
            self._pool.putconn(self._conn)
            self._conn = None

    def _noticed(self, notice: psycopg.errors.Diagnostic) -> None:
        if notice.sqlstate in _STANDBY_DOUBT:
            self._doubted = True


def _is_lost(error: psycopg.Error) -> bool:
    """Does an error leave open whether the transaction was committed?"""
    if error.sqlstate is None:
        return isinstance(error, psycopg.OperationalError)
    return error.sqlstate.startswith(_CONNECTION_LOST)


def _attempts(until: float) -> Iterator[int]:
    """Numbers of attempts, with pauses between them, while there is time."""
    for attempt in count():
        yield attempt
        pause = _PAUSES[min(attempt, len(_PAUSES) - 1)]
        if time.monotonic() + pause >= until:
            return
        time.sleep(pause)


def _parameters(saves: Sequence[Save]) -> tuple[bytes, ...]:
    """The arrays of `liuhen.append_batch`; a save is named by its place."""
    events = [(n, e, kind) for n, save in enumerate(saves) for e, kind in zip(save.events, save.kinds, strict=True)]
    guards = [(n, guard) for n, save in enumerate(saves) for guard in save.guards]
    requests = [(n, save.request) for n, save in enumerate(saves) if save.request is not None]
    return (
        arrays.integers([n for n, _, _ in events]),
        arrays.uuids([as_uuid(e.originator_id) for _, e, _ in events]),
        arrays.integers([e.originator_version for _, e, _ in events]),
        arrays.names([kind for _, _, kind in events]),
        arrays.names([e.topic for _, e, _ in events]),
        arrays.blobs([e.state for _, e, _ in events]),
        *(_GUARDED_BY_NOTHING if not guards else _guards(guards)),
        *(_WITHOUT_REQUESTS if not requests else _requests(requests)),
    )


def _guards(guards: Sequence[tuple[int, StreamAt]]) -> tuple[bytes, ...]:
    return (
        arrays.integers([n for n, _ in guards]),
        arrays.uuids([g.id for _, g in guards]),
        arrays.integers([g.version for _, g in guards]),
    )


def _requests(requests: Sequence[tuple[int, RequestKey]]) -> tuple[bytes, ...]:
    return (
        arrays.integers([n for n, _ in requests]),
        arrays.texts([r.client for _, r in requests]),
        arrays.texts([r.key for _, r in requests]),
        arrays.texts([r.fingerprint for _, r in requests]),
    )


_GUARDED_BY_NOTHING = _guards(())
_WITHOUT_REQUESTS = _requests(())


def _parameters_of_rows(save: Save) -> tuple[bytes, ...]:
    """The arrays of `liuhen.append_rows`."""
    requests = [row.request for row in save.rows]
    return (
        arrays.uuids([as_uuid(e.originator_id) for e in save.events]),
        arrays.integers([e.originator_version for e in save.events]),
        arrays.names(save.kinds),
        arrays.names([e.topic for e in save.events]),
        arrays.blobs([e.state for e in save.events]),
        arrays.uuids([g.id for g in save.guards]),
        arrays.integers([g.version for g in save.guards]),
        arrays.texts([r.client for r in requests]),
        arrays.texts([r.key for r in requests]),
        arrays.texts([r.fingerprint for r in requests]),
        arrays.integers([row.first for row in save.rows]),
        arrays.integers([row.last for row in save.rows]),
    )


def _result_of_rows(save: Save, answer: Answer) -> Result:
    """What became of a save of rows, from the answer of `liuhen.append_rows`."""
    position, recorded_at, others = answer
    if others is None:
        return Saved(position, position + len(save.events) - 1, recorded_at, repeated=False)
    known: dict[int, Saved | None] = {}
    for n, outcome, first, last in orjson.loads(others):
        if outcome == "moved":
            return StreamMovedError()
        known[n] = Saved(first, last, recorded_at, repeated=True) if outcome == "repeated" else None
    return RowsKnownError(known)


def _results(saves: Sequence[Save], answer: Answer) -> list[Result]:
    """What became of each save, from the answer of `liuhen.append_batch`."""
    position, recorded_at, others = answer
    unaccepted = {n: what for n, *what in orjson.loads(others or "[]")}
    results: list[Result] = []
    for n, save in enumerate(saves):
        if n not in unaccepted:
            results.append(Saved(position, position + len(save.events) - 1, recorded_at, repeated=False))
            position += len(save.events)
            continue
        outcome, first, last = unaccepted[n]
        match outcome:
            case "repeated":
                results.append(Saved(first, last, recorded_at, repeated=True))
            case "reused":
                results.append(KeyReusedError())
            case "moved":
                results.append(StreamMovedError())
            case _:
                results.append(NotRecordedError())
    return results
