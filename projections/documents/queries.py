"""材料查询 Reading which papers are named, and by what."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from psycopg.rows import class_row

from projections.asking import Connection, Listing, Row, Window, listing

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


def papers_of(conn: Connection, log_id: int, streams: Sequence[UUID], window: Window) -> Listing[Mention]:
    """The papers that the events of some streams name, in the order of recording."""
    query = (
        "SELECT position, sha256, title, stream_kind, stream_id, topic, happened_on FROM mentions"
        " WHERE log_id = %(log_id)s AND stream_id = ANY(%(streams)s)"
    )
    asked = {"log_id": log_id, "streams": list(streams)}
    return listing(conn, Mention, query, "position, sha256", asked, window)


def mentions_of(conn: Connection, log_id: int, sha256: str) -> list[Mention]:
    """For each history that names a paper, the first event that does, oldest first."""
    query = (
        "SELECT * FROM (SELECT DISTINCT ON (stream_id) position, sha256, title, stream_kind, stream_id, topic,"
        " happened_on FROM mentions WHERE log_id = %s AND sha256 = %s ORDER BY stream_id, position) m"
        " ORDER BY position LIMIT %s"
    )
    with conn.cursor(row_factory=class_row(Mention)) as cursor:
        return cursor.execute(query, (log_id, sha256, MOST_STREAMS)).fetchall()
