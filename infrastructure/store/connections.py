"""连接池 Connections that come back soon after the database does.

The driver's pool doubles its pauses between tries without an end: after half a minute without a server, as a failover
takes, it would look for the server again only half a minute later.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import TupleRow
from psycopg_pool import ConnectionPool
from psycopg_pool.pool import AddConnection, MaintenanceTask

from infrastructure.store.deadlines import Deadline

LONGEST_PAUSE = 1.0
"""Seconds between two tries to connect."""
LONGEST_WAIT = 10.0
"""Seconds that a reader waits for a connection before its request is told to come again."""
LONGEST_CHECK = 5.0
"""Seconds that a connection has to show that it lives."""
READ_SECONDS = 30.0
"""Seconds that a reader waits for the server's answers; then its line is cut and it is told to come again."""
DEAD_LINES = {
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
"""How soon a host that does not answer any more counts as gone, unless the connection string says otherwise: seconds,
and milliseconds for the last one. Without them, a line to a host that lost its power is waited on for hours."""


class Connections(ConnectionPool[psycopg.Connection[TupleRow]]):
    """A pool that never ceases to look for its server, at short intervals."""

    def __init__(self, conninfo: str, *, size: int, checked: bool) -> None:
        """`checked`: look whether a connection lives before it is given, for those who do not ask again themselves."""
        super().__init__(
            noticing_dead_lines(conninfo),
            min_size=2,
            max_size=size,
            kwargs={"autocommit": True},
            connection_class=psycopg.Connection[TupleRow],
            timeout=LONGEST_WAIT,
            reconnect_timeout=math.inf,
            open=False,
        )
        self._checked = checked

    @staticmethod
    def check_connection(conn: psycopg.Connection[Any]) -> None:
        """Return when a connection works. Raises psycopg.OperationalError, also when it does not answer in time."""
        with Deadline(conn, time.monotonic() + LONGEST_CHECK):
            ConnectionPool.check_connection(conn)

    def schedule_task(self, task: MaintenanceTask, delay: float) -> None:
        """Do a task later; a try to connect not much later."""
        super().schedule_task(task, min(delay, LONGEST_PAUSE) if isinstance(task, AddConnection) else delay)

    def getconn(self, timeout: float | None = None) -> psycopg.Connection[TupleRow]:
        """A connection. Raises PoolTimeout."""
        conn = super().getconn(timeout)
        if self._checked and not _lives(conn):
            # The others have most likely died with it. The driver's own check would pause longer for each of them.
            self.putconn(conn)
            self.check()
            conn = super().getconn(timeout)
        return conn


@contextmanager
def answering(pool: ConnectionPool[psycopg.Connection[TupleRow]]) -> Iterator[psycopg.Connection[TupleRow]]:
    """A connection for a read that has READ_SECONDS. Raises PoolTimeout, psycopg.OperationalError."""
    with pool.connection() as conn, Deadline(conn, time.monotonic() + READ_SECONDS):
        yield conn


def _lives(conn: psycopg.Connection[Any]) -> bool:
    try:
        Connections.check_connection(conn)
    except psycopg.OperationalError:
        return False
    return True


def noticing_dead_lines(conninfo: str) -> str:
    """The connection string with DEAD_LINES, as far as it does not say such things itself."""
    return make_conninfo(conninfo, **{k: v for k, v in DEAD_LINES.items() if k not in conninfo_to_dict(conninfo)})
