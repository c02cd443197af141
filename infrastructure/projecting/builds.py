"""各次构建 The builds of a view: which one is read, where each stands, and the schemas that hold them.

`liuhen.projections` has a row per build. The row that is LIVE is the pointer to what is read; a reader looks it up in
the same snapshot in which it reads the tables, so a switch shows either the old build or the new one, whole.
"""

from __future__ import annotations

import hashlib
import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import psycopg
import structlog
from psycopg_pool import PoolTimeout

from infrastructure.roles import READER
from projections.view import Projection

Connection = psycopg.Connection[Any]

DATABASE_ERRORS = (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout)
"""What is raised when the database cannot be asked."""

WORKER = f"{socket.gethostname()}:{os.getpid()}"
"""This process, as shown beside what it moved last."""
KEEP_SECONDS = 60
"""How long a replaced build is kept: a reader that looked it up before has long finished by then."""

log = structlog.get_logger(__name__)


class Standing(StrEnum):
    """What a build is there for."""

    LIVE = "LIVE"
    FILLING = "FILLING"
    BUILDING = "BUILDING"
    RETIRED = "RETIRED"


@dataclass(frozen=True)
class Build:
    """A build of a view, and where it stands."""

    name: str
    version: int
    number: int
    standing: Standing
    position: int

    @property
    def key(self) -> tuple[str, int, int]:
        """Name, version and number."""
        return self.name, self.version, self.number


def builds_of(
    conn: Connection, log_id: int, projections: Sequence[Projection], *standings: Standing, lock: bool = False
) -> list[Build]:
    """The builds of these projections' versions that stand so; with `lock`, until the end of the transaction."""
    rows = conn.execute(
        "SELECT name, version, build, standing, position FROM liuhen.projections WHERE log_id = %s"
        " AND (name, version) IN (SELECT * FROM unnest(%s::text[], %s::int[])) AND standing = ANY(%s)"
        f" ORDER BY name, build{' FOR UPDATE' if lock else ''}",
        (log_id, [p.NAME for p in projections], [p.VERSION for p in projections], [str(s) for s in standings]),
    ).fetchall()
    return [Build(name, version, number, Standing(standing), at) for name, version, number, standing, at in rows]


def read_build(conn: Connection, log_id: int, projection: Projection) -> Build:
    """The build that is read, or will be once it is filled. Raises LookupError when there is none."""
    found = builds_of(conn, log_id, [projection], Standing.LIVE, Standing.FILLING)
    if not found:
        raise LookupError(projection.schema())
    return found[0]


def prepare(conn: Connection, log_id: int, projections: Sequence[Projection]) -> None:
    """Make sure that each view has a build to be read. One that was made by other SQL is replaced and filled anew."""
    with conn.transaction():
        conn.execute("SELECT pg_advisory_xact_lock(hashtext('liuhen.projections'))")
        head = conn.execute("SELECT position FROM liuhen.logs WHERE log_id = %s", (log_id,)).fetchone()
        for projection in projections:
            row = conn.execute(
                "SELECT build, tables_sha256 FROM liuhen.projections WHERE log_id = %s AND name = %s AND version = %s"
                " AND standing IN ('LIVE', 'FILLING')",
                (log_id, projection.NAME, projection.VERSION),
            ).fetchone()
            if row is not None and row[1] == digest_of(projection):
                continue
            if row is not None:
                log.warning("projection.tables_changed", projection=projection.schema(row[0]))
                retire(conn, log_id, projection, row[0])
            create(conn, log_id, projection, Standing.FILLING if head and head[0] else Standing.LIVE)


def create(conn: Connection, log_id: int, projection: Projection, standing: Standing) -> Build:
    """Make a build with empty tables. In a transaction of the caller's."""
    row = conn.execute(
        "INSERT INTO liuhen.projections (log_id, name, version, build, standing, tables_sha256) SELECT %s, %s, %s,"
        " 1 + coalesce(max(build), 0), %s, %s FROM liuhen.projections WHERE name = %s AND version = %s"
        " AND (log_id = %s OR tables_sha256 <> %s OR standing <> 'LIVE') RETURNING build",
        (
            *(log_id, projection.NAME, projection.VERSION, standing, digest_of(projection)),
            *(projection.NAME, projection.VERSION, log_id, digest_of(projection)),
        ),
    ).fetchone()
    number: int = row[0] if row else 1
    schema = projection.schema(number)
    # Another log may have the same build: its rows stand in the same tables, under its own id.
    if conn.execute("SELECT to_regnamespace(%s)", (schema,)).fetchone() == (None,):
        conn.execute(f"CREATE SCHEMA {schema}")
        conn.execute(f"SET LOCAL search_path TO {schema}")
        conn.execute(projection.TABLES.encode())
        conn.execute("RESET search_path")
        conn.execute(f"GRANT USAGE ON SCHEMA {schema} TO {READER}")
        conn.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {READER}")
    return Build(projection.NAME, projection.VERSION, number, standing, 0)


def retire(conn: Connection, log_id: int, projection: Projection, number: int) -> None:
    """Let a build be read no more. It is dropped later."""
    conn.execute(
        "UPDATE liuhen.projections SET standing = 'RETIRED', retired_at = clock_timestamp()"
        " WHERE log_id = %s AND name = %s AND version = %s AND build = %s",
        (log_id, projection.NAME, projection.VERSION, number),
    )


def drop_retired(conn: Connection, projections: Sequence[Projection], keep_seconds: float = KEEP_SECONDS) -> list[str]:
    """Drop builds that were replaced some time ago and that no log reads; gives their schemas."""
    dropped = []
    for projection in projections:
        with conn.transaction():
            rows = conn.execute(
                "SELECT build FROM liuhen.projections p WHERE name = %s AND version = %s GROUP BY build"
                " HAVING bool_and(standing = 'RETIRED'"
                " AND retired_at < clock_timestamp() - make_interval(secs => %s))",
                (projection.NAME, projection.VERSION, keep_seconds),
            ).fetchall()
            for (number,) in rows:
                schema = projection.schema(number)
                conn.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE".encode())
                conn.execute(
                    "DELETE FROM liuhen.parked WHERE name = %s AND version = %s AND build = %s",
                    (projection.NAME, projection.VERSION, number),
                )
                dropped.append(schema)
            if rows:
                # The row of the highest number stays, so that no number is given twice.
                conn.execute(
                    "DELETE FROM liuhen.projections p WHERE name = %s AND version = %s AND build = ANY(%s)"
                    " AND build < (SELECT max(build) FROM liuhen.projections q"
                    " WHERE q.name = p.name AND q.version = p.version)",
                    (projection.NAME, projection.VERSION, [number for (number,) in rows]),
                )
    return dropped


def made_by(conn: Connection, log_id: int, build: Build, projection: Projection) -> bool:
    """Were the tables of a build made by the SQL that this program has?"""
    row = conn.execute(
        "SELECT tables_sha256 FROM liuhen.projections WHERE log_id = %s AND name = %s AND version = %s AND build = %s",
        (log_id, *build.key),
    ).fetchone()
    return row is not None and row[0] == digest_of(projection)


def digest_of(projection: Projection) -> str:
    """Digest of the SQL that makes the tables, hexadecimal."""
    return hashlib.sha256(projection.TABLES.encode()).hexdigest()


def move(conn: Connection, log_id: int, moved: Sequence[Build], position: int) -> None:
    """Set the position of builds. In the transaction that wrote their rows."""
    conn.execute(
        "UPDATE liuhen.projections p SET position = %s, moved_at = clock_timestamp(), worker = %s"
        " FROM unnest(%s::text[], %s::int[], %s::int[]) AS b(name, version, build)"
        " WHERE p.log_id = %s AND p.name = b.name AND p.version = b.version AND p.build = b.build",
        (position, WORKER, *(list(part) for part in zip(*(b.key for b in moved), strict=True)), log_id),
    )


Digests = dict[str, tuple[int, str]]
"""Rows and digest by table. The digest is of the rows in any order; it finds faults, it does not seal anything."""


def tables_in(conn: Connection, schema: str) -> list[str]:
    """Names of the tables of a schema."""
    rows = conn.execute(
        "SELECT c.relname::text FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = to_regnamespace(%s)"
        " ORDER BY 1",
        (schema,),
    ).fetchall()
    return [name for (name,) in rows]


def digests(conn: Connection, log_id: int, schema: str, tables: Sequence[str]) -> Digests:
    """Rows and digest of each table, as the connection sees them."""
    found = {}
    for table in tables:
        row = conn.execute(
            f"SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)), 0)::text FROM {schema}.{table} t"
            " WHERE log_id = %s".encode(),
            (log_id,),
        ).fetchone()
        found[table] = (row[0], row[1]) if row else (0, "0")
    return found
