"""材料视图 Which events name which papers, by digest."""

from __future__ import annotations

from projections.topics import ALL
from projections.view import Cursor, Page, Projection, upsert


class Documents(Projection):
    """One row per event and paper that it names. A corrected event keeps its rows: it is still in the record."""

    NAME = "documents"
    VERSION = 1
    HANDLES = ALL
    IGNORES = frozenset()
    TABLES = """
        CREATE TABLE mentions (
            log_id integer NOT NULL, position bigint NOT NULL, sha256 text NOT NULL, title text NOT NULL,
            stream_kind text NOT NULL, stream_id uuid NOT NULL, topic text NOT NULL, happened_on text NOT NULL,
            PRIMARY KEY (log_id, position, sha256));
        CREATE INDEX ON mentions (log_id, sha256, position);
        CREATE INDEX ON mentions (log_id, stream_id, position);
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
