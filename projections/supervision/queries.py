"""监督查询 Reading the supervision board on a day."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row
from pydantic import Field

from domain.project import ExemptionGround
from domain.rule import Finding
from domain.supervision_item import SupervisionState
from projections.asking import Connection, Row, Rows, TracedRow, of_position, of_streams
from projections.supervision.ordering import Disorder
from projections.unit_names import names_of


class _ProjectRow(TracedRow):
    project_id: UUID
    number: str | None
    name: str
    stage: str
    owners: list[str]
    owner_names: list[str | None] = Field(description="建设单位名称，次序同上 names of the owner units, in their order")
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


class RefusedAttempt(TracedRow):
    """被拒 One refused attempt, and what became of it."""

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
    attempt: int = Field(description="此关口连续第几次被拒 which refusal in a row at this gate")
    open: bool = Field(description="此后尚未通过该关口 the gate was not passed since")
    passed_by: int | None = Field(description="此后通过的事件位置 position of the event that passed it")


class GrantedException(TracedRow):
    """例外 An exception from a default denial: who granted it, by which document, until when (G02, G11, G12)."""

    position: int
    project_id: UUID
    number: str | None
    name: str
    owners: list[str]
    owner_names: list[str | None] = Field(description="建设单位名称，次序同上 names of the owner units, in their order")
    rule: str
    ground: ExemptionGround | None
    reason: str
    deciding_body: str = Field(description="决定机关")
    document_no: str = Field(description="决定文号")
    decision: int | None = Field(description="县领导小组决定序号 (O02)")
    organisation: str = Field(description="登记机关 who recorded it")
    granted_on: str
    expires_on: date | None
    revoked_on: str | None
    in_force: bool = Field(description="当日是否有效 granted, not expired and not revoked on the day")


class ExceptionsOfBody(TracedRow):
    """例外按决定机关 How many exceptions a body granted from a rule, for how many projects."""

    deciding_body: str
    rule: str
    exceptions: int
    projects: int
    in_force: int
    revoked: int
    last_granted_on: date


class SanctionedUnit(TracedRow):
    """受限单位 An overdue, unmet connection obligation, and the unit that it sanctions."""

    uscc: str
    unit_name: str
    number: int
    system_name: str
    requirement_document: str
    issuer: str
    due_on: date
    days_overdue: int


class OpenTask(TracedRow):
    """任务 A task that is not completed, due by the day or soon (O07, O08, O22)."""

    uscc: str
    unit_name: str
    number: int
    group: str = Field(description="任务组代码 (O08)")
    item: str
    responsible_post: str
    milestone: str
    issuer: str
    document_no: str
    due_on: date = Field(description="当日有效的完成时限 as in force on the day")
    first_due_on: date = Field(description="最初的完成时限 as first set")
    days_overdue: int


class OpenItem(TracedRow):
    """督办事项 A supervision item that is not closed, due by the day or soon, or replied to (O18)."""

    uscc: str
    unit_name: str
    number: int
    round: int = Field(description="第几轮 a reply that is not accepted begins another")
    matter: str
    issuer: str
    document_no: str
    reply_due: date
    state: SupervisionState
    days_overdue: int


class MissedMeeting(TracedRow):
    """应开未开的联席会议 A half-year that ended without a joint meeting (O01)."""

    half_year: str
    first_day: date
    last_day: date
    days_since: int = Field(description="该半年结束以来的天数")


class LateEntry(TracedRow):
    """迟录 An event recorded more days after it happened than the rule set allows without report."""

    position: int
    stream_kind: str
    stream_id: UUID
    topic: str
    happened_on: str
    recorded_on: date
    days_late: int


class Asked(Row):
    """What the board is asked: as of which day, how late is late, since when meetings are due, for which project."""

    on: date
    limit_days: int = 0
    first_day: date = date(2018, 9, 19)
    within_days: int = 30
    project: UUID | None = None
    source: str | None = None


_OWNERS = f"p.owners, {names_of('p.owners')} AS owner_names"
_PROJECT = f"p.project_id, p.number, p.name, p.stage, {_OWNERS}, p.position"
_VISIBLE = "p.log_id = %(log_id)s AND (%(classified)s OR NOT p.classified)"
_OF_PROJECT = "(%(project)s::uuid IS NULL OR p.project_id = %(project)s)"
_OF_SOURCE = "(%(source)s::text IS NULL OR p.source = %(source)s)"
_SAME_GATE = "n.log_id = r.log_id AND n.project_id = r.project_id AND n.gate = r.gate"
_IN_FORCE = """(x.granted_to <= %(on)s::date AND (x.expires_on IS NULL OR x.expires_on >= %(on)s::date)
                AND (x.revoked_to IS NULL OR x.revoked_to > %(on)s::date))"""

BLOCKED = Rows(
    view="supervision",
    name="blocked",
    row=Blocked,
    asked=Asked,
    query=f"""
        SELECT {_PROJECT}, r.gate, r.step, r.rules, r.findings, r.rule_set, r.happened_on AS refused_on,
               r.position AS refusal_position,
               (SELECT count(*) FROM refusals n WHERE {_SAME_GATE} AND n.passed_by IS NULL) AS attempts
        FROM refusals r JOIN projects p USING (log_id, project_id)
        WHERE {_VISIBLE} AND {_OF_PROJECT} AND r.passed_by IS NULL
          AND NOT EXISTS (SELECT 1 FROM refusals n
                          WHERE {_SAME_GATE} AND n.passed_by IS NULL AND n.position > r.position)
    """,
    order="refusal_position DESC",
    key=("project_id", "gate"),
    origin="""SELECT r.position FROM q JOIN refusals r
        ON r.log_id = %(log_id)s AND r.project_id = q.project_id AND r.gate = q.gate AND r.passed_by IS NULL""",
)

OVERDUE = Rows(
    view="supervision",
    name="overdue",
    row=Overdue,
    asked=Asked,
    query=f"""
        SELECT {_PROJECT}, p.acceptance_due, %(on)s::date - p.acceptance_due AS days_overdue
        FROM projects p
        WHERE {_VISIBLE} AND {_OF_PROJECT} AND NOT p.accepted AND p.acceptance_due < %(on)s::date
    """,
    order="acceptance_due, project_id",
    key=("project_id",),
    origin=of_streams("project_id", "project.approved", "project.approval_revoked", "project.change_recorded"),
)

OUT_OF_ORDER = Rows(
    view="supervision",
    name="out-of-order",
    row=OutOfOrder,
    asked=Asked,
    query=f"""
        SELECT {_PROJECT}, p.disorders FROM projects p
        WHERE {_VISIBLE} AND {_OF_PROJECT} AND {_OF_SOURCE} AND p.disorders <> '[]'::jsonb
    """,
    order="name, project_id",
    key=("project_id",),
    origin=of_streams(
        "project_id",
        "project.filed",
        "project.approved",
        "project.approval_revoked",
        "project.change_recorded",
        "project.contract_recorded",
        "project.funds_arranged",
        "project.accepted",
        "project.imported",
    ),
)

REFUSALS = Rows(
    view="supervision",
    name="refusals",
    row=RefusedAttempt,
    asked=Asked,
    query=f"""
        SELECT r.position, r.project_id, p.number, p.name, r.step, r.gate, r.rules, r.findings, r.rule_set,
               r.happened_on, r.recorded_at, r.organisation, r.role,
               (SELECT count(*) FROM refusals n WHERE {_SAME_GATE} AND n.position <= r.position
                   AND (n.passed_by IS NULL OR n.passed_by > r.position)) AS attempt,
               r.passed_by IS NULL AS open, r.passed_by
        FROM refusals r JOIN projects p USING (log_id, project_id)
        WHERE {_VISIBLE} AND {_OF_PROJECT}
    """,
    order="position DESC",
    key=("position",),
    origin=f"{of_position()} UNION ALL {of_position('passed_by')}",
)

EXCEPTIONS = Rows(
    view="supervision",
    name="exceptions",
    row=GrantedException,
    asked=Asked,
    query=f"""
        SELECT x.position, p.project_id, p.number, p.name, {_OWNERS}, x.rule, x.ground, x.reason, x.deciding_body,
               x.document_no, x.decision, x.organisation, x.granted_on, x.expires_on, x.revoked_on, x.revoked_by,
               {_IN_FORCE} AS in_force
        FROM exceptions x JOIN projects p USING (log_id, project_id)
        WHERE {_VISIBLE} AND {_OF_PROJECT}
    """,
    order="position DESC",
    key=("position",),
    origin=f"{of_position()} UNION ALL {of_position('revoked_by')}",
)

EXCEPTIONS_BY_BODY = Rows(
    view="supervision",
    name="exceptions-by-body",
    row=ExceptionsOfBody,
    asked=Asked,
    query="""
        SELECT x.deciding_body, x.rule, sum(x.exceptions)::bigint AS exceptions, sum(x.projects)::bigint AS projects,
               coalesce(sum(x.exceptions - x.ended) FILTER (WHERE x.day <= %(on)s::date), 0)::bigint AS in_force,
               sum(x.revoked)::bigint AS revoked, max(x.day) FILTER (WHERE x.exceptions > 0) AS last_granted_on
        FROM exception_days x WHERE x.log_id = %(log_id)s AND (%(classified)s OR NOT x.classified)
        GROUP BY x.deciding_body, x.rule
    """,
    order="exceptions DESC, deciding_body, rule",
    key=("deciding_body", "rule"),
    origin=f"""SELECT unnest(ARRAY[x.position, x.revoked_by]) AS position
        FROM q JOIN exceptions x ON x.log_id = %(log_id)s AND x.deciding_body = q.deciding_body AND x.rule = q.rule
        JOIN projects p ON p.log_id = x.log_id AND p.project_id = x.project_id AND {_VISIBLE}""",
)

SANCTIONED = Rows(
    view="supervision",
    name="sanctioned-units",
    row=SanctionedUnit,
    asked=Asked,
    query="""
        SELECT uscc, unit_name, number, system_name, requirement_document, issuer, due_on,
               %(on)s::date - due_on AS days_overdue, unit_id
        FROM obligations
        WHERE log_id = %(log_id)s AND due_on < %(on)s::date AND set_on <= %(on)s::date
          AND (met_on IS NULL OR met_on > %(on)s::date)
    """,
    order="due_on, uscc, number",
    key=("uscc", "number"),
    origin=of_streams("unit_id", "unit.connection_obligation_set", "unit.connection_obligation_met"),
    picks={"number": "number"},
)

TASKS = Rows(
    view="supervision",
    name="tasks",
    row=OpenTask,
    asked=Asked,
    query="""
        SELECT uscc, unit_name, number, task_group AS group, item, responsible_post, milestone, issuer, document_no,
               due_on, first_due_on, greatest(%(on)s::date - due_on, 0) AS days_overdue, unit_id
        FROM tasks
        WHERE log_id = %(log_id)s AND due_on <= %(on)s::date + %(within_days)s::integer
          AND since <= %(on)s::date AND (until IS NULL OR until > %(on)s::date)
          AND (completed_on IS NULL OR completed_on > %(on)s::date)
    """,
    order="due_on, uscc, number",
    key=("uscc", "number"),
    origin=of_streams("unit_id", "unit.task_assigned", "unit.task_extended", "unit.task_completed"),
    picks={"number": "number"},
)

ITEMS = Rows(
    view="supervision",
    name="supervision-items",
    row=OpenItem,
    asked=Asked,
    query="""
        SELECT uscc, unit_name, number, round + 1 AS round, matter, issuer, document_no, reply_due,
               CASE WHEN replied_on <= %(on)s::date THEN 'REPLIED'
                    WHEN reply_due < %(on)s::date THEN 'OVERDUE' ELSE 'OPEN' END AS state,
               CASE WHEN replied_on <= %(on)s::date THEN 0 ELSE greatest(%(on)s::date - reply_due, 0) END
                    AS days_overdue, unit_id
        FROM items
        WHERE log_id = %(log_id)s AND reply_due <= %(on)s::date + %(within_days)s::integer
          AND since <= %(on)s::date AND (until IS NULL OR until > %(on)s::date)
          AND (closed_on IS NULL OR closed_on > %(on)s::date)
    """,
    order="reply_due, uscc, number",
    key=("uscc", "number"),
    origin=of_streams(
        "unit_id",
        "unit.supervision_item_opened",
        "unit.supervision_item_replied",
        "unit.supervision_item_closed",
    ),
    picks={"number": "number"},
)

# Whether a half-year was missed is known only on the day of asking: `County.half_years` says the same of one state.
MISSED_MEETINGS = Rows(
    view="supervision",
    name="missed-meetings",
    row=MissedMeeting,
    asked=Asked,
    query="""
        SELECT extract(year FROM h.first_day) || CASE WHEN extract(month FROM h.first_day) = 1 THEN 'H1' ELSE 'H2' END
                   AS half_year, h.first_day, h.last_day, %(on)s::date - h.last_day AS days_since
        FROM (SELECT g::date AS first_day, (g + interval '6 months')::date - 1 AS last_day
              FROM generate_series(
                  date_trunc('year', %(first_day)s::timestamp)
                      + CASE WHEN extract(month FROM %(first_day)s::date) > 6 THEN interval '6 months'
                             ELSE interval '0' END,
                  %(on)s::timestamp, interval '6 months') g) h
        WHERE h.last_day < %(on)s::date
          AND NOT EXISTS (SELECT 1 FROM meetings m WHERE m.log_id = %(log_id)s AND m.held_from >= h.first_day
                          AND m.held_to <= h.last_day AND m.held_to <= %(on)s::date)
    """,
    order="first_day",
    key=("half_year",),
    # That nothing was held in a half-year is seen from all that was held.
    origin="""SELECT e.position FROM (SELECT DISTINCT county_id FROM meetings WHERE log_id = %(log_id)s) m
        JOIN liuhen.events e ON e.log_id = %(log_id)s AND e.stream_id = m.county_id
         AND e.topic IN ('county.meeting_held', 'record.fact_corrected') WHERE EXISTS (SELECT 1 FROM q)""",
)

LATE_ENTRIES = Rows(
    view="supervision",
    name="late-entries",
    row=LateEntry,
    asked=Asked,
    query="""
        SELECT l.position, l.stream_kind, l.stream_id, l.topic, l.happened_on, l.recorded_on, l.days_late
        FROM late_entries l WHERE l.log_id = %(log_id)s AND l.days_late > %(limit_days)s
          AND (%(classified)s OR NOT EXISTS (SELECT 1 FROM hidden h WHERE h.log_id = l.log_id
                                             AND h.stream_id IN (l.stream_id, l.about_id)))
    """,
    order="days_late DESC, position",
    key=("position",),
    origin=of_position(),
)

LISTS: tuple[Rows[Any], ...] = (
    BLOCKED,
    OVERDUE,
    OUT_OF_ORDER,
    REFUSALS,
    EXCEPTIONS,
    EXCEPTIONS_BY_BODY,
    SANCTIONED,
    TASKS,
    ITEMS,
    MISSED_MEETINGS,
    LATE_ENTRIES,
)
"""The lists of the board."""

RESTED_ON = """
    SELECT d.position, d.project_id, d.topic, d.read_version FROM decision_reads d
    WHERE d.log_id = %(log_id)s AND d.read_stream = %(stream)s AND d.read_version >= %(version)s
      AND d.position < %(before)s
      AND (%(classified)s OR NOT EXISTS (SELECT 1 FROM hidden h
                                         WHERE h.log_id = d.log_id AND h.stream_id = d.project_id))
    ORDER BY d.position
"""


def rested_on(
    conn: Connection, log_id: int, stream: UUID, version: int, before: int, *, classified: bool
) -> list[dict[str, Any]]:
    """Decisions recorded before a position that read a stream at or after a version: what a wrong fact touched."""
    with conn.cursor(row_factory=dict_row) as cursor:
        asked = {"log_id": log_id, "stream": stream, "version": version, "before": before, "classified": classified}
        cursor.execute(RESTED_ON, asked)
        return cursor.fetchall()
