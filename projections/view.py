"""投影 What a projection is: a named, versioned fold of the log into tables of its own."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, cast
from uuid import UUID

import psycopg

from domain.event import Value
from domain.evolve import Foldable, fold
from domain.project import Project
from domain.recorded import Recorded
from domain.states import beginning
from domain.streams import StreamKind
from domain.system import GovSystem
from domain.unit import Unit

Cursor = psycopg.Cursor[Any]


@dataclass(frozen=True)
class Page:
    """A stretch of the log in position order, and the streams as they stood at its end."""

    log_id: int
    entries: Sequence[Recorded]
    history: Callable[[StreamKind, UUID], Sequence[Recorded]]
    _states: dict[UUID, Foldable] = field(default_factory=dict)

    def touched(self, kind: StreamKind) -> list[UUID]:
        """Streams of a kind that have events in the page, in order of first touch."""
        return list(dict.fromkeys(e.stream.id for e in self.entries if e.stream.kind is kind))

    def project(self, stream: UUID) -> Project:
        """A project's state at the page's end."""
        return cast("Project", self.state(StreamKind.PROJECT, stream))

    def system(self, stream: UUID) -> GovSystem:
        """A system's state at the page's end."""
        return cast("GovSystem", self.state(StreamKind.SYSTEM, stream))

    def unit(self, stream: UUID) -> Unit:
        """A unit's state at the page's end."""
        return cast("Unit", self.state(StreamKind.UNIT, stream))

    def state(self, kind: StreamKind, stream: UUID) -> Foldable:
        """The state of any stream at the page's end."""
        if stream not in self._states:
            self._states[stream] = fold(beginning(kind, stream), self.history(kind, stream))
        return self._states[stream]

    def classified(self, entry: Recorded) -> bool:
        """Does the entry belong to a classified project, to a system of one, or to an investment in one (G15)?

        Such rows are not for all.
        """
        if entry.stream.kind is StreamKind.PROJECT:
            return self.project(entry.stream.id).classified
        if entry.stream.kind is StreamKind.GUIDANCE_FUND:
            project = invested_in(entry)
            return project is not None and self.project(project).classified
        return entry.stream.kind is StreamKind.SYSTEM and self.system(entry.stream.id).classified

    def last_position(self, kind: StreamKind, stream: UUID) -> int:
        """Position of a stream's last event at the page's end."""
        return self.history(kind, stream)[-1].position

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
    TABLES: ClassVar[str]
    """SQL that makes the tables in the present search path, each with log_id first in its key."""

    @classmethod
    def schema(cls) -> str:
        """The database schema of this version."""
        return f"{cls.NAME}_v{cls.VERSION}"

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


def upsert(cursor: Cursor, table: str, key: Sequence[str], rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows, replacing those of the same key; without a key there must be none. All have the same columns."""
    if not rows:
        return
    columns = list(rows[0])
    changed = [f"{c} = excluded.{c}" for c in columns if c not in key]
    action = f"DO UPDATE SET {', '.join(changed)}" if changed else "DO NOTHING"
    conflict = f" ON CONFLICT ({', '.join(key)}) {action}" if key else ""
    cursor.executemany(
        f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join(f'%({c})s' for c in columns)}){conflict}",
        rows,
    )


def invested_in(entry: Recorded) -> UUID | None:
    """The project that an entry of the guidance fund is about, where it is about one."""
    return getattr(entry.event, "project", None) if entry.stream.kind is StreamKind.GUIDANCE_FUND else None


def project_name(project: Project) -> str:
    """The name that readers know a project by; a classified one is called by its number only."""
    if project.filing is not None:
        return project.filing.name or (project.number or "")
    if project.origin is not None:
        return project.origin.name
    return project.found_unfiled or ""
