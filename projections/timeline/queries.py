"""时间线查询 Reading the timeline of a subject."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from domain.streams import StreamKind
from projections.asking import Connection, Row, Rows, TracedRow, of_position


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
                                       WHERE l.log_id = %(log_id)s AND l.subject_id = %(subject)s AND l.told)
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

# That something is absent is seen from all there is: of the subject, its systems, and the units that own it.
ABSENCES = Rows(
    view="timeline",
    name="absences",
    row=TimelineEntry,
    asked=Asked,
    query="""
        SELECT %(subject)s::uuid AS stream_id
        UNION SELECT l.stream_id FROM links l WHERE l.log_id = %(log_id)s AND l.subject_id = %(subject)s
    """,
    order="stream_id",
    key=("stream_id",),
    origin="""SELECT e.position FROM q JOIN entries e ON e.log_id = %(log_id)s AND e.stream_id = q.stream_id
        WHERE %(classified)s OR NOT EXISTS (SELECT 1 FROM hidden h WHERE h.log_id = e.log_id
                                            AND h.stream_id IN (e.stream_id, e.about_id))""",
)
"""The streams in which something is absent. It is traced, never listed."""

LISTS: tuple[Rows[Any], ...] = (STORY, ABSENCES)


def kind_of(conn: Connection, log_id: int, subject: UUID, *, classified: bool) -> StreamKind | None:
    """What a subject is; None when nothing is told of it, or not to this reader."""
    found = conn.execute(
        "SELECT e.stream_kind FROM entries e WHERE e.log_id = %s AND e.stream_id = %s AND (%s OR NOT EXISTS"
        " (SELECT 1 FROM hidden h WHERE h.log_id = e.log_id AND h.stream_id = e.stream_id)) LIMIT 1",
        (log_id, subject, classified),
    ).fetchone()
    return StreamKind(found[0]) if found else None
