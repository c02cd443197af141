"""监督查询 Reading the supervision board on a day."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row

from projections.asking import Connection, Listing, Window, listing

_PROJECT = "p.project_id, p.number, p.name, p.stage, p.owners, p.position"

BLOCKED = f"""
    SELECT {_PROJECT}, r.gate, r.step, r.rules, r.findings, r.rule_set, r.happened_on AS refused_on,
           r.position AS refusal_position, r.attempts
    FROM supervision_v1.projects p
    JOIN (SELECT DISTINCT ON (project_id, gate) *, count(*) OVER (PARTITION BY project_id, gate) AS attempts
          FROM supervision_v1.refusals WHERE log_id = %(log_id)s AND open
          ORDER BY project_id, gate, position DESC) r USING (project_id)
    WHERE p.log_id = %(log_id)s AND (%(classified)s OR NOT p.classified)
    ORDER BY r.position DESC
"""

OVERDUE = f"""
    SELECT {_PROJECT}, p.acceptance_due, %(on)s::date - p.acceptance_due AS days_overdue
    FROM supervision_v1.projects p
    WHERE p.log_id = %(log_id)s AND (%(classified)s OR NOT p.classified)
      AND NOT p.accepted AND p.acceptance_due < %(on)s::date
    ORDER BY p.acceptance_due, p.project_id
"""

OUT_OF_ORDER = f"""
    SELECT {_PROJECT}, p.disorders FROM supervision_v1.projects p
    WHERE p.log_id = %(log_id)s AND (%(classified)s OR NOT p.classified) AND p.disorders <> '[]'::jsonb
    ORDER BY p.name, p.project_id
"""

REFUSALS = """
    SELECT r.position, r.project_id, p.number, p.name, r.step, r.gate, r.rules, r.findings, r.rule_set, r.happened_on,
           r.recorded_at, r.organisation, r.role, r.open
    FROM supervision_v1.refusals r JOIN supervision_v1.projects p USING (log_id, project_id)
    WHERE r.log_id = %(log_id)s AND (%(classified)s OR NOT p.classified)
      AND (%(project)s::uuid IS NULL OR r.project_id = %(project)s)
    ORDER BY r.position DESC
"""

SANCTIONED = """
    SELECT uscc, unit_name, number, system_name, requirement_document, issuer, due_on,
           %(on)s::date - due_on AS days_overdue
    FROM supervision_v1.obligations
    WHERE log_id = %(log_id)s AND due_on < %(on)s::date AND set_on <= %(on)s::date
      AND (met_on IS NULL OR met_on > %(on)s::date)
    ORDER BY due_on, uscc, number
"""

LATE_ENTRIES = """
    SELECT position, stream_kind, stream_id, topic, happened_on, recorded_on, days_late
    FROM supervision_v1.late_entries WHERE log_id = %(log_id)s AND days_late > %(limit_days)s
      AND (%(classified)s OR NOT classified)
    ORDER BY days_late DESC, position
"""

RESTED_ON = """
    SELECT d.position, d.project_id, d.topic, d.read_version FROM supervision_v1.decision_reads d
    WHERE d.log_id = %(log_id)s AND d.read_stream = %(stream)s AND d.read_version >= %(version)s
      AND d.position < %(before)s
    ORDER BY d.position
"""

LISTS = {
    "blocked": BLOCKED,
    "overdue": OVERDUE,
    "out-of-order": OUT_OF_ORDER,
    "refusals": REFUSALS,
    "sanctioned-units": SANCTIONED,
    "late-entries": LATE_ENTRIES,
}


def board_list(
    conn: Connection,
    log_id: int,
    window: Window,
    name: str,
    *,
    on: date,
    limit_days: int,
    classified: bool,
    project: UUID | None = None,
) -> Listing:
    """One list of the board as of a day. `name` is a key of LISTS."""
    parameters: dict[str, Any] = {
        "log_id": log_id,
        "on": on,
        "limit_days": limit_days,
        "classified": classified,
        "project": project,
    }
    return listing(conn, LISTS[name], parameters, window)


def rested_on(conn: Connection, log_id: int, stream: UUID, version: int, before: int) -> list[dict[str, Any]]:
    """Decisions recorded before a position that read a stream at or after a version: what a wrong fact touched."""
    with conn.cursor(row_factory=dict_row) as cursor:
        cursor.execute(RESTED_ON, {"log_id": log_id, "stream": stream, "version": version, "before": before})
        return cursor.fetchall()
