"""时间线 The story of a project, system or unit: one plain sentence per event, in both languages."""

from __future__ import annotations

from typing import Any

from domain.correction import FactCorrected
from domain.recorded import Recorded
from domain.refusal import Refused
from domain.streams import StreamKind
from projections.timeline.sentences import sentence
from projections.topics import ALL
from projections.view import Cursor, Page, Projection, invested_in, upsert, write_hidden


class Timeline(Projection):
    """One row per event. A system's are also told in the story of each of its projects, an investment in its project's.

    Whose a system is, and what is classified, may change later: both stand in tables of their own.
    """

    NAME = "timeline"
    VERSION = 2
    HANDLES = ALL
    IGNORES = frozenset()
    TABLES = """
        CREATE TABLE entries (
            log_id integer NOT NULL, position bigint NOT NULL, stream_kind text NOT NULL, stream_id uuid NOT NULL,
            stream_version integer NOT NULL, about_id uuid, topic text NOT NULL, happened_on text NOT NULL,
            happened_from date NOT NULL, recorded_at timestamptz NOT NULL, organisation text NOT NULL,
            role text NOT NULL, authority text, zh text NOT NULL, en text NOT NULL, refused boolean NOT NULL,
            corrected_by bigint,
            PRIMARY KEY (log_id, position));
        CREATE INDEX ON entries (log_id, stream_id, position);
        CREATE INDEX ON entries (log_id, about_id, position) WHERE about_id IS NOT NULL;
        CREATE TABLE links (
            log_id integer NOT NULL, subject_id uuid NOT NULL, stream_id uuid NOT NULL,
            PRIMARY KEY (log_id, subject_id, stream_id));
        CREATE INDEX ON links (log_id, stream_id);
        CREATE TABLE hidden (
            log_id integer NOT NULL, stream_id uuid NOT NULL,
            PRIMARY KEY (log_id, stream_id));
    """

    def project(self, page: Page, cursor: Cursor) -> None:
        """Write the sentences of the page's events, and mark the events that it corrects."""
        upsert(cursor, "entries", ("log_id", "position"), [_row(page.log_id, entry) for entry in page.entries])
        cursor.executemany(
            "UPDATE entries SET corrected_by = %s WHERE log_id = %s AND stream_id = %s AND stream_version = %s",
            [
                (e.position, page.log_id, e.stream.id, e.event.target_version)
                for e in page.entries
                if isinstance(e.event, FactCorrected)
            ],
        )
        systems = page.touched(StreamKind.SYSTEM)
        if systems:
            cursor.execute("DELETE FROM links WHERE log_id = %s AND stream_id = ANY(%s)", (page.log_id, systems))
            links = [(p, s) for s in systems for p in page.projects_of(s)]
            rows = [{"log_id": page.log_id, "subject_id": p, "stream_id": s} for p, s in links]
            upsert(cursor, "links", (), rows)
        write_hidden(page, cursor)


def _row(log_id: int, entry: Recorded) -> dict[str, Any]:
    told = sentence(entry.event)
    circumstances = entry.circumstances
    return {
        "log_id": log_id,
        "position": entry.position,
        "stream_kind": entry.stream.kind,
        "stream_id": entry.stream.id,
        "stream_version": entry.stream.version,
        "about_id": invested_in(entry),
        "topic": entry.event.TOPIC,
        "happened_on": str(entry.happened_on),
        "happened_from": entry.happened_on.earliest,
        "recorded_at": entry.recorded_at,
        "organisation": circumstances.actor.organisation,
        "role": circumstances.actor.role,
        "authority": circumstances.authority.document_no if circumstances.authority else None,
        "zh": told.zh,
        "en": told.en,
        "refused": isinstance(entry.event, Refused),
    }
