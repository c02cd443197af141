"""阶段查询 Durations of stages, the funnel and what stops projects, and trends by half-year."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import Field

from projections.asking import Row, Rows, TracedRow
from projections.stages import FUNNEL, STAGES, ProjectMilestone
from projections.unit_names import name_of


class Grouping(StrEnum):
    """分组 What durations are counted by."""

    ALL = "ALL"
    UNIT = "UNIT"  # 建设单位；多个单位的项目各计一次
    YEAR = "YEAR"  # 阶段开始的年度
    HALF_YEAR = "HALF_YEAR"  # 阶段结束的半年


class Outcome(StrEnum):
    """阶段结果 How a stage stands."""

    PASSED = "PASSED"  # 已走完，两端精确到日
    INEXACT = "INEXACT"  # 已走完，日期不精确到日
    REVERSED = "REVERSED"  # 结束早于开始
    OPEN = "OPEN"  # 尚未走完


class Duration(TracedRow):
    """阶段用时 How long a stage took, in calendar days, over the projects that passed it."""

    begins: ProjectMilestone
    ends: ProjectMilestone
    group: str = Field(description="ALL，或单位代码、年度、结束的半年 unit, year, or half-year of the end")
    unit_name: str | None = Field(description="按单位的，单位名称 of a unit, its name")
    passed: int = Field(description="已走完、计入百分位的项目数 passed, and counted in the percentiles")
    median_days: int | None = Field(description="中位数 the least value that half of them do not exceed")
    p90_days: int | None = Field(description="第90百分位 the least value that nine tenths of them do not exceed")
    shortest_days: int | None
    longest_days: int | None
    open: int = Field(description="尚未走完、未计入的项目数 begun and not ended: not counted in the percentiles")
    open_past_median: int = Field(description="其中至今已超过中位数的 of these, longer than the median by now")
    longest_open_days: int | None = Field(description="其中至今最长天数 of these, the most days by now")
    inexact: int = Field(description="已走完但日期不精确、未计入的 passed on a day that is not known, not counted")
    reversed: int = Field(description="次序颠倒、未计入的 ended before it began, not counted")


class Stretch(TracedRow):
    """一个项目的阶段 One project's stage, with the positions of the events that say so."""

    project_id: UUID
    number: str | None
    name: str
    owners: list[str]
    begins: ProjectMilestone
    ends: ProjectMilestone
    began_on: str
    ended_on: str | None
    outcome: Outcome
    days: int | None = Field(description="天数；未走完的计至询问之日 days, of an open one until the day of asking")
    positions: list[int]


class Reason(Row):
    """未继续的原因 Why projects did not pass the next step. One with several reasons counts for each."""

    reason: str = Field(description="拒绝的条款，或REVOKED、SKIPPED、WAITING a refusing rule, or one of these words")
    projects: int


class FunnelStep(TracedRow):
    """漏斗 Projects that passed a step and all before it, and of these those that have not passed the next."""

    step: ProjectMilestone
    projects: int
    stopped: int = Field(description="尚未通过下一步的 have not passed the next step")
    reasons: list[Reason]


class Stopped(TracedRow):
    """停在某步的项目 A project that has not passed the next step of the funnel, and why."""

    project_id: UUID
    number: str | None
    name: str
    owners: list[str]
    reached: ProjectMilestone
    reasons: list[str]
    position: int | None = Field(description="拒绝或撤销事件的位置 position of the refusal or revocation")


class HalfYearCount(TracedRow):
    """半年趋势 How many projects reached a milestone in a half-year; refusals and payments count each."""

    half_year: str
    mark: str = Field(description="里程碑，或REFUSED、PAID a milestone, or REFUSED or PAID for each of them")
    count: int


class Chosen(Row):
    """Of which projects: of an owner unit; recorded here, or brought in from a source."""

    unit: str | None = None
    source: str | None = None


class AskedDurations(Chosen):
    """Which durations."""

    on: date
    by: Grouping = Grouping.ALL
    begins: ProjectMilestone | None = None
    ends: ProjectMilestone | None = None
    year: int | None = None


class AskedStretches(Chosen):
    """Which projects' stages."""

    on: date
    begins: ProjectMilestone = ProjectMilestone.FILED
    ends: ProjectMilestone = ProjectMilestone.APPROVED
    outcome: Outcome | None = None
    year: int | None = None


class AskedFunnel(Chosen):
    """Which projects: begun in a year."""

    year: int | None = None


class AskedStopped(AskedFunnel):
    """Which of them."""

    reached: ProjectMilestone | None = None
    reason: str | None = None


_CHOSEN = """
    p.log_id = %(log_id)s AND (%(classified)s OR NOT p.classified)
    AND (p.source = %(source)s::text OR %(source)s::text IS NULL AND p.source IS NULL)
    AND (%(unit)s::text IS NULL OR p.owners @> ARRAY[%(unit)s::text])
"""
_GROUPED = {
    Grouping.ALL: ("'ALL'", ""),
    Grouping.UNIT: ("u.uscc", "CROSS JOIN LATERAL unnest(p.owners) AS u(uscc)"),
    Grouping.YEAR: ("s.year::text", ""),
    Grouping.HALF_YEAR: ("coalesce(s.ended_half, 'OPEN')", ""),
}


def _durations(asked: Mapping[str, Any]) -> str:
    group, joined = _GROUPED[Grouping(asked["by"])]
    stages = ", ".join(f"('{b}-{e}', '{b}', '{e}', {n})" for n, (b, e) in enumerate(STAGES))
    return f"""
        WITH t AS (
            SELECT s.stage, {group} AS "group", s.outcome, s.days, %(on)s::date - s.began AS until_now, s.positions
            FROM stages s JOIN projects p ON p.log_id = s.log_id AND p.project_id = s.project_id {joined}
            WHERE s.log_id = %(log_id)s AND {_CHOSEN} AND (%(year)s::int IS NULL OR s.year = %(year)s)
              AND s.began <= %(on)s::date
        ), m AS (
            SELECT stage, "group", percentile_disc(0.5) WITHIN GROUP (ORDER BY days) AS median_days,
                   percentile_disc(0.9) WITHIN GROUP (ORDER BY days) AS p90_days
            FROM t WHERE outcome = 'PASSED' GROUP BY stage, "group"
        )
        SELECT v.place, v.stage, v.begins, v.ends, t."group",
               CASE %(by)s WHEN 'UNIT' THEN {name_of('t."group"')} END AS unit_name,
               count(*) FILTER (WHERE outcome = 'PASSED') AS passed,
               m.median_days, m.p90_days,
               min(days) FILTER (WHERE outcome = 'PASSED') AS shortest_days,
               max(days) FILTER (WHERE outcome = 'PASSED') AS longest_days,
               count(*) FILTER (WHERE outcome = 'OPEN') AS open,
               count(*) FILTER (WHERE outcome = 'OPEN' AND until_now > m.median_days) AS open_past_median,
               max(until_now) FILTER (WHERE outcome = 'OPEN') AS longest_open_days,
               count(*) FILTER (WHERE outcome = 'INEXACT') AS inexact,
               count(*) FILTER (WHERE outcome = 'REVERSED') AS reversed
        FROM t JOIN (VALUES {stages}) AS v(stage, begins, ends, place) ON v.stage = t.stage
        LEFT JOIN m ON m.stage = t.stage AND m."group" = t."group"
        WHERE (%(begins)s::text IS NULL OR v.begins = %(begins)s) AND (%(ends)s::text IS NULL OR v.ends = %(ends)s)
        GROUP BY v.place, v.stage, v.begins, v.ends, t."group", m.median_days, m.p90_days
    """


_STRETCHES = f"""
    SELECT s.project_id, p.number, p.name, p.owners, %(begins)s::text AS begins, %(ends)s::text AS ends, s.began_on,
           s.ended_on, s.outcome, CASE s.outcome WHEN 'OPEN' THEN %(on)s::date - s.began ELSE s.days END AS days,
           s.positions, s.days AS passed_days, s.began
    FROM stages s JOIN projects p ON p.log_id = s.log_id AND p.project_id = s.project_id
    WHERE s.log_id = %(log_id)s AND s.stage = %(begins)s || '-' || %(ends)s AND {_CHOSEN}
      AND (%(outcome)s::text IS NULL OR s.outcome = %(outcome)s) AND (%(year)s::int IS NULL OR s.year = %(year)s)
"""

_OF_FUNNEL = f"{_CHOSEN} AND p.reached IS NOT NULL AND (%(year)s::int IS NULL OR p.since = %(year)s)"
_STEPS = ", ".join(f"('{step}', {place})" for place, step in enumerate(FUNNEL))
_FUNNEL = f"""
    WITH t AS (
        SELECT f.place, p.stopped_by FROM projects p JOIN (VALUES {_STEPS}) AS f(step, place) ON f.step = p.reached
        WHERE {_OF_FUNNEL}
    )
    SELECT f.place, f.step, (SELECT count(*) FROM t WHERE t.place >= f.place) AS projects,
           (SELECT count(*) FROM t WHERE t.place = f.place AND f.place < {len(FUNNEL) - 1}) AS stopped,
           (SELECT coalesce(jsonb_agg(jsonb_build_object('reason', reason, 'projects', projects)
                                      ORDER BY projects DESC, reason), '[]')
              FROM (SELECT reason, count(*) AS projects FROM t CROSS JOIN LATERAL unnest(t.stopped_by) AS r(reason)
                     WHERE t.place = f.place GROUP BY reason) r) AS reasons
    FROM (VALUES {_STEPS}) AS f(step, place) WHERE EXISTS (SELECT FROM t WHERE t.place >= f.place)
"""
_STOPPED = f"""
    SELECT p.project_id, p.number, p.name, p.owners, p.reached, p.stopped_by AS reasons, p.stopped_at AS position
    FROM projects p WHERE {_OF_FUNNEL} AND p.reached <> '{FUNNEL[-1]}'
      AND (%(reached)s::text IS NULL OR p.reached = %(reached)s)
      AND (%(reason)s::text IS NULL OR p.stopped_by @> ARRAY[%(reason)s::text])
"""
_HALF_YEARS = f"""
    SELECT half_year, mark, count(*) AS count, array_agg(position) AS positions FROM (
        SELECT m.half_year, m.milestone AS mark, m.position
        FROM milestones m JOIN projects p ON p.log_id = m.log_id AND p.project_id = m.project_id
        WHERE m.log_id = %(log_id)s AND {_CHOSEN}
        UNION ALL
        SELECT m.half_year, m.mark, m.position
        FROM marks m JOIN projects p ON p.log_id = m.log_id AND p.project_id = m.stream_id
        WHERE m.log_id = %(log_id)s AND m.mark IN ('REFUSED', 'PAID') AND {_CHOSEN}
    ) t GROUP BY half_year, mark
"""
DURATIONS = Rows(
    view="stages",
    name="durations",
    row=Duration,
    asked=AskedDurations,
    query=_durations,
    order='place, "group"',
    key=("begins", "ends", "group"),
    origin=(
        "SELECT unnest(s.positions) AS position FROM q JOIN stages s ON s.log_id = %(log_id)s AND s.stage = q.stage"
        f" JOIN projects p ON p.log_id = s.log_id AND p.project_id = s.project_id WHERE {_CHOSEN}"
        " AND s.began <= %(on)s::date AND (%(year)s::int IS NULL OR s.year = %(year)s)"
        " AND CASE %(by)s WHEN 'UNIT' THEN p.owners @> ARRAY[q.group]"
        " WHEN 'YEAR' THEN s.year::text = q.group WHEN 'HALF_YEAR' THEN coalesce(s.ended_half, 'OPEN') = q.group"
        " ELSE true END"
    ),
)
STRETCHES = Rows(
    view="stages",
    name="stretches",
    row=Stretch,
    asked=AskedStretches,
    query=_STRETCHES,
    order="passed_days DESC NULLS LAST, began, project_id",
    key=("project_id",),
    origin="SELECT unnest(q.positions) AS position FROM q",
)
FUNNEL_STEPS = Rows(
    view="stages",
    name="funnel",
    row=FunnelStep,
    asked=AskedFunnel,
    query=_FUNNEL,
    order="place",
    key=("step",),
    origin=(
        "SELECT m.position FROM q JOIN milestones m ON m.log_id = %(log_id)s"
        " JOIN projects p ON p.log_id = m.log_id AND p.project_id = m.project_id"
        f" JOIN (VALUES {_STEPS}) AS f(step, place) ON f.step = p.reached AND f.place >= q.place WHERE {_OF_FUNNEL}"
        " UNION SELECT p.stopped_at FROM q JOIN projects p ON p.reached = q.step"
        f" WHERE p.stopped_at IS NOT NULL AND {_OF_FUNNEL}"
    ),
)
STOPPED = Rows(
    view="stages",
    name="stopped",
    row=Stopped,
    asked=AskedStopped,
    query=_STOPPED,
    order="project_id",
    key=("project_id",),
    origin=(
        "SELECT m.position FROM q JOIN milestones m ON m.log_id = %(log_id)s AND m.project_id = q.project_id"
        " UNION SELECT q.position FROM q WHERE q.position IS NOT NULL"
    ),
)
HALF_YEARS = Rows(
    view="stages",
    name="half-years",
    row=HalfYearCount,
    asked=Chosen,
    query=_HALF_YEARS,
    order="half_year DESC, mark",
    key=("half_year", "mark"),
    origin="SELECT unnest(q.positions) AS position FROM q",
)
LISTS: tuple[Rows[Any], ...] = (DURATIONS, STRETCHES, FUNNEL_STEPS, STOPPED, HALF_YEARS)
