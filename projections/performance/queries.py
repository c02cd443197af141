"""绩效查询 Reading indicators and scores."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row
from pydantic import Field

from projections.asking import Connection, Listing, Row, Window, listing


class Score(Row):
    """评分 What people said: who, on which scale, about which period."""

    number: int
    own: bool = Field(description="自评 by the rated side itself")
    channel: str
    evaluator: str
    scale: str
    grade: str
    score: str | None
    period: str
    reported_on: str | None
    used: str | None = Field(description="结果运用")
    commission: int | None = Field(description="委托序号")
    scheme: str | None = Field(description="评价方案及版本")


class ProjectIndicators(Row):
    """项目绩效一行 Indicators computed from events, and every score beside them. Amounts in 分, rates as decimals."""

    project_id: UUID
    number: str | None
    name: str
    stage: str
    owners: list[str]
    organisation: str
    source: str | None
    planned_end: date | None
    ended_on: date | None
    end_basis: str | None = Field(description="ACTUAL, or REVISED_PLAN when the end is only the newest plan")
    deviation_days: int | None = Field(description="比计划晚的天数 days later than planned; negative is earlier")
    days_filed_to_approved: int | None
    days_approved_to_accepted: int | None
    approved_fen: int | None
    contracted_fen: int
    arranged_fen: int
    disbursed_fen: int
    execution_rate: str | None = Field(description="预算执行率 disbursed ÷ arranged; absent without arranged money")
    in_place_rate: str | None = Field(description="资金到位率 build money disbursed ÷ approved, or else arranged")
    completion_rate: str | None = Field(description="实际完成率 newest percentage reported; all of it once accepted")
    cost_saving_rate: str | None = Field(description="成本节约率 (approved − contracted) ÷ approved")
    satisfied_bp: int | None = Field(description="最近一次满意度调查的满意率, in basis points")
    respondents: int | None = Field(description="该次调查的有效样本")
    refusals: int
    changes: int
    evaluations: list[Score]
    position: int


class GradeCount(Row):
    """等次计数 How often a grade was given, on one scale, by the rated side or independently."""

    scale: str
    own: bool
    grade: str
    evaluations: int


class UnitIndicators(Row):
    """单位绩效一行 Indicators of an owner unit's projects, and the grades beside them."""

    uscc: str
    projects: int
    accepted: int
    accepted_late: int
    refusals: int
    arranged_fen: int
    disbursed_fen: int
    execution_rate: str | None
    median_days_filed_to_approved: float | None
    median_days_approved_to_accepted: float | None
    grades: list[GradeCount]


class UnitAssessment(Row):
    """单位考核一行 The assessment of a unit for a year (O09, O23)."""

    uscc: str
    name: str
    kind: str = Field(description="TARGET_DUTY 责任目标考核, COMPREHENSIVE 综合考核")
    year: int
    assessor: str
    scale: str
    grade: str
    score: str | None
    scheme: str | None = Field(description="评价方案及版本")
    assessed_on: str


class Disagreement(Row):
    """评价分歧 The newest own and independent ratings of one project, scale and period, where they differ."""

    project_id: UUID
    number: str | None
    name: str
    scale: str
    period: str
    own_grade: str
    own_evaluator: str
    independent_grade: str
    independent_evaluator: str
    independent_channel: str


class Summary(Row):
    """绩效汇总 Counts over all projects."""

    projects: int
    ended_late: int
    ended_early: int
    ended_on_time: int
    end_unknown: int
    late_by_revised_plan: int = Field(description="其中仅按修订计划计 of these, only by a revised plan")
    early_by_revised_plan: int
    refusals: int | None
    arranged_fen: int | None
    disbursed_fen: int | None


# Rates are exact decimals of integers of 分; a rate without a base is absent, not zero.
_PROJECTS = """
    SELECT p.project_id, p.number, p.name, p.stage, p.owners, p.organisation, p.source, p.planned_end, p.ended_on,
           p.end_basis, p.deviation_days, p.days_filed_to_approved, p.days_approved_to_accepted, p.approved_fen,
           p.contracted_fen, p.arranged_fen, p.disbursed_fen,
           p.execution_rate, p.in_place_rate, p.completion_rate, p.cost_saving_rate, p.satisfied_bp, p.respondents,
           p.refusals, p.changes,
           (SELECT coalesce(jsonb_agg(jsonb_build_object(
                'number', e.number, 'own', e.own, 'channel', e.channel, 'evaluator', e.evaluator, 'scale', e.scale,
                'grade', e.grade, 'score', e.score, 'period', e.period, 'reported_on', e.reported_on, 'used', e.used,
                'commission', e.commission, 'scheme', e.scheme)
                ORDER BY e.number), '[]')
            FROM evaluations e WHERE e.log_id = p.log_id AND e.project_id = p.project_id) AS evaluations,
           p.position
    FROM projects p
    WHERE p.log_id = %(log_id)s AND (%(classified)s OR NOT p.classified)
      AND (%(unit)s::text IS NULL OR p.owners @> ARRAY[%(unit)s::text])
      AND (%(source)s::text IS NULL OR p.source = %(source)s)
    ORDER BY p.number NULLS LAST, p.name, p.project_id
"""

_UNITS = """
    SELECT u.uscc, count(*) AS projects,
           count(*) FILTER (WHERE p.end_basis = 'ACTUAL') AS accepted,
           count(*) FILTER (WHERE p.end_basis = 'ACTUAL' AND p.deviation_days > 0) AS accepted_late,
           sum(p.refusals) AS refusals, sum(p.arranged_fen)::bigint AS arranged_fen,
           sum(p.disbursed_fen)::bigint AS disbursed_fen,
           round(sum(p.disbursed_fen)::numeric / nullif(sum(p.arranged_fen), 0), 4)::text AS execution_rate,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY p.days_filed_to_approved) AS median_days_filed_to_approved,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY p.days_approved_to_accepted) AS median_days_approved_to_accepted,
           (SELECT coalesce(jsonb_agg(to_jsonb(s) ORDER BY s.scale, s.own DESC, s.grade), '[]') FROM (
                SELECT e.scale, e.own, e.grade, count(*) AS evaluations
                FROM evaluations e JOIN projects q USING (log_id, project_id)
                WHERE e.log_id = %(log_id)s AND q.owners @> ARRAY[u.uscc] AND (%(classified)s OR NOT q.classified)
                GROUP BY e.scale, e.own, e.grade) s) AS grades
    FROM projects p CROSS JOIN LATERAL unnest(p.owners) AS u(uscc)
    WHERE p.log_id = %(log_id)s AND (%(classified)s OR NOT p.classified)
    GROUP BY u.uscc ORDER BY u.uscc
"""

# The newest own and the newest independent rating of one project, on one scale and of one period.
_DISAGREEMENTS = """
    SELECT p.project_id, p.number, p.name, o.scale, o.period, o.grade AS own_grade, o.evaluator AS own_evaluator,
           i.grade AS independent_grade, i.evaluator AS independent_evaluator, i.channel AS independent_channel
    FROM projects p
    JOIN (SELECT DISTINCT ON (log_id, project_id, scale, period) * FROM evaluations WHERE own
          ORDER BY log_id, project_id, scale, period, reported_on DESC NULLS LAST, number DESC) o
      USING (log_id, project_id)
    JOIN (SELECT DISTINCT ON (log_id, project_id, scale, period) * FROM evaluations WHERE NOT own
          ORDER BY log_id, project_id, scale, period, reported_on DESC NULLS LAST, number DESC) i
      USING (log_id, project_id, scale, period)
    WHERE log_id = %(log_id)s AND (%(classified)s OR NOT p.classified) AND o.grade <> i.grade
      AND (%(source)s::text IS NULL OR p.source = %(source)s)
    ORDER BY p.number NULLS LAST, p.name, p.project_id, o.period
"""

_ASSESSMENTS = """
    SELECT uscc, name, kind, year, assessor, scale, grade, score, scheme, assessed_on
    FROM assessments
    WHERE log_id = %(log_id)s AND (%(year)s::integer IS NULL OR year = %(year)s)
      AND (%(unit)s::text IS NULL OR uscc = %(unit)s)
    ORDER BY year DESC, uscc, kind, number
"""

_SUMMARY = """
    SELECT count(*) AS projects,
           count(*) FILTER (WHERE deviation_days > 0) AS ended_late,
           count(*) FILTER (WHERE deviation_days < 0) AS ended_early,
           count(*) FILTER (WHERE deviation_days = 0) AS ended_on_time,
           count(*) FILTER (WHERE deviation_days IS NULL) AS end_unknown,
           count(*) FILTER (WHERE deviation_days > 0 AND end_basis = 'REVISED_PLAN') AS late_by_revised_plan,
           count(*) FILTER (WHERE deviation_days < 0 AND end_basis = 'REVISED_PLAN') AS early_by_revised_plan,
           sum(refusals) AS refusals, sum(arranged_fen)::bigint AS arranged_fen,
           sum(disbursed_fen)::bigint AS disbursed_fen
    FROM projects
    WHERE log_id = %(log_id)s AND (%(classified)s OR NOT classified)
      AND (%(source)s::text IS NULL OR source = %(source)s)
"""


def project_indicators(
    conn: Connection, log_id: int, window: Window, *, classified: bool, unit: str | None, source: str | None
) -> Listing[ProjectIndicators]:
    """Indicators per project, with every evaluation beside them."""
    parameters = {"log_id": log_id, "classified": classified, "unit": unit, "source": source}
    return listing(conn, ProjectIndicators, _PROJECTS, parameters, window)


def unit_indicators(conn: Connection, log_id: int, window: Window, *, classified: bool) -> Listing[UnitIndicators]:
    """Indicators per owner unit, beside the grades that people gave. A project of several owners counts for each."""
    return listing(conn, UnitIndicators, _UNITS, {"log_id": log_id, "classified": classified}, window)


def assessments(
    conn: Connection, log_id: int, window: Window, *, year: int | None, unit: str | None
) -> Listing[UnitAssessment]:
    """Assessments of units, the newest year first."""
    return listing(conn, UnitAssessment, _ASSESSMENTS, {"log_id": log_id, "year": year, "unit": unit}, window)


def disagreements(
    conn: Connection, log_id: int, window: Window, *, classified: bool, source: str | None
) -> Listing[Disagreement]:
    """Projects whose newest own and independent ratings differ, on one scale and period: scales are never mixed."""
    return listing(
        conn, Disagreement, _DISAGREEMENTS, {"log_id": log_id, "classified": classified, "source": source}, window
    )


def summary(conn: Connection, log_id: int, *, classified: bool, source: str | None) -> Summary:
    """Counts over all projects: ends against plans, refusals, money."""
    with conn.cursor(row_factory=dict_row) as cursor:
        cursor.execute(_SUMMARY, {"log_id": log_id, "classified": classified, "source": source})
        row: dict[str, Any] | None = cursor.fetchone()
    return Summary.model_validate(row)
