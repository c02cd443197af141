"""期限 An end to waiting for a server that does not answer, e.g. one that is stopped while its lines stay open.

The server's own limits do not help there, as it does not run. So the line is cut, and who waits on it goes on.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from contextlib import suppress
from typing import Any, Self

import psycopg

_INTERVAL = 0.25
"""Seconds between two looks at what is on its way."""


class Deadline:
    """Cuts a connection that does not answer in time, while its block runs.

    A cancel request would be wrong here: a commit that waits for a standby answers it as if it were done.
    """

    __slots__ = ("_conn", "passed", "until")

    def __init__(self, conn: psycopg.Connection[Any], until: float) -> None:
        """`until`: on the clock of time.monotonic."""
        self._conn = conn
        self.until = until
        self.passed = False
        """Was the connection cut?"""

    def __enter__(self) -> Self:
        _WATCHDOG.watch(self)
        return self

    def __exit__(self, *error: object) -> None:
        _WATCHDOG.leave(self)

    def cut(self) -> None:
        """End the connection's line: who waits on it sees its end."""
        self.passed = True
        with suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(self._conn.fileno())) as line:
            line.shutdown(socket.SHUT_RDWR)


class _Watchdog:
    """One thread looks after all deadlines of the process."""

    def __init__(self) -> None:
        self._watched: set[Deadline] = set()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def watch(self, deadline: Deadline) -> None:
        with self._lock:
            self._watched.add(deadline)
            if self._thread is None or not self._thread.is_alive():  # also in a process that was forked
                self._thread = threading.Thread(target=self._run, name="store-watchdog", daemon=True)
                self._thread.start()

    def leave(self, deadline: Deadline) -> None:
        # Under the lock: a connection that was given back is not cut any more.
        with self._lock:
            self._watched.discard(deadline)

    def _run(self) -> None:
        while True:
            time.sleep(_INTERVAL)
            now = time.monotonic()
            with self._lock:
                for late in [d for d in self._watched if d.until <= now]:
                    late.cut()
                    self._watched.discard(late)


_WATCHDOG = _Watchdog()
