"""时间线 The story of a project, system or unit: one plain sentence per event, in both languages."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from domain.correction import FactCorrected
from domain.recorded import Recorded
from domain.refusal import Refused
from domain.streams import StreamKind
from projections.timeline.sentences import sentence
from projections.topics import ALL, topics
from projections.view import Cursor, Page, Projection, invested_in, upsert


class Timeline(Projection):
    """One row per event and subject: a system's is also told in its projects, an investment in its project."""

    NAME = "timeline"
    VERSION = 1
    HANDLES = ALL - topics("accounts")
    IGNORES = topics("accounts")
    TABLES = """
        CREATE TABLE entries (
            log_id integer NOT NULL, subject_id uuid NOT NULL, position bigint NOT NULL, stream_kind text NOT NULL,
            stream_id uuid NOT NULL, stream_version integer NOT NULL, topic text NOT NULL, happened_on text NOT NULL,
            happened_from date NOT NULL, recorded_at timestamptz NOT NULL, organisation text NOT NULL,
            role text NOT NULL, authority text, zh text NOT NULL, en text NOT NULL, refused boolean NOT NULL,
            classified boolean NOT NULL, corrected_by bigint,
            PRIMARY KEY (log_id, subject_id, position));
        CREATE INDEX ON entries (log_id, stream_id, stream_version);
    """

    def project(self, page: Page, cursor: Cursor) -> None:
        """Write the sentences of the page's events, and mark the events that it corrects."""
        rows = []
        for entry in page.entries:
            subjects: list[UUID] = [entry.stream.id]
            if entry.stream.kind is StreamKind.SYSTEM:
                subjects += page.projects_of(entry.stream.id)
            subjects += [p for p in (invested_in(entry),) if p is not None]
            classified = page.classified(entry)
            rows += [_row(page.log_id, subject, entry, classified=classified) for subject in subjects]
        upsert(cursor, "entries", ("log_id", "subject_id", "position"), rows)
        cursor.executemany(
            "UPDATE entries SET corrected_by = %s WHERE log_id = %s AND stream_id = %s AND stream_version = %s",
            [
                (e.position, page.log_id, e.stream.id, e.event.target_version)
                for e in page.entries
                if isinstance(e.event, FactCorrected)
            ],
        )


def _row(log_id: int, subject: UUID, entry: Recorded, *, classified: bool) -> dict[str, Any]:
    told = sentence(entry.event)
    circumstances = entry.circumstances
    return {
        "log_id": log_id,
        "subject_id": subject,
        "position": entry.position,
        "stream_kind": entry.stream.kind,
        "stream_id": entry.stream.id,
        "stream_version": entry.stream.version,
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
        "classified": classified,
    }
