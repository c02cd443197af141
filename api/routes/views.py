"""视图 Register, timeline, supervision and performance. Every answer says its position and lag."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from api.context import Context, Reader
from domain.event import Value
from domain.project import Category, Stage
from domain.streams import unit_id
from infrastructure.bootstrap import today
from projections.asking import Listing, Window
from projections.performance import queries as performance
from projections.register import queries as register
from projections.supervision import queries as supervision
from projections.timeline import queries as timeline
from projections.view import Freshness

router = APIRouter(tags=["视图 views"])

_WAIT_SECONDS = 5.0


class ViewAnswer(Value):
    """视图 A part of a list, its exact total, and how fresh the view is."""

    freshness: Freshness
    caught_up: bool
    """Whether the view had reached the position that was asked for."""
    total: int
    items: list[dict[str, Any]]


class BoardAnswer(Value):
    """监督台 The number and the first rows of each list, as of a day."""

    freshness: Freshness
    caught_up: bool
    on: date
    rule_set: str | None
    lists: dict[str, Listing]


class SummaryAnswer(Value):
    """绩效汇总."""

    freshness: Freshness
    caught_up: bool
    figures: dict[str, Any]


def window(
    limit: Annotated[int, Query(ge=1, le=500, description="行数 rows")] = 50,
    offset: Annotated[int, Query(ge=0, le=1_000_000, description="跳过的行数 rows to skip")] = 0,
) -> Window:
    """The part of a list that is asked for."""
    return Window(limit=limit, offset=offset)


Part = Annotated[Window, Depends(window)]
MinPosition = Annotated[
    int, Query(ge=0, description="至少读到此日志位置，最多等5秒 wait until the view has reached this position")
]


def _answer(context: Context, view: str, found: Listing, *, caught_up: bool) -> ViewAnswer:
    return ViewAnswer(
        freshness=context.liuhen.engine.freshness(view), caught_up=caught_up, total=found.total, items=found.items
    )


def _wait(context: Context, view: str, min_position: int) -> bool:
    return context.liuhen.engine.wait_for(view, min_position, _WAIT_SECONDS) if min_position else True


@router.get("/register/projects", summary="项目登记簿 the register of projects")
def register_projects(
    context: Reader,
    part: Part,
    q: Annotated[str | None, Query(max_length=100, description="名称、备案号或单位的一部分")] = None,
    unit: Annotated[str | None, Query(max_length=40, description="建设单位统一社会信用代码")] = None,
    category: Category | None = None,
    stage: Stage | None = None,
    source: Annotated[str | None, Query(max_length=100, description="导入来源")] = None,
    min_position: MinPosition = 0,
) -> ViewAnswer:
    """Projects by name, number, unit, category, stage or source."""
    caught_up = _wait(context, "register", min_position)
    with context.liuhen.pool.connection() as conn:
        found = register.find_projects(
            conn,
            context.log_id,
            part,
            classified=context.sees_classified,
            q=q,
            unit=unit,
            category=category,
            stage=stage,
            source=source,
        )
    return _answer(context, "register", found, caught_up=caught_up)


@router.get("/register/units", summary="单位登记簿 the register of units")
def register_units(
    context: Reader,
    part: Part,
    q: Annotated[str | None, Query(max_length=100)] = None,
    min_position: MinPosition = 0,
) -> ViewAnswer:
    """Units by name or code, with the number of their projects."""
    caught_up = _wait(context, "register", min_position)
    with context.liuhen.pool.connection() as conn:
        found = register.find_units(conn, context.log_id, part, q=q)
    return _answer(context, "register", found, caught_up=caught_up)


@router.get("/timeline/{subject}", summary="时间线 the story of a project, system or unit")
def read_timeline(context: Reader, part: Part, subject: str, min_position: MinPosition = 0) -> ViewAnswer:
    """One plain sentence per event, in both languages. `subject` is an identity, or a unit's code."""
    try:
        identity = UUID(subject)
    except ValueError:
        identity = unit_id(subject)
    caught_up = _wait(context, "timeline", min_position)
    with context.liuhen.pool.connection() as conn:
        found = timeline.story_of(conn, context.log_id, identity, part, classified=context.sees_classified)
    return _answer(context, "timeline", found, caught_up=caught_up)


def _limit_days(context: Context, day: date) -> tuple[str | None, int]:
    """The rule set in force, and its limit of late entries; without a rule set nothing counts as late."""
    rules = context.liuhen.desk.rule_sets.in_force(day)
    return (rules.id, rules.parameters.backdating_limit_days) if rules else (None, 2**31 - 1)


@router.get("/supervision", summary="监督台 the supervision board")
def read_board(
    context: Reader,
    on: Annotated[date | None, Query(description="按哪一天看，缺省为今天 day of asking")] = None,
    limit: Annotated[int, Query(ge=0, le=100, description="每表行数 rows of each list")] = 10,
    min_position: MinPosition = 0,
) -> BoardAnswer:
    """Blocked and why, overdue, out of order, refused, sanctioned units, late entries: counts and first rows."""
    day = on or today()
    caught_up = _wait(context, "supervision", min_position)
    rule_set, limit_days = _limit_days(context, day)
    with context.liuhen.pool.connection() as conn:
        lists = {
            name: supervision.board_list(
                conn,
                context.log_id,
                Window(limit=limit),
                name,
                on=day,
                limit_days=limit_days,
                classified=context.sees_classified,
            )
            for name in supervision.LISTS
        }
    return BoardAnswer(
        freshness=context.liuhen.engine.freshness("supervision"),
        caught_up=caught_up,
        on=day,
        rule_set=rule_set,
        lists=lists,
    )


def _board_route(name: str, summary: str) -> None:
    @router.get(f"/supervision/{name}", summary=summary, operation_id=f"supervision_{name.replace('-', '_')}")
    def read_list(
        context: Reader,
        part: Part,
        on: Annotated[date | None, Query(description="按哪一天看，缺省为今天 day of asking")] = None,
        project: Annotated[UUID | None, Query(description="只看此项目（仅refusals）")] = None,
        min_position: MinPosition = 0,
    ) -> ViewAnswer:
        """One list of the board, whole."""
        day = on or today()
        caught_up = _wait(context, "supervision", min_position)
        with context.liuhen.pool.connection() as conn:
            found = supervision.board_list(
                conn,
                context.log_id,
                part,
                name,
                on=day,
                limit_days=_limit_days(context, day)[1],
                classified=context.sees_classified,
                project=project,
            )
        return _answer(context, "supervision", found, caught_up=caught_up)


_board_route("blocked", "被拦项目及原因 blocked, and by which clause")
_board_route("overdue", "逾期未验收 overdue")
_board_route("out-of-order", "次序颠倒 out of order")
_board_route("refusals", "被拒记录 refused attempts")
_board_route("sanctioned-units", "受限单位 sanctioned units")
_board_route("late-entries", "迟录事件 recorded late")


@router.get("/performance/summary", summary="绩效汇总 performance, in sum")
def performance_summary(
    context: Reader,
    source: Annotated[str | None, Query(max_length=100)] = None,
    min_position: MinPosition = 0,
) -> SummaryAnswer:
    """Ends against plans, refusals and money over all projects (or those of one source)."""
    caught_up = _wait(context, "performance", min_position)
    with context.liuhen.pool.connection() as conn:
        figures = performance.summary(conn, context.log_id, classified=context.sees_classified, source=source)
    return SummaryAnswer(freshness=context.liuhen.engine.freshness("performance"), caught_up=caught_up, figures=figures)


@router.get("/performance/projects", summary="项目绩效 performance of projects")
def performance_projects(
    context: Reader,
    part: Part,
    unit: Annotated[str | None, Query(max_length=40)] = None,
    source: Annotated[str | None, Query(max_length=100)] = None,
    min_position: MinPosition = 0,
) -> ViewAnswer:
    """Indicators computed from events, with every human score beside them."""
    caught_up = _wait(context, "performance", min_position)
    with context.liuhen.pool.connection() as conn:
        found = performance.project_indicators(
            conn, context.log_id, part, classified=context.sees_classified, unit=unit, source=source
        )
    return _answer(context, "performance", found, caught_up=caught_up)


@router.get("/performance/units", summary="单位绩效 performance of units")
def performance_units(context: Reader, part: Part, min_position: MinPosition = 0) -> ViewAnswer:
    """Indicators per owner unit, beside the grades that people gave, counted per scale and never across scales."""
    caught_up = _wait(context, "performance", min_position)
    with context.liuhen.pool.connection() as conn:
        found = performance.unit_indicators(conn, context.log_id, part, classified=context.sees_classified)
    return _answer(context, "performance", found, caught_up=caught_up)


@router.get("/performance/disagreements", summary="评价分歧 own and independent ratings that differ")
def performance_disagreements(
    context: Reader,
    part: Part,
    source: Annotated[str | None, Query(max_length=100)] = None,
    min_position: MinPosition = 0,
) -> ViewAnswer:
    """Projects whose own and independent ratings differ, on one scale and period."""
    caught_up = _wait(context, "performance", min_position)
    with context.liuhen.pool.connection() as conn:
        found = performance.disagreements(conn, context.log_id, part, classified=context.sees_classified, source=source)
    return _answer(context, "performance", found, caught_up=caught_up)
