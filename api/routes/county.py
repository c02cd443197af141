"""县 The county: joint meetings, decisions, role holders and experts, now or as of a moment."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter
from pydantic import Field

from api.context import Reader
from api.moments import Day, day_asked
from api.routes.projects import HistoryAnswer, Moment, history_answer
from api.routes.views import NOTHING_THEN
from application.asking import county_state, history_of
from domain.county import County
from domain.event import Value
from domain.expert import Expert
from domain.faults import UnknownSubjectError
from domain.project import Track
from domain.role_holding import RoleHolding
from domain.rule import TaskGroup, text
from domain.streams import StreamKind, county_id

router = APIRouter(tags=["县级机制 governance"])


class HalfYearAnswer(Value):
    """半年 and its joint meetings (O01)."""

    half_year: str
    meetings: tuple[int, ...] = Field(description="会议序号 numbers of the meetings held")
    missed: bool = Field(description="该半年已结束而未召开 the half-year ended without one")


class DutiesAnswer(Value):
    """职责 Who led which track and held which role on a day (O03, O10), and the task groups of the rule set (O08)."""

    on: date
    leads: dict[Track, tuple[RoleHolding, ...]]
    stated_leads: dict[Track, tuple[str, ...]] = Field(
        description="文件规定的牵头单位 lead bodies that the rules state"
    )
    holders: tuple[RoleHolding, ...]
    experts: tuple[Expert, ...] = Field(description="专家名册 experts on the roster (O24)")
    task_groups: tuple[TaskGroup, ...]


@router.get("/county", summary="县级状态 state of the county")
def read_county(context: Reader, moment: Moment) -> County:
    """Meetings, decisions, role holders and experts as of a moment."""
    county = county_state(context.liuhen.desk, moment)
    return context.shown(StreamKind.COUNTY, county.id, county)


@router.get("/county/history", summary="县级历史 history of the county", responses=NOTHING_THEN)
def read_county_history(context: Reader, moment: Moment) -> HistoryAnswer:
    """Every event of the county."""
    desk = context.liuhen.desk
    return history_answer(context, history_of(desk, StreamKind.COUNTY, county_id(desk.division), moment))


@router.get("/county/half-years", summary="联席会议召开情况 joint meetings by half-year")
def read_half_years(context: Reader, moment: Moment, on: Day = None) -> list[HalfYearAnswer]:
    """Every half-year since the rules took effect, and those that ended without a joint meeting."""
    desk, day = context.liuhen.desk, day_asked(context.liuhen, moment, on)
    halves = county_state(desk, moment).half_years(desk.rule_sets.all[0].effective_from, day)
    return [HalfYearAnswer(half_year=str(h.half), meetings=h.meetings, missed=h.missed) for h in halves]


@router.get("/county/duties", summary="职责 who led and held what on a day", responses=NOTHING_THEN)
def read_duties(
    context: Reader,
    moment: Moment,
    on: Day = None,
) -> DutiesAnswer:
    """Role holders and leads on a day, beside what the rule set of that day states."""
    desk, day = context.liuhen.desk, day_asked(context.liuhen, moment, on)
    rules = desk.rule_sets.in_force(day)
    if rules is None:
        raise UnknownSubjectError(text("当日没有生效的规则集", "no rule set was in force on that day"))
    county = county_state(desk, moment)
    return DutiesAnswer(
        on=day,
        leads={track: county.lead_bodies(track, day) for track in Track},
        stated_leads={lead.track: lead.bodies for lead in rules.leads},
        holders=tuple(h for h in county.roles if h.held(day)),
        experts=context.shown(StreamKind.COUNTY, county.id, county.listed_experts(day)),
        task_groups=rules.task_groups,
    )
