"""成批 Many acts in one request."""

from __future__ import annotations

from collections.abc import AsyncIterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.exceptions import HTTPException

from api.acts import answer, receipt_of
from api.context import Context, Reader
from api.problems import NotAllowedError, Problem, problem
from api.quick_acts import LONGEST_KEY, ActTable, Sent, asking, media_type, told
from api.rate_limits import spend
from api.strict_bodies import TwoWaysError, faults, read
from api.versions import IF_MATCH_FORM, versions_in
from application.batch import Answer, Row, record_rows
from application.desk import Outcome
from domain.event import as_json
from domain.rule import Effect, text
from domain.texts import has_control_characters
from infrastructure import awaiting
from infrastructure.bootstrap import Liuhen

MEDIA_TYPE = "application/x-ndjson"
MOST_ROWS = 1000
MOST_BYTES = 4 * 2**20
ROWS_OF_A_SAVE = 100
"""Rows that are saved together where each stands for itself; others are answered between the saves."""
_NOT_RECORDED = "batch-not-recorded"

router = APIRouter(tags=["成批 batch"])


class Mode(StrEnum):
    """Whether a batch is recorded row by row or as a whole."""

    EACH = "each"
    ALL = "all"


_MODES = {b"": Mode.EACH, b"mode=each": Mode.EACH, b"mode=all": Mode.ALL}
"""The queries that a batch usually has."""


@dataclass(frozen=True)
class Line:
    """A row of the request: its number, and either what it asks for or what is wrong with it."""

    number: int
    run: Row | None = None
    fault: Exception | None = None


_ROW_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "一行一个办理，内容与单个办理相同 one act a line, with the body that the act has by itself",
    "required": ["path", "idempotency_key", "happened_on", "act"],
    "properties": {
        "path": {"type": "string", "description": "办理的地址 where the act is posted by itself"},
        "idempotency_key": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY},
        "if_match": {
            "type": "string",
            "pattern": IF_MATCH_FORM,
            "description": "单个办理须有If-Match头的，此处必填 as the If-Match header, where the act needs one",
        },
        "happened_on": {"type": "string"},
        "act": {"type": "object"},
        "authority": {"type": "object"},
        "evidence": {"type": "array", "items": {"type": "object"}},
        "acting_as": {"type": "string"},
    },
    "example": {
        "path": "/v1/projects/6c697568-656e-5f6c-8967-000000000001/progress",
        "idempotency_key": "2019-06-A-17",
        "if_match": '"7"',
        "happened_on": "2019-06-01",
        "act": {"percent": 50, "summary": "机房改造完成"},
    },
}
_ANSWER_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "按行次序，每行一个答复 one answer a line, in the order of the rows",
    "required": ["row", "status", "answer"],
    "properties": {
        "row": {"type": "integer", "description": "请求中的行号 the row's line in the request, from 1"},
        "status": {"type": "integer", "description": "单个办理的答复码 the status that the act has by itself"},
        "answer": {"type": "object", "description": "回执或问题 the receipt, or the problem"},
    },
}


@router.post(
    "/batch",
    operation_id="RecordBatch",
    summary="成批办理 record many acts",
    response_class=Response,
    openapi_extra={"requestBody": {"required": True, "content": {MEDIA_TYPE: {"schema": _ROW_SCHEMA}}}},
    responses={
        200: {"description": "逐行答复 an answer per row", "content": {MEDIA_TYPE: {"schema": _ANSWER_SCHEMA}}},
        401: {"model": Problem, "description": "未提供有效令牌 no valid token"},
        409: {
            "description": "mode=all：有一行不能办理，全部未记录 one row was not accepted, so nothing was recorded",
            "content": {MEDIA_TYPE: {"schema": _ANSWER_SCHEMA}},
        },
        413: {"model": Problem, "description": "行数或字节数过多 too many rows or bytes"},
        429: {"model": Problem, "description": "请求过于频繁 too many requests"},
        415: {"model": Problem, "description": "不是NDJSON not NDJSON"},
        422: {"model": Problem, "description": "没有一行 no row at all"},
        503: {"model": Problem, "description": "繁忙 busy"},
    },
)
async def record_batch(
    request: Request,
    context: Reader,
    mode: Annotated[
        Mode, Query(description="each：各行自立；all：全部或全不 each row for itself, or all or none")
    ] = Mode.EACH,
) -> Response:
    """Record the acts of a batch in their order. Rows on one history follow one another.

    Each row needs a key: sent again, a batch is answered as before, and nothing is recorded twice.
    """
    return await _recorded_batch(request, context, mode)


async def record_quickly(request: Request) -> Response | None:
    """The same without the general machinery of the framework; None, with nothing read, when anything is unusual."""
    mode = _MODES.get(request.scope["query_string"])
    context = await awaiting.run(asking, request) if mode is not None else None
    if mode is None or context is None:
        return None
    spend(request, context.holder.account)
    return await _recorded_batch(request, context, mode)


async def _recorded_batch(request: Request, context: Context, mode: Mode) -> Response:
    if media_type(request) != MEDIA_TYPE:
        return problem(request, "not-ndjson", text(f"请以{MEDIA_TYPE}发送", f"send it as {MEDIA_TYPE}"))
    lines = _lines(request.app.state.acts, context, await _read(request.stream()))
    if not lines:
        return problem(request, "bad-request-body", text("没有一行可办理", "there is no row"))
    if len(lines) > MOST_ROWS:
        too_many = text(f"每次至多{MOST_ROWS}行", f"at most {MOST_ROWS} rows at a time")
        return problem(request, "too-large", too_many)
    spend(request, context.holder.account, rows=len(lines))
    if mode is Mode.ALL:
        return await _all(request, context, lines)
    saves = [lines[n : n + ROWS_OF_A_SAVE] for n in range(0, len(lines), ROWS_OF_A_SAVE)]
    return Response(b"".join([await _each(request, context, of_save) for of_save in saves]), media_type=MEDIA_TYPE)


async def _read(stream: AsyncIterable[bytes]) -> bytes:
    """The body. Raises HTTPException when it is too large."""
    parts, size = [], 0
    async for part in stream:
        size += len(part)
        if size > MOST_BYTES:
            raise HTTPException(413)
        parts.append(part)
    return b"".join(parts)


def _lines(acts: ActTable, context: Context, body: bytes) -> list[Line]:
    numbered = enumerate(body.split(b"\n"), 1)
    return [line_of(acts, context, number, line) for number, line in numbered if line and not line.isspace()]


def line_of(acts: ActTable, context: Context, number: int, line: bytes) -> Line:
    """A row, checked as the act is by itself."""
    try:
        return Line(number, run=_run(acts, context, line))
    except (RequestValidationError, HTTPException, NotAllowedError) as error:
        return Line(number, fault=error)


def _run(acts: ActTable, context: Context, line: bytes) -> Row:
    """What a row asks for. Raises RequestValidationError, HTTPException (GoneError, too), NotAllowedError."""
    try:
        fields = read(line)
    except TwoWaysError as error:
        raise RequestValidationError(faults(error)) from error
    if not isinstance(fields, dict):
        raise _unfit("json_invalid", "not a JSON object")
    path: Any = fields.get("path")
    key: Any = fields.get("idempotency_key")
    for name, value in (("path", path), ("idempotency_key", key)):
        if value is None:
            raise _unfit("missing", "Field required", name)
        if not isinstance(value, str) or not value or has_control_characters(value):
            raise _unfit("string_type", "Not an acceptable text", name)
    # A header's text is read byte by byte: so the same key names the same request, wherever it is sent.
    key = key.encode().decode("latin-1")
    if len(key) > LONGEST_KEY:
        raise _unfit("string_too_long", f"at most {LONGEST_KEY} bytes", "idempotency_key", max_length=LONGEST_KEY)
    acts.served(path)
    found = acts.find(path)
    if found is None:
        raise HTTPException(404)
    act, named = found
    act.admit(context)
    seen, wrong = _seen(fields.get("if_match"), needed=act.needs_version)
    subject = submission = None
    try:
        subject = act.subject.validate_strings(named) if act.subject is not None else None
    except ValidationError as error:
        wrong += [{**e, "loc": ("path", act.names, *e["loc"])} for e in error.errors()]
    try:
        submission = act.row().validate_json(line, strict=True)
    except ValidationError as error:
        wrong += faults(error)
    if wrong:
        raise RequestValidationError(wrong)
    return act.prepare(context, subject, Sent(submission, key, seen))


def _seen(if_match: Any, *, needed: bool) -> tuple[tuple[int, ...], list[Any]]:
    """The versions that a row names, and what is wrong with them."""
    if if_match is None:
        return (), list(_unfit("missing", "Field required", "if_match").errors()) if needed else []
    seen = versions_in(if_match) if isinstance(if_match, str) else None
    if seen is None:
        unfit = _unfit("string_pattern_mismatch", "not an If-Match", "if_match", pattern=IF_MATCH_FORM)
        return (), list(unfit.errors())
    return seen if needed else (), []


def _unfit(kind: str, told_of_it: str, *where: str, **limits: int | str) -> RequestValidationError:
    return RequestValidationError([{"type": kind, "loc": ("body", *where), "msg": told_of_it, "ctx": limits}])


async def _each(request: Request, context: Context, lines: Sequence[Line]) -> bytes:
    """The answers to rows of which each stands for itself."""
    runs = [line.run for line in lines if line.run is not None]
    answers = iter(await _recorded(context, runs, together=False))
    return b"".join(answered(request, line, line.fault or next(answers)) for line in lines)


async def _all(request: Request, context: Context, lines: Sequence[Line]) -> Response:
    """The answers to rows that are recorded as a whole or not at all."""
    told_of: Sequence[Answer | Exception | None] = [line.fault for line in lines]
    if not any(told_of):
        runs = [line.run for line in lines if line.run is not None]
        told_of = list(await _recorded(context, runs, together=True))
        if all(isinstance(a, Outcome) and a.recorded and not a.refused for a in told_of):
            rows = zip(lines, told_of, strict=True)
            return Response(b"".join(answered(request, *row) for row in rows), media_type=MEDIA_TYPE)
    rows = zip(lines, told_of, strict=True)
    return Response(b"".join(_unrecorded(request, *row) for row in rows), 409, media_type=MEDIA_TYPE)


async def _recorded(context: Context, runs: Sequence[Row], *, together: bool) -> Sequence[Answer | Exception]:
    """What came of rows; of all of them the same error, when the save itself failed."""
    try:
        return await awaiting.run(recorded_rows, context.liuhen, runs, together=together)
    except Exception as error:  # noqa: BLE001 (each row is told)
        return [error] * len(runs)


def recorded_rows(liuhen: Liuhen, runs: Sequence[Row], *, together: bool) -> Sequence[Answer]:
    """What came of rows, as `record_rows` gives it, which is traced as one act. Raises what that raises."""
    record = partial(record_rows, liuhen.desk, liuhen.ledger, runs, together=together)
    return record() if liuhen.tracing is None else liuhen.tracing.act("RecordBatch", record, _traced)


def _traced(answers: Sequence[Answer]) -> dict[str, Any]:
    """What the span of rows says of what came of them."""
    recorded = [answer for answer in answers if isinstance(answer, Outcome) and answer.recorded]
    positions = [answer.recorded[-1].position for answer in recorded]
    return {
        "liuhen.rows": len(answers),
        "liuhen.accepted": sum(not answer.refused for answer in recorded),
        "liuhen.refused": sum(answer.refused for answer in recorded),
        **({"liuhen.position": max(positions)} if positions else {}),
    }


def answered(request: Request, line: Line, came: Answer | Exception | None) -> bytes:
    """The answer to a row that stands for itself, as a line."""
    if isinstance(came, Outcome) and not came.refused:
        return _row(line, 201, as_json(receipt_of(came, request.app.state.liuhen.suite)))
    response = answer(request, came, dry_run=False) if isinstance(came, Outcome) else _problem(request, came)
    return _written(line, response)


def _unrecorded(request: Request, line: Line, came: Answer | Exception | None) -> bytes:
    """The answer to a row of a batch that was not recorded."""
    if isinstance(came, Exception):
        return _written(line, _problem(request, came))
    if came is None or not came.refused or came.judgement is None:
        return _written(line, problem(request, _NOT_RECORDED))
    rules = "、".join(came.judgement.blocking())
    why = text(f"未满足：{rules}。整批未记录", f"Not satisfied: {rules}. Nothing of the batch is recorded.")
    blocking = [f for f in came.judgement.findings if f.effect is Effect.BLOCKS]
    return _written(line, problem(request, "gate-refused", why, findings=blocking))


def _problem(request: Request, error: Exception | None) -> Response:
    if error is None:
        raise TypeError("a row without an answer")
    try:
        return told(request, error)
    except Exception as unknown:  # noqa: BLE001 (what no handler knows is an internal error of this row)
        response: Response = request.app.exception_handlers[Exception](request, unknown)
        return response


def _written(line: Line, response: Response) -> bytes:
    return _row(line, response.status_code, bytes(response.body))


def _row(line: Line, status: int, told: bytes) -> bytes:
    return b'{"row":%d,"status":%d,"answer":%b}\n' % (line.number, status, told)
