"""时间线查询 Reading the timeline of a subject."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import Field

from projections.asking import Connection, Listing, Row, Window, listing


class TimelineEntry(Row):
    """时间线一行 One event in one sentence, with both times and who acted."""

    position: int
    stream_kind: str
    stream_id: UUID
    stream_version: int
    topic: str
    happened_on: str
    recorded_at: datetime
    organisation: str
    role: str
    authority: str | None = Field(description="依据文号")
    zh: str
    en: str
    refused: bool
    corrected_by: int | None = Field(description="更正它的事件的位置 position of the event that corrected it")


_ENTRIES = """
    SELECT position, stream_kind, stream_id, stream_version, topic, happened_on, recorded_at, organisation, role,
           authority, zh, en, refused, corrected_by
    FROM entries WHERE log_id = %(log_id)s AND subject_id = %(subject)s
      AND (%(classified)s OR NOT classified)
    ORDER BY position
"""


def story_of(
    conn: Connection, log_id: int, subject: UUID, window: Window, *, classified: bool
) -> Listing[TimelineEntry]:
    """The sentences of a project, system or unit in the order of recording."""
    return listing(
        conn, TimelineEntry, _ENTRIES, {"log_id": log_id, "subject": subject, "classified": classified}, window
    )
