"""视图 Register, timeline, supervision and performance. Every answer says its position and lag."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BeforeValidator, Field, WithJsonSchema

from api.context import Context, Reader
from api.lists import ListAnswer, ListPart, Part
from api.moments import AS_IT_STANDS, At, Moment, On, ViewBehindError, one_more_as_of
from api.problems import Problem
from application.absences import absences
from application.asking import NOW, AsOf
from application.ports import UpTo
from domain.event import Value
from domain.faults import UnknownSubjectError
from domain.project import Category, OpenAttribute, ResourceKind, Stage
from domain.reminders import DeadlineKind
from domain.rule import Gate, RuleSet, text
from domain.streams import unit_id
from domain.texts import ValueFault
from infrastructure.projecting.as_of import view_as_of
from infrastructure.projecting.engine import ViewFillingError
from infrastructure.store.connections import answering
from projections.asking import Connection, Listing, Row, Rows, RowT, TracedRow, UnderRules, Window, read, trace_of
from projections.performance import queries as performance
from projections.red_flags import queries as red_flags
from projections.register import queries as register
from projections.sharing import queries as sharing
from projections.supervision import queries as supervision
from projections.timeline import queries as timeline
from projections.view import Freshness

router = APIRouter(tags=["视图 views"])

NOTHING_THEN: dict[int | str, dict[str, Any]] = {
    404: {"model": Problem, "description": "当时尚无记录或规则集 nothing was recorded or in force then"}
}
"""What a read may answer that is asked about a day or a moment."""


class ViewAnswer(ListAnswer[RowT], Generic[RowT]):
    """视图 A page of a list of a view, and how fresh the view is."""

    freshness: Freshness


class Board(Value):
    """监督台各表 The lists of the board: how many rows, and the first of them."""

    blocked: Listing[supervision.Blocked] = Field(description="被拦及依据条款 blocked, and by which clause")
    overdue: Listing[supervision.Overdue] = Field(description="逾期未验收 overdue against the timetable")
    out_of_order: Listing[supervision.OutOfOrder] = Field(description="次序颠倒 out of order")
    refusals: Listing[supervision.RefusedAttempt] = Field(description="被拒与再次申请 refusals and retries")
    exceptions: Listing[supervision.GrantedException] = Field(description="例外及批准机关 exceptions, and by whom")
    exceptions_by_body: Listing[supervision.ExceptionsOfBody] = Field(description="例外按机关 exceptions by body")
    sanctioned_units: Listing[supervision.SanctionedUnit] = Field(description="受限单位 sanctioned units")
    tasks: Listing[supervision.OpenTask] = Field(description="任务 tasks due and overdue")
    supervision_items: Listing[supervision.OpenItem] = Field(description="督办事项 supervision items")
    missed_meetings: Listing[supervision.MissedMeeting] = Field(description="未召开联席会议的半年 missed meetings")
    late_entries: Listing[supervision.LateEntry] = Field(description="迟录 recorded late")


class FlagCounts(Value):
    """疑点计数 Red flags by status, and how fresh their view is (/v1/red-flags)."""

    freshness: Freshness
    by_status: dict[red_flags.Status, int]
    traces: dict[red_flags.Status, str] = Field(description="各计数的溯源 where each count is traced")


class BoardAnswer(Value):
    """监督台 As of a day, under the rule set of that day."""

    freshness: Freshness
    on: date
    rule_set: str | None
    lists: Board
    red_flags: FlagCounts | None = Field(
        default=None,
        description="现时疑点数；看过去的监督台、疑点视图首次填充时不给 as they stand now; not for a board of the past",
    )


class SummaryAnswer(Value):
    """绩效汇总."""

    freshness: Freshness
    figures: performance.Summary
    traces: dict[str, str] = Field(description="各数字的溯源 where each figure is traced")


_YUAN = r"^-?[0-9]{1,16}(\.[0-9]{1,2})?$"


def _yuan(value: object) -> object:
    if isinstance(value, str) and not re.fullmatch(_YUAN, value):
        raise ValueFault("应为数额，元，至多两位小数", "an amount in yuan is needed, of two decimals at most")
    return value


Yuan = Annotated[Decimal, BeforeValidator(_yuan), WithJsonSchema({"type": "string", "pattern": _YUAN})]
"""An amount as a text of digits: a number of JSON would not be exact."""
Source = Annotated[str | None, Query(max_length=100, description="导入来源 of an imported record")]
OfProject = Annotated[UUID | None, Query(description="只看此项目 of this project only")]
OfUnit = Annotated[str | None, Query(max_length=40, description="建设单位统一社会信用代码")]
Year = Annotated[int | None, Query(ge=1900, le=2999, description="年度 year")]
Scheme = Annotated[str | None, Query(max_length=200, description="评价方案及版本 scheme and version")]
Period = Annotated[str | None, Query(max_length=60, description="哪一版 which edition")]
Area = Annotated[str | None, Query(max_length=200, description="类别、组合或国家 category, portfolio or country")]
ByIndicator = Annotated[performance.Indicator, Query(description="指标 indicator")]
Within = Annotated[int, Query(ge=0, le=3660, description="含此后多少天内到期的 due within so many days")]


@dataclass(frozen=True)
class View:
    """A view being read: everything on `conn` belongs to one state of the database, which `freshness` describes."""

    conn: Connection
    freshness: Freshness


@contextmanager
def reading(context: Context, name: str, at: Moment) -> Iterator[View]:
    """Read a view in one snapshot: as it stands, after waiting for a position if one is asked for, or as of a moment.

    Raises ViewBehindError, ViewFillingError, TooManyAsOfError, BadFieldError for a position that the log has not.
    """
    engine = context.liuhen.engine
    if at.as_of != NOW:
        with one_more_as_of(), view_as_of(engine, name, at.as_of) as (conn, freshness):
            at.in_log_of(freshness)
            yield View(conn, freshness)
        return
    if at.min_position and not engine.wait_for(name, at.min_position, at.wait_seconds):
        freshness = engine.freshness(name)
        at.in_log_of(freshness)
        raise ViewBehindError(freshness, at.min_position, at.wait_seconds)
    with answering(context.liuhen.pool) as conn, conn.transaction():
        conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        conn.execute(f"SET LOCAL search_path TO {engine.schema(name, conn)}".encode())
        yield View(conn, engine.freshness(name, conn))


@router.get("/register/projects", summary="项目登记簿 the register of projects")
def register_projects(
    context: Reader,
    at: At,
    part: Part,
    q: Annotated[
        str | None,
        Query(
            max_length=100,
            description="名称、备案号、单位、类别的一部分，中英文、全半角均可，各词都须出现"
            " part of a name, number, unit or category; every word must be found",
        ),
    ] = None,
    unit: OfUnit = None,
    category: Annotated[Category | None, Query(description="项目类别 category")] = None,
    stage: Annotated[Stage | None, Query(description="阶段 stage")] = None,
    source: Source = None,
    least_yuan: Annotated[Yuan | None, Query(description="数额（批复，未批复的按估算）下限，元 at least")] = None,
    most_yuan: Annotated[Yuan | None, Query(description="数额上限，元 at most, approved or estimated")] = None,
) -> ViewAnswer[register.ProjectRow]:
    """Projects by any part of their names, in Chinese or English; by unit, category, stage, source and amount."""
    asked = register.ProjectsAsked(
        q=q,
        unit=unit,
        category=category,
        stage=stage,
        source=source,
        least_yuan=least_yuan,
        most_yuan=most_yuan,
    )
    return answer(context, register.PROJECTS, asked, part, at)


@router.get("/register/units", summary="单位登记簿 the register of units")
def register_units(
    context: Reader,
    at: At,
    part: Part,
    q: Annotated[str | None, Query(max_length=100, description="名称（含曾用名）或代码的一部分 part of a name")] = None,
) -> ViewAnswer[register.UnitRow]:
    """Units by name, earlier names or code, with the number of their projects."""
    return answer(context, register.UNITS, register.UnitsAsked(q=q), part, at)


class ShownAbsence(TracedRow):
    """缺项 One thing that is not there yet on the day: what the next gate asks for, or what falls due."""

    rule: str
    gate: Gate | None = Field(description="要求它的关口 the gate that asks for it")
    kind: DeadlineKind | None = Field(description="何种期限 which deadline it is")
    due_on: date | None
    days_overdue: int
    zh: str
    en: str


class TimelineAnswer(ViewAnswer[timeline.TimelineEntry]):
    """时间线 The story of a subject, and what it still lacks on the day, under the rule set of that day."""

    on: date
    rule_set: str | None
    absences: list[ShownAbsence] = Field(description="缺项：尚无而应有的 what is not there yet")


@router.get("/timeline/{subject}", summary="时间线及缺项 the story of a project, system or unit, and what it lacks")
def read_timeline(context: Reader, at: At, part: Part, on: On, subject: str) -> TimelineAnswer:
    """One plain sentence per event, in both languages, and one for each thing that is absent on the day.

    `subject` is an identity, or a unit's code. Without `on`, absences are as of the day of the moment that is asked
    for, by the gates and deadlines of the rule set of that day.
    """
    try:
        identity = UUID(subject)
    except ValueError:
        identity = unit_id(subject)
    desk, whose = context.liuhen.desk, timeline.Asked(subject=identity)
    with reading(context, "timeline", at) as view:

        def fetch(window: Window) -> Listing[timeline.TimelineEntry]:
            return read(view.conn, context.log_id, timeline.STORY, whose, window, classified=context.sees_classified)

        kind = timeline.kind_of(view.conn, context.log_id, identity, classified=context.sees_classified)
        position = view.freshness.position
        as_of = AsOf(UpTo(position=position), at.as_of.happened)
        missing = absences(desk, kind, identity, as_of, on) if kind is not None else ()
        rules = desk.rule_sets.in_force(on)
        trace = trace_of(timeline.ABSENCES, whose, moment=at.said())
        return part.answer(
            TimelineAnswer,
            fetch,
            freshness=view.freshness,
            on=on,
            rule_set=rules.id if rules else None,
            absences=[
                ShownAbsence(**a.model_dump(exclude={"told"}), zh=a.told.zh, en=a.told.en, trace=trace) for a in missing
            ],
        )


@router.get("/supervision", summary="监督台 the supervision board")
def read_board(
    context: Reader,
    at: At,
    on: On,
    limit: Annotated[int, Query(ge=0, le=100, description="每表行数 rows of each list")] = 10,
    within_days: Within = 30,
    exact: Annotated[bool, Query(description="总数须为确数 count all rows, however many")] = False,
) -> BoardAnswer:
    """What is blocked and why, overdue, out of order, refused, excepted, sanctioned, due, missed and recorded late.

    Of each list the number of rows and the first of them; each number and row says where it is traced.
    """
    rule_set, asked = _asked(context, on, within_days=within_days)
    part = Window(limit=limit, exact=exact, moment=at.said())
    flagged = _flag_counts(context, at)
    with reading(context, "supervision", at) as view:

        def listed(rows: Rows[RowT]) -> Listing[RowT]:
            return read(view.conn, context.log_id, rows, asked, part, classified=context.sees_classified)

        return BoardAnswer(
            freshness=view.freshness,
            on=asked.on,
            rule_set=rule_set,
            lists=Board(
                blocked=listed(supervision.BLOCKED),
                overdue=listed(supervision.OVERDUE),
                out_of_order=listed(supervision.OUT_OF_ORDER),
                refusals=listed(supervision.REFUSALS),
                exceptions=listed(supervision.EXCEPTIONS),
                exceptions_by_body=listed(supervision.EXCEPTIONS_BY_BODY),
                sanctioned_units=listed(supervision.SANCTIONED),
                tasks=listed(supervision.TASKS),
                supervision_items=listed(supervision.ITEMS),
                missed_meetings=listed(supervision.MISSED_MEETINGS),
                late_entries=listed(supervision.LATE_ENTRIES),
            ),
            red_flags=flagged,
        )


def _flag_counts(context: Context, at: Moment) -> FlagCounts | None:
    """None where they would have to be made for it, or are being made."""
    if at.as_of != NOW:
        return None
    try:
        with reading(context, "red_flags", AS_IT_STANDS) as view:
            counts = red_flags.counts(view.conn, context.log_id, classified=context.sees_classified)
            by_status = {s: sum(c.flags for c in counts if c.status is s) for s in red_flags.Status}
            traces = {s: red_flags.traced(status=s) for s in red_flags.Status}
            return FlagCounts(freshness=view.freshness, by_status=by_status, traces=traces)
    except ViewFillingError:
        return None


def _asked(
    context: Context, on: date, project: UUID | None = None, source: str | None = None, within_days: int = 30
) -> tuple[str | None, supervision.Asked]:
    """The rule set in force on the day, and the question. Without a rule set nothing counts as recorded late."""
    rule_sets = context.liuhen.desk.rule_sets
    rules = rule_sets.in_force(on)
    return rules.id if rules else None, supervision.Asked(
        on=on,
        limit_days=rules.parameters.backdating_limit_days if rules else 2**31 - 1,
        first_day=rule_sets.all[0].effective_from,
        within_days=within_days,
        project=project,
        source=source,
    )


def view_answer(
    view: View, row: type[RowT], part: ListPart, fetch: Callable[[Window], Listing[RowT]]
) -> ViewAnswer[RowT]:
    """The answer of a list of a view that is being read."""
    shape: type[ViewAnswer[RowT]] = ViewAnswer[row]  # type: ignore[valid-type]
    return part.answer(shape, fetch, freshness=view.freshness)


def answer(context: Context, rows: Rows[RowT], asked: Row, part: ListPart, at: Moment) -> ViewAnswer[RowT]:
    """The answer of a list of any view."""
    with reading(context, rows.view, at) as view:

        def fetch(window: Window) -> Listing[RowT]:
            return read(view.conn, context.log_id, rows, asked, window, classified=context.sees_classified)

        return view_answer(view, rows.row, part, fetch)


UnderRulesT = TypeVar("UnderRulesT", bound=UnderRules)


def under_rules(context: Context, asked: UnderRulesT) -> UnderRulesT:
    """What is asked with the parameters of the day. Raises UnknownSubjectError when no rule set was in force then."""
    return asked.but(parameters=rules_of(context, asked.on).parameters)


def rules_of(context: Context, day: date) -> RuleSet:
    """The rule set in force on a day. Raises UnknownSubjectError when none was."""
    rules = context.liuhen.desk.rule_sets.in_force(day)
    if rules is None:
        raise UnknownSubjectError(text("当日没有生效的规则集", "no rule set was in force on that day"))
    return rules


@router.get("/supervision/blocked", summary="被拦项目及原因 blocked, and by which clause")
def read_blocked(
    context: Reader, at: At, part: Part, on: On, project: OfProject = None
) -> ViewAnswer[supervision.Blocked]:
    """Projects that a gate refused and that did not pass it since."""
    return answer(context, supervision.BLOCKED, _asked(context, on, project)[1], part, at)


@router.get("/supervision/overdue", summary="逾期未验收 overdue")
def read_overdue(
    context: Reader, at: At, part: Part, on: On, project: OfProject = None
) -> ViewAnswer[supervision.Overdue]:
    """Approved projects past their due day of acceptance."""
    return answer(context, supervision.OVERDUE, _asked(context, on, project)[1], part, at)


@router.get("/supervision/out-of-order", summary="次序颠倒 out of order")
def read_out_of_order(
    context: Reader, at: At, part: Part, on: On, project: OfProject = None, source: Source = None
) -> ViewAnswer[supervision.OutOfOrder]:
    """Projects with steps whose days contradict their order."""
    return answer(context, supervision.OUT_OF_ORDER, _asked(context, on, project, source)[1], part, at)


@router.get("/supervision/refusals", summary="被拒记录 refused attempts, and what became of them")
def read_refusals(
    context: Reader, at: At, part: Part, on: On, project: OfProject = None
) -> ViewAnswer[supervision.RefusedAttempt]:
    """Every refused attempt, newest first: which in a row it was, and the event that passed the gate later."""
    return answer(context, supervision.REFUSALS, _asked(context, on, project)[1], part, at)


@router.get("/supervision/exceptions", summary="例外 exceptions, granted by whom")
def read_exceptions(
    context: Reader, at: At, part: Part, on: On, project: OfProject = None
) -> ViewAnswer[supervision.GrantedException]:
    """Every exception that was granted, newest first; `in_force` says how it stands on the day."""
    return answer(context, supervision.EXCEPTIONS, _asked(context, on, project)[1], part, at)


@router.get("/supervision/exceptions-by-body", summary="例外按决定机关 exceptions by the body that granted them")
def read_exceptions_by_body(context: Reader, at: At, part: Part, on: On) -> ViewAnswer[supervision.ExceptionsOfBody]:
    """How many exceptions from which rule each body granted."""
    return answer(context, supervision.EXCEPTIONS_BY_BODY, _asked(context, on)[1], part, at)


@router.get("/supervision/sanctioned-units", summary="受限单位 sanctioned units")
def read_sanctioned_units(context: Reader, at: At, part: Part, on: On) -> ViewAnswer[supervision.SanctionedUnit]:
    """Units with overdue connection obligations, which G10 bars from approvals and operation money."""
    return answer(context, supervision.SANCTIONED, _asked(context, on)[1], part, at)


@router.get("/supervision/tasks", summary="任务 tasks due and overdue")
def read_tasks(
    context: Reader, at: At, part: Part, on: On, within_days: Within = 30
) -> ViewAnswer[supervision.OpenTask]:
    """Tasks that are not completed, the longest overdue first (O07, O08, O22)."""
    return answer(context, supervision.TASKS, _asked(context, on, within_days=within_days)[1], part, at)


@router.get("/supervision/supervision-items", summary="督办事项 supervision items due and overdue")
def read_supervision_items(
    context: Reader, at: At, part: Part, on: On, within_days: Within = 30
) -> ViewAnswer[supervision.OpenItem]:
    """Supervision items that are not closed: awaiting a reply, overdue, or awaiting the verdict on it (O18)."""
    return answer(context, supervision.ITEMS, _asked(context, on, within_days=within_days)[1], part, at)


@router.get("/supervision/missed-meetings", summary="未召开联席会议的半年 half-years without a joint meeting")
def read_missed_meetings(context: Reader, at: At, part: Part, on: On) -> ViewAnswer[supervision.MissedMeeting]:
    """Half-years since the first rule set that ended without a joint meeting of the leading group (O01)."""
    return answer(context, supervision.MISSED_MEETINGS, _asked(context, on)[1], part, at)


@router.get("/supervision/late-entries", summary="迟录事件 recorded late")
def read_late_entries(context: Reader, at: At, part: Part, on: On) -> ViewAnswer[supervision.LateEntry]:
    """Events recorded more days after they happened than the rule set of the day allows without report."""
    return answer(context, supervision.LATE_ENTRIES, _asked(context, on)[1], part, at)


@router.get("/performance/summary", summary="绩效汇总 performance, in sum")
def performance_summary(context: Reader, at: At, source: Source = None) -> SummaryAnswer:
    """Ends against plans, refusals and money over all projects (or those of one source); `traces` traces each."""
    with reading(context, "performance", at) as view:
        figures = performance.summary(view.conn, context.log_id, classified=context.sees_classified, source=source)
        traces = {
            figure: trace_of(performance.PROJECTS, performance.Asked(source=source, **asked), moment=at.said())
            for figure, asked in performance.SUMMARY_TRACES.items()
        }
        return SummaryAnswer(freshness=view.freshness, figures=figures, traces=traces)


@router.get("/performance/county", summary="全县绩效 performance of the county, each figure with its n")
def performance_county(
    context: Reader, at: At, part: Part, source: Source = None, year: Year = None
) -> ViewAnswer[performance.CountyIndicators]:
    """Indicators of all projects together, each with the number of projects that it rests on."""
    return answer(context, performance.COUNTY, performance.Asked(source=source, year=year), part, at)


@router.get("/performance/county-evaluations", summary="县级评价 what people said of the county as a whole")
def performance_county_evaluations(
    context: Reader, at: At, part: Part, year: Year = None, scheme: Scheme = None
) -> ViewAnswer[performance.CountyScore]:
    """Evaluations of the county, beside the computed indicators of `/performance/county`."""
    return answer(context, performance.COUNTY_SCORES, performance.ScoreAsked(year=year, scheme=scheme), part, at)


@router.get("/performance/projects", summary="项目绩效 performance of projects")
def performance_projects(
    context: Reader,
    at: At,
    part: Part,
    unit: OfUnit = None,
    source: Source = None,
    year: Year = None,
    ended: Annotated[performance.Ended | None, Query(description="比计划晚、早、按期或未知 against the plan")] = None,
) -> ViewAnswer[performance.ProjectIndicators]:
    """Indicators computed from events, with every human score beside them."""
    asked = performance.Asked(unit=unit, source=source, year=year, ended=ended)
    return answer(context, performance.PROJECTS, asked, part, at)


@router.get("/performance/units", summary="单位绩效 performance of units")
def performance_units(
    context: Reader, at: At, part: Part, unit: OfUnit = None, source: Source = None, year: Year = None
) -> ViewAnswer[performance.UnitIndicators]:
    """Indicators per owner unit, beside the grades that people gave, counted per scale and never across scales."""
    asked = performance.Asked(unit=unit, source=source, year=year)
    return answer(context, performance.UNITS, asked, part, at)


@router.get("/performance/years", summary="年度绩效 performance by year of approval")
def performance_years(
    context: Reader, at: At, part: Part, unit: OfUnit = None, source: Source = None, year: Year = None
) -> ViewAnswer[performance.YearIndicators]:
    """Indicators of the projects approved in each year, beside the grades that people gave."""
    asked = performance.Asked(unit=unit, source=source, year=year)
    return answer(context, performance.YEARS, asked, part, at)


@router.get("/performance/project-ranks", summary="项目排名 projects ranked by an indicator")
def performance_project_ranks(
    context: Reader, at: At, part: Part, indicator: ByIndicator, source: Source = None, year: Year = None
) -> ViewAnswer[performance.RankedProject]:
    """Standard competition ranking: equals share a rank and the next is skipped; who has no value is not ranked."""
    asked = performance.RankAsked(indicator=indicator, source=source, year=year)
    return answer(context, performance.PROJECT_RANKS, asked, part, at)


@router.get("/performance/unit-ranks", summary="单位排名 units ranked by an indicator")
def performance_unit_ranks(
    context: Reader, at: At, part: Part, indicator: ByIndicator, source: Source = None, year: Year = None
) -> ViewAnswer[performance.RankedUnit]:
    """Rates of the sums of a unit's projects, medians of their days; standard competition ranking."""
    asked = performance.RankAsked(indicator=indicator, source=source, year=year)
    return answer(context, performance.UNIT_RANKS, asked, part, at)


@router.get("/performance/project-score-ranks", summary="项目评分排名 scores of projects, ranked")
def performance_project_score_ranks(
    context: Reader,
    at: At,
    part: Part,
    scheme: Scheme = None,
    period: Annotated[str | None, Query(max_length=60, description="评价期间")] = None,
) -> ViewAnswer[performance.RankedProjectScore]:
    """Ranked within one scheme and version, one scale, channel and period: others are never mixed in."""
    asked = performance.ScoreAsked(scheme=scheme, period=period)
    return answer(context, performance.PROJECT_SCORE_RANKS, asked, part, at)


@router.get("/performance/unit-score-ranks", summary="单位考核排名 scores of units, ranked")
def performance_unit_score_ranks(
    context: Reader, at: At, part: Part, scheme: Scheme = None, year: Year = None
) -> ViewAnswer[performance.RankedUnitScore]:
    """Ranked within one scheme and version, one scale, kind and year: others are never mixed in."""
    asked = performance.ScoreAsked(scheme=scheme, year=year)
    return answer(context, performance.UNIT_SCORE_RANKS, asked, part, at)


@router.get("/performance/assessments", summary="单位考核 assessments of units")
def performance_assessments(
    context: Reader, at: At, part: Part, year: Year = None, unit: OfUnit = None, scheme: Scheme = None
) -> ViewAnswer[performance.UnitAssessment]:
    """What each unit was assessed for a year, by which scale."""
    asked = performance.ScoreAsked(year=year, unit=unit, scheme=scheme)
    return answer(context, performance.ASSESSMENTS, asked, part, at)


@router.get("/performance/disagreements", summary="评价分歧 own and independent ratings that differ")
def performance_disagreements(
    context: Reader, at: At, part: Part, source: Source = None
) -> ViewAnswer[performance.Disagreement]:
    """Projects whose own and independent ratings differ, on one scale and period."""
    return answer(context, performance.DISAGREEMENTS, performance.RatersAsked(source=source), part, at)


@router.get("/performance/raters", summary="评价者之间的分歧 how far raters are apart")
def performance_raters(
    context: Reader,
    at: At,
    part: Part,
    source: Source = None,
    differ: Annotated[bool | None, Query(description="只看不一致的，或一致的 only those that differ, or agree")] = None,
) -> ViewAnswer[performance.Raters]:
    """Where several raters spoke of one project on one scale, scheme and period: grades, and the spread of scores."""
    return answer(context, performance.RATERS, performance.RatersAsked(source=source, differ=differ), part, at)


@router.get("/performance/editions", summary="他方记录各版的变化 changes from edition to edition of other records")
def performance_editions(
    context: Reader, at: At, part: Part, source: Source = None, period: Period = None, area: Area = None
) -> ViewAnswer[performance.EditionCounts]:
    """Projects of each edition, and changes of rating, end and cost since each project was seen the time before."""
    asked = performance.EditionsAsked(source=source, period=period, area=area)
    return answer(context, performance.EDITIONS, asked, part, at)


@router.get("/performance/appearances", summary="项目在各版中的情况 projects in editions of other records")
def performance_appearances(
    context: Reader,
    at: At,
    part: Part,
    source: Source = None,
    period: Period = None,
    area: Area = None,
    project: OfProject = None,
    changed: Annotated[performance.Changed | None, Query(description="只看有此变化的 only where this changed")] = None,
) -> ViewAnswer[performance.Appearance]:
    """What each edition says of a project: ratings, end and cost, beside what the edition before said."""
    asked = performance.EditionsAsked(source=source, period=period, area=area, project=project, changed=changed)
    return answer(context, performance.APPEARANCES, asked, part, at)


@router.get("/performance/edition-pairs", summary="相邻两版对比 editions in a row, compared")
def performance_edition_pairs(
    context: Reader, at: At, part: Part, source: Source = None, area: Area = None
) -> ViewAnswer[performance.EditionPair]:
    """Projects that two editions have in common, by identity or else by name, and what changed between them."""
    return answer(context, performance.EDITION_PAIRS, performance.EditionsAsked(source=source, area=area), part, at)


@router.get("/performance/names", summary="多版同名项目 names that several editions have in common")
def performance_names(
    context: Reader,
    at: At,
    part: Part,
    source: Source = None,
    editions: Annotated[int | None, Query(ge=2, le=1000, description="恰在几版中 in exactly so many editions")] = None,
) -> ViewAnswer[performance.SharedName]:
    """Names compared without brackets, punctuation and case; that they are one project is for a person to confirm."""
    return answer(context, performance.NAMES, performance.EditionsAsked(source=source, editions=editions), part, at)


@router.get("/sharing/systems", summary="系统互联情况 how systems are connected")
def sharing_systems(
    context: Reader,
    at: At,
    part: Part,
    isolated: Annotated[
        bool | None, Query(description="只看信息孤岛，或只看已互联的 only the isolated, or others")
    ] = None,
    unit: OfUnit = None,
) -> ViewAnswer[sharing.ConnectedSystem]:
    """Systems in use with the levels at which they are connected; an isolated one is connected at none (O11, O12)."""
    return answer(context, sharing.SYSTEMS, sharing.SystemsAsked(isolated=isolated, unit=unit), part, at)


@router.get("/sharing/connections", summary="互联互通 which system is connected with whom")
def sharing_connections(
    context: Reader,
    at: At,
    part: Part,
    unit: OfUnit = None,
    level: Annotated[
        sharing.ConnectionLevelName | None, Query(description="网络通、数据通、业务通 at which level")
    ] = None,
) -> ViewAnswer[sharing.Connection]:
    """Passed connection tests with other departments, by level and route (G08, G20, O11)."""
    return answer(context, sharing.CONNECTIONS, sharing.SystemsAsked(unit=unit, level=level), part, at)


@router.get("/sharing/resources", summary="共享资源：谁提供什么 who provides what")
def sharing_resources(
    context: Reader,
    at: At,
    part: Part,
    on: On,
    kind: Annotated[ResourceKind | None, Query(description="资源类别 (O15)")] = None,
    open_attribute: Annotated[OpenAttribute | None, Query(description="开放属性 (O16)")] = None,
    unit: OfUnit = None,
    lapsed: Annotated[
        bool | None,
        Query(description="只看已失效或逾期未更新的，或其他的 only what has lapsed or is overdue, or others"),
    ] = None,
) -> ViewAnswer[sharing.Resource]:
    """What projects declared to share, whether it is supplied, when it was last updated, and what has lapsed."""
    rules = context.liuhen.desk.rule_sets.in_force(on)
    asked = sharing.ResourcesAsked(
        on=on,
        cycles=rules.parameters.lapse_after_cycles if rules else 1,
        kind=kind,
        open_attribute=open_attribute,
        unit=unit,
        lapsed=lapsed,
    )
    return answer(context, sharing.RESOURCES, asked, part, at)


@router.get("/sharing/needs", summary="共享需求：谁需要什么 who needs what")
def sharing_needs(
    context: Reader,
    at: At,
    part: Part,
    unit: OfUnit = None,
    provided: Annotated[
        bool | None, Query(description="只看县内有同名资源的，或没有的 only those that somebody provides, or nobody")
    ] = None,
) -> ViewAnswer[sharing.Need]:
    """What projects need from other departments, and which projects provide a resource of that name."""
    return answer(context, sharing.NEEDS, sharing.NeedsAsked(unit=unit, provided=provided), part, at)


@router.get("/sharing/themes", summary="主题统计 projects by theme")
def sharing_themes(context: Reader, at: At, part: Part) -> ViewAnswer[sharing.ThemeCount]:
    """How many projects serve which theme of the document, by track (O10, O14, O16, O17, O30)."""
    return answer(context, sharing.THEMES, sharing.ThemesAsked(), part, at)
