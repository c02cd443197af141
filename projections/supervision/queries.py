"""监督查询 Reading the supervision board on a day."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row
from pydantic import Field

from domain.rule import Finding
from projections.asking import Connection, Listing, Row, RowT, Window, listing
from projections.supervision.ordering import Disorder


class _ProjectRow(Row):
    project_id: UUID
    number: str | None
    name: str
    stage: str
    owners: list[str]
    position: int


class Blocked(_ProjectRow):
    """被拦 The newest refusal at a gate that was not passed since."""

    gate: str
    step: str
    rules: list[str]
    findings: list[Finding]
    rule_set: str
    refused_on: str
    refusal_position: int
    attempts: int = Field(description="此关口被拒次数 refusals at this gate since it was last passed")


class Overdue(_ProjectRow):
    """逾期 Approved, not accepted, and past the day on which it was due."""

    acceptance_due: date
    days_overdue: int


class OutOfOrder(_ProjectRow):
    """次序颠倒 Steps whose days contradict their order."""

    disorders: list[Disorder]


class RefusedAttempt(Row):
    """被拒 One refused attempt."""

    position: int
    project_id: UUID
    number: str | None
    name: str
    step: str
    gate: str
    rules: list[str]
    findings: list[Finding]
    rule_set: str
    happened_on: str
    recorded_at: datetime
    organisation: str
    role: str
    open: bool = Field(description="此后尚未通过该关口 the gate was not passed since")


class SanctionedUnit(Row):
    """受限单位 An overdue, unmet connection obligation, and the unit that it sanctions."""

    uscc: str
    unit_name: str
    number: int
    system_name: str
    requirement_document: str
    issuer: str
    due_on: date
    days_overdue: int


class LateEntry(Row):
    """迟录 An event recorded more days after it happened than the rule set allows without report."""

    position: int
    stream_kind: str
    stream_id: UUID
    topic: str
    happened_on: str
    recorded_on: date
    days_late: int


_PROJECT = "p.project_id, p.number, p.name, p.stage, p.owners, p.position"

BLOCKED = f"""
    SELECT {_PROJECT}, r.gate, r.step, r.rules, r.findings, r.rule_set, r.happened_on AS refused_on,
           r.position AS refusal_position, r.attempts
    FROM projects p
    JOIN (SELECT DISTINCT ON (project_id, gate) *, count(*) OVER (PARTITION BY project_id, gate) AS attempts
          FROM refusals WHERE log_id = %(log_id)s AND open
          ORDER BY project_id, gate, position DESC) r USING (project_id)
    WHERE p.log_id = %(log_id)s AND (%(classified)s OR NOT p.classified)
    ORDER BY r.position DESC
"""

OVERDUE = f"""
    SELECT {_PROJECT}, p.acceptance_due, %(on)s::date - p.acceptance_due AS days_overdue
    FROM projects p
    WHERE p.log_id = %(log_id)s AND (%(classified)s OR NOT p.classified)
      AND NOT p.accepted AND p.acceptance_due < %(on)s::date
    ORDER BY p.acceptance_due, p.project_id
"""

OUT_OF_ORDER = f"""
    SELECT {_PROJECT}, p.disorders FROM projects p
    WHERE p.log_id = %(log_id)s AND (%(classified)s OR NOT p.classified) AND p.disorders <> '[]'::jsonb
    ORDER BY p.name, p.project_id
"""

REFUSALS = """
    SELECT r.position, r.project_id, p.number, p.name, r.step, r.gate, r.rules, r.findings, r.rule_set, r.happened_on,
           r.recorded_at, r.organisation, r.role, r.open
    FROM refusals r JOIN projects p USING (log_id, project_id)
    WHERE r.log_id = %(log_id)s AND (%(classified)s OR NOT p.classified)
      AND (%(project)s::uuid IS NULL OR r.project_id = %(project)s)
    ORDER BY r.position DESC
"""

SANCTIONED = """
    SELECT uscc, unit_name, number, system_name, requirement_document, issuer, due_on,
           %(on)s::date - due_on AS days_overdue
    FROM obligations
    WHERE log_id = %(log_id)s AND due_on < %(on)s::date AND set_on <= %(on)s::date
      AND (met_on IS NULL OR met_on > %(on)s::date)
    ORDER BY due_on, uscc, number
"""

LATE_ENTRIES = """
    SELECT position, stream_kind, stream_id, topic, happened_on, recorded_on, days_late
    FROM late_entries WHERE log_id = %(log_id)s AND days_late > %(limit_days)s
      AND (%(classified)s OR NOT classified)
    ORDER BY days_late DESC, position
"""

RESTED_ON = """
    SELECT d.position, d.project_id, d.topic, d.read_version FROM decision_reads d
    WHERE d.log_id = %(log_id)s AND d.read_stream = %(stream)s AND d.read_version >= %(version)s
      AND d.position < %(before)s
    ORDER BY d.position
"""


class Asked(Row):
    """What the board is asked: as of which day, how late is late, what may be seen, and for which project."""

    on: date
    limit_days: int
    classified: bool
    project: UUID | None = None


def _list(conn: Connection, log_id: int, row: type[RowT], query: str, asked: Asked, window: Window) -> Listing[RowT]:
    return listing(conn, row, query, {"log_id": log_id, **dict(asked)}, window)


def blocked(conn: Connection, log_id: int, asked: Asked, window: Window) -> Listing[Blocked]:
    """Projects that a gate refused and that did not pass it since, with the clauses."""
    return _list(conn, log_id, Blocked, BLOCKED, asked, window)


def overdue(conn: Connection, log_id: int, asked: Asked, window: Window) -> Listing[Overdue]:
    """Projects past their due day of acceptance."""
    return _list(conn, log_id, Overdue, OVERDUE, asked, window)


def out_of_order(conn: Connection, log_id: int, asked: Asked, window: Window) -> Listing[OutOfOrder]:
    """Projects with steps out of order."""
    return _list(conn, log_id, OutOfOrder, OUT_OF_ORDER, asked, window)


def refusals(conn: Connection, log_id: int, asked: Asked, window: Window) -> Listing[RefusedAttempt]:
    """Every refused attempt, newest first."""
    return _list(conn, log_id, RefusedAttempt, REFUSALS, asked, window)


def sanctioned_units(conn: Connection, log_id: int, asked: Asked, window: Window) -> Listing[SanctionedUnit]:
    """Units under the sanction of G10."""
    return _list(conn, log_id, SanctionedUnit, SANCTIONED, asked, window)


def late_entries(conn: Connection, log_id: int, asked: Asked, window: Window) -> Listing[LateEntry]:
    """Events recorded late, latest first."""
    return _list(conn, log_id, LateEntry, LATE_ENTRIES, asked, window)


def rested_on(conn: Connection, log_id: int, stream: UUID, version: int, before: int) -> list[dict[str, Any]]:
    """Decisions recorded before a position that read a stream at or after a version: what a wrong fact touched."""
    with conn.cursor(row_factory=dict_row) as cursor:
        cursor.execute(RESTED_ON, {"log_id": log_id, "stream": stream, "version": version, "before": before})
        return cursor.fetchall()
