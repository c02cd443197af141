"""阶段视图 How long stages take, where projects stop and why, and trends by half-year."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.context import Reader
from api.lists import Part
from api.moments import At, On
from api.routes.views import ViewAnswer, answer
from projections.stages import ProjectMilestone
from projections.stages import queries as stages
from projections.stages.queries import Chosen, Grouping, Outcome

router = APIRouter(prefix="/stages", tags=["阶段 stages"])

Year = Annotated[int | None, Query(ge=1900, le=2999, description="起始年度 year in which it began")]
Begins = Annotated[ProjectMilestone, Query(description="阶段的开始 where the stage begins")]
Ends = Annotated[ProjectMilestone, Query(description="阶段的结束 where it ends")]


def chosen(
    unit: Annotated[str | None, Query(max_length=40, description="建设单位统一社会信用代码 owner unit")] = None,
    source: Annotated[
        str | None,
        Query(max_length=100, description="导入来源；缺省只看在此登记的 of an import; else those recorded here"),
    ] = None,
) -> Chosen:
    """Of which projects."""
    return Chosen(unit=unit, source=source)


Which = Annotated[Chosen, Depends(chosen)]


@router.get("/durations", summary="阶段用时 how long stages take")
def read_durations(
    context: Reader,
    at: At,
    part: Part,
    which: Which,
    on: On,
    by: Annotated[Grouping, Query(description="分组 what they are counted by")] = Grouping.ALL,
    begins: Annotated[ProjectMilestone | None, Query(description="阶段的开始 where the stage begins")] = None,
    ends: Annotated[ProjectMilestone | None, Query(description="阶段的结束 where it ends")] = None,
    year: Year = None,
) -> ViewAnswer[stages.Duration]:
    """各阶段天数的中位数与第90百分位；未走完的另计，不混入百分位。

    Median and 90th percentile of the days of each stage. Stages that have not ended are counted beside them.
    """
    asked = stages.AskedDurations(**dict(which), on=on, by=by, begins=begins, ends=ends, year=year)
    return answer(context, stages.DURATIONS, asked, part, at)


@router.get("/stretches", summary="各项目的阶段 a stage, project by project")
def read_stretches(
    context: Reader,
    at: At,
    part: Part,
    which: Which,
    on: On,
    begins: Begins,
    ends: Ends,
    outcome: Annotated[Outcome | None, Query(description="阶段结果 how the stage stands")] = None,
    year: Year = None,
) -> ViewAnswer[stages.Stretch]:
    """一个阶段的各个项目：走完的，用时长的在前；其余，早开始的在前。

    The projects behind a duration: those that ended, the longest first; then the others, by when they began.
    """
    asked = stages.AskedStretches(**dict(which), on=on, begins=begins, ends=ends, outcome=outcome, year=year)
    return answer(context, stages.STRETCHES, asked, part, at)


@router.get("/funnel", summary="漏斗 how far projects come, and what stops them")
def read_funnel(context: Reader, at: At, part: Part, which: Which, year: Year = None) -> ViewAnswer[stages.FunnelStep]:
    """从申请备案到安排运维经费，逐步通过的项目数，及未继续的原因。

    From asking for the filing to money for operation: projects that passed each step, and why others did not.
    """
    return answer(context, stages.FUNNEL_STEPS, stages.AskedFunnel(**dict(which), year=year), part, at)


@router.get("/stopped", summary="未继续的项目 projects that stopped at a step")
def read_stopped(
    context: Reader,
    at: At,
    part: Part,
    which: Which,
    reached: Annotated[ProjectMilestone | None, Query(description="停在此步 the step that they passed last")] = None,
    reason: Annotated[
        str | None, Query(max_length=10, description="原因：条款、REVOKED、SKIPPED、WAITING a rule, or a word")
    ] = None,
    year: Year = None,
) -> ViewAnswer[stages.Stopped]:
    """未通过漏斗下一步的项目及原因。

    Projects that have not passed the next step of the funnel, and why.
    """
    asked = stages.AskedStopped(**dict(which), year=year, reached=reached, reason=reason)
    return answer(context, stages.STOPPED, asked, part, at)


@router.get("/half-years", summary="半年趋势 trends by half-year")
def read_half_years(context: Reader, at: At, part: Part, which: Which) -> ViewAnswer[stages.HalfYearCount]:
    """每半年到达各里程碑的项目数，及被拒、拨付次数；新的在前。

    How many projects reached each milestone in each half-year, and how often was refused and paid; newest first.
    """
    return answer(context, stages.HALF_YEARS, which, part, at)
