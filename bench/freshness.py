"""新鲜度 From commit to visible: how old a record is when the views show it, under steady posts at half the peak rate.

All times are the database's: an event's recorded time is before its commit, so what is told is rather too long. This
bench runs only when it is named; `--seconds 75` is five minutes.
"""

from __future__ import annotations

import threading
import time
from datetime import datetime
from typing import Any

import psycopg

from bench.measuring import Scale, Standard, figure, percentile
from bench.posting import WITH_VIEWS, posting, started
from bench.report import Report
from bench.servers import Server

ROUNDS_LONG = 4
"""Rounds' lengths of the steady load."""
NO_GROWTH = Standard(0.67)
"""The second half's p99 may be half as much again: what grows with the load is many times that after minutes."""
_LOOK = 0.005


def run(own: Server, scale: Scale, report: Report) -> None:
    """Measure the peak first, then the freshness at half of it."""
    with started(own, WITH_VIEWS, scale) as service:
        conninfo = str(service.told["conninfo"])
        peak = posting(service, scale)(scale.seconds)["rate"]
        _settled(conninfo)
        rate, seconds = peak / 2, scale.seconds * ROUNDS_LONG
        with _Looking(conninfo) as looking:
            reached = posting(service, scale, rate=rate)(seconds)["rate"]
            _settled(conninfo)
        took = looking.took()
    halves = [took[: len(took) // 2], took[len(took) // 2 :]]
    samples = {
        "commit to visible": [{"p50": percentile(took, 0.5) * 1000, "p99": percentile(took, 0.99) * 1000}],
        "first half": [{"p99": percentile(halves[0], 0.99) * 1000}],
        "second half": [{"p99": percentile(halves[1], 0.99) * 1000}],
    }
    told = {
        "peak": round(peak),
        "rate": round(reached),
        "seconds": seconds,
        "events": len(took),
        "look_ms": _LOOK * 1000,
    }
    for what in ("p50", "p99"):
        report.add(
            figure(f"freshness.{what}", "ms", samples, what, of="commit to visible", settings=told, better="lower")
        )
    report.add(
        figure(
            "freshness.growth", "ms", samples, "p99", of="second half", beside="first half", better="lower",
            standard=NO_GROWTH, settings=told,
        )
    )  # fmt: skip


_STANDS = (
    "SELECT min(p.position), l.position, clock_timestamp() FROM liuhen.projections p"
    " JOIN liuhen.logs l ON l.log_id = p.log_id WHERE p.standing = 'LIVE' GROUP BY l.position"
)


def _settled(conninfo: str) -> None:
    """Wait until every view is at the end of the log."""
    with psycopg.connect(conninfo, autocommit=True) as conn:
        while True:
            row = conn.execute(_STANDS).fetchone()
            if row is not None and row[0] == row[1]:
                return
            time.sleep(_LOOK)


class _Looking:
    """Notes how far the slowest view is, again and again."""

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo
        self._stop = threading.Event()
        self._seen: list[tuple[int, datetime]] = []
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> _Looking:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _look(self) -> None:
        with psycopg.connect(self._conninfo, autocommit=True) as conn:
            while not self._stop.is_set():
                row = conn.execute(_STANDS).fetchone()
                if row is not None and (not self._seen or row[0] > self._seen[-1][0]):
                    self._seen.append((row[0], row[2]))
                self._stop.wait(_LOOK)

    def took(self) -> list[float]:
        """Seconds from being recorded to being seen in every view, of each event, in order."""
        found: list[float] = []
        seen: list[Any] = self._seen
        with psycopg.connect(self._conninfo) as conn:
            recorded = conn.execute(
                "SELECT position, recorded_at FROM liuhen.events WHERE position > %s AND position <= %s ORDER BY 1",
                (seen[0][0], seen[-1][0]),
            ).fetchall()
        at = 1
        for position, recorded_at in recorded:
            while seen[at][0] < position:
                at += 1
            found.append((seen[at][1] - recorded_at).total_seconds())
        return found
