"""阅览日志 Who read what: kept in the database as a record of its own, written beside the answers and not before them.

A read is noted in memory and written with others twice a second, by one statement. Nothing is dropped: what cannot be
written waits, and once too much waits, reads of records are refused until it is written (no reading without a trace).
What waits when the process ends is written then, or else to the service's own log, entry by entry. A process that is
killed loses at most what it noted since it last wrote; that it was killed is seen, for its rows have a beginning and no
end. A batch whose answer was lost is sent again: entries are counted, so each is there once.
"""

from __future__ import annotations

import json
import threading
import uuid
from collections import deque
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import islice

import psycopg
import structlog
from psycopg_pool import PoolTimeout

from infrastructure.store.batch_writer import Pool

MOST_WAITING = 10_000
"""Entries that wait at most before reads are refused."""
_SECONDS = 0.5
_LONGEST_PAUSE = 5.0
_AT_ONCE = 1000

log = structlog.get_logger(__name__)


class AccessLogFullError(Exception):
    """Too many reads wait to be written: nothing more is read until they are."""


@dataclass(frozen=True)
class Read:
    """A read of records."""

    account: str
    person: str | None
    roles: tuple[str, ...]
    request_id: str
    route: str
    object: str | None
    status: int
    purpose: str | None


class AccessLog:
    """What this process notes of reads."""

    def __init__(self, pool: Pool, log_id: int) -> None:
        self._pool = pool
        self._log_id = log_id
        self._process = uuid.uuid4()
        self._entries = 0
        self._waiting: deque[dict[str, object]] = deque()
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._woken = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._failing = False

    @property
    def waiting(self) -> int:
        """Entries that are not yet written."""
        return len(self._waiting)

    def admit(self) -> None:
        """May one more read be made? Raises AccessLogFullError."""
        if len(self._waiting) >= MOST_WAITING:
            raise AccessLogFullError

    def note(self, read: Read) -> None:
        """Note a read; never waits, never refuses."""
        with self._lock:
            if not self._entries:
                self._add("BEGUN", {"roles": []})
            self._add("READ", asdict(read))
            if self._thread is None and not self._stopping.is_set():
                self._thread = threading.Thread(target=self._run, name="access-log", daemon=True)
                self._thread.start()

    def flush(self) -> None:
        """Write all that waits. Raises psycopg.Error, PoolTimeout; then it goes on waiting."""
        with self._writing:
            while self._waiting:
                with self._lock:
                    batch = list(islice(self._waiting, _AT_ONCE))
                with self._pool.connection() as conn, conn.transaction():
                    conn.execute(
                        "SELECT liuhen.record_reads(%s, %s, %s::jsonb)",
                        (self._log_id, self._process, json.dumps(batch, ensure_ascii=False)),
                    )
                for _ in batch:
                    self._waiting.popleft()

    def stop(self) -> None:
        """Write what waits, and that this is the end. What cannot be written goes to the service's log."""
        self._stopping.set()
        self._woken.set()
        if self._thread is not None:
            self._thread.join()
        with self._lock:
            if not self._entries:
                return
            self._add("ENDED", {"roles": []})
        try:
            self.flush()
        except (psycopg.Error, PoolTimeout) as error:
            log.error("access_log.not_written", error=type(error).__name__, entries=len(self._waiting))  # noqa: TRY400
        for entry in self._waiting:
            log.error("access_log.entry", process=str(self._process), **entry)
        self._waiting.clear()

    def _add(self, kind: str, told: dict[str, object]) -> None:
        self._waiting.append({"entry": self._entries, "kind": kind, "read_at": datetime.now(UTC).isoformat(), **told})
        self._entries += 1

    def _run(self) -> None:
        pause = _SECONDS
        while not self._woken.wait(pause):
            try:
                self.flush()
            except (psycopg.Error, PoolTimeout) as error:
                pause = min(2 * pause, _LONGEST_PAUSE)
                if not self._failing:
                    self._failing = True
                    log.error(  # noqa: TRY400 (what failed is the database's to say)
                        "access_log.waits", error=type(error).__name__, entries=len(self._waiting)
                    )
            else:
                if self._failing:
                    log.info("access_log.written_again")
                self._failing, pause = False, _SECONDS
