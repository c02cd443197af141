"""跟踪 Where a follower of the log stands, under the library's contract: each event counts once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

import psycopg
from eventsourcing.persistence import IntegrityError, Tracking, TrackingRecorder
from psycopg.rows import TupleRow

from infrastructure.store.batch_writer import Pool


class LedgerTrackingRecorder(TrackingRecorder):
    """Keeps the position of one follower in each application that it follows."""

    FOLLOWER: ClassVar[str] = "ledger"
    """The follower's name, by which it finds its position again. Every follower has its own."""

    def __init__(self, pool: Pool, log_id: int) -> None:
        self.pool = pool
        self.log_id = log_id

    @contextmanager
    def counting(self, tracking: Tracking) -> Iterator[psycopg.Connection[TupleRow]]:
        """A transaction in which a position is reached: what the block writes by the connection counts once with it.

        Raises the library's IntegrityError, before the block runs, when the position or a later one was reached.
        """
        with self.pool.connection() as conn, conn.transaction():
            moved = conn.execute(
                "INSERT INTO liuhen.tracking AS t (log_id, follower, application, position) VALUES (%s, %s, %s, %s)"
                " ON CONFLICT (log_id, follower, application) DO UPDATE SET position = excluded.position,"
                " moved_at = clock_timestamp() WHERE t.position < excluded.position RETURNING position",
                (self.log_id, self.FOLLOWER, tracking.application_name, tracking.notification_id),
            ).fetchone()
            if moved is None:
                raise IntegrityError(f"{tracking.application_name} {tracking.notification_id} was reached before")
            yield conn

    def insert_tracking(self, tracking: Tracking) -> None:
        """Reach a position. Raises the library's IntegrityError when it or a later one was reached before."""
        with self.counting(tracking):
            pass

    def max_tracking_id(self, application_name: str) -> int | None:
        """The position reached in an application, or None."""
        with self.pool.connection() as conn:
            row = conn.execute(
                "SELECT position FROM liuhen.tracking WHERE log_id = %s AND follower = %s AND application = %s",
                (self.log_id, self.FOLLOWER, application_name),
            ).fetchone()
        return None if row is None else row[0]
