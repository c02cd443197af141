"""安全视图 The calendar of test reports, systems with their levels, incidents, and the marks of projects."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from api.context import Reader
from api.lists import Part
from api.moments import At, On
from api.routes.views import NOTHING_THEN, ViewAnswer, answer, under_rules
from domain.system import IncidentGrade
from projections.security import queries as security

router = APIRouter(prefix="/security", tags=["安全 security"], responses=NOTHING_THEN)


def which(
    on: On,
    unit: Annotated[str | None, Query(max_length=40, description="建设单位统一社会信用代码 owner unit")] = None,
    project: Annotated[UUID | None, Query(description="只看此项目的系统 systems of this project only")] = None,
    system: Annotated[UUID | None, Query(description="只看此系统 this system only")] = None,
    level: Annotated[int | None, Query(ge=1, le=5, description="安全保护等级 protection level")] = None,
) -> security.Asked:
    """Of which systems, on which day."""
    return security.Asked(on=on, unit=unit, project=project, system=system, level=level)


Which = Annotated[security.Asked, Depends(which)]


@router.get("/tests", summary="测评有效期 until when test reports count")
def read_tests(
    context: Reader,
    at: At,
    part: Part,
    which: Which,
    state: Annotated[security.TestState | None, Query(description="报告状态 what it is worth on the day")] = None,
    within_days: Annotated[int, Query(ge=0, le=3660, description="提示期天数 ending within so many days")] = 90,
) -> ViewAnswer[security.TestReport]:
    """等级测评、密评与涉密测评报告：有效、将到期、已过期、登记后被撤回。

    Reports by what they are worth on the day: those of a term by its end, the others newest first. One that was
    withdrawn keeps its row and says by which event, and why.
    """
    asked = security.TestsAsked(**dict(which), state=state, within_days=within_days)
    return answer(context, security.tests_of(state), under_rules(context, asked), part, at)


@router.get("/systems", summary="系统等级与测评 systems, their levels and what covers them")
def read_systems(
    context: Reader,
    at: At,
    part: Part,
    which: Which,
    validity: Annotated[security.Validity | None, Query(description="覆盖状态 what covers it on the day")] = None,
) -> ViewAnswer[security.SystemSecurity]:
    """在用系统的等级、备案证明、测评、隐患与未处置事件。

    Systems in use: level and certificate, the newest report that fits them, hazards, and incidents that are open.
    """
    asked = security.SystemsAsked(**dict(which), validity=validity)
    return answer(context, security.SYSTEMS, under_rules(context, asked), part, at)


@router.get("/levels", summary="按等级统计 systems counted by level")
def read_levels(context: Reader, at: At, part: Part, which: Which) -> ViewAnswer[security.LevelCount]:
    """在用系统按等级和覆盖状态计数。

    Systems in use counted by level and by what covers them.
    """
    return answer(context, security.LEVELS, under_rules(context, which), part, at)


@router.get("/incidents", summary="安全事件 security incidents (G19)")
def read_incidents(
    context: Reader,
    at: At,
    part: Part,
    which: Which,
    unresolved: Annotated[bool, Query(description="只看未处置的 only those that are open")] = False,
    grade: Annotated[IncidentGrade | None, Query(description="事件分级 grade")] = None,
) -> ViewAnswer[security.Incident]:
    """安全事件，新的在前。

    Incidents, newest first.
    """
    asked = security.IncidentsAsked(**dict(which), unresolved=unresolved, grade=grade)
    return answer(context, security.INCIDENTS, under_rules(context, asked), part, at)


@router.get("/projects", summary="安全三同步 did security go along (G18)")
def read_marks(
    context: Reader,
    at: At,
    part: Part,
    unit: Annotated[str | None, Query(max_length=40, description="建设单位统一社会信用代码 owner unit")] = None,
    missing: Annotated[bool, Query(description="只看尚缺一项的 only those that lack one")] = False,
) -> ViewAnswer[security.SecurityMarks]:
    """已备案项目的同规划、同建设、同考核。

    Filed projects, and whether security went along in plan, building and assessment.
    """
    return answer(context, security.MARKS, security.MarksAsked(unit=unit, missing=missing), part, at)
