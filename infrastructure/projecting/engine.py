"""投影引擎 Runs every projection in a thread of its own: pages of events, rows and position in one transaction.

The row lock on a projection's position makes one worker active at a time, over all processes. A worker that fails
waits and tries again; it never skips an event. News comes by a wake-up in this process and by polling, so a lost
wake-up costs one poll, not a stall.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import psycopg
import structlog

from domain.recorded import Recorded
from domain.streams import StreamKind
from infrastructure.roles import READER
from infrastructure.store.ledger import EventLedger
from projections.clauses import Clauses
from projections.money import Money
from projections.performance import Performance
from projections.register import ProjectRegister
from projections.sharing import Sharing
from projections.supervision import Supervision
from projections.timeline import Timeline
from projections.view import Freshness, Page, Projection

PROJECTIONS: tuple[type[Projection], ...] = (
    ProjectRegister,
    Timeline,
    Supervision,
    Performance,
    Money,
    Clauses,
    Sharing,
)

_LONGEST_BACK_OFF = 30.0
_REST = 0.05
"""Seconds between two pages at the end of the log: a page of many events costs little more than one of few."""

log = structlog.get_logger(__name__)


@dataclass
class _Worker:
    """The state of one projection's thread."""

    projection: Projection
    woken: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None
    failure: str | None = None


class Engine:
    """All projections of one log."""

    def __init__(self, conninfo: str, ledger: EventLedger, *, log_id: int, page: int, poll: float) -> None:
        self._conninfo = conninfo
        self._ledger = ledger
        self._log_id = log_id
        self._page = page
        self._poll = poll
        self._stopping = threading.Event()
        self._moved = threading.Condition()
        self._workers = {p.NAME: _Worker(p()) for p in PROJECTIONS}
        self._prepare()

    def start(self) -> None:
        """Start the workers. They run until `stop`."""
        for name, worker in self._workers.items():
            worker.thread = threading.Thread(target=self._run, args=(worker,), name=f"projection-{name}", daemon=True)
            worker.thread.start()

    def stop(self) -> None:
        """Let each worker finish its page and end."""
        self._stopping.set()
        self.wake()
        for worker in self._workers.values():
            if worker.thread is not None:
                worker.thread.join(timeout=30)

    def wake(self) -> None:
        """Tell the workers that there is news. Only a hint: they also poll."""
        for worker in self._workers.values():
            worker.woken.set()

    def names(self) -> list[str]:
        """Names of the views."""
        return list(self._workers)

    def failures(self) -> dict[str, str]:
        """Projections whose last attempt failed, with the reason."""
        return {name: w.failure for name, w in self._workers.items() if w.failure}

    def catch_up(self) -> None:
        """Bring every projection to the end of the log in this thread, and raise what fails."""
        for worker in self._workers.values():
            with psycopg.connect(self._conninfo) as conn:
                while self._advance(worker.projection, conn):
                    pass

    def freshness(self, name: str, conn: psycopg.Connection[Any] | None = None) -> Freshness:
        """How far the named view has come, as `conn` sees it. Lag is measured against the log itself."""
        if conn is None:
            with self._ledger.recorder_pool.connection() as own:
                return self.freshness(name, own)
        projection = self._workers[name].projection
        row = conn.execute(
            "SELECT p.position, l.position, extract(epoch FROM clock_timestamp() - e.recorded_at)"
            " FROM liuhen.projections p"
            " LEFT JOIN liuhen.logs l ON l.log_id = p.log_id"
            " LEFT JOIN liuhen.events e ON e.log_id = p.log_id AND e.position = p.position + 1"
            " WHERE p.log_id = %s AND p.name = %s AND p.version = %s",
            (self._log_id, name, projection.VERSION),
        ).fetchone()
        position, log_position, age = row or (0, 0, None)
        at = log_position or 0
        return Freshness(
            view=projection.schema(),
            position=position,
            log_position=at,
            lag_events=max(0, at - position),
            lag_seconds=round(float(age), 3) if age is not None else 0.0,
        )

    def wait_for(self, name: str, position: int, seconds: float) -> bool:
        """Wait until the named view has reached a position; False when it has not within the time."""
        deadline = time.monotonic() + seconds
        while self.freshness(name).position < position:
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            with self._moved:
                self._moved.wait(min(left, 0.2))
        return True

    def _prepare(self) -> None:
        """Make the tables of each view. Tables that were made by other SQL are dropped and filled anew from the log."""
        with psycopg.connect(self._conninfo) as conn:
            conn.execute("SELECT pg_advisory_xact_lock(hashtext('liuhen.projections'))")
            for worker in self._workers.values():
                projection = worker.projection
                schema = projection.schema()
                key = (self._log_id, projection.NAME, projection.VERSION)
                digest = hashlib.sha256(projection.TABLES.encode()).hexdigest()
                others = conn.execute(
                    "DELETE FROM liuhen.projections WHERE name = %s AND version = %s AND tables_sha256 <> %s",
                    (projection.NAME, projection.VERSION, digest),
                ).rowcount
                if others:
                    log.warning("projection.tables_changed", projection=schema)
                    conn.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
                if conn.execute("SELECT to_regnamespace(%s)", (schema,)).fetchone() == (None,):
                    conn.execute(f"CREATE SCHEMA {schema}")
                    conn.execute(f"SET LOCAL search_path TO {schema}")
                    conn.execute(projection.TABLES.encode())
                    conn.execute("RESET search_path")
                    conn.execute(f"GRANT USAGE ON SCHEMA {schema} TO {READER}")
                    conn.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {READER}")
                conn.execute(
                    "INSERT INTO liuhen.projections (log_id, name, version, tables_sha256) VALUES (%s, %s, %s, %s)"
                    " ON CONFLICT DO NOTHING",
                    (*key, digest),
                )

    def _run(self, worker: _Worker) -> None:
        back_off = 0.0
        while not self._stopping.is_set():
            try:
                with psycopg.connect(self._conninfo) as conn:
                    while not self._stopping.is_set():
                        worker.woken.clear()
                        events = self._advance(worker.projection, conn)
                        worker.failure, back_off = None, 0.0
                        if not events:
                            worker.woken.wait(self._poll)
                        elif events < self._page:
                            self._stopping.wait(_REST)
            except Exception as error:  # noqa: BLE001 (a worker survives anything but the end of the process)
                back_off = min(_LONGEST_BACK_OFF, back_off * 2 or 0.2)
                worker.failure = f"{type(error).__name__}: {error}"
                log.warning("projection.failed", projection=worker.projection.NAME, error=type(error).__name__)
                self._stopping.wait(back_off)

    def _advance(self, projection: Projection, conn: psycopg.Connection[Any]) -> int:
        """Project one page and give the number of events in it; 0 at the end of the log."""
        with conn.transaction(), conn.cursor() as cursor:
            cursor.execute(
                "SELECT position FROM liuhen.projections WHERE log_id = %s AND name = %s AND version = %s FOR UPDATE",
                (self._log_id, projection.NAME, projection.VERSION),
            )
            row = cursor.fetchone()
            position: int = row[0] if row else 0
            entries = self._ledger.after(position, self._page)
            if not entries:
                return 0
            last = entries[-1].position
            cursor.execute(f"SET LOCAL search_path TO {projection.schema()}")
            projection.project(Page(self._log_id, entries, _Histories(self._ledger, entries, last).read), cursor)
            cursor.execute(
                "UPDATE liuhen.projections SET position = %s, moved_at = clock_timestamp()"
                " WHERE log_id = %s AND name = %s AND version = %s",
                (last, self._log_id, projection.NAME, projection.VERSION),
            )
        with self._moved:
            self._moved.notify_all()
        return len(entries)


class _Histories:
    """Streams as they stood at the end of a page. One that began within the page is not read again."""

    def __init__(self, ledger: EventLedger, entries: Sequence[Recorded], last: int) -> None:
        self._ledger = ledger
        self._last = last
        self._known: dict[UUID, list[Recorded]] = {}
        for entry in entries:
            if entry.stream.version == 1 or entry.stream.id in self._known:
                self._known.setdefault(entry.stream.id, []).append(entry)

    def read(self, kind: StreamKind, stream: UUID) -> Sequence[Recorded]:
        """The stream's events up to the page's last position."""
        if stream not in self._known:
            self._known[stream] = list(self._ledger.read_at(kind, stream, self._last))
        return self._known[stream]
