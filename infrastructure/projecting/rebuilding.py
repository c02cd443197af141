"""重建 A view is built anew beside the one that is read, compared with it, and put in its place in one transaction.

Nobody who reads sees an empty or a mixed view. A rebuild that was interrupted goes on where it stood: one that was
ordered by itself, wherever the views are kept, and any other when it is asked for again.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psycopg
import structlog

from infrastructure.projecting import builds, parking
from infrastructure.projecting.as_of import Compared, compared
from infrastructure.projecting.builds import DATABASE_ERRORS, Build, Connection, Standing
from infrastructure.projecting.follower import Follower
from projections.view import Projection

if TYPE_CHECKING:
    from infrastructure.projecting.engine import Engine

PAGE = 2000
"""Events taken in at a time."""
_PAUSE = 10.0
"""Seconds before an ordered rebuild that failed is tried again."""

log = structlog.get_logger(__name__)


class RebuildRunningError(Exception):
    """Another process is building this view anew."""


class RebuildStoppedError(Exception):
    """The rebuild was told to stop, or given up. One that was not goes on from where it stood when started again."""


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
    resumed_from: int
    """Position at which it was taken up here; 0 for one that was begun here."""

    def differing(self) -> list[str]:
        """Tables in which the builds differ."""
        return [t.table for t in self.tables if not t.same]


@dataclass(frozen=True)
class Unfinished:
    """A rebuild that was begun, as any process sees it."""

    position: int
    target: int
    """End of the log."""
    left_seconds: float | None
    """At the rate since it was last taken up; None before anything is known of it."""
    ordered: bool
    """Goes on by itself wherever the views are kept."""
    outcome: str
    """Why it was not switched to, or why the last attempt failed; empty while nothing is wrong."""


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
    (done,) = rebuild_together(engine, [name], accept_differences=accept_differences, told=told, stopping=stopping)
    return done


def rebuild_together(
    engine: Engine,
    names: Sequence[str],
    *,
    accept_differences: bool = False,
    told: Told = lambda _: None,
    stopping: threading.Event | None = None,
) -> list[Rebuilt]:
    """Build several views anew in one reading of the log, and switch to each. Otherwise as `rebuild`."""
    began = time.monotonic()
    projections = [engine.projections[name] for name in names]
    with psycopg.connect(engine.conninfo, autocommit=True) as conn, ExitStack() as locks:
        for projection in projections:
            locks.enter_context(_alone(conn, engine, projection))
        first: dict[str, int] = {}
        for projection in projections:
            build = _begin(conn, engine, projection)
            first[build.name] = build.position
            _mark(conn, engine, build, "resumed_at = clock_timestamp(), resumed_position = position, outcome = ''")
        clock = _Clock(began, sum(first.values()), told)
        _fill(conn, engine, _follower(engine, projections, Standing.BUILDING), clock, stopping)
        return [
            _finish(
                conn,
                engine,
                projection,
                _Clock(began, first[projection.NAME], told),
                stopping,
                accept_differences=accept_differences,
            )
            for projection in projections
        ]


def _finish(
    conn: Connection,
    engine: Engine,
    projection: Projection,
    clock: _Clock,
    stopping: threading.Event | None,
    *,
    accept_differences: bool,
) -> Rebuilt:
    """Switch to a build that was at the end of the log a moment ago."""
    follower = _follower(engine, [projection], Standing.BUILDING)
    while True:
        done = _switch(conn, engine, projection, follower, clock, accept_differences=accept_differences)
        if done is not None:
            log.info("projection.rebuilt", projection=done.name, schema=done.schema, switched=done.switched)
            return done
        _fill(conn, engine, follower, clock, stopping)


def order(engine: Engine, name: str) -> None:
    """Let whoever moves the views build one anew, or go on with it. Raises RebuildRunningError when it is ordered."""
    projection = engine.projections[name]
    with psycopg.connect(engine.conninfo, autocommit=True) as conn, conn.transaction():
        build = _begin(conn, engine, projection)
        if name in ordered(conn, engine):
            raise RebuildRunningError(name)
        _mark(conn, engine, build, "ordered = true, outcome = ''")
    engine.wake()


def ordered(conn: Connection, engine: Engine) -> list[str]:
    """Views whose rebuild was ordered, and not carried out yet."""
    rows = conn.execute(
        "SELECT name FROM liuhen.projections WHERE log_id = %s AND standing = 'BUILDING' AND ordered"
        " AND (name, version) IN (SELECT * FROM unnest(%s::text[], %s::int[])) ORDER BY name",
        (engine.log_id, engine.names(), [p.VERSION for p in engine.projections.values()]),
    ).fetchall()
    return [name for (name,) in rows]


class Carrier:
    """Carries out what was ordered, in a thread of its own, which ends when all is done."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._thread: threading.Thread | None = None
        self._not_before = 0.0

    def look(self, conn: Connection) -> None:
        """Begin when something was ordered, unless it is being done, or failed just now."""
        if (self._thread is not None and self._thread.is_alive()) or time.monotonic() < self._not_before:
            return
        if names := [n for n in ordered(conn, self._engine) if n in self._engine.held()]:
            self._thread = threading.Thread(target=self._carry_out, args=(names,), name="rebuilding", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Wait until the page that is being worked on is finished."""
        if self._thread is not None:
            self._thread.join(timeout=30)

    def _carry_out(self, names: list[str]) -> None:
        try:
            rebuild_together(self._engine, names, stopping=self._engine.stopping)
        except (RebuildRunningError, RebuildStoppedError):
            log.info("projection.rebuild_left", projections=names)  # to who does it, or until the next start
        except Exception as error:  # noqa: BLE001 (it is told by the status, and tried again)
            log.warning("projection.rebuild_waits", projections=names, error=type(error).__name__)
            self._not_before = time.monotonic() + _PAUSE
            for name in names:
                _note(self._engine, name, error)


def _note(engine: Engine, name: str, error: Exception) -> None:
    with suppress(*DATABASE_ERRORS), psycopg.connect(engine.conninfo, autocommit=True) as conn:
        for build in builds.builds_of(conn, engine.log_id, [engine.projections[name]], Standing.BUILDING):
            _mark(conn, engine, build, "outcome = %s", parking.told(error))


def abandon(engine: Engine, name: str) -> bool:
    """Give up a rebuild, also one that is being worked on; what was made is dropped later. False when there is none."""
    projection = engine.projections[name]
    with psycopg.connect(engine.conninfo) as conn:
        found = builds.builds_of(conn, engine.log_id, [projection], Standing.BUILDING, lock=True)
        for build in found:
            builds.retire(conn, engine.log_id, projection, build.number)
        return bool(found)


def unfinished(engine: Engine) -> dict[str, Unfinished]:
    """Rebuilds that were begun, by view, and how far each is."""
    with engine.pool.connection() as conn:
        rows = conn.execute(
            "SELECT p.name, p.position, coalesce(l.position, 0), p.ordered, p.outcome, p.resumed_position,"
            " extract(epoch FROM p.moved_at - p.resumed_at)::float8 FROM liuhen.projections p"
            " LEFT JOIN liuhen.logs l ON l.log_id = p.log_id WHERE p.log_id = %s AND p.standing = 'BUILDING'"
            " AND (p.name, p.version) IN (SELECT * FROM unnest(%s::text[], %s::int[])) ORDER BY p.name",
            (engine.log_id, engine.names(), [p.VERSION for p in engine.projections.values()]),
        ).fetchall()
    return {
        name: Unfinished(
            position=position,
            target=target,
            left_seconds=left(position - (resumed or 0), target - position, seconds or 0.0),
            ordered=ordered_,
            outcome=outcome,
        )
        for name, position, target, ordered_, outcome, resumed, seconds in rows
    }


def left(done: int, still: int, seconds: float) -> float | None:
    """Seconds that so many events will take still, when so many took so long; None before the first."""
    return seconds * still / done if done > 0 and seconds > 0 else None


def _mark(conn: Connection, engine: Engine, build: Build, changes: str, *parameters: object) -> None:
    conn.execute(
        f"UPDATE liuhen.projections SET {changes} WHERE log_id = %s AND name = %s AND version = %s"
        " AND build = %s".encode(),
        (*parameters, engine.log_id, *build.key),
    )


@contextmanager
def _alone(conn: Connection, engine: Engine, projection: Projection) -> Iterator[None]:
    key = f"liuhen.rebuild/{engine.log_id}/{projection.schema()}"
    if conn.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", (key,)).fetchone() != (True,):
        raise RebuildRunningError(f"视图{projection.NAME}正在重建 / the view {projection.NAME} is being built anew")
    yield  # The lock ends with the connection.


def _begin(conn: Connection, engine: Engine, projection: Projection) -> Build:
    with conn.transaction():
        for begun in builds.builds_of(conn, engine.log_id, [projection], Standing.BUILDING, lock=True):
            if begun.position <= engine.ledger.position() and builds.made_by(conn, engine.log_id, begun, projection):
                return begun
            builds.retire(conn, engine.log_id, projection, begun.number)  # of other tables, or of a log that was longer
        return builds.create(conn, engine.log_id, projection, Standing.BUILDING)


def _follower(engine: Engine, projections: Sequence[Projection], *standings: Standing) -> Follower:
    return Follower(
        engine.ledger,
        projections,
        log_id=engine.log_id,
        page=max(PAGE, engine.page),
        standings=standings,
        patient=False,
    )


@dataclass(frozen=True)
class _Clock:
    began: float
    first: int
    """Where it was taken up here; of several views the sum."""
    told: Told

    def tell(self, found: Sequence[Build], target: int) -> None:
        """How far builds have come; of several, the one that has come least far."""
        seconds, done = self.seconds(), sum(b.position for b in found)
        rest = left(done - self.first, target * len(found) - done, seconds)
        self.told(Progress(min(b.position for b in found), target, seconds, rest))

    def seconds(self) -> float:
        return time.monotonic() - self.began


def _fill(
    conn: Connection, engine: Engine, follower: Follower, clock: _Clock, stopping: threading.Event | None
) -> None:
    """Take in the log up to its end. Raises RebuildStoppedError."""
    wanted = follower.projections
    while True:
        taken = follower.round(conn)
        found = builds.builds_of(conn, engine.log_id, wanted, Standing.BUILDING)
        if (stopping is not None and stopping.is_set()) or len(found) < len(wanted):  # Somebody gave one up.
            raise RebuildStoppedError("、".join(p.NAME for p in wanted))
        clock.tell(found, engine.ledger.position())
        if not taken and not follower.troubles():
            return


def _switch(
    conn: Connection,
    engine: Engine,
    projection: Projection,
    follower: Follower,
    clock: _Clock,
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
        new = next((b for b in held if b.standing is Standing.BUILDING), None)
        if new is None:
            raise RebuildStoppedError(projection.NAME)
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
        if not switched:
            differs = f"有差异 differs: {', '.join(t.table for t in tables if not t.same)}; 搁置 parked: {parked}"
            _mark(conn, engine, new, "ordered = false, outcome = %s", differs)
        else:
            if old is not None:
                builds.retire(conn, log_id, projection, old.number)
            conn.execute(
                "UPDATE liuhen.projections SET standing = 'LIVE', ordered = false"
                " WHERE log_id = %s AND name = %s AND version = %s AND build = %s",
                (log_id, *new.key),
            )
    schema = projection.schema(new.number)
    return Rebuilt(projection.NAME, schema, new.position, clock.seconds(), tables, parked, switched, clock.first)


def _compare(conn: Connection, engine: Engine, projection: Projection, old: Build | None, new: Build) -> list[Compared]:
    """The old build beside the new one, brought to the same position where it can be."""
    if old is None or old.standing is not Standing.LIVE:
        return []
    bringing = _follower(engine, [projection], Standing.LIVE)
    while old.position < new.position:
        if not bringing.round(conn, upto=new.position):
            return []
        (old,) = builds.builds_of(conn, engine.log_id, [projection], Standing.LIVE)
    tables = builds.tables_in(conn, projection.schema(new.number))
    both = (builds.digests(conn, engine.log_id, projection.schema(b.number), tables) for b in (old, new))
    return compared(*both)
