"""条款 What was recorded, refused, yielded or noted under each clause, and what falls due by it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from domain.clauses import rules_of
from domain.correction import FactCorrected
from domain.recorded import Recorded
from domain.reminders import Deadline, of_project, of_system, of_unit
from domain.rule import Judgement
from domain.streams import StreamKind
from projections.topics import ALL, topics
from projections.view import Cursor, Page, Projection, invested_in, project_name, upsert, write_hidden


class Clauses(Projection):
    """Rows per clause; whether a deadline has passed depends on the day of asking."""

    NAME = "clauses"
    VERSION = 2
    HANDLES = ALL - topics("accounts")
    IGNORES = topics("accounts")
    TABLES = """
        CREATE TABLE acts (
            log_id integer NOT NULL, position bigint NOT NULL, number integer NOT NULL, rule text NOT NULL,
            effect text NOT NULL, topic text NOT NULL, stream_kind text NOT NULL, stream_id uuid NOT NULL,
            stream_version integer NOT NULL, happened_on text NOT NULL, happened_from date NOT NULL,
            about_id uuid, organisation text NOT NULL, zh text, en text, exception text, corrected boolean NOT NULL,
            PRIMARY KEY (log_id, position, number));
        CREATE INDEX ON acts (log_id, rule, position);
        CREATE INDEX ON acts (log_id, stream_id, stream_version);
        CREATE TABLE deadlines (
            log_id integer NOT NULL, stream_id uuid NOT NULL, kind text NOT NULL, ref text NOT NULL,
            stream_kind text NOT NULL, rule text NOT NULL, name text NOT NULL, owners text[] NOT NULL,
            zh text NOT NULL, en text NOT NULL, due_on date, policy text, counted_from date, measure integer,
            done_on date, classified boolean NOT NULL,
            PRIMARY KEY (log_id, stream_id, kind, ref));
        CREATE INDEX ON deadlines (log_id, done_on);
        CREATE TABLE hidden (
            log_id integer NOT NULL, stream_id uuid NOT NULL,
            PRIMARY KEY (log_id, stream_id));
    """

    def project(self, page: Page, cursor: Cursor) -> None:
        """Write what the page's events record under which clause, and the deadlines of the streams it touches."""
        upsert(cursor, "acts", ("log_id", "position", "number"), [r for e in page.entries for r in _acts(page, e)])
        cursor.executemany(
            "UPDATE acts SET corrected = true WHERE log_id = %s AND stream_id = %s AND stream_version = %s",
            [
                (page.log_id, e.stream.id, e.event.target_version)
                for e in page.entries
                if isinstance(e.event, FactCorrected)
            ],
        )
        streams, rows = _deadlines(page)
        cursor.execute("DELETE FROM deadlines WHERE log_id = %s AND stream_id = ANY(%s)", (page.log_id, streams))
        upsert(cursor, "deadlines", ("log_id", "stream_id", "kind", "ref"), rows)
        write_hidden(page, cursor)


def _acts(page: Page, entry: Recorded) -> list[dict[str, Any]]:
    judgement: Judgement | None = getattr(entry.event, "judgement", None)
    found: list[dict[str, Any]] = [
        {"rule": rule, "effect": "RECORDED", "zh": None, "en": None, "exception": None}
        for rule in rules_of(type(entry.event))
    ]
    found += [
        {"rule": f.rule, "effect": f.effect, "zh": f.reason.zh, "en": f.reason.en, "exception": f.exception}
        for f in (judgement.findings if judgement else ())
    ]
    common = {
        "log_id": page.log_id,
        "position": entry.position,
        "topic": entry.event.TOPIC,
        "stream_kind": entry.stream.kind,
        "stream_id": entry.stream.id,
        "stream_version": entry.stream.version,
        "happened_on": str(entry.happened_on),
        "happened_from": entry.happened_on.earliest,
        "organisation": entry.circumstances.actor.organisation,
        "about_id": invested_in(entry),
        "corrected": False,
    }
    return [{**common, "number": n, **row} for n, row in enumerate(found)]


def _deadlines(page: Page) -> tuple[list[UUID], list[dict[str, Any]]]:
    """The streams whose deadlines the page may have changed, and their deadlines."""
    projects = page.projects_concerned()
    # A system's row names the owners of its project, and so follows when the project moves.
    owned = (s for p in page.touched(StreamKind.PROJECT) for s in page.project(p).systems)
    systems = list(dict.fromkeys([*page.touched(StreamKind.SYSTEM), *owned]))
    units = page.touched(StreamKind.UNIT)
    rows = []
    for stream in projects:
        project = page.project(stream)
        row = _Row(
            page.log_id,
            StreamKind.PROJECT,
            stream,
            project_name(project),
            project.owners,
            classified=project.classified,
        )
        rows += [row.of(d) for d in of_project(project, (page.system(s) for s in project.systems))]
    for stream in systems:
        system = page.system(stream)
        owners = page.project(system.projects[0]).owners if system.projects else ()
        row = _Row(page.log_id, StreamKind.SYSTEM, stream, system.name, owners, classified=system.classified)
        rows += [row.of(d) for d in of_system(system)]
    for stream in units:
        unit = page.unit(stream)
        row = _Row(page.log_id, StreamKind.UNIT, stream, unit.name, (unit.uscc,), classified=False)
        rows += [row.of(d) for d in of_unit(unit)]
    return [*projects, *systems, *units], rows


class _Row:
    """What all deadlines of a stream have in common."""

    def __init__(
        self, log_id: int, kind: StreamKind, stream: UUID, name: str, owners: tuple[str, ...], *, classified: bool
    ) -> None:
        self._common = {
            "log_id": log_id,
            "stream_kind": kind,
            "stream_id": stream,
            "name": name,
            "owners": list(owners),
            "classified": classified,
        }

    def of(self, deadline: Deadline) -> dict[str, Any]:
        """The row of a deadline."""
        told = {"zh": deadline.told.zh, "en": deadline.told.en}
        return {**self._common, **told, **deadline.model_dump(exclude={"told"})}
