"""记录器 The application recorder on our own tables: concurrent saves are committed together.

The stock recorder holds a table lock over each commit and retries blindly; its faster option loses events for
followers. Here the log's head row orders the batches, and a batch whose answer was lost is resolved by its number.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from struct import Struct
from typing import Any
from uuid import UUID

import psycopg
import structlog
from eventsourcing.persistence import ApplicationRecorder, IntegrityError, StoredEvent
from psycopg.types.numeric import Int8BinaryLoader
from psycopg.types.string import ByteaBinaryLoader
from psycopg_pool import PoolTimeout

from application.ports import ALL_OF_IT, StoreDownError, StreamMovedError, UpTo
from infrastructure.store import arrays, connections
from infrastructure.store.batch_writer import BatchWriter, Pool, Result, Save, Saved
from infrastructure.store.deadlines import Deadline
from infrastructure.store.group_commit import GroupCommit
from infrastructure.store.mapper import LoggedEvent, PageRow, Row, logged_event
from infrastructure.store.prepared_query import PreparedQuery
from infrastructure.store.subscription import LedgerSubscription

log = structlog.get_logger(__name__)

_COLUMNS = "stream_id, stream_kind, stream_version, position, recorded_at, topic, state"

Commit = Callable[[Sequence[Save], Sequence[Result], int, float], None]
"""Told of saves that went to the database together: with their results, when (nanoseconds since 1970), how long (s)."""

LARGEST_BATCH = 256
"""Saves of one transaction."""
LONGEST_QUEUE = 1024
"""Saves that may wait. More are refused at once: they would only wait longer than their senders do."""
GATHER = 0.0003
"""Seconds that a batch waits for those who were just answered; about what their next save takes to come."""
GIVE_UP_AFTER = 20.0
"""Seconds after which a sender is told that the outcome of its save is unknown."""
_READER, _PAGE_READER = "liuhen_reader", "liuhen_page_reader"
"""Under which attributes a connection keeps its cursors for reading."""
_INTEGER = Struct(">i")
_STREAM = PreparedQuery(
    "liuhen_stream",
    "SELECT stream_version, position, recorded_at, topic, state FROM liuhen.events"
    " WHERE log_id = $1 AND stream_id = $2 AND stream_kind = $3 AND stream_version > $4 ORDER BY stream_version",
    4,
)
_HISTORIES = PreparedQuery(
    "liuhen_histories",
    "SELECT stream_id, stream_version, position, recorded_at, topic, state FROM liuhen.events"
    " WHERE log_id = $1 AND stream_id = ANY($2) AND stream_kind = $3 ORDER BY stream_id, stream_version",
    3,
)


class LedgerRecorder(ApplicationRecorder):
    """Inserts and selects the events of one log."""

    def __init__(self, pool: Pool, log_id: int, *, give_up_after: float = GIVE_UP_AFTER) -> None:
        self.pool = pool
        self.log_id = log_id
        self._log = _INTEGER.pack(log_id)
        self._writer = BatchWriter(pool, log_id, give_up_after=give_up_after)
        self._commits: GroupCommit[Save, Saved] = GroupCommit(
            self._write, largest_batch=LARGEST_BATCH, longest_queue=LONGEST_QUEUE, gather=GATHER
        )
        self._waking: tuple[Callable[[], None], ...] = ()
        self._watching: tuple[Commit, ...] = ()
        self._changing_waking = threading.Lock()

    def append(self, save: Save) -> Saved:
        """Store a save durably. May be called by many threads.

        Raises StreamMovedError, KeyReusedError, NotRecordedError (for a save without events), StoreBusyError,
        StoreDownError, OutcomeUnknownError.
        """
        return self._commits.put(save)

    def append_each(self, saves: Sequence[Save]) -> list[Saved | BaseException]:
        """Store saves of one sender durably, each accepted or refused alone. Raises StoreBusyError."""
        return self._commits.put_all(saves)

    async def append_from_loop(self, save: Save) -> Saved:
        """As `append`, without holding up the running event loop."""
        return await self._commits.put_from_loop(save)

    def wakes(self, woken: Callable[[], None]) -> None:
        """Call something after each commit of this process: a hint for whoever follows the log."""
        with self._changing_waking:
            self._waking = (*self._waking, woken)

    def wakes_not(self, woken: Callable[[], None]) -> None:
        """Call it no more."""
        with self._changing_waking:
            self._waking = tuple(other for other in self._waking if other != woken)

    def watched(self, watching: Commit) -> None:
        """Let something be told of each commit of this process. It must not raise, and everybody waits for it."""
        self._watching = (*self._watching, watching)

    @property
    def waiting(self) -> int:
        """How many saves wait for their commit."""
        return self._commits.waiting

    def _write(self, saves: Sequence[Save]) -> list[Result]:
        """Write a batch, and tell those who follow before its senders go on."""
        at, began = time.time_ns(), time.perf_counter()
        results = self._writer.write(saves)
        for watching in self._watching:
            watching(saves, results, at, time.perf_counter() - began)
        for woken in self._waking:
            woken()
        return results

    def close(self) -> None:
        """Answer everything that was accepted, then let go of the connection."""
        self._commits.close()
        self._writer.close()

    def select_stream(self, kind: str, stream: UUID, upto: UpTo = ALL_OF_IT, after: int = 0) -> list[Row]:
        """A stream's events after a version, in version order, as far as they stood at a position or time.

        None when the identity is one of another kind of stream.
        """
        if upto == ALL_OF_IT:
            return self._asked(_STREAM, (self._log, stream.bytes, kind.encode(), _INTEGER.pack(after)))
        return self._select(
            "SELECT stream_version, position, recorded_at, topic, state FROM liuhen.events"
            " WHERE log_id = %s AND stream_id = %s AND stream_kind = %s AND stream_version > %s"
            " AND position <= coalesce(%s::bigint, 9223372036854775807)"
            " AND recorded_at <= coalesce(%s::timestamptz, 'infinity') ORDER BY stream_version",
            (self.log_id, stream, kind, after, upto.position, upto.recorded_at),
        )

    def select_streams(self, streams: Collection[UUID], position: int) -> list[LoggedEvent]:
        """The events of several streams as they stood at a position, each stream's together and in version order."""
        rows = self._select(
            f"SELECT {_COLUMNS} FROM liuhen.events WHERE log_id = %s AND stream_id = ANY(%s) AND position <= %s"
            " ORDER BY stream_id, stream_version",
            (self.log_id, list(streams), position),
        )
        return [logged_event(row) for row in rows]

    def select_histories(self, kind: str, streams: Sequence[UUID]) -> list[tuple[UUID, int, int, datetime, str, bytes]]:
        """As `select_stream` gives them, the events of many streams, each row after its stream, stream by stream."""
        return self._asked(_HISTORIES, (self._log, arrays.uuids(streams), kind.encode()))

    def select_positions(self, first: int, last: int) -> list[LoggedEvent]:
        """The events at positions first to last, both included."""
        return list(self.select_notifications(first, last - first + 1, last))

    def select_among(self, positions: Sequence[int]) -> list[LoggedEvent]:
        """The events at these positions, in position order."""
        rows = self._select(
            f"SELECT {_COLUMNS} FROM liuhen.events WHERE log_id = %s AND position = ANY(%s) ORDER BY position",
            (self.log_id, list(positions)),
        )
        return [logged_event(row) for row in rows]

    def select_of_topic(self, streams: Collection[UUID], topic: str, position: int) -> list[LoggedEvent]:
        """The events of one topic in these streams up to a position, in position order."""
        rows = self._select(
            f"SELECT {_COLUMNS} FROM liuhen.events WHERE log_id = %s AND stream_id = ANY(%s) AND topic = %s"
            " AND position <= %s ORDER BY position",
            (self.log_id, list(streams), topic, position),
        )
        return [logged_event(row) for row in rows]

    # What follows is the library's contract.

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int]:
        """Store events under the library's contract. Raises the library's IntegrityError on a version conflict."""
        if not stored_events:
            return []
        kinds = kwargs.get("kinds") or ["project"] * len(stored_events)
        try:
            saved = self.append(Save(stored_events, kinds))
        except StreamMovedError as error:
            raise IntegrityError("a stream is not at the expected version") from error
        return list(range(saved.first_position, saved.last_position + 1))

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """Events of a stream by version range."""
        rows = self._select(
            f"SELECT {_COLUMNS} FROM liuhen.events WHERE log_id = %s AND stream_id = %s"
            " AND stream_version > coalesce(%s::int, 0) AND stream_version <= coalesce(%s::int, 2147483647)"
            f" ORDER BY stream_version {'DESC' if desc else 'ASC'} LIMIT %s",
            (self.log_id, originator_id, gt, lte, limit),
        )
        return [logged_event(row) for row in rows]

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[LoggedEvent]:
        """Events in position order, by keyset. The caller sees no gap: positions are contiguous."""
        after = 0 if start is None else start - 1 if inclusive_of_start else start
        rows = self._select(
            f"SELECT {_COLUMNS} FROM liuhen.events WHERE log_id = %s AND position > %s"
            " AND position <= coalesce(%s::bigint, 9223372036854775807)"
            " AND (%s::text[] IS NULL OR topic = ANY(%s::text[])) ORDER BY position LIMIT %s",
            (self.log_id, after, stop, list(topics) or None, list(topics) or None, limit),
        )
        return [logged_event(row) for row in rows]

    def select_page(self, position: int, limit: int, stop: int | None) -> list[PageRow]:
        """Rows of the log after a position and not after `stop`, in position order, as the database has them."""
        return self._select(
            f"SELECT {_COLUMNS} FROM liuhen.events WHERE log_id = %s AND position > %s"
            " AND position <= coalesce(%s::bigint, 9223372036854775807) ORDER BY position LIMIT %s",
            (self.log_id, position, stop, limit),
            _PAGE_READER,
        )

    def max_notification_id(self) -> int | None:
        """Position of the last event, or None for an empty log."""
        rows = self._select("SELECT position FROM liuhen.logs WHERE log_id = %s", (self.log_id,))
        return rows[0][0] or None if rows else None

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> LedgerSubscription:
        """Iterate over the events after a position, and wait for more: use it as a context."""
        return LedgerSubscription(self, gt, topics)

    def _select(self, query: str, parameters: Sequence[Any], reader: str = _READER) -> list[Any]:
        """Rows of a query. Raises what `_read` raises."""

        def by_cursor(conn: psycopg.Connection[Any]) -> list[Any]:
            # A cursor knows how to read what it read before, so each connection keeps its own.
            kept = vars(conn)
            cursor = kept.get(reader)
            if cursor is None:
                cursor = kept[reader] = conn.cursor(binary=True)
                if reader == _PAGE_READER:  # identities are made once per stream, times for those who look at them
                    cursor.adapters.register_loader("uuid", ByteaBinaryLoader)
                    cursor.adapters.register_loader("timestamptz", Int8BinaryLoader)
            rows: list[Any] = cursor.execute(query.encode(), parameters, prepare=True).fetchall()
            return rows

        return self._read(by_cursor)

    def _asked(self, query: PreparedQuery, parameters: tuple[bytes, ...]) -> list[Any]:
        """Rows of a query that is asked all the time. Raises what `_read` raises."""
        return self._read(lambda conn: query.rows(conn, parameters))

    def _read(self, ask: Callable[[psycopg.Connection[Any]], list[Any]]) -> list[Any]:
        """What is asked of a connection; once more when that turns out to be dead: reading twice does no harm.

        Raises StoreDownError when the server does not answer, PoolTimeout when no connection is to be had.
        """
        try:
            return self._read_once(ask)
        except PoolTimeout:
            raise  # it was waited for long enough
        except psycopg.OperationalError:
            self.pool.check()  # drops all the others that died with it
            return self._read_once(ask)

    def _read_once(self, ask: Callable[[psycopg.Connection[Any]], list[Any]]) -> list[Any]:
        conn = self.pool.getconn()
        deadline: Deadline | None = None
        try:
            with Deadline(conn, time.monotonic() + connections.READ_SECONDS) as deadline:
                return ask(conn)
        except psycopg.OperationalError as error:
            if deadline is not None and deadline.passed:
                log.warning("store.read_unanswered", seconds=connections.READ_SECONDS)
                raise StoreDownError from error
            raise
        finally:
            self.pool.putconn(conn)
