"""材料查询 Reading which papers are named, and by what."""

from __future__ import annotations

from uuid import UUID

from psycopg.rows import class_row

from projections.asking import Connection, Row, Rows, TracedRow, of_position

MOST_STREAMS = 100
"""Histories that are looked at to find one that names a paper and may be seen."""


class Mention(Row):
    """提及 An event that names a paper."""

    position: int
    sha256: str
    title: str
    stream_kind: str
    stream_id: UUID
    topic: str
    happened_on: str


class ProjectPaper(Mention, TracedRow):
    """项目的材料 An event of a project, or of a system of it, that names a paper."""


class PapersAsked(Row):
    """Of which project."""

    project: UUID


PAPERS = Rows(
    view="documents",
    name="papers",
    row=ProjectPaper,
    asked=PapersAsked,
    query="""
        SELECT m.position, m.sha256, m.title, m.stream_kind, m.stream_id, m.topic, m.happened_on
        FROM (SELECT %(project)s::uuid AS stream_id
              UNION SELECT s.system_id FROM systems s WHERE s.log_id = %(log_id)s AND s.project_id = %(project)s) s
        JOIN mentions m ON m.log_id = %(log_id)s AND m.stream_id = s.stream_id
        WHERE %(classified)s OR NOT EXISTS (SELECT 1 FROM hidden h WHERE h.log_id = %(log_id)s
                                            AND h.stream_id IN (m.stream_id, %(project)s::uuid))
    """,
    order="position, sha256",
    key=("position", "sha256"),
    origin=of_position(),
)
"""The papers that the events of a project and of its systems name, in the order of recording."""
LISTS: tuple[Rows[ProjectPaper], ...] = (PAPERS,)


def mentions_of(conn: Connection, log_id: int, sha256: str) -> list[Mention]:
    """For each history that names a paper, the first event that does, oldest first."""
    query = (
        "SELECT * FROM (SELECT DISTINCT ON (stream_id) position, sha256, title, stream_kind, stream_id, topic,"
        " happened_on FROM mentions WHERE log_id = %s AND sha256 = %s ORDER BY stream_id, position) m"
        " ORDER BY position LIMIT %s"
    )
    with conn.cursor(row_factory=class_row(Mention)) as cursor:
        return cursor.execute(query, (log_id, sha256, MOST_STREAMS)).fetchall()
