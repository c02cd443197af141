"""时间线查询 Reading the timeline of a subject."""

from __future__ import annotations

from uuid import UUID

from projections.asking import Connection, Listing, Window, listing

_ENTRIES = """
    SELECT position, stream_kind, stream_id, stream_version, topic, happened_on, recorded_at, organisation, role,
           authority, zh, en, refused, corrected_by
    FROM timeline_v1.entries WHERE log_id = %(log_id)s AND subject_id = %(subject)s
      AND (%(classified)s OR NOT classified)
    ORDER BY position
"""


def story_of(conn: Connection, log_id: int, subject: UUID, window: Window, *, classified: bool) -> Listing:
    """The sentences of a project, system or unit in the order of recording."""
    return listing(conn, _ENTRIES, {"log_id": log_id, "subject": subject, "classified": classified}, window)
