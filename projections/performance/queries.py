"""绩效查询 Reading indicators and scores."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

from psycopg.rows import dict_row
from pydantic import Field

from domain.refusal import Refused
from domain.steps import EVENTS
from projections.asking import Connection, Row, Rows, TracedRow, of_arrays, of_streams
from projections.unit_names import name_of


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


class ProjectIndicators(TracedRow):
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


class UnitIndicators(TracedRow):
    """单位绩效一行 Indicators of an owner unit's projects, and the grades beside them."""

    uscc: str
    unit_name: str | None = Field(description="单位名称 name of the unit, where it is enrolled")
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


class UnitAssessment(TracedRow):
    """单位考核一行 The assessment of a unit for a year (O09, O23)."""

    uscc: str
    name: str
    number: int
    kind: str = Field(description="TARGET_DUTY 责任目标考核, COMPREHENSIVE 综合考核")
    year: int
    assessor: str
    scale: str
    grade: str
    score: str | None
    scheme: str | None = Field(description="评价方案及版本")
    assessed_on: str


class Disagreement(TracedRow):
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
    """绩效汇总 Counts over all projects. `traces` says where each is traced."""

    projects: int
    ended_late: int
    ended_early: int
    ended_on_time: int
    end_unknown: int
    late_by_revised_plan: int = Field(description="其中仅按修订计划计 of these, only by a revised plan")
    early_by_revised_plan: int
    refusals: int | None = Field(description="项目各关口的，不含引导基金的 at the gates of projects, not of the fund")
    arranged_fen: int | None
    disbursed_fen: int | None


class CountyIndicators(TracedRow):
    """全县绩效 Indicators of all projects of the county, each with the number of projects that it rests on (n)."""

    projects: int = Field(description="项目数 n of all")
    approved: int
    accepted: int
    accepted_with_due_day: int = Field(description="有应验收日期的已验收项目 n of accepted_late")
    accepted_late: int
    refusals: int
    arranged_fen: int
    disbursed_fen: int
    execution_rate: str | None
    execution_rate_n: int = Field(description="有安排的项目数 n of execution_rate")
    median_days_filed_to_approved: float | None
    days_filed_to_approved_n: int
    median_days_approved_to_accepted: float | None
    days_approved_to_accepted_n: int
    satisfied_bp: int | None = Field(description="各项目最近一次调查按有效样本加权 weighted by respondents")
    satisfied_n: int = Field(description="有调查的项目数 projects with a survey")
    respondents: int
    grades: list[GradeCount] = Field(description="各量表的等次计数，不跨量表 grades, scale by scale")


class CountyScore(TracedRow):
    """县级评价一行 What people said of the county as a whole, for a year."""

    number: int
    year: int
    evaluator: str
    scale: str
    grade: str
    score: str
    stars: int | None
    scheme: str
    evaluated_on: str


class YearIndicators(TracedRow):
    """年度绩效一行 What the projects of a year came to. A year is that of approval."""

    year: int
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


class Indicator(StrEnum):
    """可排名的指标 Indicators by which projects and units are ranked; the better value has the lower rank."""

    EXECUTION_RATE = "execution_rate"  # 预算执行率
    IN_PLACE_RATE = "in_place_rate"  # 资金到位率
    COMPLETION_RATE = "completion_rate"  # 实际完成率
    COST_SAVING_RATE = "cost_saving_rate"  # 成本节约率
    SATISFIED = "satisfied_bp"  # 满意率
    DEVIATION_DAYS = "deviation_days"  # 比计划晚的天数
    DAYS_FILED_TO_APPROVED = "days_filed_to_approved"  # 备案至立项天数
    DAYS_APPROVED_TO_ACCEPTED = "days_approved_to_accepted"  # 立项至验收天数
    REFUSALS = "refusals"  # 被拒次数

    @property
    def less_is_better(self) -> bool:
        """Does the lowest value come first?"""
        return self in _LESS_IS_BETTER


_LESS_IS_BETTER = frozenset(
    {
        Indicator.DEVIATION_DAYS,
        Indicator.DAYS_FILED_TO_APPROVED,
        Indicator.DAYS_APPROVED_TO_ACCEPTED,
        Indicator.REFUSALS,
    }
)


class _Ranked(TracedRow):
    rank: int = Field(description="名次：并列者同名次，其后空位（1、2、2、4） equals share a rank, the next is skipped")
    tied: int = Field(description="同名次者数，含自己 how many share this rank")
    n: int = Field(description="参加排名者数；没有该值的不参加 how many are ranked; who has no value is not")


class RankedProject(_Ranked):
    """项目名次 A project among all that have the indicator."""

    project_id: UUID
    number: str | None
    name: str
    owners: list[str]
    value: Decimal


class RankedUnit(_Ranked):
    """单位名次 A unit among all that have the indicator: over its projects, rates of sums, medians of days."""

    uscc: str
    unit_name: str | None = Field(description="单位名称 name of the unit, where it is enrolled")
    value: Decimal
    projects: int = Field(description="据以计算的项目数 projects that the value rests on")


class _RankedScore(_Ranked):
    scale: str
    scheme: str | None = Field(description="评价方案及版本 with its version: scores of others are ranked apart")
    grade: str
    score: Decimal


class RankedProjectScore(_RankedScore):
    """项目评分名次 A score among those of one scheme and version, scale, channel and period."""

    project_id: UUID
    project_number: str | None
    name: str
    evaluation: int = Field(description="评价序号")
    channel: str
    evaluator: str
    period: str


class RankedUnitScore(_RankedScore):
    """单位考核名次 A score among those of one scheme and version, scale, kind and year."""

    uscc: str
    name: str
    number: int
    kind: str
    year: int
    assessor: str


class Raters(TracedRow):
    """评价者分歧 What several raters said of one project, on one scale and scheme, about one period."""

    project_id: UUID
    number: str | None
    name: str
    scale: str
    scheme: str | None
    period: str
    raters: int
    grades: list[str] = Field(description="不同的等次 the grades that differ")
    lowest: Decimal | None
    highest: Decimal | None
    spread: Decimal | None = Field(description="最高减最低 highest less lowest score")
    differ: bool = Field(description="等次或分数是否不同")


class Appearance(TracedRow):
    """一版中的一个项目 What an edition of another record says of a project, and what it said the time before.

    A rating is the independent one, or else the project's own. Of another scale it is never compared by its place.
    """

    project_id: UUID
    source: str
    period: str
    name: str
    organisation: str
    area: str
    edition: bool = Field(
        description="该期自己的版次；否则为后来版次所述 an edition of its own, or told by a later one"
    )
    scale: str | None
    own_grade: str | None
    independent_grade: str | None
    ends_on: str | None
    cost_fen: int | None
    currency: str | None
    withheld: int = Field(description="依法不公开的项数 facts that are withheld")
    withheld_by_law: bool = Field(description="写明法律依据 with a legal basis that is named")
    ends_before_start: bool
    earlier_period: str | None
    earlier_grade: str | None
    earlier_ends_on: str | None
    earlier_cost_fen: int | None
    rating_changed: bool
    scale_changed: bool
    channel_changed: bool = Field(description="自评与独立评价互换 from own to independent rating, or back")
    end_changed: bool
    cost_changed: bool
    left: bool = Field(description="此后的版次不再出现 not seen in any later edition; that is not an acceptance")


class EditionCounts(TracedRow):
    """一版的计数 Projects of an edition, and what changed since each was seen the time before."""

    source: str
    period: str
    projects: int
    first_seen: int
    left: int = Field(description="此后不再出现 not seen later")
    rated: int
    rating_changes: int
    across_scales: int = Field(description="其中跨量表的 of these, from one scale to another")
    across_channels: int = Field(description="其中自评与独立评价互换的 of these, from own to independent or back")
    end_changes: int
    ends_later: int
    ends_earlier: int
    cost_changes: int
    costs_more: int
    costs_less: int
    withheld: int = Field(description="有不公开项的项目 projects with anything withheld")
    withheld_by_law: int = Field(description="写明法律依据的 with a legal basis that is named")
    ends_before_start: int


class EditionPair(TracedRow):
    """相邻两版 Two editions in a row whose projects are compared by identity, or without one by name.

    That two names are one project is for a person to confirm; a name that an edition has twice is not compared.
    """

    earlier: str
    later: str
    matched: int
    matched_by_name: int
    rating_changes: int
    end_changes: int
    cost_changes: int


class SharedName(TracedRow):
    """多版同名 A name that stands in several editions of a record."""

    name_key: str
    name: str
    editions: int
    periods: list[str]
    projects: list[UUID]


Ended = Literal["LATE", "EARLY", "ON_TIME", "UNKNOWN"]
Changed = Literal["RATING", "END", "COST"]


class Asked(Row):
    """Which projects are asked for; None is all. A source takes those of its single years, too."""

    unit: str | None = None
    source: str | None = None
    year: int | None = None
    ended: Ended | None = None
    end_basis: str | None = None
    arranged: bool | None = None
    refused: bool | None = None


class RankAsked(Row):
    """By which indicator, among which projects."""

    indicator: Indicator = Indicator.EXECUTION_RATE
    year: int | None = None
    source: str | None = None


class ScoreAsked(Row):
    """Among which scores."""

    year: int | None = None
    period: str | None = None
    scheme: str | None = None
    unit: str | None = None


class RatersAsked(Row):
    """Which ratings by several raters."""

    source: str | None = None
    differ: bool | None = None


class EditionsAsked(Row):
    """Which appearances in editions of other records."""

    source: str | None = None
    period: str | None = None
    project: UUID | None = None
    area: str | None = None
    changed: Changed | None = None
    editions: int | None = None


_REFUSALS = tuple(e.TOPIC for e in EVENTS if issubclass(e, Refused) and e.TOPIC.startswith(("project.", "record.")))
_TOPICS = (
    "project.filed",
    "project.filing_amended",
    "project.approved",
    "project.approval_revoked",
    "project.change_recorded",
    "project.contract_recorded",
    "project.progress_reported",
    "project.accepted",
    "project.funds_arranged",
    "project.funds_disbursed",
    "project.funds_refunded",
    "project.satisfaction_survey_recorded",
    "project.evaluation_reported",
    "project.evaluation_used",
    "project.imported",
    *_REFUSALS,
)
"""Events that the indicators of a project rest on."""
_RATINGS = ("project.evaluation_reported", "project.imported")

_VISIBLE = "p.log_id = %(log_id)s AND (%(classified)s OR NOT p.classified)"


def _of_source(column: str) -> str:
    """Of a source, or of a single year of it: a record without identities is a source of its own for each."""
    return f"(%(source)s::text IS NULL OR {column} = %(source)s OR starts_with({column}, %(source)s::text || '-'))"


_LATE = "p.deviation_days > 0"
_EARLY = "p.deviation_days < 0"
_ENDED = {"LATE": _LATE, "EARLY": _EARLY, "ON_TIME": "p.deviation_days = 0", "UNKNOWN": "p.deviation_days IS NULL"}
_GRADES_OF = """(SELECT coalesce(jsonb_agg(to_jsonb(s) ORDER BY s.scale, s.own DESC, s.grade), '[]') FROM (
                SELECT e.scale, e.own, e.grade, count(*) AS evaluations FROM evaluations e
                WHERE e.log_id = %(log_id)s AND e.project_id = ANY(g.project_ids)
                GROUP BY e.scale, e.own, e.grade) s) AS grades"""
_SUMS = f"""count(*) AS projects,
               count(*) FILTER (WHERE p.end_basis = 'ACTUAL') AS accepted,
               count(*) FILTER (WHERE p.end_basis = 'ACTUAL' AND {_LATE}) AS accepted_late,
               coalesce(sum(p.refusals), 0) AS refusals, coalesce(sum(p.arranged_fen), 0) AS arranged_fen,
               coalesce(sum(p.disbursed_fen), 0) AS disbursed_fen,
               round(sum(p.disbursed_fen)::numeric / nullif(sum(p.arranged_fen), 0), 4)::text AS execution_rate,
               percentile_cont(0.5) WITHIN GROUP (ORDER BY p.days_filed_to_approved) AS median_days_filed_to_approved,
               percentile_cont(0.5) WITHIN GROUP (ORDER BY p.days_approved_to_accepted)
                   AS median_days_approved_to_accepted, array_agg(p.project_id) AS project_ids"""


def _projects(asked: Mapping[str, Any]) -> str:
    """Only what is asked for stands in the query, so that the database can use its indexes."""
    where = [_VISIBLE]
    if asked["unit"] is not None:
        where.append("p.owners @> ARRAY[%(unit)s::text]")
    if asked["source"] is not None:
        where.append(_of_source("p.source"))
    if asked["year"] is not None:
        where.append("p.approved_year = %(year)s")
    if asked["ended"] is not None:
        where.append(_ENDED[asked["ended"]])
    if asked["end_basis"] is not None:
        where.append("p.end_basis = %(end_basis)s")
    if asked["arranged"] is not None:
        where.append("(p.arranged_fen > 0) = %(arranged)s")
    if asked["refused"] is not None:
        where.append("(p.refusals > 0) = %(refused)s")
    return f"""
        SELECT p.project_id, p.number, p.name, p.stage, p.owners, p.organisation, p.source, p.planned_end, p.ended_on,
               p.end_basis, p.deviation_days, p.days_filed_to_approved, p.days_approved_to_accepted, p.approved_fen,
               p.contracted_fen, p.arranged_fen, p.disbursed_fen,
               p.execution_rate, p.in_place_rate, p.completion_rate, p.cost_saving_rate, p.satisfied_bp, p.respondents,
               p.refusals, p.changes,
               (SELECT coalesce(jsonb_agg(jsonb_build_object(
                    'number', e.number, 'own', e.own, 'channel', e.channel, 'evaluator', e.evaluator,
                    'scale', e.scale, 'grade', e.grade, 'score', e.score, 'period', e.period,
                    'reported_on', e.reported_on, 'used', e.used, 'commission', e.commission, 'scheme', e.scheme)
                    ORDER BY e.number), '[]')
                FROM evaluations e WHERE e.log_id = p.log_id AND e.project_id = p.project_id) AS evaluations,
               p.position
        FROM projects p WHERE {" AND ".join(where)}"""


PROJECTS = Rows(
    view="performance",
    name="projects",
    row=ProjectIndicators,
    asked=Asked,
    query=_projects,
    order="number, name, project_id",
    key=("project_id",),
    origin=of_streams("project_id", *_TOPICS),
)
"""Indicators per project, with every evaluation beside them."""

UNITS = Rows(
    view="performance",
    name="units",
    row=UnitIndicators,
    asked=Asked,
    query=f"""
        SELECT g.*, {name_of("g.uscc")} AS unit_name, {_GRADES_OF} FROM (
            SELECT u.uscc, {_SUMS} FROM projects p CROSS JOIN LATERAL unnest(p.owners) AS u(uscc)
            WHERE {_VISIBLE} AND {_of_source("p.source")} AND (%(unit)s::text IS NULL OR u.uscc = %(unit)s)
              AND (%(year)s::integer IS NULL OR p.approved_year = %(year)s)
            GROUP BY u.uscc) g
    """,
    order="uscc",
    key=("uscc",),
    origin=of_arrays("project_ids", *_TOPICS),
)
"""Indicators per owner unit, beside the grades that people gave. A project of several owners counts for each."""

YEARS = Rows(
    view="performance",
    name="years",
    row=YearIndicators,
    asked=Asked,
    query=f"""
        SELECT g.*, {_GRADES_OF} FROM (
            SELECT p.approved_year AS year, {_SUMS} FROM projects p
            WHERE {_VISIBLE} AND {_of_source("p.source")} AND p.approved_year IS NOT NULL
              AND (%(unit)s::text IS NULL OR p.owners @> ARRAY[%(unit)s::text])
              AND (%(year)s::integer IS NULL OR p.approved_year = %(year)s)
            GROUP BY p.approved_year) g
    """,
    order="year DESC",
    key=("year",),
    origin=of_arrays("project_ids", *_TOPICS),
)
"""Indicators per year of approval."""

COUNTY = Rows(
    view="performance",
    name="county",
    row=CountyIndicators,
    asked=Asked,
    query=f"""
        SELECT g.*, {_GRADES_OF} FROM (
            SELECT {_SUMS}, count(p.approved_year) AS approved,
                   count(*) FILTER (WHERE p.end_basis = 'ACTUAL' AND p.deviation_days IS NOT NULL)
                       AS accepted_with_due_day,
                   count(*) FILTER (WHERE p.arranged_fen > 0) AS execution_rate_n,
                   count(p.days_filed_to_approved) AS days_filed_to_approved_n,
                   count(p.days_approved_to_accepted) AS days_approved_to_accepted_n,
                   round(sum(p.satisfied_bp::numeric * p.respondents) / nullif(sum(p.respondents), 0))::integer
                       AS satisfied_bp,
                   count(p.satisfied_bp) AS satisfied_n, coalesce(sum(p.respondents), 0) AS respondents
            FROM projects p
            WHERE {_VISIBLE} AND {_of_source("p.source")} AND (%(year)s::integer IS NULL OR p.approved_year = %(year)s)
        ) g
    """,
    order="projects",
    key=(),
    origin=of_arrays("project_ids", *_TOPICS),
)
"""All projects together: one row, in which every figure says on how many projects it rests."""

COUNTY_SCORES = Rows(
    view="performance",
    name="county-evaluations",
    row=CountyScore,
    asked=ScoreAsked,
    query="""
        SELECT number, year, evaluator, scale, grade, score, stars, scheme, evaluated_on, county_id
        FROM county_evaluations
        WHERE log_id = %(log_id)s AND (%(year)s::integer IS NULL OR year = %(year)s)
          AND (%(scheme)s::text IS NULL OR scheme = %(scheme)s)
    """,
    order="year DESC, number",
    key=("number",),
    origin=of_streams("county_id", "county.evaluated"),
    picks={"number": "number"},
)
"""What people said of the county as a whole."""

ASSESSMENTS = Rows(
    view="performance",
    name="assessments",
    row=UnitAssessment,
    asked=ScoreAsked,
    query="""
        SELECT uscc, name, number, kind, year, assessor, scale, grade, score, scheme, assessed_on, unit_id
        FROM assessments
        WHERE log_id = %(log_id)s AND (%(year)s::integer IS NULL OR year = %(year)s)
          AND (%(unit)s::text IS NULL OR uscc = %(unit)s) AND (%(scheme)s::text IS NULL OR scheme = %(scheme)s)
    """,
    order="year DESC, uscc, kind, number",
    key=("uscc", "number"),
    origin=of_streams("unit_id", "unit.assessed"),
    picks={"number": "number"},
)
"""Assessments of units, the newest year first."""

# The newest own and the newest independent rating of one project, on one scale and of one period.
DISAGREEMENTS = Rows(
    view="performance",
    name="disagreements",
    row=Disagreement,
    asked=RatersAsked,
    query=f"""
        SELECT p.project_id, p.number, p.name, o.scale, o.period, o.grade AS own_grade, o.evaluator AS own_evaluator,
               i.grade AS independent_grade, i.evaluator AS independent_evaluator, i.channel AS independent_channel
        FROM projects p
        JOIN (SELECT DISTINCT ON (log_id, project_id, scale, period) * FROM evaluations WHERE own
              ORDER BY log_id, project_id, scale, period, reported_on DESC NULLS LAST, number DESC) o
          USING (log_id, project_id)
        JOIN (SELECT DISTINCT ON (log_id, project_id, scale, period) * FROM evaluations WHERE NOT own
              ORDER BY log_id, project_id, scale, period, reported_on DESC NULLS LAST, number DESC) i
          USING (log_id, project_id, scale, period)
        WHERE {_VISIBLE} AND o.grade <> i.grade AND {_of_source("p.source")}
    """,
    order="number, name, project_id, period, scale",
    key=("project_id", "scale", "period"),
    origin=of_streams("project_id", *_RATINGS),
    picks={"scale": "scale", "period": "period"},
)
"""Projects whose newest own and independent ratings differ, on one scale and period: scales are never mixed."""

_SCORE = "CASE WHEN e.score ~ '^-?[0-9]+([.][0-9]+)?$' THEN e.score::numeric END"

RATERS = Rows(
    view="performance",
    name="raters",
    row=Raters,
    asked=RatersAsked,
    query=f"""
        SELECT * FROM (
            SELECT p.project_id, p.number, p.name, e.scale, e.scheme, e.period, count(*) AS raters,
                   array_agg(DISTINCT e.grade) AS grades, min({_SCORE}) AS lowest, max({_SCORE}) AS highest,
                   max({_SCORE}) - min({_SCORE}) AS spread,
                   count(DISTINCT e.grade) > 1 OR coalesce(max({_SCORE}) > min({_SCORE}), false) AS differ
            FROM evaluations e JOIN projects p USING (log_id, project_id)
            WHERE {_VISIBLE} AND {_of_source("p.source")}
            GROUP BY p.project_id, p.number, p.name, e.scale, e.scheme, e.period HAVING count(*) > 1) r
        WHERE %(differ)s::boolean IS NULL OR r.differ = %(differ)s
    """,
    order="differ DESC, spread DESC NULLS LAST, number, name, project_id, scale, period",
    key=("project_id", "scale", "period"),
    origin=of_streams("project_id", *_RATINGS),
    picks={"scale": "scale", "period": "period"},
)
"""Where several raters spoke of one project on one scale, scheme and period, and how far apart they are."""

_OF_UNIT = {
    Indicator.EXECUTION_RATE: "round(sum(p.disbursed_fen)::numeric / nullif(sum(p.arranged_fen), 0), 4)",
    Indicator.SATISFIED: "round(sum(p.satisfied_bp::numeric * p.respondents) / nullif(sum(p.respondents), 0))",
    Indicator.REFUSALS: "sum(p.refusals)::numeric",
}
"""How an indicator of a unit is made of its projects'; of all others it is the median."""


def _ranked(value: str, what: str, *, less_is_better: bool) -> str:
    """Standard competition ranking: equals share a rank, and as many ranks as there are equals are used up by them."""
    order = f"v.value {'ASC' if less_is_better else 'DESC'}"
    return (
        f"SELECT v.*, rank() OVER (ORDER BY {order}) AS rank, count(*) OVER (PARTITION BY v.value) AS tied,"
        f" count(*) OVER () AS n FROM (SELECT {what}, {value} AS value"
    )


def _project_ranks(asked: Mapping[str, Any]) -> str:
    indicator = Indicator(asked["indicator"])
    ranked = _ranked(
        f"p.{indicator}::numeric", "p.project_id, p.number, p.name, p.owners", less_is_better=indicator.less_is_better
    )
    return f"""{ranked} FROM projects p
        WHERE {_VISIBLE} AND {_of_source("p.source")} AND p.{indicator} IS NOT NULL
          AND (%(year)s::integer IS NULL OR p.approved_year = %(year)s)) v"""


def _unit_ranks(asked: Mapping[str, Any]) -> str:
    indicator = Indicator(asked["indicator"])
    median = f"(percentile_cont(0.5) WITHIN GROUP (ORDER BY p.{indicator}::numeric))::numeric"
    value = _OF_UNIT.get(indicator, median)
    named = f"u.uscc, {name_of('u.uscc')} AS unit_name"
    what = f"{named}, count(p.{indicator}) AS projects, array_agg(p.project_id) AS project_ids"
    return f"""{_ranked(value, what, less_is_better=indicator.less_is_better)}
        FROM projects p CROSS JOIN LATERAL unnest(p.owners) AS u(uscc)
        WHERE {_VISIBLE} AND {_of_source("p.source")} AND p.{indicator} IS NOT NULL
          AND (%(year)s::integer IS NULL OR p.approved_year = %(year)s)
        GROUP BY u.uscc HAVING {value} IS NOT NULL) v"""


PROJECT_RANKS = Rows(
    view="performance",
    name="project-ranks",
    row=RankedProject,
    asked=RankAsked,
    query=_project_ranks,
    order="rank, number, name, project_id",
    key=("project_id",),
    origin=of_streams("project_id", *_TOPICS),
)
"""Projects by one indicator. Who has no value is not ranked last: it is not ranked."""

UNIT_RANKS = Rows(
    view="performance",
    name="unit-ranks",
    row=RankedUnit,
    asked=RankAsked,
    query=_unit_ranks,
    order="rank, uscc",
    key=("uscc",),
    origin=of_arrays("project_ids", *_TOPICS),
)
"""Units by one indicator of their projects."""


def _score_ranks(of: str) -> str:
    """Within one scheme and version, one scale, and what else makes scores comparable."""
    among = f"PARTITION BY v.scheme, v.scale, {of}"
    return (
        f"SELECT v.*, rank() OVER ({among} ORDER BY v.score DESC) AS rank,"
        f" count(*) OVER ({among}, v.score) AS tied, count(*) OVER ({among}) AS n FROM"
    )


PROJECT_SCORE_RANKS = Rows(
    view="performance",
    name="project-score-ranks",
    row=RankedProjectScore,
    asked=ScoreAsked,
    query=f"""
        {_score_ranks("v.channel, v.period")} (
            SELECT p.project_id, p.number AS project_number, p.name, e.number AS evaluation, e.channel, e.evaluator,
                   e.period, e.scale, e.scheme, e.grade, {_SCORE} AS score
            FROM evaluations e JOIN projects p USING (log_id, project_id)
            WHERE {_VISIBLE} AND {_SCORE} IS NOT NULL AND (%(period)s::text IS NULL OR e.period = %(period)s)
              AND (%(scheme)s::text IS NULL OR e.scheme = %(scheme)s)) v
    """,
    order="scheme, scale, channel, period, rank, name, project_id, evaluation",
    key=("project_id", "evaluation"),
    origin=of_streams("project_id", "project.evaluation_reported"),
    picks={"evaluation": "number"},
)
"""Scores of projects, ranked within one scheme version, scale, channel and period."""

UNIT_SCORE_RANKS = Rows(
    view="performance",
    name="unit-score-ranks",
    row=RankedUnitScore,
    asked=ScoreAsked,
    query=f"""
        {_score_ranks("v.kind, v.year")} (
            SELECT e.uscc, e.name, e.number, e.kind, e.year, e.assessor, e.scale, e.scheme, e.grade,
                   {_SCORE} AS score, e.unit_id
            FROM assessments e
            WHERE e.log_id = %(log_id)s AND {_SCORE} IS NOT NULL AND (%(year)s::integer IS NULL OR e.year = %(year)s)
              AND (%(scheme)s::text IS NULL OR e.scheme = %(scheme)s)) v
    """,
    order="year DESC, kind, scheme, scale, rank, uscc, number",
    key=("uscc", "number"),
    origin=of_streams("unit_id", "unit.assessed"),
    picks={"number": "number"},
)
"""Scores of units, ranked within one scheme version, scale, kind and year."""

_GRADE = "coalesce(a.independent_grade, a.own_grade)"
_APPEARANCES = f"""
        SELECT a.*, {_GRADE} AS grade,
               lag(a.period) OVER w AS earlier_period, lag({_GRADE}) OVER w AS earlier_grade,
               lag(a.ends_on) OVER w AS earlier_ends_on, lag(a.ends_from) OVER w AS earlier_ends_from,
               lag(a.cost_fen) OVER w AS earlier_cost_fen, lag(a.position) OVER w AS earlier_position,
               coalesce({_GRADE} <> lag({_GRADE}) OVER w, false) AS rating_changed,
               coalesce(a.scale <> lag(a.scale) OVER w, false) AS scale_changed,
               coalesce({_GRADE} <> lag({_GRADE}) OVER w, false)
                   AND (a.independent_grade IS NULL) <> (lag(a.independent_grade) OVER w IS NULL) AS channel_changed,
               coalesce(a.ends_on <> lag(a.ends_on) OVER w, false) AS end_changed,
               coalesce(a.cost_fen <> lag(a.cost_fen) OVER w AND a.currency = lag(a.currency) OVER w, false)
                   AS cost_changed,
               a.edition AND lead(a.period) OVER w IS NULL
                   AND a.period < (SELECT max(b.period) FROM appearances b
                                   WHERE b.log_id = a.log_id AND b.source = a.source AND b.edition) AS left
        FROM appearances a LEFT JOIN projects p USING (log_id, project_id)
        WHERE a.log_id = %(log_id)s AND (%(classified)s OR p.classified IS NOT TRUE) AND {_of_source("a.source")}
          AND (%(project)s::uuid IS NULL OR a.project_id = %(project)s)
        WINDOW w AS (PARTITION BY a.project_id ORDER BY a.period)"""
_CHANGED = {"RATING": "c.rating_changed", "END": "c.end_changed", "COST": "c.cost_changed"}


def _appearances(asked: Mapping[str, Any]) -> str:
    where = ["(%(period)s::text IS NULL OR c.period = %(period)s)", "(%(area)s::text IS NULL OR c.area = %(area)s)"]
    if asked["changed"] is not None:
        where.append(_CHANGED[asked["changed"]])
    return f"SELECT * FROM ({_APPEARANCES}) c WHERE {' AND '.join(where)}"


APPEARANCES = Rows(
    view="performance",
    name="appearances",
    row=Appearance,
    asked=EditionsAsked,
    query=_appearances,
    order="source, period, name, project_id",
    key=("project_id", "period"),
    origin="SELECT o.position FROM q, unnest(ARRAY[q.position, q.earlier_position]) AS o(position)"
    " WHERE o.position IS NOT NULL",
)
"""Projects in the editions of other records, with what changed since the time before."""

EDITIONS = Rows(
    view="performance",
    name="editions",
    row=EditionCounts,
    asked=EditionsAsked,
    query=f"""
        SELECT c.source, c.period, count(*) FILTER (WHERE c.edition) AS projects,
               count(*) FILTER (WHERE c.edition AND c.earlier_period IS NULL) AS first_seen,
               count(*) FILTER (WHERE c.left) AS left, count(c.grade) AS rated,
               count(*) FILTER (WHERE c.rating_changed) AS rating_changes,
               count(*) FILTER (WHERE c.rating_changed AND c.scale_changed) AS across_scales,
               count(*) FILTER (WHERE c.channel_changed) AS across_channels,
               count(*) FILTER (WHERE c.end_changed) AS end_changes,
               count(*) FILTER (WHERE c.end_changed AND c.ends_from > c.earlier_ends_from) AS ends_later,
               count(*) FILTER (WHERE c.end_changed AND c.ends_from < c.earlier_ends_from) AS ends_earlier,
               count(*) FILTER (WHERE c.cost_changed) AS cost_changes,
               count(*) FILTER (WHERE c.cost_changed AND c.cost_fen > c.earlier_cost_fen) AS costs_more,
               count(*) FILTER (WHERE c.cost_changed AND c.cost_fen < c.earlier_cost_fen) AS costs_less,
               count(*) FILTER (WHERE c.withheld > 0) AS withheld,
               count(*) FILTER (WHERE c.withheld_by_law) AS withheld_by_law,
               count(*) FILTER (WHERE c.ends_before_start) AS ends_before_start,
               array_agg(c.position) || array_agg(c.earlier_position) AS positions
        FROM ({_APPEARANCES}) c
        WHERE (%(period)s::text IS NULL OR c.period = %(period)s) AND (%(area)s::text IS NULL OR c.area = %(area)s)
        GROUP BY c.source, c.period
    """,
    order="source, period",
    key=("source", "period"),
    origin="SELECT o.position FROM q, unnest(q.positions) AS o(position) WHERE o.position IS NOT NULL",
)
"""Editions of other records: projects, and changes of rating, end and cost since each project was seen before."""

# Of each edition every project, and how many of the edition have its name.
_OF_EDITIONS = f"""
        SELECT a.*, {_GRADE} AS grade, count(*) OVER (PARTITION BY a.period, a.name_key) AS namesakes,
               dense_rank() OVER (ORDER BY a.period) AS place
        FROM appearances a LEFT JOIN projects p USING (log_id, project_id)
        WHERE a.log_id = %(log_id)s AND a.edition AND (%(classified)s OR p.classified IS NOT TRUE)
          AND {_of_source("a.source")} AND (%(area)s::text IS NULL OR a.area = %(area)s)"""

EDITION_PAIRS = Rows(
    view="performance",
    name="edition-pairs",
    row=EditionPair,
    asked=EditionsAsked,
    query=f"""
        SELECT m.earlier, m.later, count(*) AS matched, count(*) FILTER (WHERE m.by_name) AS matched_by_name,
               count(*) FILTER (WHERE m.rating_changed) AS rating_changes,
               count(*) FILTER (WHERE m.end_changed) AS end_changes,
               count(*) FILTER (WHERE m.cost_changed) AS cost_changes,
               array_agg(m.before) || array_agg(m.after) AS positions
        FROM (WITH e AS ({_OF_EDITIONS})
              SELECT DISTINCT ON (x.period, y.period, CASE WHEN x.source = y.source THEN x.project_id::text
                                                           ELSE x.name_key END)
                     x.period AS earlier, y.period AS later, x.source <> y.source AS by_name,
                     one.of_each AND coalesce(x.grade <> y.grade, false) AS rating_changed,
                     one.of_each AND coalesce(x.ends_on <> y.ends_on, false) AS end_changed,
                     one.of_each AND coalesce(x.cost_fen <> y.cost_fen AND x.currency = y.currency, false)
                         AS cost_changed,
                     x.position AS before, y.position AS after
              FROM e x JOIN e y ON y.place = x.place + 1
                   AND (x.source = y.source AND x.project_id = y.project_id
                        OR x.source <> y.source AND x.name_key = y.name_key)
              CROSS JOIN LATERAL (SELECT x.source = y.source OR x.namesakes = 1 AND y.namesakes = 1) AS one(of_each)
        ) m GROUP BY m.earlier, m.later
    """,
    order="earlier, later",
    key=("earlier", "later"),
    origin="SELECT o.position FROM q, unnest(q.positions) AS o(position)",
)
"""Editions in a row, compared by the identity of projects, or by their names where the record has no identities."""

NAMES = Rows(
    view="performance",
    name="names",
    row=SharedName,
    asked=EditionsAsked,
    query=f"""
        SELECT e.name_key, max(e.name) AS name, count(DISTINCT e.period) AS editions,
               array_agg(DISTINCT e.period) AS periods, array_agg(DISTINCT e.project_id) AS projects,
               array_agg(e.position) AS positions
        FROM ({_OF_EDITIONS}) e GROUP BY e.name_key
        HAVING count(DISTINCT e.period) > 1 AND (%(editions)s::integer IS NULL
                                                 OR count(DISTINCT e.period) = %(editions)s)
    """,
    order="editions DESC, name_key",
    key=("name_key",),
    origin="SELECT o.position FROM q, unnest(q.positions) AS o(position)",
)
"""Names that stand in several editions of a record."""

LISTS: tuple[Rows[Any], ...] = (
    PROJECTS,
    UNITS,
    YEARS,
    COUNTY,
    COUNTY_SCORES,
    ASSESSMENTS,
    DISAGREEMENTS,
    RATERS,
    PROJECT_RANKS,
    UNIT_RANKS,
    PROJECT_SCORE_RANKS,
    UNIT_SCORE_RANKS,
    APPEARANCES,
    EDITIONS,
    EDITION_PAIRS,
    NAMES,
)

SUMMARY_TRACES: dict[str, dict[str, Any]] = {
    "projects": {},
    "ended_late": {"ended": "LATE"},
    "ended_early": {"ended": "EARLY"},
    "ended_on_time": {"ended": "ON_TIME"},
    "end_unknown": {"ended": "UNKNOWN"},
    "late_by_revised_plan": {"ended": "LATE", "end_basis": "REVISED_PLAN"},
    "early_by_revised_plan": {"ended": "EARLY", "end_basis": "REVISED_PLAN"},
    "refusals": {"refused": True},
    "arranged_fen": {"arranged": True},
    "disbursed_fen": {"arranged": True},
}
"""Which projects each figure of the summary is about."""

_SUMMARY = f"""
    SELECT count(*) AS projects,
           count(*) FILTER (WHERE {_LATE}) AS ended_late,
           count(*) FILTER (WHERE {_EARLY}) AS ended_early,
           count(*) FILTER (WHERE p.deviation_days = 0) AS ended_on_time,
           count(*) FILTER (WHERE p.deviation_days IS NULL) AS end_unknown,
           count(*) FILTER (WHERE {_LATE} AND p.end_basis = 'REVISED_PLAN') AS late_by_revised_plan,
           count(*) FILTER (WHERE {_EARLY} AND p.end_basis = 'REVISED_PLAN') AS early_by_revised_plan,
           sum(p.refusals) AS refusals, sum(p.arranged_fen) AS arranged_fen, sum(p.disbursed_fen) AS disbursed_fen
    FROM projects p WHERE {_VISIBLE} AND {_of_source("p.source")}
"""


def summary(conn: Connection, log_id: int, *, classified: bool, source: str | None) -> Summary:
    """Counts over all projects: ends against plans, refusals, money."""
    with conn.cursor(row_factory=dict_row) as cursor:
        cursor.execute(_SUMMARY, {"log_id": log_id, "classified": classified, "source": source})
        row: dict[str, Any] | None = cursor.fetchone()
    return Summary.model_validate(row)
