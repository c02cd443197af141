"""搁置 Events that a view could not take in: they wait, with what follows in their streams; nothing is skipped unseen.

A parked event is taken in when it is retried (after the fault was cured), or discarded by somebody who says why.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg

from domain.recorded import Recorded
from infrastructure.projecting.builds import Build
from infrastructure.store.ledger import EventLedger
from infrastructure.store.mapper import LoggedEvent, Undecodable, as_uuid, to_recorded
from projections.streams import Histories

Connection = psycopg.Connection[Any]

LONGEST_ERROR = 500
"""Characters of an error that are kept."""


@dataclass(frozen=True)
class Parked:
    """A parked event."""

    view: str
    position: int
    stream_kind: str
    stream_id: UUID
    topic: str
    behind: int | None
    """Position of the event that it waits behind; None for one that failed itself."""
    error: str
    tries: int
    parked_at: datetime
    tried_at: datetime | None


class NotParkedError(Exception):
    """Nothing is parked there."""


def decoded(logged: Iterable[LoggedEvent]) -> tuple[list[Recorded], list[Undecodable]]:
    """The events that can be decoded, and those that cannot. An unknown kind of stream is one of these."""
    entries, undecodable = [], []
    for one in logged:
        try:
            entries.append(to_recorded(one))
        except Exception as error:  # noqa: BLE001 (whatever is wrong with it, the others go on)
            undecodable.append(Undecodable(one, error))
    return entries, undecodable


def told(error: BaseException) -> str:
    """An error as it is kept: without the values that pydantic adds, which may be personal data."""
    first = str(error).split("\n", 1)[0]
    return f"{type(error).__name__}: {first}"[:LONGEST_ERROR]


def parked_streams(conn: Connection, log_id: int, builds: Sequence[Build]) -> dict[tuple[str, int], dict[UUID, int]]:
    """By view and build: the streams that are parked, each with the position of its first parked event."""
    rows = conn.execute(
        "SELECT p.name, p.build, p.stream_id, min(p.position) FROM liuhen.parked p WHERE p.log_id = %s"
        " AND (p.name, p.version) IN (SELECT * FROM unnest(%s::text[], %s::int[])) GROUP BY 1, 2, 3",
        (log_id, [b.name for b in builds], [b.version for b in builds]),
    ).fetchall()
    found: dict[tuple[str, int], dict[UUID, int]] = {}
    for name, build, stream, first in rows:
        found.setdefault((name, build), {})[stream] = first
    return found


def park(
    conn: Connection,
    log_id: int,
    build: Build,
    events: Sequence[Recorded | LoggedEvent],
    *,
    behind: int | None = None,
    error: BaseException | None = None,
) -> None:
    """Park events of one stream: one that failed, or what comes behind it."""
    rows = [
        (e.position, e.kind, e.originator_id, e.event.TOPIC)
        if isinstance(e, Recorded)
        else (e.id, e.kind, as_uuid(e.originator_id), e.topic)
        for e in events
    ]
    positions, kinds, streams, topics = (list(column) for column in zip(*rows, strict=True))
    conn.execute(
        "INSERT INTO liuhen.parked (log_id, name, version, build, position, stream_kind, stream_id, topic, behind,"
        " error, tries, tried_at) SELECT %s, %s, %s, %s, e.*, %s::bigint, %s::text, %s::int, %s::timestamptz"
        " FROM unnest(%s::bigint[], %s::text[], %s::uuid[], %s::text[]) AS e(position, kind, stream, topic)"
        " ON CONFLICT (log_id, name, version, build, position) DO UPDATE SET behind = excluded.behind,"
        " error = excluded.error, tries = parked.tries + excluded.tries, tried_at = clock_timestamp()",
        (
            *(log_id, *build.key, behind, told(error) if error else "", 1 if error else 0, None),
            *(positions, [str(k) for k in kinds], streams, topics),
        ),
    )


def waiting(conn: Connection, log_id: int, build: Build, stream: UUID | None = None) -> list[Parked]:
    """What is parked of a build, in position order."""
    rows = conn.execute(
        "SELECT name, position, stream_kind, stream_id, topic, behind, error, tries, parked_at, tried_at"
        " FROM liuhen.parked WHERE log_id = %s AND name = %s AND version = %s AND build = %s"
        " AND (%s::uuid IS NULL OR stream_id = %s) ORDER BY position",
        (log_id, *build.key, stream, stream),
    ).fetchall()
    return [Parked(*row) for row in rows]


def unpark(conn: Connection, log_id: int, build: Build, positions: Collection[int]) -> None:
    """Take events off the list: they were taken in, or discarded."""
    conn.execute(
        "DELETE FROM liuhen.parked WHERE log_id = %s AND name = %s AND version = %s AND build = %s"
        " AND position = ANY(%s)",
        (log_id, *build.key, list(positions)),
    )


def discard(conn: Connection, log_id: int, build: Build, position: int, *, by: str, reason: str) -> Parked:
    """Let a build do without an event that failed. Raises NotParkedError, also for one that waits behind another."""
    found = next((p for p in waiting(conn, log_id, build) if p.position == position and p.behind is None), None)
    if found is None:
        raise NotParkedError(f"{build.name}: {position}")
    conn.execute(
        "INSERT INTO liuhen.discarded (log_id, name, version, build, position, stream_id, topic, error, discarded_by,"
        " reason) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (log_id, *build.key, position, found.stream_id, found.topic, found.error, by, reason),
    )
    unpark(conn, log_id, build, [position])
    return found


def discarded_streams(
    conn: Connection, log_id: int, builds: Sequence[Build]
) -> dict[tuple[str, int], dict[UUID, set[int]]]:
    """By view and build: the streams of which events were discarded, with their positions."""
    rows = conn.execute(
        "SELECT name, build, stream_id, position FROM liuhen.discarded WHERE log_id = %s"
        " AND (name, version) IN (SELECT * FROM unnest(%s::text[], %s::int[]))",
        (log_id, [b.name for b in builds], [b.version for b in builds]),
    ).fetchall()
    found: dict[tuple[str, int], dict[UUID, set[int]]] = {}
    for name, build, stream, position in rows:
        found.setdefault((name, build), {}).setdefault(stream, set()).add(position)
    return found


@dataclass(frozen=True)
class LeftOut:
    """Positions of the events that a build does without: those that wait, and those that were discarded."""

    parked: frozenset[int] = frozenset()
    discarded: frozenset[int] = frozenset()


def left_out(conn: Connection, log_id: int, build: Build) -> LeftOut:
    """What a build does without."""
    rows = conn.execute(
        "SELECT position, false FROM liuhen.parked WHERE (log_id, name, version, build) = (%s, %s, %s, %s)"
        " UNION ALL SELECT position, true FROM liuhen.discarded"
        " WHERE (log_id, name, version, build) = (%s, %s, %s, %s)",
        (log_id, *build.key) * 2,
    ).fetchall()
    gone = frozenset(position for position, discarded in rows if discarded)
    return LeftOut(frozenset(position for position, _ in rows) - gone, gone)


def without(ledger: EventLedger, discarded: Collection[int]) -> Histories:
    """Reads histories without some events, which need not be decodable."""

    def read(streams: Collection[UUID], position: int) -> dict[UUID, list[Recorded]]:
        found: dict[UUID, list[Recorded]] = {}
        for logged in ledger.logged_histories(streams, position):
            if logged.id not in discarded:
                found.setdefault(as_uuid(logged.originator_id), []).append(to_recorded(logged))
        return found

    return read
