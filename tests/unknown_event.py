"""An event of a topic that the program does not know, as when an older program meets what a newer one recorded."""

from __future__ import annotations

from uuid import UUID

import psycopg

from infrastructure.roles import OWNER

TOPIC = "project.of_tomorrow"


def record_unknown_event(conninfo: str, stream: UUID, *, like: int | None = None) -> int:
    """Put one at the end of the log, in the stream of a project; gives its position.

    `like`: with the content of the event at this position; else it has none, not even a day.
    """
    with psycopg.connect(conninfo, autocommit=True) as conn:
        conn.execute(f"SET ROLE {OWNER}".encode())
        (version,) = conn.execute(
            "INSERT INTO liuhen.stream_heads AS h (log_id, stream_id, version, kind)"
            " SELECT log_id, %s, 1, 'project' FROM liuhen.logs"
            " ON CONFLICT (log_id, stream_id) DO UPDATE SET version = h.version + 1 RETURNING version",
            (stream,),
        ).fetchone() or (0,)
        conn.execute(
            "INSERT INTO liuhen.events (log_id, position, stream_id, stream_version, stream_kind, topic, state,"
            " recorded_at) SELECT l.log_id, position + 1, %s, %s, 'project', %s, coalesce((SELECT e.state FROM"
            " liuhen.events e WHERE e.log_id = l.log_id AND e.position = %s), '{}'), clock_timestamp()"
            " FROM liuhen.logs l",
            (stream, version, TOPIC, like),
        )
        (position,) = conn.execute("UPDATE liuhen.logs SET position = position + 1 RETURNING position").fetchone() or (
            0,
        )
    return int(position)
