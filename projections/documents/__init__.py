"""材料视图 Which events name which papers, by digest."""

from __future__ import annotations

from domain.streams import StreamKind
from projections.topics import ALL
from projections.view import Cursor, Page, Projection, upsert, write_hidden


class Documents(Projection):
    """One row per event and paper that it names, and which systems are a project's.

    A corrected event keeps its rows: it is still in the record.
    """

    NAME = "documents"
    VERSION = 2
    HANDLES = ALL
    IGNORES = frozenset()
    TABLES = """
        CREATE TABLE mentions (
            log_id integer NOT NULL, position bigint NOT NULL, sha256 text NOT NULL, title text NOT NULL,
            stream_kind text NOT NULL, stream_id uuid NOT NULL, topic text NOT NULL, happened_on text NOT NULL,
            PRIMARY KEY (log_id, position, sha256));
        CREATE INDEX ON mentions (log_id, sha256, position);
        CREATE INDEX ON mentions (log_id, stream_id, position);
        CREATE TABLE systems (
            log_id integer NOT NULL, project_id uuid NOT NULL, system_id uuid NOT NULL,
            PRIMARY KEY (log_id, project_id, system_id));
        CREATE TABLE hidden (
            log_id integer NOT NULL, stream_id uuid NOT NULL,
            PRIMARY KEY (log_id, stream_id));
    """

    def project(self, page: Page, cursor: Cursor) -> None:
        """Write the rows of the page's events."""
        rows = [
            {
                "log_id": page.log_id,
                "position": entry.position,
                "sha256": paper.sha256,
                "title": paper.title,
                "stream_kind": entry.stream.kind,
                "stream_id": entry.stream.id,
                "topic": entry.event.TOPIC,
                "happened_on": str(entry.happened_on),
            }
            for entry in page.entries
            for paper in entry.circumstances.evidence
        ]
        upsert(cursor, "mentions", ("log_id", "position", "sha256"), rows)
        _write_systems(page, cursor)
        write_hidden(page, cursor)


def _write_systems(page: Page, cursor: Cursor) -> None:
    """A correction may take a system off a project."""
    projects = page.touched(StreamKind.PROJECT)
    cursor.execute("DELETE FROM systems WHERE log_id = %s AND project_id = ANY(%s)", (page.log_id, projects))
    listed = [(p, s) for p in projects for s in dict.fromkeys(page.project(p).systems)]
    upsert(cursor, "systems", (), [{"log_id": page.log_id, "project_id": p, "system_id": s} for p, s in listed])
