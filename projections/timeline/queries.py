"""时间线查询 Reading the timeline of a subject."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from projections.asking import Row, Rows, TracedRow, of_position


class TimelineEntry(TracedRow):
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


class Asked(Row):
    """Whose story is asked for."""

    subject: UUID


STORY = Rows(
    view="timeline",
    name="entries",
    row=TimelineEntry,
    asked=Asked,
    query="""
        SELECT position, stream_kind, stream_id, stream_version, topic, happened_on, recorded_at, organisation, role,
               authority, zh, en, refused, corrected_by
        FROM entries e
        WHERE e.log_id = %(log_id)s
          AND (e.stream_id = ANY(ARRAY(SELECT l.stream_id FROM links l
                                       WHERE l.log_id = %(log_id)s AND l.subject_id = %(subject)s)
                                 || %(subject)s::uuid)
               OR e.about_id = %(subject)s::uuid)
          AND (%(classified)s OR NOT EXISTS (SELECT 1 FROM hidden h WHERE h.log_id = e.log_id
                                             AND h.stream_id IN (e.stream_id, e.about_id)))
    """,
    order="position",
    key=("position",),
    origin=of_position(),
)
"""The sentences of a project, system or unit in the order of recording."""

LISTS: tuple[Rows[Any], ...] = (STORY,)
