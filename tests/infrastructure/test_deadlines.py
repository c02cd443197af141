"""A server that is stopped while its lines stay open holds nobody up for ever: reads end, and go on with it again."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import psycopg
import pytest

from application.ports import StoreDownError
from infrastructure.store import connections
from infrastructure.store.connections import Connections
from infrastructure.store.deadlines import Deadline
from infrastructure.store.recorder import LedgerRecorder
from tests.conftest import NewDatabase
from tests.saves import PATIENCE, all_of_them, save, stream

LOGS = count(760000)


@pytest.fixture(scope="module")
def database(embedded: str, new_database: NewDatabase) -> str:
    return new_database(embedded)


@contextmanager
def frozen(pool: Connections) -> Iterator[None]:
    """The server's processes behind the pool's connections stand still."""
    held = [pool.getconn() for _ in range(pool.get_stats()["pool_size"])]
    pids = [conn.info.backend_pid for conn in held]
    for conn in held:
        pool.putconn(conn)
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def test_a_read_of_a_frozen_server_ends_as_of_one_that_is_down(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "READ_SECONDS", 0.1)
    with Connections(database, size=2, checked=False) as pool:
        pool.wait(PATIENCE)
        reading = LedgerRecorder(pool, next(LOGS))
        reading.append(save(("a", 1)))
        reading.close()  # its own connection goes back
        with frozen(pool):

            def read() -> None:
                with pytest.raises(StoreDownError):
                    reading.select_events(stream("a"))

            all_of_them(read)
        assert [e.originator_version for e in reading.select_events(stream("a"))] == [1]


def test_a_frozen_connection_is_not_given(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "LONGEST_CHECK", 0.1)
    with Connections(database, size=2, checked=True) as pool:
        pool.wait(PATIENCE)
        with frozen(pool):

            def use() -> None:
                with pool.connection() as conn:
                    assert conn.execute("SELECT 1").fetchone() == (1,)

            all_of_them(use)  # by a new connection


def test_what_is_answered_in_time_is_not_cut(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as conn:
        with Deadline(conn, time.monotonic() + PATIENCE) as deadline:
            conn.execute("SELECT 1")
        assert not deadline.passed
        with Deadline(conn, time.monotonic()) as late, pytest.raises(psycopg.OperationalError):
            conn.execute("SELECT pg_sleep(60)")
        assert late.passed
