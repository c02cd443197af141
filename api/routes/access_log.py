"""阅览日志 Who read what, for whoever audits: read in the same way as all lists, and noted in its turn."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from api.context import Reader
from api.lists import ListAnswer, Part
from api.moments import At
from application.asking import NOW
from domain.faults import BadFieldError
from domain.rule import text
from projections.asking import Listing, Row, Window, listing

router = APIRouter(prefix="/access-log", tags=["阅览日志 access log"])


class EntryKind(StrEnum):
    """记录种类 BEGUN and ENDED: a process began and ended to note reads. One without its end was killed."""

    BEGUN = "BEGUN"
    READ = "READ"
    ENDED = "ENDED"


class AccessEntry(Row):
    """阅览 One read of records, or the beginning or end of a process that notes them."""

    number: int = Field(description="序号 number; it grows, with gaps")
    kind: EntryKind = Field(description="记录种类 what the entry is")
    read_at: datetime = Field(description="阅览时刻 when it was read, by the service's clock")
    written_at: datetime = Field(description="写入时刻 when it was written, by the database's clock")
    account: str | None = Field(description="账户 account that read")
    person: str | None = Field(description="人员标识 identity of the person, where the account is one's")
    roles: list[str] = Field(description="角色 roles held then")
    route: str | None = Field(description="路由 which route")
    object: str | None = Field(description="对象 the project, system, unit or paper whose records were read")
    status: int | None = Field(description="答复状态 status of the answer")
    purpose: str | None = Field(description="所述目的 what Liuhen-Purpose said")
    request_id: str | None = Field(description="请求标识 as in the service's log")
    process: UUID = Field(description="进程 the process that noted it")
    entry: int = Field(description="进程内序号 counted by the process without gaps")


@router.get("", summary="阅览日志 who read what")
def read_access_log(
    context: Reader,
    at: At,
    part: Part,
    account: Annotated[str | None, Query(max_length=200, description="只看此账户的 of this account")] = None,
    object_: Annotated[
        str | None, Query(alias="object", max_length=100, description="只看此对象的 of this object")
    ] = None,
    route: Annotated[str | None, Query(max_length=200, description="只看此路由的 of this route")] = None,
    kind: Annotated[EntryKind | None, Query(description="记录种类 what the entry is")] = None,
    since: Annotated[datetime | None, Query(description="自此时刻起 from this time on")] = None,
    until: Annotated[datetime | None, Query(description="至此时刻止 before this time")] = None,
) -> ListAnswer[AccessEntry]:
    """Newest first. What this process has noted is written before it is read. This read is noted, too.

    It has its own order and is no view of the log: there is no moment as of which it is read.
    """
    if at.as_of != NOW:
        raise BadFieldError(text("阅览日志没有as_of参数", "the access log is not read as of a moment"), "/query/as_of")
    asked = {"account": account, "object": object_, "route": route, "kind": kind, "since": since, "until": until}
    compared = {"since": "read_at >=", "until": "read_at <"}
    where = [f"{compared.get(name, f'{name} =')} %({name})s" for name, value in asked.items() if value is not None]
    query = (
        "SELECT number, kind, read_at, written_at, account, person, roles, route, object, status, purpose, request_id,"
        f" process, entry FROM liuhen.reads WHERE {' AND '.join(['log_id = %(log_id)s', *where])}"
    )
    context.liuhen.access_log.flush()
    with context.liuhen.pool.connection() as conn, conn.transaction():
        conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")

        def fetch(window: Window) -> Listing[AccessEntry]:
            return listing(conn, AccessEntry, query, "number DESC", {"log_id": context.log_id, **asked}, window)

        return part.answer(ListAnswer[AccessEntry], fetch)
