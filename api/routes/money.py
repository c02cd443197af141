"""资金视图 The ledger, the guidance fund, the PPP library and the drift of amounts. Answers as `views` does."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from api.context import Reader
from api.lists import Part
from api.moments import At
from api.routes.views import OfProject, ViewAnswer, answer, reading
from domain.event import Value
from domain.project import FundPurpose, FundSource
from projections.asking import trace_of
from projections.money import queries as money
from projections.view import Freshness

router = APIRouter(prefix="/money", tags=["资金 money"])

_VIEW = "money"


class FundAnswer(Value):
    """引导基金."""

    freshness: Freshness
    figures: money.FundFigures
    trace: str = Field(description="溯源：各数字依据的事件 the events behind all of the figures")


def which(
    project: UUID | None = None,
    unit: Annotated[str | None, Query(max_length=40, description="建设单位统一社会信用代码")] = None,
    year: Annotated[int | None, Query(ge=2000, le=2100, description="预算年度")] = None,
    source: Annotated[FundSource | None, Query(description="经费渠道")] = None,
    purpose: Annotated[FundPurpose | None, Query(description="经费用途")] = None,
) -> money.Filter:
    """The lines that are asked for."""
    return money.Filter(project=project, unit=unit, year=year, source=source, purpose=purpose)


Which = Annotated[money.Filter, Depends(which)]


@router.get("/lines", summary="资金台账 the ledger (F01)")
def read_lines(context: Reader, at: At, part: Part, asked: Which) -> ViewAnswer[money.Line]:
    """Budget, arranged, disbursed and refunded per project, purpose, year and source."""
    return answer(context, money.LINES, asked, part, at)


@router.get("/years", summary="按年度 the ledger by year")
def read_years(context: Reader, at: At, part: Part, asked: Which) -> ViewAnswer[money.YearSums]:
    """Sums per budget year."""
    return answer(context, money.YEARS, asked, part, at)


@router.get("/units", summary="按单位 the ledger by unit")
def read_units(context: Reader, at: At, part: Part, asked: Which) -> ViewAnswer[money.UnitSums]:
    """Sums per owner unit; a project of several owners counts for each."""
    return answer(context, money.UNITS, asked, part, at)


@router.get("/sources", summary="按渠道 the ledger by source (F03, F04, F10, F13)")
def read_sources(context: Reader, at: At, part: Part, asked: Which) -> ViewAnswer[money.SourceSums]:
    """Sums per source of money."""
    return answer(context, money.SOURCES, asked, part, at)


@router.get("/operation-shares", summary="建设与运营占比 building against operating (F09)")
def read_operation_shares(context: Reader, at: At, part: Part, asked: Which) -> ViewAnswer[money.OperationShare]:
    """What was spent on building and on operating per year, and the share of operating."""
    return answer(context, money.SHARES, asked, part, at)


@router.get("/purposes", summary="按用途 the ledger by purpose (F02–F04)")
def read_purposes(context: Reader, at: At, part: Part, asked: Which) -> ViewAnswer[money.PurposeSums]:
    """Sums for building, for operating, and for the work of sharing."""
    return answer(context, money.PURPOSES, asked, part, at)


@router.get("/movements", summary="资金流水 what moved money (F01)")
def read_movements(context: Reader, at: At, part: Part, asked: Which) -> ViewAnswer[money.MoneyMovement]:
    """Each event that set a budget, or arranged, disbursed or refunded money: the lines are made of these."""
    return answer(context, money.MOVEMENTS, asked, part, at)


@router.get("/fund", summary="引导基金余额 balance of the guidance fund (F06)")
def read_fund(context: Reader, at: At) -> FundAnswer:
    """Contributed, invested, returned, and what can still be invested."""
    with reading(context, _VIEW, at) as view:
        figures = money.fund_figures(view.conn, context.log_id)
        trace = trace_of(money.FUND_MOVEMENTS, money.ProjectAsked(), moment=at.said())
        return FundAnswer(freshness=view.freshness, figures=figures, trace=trace)


@router.get("/fund/movements", summary="引导基金变动 movements of the guidance fund (F06–F08)")
def read_fund_movements(context: Reader, at: At, part: Part, project: OfProject = None) -> ViewAnswer[money.Movement]:
    """Contributions, investments with their fields, and returns; newest first."""
    return answer(context, money.FUND_MOVEMENTS, money.ProjectAsked(project=project), part, at)


@router.get("/ppp", summary="PPP项目库 the PPP library (F12, O32)")
def read_ppp_library(
    context: Reader,
    at: At,
    part: Part,
    delisted: Annotated[bool, Query(description="含已出库 with those that left")] = False,
    regime: Annotated[str | None, Query(max_length=60, description="项目库制度")] = None,
) -> ViewAnswer[money.LibraryEntry]:
    """Entries with their conditions, regime and yearly reports."""
    return answer(context, money.LIBRARY, money.LibraryAsked(delisted=delisted, regime=regime), part, at)


@router.get("/stages", summary="阶段金额 amounts of the stages")
def read_stages(context: Reader, at: At, part: Part, project: OfProject = None) -> ViewAnswer[money.StageRow]:
    """估算、概算、预算、合同价、结算、决算: every amount that was ever stated, and where it is known from."""
    return answer(context, money.STAGES, money.ProjectAsked(project=project), part, at)


@router.get("/drifts", summary="金额变化 drift of amounts from stage to stage")
def read_drifts(
    context: Reader,
    at: At,
    part: Part,
    project: OfProject = None,
    exceeding: Annotated[bool, Query(description="只看超过前一阶段的 only where the later exceeds")] = False,
) -> ViewAnswer[money.DriftRow]:
    """The change from each known stage to the next, in 分 and basis points."""
    return answer(context, money.DRIFTS, money.ProjectAsked(project=project, exceeding=exceeding), part, at)
