"""某一时刻的视图 Any view as of any moment, and whether what is read equals a fresh fold: into temporary tables.

"As known then" folds the log up to a position. "As it was then" folds what is known to have happened by a day, with
corrections applied. The tables last as long as the transaction, so nothing remains.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

import psycopg

from application.asking import AsOf
from domain.correction import FactCorrected
from domain.dates import CivilDate
from domain.evolve import effective
from domain.recorded import Recorded
from infrastructure.projecting import parking
from infrastructure.projecting.builds import Connection, Digests, digests, read_build, tables_in
from infrastructure.projecting.parking import LeftOut
from infrastructure.store.ledger import EventLedger
from infrastructure.store.mapper import as_uuid
from projections.streams import Streams
from projections.view import Freshness, Page, Projection

if TYPE_CHECKING:
    from infrastructure.projecting.engine import Engine

PAGE = 5000
"""Events folded at a time: rows that a stream has on two pages are written twice, unless they are of its state."""
_MOST_TOUCHED = 10_000
"""Streams whose rows wait to be written."""
_NOTHING = LeftOut()


@dataclass(frozen=True)
class Compared:
    """A table in two builds: rows and digest of each."""

    table: str
    rows: int
    fresh_rows: int
    same: bool


def compared(live: Digests, fresh: Digests) -> list[Compared]:
    """Two builds, table by table."""
    return [
        Compared(table, live.get(table, (0, ""))[0], fresh.get(table, (0, ""))[0], live.get(table) == fresh.get(table))
        for table in sorted({*live, *fresh})
    ]


def position_at(ledger: EventLedger, moment: datetime) -> int:
    """Position of the last event that was recorded by a moment; 0 when none was."""
    low, high = 0, ledger.position()
    while low < high:  # Recorded times never go back.
        middle = (low + high + 1) // 2
        (entry,) = ledger.logged_after(middle - 1, 1)
        low, high = (middle, high) if entry.recorded_at <= moment else (low, middle - 1)
    return low


@contextmanager
def view_as_of(engine: Engine, name: str, moment: AsOf) -> Iterator[tuple[Connection, Freshness]]:
    """A connection on which the named view's tables stand as of a moment, while the block runs."""
    ledger, projection = engine.ledger, engine.projections[name]
    head = ledger.position()
    upto = moment.upto
    position = min(head, upto.position if upto.position is not None else head)
    if upto.recorded_at is not None:
        position = min(position, position_at(ledger, upto.recorded_at))
    with psycopg.connect(engine.conninfo) as conn:
        build = read_build(conn, engine.log_id, projection)
        apart = parking.left_out(conn, engine.log_id, build)
        left_out = fold_into(conn, ledger, engine.log_id, projection, position, moment.happened, apart)
        yield (
            conn,
            Freshness(
                view=projection.schema(),
                position=position,
                log_position=head,
                lag_events=0,
                lag_seconds=0.0,
                parked=left_out,
                as_of_happened=moment.happened,
            ),
        )
        conn.rollback()


def fold_into(
    conn: Connection,
    ledger: EventLedger,
    log_id: int,
    projection: Projection,
    position: int,
    happened: date | None = None,
    apart: LeftOut = _NOTHING,
) -> int:
    """Make temporary tables of a view as of a position, and of a day; gives how many events it lacks.

    These are the events that the view that stands cannot take in (`apart`), those that cannot be decoded, and what
    follows one in its stream. What was discarded is left out and not counted. Raises what the fold raises.
    """
    conn.execute("SET LOCAL search_path TO pg_temp")
    tables, indexes = _made_by(projection)
    conn.execute(tables.encode())
    gone = apart.parked | apart.discarded
    histories = parking.without(ledger, gone) if gone else ledger.histories
    streams = Streams(histories) if happened is None else Streams(None, corrected=True)
    correcting = _Correcting(ledger, position) if happened is not None else None
    handles = projection.HANDLES
    touched: dict[int, Recorded] = {}
    """An event of each stream whose rows are still to be written, by the stream's identity as a number."""
    at, lacking = 0, 0
    lost: set[UUID] = set()
    with conn.cursor() as cursor:
        while at < position:
            entries, undecodable, at = ledger.decoded_after(at, PAGE, position)
            lost.update(as_uuid(b.logged.originator_id) for b in undecodable if b.logged.id not in apart.discarded)
            kept = entries
            if lost or gone:
                kept = [e for e in entries if e.originator_id not in lost and e.position not in gone]
                met = {*(e.position for e in entries), *(bad.logged.id for bad in undecodable)}
                lacking += len(met - {e.position for e in kept} - apart.discarded)
            if correcting is not None and happened is not None:
                kept = correcting.by(happened, kept)
            by_stream = streams.forward(kept, at)
            handled = [e for e in kept if e.event.TOPIC in handles]
            if handled and not projection.OF_STATES:
                projection.project(Page(log_id, handled, streams, by_stream), cursor)
            elif handled:
                for entry in handled:
                    touched.setdefault(entry.originator_id.int, entry)
                streams.settle(stream for stream in by_stream if stream.int in touched)
                if len(touched) >= _MOST_TOUCHED:
                    projection.project(Page(log_id, [*touched.values()], streams), cursor)
                    touched = {}
        if touched:
            projection.project(Page(log_id, [*touched.values()], streams), cursor)
        if indexes:
            cursor.execute(indexes.encode())
    return lacking


def _made_by(projection: Projection) -> tuple[str, str]:
    """What makes a view's tables, and its indexes, as far as these may be made when the rows are there."""
    if not projection.OF_STATES:
        return projection.TABLES, ""
    statements = [part for part in projection.TABLES.split(";") if part.strip()]
    later = [part for part in statements if part.split()[:2] == ["CREATE", "INDEX"]]
    return ";".join(part for part in statements if part not in later), ";".join(later)


class _Correcting:
    """What is known now of events as they come: withdrawn ones left out, replaced ones in their new form."""

    def __init__(self, ledger: EventLedger, position: int) -> None:
        self._corrections: dict[UUID, list[Recorded]] = {}
        self._begun: set[UUID] = set()
        self._days: dict[int, tuple[CivilDate, bool]] = {}
        for entry in ledger.of_topics([FactCorrected.TOPIC], position):
            self._corrections.setdefault(entry.originator_id, []).append(entry)

    def by(self, happened: date, entries: Sequence[Recorded]) -> list[Recorded]:
        """Those that certainly happened by a day. Corrections of what had begun stay, whenever they were made."""
        if not self._corrections:
            return [e for e in entries if self._by(e, happened)]
        found = []
        for entry in entries:
            known = self._corrections.get(entry.originator_id)
            if known is None:
                found += [entry] if self._by(entry, happened) else []
            elif isinstance(entry.event, FactCorrected):
                found += [entry] if entry.originator_id in self._begun else []
            else:
                now = [e for e in effective([entry, *known]) if e.position == entry.position]
                if now and self._by(now[0], happened):
                    self._begun.add(entry.originator_id)
                    found += now
        return found

    def _by(self, entry: Recorded, happened: date) -> bool:
        """Did it certainly happen by a day? Events of a day share the value of it, which is looked at once."""
        day = entry.happened_on
        known = self._days.get(id(day))
        if known is None:
            known = self._days[id(day)] = (day, day.certainly_on_or_before(happened))
        return known[1]


def check(engine: Engine, name: str) -> list[Compared]:
    """Compare what is read with a fresh fold up to the same position, table by table. Changes nothing.

    What is parked or discarded is in neither.
    """
    projection = engine.projections[name]
    with psycopg.connect(engine.conninfo) as conn:
        conn.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        build = read_build(conn, engine.log_id, projection)
        schema = projection.schema(build.number)
        tables = tables_in(conn, schema)
        live = digests(conn, engine.log_id, schema, tables)
        apart = parking.left_out(conn, engine.log_id, build)
        fold_into(conn, engine.ledger, engine.log_id, projection, build.position, apart=apart)
        fresh = digests(conn, engine.log_id, "pg_temp", tables)
        conn.rollback()
    return compared(live, fresh)
