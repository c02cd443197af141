"""写入 Durable appends with a version check: ours, the stock recorder's, and single rows by pgbench."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import UUID, uuid4

import psycopg
import uvloop
from eventsourcing.persistence import StoredEvent
from psycopg.rows import TupleRow
from psycopg_pool import ConnectionPool

from application.ports import RequestKey
from bench import server, stock
from bench.measuring import Goal, Measure, alone, compare, percentile, rounds
from infrastructure.migrations import migrate
from infrastructure.store.batch_writer import Save
from infrastructure.store.recorder import LedgerRecorder

STATE = b'{"v":1,"c":{},"e":{"summary":"' + b"x" * 583 + b'"}}'
"""616 bytes."""
STREAM_LENGTH = 10
LOG = 370323
GOALS = {32: Goal(12, 21), 8: Goal(7, 10), 1: Goal(1.8, 2.7)}
"""Times the stock recorder, by number of savers."""
PGBENCH_GOAL = Goal(0.8, 1.2)
P99_GOAL = Goal(6, 12)

_ROW = "INSERT INTO bench_rows (id, version, state) VALUES (gen_random_uuid(), 1, decode(repeat('ab', 616), 'hex'));\n"


def _save(stream: UUID, version: int, *, keyed: bool) -> Save:
    request = RequestKey("bench", f"{stream}-{version}", "f" * 64) if keyed else None
    return Save([StoredEvent(stream, version, "bench.event", STATE)], ["project"], (), request)


def _by_threads(append: Callable[[Save], Any], savers: int, seconds: float, *, keyed: bool = False) -> dict[str, float]:
    """Appends of threads that each wait for their answer before the next."""
    taken: list[list[float]] = [[] for _ in range(savers)]
    until = time.perf_counter() + seconds

    def work(mine: list[float]) -> None:
        while True:
            stream = uuid4()
            for version in range(1, STREAM_LENGTH + 1):
                begun = time.perf_counter()
                if begun >= until:
                    return
                append(_save(stream, version, keyed=keyed))
                mine.append(time.perf_counter() - begun)

    threads = [threading.Thread(target=work, args=(mine,)) for mine in taken]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return _figures([t for mine in taken for t in mine], time.perf_counter() - started)


def _by_tasks(recorder: LedgerRecorder, savers: int, seconds: float, *, keyed: bool = False) -> dict[str, float]:
    """Appends of tasks of one event loop, as in the server."""
    taken: list[float] = []
    until = time.perf_counter() + seconds

    async def work() -> None:
        while True:
            stream = uuid4()
            for version in range(1, STREAM_LENGTH + 1):
                begun = time.perf_counter()
                if begun >= until:
                    return
                await recorder.append_from_loop(_save(stream, version, keyed=keyed))
                taken.append(time.perf_counter() - begun)

    async def all_of_them() -> None:
        await asyncio.gather(*(work() for _ in range(savers)))

    started = time.perf_counter()
    uvloop.run(all_of_them())
    return _figures(taken, time.perf_counter() - started)


def _figures(taken: list[float], seconds: float) -> dict[str, float]:
    return {"rate": len(taken) / seconds, "p99": percentile(taken, 0.99) * 1000}


def run(number: int, seconds: float) -> None:
    """Print the figures of appending."""
    with server.running() as conninfo:
        settings = server.settings_of(conninfo)
        migrate(conninfo)
        program = server.pgbench()
        with psycopg.connect(conninfo, autocommit=True) as conn, suppress(psycopg.errors.DuplicateTable):
            conn.execute(
                "CREATE TABLE bench_rows (position bigserial PRIMARY KEY, id uuid, version int, state bytea,"
                " UNIQUE (id, version))"
            )
        pool: ConnectionPool[psycopg.Connection[TupleRow]] = ConnectionPool(
            conninfo, min_size=1, max_size=2, kwargs={"autocommit": True}, open=False
        )
        with pool:
            ours = LedgerRecorder(pool, LOG)
            for savers in (32, 8, 1):
                theirs = stock.recorder(conninfo, savers)
                measures: dict[str, Measure] = {
                    "tasks": lambda: _by_tasks(ours, savers, seconds),  # noqa: B023 (called in this turn)
                    "threads": lambda: _by_threads(ours.append, savers, seconds),  # noqa: B023
                    "keyed": lambda: _by_tasks(ours, savers, seconds, keyed=True),  # noqa: B023
                    "stock": lambda: _by_threads(
                        lambda save: theirs.insert_events(list(save.events)),  # noqa: B023
                        savers,  # noqa: B023
                        seconds,
                    ),
                }
                if program is not None:
                    measures["pgbench"] = lambda: {
                        "rate": server.pgbench_rate(program, conninfo, _ROW, clients=savers, seconds=seconds)  # noqa: B023
                    }
                taken = rounds(number, measures)
                best = "tasks" if savers > 1 else "threads"
                about = {"savers": savers, "savers_are": best, "bytes": len(STATE), "seconds": seconds, **settings}
                compare(
                    f"append.{savers}",
                    "events/s",
                    taken[best]["rate"],
                    "stock insert_events",
                    taken["stock"]["rate"],
                    GOALS[savers],
                    **about,
                )
                other = "threads" if best == "tasks" else "tasks"
                compare(
                    f"append.{savers}.{other}",
                    "events/s",
                    taken[other]["rate"],
                    "stock insert_events",
                    taken["stock"]["rate"],
                    savers=savers,
                )
                alone(f"append.{savers}.with_request_keys", "events/s", taken["keyed"]["rate"], savers=savers)
                if "pgbench" in taken:
                    goal = PGBENCH_GOAL if savers == 32 else Goal()
                    compare(
                        f"append.{savers}.pgbench",
                        "events/s",
                        taken[best]["rate"],
                        "pgbench, one row a transaction",
                        taken["pgbench"]["rate"],
                        goal,
                        savers=savers,
                    )
                compare(
                    f"append.{savers}.p99",
                    "ms",
                    taken[best]["p99"],
                    "stock insert_events",
                    taken["stock"]["p99"],
                    P99_GOAL if savers == 32 else Goal(),
                    less_is_better=True,
                    savers=savers,
                )
                theirs.datastore.close()
            ours.close()
