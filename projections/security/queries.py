"""安全查询 The calendar of test reports on a day, systems with their levels, incidents, and the marks of projects."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb
from pydantic import Field

from domain.rule import Parameters
from domain.system import IncidentGrade
from projections.asking import Row, Rows, TracedRow, UnderRules, of_streams


class TestState(StrEnum):
    """报告状态 What a report is worth on the day of asking."""

    VALID = "VALID"  # 有效，提示期内不到期
    EXPIRING = "EXPIRING"  # 有效，提示期内到期
    LAPSED = "LAPSED"  # 已过期
    INVALIDATED = "INVALIDATED"  # 登记后被撤回
    SUPERSEDED = "SUPERSEDED"  # 已有更新的报告，或系统已停用
    NO_TERM = "NO_TERM"  # 规则集未规定有效期


class Validity(StrEnum):
    """覆盖状态 What covers a system on the day of asking."""

    NO_LEVEL = "NO_LEVEL"  # 未定级备案
    EXEMPT = "EXEMPT"  # 该级别无须测评
    NO_TEST = "NO_TEST"  # 无测评报告
    UNFIT = "UNFIT"  # 报告与等级、证号不符，或早于定级、重大变更
    EXPIRED = "EXPIRED"  # 已过期
    NOT_PASSED = "NOT_PASSED"  # 结论不合格，或应整改而无计划，或有未整改高风险、重大隐患
    VALID = "VALID"  # 有效


class TestReport(TracedRow):
    """测评报告一行 A report, until when it counts, and what became of it."""

    system_id: UUID
    system_name: str
    projects: list[UUID]
    owners: list[str]
    kind: str = Field(description="LEVEL 等级测评, CRYPTO 密评, CLASSIFIED 涉密测评")
    report_no: str
    agency: str | None
    level: int | None
    template: str | None = Field(description="报告模板；密评为阶段 template, or the stage of a 密评")
    conclusion: str | None
    unresolved_high_risks: int | None
    major_hazards: int | None
    rectification_plan: bool | None
    happened_on: str = Field(description="报告日期 day of the report")
    valid_until: date | None = Field(description="最后有效日，按询问之日的规则集 last day on which it is good")
    days_left: int | None = Field(description="距到期天数；负数为已过期 days until then, negative when past")
    state: TestState
    standing: str = Field(description="STANDS, REPLACED 已更正, WITHDRAWN 已撤回")
    corrected_by: int | None = Field(description="更正事件的位置 position of the correction")
    corrected_why: str | None
    position: int = Field(description="登记事件的位置 position of the event")


class SystemSecurity(TracedRow):
    """系统安全一行 A system's level, the report by which it is seen, and what stands open."""

    system_id: UUID
    name: str
    projects: list[UUID]
    owners: list[str]
    level: int | None
    certificate_no: str | None
    filed_on: str | None
    changed_on: str | None = Field(description="最近一次重大变更")
    validity: Validity
    valid_until: date | None
    days_left: int | None
    report_no: str | None
    conclusion: str | None
    reported_on: date | None
    unresolved_high_risks: int
    major_hazards: int
    crypto_report_no: str | None
    open_incidents: int
    gravest_open_incident: str | None
    position: int = Field(description="系统最近一个事件的位置 position of its last event")


class LevelCount(TracedRow):
    """等级统计 Systems in use of a level, by what covers them."""

    level: int | None
    validity: Validity
    systems: int
    unresolved_high_risks: int
    major_hazards: int
    open_incidents: int


class Incident(TracedRow):
    """安全事件一行 (G19)."""

    system_id: UUID
    system_name: str
    projects: list[UUID]
    owners: list[str]
    number: int
    grade: str
    occurred_on: str
    resolved_on: str | None


class SecurityMarks(TracedRow):
    """三同步一行 Did security go along in plan, building and assessment (G18)?"""

    project_id: UUID
    number: str | None
    name: str
    owners: list[str]
    planned: bool = Field(description="同规划")
    built_on: str | None = Field(description="同建设")
    assessed_on: str | None = Field(description="同考核")
    systems: int


class Asked(UnderRules):
    """On which day, and of which systems."""

    unit: str | None = None
    project: UUID | None = None
    system: UUID | None = None
    level: int | None = None


class TestsAsked(Asked):
    """Which reports. One that ends within so many days is EXPIRING."""

    state: TestState | None = None
    within_days: int = 90


class SystemsAsked(Asked):
    """Which systems."""

    validity: Validity | None = None


class IncidentsAsked(Asked):
    """Which incidents."""

    unresolved: bool = False
    grade: IncidentGrade | None = None


class MarksAsked(Row):
    """Which projects."""

    unit: str | None = None
    missing: bool = False


def _state_terms(asked: dict[str, Any]) -> None:
    """Add what the rule set of the day says of reports to the parameters of a query."""
    parameters: Parameters = asked["parameters"]
    terms = {int(level): months for level, months in parameters.test_validity_months.items()}
    crypto = parameters.crypto
    asked |= {
        "kinds": [*("LEVEL" for _ in terms), *(["CRYPTO"] if crypto else [])],
        "levels": [*terms, *([0] if crypto else [])],
        "months": [*terms.values(), *([crypto.validity_months] if crypto else [])],
        "exempt": list(parameters.levels_without_test),
        "conclusions": Jsonb(parameters.conclusion_scales),
    }


_OF_SYSTEM = """
    s.log_id = %(log_id)s AND (%(classified)s OR NOT s.classified)
    AND (%(unit)s::text IS NULL OR s.owners @> ARRAY[%(unit)s::text])
    AND (%(project)s::uuid IS NULL OR s.projects @> ARRAY[%(project)s::uuid])
    AND (%(system)s::uuid IS NULL OR s.system_id = %(system)s)
"""
_TERMS = "unnest(%(kinds)s::text[], %(levels)s::int[], %(months)s::int[]) AS v(kind, level, months)"
_UNTIL = "(t.reported_on + make_interval(months => v.months))::date"

_WITHIN = "%(within_days)s::int"
_ENDING = {
    TestState.LAPSED: (None, "-1"),
    TestState.EXPIRING: ("0", _WITHIN),
    TestState.VALID: (f"({_WITHIN} + 1)", None),
}
"""States of a term: from how many days after the day of asking, and until how many, a report of it ends."""
_OTHERS = {
    None: "true",
    TestState.INVALIDATED: "t.standing = 'WITHDRAWN'",
    TestState.SUPERSEDED: "t.standing <> 'WITHDRAWN' AND NOT t.covering",
    TestState.NO_TERM: "t.covering AND v.months IS NULL",
}


def _reports(source: str, condition: str) -> str:
    return f"""
        SELECT t.system_id, s.name AS system_name, s.projects, s.owners, t.kind, t.report_no, t.agency,
               nullif(t.level, 0) AS level, t.template, t.conclusion, t.unresolved_high_risks, t.major_hazards,
               t.rectification_plan, t.happened_on, {_UNTIL} AS valid_until, {_UNTIL} - %(on)s::date AS days_left,
               CASE WHEN t.standing = 'WITHDRAWN' THEN 'INVALIDATED' WHEN NOT t.covering THEN 'SUPERSEDED'
                    WHEN v.months IS NULL THEN 'NO_TERM' WHEN {_UNTIL} < %(on)s::date THEN 'LAPSED'
                    WHEN {_UNTIL} <= %(on)s::date + {_WITHIN} THEN 'EXPIRING' ELSE 'VALID' END AS state,
               t.standing, t.corrected_by, t.corrected_why, t.position, t.reported_on
        FROM {source} JOIN systems s ON s.log_id = t.log_id AND s.system_id = t.system_id
        WHERE t.log_id = %(log_id)s AND {condition} AND {_OF_SYSTEM}
          AND (%(level)s::int IS NULL OR t.level = %(level)s)
    """


def _tests(asked: dict[str, Any]) -> str:
    _state_terms(asked)
    source = f"tests t LEFT JOIN {_TERMS} ON v.kind = t.kind AND v.level = t.level"
    state = asked["state"]
    if state not in _ENDING:
        return _reports(source, _OTHERS[state])
    terms = zip(asked["kinds"], asked["levels"], asked["months"], strict=True)
    ending = " OR ".join(_ends(*term, *_ENDING[state]) for term in terms)
    return _reports(source, f"t.covering AND ({ending or 'false'})")


def _ends(kind: str, level: int, months: int, first: str | None, last: str | None) -> str:
    """Reports of a term that end from so many days after the day of asking until so many.

    The day less the months lies within some days of the day of the report: the index is narrowed by that, and the exact
    day decides. All but the days is of the rule set, so each term has a range that the planner can weigh.
    """
    found = [f"t.kind = '{kind}'", f"t.level = {level:d}"]
    day = "%(on)s::date + {days}"
    back = f"t.reported_on {{op}} ({day} - make_interval(months => {months:d}, days => {{slack}}))::date"
    for op, days, slack in ((">=", first, 4), ("<=", last, -4)):
        if days is not None:
            found += [back.format(op=op, days=days, slack=slack), f"{_UNTIL} {op} {day.format(days=days)}"]
    return f"({' AND '.join(found)})"


_SYSTEMS = f"""
    SELECT t.*, t.valid_until - %(on)s::date AS days_left,
           CASE WHEN t.level IS NULL THEN 'NO_LEVEL'
                WHEN t.level = ANY(%(exempt)s::int[]) THEN 'EXEMPT'
                WHEN t.report_no IS NULL OR t.reported_on > %(on)s::date THEN 'NO_TEST'
                WHEN NOT t.fits THEN 'UNFIT'
                WHEN t.valid_until IS NULL OR t.valid_until < %(on)s::date THEN 'EXPIRED'
                WHEN t.unresolved_high_risks > 0 OR t.major_hazards > 0
                     OR CASE coalesce(%(conclusions)s::jsonb -> t.template ->> t.conclusion, 'FAIL')
                        WHEN 'PASS' THEN false WHEN 'PASS_WITH_RECTIFICATION' THEN NOT t.rectification_plan ELSE true
                        END THEN 'NOT_PASSED'
                ELSE 'VALID' END AS validity
    FROM (
        SELECT s.*, (s.reported_on + make_interval(months => v.months))::date AS valid_until
        FROM systems s LEFT JOIN {_TERMS} ON v.kind = 'LEVEL' AND v.level = s.test_level
        WHERE {_OF_SYSTEM} AND NOT s.retired AND (%(level)s::int IS NULL OR s.level = %(level)s)
    ) t
"""


def _systems(asked: dict[str, Any]) -> str:
    _state_terms(asked)
    return f"""
        SELECT system_id, name, projects, owners, level, certificate_no, filed_on, changed_on, validity, valid_until,
               days_left, report_no, conclusion, reported_on, unresolved_high_risks, major_hazards, crypto_report_no,
               open_incidents, gravest_open_incident, position
        FROM ({_SYSTEMS}) s WHERE (%(validity)s::text IS NULL OR validity = %(validity)s)
    """


def _levels(asked: dict[str, Any]) -> str:
    _state_terms(asked)
    return f"""
        SELECT level, coalesce(level::text, 'NONE') AS of_level, validity, count(*) AS systems,
               sum(unresolved_high_risks) AS unresolved_high_risks, sum(major_hazards) AS major_hazards,
               sum(open_incidents) AS open_incidents
        FROM ({_SYSTEMS}) s GROUP BY level, validity
    """


_COVER = (
    "system.registered",
    "system.security_level_filed",
    "system.changed",
    "system.security_tested",
    "system.crypto_assessed",
    "system.retired",
)
"""Of these it follows which report a system is seen by, and what that is worth."""
_OF_INCIDENTS = ("system.security_incident_recorded", "system.security_incident_resolved")

TESTS = Rows(
    view="security",
    name="tests",
    row=TestReport,
    asked=TestsAsked,
    query=_tests,
    order="reported_on DESC, position DESC",
    key=("position",),
    origin=of_streams("system_id", *_COVER, "system.classified_tested"),
)
"""Reports, the newest first."""
_TESTS_BY_END = replace(TESTS, order="valid_until, position")

SYSTEMS = Rows(
    view="security",
    name="systems",
    row=SystemSecurity,
    asked=SystemsAsked,
    query=_systems,
    order="name, system_id",
    key=("system_id",),
    origin=of_streams("system_id", *_COVER, *_OF_INCIDENTS),
)
"""Systems in use, by name, as they stand on a day."""

LEVELS = Rows(
    view="security",
    name="levels",
    row=LevelCount,
    asked=Asked,
    query=_levels,
    order="level NULLS FIRST, validity",
    key=("of_level", "validity"),
    origin=of_streams("system_id", *_COVER, *_OF_INCIDENTS).replace(
        "FROM q ",
        f"FROM (SELECT s.system_id FROM q JOIN ({_SYSTEMS}) s"
        " ON s.validity = q.validity AND s.level IS NOT DISTINCT FROM q.level) q ",
    ),
)
"""Systems in use counted by level and by what covers them."""

INCIDENTS = Rows(
    view="security",
    name="incidents",
    row=Incident,
    asked=IncidentsAsked,
    query=f"""
        SELECT i.system_id, s.name AS system_name, s.projects, s.owners, i.number, i.grade, i.occurred_on,
               i.resolved_on, i.occurred_from
        FROM incidents i JOIN systems s ON s.log_id = i.log_id AND s.system_id = i.system_id
        WHERE i.log_id = %(log_id)s AND {_OF_SYSTEM} AND (NOT %(unresolved)s::boolean OR i.resolved_on IS NULL)
          AND (%(grade)s::text IS NULL OR i.grade = %(grade)s) AND (%(level)s::int IS NULL OR s.level = %(level)s)
    """,
    order="occurred_from DESC, system_id, number",
    key=("system_id", "number"),
    origin=of_streams("system_id", *_OF_INCIDENTS),
    picks={"number": "number"},
)
"""Incidents, newest first; those of retired systems too."""

MARKS = Rows(
    view="security",
    name="projects",
    row=SecurityMarks,
    asked=MarksAsked,
    query="""
        SELECT project_id, number, name, owners, planned, built_on, assessed_on, systems FROM projects
        WHERE log_id = %(log_id)s AND (%(classified)s OR NOT classified)
          AND (%(unit)s::text IS NULL OR owners @> ARRAY[%(unit)s::text])
          AND (NOT %(missing)s::boolean OR NOT planned OR built_on IS NULL OR assessed_on IS NULL)
    """,
    order="number, project_id",
    key=("project_id",),
    origin=of_streams(
        "project_id",
        "project.filed",
        "project.filing_amended",
        "project.filing_refused",
        "project.system_listed",
        "project.security_marked",
    ),
)
"""Filed projects with their marks of security, by number; with `missing` those that lack one."""

LISTS: tuple[Rows[Any], ...] = (TESTS, SYSTEMS, LEVELS, INCIDENTS, MARKS)


def tests_of(state: TestState | None) -> Rows[TestReport]:
    """The reports in their order: those of a term by its end."""
    return _TESTS_BY_END if state in _ENDING else TESTS
