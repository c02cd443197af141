"""读取与折叠 A project's events read and folded, beside the stock repository with an aggregate of the library's way."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import psycopg
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import TupleRow
from psycopg_pool import ConnectionPool

from application.ports import NewEvent
from bench import server
from bench.measuring import Goal, compare, rounds
from domain.dates import CivilDate
from domain.evolve import fold
from domain.project import Project
from domain.recorded import Actor, Circumstances, Role
from domain.steps.building import ProgressReported
from domain.streams import StreamAt, StreamKind
from infrastructure.migrations import migrate
from infrastructure.store.ledger import EventLedger

LOG = 370323
GOALS = {6: Goal(1.6, 2.3), 50: Goal(2.9, 5), 500: Goal(4, 7)}
SUMMARY = "进展" * 60
"""Makes an event of about 600 bytes, as stored by either."""


class StockProject(Aggregate):
    """A project in the library's own way."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.percent = 0
        self.summary = ""

    @event("Reported")
    def report(self, percent: int, summary: str, account: str, organisation: str, happened_on: str) -> None:
        """Report progress."""
        del account, organisation, happened_on
        self.percent = percent
        self.summary = summary


CIRCUMSTANCES = Circumstances(
    happened_on=CivilDate.parse("2019-03-01"),
    actor=Actor(account="bench", organisation="测试单位", role=Role.OWNER_UNIT),
)


def _ours(ledger: EventLedger, length: int) -> UUID:
    stream = uuid4()
    ledger.record(
        [
            NewEvent(
                StreamAt(kind=StreamKind.PROJECT, id=stream, version=n),
                CIRCUMSTANCES,
                ProgressReported(percent=n % 100, summary=SUMMARY),
            )
            for n in range(1, length + 1)
        ]
    )
    return stream


def _theirs(app: Application[UUID], length: int) -> UUID:
    project = StockProject(name="测试项目")
    for n in range(1, length):
        project.report(n % 100, SUMMARY, "bench", "测试单位", "2019-03-01")
    app.save(project)
    return project.id


def _timed(read: Callable[[], object], seconds: float) -> dict[str, float]:
    started, done = time.perf_counter(), 0
    while time.perf_counter() - started < seconds:
        read()
        done += 1
    return {"rate": done / (time.perf_counter() - started)}


def run(number: int, seconds: float) -> None:
    """Print the figures of reading."""
    with server.running() as conninfo:
        settings = server.settings_of(conninfo)
        migrate(conninfo)
        given = conninfo_to_dict(conninfo)
        app: Application[UUID] = Application(
            {
                "PERSISTENCE_MODULE": "eventsourcing.postgres",
                "POSTGRES_DBNAME": str(given["dbname"]),
                "POSTGRES_HOST": str(given["host"]),
                "POSTGRES_PORT": str(given.get("port", 5432)),
                "POSTGRES_USER": str(given["user"]),
                "POSTGRES_PASSWORD": str(given.get("password", "")),
            }
        )
        pool: ConnectionPool[psycopg.Connection[TupleRow]] = ConnectionPool(
            conninfo, min_size=1, max_size=3, kwargs={"autocommit": True}, open=False
        )
        with pool:
            ledger = EventLedger(pool, LOG)
            for length, goal in GOALS.items():
                mine, other = _ours(ledger, length), _theirs(app, length)

                def ours(stream: UUID = mine) -> Any:
                    return fold(Project(id=stream), ledger.read(StreamKind.PROJECT, stream))

                def theirs(stream: UUID = other) -> Any:
                    return app.repository.get(stream)

                assert ours().version == theirs().version == length
                taken = rounds(
                    number,
                    {"ours": lambda: _timed(ours, seconds), "stock": lambda: _timed(theirs, seconds)},
                )
                compare(
                    f"read_and_fold.{length}",
                    "streams/s",
                    taken["ours"]["rate"],
                    "stock repository.get",
                    taken["stock"]["rate"],
                    goal,
                    events=length,
                    seconds=seconds,
                    **settings,
                )
            ledger.close()
        app.close()
