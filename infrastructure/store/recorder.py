"""记录器 The application recorder on our own tables: one save is one call of `liuhen.append`.

The stock recorder holds a table lock over each commit and retries blindly; its faster option loses events for
followers. Here the log's head row orders the saves, and a save whose answer was lost is resolved by its key.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn
from uuid import UUID

import psycopg
from eventsourcing.persistence import ApplicationRecorder, IntegrityError, StoredEvent
from psycopg.rows import TupleRow
from psycopg_pool import ConnectionPool

from application.ports import ALL_OF_IT, KeyReusedError, RequestKey, StreamMovedError, UpTo
from domain.streams import StreamAt
from infrastructure.store.mapper import LoggedEvent

Pool = ConnectionPool[psycopg.Connection[TupleRow]]

_COLUMNS = "position, stream_id, stream_version, stream_kind, topic, state, recorded_at"


@dataclass(frozen=True)
class Save:
    """Events to be stored together, with the streams that must not have moved and the request that asks for it."""

    events: Sequence[StoredEvent]
    kinds: Sequence[str]
    guards: Sequence[StreamAt] = ()
    request: RequestKey | None = None


@dataclass(frozen=True)
class Saved:
    """Where the events of a save stand."""

    first_position: int
    last_position: int
    recorded_at: datetime
    repeated: bool


class LedgerRecorder(ApplicationRecorder):
    """Inserts and selects the events of one log."""

    def __init__(self, pool: Pool, log_id: int) -> None:
        self.pool = pool
        self.log_id = log_id

    def append(self, save: Save) -> Saved:
        """Store a save durably. Raises StreamMovedError, KeyReusedError, psycopg.OperationalError.

        When the connection breaks and the save has a request key, it is sent once more: the key tells whether
        the first attempt was committed, so the events stand exactly once either way.
        """
        try:
            return self._append(save)
        except psycopg.OperationalError:
            if save.request is None:
                raise
            return self._append(save)

    def _append(self, save: Save) -> Saved:
        request = save.request
        with self.pool.connection() as conn:
            row = conn.execute(
                "SELECT * FROM liuhen.append(%s, %s::uuid[], %s::int[], %s::text[], %s::text[], %s::bytea[],"
                " %s::uuid[], %s::int[], %s, %s, %s)",
                (
                    self.log_id,
                    [e.originator_id for e in save.events],
                    [e.originator_version for e in save.events],
                    list(save.kinds),
                    [e.topic for e in save.events],
                    [e.state for e in save.events],
                    [g.id for g in save.guards],
                    [g.version for g in save.guards],
                    request.client if request else None,
                    request.key if request else None,
                    request.fingerprint if request else None,
                ),
                prepare=True,
                binary=True,
            ).fetchone()
        assert row is not None  # noqa: S101 (a function with OUT parameters gives one row)
        outcome, first, last, recorded_at = row
        if outcome == "moved":
            raise StreamMovedError
        if outcome == "reused":
            raise KeyReusedError
        return Saved(first, last, recorded_at, outcome == "repeated")

    def recall(self, request: RequestKey) -> tuple[int, int] | None:
        """First and last position that a request recorded, or None. Raises KeyReusedError."""
        with self.pool.connection() as conn:
            row = conn.execute(
                "SELECT fingerprint, first_position, last_position FROM liuhen.requests"
                " WHERE log_id = %s AND client = %s AND key = %s",
                (self.log_id, request.client, request.key),
            ).fetchone()
        if row is None:
            return None
        if row[0] != request.fingerprint:
            raise KeyReusedError
        return row[1], row[2]

    def select_stream(self, stream: UUID, upto: UpTo = ALL_OF_IT) -> list[LoggedEvent]:
        """The events of a stream in version order, as far as they stood at a position or time."""
        with self.pool.connection() as conn:
            rows = conn.execute(
                f"SELECT {_COLUMNS} FROM liuhen.events WHERE log_id = %s AND stream_id = %s"
                " AND position <= coalesce(%s::bigint, 9223372036854775807)"
                " AND recorded_at <= coalesce(%s::timestamptz, 'infinity') ORDER BY stream_version",
                (self.log_id, stream, upto.position, upto.recorded_at),
                binary=True,
            ).fetchall()
        return [_logged(row) for row in rows]

    def select_positions(self, first: int, last: int) -> list[LoggedEvent]:
        """The events at positions first to last, both included."""
        return list(self.select_notifications(first, last - first + 1, last))

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
        return range(saved.first_position, saved.last_position + 1)

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
        with self.pool.connection() as conn:
            rows = conn.execute(
                f"SELECT {_COLUMNS} FROM liuhen.events WHERE log_id = %s AND stream_id = %s"
                " AND stream_version > coalesce(%s::int, 0) AND stream_version <= coalesce(%s::int, 2147483647)"
                f" ORDER BY stream_version {'DESC' if desc else 'ASC'} LIMIT %s",
                (self.log_id, originator_id, gt, lte, limit),
                binary=True,
            ).fetchall()
        return [_logged(row) for row in rows]

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
        with self.pool.connection() as conn:
            rows = conn.execute(
                f"SELECT {_COLUMNS} FROM liuhen.events WHERE log_id = %s AND position > %s"
                " AND position <= coalesce(%s::bigint, 9223372036854775807)"
                " AND (%s::text[] IS NULL OR topic = ANY(%s::text[])) ORDER BY position LIMIT %s",
                (self.log_id, after, stop, list(topics) or None, list(topics) or None, limit),
                binary=True,
            ).fetchall()
        return [_logged(row) for row in rows]

    def max_notification_id(self) -> int | None:
        """Position of the last event, or None for an empty log."""
        with self.pool.connection() as conn:
            row = conn.execute("SELECT position FROM liuhen.logs WHERE log_id = %s", (self.log_id,)).fetchone()
        return row[0] if row and row[0] else None

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> NoReturn:
        """Not offered: the library's subscription stalls on a lost notification. Follow the log by position."""
        raise NotImplementedError("follow the log with infrastructure.projecting instead")


def _logged(row: Sequence[Any]) -> LoggedEvent:
    position, stream, version, kind, topic, state, recorded_at = row
    return LoggedEvent(
        originator_id=stream,
        originator_version=version,
        topic=topic,
        state=state,
        id=position,
        kind=kind,
        recorded_at=recorded_at,
    )
