"""增长 Does appending stay as fast when the log is long? A long log is filled in SQL first."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import psycopg

from bench.append import product_side
from bench.measuring import EVENTS_PER_STREAM, PAYLOAD_BYTES, Sample, Scale, Standard, figure, interleave
from bench.payload import PAYLOAD, TOPIC
from bench.product import product_on, recorder_of
from bench.report import Report
from bench.servers import Server
from infrastructure.roles import OWNER

SAVERS = 32
BESIDE_SHORT = Standard(0.9, 0.95)
LONGEST_ROUND = 2.0
"""Seconds: a short log should still be short at the end."""
_EVENTS_PER_FILL = 250_000

_FILL = """
INSERT INTO liuhen.events (log_id, position, stream_id, stream_version, stream_kind, topic, state, recorded_at)
    SELECT %(log)s, n, md5('grown/' || (n - 1) / %(each)s)::uuid, (n - 1) %% %(each)s + 1, 'project', %(topic)s,
           %(state)s, clock_timestamp()
    FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n
"""
_HEADS = """
INSERT INTO liuhen.stream_heads (log_id, stream_id, version, kind)
    SELECT log_id, stream_id, max(stream_version), min(stream_kind) FROM liuhen.events WHERE log_id = %(log)s
    GROUP BY log_id, stream_id
"""
_HEAD = """
INSERT INTO liuhen.logs (log_id, position, recorded_at) VALUES (%(log)s, %(last)s, clock_timestamp())
    ON CONFLICT (log_id) DO UPDATE SET position = excluded.position, recorded_at = excluded.recorded_at
"""


def run(own: Server, scale: Scale, report: Report) -> None:
    """Measure the append rate on a long log and on a short one, which is made anew for each round."""
    seconds = min(scale.seconds, LONGEST_ROUND)
    with filled(own, scale.small, report) as short, filled(own, scale.grown, report) as long, _rate_on(long) as grown:

        def fresh(seconds: float) -> Sample:
            with own.database(template=short) as copy, _rate_on(copy) as rate:
                return rate(seconds)

        sides = {"long log": lambda s: grown(min(s, seconds)), "short log": lambda s: fresh(min(s, seconds))}
        samples = interleave(sides, scale)
    told = {
        "savers": SAVERS,
        "payload_bytes": PAYLOAD_BYTES,
        "events": scale.grown,
        "baseline_events": scale.small,
        "seconds": seconds,
    }
    report.add(
        figure(
            "growth.append",
            "saves/s",
            samples,
            "rate",
            of="long log",
            beside="short log",
            standard=BESIDE_SHORT,
            settings=told,
        )
    )


@contextmanager
def _rate_on(conninfo: str) -> Iterator[Callable[[float], Sample]]:
    with product_on(conninfo) as liuhen, recorder_of(liuhen) as recorder:
        yield product_side(recorder, SAVERS)


@contextmanager
def filled(own: Server, events: int, report: Report) -> Iterator[str]:
    """A database whose log holds so many events, ten to a stream; nobody is connected to it."""
    began = time.monotonic()
    with own.database() as conninfo:
        with product_on(conninfo) as liuhen:
            log_id = liuhen.settings.division
        with psycopg.connect(conninfo, autocommit=True) as conn:
            conn.execute(f"SET ROLE {OWNER}".encode())
            told = {"log": log_id, "each": EVENTS_PER_STREAM, "topic": TOPIC, "state": PAYLOAD}
            for first in range(1, events + 1, _EVENTS_PER_FILL):
                last = min(events, first + _EVENTS_PER_FILL - 1)
                conn.execute(_FILL, {**told, "first": first, "last": last})
            conn.execute(_HEADS, told)
            conn.execute(_HEAD, {**told, "last": events})
            # What the server would do for the new rows in its own time is not to fall into a round.
            conn.execute("VACUUM (ANALYZE) liuhen.events, liuhen.stream_heads")
            conn.execute("RESET ROLE")
            with suppress(psycopg.errors.InsufficientPrivilege):
                conn.execute("CHECKPOINT")
        report.note(f"填入{events:,}个事件 filled in {events:,} events: {time.monotonic() - began:.0f} s")
        yield conninfo
