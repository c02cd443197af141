"""投影 What a projection is: a named, versioned fold of the log into tables of its own."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar, cast
from uuid import UUID

import orjson
import psycopg
from psycopg.types.json import Jsonb
from pydantic import Field

from domain.correction import FactCorrected
from domain.event import Value
from domain.evolve import Foldable
from domain.ledger import Balance
from domain.project import Project
from domain.recorded import Recorded
from domain.streams import StreamKind
from domain.system import GovSystem
from domain.unit import Unit
from projections.streams import Streams, grouped

Cursor = psycopg.Cursor[Any]


class Page:
    """A stretch of the log in position order, and the streams as they stood at its end."""

    def __init__(
        self,
        log_id: int,
        entries: Sequence[Recorded],
        streams: Streams,
        by_stream: Mapping[UUID, Sequence[Recorded]] | None = None,
    ) -> None:
        """`streams` stand at the page's end. `entries` may be part of it: those that a projection handles.

        `by_stream`: the entries, and perhaps others, stream by stream, where that is known.
        """
        self.log_id = log_id
        self.entries = entries
        self._streams = streams
        self._of: dict[UUID, list[Recorded]] | None = None
        self._touched: dict[StreamKind, dict[UUID, None]] = {kind: {} for kind in StreamKind}
        self._corrected = (
            set() if streams.corrected else {e.originator_id for e in entries if e.event.__class__ is FactCorrected}
        )
        if by_stream is None:
            for entry in entries:
                self._touched[entry.kind][entry.originator_id] = None
            return
        topics = {e.event.TOPIC for e in entries}
        for stream, group in by_stream.items():
            if any(e.event.TOPIC in topics for e in group):
                self._touched[group[0].kind][stream] = None

    def touched(self, kind: StreamKind) -> list[UUID]:
        """Streams of a kind that have events in the page, in order of first touch."""
        return list(self._touched.get(kind, ()))

    def project(self, stream: UUID) -> Project:
        """A project's state at the page's end."""
        return cast("Project", self._streams.state(StreamKind.PROJECT, stream))

    def system(self, stream: UUID) -> GovSystem:
        """A system's state at the page's end."""
        return cast("GovSystem", self._streams.state(StreamKind.SYSTEM, stream))

    def unit(self, stream: UUID) -> Unit:
        """A unit's state at the page's end."""
        return cast("Unit", self._streams.state(StreamKind.UNIT, stream))

    def state(self, kind: StreamKind, stream: UUID) -> Foldable:
        """The state of any stream at the page's end."""
        return self._streams.state(kind, stream)

    def balance(self, project: UUID) -> Balance:
        """What stands in a project's book at the page's end."""
        return self._streams.balance(project)

    def corrects(self, stream: UUID) -> bool:
        """Does the page correct an event of a stream? Then what was written of it before may be wrong."""
        return stream in self._corrected

    def of(self, stream: UUID) -> list[Recorded]:
        """The page's entries of a stream."""
        if self._of is None:
            self._of = grouped(self.entries)
        return list(self._of.get(stream, ()))

    def history(self, stream: UUID) -> Sequence[Recorded]:
        """All events of a stream up to the page's end. They are read from the log: for the rare case only."""
        return self._streams.history(stream)

    def last_position(self, kind: StreamKind, stream: UUID) -> int:
        """Position of a stream's last event at the page's end."""
        return self._streams.last_position(kind, stream)

    def projects_concerned(self) -> list[UUID]:
        """Projects that have events in the page, and those of the systems that have."""
        of_systems = (p for s in self.touched(StreamKind.SYSTEM) for p in self.projects_of(s))
        return list(dict.fromkeys([*self.touched(StreamKind.PROJECT), *of_systems]))

    def projects_of(self, system: UUID) -> list[UUID]:
        """Projects that registered or took up a system."""
        return list(dict.fromkeys(self.system(system).projects))


class Projection(ABC):
    """A view. `project` writes the rows of a page; the engine commits them together with the position.

    A page may touch a stream that an earlier page touched: rows are upserts of what the stream's whole history
    says, so a correction of an old event is no special case.
    """

    NAME: ClassVar[str]
    VERSION: ClassVar[int]
    HANDLES: ClassVar[frozenset[str]]
    """Topics of the events that change rows. A page holds no others."""
    IGNORES: ClassVar[frozenset[str]]
    """Topics of all the others, so that nobody forgets a new one."""
    OF_STATES: ClassVar[bool] = False
    """Rows say what the states of the streams are that a page touches, nothing of its events, and need no index to be
    written: then those of a last page that touches all the streams are the same, and the past is written but once."""
    TABLES: ClassVar[str]
    """SQL that makes the tables in the present search path, each with log_id first in its key."""

    @classmethod
    def schema(cls, build: int = 1) -> str:
        """The database schema of a build of this version. Queries never name it: it stands in the search path."""
        return f"{cls.NAME}_v{cls.VERSION}" + (f"_b{build}" if build > 1 else "")

    @abstractmethod
    def project(self, page: Page, cursor: Cursor) -> None:
        """Write the rows that follow from a page."""


class Freshness(Value):
    """新鲜度 How far a view has come, and how far it is behind the log."""

    view: str
    position: int
    log_position: int
    lag_events: int
    lag_seconds: float
    still_seconds: float = Field(
        default=0, description="落后时，距上次前进的秒数 seconds since it last moved, while it is behind"
    )
    parked: int = Field(default=0, description="搁置的事件数 events that could not be taken in and are left out")
    as_of_happened: date | None = Field(default=None, description="按哪一天的事实 as it was on this day")


def upsert(
    cursor: Cursor, table: str, key: Sequence[str], rows: Sequence[dict[str, Any]], *, unless: str | None = None
) -> None:
    """Insert rows, replacing those of the same key; without a key there must be none. All have the same columns.

    One statement, whatever the number of rows. Of several rows of one key the last counts. A row that is there already
    and meets `unless` (SQL) stays.
    """
    if not rows:
        return
    columns = list(rows[0])
    if key:
        rows = list({tuple(row[k] for k in key): row for row in rows}.values())
    changed = [f"{c} = excluded.{c}" for c in columns if c not in key]
    action = f"DO UPDATE SET {', '.join(changed)}" if changed else "DO NOTHING"
    action += f" WHERE NOT ({unless})" if changed and unless else ""
    conflict = f" ON CONFLICT ({', '.join(key)}) {action}" if key else ""
    cursor.execute(
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(columns)}"
        f" FROM json_populate_recordset(NULL::{table}, %s::json){conflict}".encode(),
        (as_json(rows),),
    )


def as_json(rows: Sequence[dict[str, Any]]) -> str:
    """Rows as the database reads them: every type of a column has a form in JSON."""
    try:
        return orjson.dumps(rows, default=_plain).decode()
    except TypeError:  # An integer of more than 64 bits: a sum of money may be one.
        return json.dumps(rows, default=_plain, ensure_ascii=False)


def _plain(value: Any) -> Any:
    if isinstance(value, Jsonb):
        return value.obj
    if isinstance(value, Decimal | UUID | date):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def invested_in(entry: Recorded) -> UUID | None:
    """The project that an entry of the guidance fund is about, where it is about one."""
    return getattr(entry.event, "project", None) if entry.kind is StreamKind.GUIDANCE_FUND else None


def project_name(project: Project) -> str:
    """The name that readers know a project by; a classified one is called by its number only."""
    if project.filing is not None:
        return project.filing.name or (project.number or "")
    if project.origin is not None:
        return project.origin.name
    return project.found_unfiled or ""


def write_hidden(page: Page, cursor: Cursor) -> None:
    """Write which of the page's projects and systems are classified, in a table `hidden` of the view (G15).

    Readers leave out what concerns them, so that rows written before a project was classified are hidden, too.
    """
    touched = [(p, page.project(p).classified) for p in page.touched(StreamKind.PROJECT)]
    touched += [(s, page.system(s).classified) for s in page.touched(StreamKind.SYSTEM)]
    if not touched:
        return
    open_now = [stream for stream, classified in touched if not classified]
    cursor.execute("DELETE FROM hidden WHERE log_id = %s AND stream_id = ANY(%s)", (page.log_id, open_now))
    hidden = [{"log_id": page.log_id, "stream_id": stream} for stream, classified in touched if classified]
    upsert(cursor, "hidden", ("log_id", "stream_id"), hidden)
