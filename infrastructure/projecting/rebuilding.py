"""重建 A view is built anew beside the one that is read, compared with it, and put in its place in one transaction.

Nobody who reads sees an empty or a mixed view. A rebuild that was interrupted goes on where it stood.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
import structlog

from infrastructure.projecting import builds, parking
from infrastructure.projecting.as_of import Compared, compared
from infrastructure.projecting.builds import Build, Connection, Standing
from infrastructure.projecting.engine import Engine
from infrastructure.projecting.follower import Follower
from projections.view import Projection

PAGE = 2000
"""Events taken in at a time."""

log = structlog.get_logger(__name__)


class RebuildRunningError(Exception):
    """Another process is building this view anew."""


class RebuildStoppedError(Exception):
    """The rebuild was told to stop. It goes on from where it stood when it is started again."""


@dataclass(frozen=True)
class Progress:
    """How far a rebuild has come."""

    position: int
    target: int
    seconds: float
    """Since it was started here."""
    left_seconds: float | None
    """At the rate so far; None before anything is known of it."""


@dataclass(frozen=True)
class Rebuilt:
    """What came of a rebuild."""

    name: str
    schema: str
    position: int
    seconds: float
    tables: list[Compared]
    """The old build beside the new one at the same position; empty when the old one could not be brought there."""
    parked: int
    switched: bool


Told = Callable[[Progress], None]


def rebuild(
    engine: Engine,
    name: str,
    *,
    accept_differences: bool = False,
    told: Told = lambda _: None,
    stopping: threading.Event | None = None,
) -> Rebuilt:
    """Build a view anew, or go on with it, and switch to it when it equals the old one at the same position.

    With `accept_differences` it is switched to in any case. Raises RebuildRunningError, RebuildStoppedError, and what
    the database raises.
    """
    projection = engine.projections[name]
    began = time.monotonic()
    with psycopg.connect(engine.conninfo, autocommit=True) as conn, _alone(conn, engine, projection):
        build = _begin(conn, engine, projection)
        first = build.position
        follower = _follower(engine, projection, Standing.BUILDING)
        while True:
            _fill(conn, engine, follower, _Clock(began, first, told), stopping)
            done = _switch(conn, engine, projection, follower, began, accept_differences=accept_differences)
            if done is not None:
                log.info("projection.rebuilt", projection=name, schema=done.schema, switched=done.switched)
                return done


def abandon(engine: Engine, name: str) -> bool:
    """Give up a rebuild; what was made is dropped later. False when there is none. Raises RebuildRunningError."""
    projection = engine.projections[name]
    with psycopg.connect(engine.conninfo, autocommit=True) as conn, _alone(conn, engine, projection):
        found = builds.builds_of(conn, engine.log_id, [projection], Standing.BUILDING)
        for build in found:
            builds.retire(conn, engine.log_id, projection, build.number)
        return bool(found)


def unfinished(engine: Engine) -> list[Build]:
    """Rebuilds that were begun."""
    with engine.pool.connection() as conn:
        return builds.builds_of(conn, engine.log_id, list(engine.projections.values()), Standing.BUILDING)


@contextmanager
def _alone(conn: Connection, engine: Engine, projection: Projection) -> Iterator[None]:
    key = f"liuhen.rebuild/{engine.log_id}/{projection.schema()}"
    if conn.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", (key,)).fetchone() != (True,):
        raise RebuildRunningError(f"视图{projection.NAME}正在重建 / the view {projection.NAME} is being built anew")
    yield  # The lock ends with the connection.


def _begin(conn: Connection, engine: Engine, projection: Projection) -> Build:
    with conn.transaction():
        begun = builds.builds_of(conn, engine.log_id, [projection], Standing.BUILDING, lock=True)
        if begun and begun[0].position <= engine.ledger.position():
            return begun[0]
        return builds.create(conn, engine.log_id, projection, Standing.BUILDING)


def _follower(engine: Engine, projection: Projection, *standings: Standing) -> Follower:
    return Follower(
        engine.ledger,
        [projection],
        log_id=engine.log_id,
        page=max(PAGE, engine.page),
        standings=standings,
        patient=False,
    )


@dataclass(frozen=True)
class _Clock:
    began: float
    first: int
    told: Told

    def tell(self, position: int, target: int) -> None:
        seconds = time.monotonic() - self.began
        done = position - self.first
        left = seconds * (target - position) / done if done > 0 else None
        self.told(Progress(position, target, seconds, left))


def _fill(
    conn: Connection, engine: Engine, follower: Follower, clock: _Clock, stopping: threading.Event | None
) -> None:
    """Take in the log up to its end. Raises RebuildStoppedError."""
    projection = next(iter(follower.projections))
    while True:
        taken = follower.round(conn)
        if stopping is not None and stopping.is_set():
            raise RebuildStoppedError(projection.NAME)
        (build,) = builds.builds_of(conn, engine.log_id, [projection], Standing.BUILDING)
        clock.tell(build.position, engine.ledger.position())
        if not taken and not follower.troubles():
            return


def _switch(
    conn: Connection,
    engine: Engine,
    projection: Projection,
    follower: Follower,
    began: float,
    *,
    accept_differences: bool,
) -> Rebuilt | None:
    """Bring both builds to one position, compare, and let the new one be read. None when it has fallen behind again.

    Meanwhile nothing moves the view: what is recorded is taken in afterwards. Who reads is not held up.
    """
    log_id = engine.log_id
    with conn.transaction():
        held = builds.builds_of(
            conn, log_id, [projection], Standing.LIVE, Standing.FILLING, Standing.BUILDING, lock=True
        )
        new = next(b for b in held if b.standing is Standing.BUILDING)
        old = next((b for b in held if b.standing is not Standing.BUILDING), None)
        position = max(b.position for b in held)
        if position - new.position > max(PAGE, engine.page):
            return None
        while new.position < position and follower.round(conn, upto=position):
            (new,) = builds.builds_of(conn, log_id, [projection], Standing.BUILDING)
        tables = _compare(conn, engine, projection, old, new)
        parked = len(parking.waiting(conn, log_id, new))
        parked_before = len(parking.waiting(conn, log_id, old)) if old else 0
        good = all(t.same for t in tables) and parked <= parked_before
        switched = good or accept_differences
        if switched:
            if old is not None:
                builds.retire(conn, log_id, projection, old.number)
            conn.execute(
                "UPDATE liuhen.projections SET standing = 'LIVE' WHERE log_id = %s AND name = %s AND version = %s"
                " AND build = %s",
                (log_id, *new.key),
            )
    schema = projection.schema(new.number)
    return Rebuilt(projection.NAME, schema, new.position, time.monotonic() - began, tables, parked, switched)


def _compare(conn: Connection, engine: Engine, projection: Projection, old: Build | None, new: Build) -> list[Compared]:
    """The old build beside the new one, brought to the same position where it can be."""
    if old is None or old.standing is not Standing.LIVE:
        return []
    bringing = _follower(engine, projection, Standing.LIVE)
    while old.position < new.position:
        if not bringing.round(conn, upto=new.position):
            return []
        (old,) = builds.builds_of(conn, engine.log_id, [projection], Standing.LIVE)
    tables = builds.tables_in(conn, projection.schema(new.number))
    both = (builds.digests(conn, engine.log_id, projection.schema(b.number), tables) for b in (old, new))
    return compared(*both)
