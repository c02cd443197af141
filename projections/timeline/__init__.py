"""时间线 The story of a project, system or unit: one plain sentence per event, in both languages."""

from __future__ import annotations

from typing import Any

from domain.correction import FactCorrected
from domain.recorded import Recorded
from domain.refusal import Refused
from domain.steps.filing import FilingAmended, ProjectFiled
from domain.streams import StreamKind, unit_id
from projections.timeline.sentences import sentence
from projections.topics import ALL, topics
from projections.view import Cursor, Page, Projection, invested_in, upsert, write_hidden

_NAMES_OWNERS = frozenset({ProjectFiled.TOPIC, FilingAmended.TOPIC, FactCorrected.TOPIC})


class Timeline(Projection):
    """One row per event. A system's are also told in the story of each of its projects, an investment in its project's.

    Whose a system is, and what is classified, may change later: both stand in tables of their own.
    """

    NAME = "timeline"
    VERSION = 3
    HANDLES = ALL - topics("accounts")
    IGNORES = topics("accounts")
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
            log_id integer NOT NULL, subject_id uuid NOT NULL, stream_id uuid NOT NULL, told boolean NOT NULL,
            PRIMARY KEY (log_id, subject_id, stream_id));
        CREATE INDEX ON links (log_id, stream_id) WHERE told;
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
        _write_links(page, cursor)
        write_hidden(page, cursor)


def _write_links(page: Page, cursor: Cursor) -> None:
    """Write which systems' events are told in a project's story, and which units its gates look at besides."""
    systems = page.touched(StreamKind.SYSTEM)
    filed = list(
        dict.fromkeys(
            e.originator_id for e in page.entries if e.kind is StreamKind.PROJECT and e.event.TOPIC in _NAMES_OWNERS
        )
    )
    if systems:
        cursor.execute("DELETE FROM links WHERE log_id = %s AND stream_id = ANY(%s) AND told", (page.log_id, systems))
    if filed:
        cursor.execute(
            "DELETE FROM links WHERE log_id = %s AND subject_id = ANY(%s) AND NOT told", (page.log_id, filed)
        )
    links = [(p, s, True) for s in systems for p in page.projects_of(s)]
    links += [(p, unit_id(u), False) for p in filed for u in page.project(p).owners]
    rows = [{"log_id": page.log_id, "subject_id": p, "stream_id": s, "told": told} for p, s, told in links]
    upsert(cursor, "links", ("log_id", "subject_id", "stream_id"), rows)


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
