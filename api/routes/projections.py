"""视图的运行 Where the views stand, and what an administrator does when one is in trouble."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path
from pydantic import Field

from api.context import Context, Reader
from api.problems import NotAllowedError
from domain.event import Value
from domain.faults import ActError, BadFieldError, UnknownSubjectError
from domain.recorded import Role
from domain.rule import text
from infrastructure.projecting.as_of import check
from infrastructure.projecting.parking import NotParkedError
from infrastructure.projecting.rebuilding import RebuildRunningError, abandon, order, unfinished
from projections.view import Freshness

router = APIRouter(tags=["视图的运行 projections"])


class RebuildStatus(Value):
    """重建 A rebuild that was begun."""

    position: int = Field(description="已读到的位置")
    target: int = Field(description="日志末尾 end of the log")
    left_seconds: float | None = Field(description="按已有速度还需的秒数 seconds left at the rate so far")
    ordered: bool = Field(description="自行续行 goes on by itself, also after a restart")
    outcome: str = Field(description="未切换或上次失败的原因 why it was not switched to, or why it failed last")


class ViewStatus(Value):
    """视图状态."""

    name: str
    freshness: Freshness
    failing: str | None = Field(description="最近一次失败的原因 why its last attempt failed here")
    stalled: str | None = Field(description="停滞 behind, and not moving")
    active_here: bool = Field(description="由本进程更新 whether this process moves it")
    rebuilding: RebuildStatus | None = Field(description="未完成的重建 a rebuild that was begun")


class ParkedEvent(Value):
    """搁置的事件."""

    view: str
    position: int
    stream_kind: str
    stream_id: UUID
    topic: str
    behind: int | None = Field(description="因哪个位置的事件而等待 waits behind the event at this position")
    error: str
    tries: int
    parked_at: datetime
    tried_at: datetime | None


class Retried(Value):
    """重试结果."""

    taken_in: int
    waiting: int


class Discard(Value):
    """舍弃 Let a view do without an event that it cannot take in. The record keeps the event."""

    position: int = Field(ge=1)
    reason: str = Field(min_length=1, max_length=500, description="理由，留存 why; it is kept with who and when")


class TableCheck(Value):
    """一张表的核对."""

    table: str
    rows: int
    fresh_rows: int
    same: bool


class Checked(Value):
    """核对结果 Whether the view equals a fresh fold of the log up to its position."""

    same: bool
    tables: list[TableCheck]


class RebuildOrdered(Value):
    """已下令重建 Whoever keeps the views carries it out; GET /projections says how far it is."""

    name: str


def administrator(context: Reader) -> Context:
    """Administrators only. Raises NotAllowedError."""
    if Role.SYS_ADMIN not in context.holder.roles:
        raise NotAllowedError((Role.SYS_ADMIN,))
    return context


def named(context: Reader, name: Annotated[str, Path(description="视图名 name of the view", max_length=40)]) -> str:
    """The name of a view there is. Raises UnknownSubjectError."""
    if name not in context.liuhen.engine.names():
        raise UnknownSubjectError(text("没有此视图", "there is no such view"))
    return name


Administrator = Annotated[Context, Depends(administrator)]
View = Annotated[str, Depends(named)]


@router.get("/projections", summary="各视图的状态 where the views stand")
def status(context: Reader) -> list[ViewStatus]:
    """Position, lag against the log itself, parked events, failures and rebuilds of every view."""
    engine = context.liuhen.engine
    found = engine.all_freshness()
    failing, stalled, held = engine.failures(), engine.stalled(found), engine.held()
    rebuilding = {name: RebuildStatus(**vars(begun)) for name, begun in unfinished(engine).items()}
    return [
        ViewStatus(
            name=name,
            freshness=fresh,
            failing=failing.get(name),
            stalled=stalled.get(name),
            active_here=name in held,
            rebuilding=rebuilding.get(name),
        )
        for name, fresh in found.items()
    ]


@router.get("/projections/{name}/parked", summary="搁置的事件 parked events")
def parked(context: Administrator, name: View) -> list[ParkedEvent]:
    """Events that the view could not take in, and those that wait behind them."""
    return [ParkedEvent(**vars(p)) for p in context.liuhen.engine.parked(name)]


@router.post("/projections/{name}/retry", summary="重试 retry what is parked")
def retry(context: Administrator, name: View) -> Retried:
    """Take in what is parked, as far as it goes."""
    taken_in, waiting = context.liuhen.engine.retry(name)
    return Retried(taken_in=taken_in, waiting=waiting)


@router.post("/projections/{name}/discard", summary="舍弃一个搁置的事件 discard a parked event")
def discard(context: Administrator, name: View, order: Discard) -> ParkedEvent:
    """Let the view do without an event; who, when and why are kept. What waits behind it is retried."""
    if not order.reason.strip():
        raise BadFieldError(text("须说明理由", "a reason is needed"), "/reason")
    try:
        gone = context.liuhen.engine.discard(name, order.position, by=context.holder.account, reason=order.reason)
    except NotParkedError as error:
        told = text("此位置没有因自身出错而搁置的事件", "no event that failed itself is parked at that position")
        raise UnknownSubjectError(told) from error
    return ParkedEvent(**vars(gone))


@router.post("/projections/{name}/check", summary="核对 compare with a fresh fold")
def check_view(context: Administrator, name: View) -> Checked:
    """Fold the log anew up to the view's position, and compare table by table."""
    tables = [TableCheck(**vars(t)) for t in check(context.liuhen.engine, name)]
    return Checked(same=all(t.same for t in tables), tables=tables)


@router.post("/projections/{name}/rebuild", status_code=202, summary="重建 build anew")
def rebuild_view(context: Administrator, name: View) -> RebuildOrdered:
    """Build the view anew beside the old one, and switch when both are equal. It survives restarts of the service."""
    try:
        order(context.liuhen.engine, name)
    except RebuildRunningError as error:
        raise ActError(text("正在重建", "it is being built anew"), None) from error
    return RebuildOrdered(name=name)


@router.delete("/projections/{name}/rebuild", status_code=204, summary="放弃重建 give up a rebuild")
def abandon_rebuild(context: Administrator, name: View) -> None:
    """Give up a rebuild that was begun. The view that is read stays as it is."""
    if not abandon(context.liuhen.engine, name):
        raise UnknownSubjectError(text("没有未完成的重建", "no rebuild of it was begun"))
