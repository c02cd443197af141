"""视图 How fast views are caught up durably, beside the library's ProjectionRunner with equal views.

And how fast the past is made, beside only reading and decoding the same events. Decoding gives what readers of an event
get, in typed form: the fact, and its circumstances (day, actor, authority, what it was decided on). The views take the
second part only as far as they look at it, so the past is also put, for information, beside reading that decodes the
facts alone. A replay has for its baseline what a user of the library reads: its notifications mapped to its events.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial
from statistics import mean
from uuid import UUID

import psycopg
from eventsourcing.application import Application

from api.workers import settle
from bench.measuring import Sample, Scale, Side, Standard, figure, interleave
from bench.product import product
from bench.projects import project_events, record_county
from bench.reading import stock_project
from bench.report import Report
from bench.servers import Server
from bench.stock_ledger import StockLedger
from bench.stock_views import (
    StockAllViews,
    StockCounty,
    StockProjects,
    StockRegister,
    StockRegistering,
    StockViewing,
    environment,
    running,
)
from infrastructure.bootstrap import Liuhen
from infrastructure.projecting.as_of import PAGE, fold_into
from infrastructure.projecting.follower import Follower
from projections.register import ProjectRegister
from projections.streams import Streams

EVENTS_PER_PROJECT = 24
"""With the event of its system, 25 to a project: 50,000 of 2,000 projects."""
ONE_VIEW = Standard(26, 52)
ALL_VIEWS = Standard(15, 30)
REPLAY = Standard(1.6, 2.6)
AT_A_DAY = Standard(0.5, 0.77)
"""As of a day at most twice, better 1.3 times, as long as reading and decoding."""
_SHARE_OF_STOCK = 0.1
"""The library's runners take so long that fewer projects are given to them; their rate is what is compared."""
_PROJECTS_PER_SAVE = 20


def run(own: Server, scale: Scale, report: Report) -> None:
    """Measure catching up of one view and of all, replaying in memory, and the register as of a day."""
    fewer = max(8, round(scale.projects * _SHARE_OF_STOCK))
    with product(own) as liuhen, own.database() as theirs, own.database() as county:
        record_projects(liuhen, scale.projects)
        with stock_projects(theirs, fewer) as stock, stock_county(county, fewer):
            settle()  # as the service does
            sides = {
                "one view": _caught_up(liuhen, ["register"]),
                "stock runner, one view": running(own, StockProjects, StockRegistering, StockRegister, theirs),
                "all views": _caught_up(liuhen, liuhen.engine.names()),
                "stock runner, all views": running(own, StockCounty, StockViewing, StockAllViews, county),
                "replay": _replayed(liuhen),
                "stock reading and mapping": _mapped(stock),
                "reading and decoding": _decoded(liuhen),
                "reading, decoding facts": _facts_decoded(liuhen),
                "as of a day": _as_of(liuhen),
            }
            samples = interleave(sides, scale)
            sizes = _sizes(liuhen, stock)
        told = {
            "events": liuhen.ledger.position(),
            "baseline_events": fewer * EVENTS_PER_PROJECT,
            **sizes,
            "views": len(liuhen.engine.names()),
            "page": liuhen.engine.page,
        }
    rate = partial(figure, unit="events/s", samples=samples, what="rate", settings=told)
    report.add(rate("projecting.one_view", of="one view", beside="stock runner, one view", standard=ONE_VIEW))
    report.add(rate("projecting.all_views", of="all views", beside="stock runner, all views", standard=ALL_VIEWS))
    report.add(rate("projecting.replay", of="replay", beside="stock reading and mapping", standard=REPLAY))
    report.add(rate("projecting.as_of", of="as of a day", beside="reading and decoding", standard=AT_A_DAY))
    report.add(rate("projecting.as_of.facts", of="as of a day", beside="reading, decoding facts"))


def record_projects(liuhen: Liuhen, projects: int) -> None:
    """Record projects with all their events."""
    record_county(liuhen.ledger, projects)
    for first in range(0, projects, _PROJECTS_PER_SAVE):
        numbers = range(first, min(first + _PROJECTS_PER_SAVE, projects))
        liuhen.ledger.record([e for n in numbers for e in project_events(n, EVENTS_PER_PROJECT)[4:]])


@contextmanager
def stock_projects(conninfo: str, projects: int) -> Iterator[Application[UUID]]:
    """The library's application with as many events of the same content."""
    application = StockProjects(env=environment(conninfo))
    try:
        for number in range(projects):
            stock_project(application, number, EVENTS_PER_PROJECT)
        yield application
    finally:
        application.close()


@contextmanager
def stock_county(conninfo: str, projects: int) -> Iterator[None]:
    """The product's own events in the library's tables."""
    application = StockCounty(env=environment(conninfo))
    try:
        ledger = StockLedger(application.recorder)  # type: ignore[arg-type]
        record_county(ledger, projects)
        for number in range(projects):
            ledger.record(project_events(number, EVENTS_PER_PROJECT)[4:])
        yield
    finally:
        application.close()


def _caught_up(liuhen: Liuhen, names: list[str]) -> Side:
    """From an empty view to the end of the log, durably."""
    engine = liuhen.engine

    def side(seconds: float) -> Sample:
        del seconds
        with psycopg.connect(engine.conninfo, autocommit=True) as conn:
            for name in names:
                _empty(conn, engine.projections[name].schema())
            conn.execute("UPDATE liuhen.projections SET position = 0 WHERE name = ANY(%s)", (names,))
            follower = Follower(
                liuhen.ledger,
                [engine.projections[name] for name in names],
                log_id=engine.log_id,
                page=engine.page,
                patient=False,
            )
            began = time.perf_counter()
            while follower.round(conn):
                pass
            return {"rate": liuhen.ledger.position() / (time.perf_counter() - began)}

    return side


def _empty(conn: psycopg.Connection[tuple[object, ...]], schema: str) -> None:
    tables = conn.execute(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = %s::regnamespace", (schema,)
    )
    conn.execute(f"TRUNCATE {', '.join(f'{schema}.{name}' for (name,) in tables.fetchall())}".encode())


def _replayed(liuhen: Liuhen) -> Side:
    """Every stream's state at the end of the log, in memory: what the views of the past are made from."""

    def side(seconds: float) -> Sample:
        del seconds
        began, streams = time.perf_counter(), Streams(None)
        while entries := liuhen.ledger.after(streams.position, PAGE):
            streams.settle(streams.forward(entries, entries[-1].position))
        return {"rate": streams.position / (time.perf_counter() - began)}

    return side


def _mapped(stock: Application[UUID]) -> Side:
    """The library's notifications, each mapped to its event."""

    def side(seconds: float) -> Sample:
        del seconds
        began, position = time.perf_counter(), 0
        while notifications := stock.recorder.select_notifications(position + 1, PAGE):
            for notification in notifications:
                stock.mapper.to_domain_event(notification)
            position = notifications[-1].id
        return {"rate": position / (time.perf_counter() - began)}

    return side


def _sizes(liuhen: Liuhen, stock: Application[UUID]) -> dict[str, int]:
    """Bytes that an event is stored as, on average: the library's say the same, and the time besides."""
    ours = [len(e.state) for e in liuhen.ledger.logged_after(0, liuhen.ledger.position())]
    theirs = [len(n.state) for n in stock.recorder.select_notifications(1, stock.recorder.max_notification_id() or 0)]
    return {"bytes_per_event": round(mean(ours)), "baseline_bytes_per_event": round(mean(theirs))}


def _decoded(liuhen: Liuhen) -> Side:
    """Events in the form in which whoever reads them gets them: nothing is left undecoded."""

    def side(seconds: float) -> Sample:
        del seconds
        began, position = time.perf_counter(), 0
        while entries := liuhen.ledger.after(position, PAGE):
            for entry in entries:
                _ = entry.event, entry.circumstances
            position = entries[-1].position
        return {"rate": position / (time.perf_counter() - began)}

    return side


def _facts_decoded(liuhen: Liuhen) -> Side:
    """Events as the views get them, of which nobody has looked at the circumstances."""

    def side(seconds: float) -> Sample:
        del seconds
        began, position = time.perf_counter(), 0
        while entries := liuhen.ledger.after(position, PAGE):
            position = entries[-1].position
        return {"rate": position / (time.perf_counter() - began)}

    return side


def _as_of(liuhen: Liuhen) -> Side:
    def side(seconds: float) -> Sample:
        del seconds
        began, position = time.perf_counter(), liuhen.ledger.position()
        with psycopg.connect(liuhen.engine.conninfo) as conn:
            fold_into(conn, liuhen.ledger, liuhen.engine.log_id, ProjectRegister(), position, date(2030, 1, 1))
            conn.rollback()
        return {"rate": position / (time.perf_counter() - began)}

    return side
