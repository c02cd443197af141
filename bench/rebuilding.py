"""重建 All views built anew from a long log, beside the library's ProjectionRunner doing the same views.

The log is filled in SQL from one project's events. The library's runner takes in what it can of a short log within a
round; its rate is what is compared. This bench runs only when it is named: it takes minutes.
"""

from __future__ import annotations

import time

import psycopg

from bench.measuring import Sample, Scale, Standard, figure
from bench.product import product
from bench.projecting import EVENTS_PER_PROJECT, stock_county
from bench.projects import OWNER, project_id, record_county, system_id
from bench.report import Report
from bench.servers import Server
from bench.stock_views import StockAllViews, StockCounty, StockViewing, running
from domain.identifiers.filing_number import build
from domain.streams import unit_id
from infrastructure.bootstrap import Liuhen
from infrastructure.projecting.rebuilding import Progress, rebuild_together
from infrastructure.roles import OWNER as OWNS

BESIDE_STOCK = Standard(15, 30)
EVENTS_PER_COPY = 5
"""Of a project's system, and its first four steps."""
_COPIES_PER_FILL = 25_000
_DIVISION, _YEAR = "370323", 2019

_FILL = """
INSERT INTO liuhen.events (log_id, position, stream_id, stream_version, stream_kind, topic, state, recorded_at)
    SELECT e.log_id, n * %(each)s + e.position,
           md5(e.stream_kind || '/' || n)::uuid, e.stream_version, e.stream_kind, e.topic,
           convert_to(replace(replace(replace(convert_from(e.state, 'UTF8'),
               %(system)s, md5('system/' || n)::uuid::text), %(project)s, md5('project/' || n)::uuid::text),
               %(number)s, c.number), 'UTF8'), clock_timestamp()
    FROM unnest(%(numbers)s::text[]) WITH ORDINALITY AS c(number, nth) CROSS JOIN LATERAL
         (SELECT %(first)s::bigint - 1 + nth) AS s(n),
         one e
"""
_HEADS = """
INSERT INTO liuhen.stream_heads (log_id, stream_id, version, kind)
    SELECT log_id, stream_id, max(stream_version), min(stream_kind) FROM liuhen.events WHERE position > %(done)s
    GROUP BY log_id, stream_id
"""


def run(own: Server, scale: Scale, report: Report) -> None:
    """Measure once: a round of the product is the whole log."""
    with product(own) as liuhen:
        began = time.monotonic()
        fill(liuhen, scale.rebuilt)
        report.note(f"填入{liuhen.ledger.position():,}个事件 filled in: {time.monotonic() - began:.0f} s")
        with psycopg.connect(
            liuhen.conninfo
        ) as conn:  # What is read is not there yet, so nothing else is brought along.
            conn.execute("UPDATE liuhen.projections SET standing = 'FILLING'")
        told: list[Progress] = []
        began = time.perf_counter()
        done = rebuild_together(liuhen.engine, liuhen.engine.names(), told=told.append)
        seconds = time.perf_counter() - began
        if not all(d.switched for d in done):
            raise RuntimeError(f"builds differ: {[d.differing() for d in done]}")
        events, views = liuhen.ledger.position(), len(done)
    fewer = max(8, round(scale.projects * 0.1))
    with own.database() as county, stock_county(county, fewer):
        side = running(own, StockCounty, StockViewing, StockAllViews, county)
        stock = [side(scale.seconds) for _ in range(scale.rounds)]
    samples: dict[str, list[Sample]] = {"liuhen": [{"rate": events / seconds}], "stock runner": stock}
    settings: dict[str, float] = {
        "events": events, "baseline_events": fewer * EVENTS_PER_PROJECT, "views": views, "seconds": round(seconds),
        "time_left_said_at_half": _at_half(told), "seconds_left_at_half": round(_true_at_half(told), 1),
    }  # fmt: skip
    report.add(
        figure(
            "rebuilding.all_views",
            "events/s",
            samples,
            "rate",
            of="liuhen",
            beside="stock runner",
            standard=BESIDE_STOCK,
            settings=settings,
        )
    )


def _half(told: list[Progress]) -> Progress:
    return next(p for p in told if p.position * 2 >= p.target)


def _at_half(told: list[Progress]) -> float:
    """What was said, half way, of the time left until the log is taken in."""
    return round(_half(told).left_seconds or 0.0, 1)


def _true_at_half(told: list[Progress]) -> float:
    """What was left, half way, until the log was taken in."""
    return told[-1].seconds - _half(told).seconds


def fill(liuhen: Liuhen, events: int) -> None:
    """Fill the log with copies of one project, each with streams of its own."""
    record_county(liuhen.ledger, 1)
    done = liuhen.ledger.position()
    copies = max(1, events // EVENTS_PER_COPY)
    told = {
        "each": EVENTS_PER_COPY,
        "unit": unit_id(OWNER),
        "project": str(project_id(0)),
        "system": str(system_id(0)),
        "number": build(_DIVISION, _YEAR, 1),
        "done": done,
    }
    with psycopg.connect(liuhen.conninfo, autocommit=True) as conn:
        conn.execute(f"SET ROLE {OWNS}".encode())
        conn.execute("CREATE TEMPORARY TABLE one AS SELECT * FROM liuhen.events WHERE stream_id <> %(unit)s", told)
        for first in range(1, copies + 1, _COPIES_PER_FILL):
            last = min(copies, first + _COPIES_PER_FILL - 1)
            numbers = [build(_DIVISION, _YEAR, serial) for serial in range(first, last + 1)]
            conn.execute(_FILL, {**told, "first": first, "numbers": numbers})
        conn.execute(_HEADS, told)
        conn.execute("UPDATE liuhen.logs SET position = (SELECT max(position) FROM liuhen.events)")
        conn.execute("VACUUM (ANALYZE) liuhen.events, liuhen.stream_heads")
