"""证据 Receipts and evidence bundles: what a reader takes away and checks offline with `liuhen verify`."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from starlette.concurrency import run_in_threadpool

from api.context import Context, Reader
from api.problems import Problem, problem
from api.routes.log import Log
from application.asking import project_dossier, system_state
from domain.dates import FullDate
from domain.faults import BadFieldError, UnknownSubjectError
from domain.recorded import Role
from domain.rule import text
from domain.streams import StreamKind, unit_id
from domain.texts import Text
from infrastructure.bootstrap import Liuhen
from infrastructure.documents.stores import DocumentStoreError
from infrastructure.tlog.bundle_file import BundleFile
from infrastructure.tlog.evidence_collection import (
    NothingToShowError,
    NotSignedYetError,
    Period,
    decision_evidence,
    period_evidence,
    position_of,
    receipt,
    stream_at,
    stream_evidence,
)
from infrastructure.tlog.store import NoTreeError
from infrastructure.tlog.text_forms import FormatError

router = APIRouter(tags=["证据 evidence"])
receipts = APIRouter(prefix="/log", tags=["可验证日志 verifiable log"])

_POLL_SECONDS = 0.1
_ZIP: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/zip": {}}},
    413: {"model": Problem, "description": "过大，请分期或不附材料 too large: shorter periods, or without papers"},
}
Since = Annotated[FullDate | None, Query(alias="from", description="发生日期自 happened from")]
Until = Annotated[FullDate | None, Query(description="发生日期至 happened until")]
Papers = Annotated[
    bool,
    Query(
        alias="documents",
        description="附上事件所指的材料和判断所依据的规则文本 with the papers that events name, and texts of rules",
    ),
]
Wait = Annotated[float, Query(ge=0, le=10, description="至多等待几秒直至签署 seconds to wait until it is signed")]


@receipts.get(
    "/receipts/{position}",
    summary="回执 the receipt of an event",
    response_class=Response,
    responses={200: {"content": {"text/plain": {}}}},
)
async def read_receipt(request: Request, log: Log, position: int, wait: Wait = 0) -> Response:
    """A proof file (c2sp.org/tlog-proof) with the entry, under the last checkpoint and its cosignatures."""
    return await _signed(request, lambda: receipt(log, position), wait, "text/plain; charset=utf-8")


@receipts.get(
    "/receipts/{stream}/{version}",
    summary="以流与版本指明的事件的回执 the receipt of an event named by stream and version",
    response_class=Response,
    responses={200: {"content": {"text/plain": {}}}},
)
async def read_receipt_of(
    request: Request, log: Log, stream: UUID, version: Annotated[int, Path(ge=1, le=(1 << 31) - 1)], wait: Wait = 0
) -> Response:
    """As the receipt of a position, for who keeps an event's identity: its stream and the version there."""

    def made() -> bytes:
        return receipt(log, position_of(log, stream, version))

    return await _signed(request, made, wait, "text/plain; charset=utf-8")


@router.get(
    "/projects/{project_id}/evidence",
    summary="项目证据包 evidence bundle of a project",
    response_class=Response,
    responses=_ZIP,
)
async def read_project_evidence(
    request: Request,
    context: Reader,
    project_id: UUID,
    since: Since = None,
    until: Until = None,
    grounds: Annotated[bool, Query(description="含其系统和所依据单位的流 with systems and units it rests on")] = True,
    papers: Papers = False,
    wait: Wait = 0,
) -> Response:
    """Every event of the project, by default also of what it rests on, under the last checkpoint; a ZIP.

    With `documents`, also the papers that the events name, but those of classified subjects and of events with personal
    data, and the texts of the rule sets and schemes that they were judged by; each is checked by its digest.
    """

    def made() -> BundleFile:
        _check_access(context, StreamKind.PROJECT, project_id)
        log, period, hidden = context.liuhen, Period(since, until), partial(_hidden, context)
        return stream_evidence(
            log, StreamKind.PROJECT, project_id, period, grounds=grounds, hidden=hidden, papers=papers
        )

    return await _signed(request, made, wait, "application/zip")


@router.get(
    "/systems/{system_id}/evidence",
    summary="系统证据包 evidence bundle of a system",
    response_class=Response,
    responses=_ZIP,
)
async def read_system_evidence(
    request: Request,
    context: Reader,
    system_id: UUID,
    since: Since = None,
    until: Until = None,
    papers: Papers = False,
    wait: Wait = 0,
) -> Response:
    """Every event of the system under the last checkpoint; a ZIP."""

    def made() -> BundleFile:
        _check_access(context, StreamKind.SYSTEM, system_id)
        return stream_evidence(context.liuhen, StreamKind.SYSTEM, system_id, Period(since, until), papers=papers)

    return await _signed(request, made, wait, "application/zip")


@router.get(
    "/units/{uscc}/evidence", summary="单位证据包 evidence bundle of a unit", response_class=Response, responses=_ZIP
)
async def read_unit_evidence(
    request: Request,
    context: Reader,
    uscc: str,
    since: Since = None,
    until: Until = None,
    papers: Papers = False,
    wait: Wait = 0,
) -> Response:
    """Every event of the unit under the last checkpoint; a ZIP. Personal data in it are sealed."""
    made = _of_unit(context.liuhen, uscc, Period(since, until), papers=papers)
    return await _signed(request, made, wait, "application/zip")


@router.get(
    "/log/events/{position}/evidence",
    summary="一项决定的证据包 evidence bundle of one event",
    response_class=Response,
    responses=_ZIP,
)
async def read_decision_evidence(
    request: Request, context: Reader, position: int, papers: Papers = False, wait: Wait = 0
) -> Response:
    """One event in full under the last checkpoint; a ZIP."""

    def made() -> BundleFile:
        _check_access(context, *stream_at(context.liuhen, position))
        return decision_evidence(context.liuhen, position, papers=papers)

    return await _signed(request, made, wait, "application/zip")


@router.get(
    "/log/evidence",
    summary="一段时期的证据包 evidence bundle of a period",
    response_class=Response,
    responses={**_ZIP, 404: {"model": Problem, "description": "此期间没有事件 nothing was recorded then"}},
)
async def read_period_evidence(
    request: Request,
    context: Reader,
    since: Annotated[FullDate, Query(alias="from", description="记录日期自，北京时间 recorded from, Asia/Shanghai")],
    until: Annotated[FullDate, Query(description="记录日期至 recorded until")],
    papers: Papers = False,
    wait: Wait = 0,
) -> Response:
    """Everything recorded in a period that the reader may see, under the last checkpoint; a ZIP."""
    if until < since:
        raise BadFieldError(text("until不得早于from", "until is before from"), "/until")

    def made() -> BundleFile:
        return period_evidence(context.liuhen, since, until, hidden=partial(_hidden, context), papers=papers)

    return await _signed(request, made, wait, "application/zip")


def _of_unit(log: Liuhen, uscc: str, period: Period, *, papers: bool) -> Callable[[], BundleFile]:
    return lambda: stream_evidence(log, StreamKind.UNIT, unit_id(uscc), period, papers=papers)


def _hidden(context: Context, kind: StreamKind, identity: UUID) -> bool:
    """Is a stream not for the reader? Registers and the guidance fund tell of classified projects, too."""
    if kind is StreamKind.ACCOUNTS:
        return Role.AUDIT_ADMIN not in context.holder.roles
    if kind in {StreamKind.PROJECT, StreamKind.SYSTEM, StreamKind.UNIT} and not context.reaches(identity):
        return True
    if context.sees_classified:
        return False
    match kind:
        case StreamKind.PROJECT:
            return project_dossier(context.liuhen.desk, identity).project.classified
        case StreamKind.SYSTEM:
            return system_state(context.liuhen.desk, identity).classified
        case _:
            return kind in {StreamKind.REGISTER, StreamKind.GUIDANCE_FUND}


def _check_access(context: Context, kind: StreamKind, identity: UUID) -> None:
    """As for the history: what is classified is answered like an unknown identity. Raises UnknownSubjectError."""
    if _hidden(context, kind, identity):
        raise UnknownSubjectError(text("没有此标识的记录", "nothing is recorded under that identity"))


async def _signed(
    request: Request, made: Callable[[], bytes] | Callable[[], BundleFile], wait: float, media_type: str
) -> Response:
    """What is made once a checkpoint covers it; whoever waits holds no thread. Raises UnknownSubjectError."""
    until = time.monotonic() + wait
    while True:
        try:
            return _given(await run_in_threadpool(made), media_type)
        except NothingToShowError as error:
            raise UnknownSubjectError(_text(error)) from error
        except FormatError as error:
            return problem(request, "too-large", _text(error))
        except DocumentStoreError:
            return problem(request, "document-store", headers={"Retry-After": "10"})
        except (NotSignedYetError, NoTreeError) as error:
            if time.monotonic() >= until:
                return _not_yet(request, error)
        await asyncio.sleep(_POLL_SECONDS)


def _given(made: bytes | BundleFile, media_type: str) -> Response:
    """Papers are read as they are sent; one that is altered meanwhile breaks the answer off before its end."""
    headers = {"Cache-Control": "no-store"}
    if isinstance(made, bytes):
        return Response(made, media_type=media_type, headers=headers)
    if made.streamed:
        return StreamingResponse(
            made.pieces(), media_type=media_type, headers={**headers, "Content-Length": f"{made.size}"}
        )
    return Response(made.whole(), media_type=media_type, headers=headers)


def _not_yet(request: Request, error: Exception) -> JSONResponse:
    return problem(request, "not-signed-yet", _text(error), headers={"Retry-After": "1"})


def _text(error: Exception) -> Text:
    zh, _, en = str(error).partition(" / ")
    return Text(zh=zh, en=en or zh)
