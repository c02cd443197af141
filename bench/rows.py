"""原生插入 What PostgreSQL itself does with rows of the same shape, asked by pgbench: its own group commit, in C."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg

from bench.measuring import PAYLOAD_BYTES, Sample, Side
from bench.payload import PAYLOAD
from bench.servers import Server, run_pgbench

_TABLE = """
CREATE TABLE events (
    position bigserial UNIQUE,
    stream_id uuid NOT NULL,
    stream_version integer NOT NULL,
    topic text NOT NULL,
    state bytea NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (stream_id, stream_version)
)
"""

# The variables of a client live as long as its run: each counts its own events, ten to a stream.
_ONE = """
\\set stream :n / 10
\\set version :n % 10 + 1
\\set n :n + 1
INSERT INTO events (stream_id, stream_version, topic, state)
    VALUES (md5(:run::text || '/' || :client_id::text || '/' || :stream::text)::uuid, :version, 'progress', :state);
"""

# All payloads travel, as they would in any multi-row insert; pgbench allows too few parameters for one each.
_MANY = f"""
\\set n :n + 1
INSERT INTO events (stream_id, stream_version, topic, state)
    SELECT md5(:run::text || '/' || :client_id::text || '/' || :n::text)::uuid, i, 'progress',
           substr(:state::bytea, (i - 1) * {PAYLOAD_BYTES} + 1, {PAYLOAD_BYTES})
    FROM generate_series(1, :rows::int) AS i;
"""


@contextmanager
def native_rows(own: Server, program: Path, clients: int, rows: int = 1) -> Iterator[Side]:
    """A side whose clients insert so many rows per transaction; its rate is of rows."""
    runs = count(1)
    with own.database() as conninfo:
        with psycopg.connect(conninfo, autocommit=True) as conn:
            conn.execute(_TABLE)

        def side(seconds: float) -> Sample:
            variables: dict[str, str | int] = {
                "run": next(runs),
                "n": 0,
                "rows": rows,
                "state": PAYLOAD.decode() * rows,
            }
            ran = run_pgbench(program, conninfo, _ONE if rows == 1 else _MANY, clients, seconds, variables)
            return {"rate": ran["rate"] * rows}

        yield side
