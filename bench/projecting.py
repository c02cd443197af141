"""视图 How fast views are caught up durably, and made as of a day, beside only reading and decoding the same events."""

from __future__ import annotations

import time
from datetime import date
from functools import partial

import psycopg

from bench.measuring import Sample, Scale, Side, Standard, figure, interleave
from bench.product import product
from bench.projects import project_events, record_county
from bench.report import Report
from bench.servers import Server
from infrastructure.bootstrap import Liuhen
from infrastructure.projecting.as_of import fold_into
from infrastructure.projecting.follower import Follower
from projections.register import ProjectRegister

EVENTS_PER_PROJECT = 10
AT_A_DAY = Standard(0.5, 0.77)
"""As of a day at most twice, better 1.3 times, as long as reading and decoding."""


def run(own: Server, scale: Scale, report: Report) -> None:
    """Measure catching up of one view and of all, and the register as of a day beside reading and decoding."""
    with product(own) as liuhen:
        record_county(liuhen.ledger, scale.projects)
        for number in range(scale.projects):
            liuhen.ledger.record(project_events(number, EVENTS_PER_PROJECT)[4:])
        sides = {
            "one view": _caught_up(liuhen, ["register"]),
            "all views": _caught_up(liuhen, liuhen.engine.names()),
            "reading and decoding": _decoded(liuhen),
            "as of a day": _as_of(liuhen),
        }
        samples = interleave(sides, scale)
        told = {"events": liuhen.ledger.position(), "page": liuhen.engine.page}
    rate = partial(figure, unit="events/s", samples=samples, what="rate", settings=told)
    report.add(rate("projecting.one_view", of="one view", beside="reading and decoding"))
    report.add(rate("projecting.all_views", of="all views", beside="reading and decoding"))
    report.add(rate("projecting.as_of", of="as of a day", beside="reading and decoding", standard=AT_A_DAY))


def _caught_up(liuhen: Liuhen, names: list[str]) -> Side:
    """From an empty view to the end of the log, durably."""
    engine = liuhen.engine

    def side(seconds: float) -> Sample:
        del seconds
        with psycopg.connect(engine.conninfo, autocommit=True) as conn:
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


def _decoded(liuhen: Liuhen) -> Side:
    def side(seconds: float) -> Sample:
        del seconds
        began, position = time.perf_counter(), 0
        while entries := liuhen.ledger.after(position, 1000):
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
