"""项目查询 A project's state, history and what it still lacks, now or as of a moment."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import AwareDatetime, Field

from api.context import Context, Reader
from api.event_entry import EventEntry, entry_parts
from api.moments import AS_IT_STANDS, INSTANT, LAST_POSITION, day_asked, known_until
from api.routes.views import reading
from api.versions import answered
from application.asking import AsOf, history_of, project_dossier, system_state, unit_state
from application.rejudging import Rejudged, rejudge_project
from application.what_next import NextAct, what_next
from domain.correction import FactCorrected
from domain.dates import FullDate
from domain.event import Value
from domain.faults import UnknownSubjectError
from domain.indicators import Rate, computed_rates
from domain.project import Project, Stage
from domain.recorded import Recorded, Role
from domain.rule import text
from domain.streams import StreamKind, unit_id
from domain.system import GovSystem
from domain.unit import Unit
from projections.supervision.queries import rested_on
from projections.view import Freshness

router = APIRouter(tags=["查询 reading"])


def as_of(
    context: Reader,
    as_of_position: Annotated[
        int | None, Query(ge=1, le=LAST_POSITION, description="当时所知：日志位置 as known at a log position")
    ] = None,
    as_of_recorded: Annotated[
        Annotated[AwareDatetime, INSTANT] | None,
        Query(description="当时所知：记录时刻 as known at a recorded time, with zone"),
    ] = None,
    as_of_happened: Annotated[FullDate | None, Query(description="当日事实：发生日期 as it was on a day")] = None,
) -> AsOf:
    """The moment that is asked about; any of the three together. Raises BadFieldError."""
    return AsOf(known_until(context, as_of_position, as_of_recorded), as_of_happened)


Moment = Annotated[AsOf, Depends(as_of)]


class ProjectAnswer(Value):
    """项目 A project with its systems and owner units, all as of one moment."""

    stage: Stage
    project: Project
    systems: tuple[GovSystem, ...]
    owner_units: tuple[Unit, ...]
    position: int


class HistoryEntry(EventEntry):
    """事件 An event of a history, marked with what corrected it and which decisions rested on what was corrected."""

    corrected_by: int | None
    affected_decisions: list[dict[str, Any]]


class HistoryAnswer(Value):
    """历史 The events of a project and of its systems, in the order of recording."""

    position: int
    freshness: Freshness | None = Field(
        description="受影响的决定所出视图的新鲜度；无更正则无 of the view that affected decisions are from"
    )
    events: list[HistoryEntry]


class RejudgedAnswer(Rejudged):
    """再判 A decision beside the judgement of the same request now."""

    same: bool = Field(description="是否与原决定相同 the same outcome and findings")


_UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "与If-None-Match所示相同 as it was known"}}
"""What reads with an ETag may answer."""


@router.get(
    "/projects/{project_id}", summary="项目状态 state of a project", response_model=ProjectAnswer, responses=_UNCHANGED
)
def read_project(request: Request, context: Reader, project_id: UUID, moment: Moment) -> Response:
    """The state now, as known at a position or recorded time, or as it was on a happened date."""
    dossier = project_dossier(context.liuhen.desk, project_id, moment)
    check_classified(context, dossier.project)
    answer = ProjectAnswer(
        stage=dossier.project.stage,
        project=dossier.project,
        systems=dossier.systems,
        owner_units=tuple(context.shown(StreamKind.UNIT, u.id, u) for u in dossier.owner_units),
        position=dossier.history[-1].position,
    )
    return answered(request, dossier.project.version, answer)


@router.get("/projects/{project_id}/history", summary="项目历史 history of a project")
def read_history(context: Reader, project_id: UUID, moment: Moment) -> HistoryAnswer:
    """Every event of the project and of its systems; corrected ones stay, marked."""
    dossier = project_dossier(context.liuhen.desk, project_id, moment)
    check_classified(context, dossier.project)
    events = list(dossier.history)
    for system in dossier.systems:
        events += context.liuhen.desk.ledger.read(StreamKind.SYSTEM, system.id, moment.upto)
    if moment.happened is not None:
        events = [e for e in events if e.happened_on.certainly_on_or_before(moment.happened)]
    return history_answer(context, events)


@router.get(
    "/systems/{system_id}", summary="系统状态 state of a system", response_model=GovSystem, responses=_UNCHANGED
)
def read_system(request: Request, context: Reader, system_id: UUID, moment: Moment) -> Response:
    """The state of a system as of a moment."""
    history_of(context.liuhen.desk, StreamKind.SYSTEM, system_id, moment)
    system = system_state(context.liuhen.desk, system_id, moment)
    if system.classified and not context.sees_classified:
        raise _hidden()
    return answered(request, system.version, system)


@router.get("/units/{uscc}", summary="单位状态 state of a unit", response_model=Unit, responses=_UNCHANGED)
def read_unit(request: Request, context: Reader, uscc: str, moment: Moment) -> Response:
    """The state of a unit as of a moment, with its connection obligations."""
    history_of(context.liuhen.desk, StreamKind.UNIT, unit_id(uscc), moment)
    unit = unit_state(context.liuhen.desk, uscc, moment)
    return answered(request, unit.version, context.shown(StreamKind.UNIT, unit.id, unit))


@router.get("/units/{uscc}/history", summary="单位历史 history of a unit")
def read_unit_history(context: Reader, uscc: str, moment: Moment) -> HistoryAnswer:
    """Every event of the unit."""
    return history_answer(context, history_of(context.liuhen.desk, StreamKind.UNIT, unit_id(uscc), moment))


@router.get("/projects/{project_id}/indicators", summary="可计算指标 indicators computed from the record")
def read_indicators(context: Reader, project_id: UUID, moment: Moment) -> tuple[Rate, ...]:
    """Budget execution, funds in place, completion and cost saving; one that cannot be computed says why."""
    project = project_dossier(context.liuhen.desk, project_id, moment).project
    check_classified(context, project)
    return computed_rates(project)


@router.get("/projects/{project_id}/next", summary="还缺什么 what each next act lacks")
def read_next(
    context: Reader,
    project_id: UUID,
    moment: Moment,
    on: Annotated[
        FullDate | None,
        Query(description="按哪一天判断；缺省为所看时刻之日，否则今天 day to judge on; else of the moment, else today"),
    ] = None,
) -> list[NextAct]:
    """Every gate judged on a day, without recording: what is missing, by which clause, and what would cure it."""
    actor = context.actor(min(context.holder.roles, default=Role.AUDITOR))
    day = day_asked(context.liuhen, moment, on)
    found = what_next(context.liuhen.desk, project_id, actor, day, moment)
    check_classified(context, project_dossier(context.liuhen.desk, project_id).project)
    return found


@router.get("/projects/{project_id}/rejudgement", summary="再判 its decisions judged again")
def read_rejudgement(
    context: Reader,
    project_id: UUID,
    rule_set: Annotated[str | None, Query(max_length=100, description="改用此规则集 by this rule set")] = None,
    as_of: Annotated[FullDate | None, Query(description="改按此日 as of this day, under the set in force then")] = None,
) -> list[RejudgedAnswer]:
    """Each decision of the project beside its judgement now; without parameters it comes out as it was recorded."""
    desk = context.liuhen.desk
    by = desk.rule_sets.get(rule_set) if rule_set else None
    if rule_set and by is None:
        raise UnknownSubjectError(text("没有此规则集", "there is no such rule set"))
    check_classified(context, project_dossier(desk, project_id).project)
    found = rejudge_project(desk, project_id, rule_set=by, as_of=as_of)
    return [RejudgedAnswer(**dict(r), same=r.is_same()) for r in found]


def _hidden() -> UnknownSubjectError:
    return UnknownSubjectError(text("没有此标识的记录", "nothing is recorded under that identity"))


def check_classified(context: Context, project: Project) -> None:
    """A classified placeholder is answered like an unknown identity to those who may not see it."""
    if project.classified and not context.sees_classified:
        raise _hidden()


def history_answer(context: Context, events: list[Recorded]) -> HistoryAnswer:
    """Events in the order of recording, each marked with what corrected it and which decisions rested on it."""
    ordered = sorted(events, key=lambda e: e.position)
    corrections = {
        (e.stream.id, e.event.target_version): e.position for e in ordered if isinstance(e.event, FactCorrected)
    }
    affected: dict[int, list[dict[str, Any]]] = {}
    freshness = None
    if corrections:
        with reading(context, "supervision", AS_IT_STANDS) as view:
            freshness = view.freshness
            affected = {
                e.position: rested_on(
                    view.conn,
                    context.log_id,
                    e.stream.id,
                    e.event.target_version,
                    e.position,
                    classified=context.sees_classified,
                )
                for e in ordered
                if isinstance(e.event, FactCorrected)
            }
    return HistoryAnswer(
        position=ordered[-1].position if ordered else 0,
        freshness=freshness,
        events=[
            HistoryEntry(
                **entry_parts(context, e),
                corrected_by=corrections.get((e.stream.id, e.stream.version)),
                affected_decisions=affected.get(e.position, []),
            )
            for e in ordered
        ],
    )
