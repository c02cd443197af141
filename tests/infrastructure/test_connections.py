"""A database that comes back is found again soon, and what its absence left in a pool delays nobody."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import psycopg_pool.pool
import pytest
from psycopg.conninfo import conninfo_to_dict
from psycopg_pool import ConnectionPool
from psycopg_pool.sched import Scheduler

from infrastructure.store.connections import DEAD_LINES, LONGEST_PAUSE, Connections, noticing_dead_lines
from tests.saves import PATIENCE

TRIES = 12
"""With doubled pauses, the last of them comes after half an hour."""


@contextmanager
def absence(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[list[float], threading.Event]]:
    """No connection can be made until TRIES were. Pauses are noted instead of waited for."""
    pauses: list[float] = []
    enough = threading.Event()
    real = psycopg.Connection.connect.__func__  # type: ignore[attr-defined]

    def connect(cls: Any, *arguments: Any, **options: Any) -> Any:
        if not enough.is_set():
            raise psycopg.OperationalError("the server is away")
        return real(cls, *arguments, **options)

    def enter(self: Any, delay: float, action: Any) -> Any:
        if "AddConnection" in repr(action):
            pauses.append(delay)
            if len(pauses) >= TRIES:
                enough.set()
            delay = 0.0
        return soon(self, delay, action)

    soon = Scheduler.enter
    monkeypatch.setattr(psycopg.Connection, "connect", classmethod(connect))
    monkeypatch.setattr(Scheduler, "enter", enter)
    yield pauses, enough


def test_a_server_that_comes_back_is_found_within_a_second(embedded: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with absence(monkeypatch) as (pauses, back), Connections(embedded, size=2, checked=False) as pool:
        pool.wait(PATIENCE)
        assert back.is_set()
        assert max(pauses) <= LONGEST_PAUSE


def test_the_drivers_own_pool_would_look_ever_more_rarely(embedded: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The test above bites."""
    with absence(monkeypatch) as (pauses, _), ConnectionPool(embedded, min_size=2, open=False) as pool:
        pool.wait(PATIENCE)
        assert max(pauses) > 20 * LONGEST_PAUSE


def end_all(conninfo: str) -> None:
    with psycopg.connect(conninfo, autocommit=True) as conn:
        conn.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )


def after_a_restart(pool: ConnectionPool[Any], conninfo: str, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What a caller waits until it gets a connection that lives, when a full pool has died."""
    pauses: list[float] = []
    monkeypatch.setattr(psycopg_pool.pool, "sleep", pauses.append)
    with pool:
        kept = [pool.getconn() for _ in range(8)]
        for conn in kept:
            pool.putconn(conn)
        end_all(conninfo)
        with pool.connection(PATIENCE) as conn:
            assert conn.execute("SELECT 1").fetchone() == (1,)
    return pauses


def test_connections_that_died_together_delay_nobody(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert after_a_restart(Connections(database, size=8, checked=True), database, monkeypatch) == []


def test_the_drivers_own_check_would_pause_for_each_of_them(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The test above bites: longer, all in all, than the pool lets a caller wait."""
    options: dict[str, Any] = {"check": ConnectionPool.check_connection, "kwargs": {"autocommit": True}}
    pool: ConnectionPool[Any] = ConnectionPool(database, min_size=2, max_size=8, open=False, **options)
    assert sum(after_a_restart(pool, database, monkeypatch)) > pool.timeout


def test_a_dead_line_is_noticed_unless_the_site_says_otherwise(tmp_path: Path) -> None:
    told = conninfo_to_dict(noticing_dead_lines("host=db.example dbname=x connect_timeout=2"))
    assert told["connect_timeout"] == "2"
    assert {name: told[name] for name in DEAD_LINES if name != "connect_timeout"} == {
        name: str(value) for name, value in DEAD_LINES.items() if name != "connect_timeout"
    }
