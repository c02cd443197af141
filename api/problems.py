"""问题 Every error as problem+json (RFC 9457), in the reader's language, naming what is missing and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from contextvars import ContextVar
from typing import Any

import psycopg
import structlog
from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from psycopg_pool import PoolTimeout
from starlette.exceptions import HTTPException

from application.desk import BusyError
from application.ports import KeyReusedError, OutcomeUnknownError, SealingError, StoreBusyError, StoreDownError
from application.scope import OutOfScopeError
from domain.event import Value
from domain.faults import ActError, BadFieldError, UnknownSubjectError
from domain.rule import Finding, text
from domain.texts import Text, ValueFault
from infrastructure.foreign_issuers import IssuerDownError

MEDIA_TYPE = "application/problem+json"

TITLES: dict[str, tuple[int, Text]] = {
    "gate-refused": (409, text("依规则不予办理", "Refused by the rules")),
    "not-now": (409, text("当前状态下不能办理", "Not possible in the present state")),
    "unknown-subject": (404, text("没有此记录", "Nothing is recorded under that identity")),
    "bad-field": (422, text("字段内容不可接受", "A field is not acceptable")),
    "bad-request-body": (422, text("请求内容不符合要求", "The request does not have the required form")),
    "key-reused": (422, text("幂等键已用于另一请求", "The idempotency key was used for another request")),
    "not-authenticated": (401, text("未提供有效令牌", "No valid token")),
    "issuer-down": (503, text("暂不能取得签发方的公钥", "The keys of the token's issuer cannot be had now")),
    "not-allowed": (403, text("无权办理", "Not allowed")),
    "busy": (503, text("繁忙，未记录，请重试", "Busy: nothing was recorded, try again")),
    "webhook-target": (422, text("不能送往此地址", "Nothing is sent to this address")),
    "too-many-webhooks": (409, text("网络钩子过多", "The account has too many webhooks")),
    "too-many-streams": (503, text("同时推送过多", "Too many streams are open")),
    "outcome-unknown": (
        503,
        text("结果未知，请以同一幂等键重发", "Not known whether it was recorded: repeat it with its key"),
    ),
    "view-behind": (503, text("视图尚未读到所要的位置", "The view has not reached the position that was asked for")),
    "view-filling": (503, text("视图正在首次填充", "The view is being filled for the first time")),
    "not-signed-yet": (503, text("已记录，尚未签署，请稍后再取", "Recorded and not signed yet: ask again")),
    "not-found": (404, text("没有此地址", "No such address")),
    "method-not-allowed": (405, text("不支持的方法", "Method not allowed")),
    "sealing": (503, text("个人信息暂不能密封或解封，未记录", "Personal data cannot be sealed or opened now")),
    "too-large": (413, text("请求过大", "The request is too large")),
    "not-ndjson": (415, text("应为NDJSON，每行一个JSON对象", "NDJSON is needed, one JSON object a line")),
    "batch-not-recorded": (
        424,
        text("同批另有一行不能办理，本行未记录", "Another row of the batch was not accepted: this one is not recorded"),
    ),
    "bad-file": (422, text("文件不能导入", "The file cannot be imported")),
    "internal": (500, text("内部错误", "Internal error")),
}

log = structlog.get_logger(__name__)
security = structlog.get_logger("security")
"""Refusals for lack of identity, role or reach (GB/T 22239-2019 8.1.4.3): who, by the request's context, and what."""


class FieldFault(Value):
    """A field that is not acceptable: a JSON pointer into the request, and what is wrong."""

    pointer: str
    detail: str


class Problem(Value):
    """An error answer (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    request_id: str
    errors: tuple[FieldFault, ...] = ()
    findings: tuple[Finding, ...] = ()
    receipt: Any = None
    freshness: Any = None


class NotAuthenticatedError(Exception):
    """The request carries no valid token."""


class NotAllowedError(Exception):
    """The token's roles do not include one that the act needs."""

    def __init__(self, needed: Sequence[str]) -> None:
        super().__init__(", ".join(needed))
        self.needed = needed


def english(request: Request) -> bool:
    """Does the reader prefer English? Chinese comes first unless English is ranked above it."""
    ranks: dict[str, float] = {}
    for part in request.headers.get("accept-language", "").split(",")[:20]:
        tag, _, weight = part.strip().partition(";q=")
        try:
            rank = float(weight) if weight else 1.0
        except ValueError:
            rank = 0.0
        ranks.setdefault(tag.split("-")[0].lower(), rank)
    return ranks.get("en", 0.0) > ranks.get("zh", 0.0)


def problem(
    request: Request,
    kind: str,
    detail: Text | None = None,
    *,
    errors: Sequence[FieldFault] = (),
    findings: Sequence[Finding] = (),
    receipt: Any = None,
    freshness: Any = None,
    headers: dict[str, str] | None = None,
) -> JSONResponse:
    """The answer of a problem of this kind."""
    status, title = TITLES[kind]
    in_english = english(request)
    told = detail or title
    body = Problem(
        type=f"/problems/{kind}",
        title=title.en if in_english else title.zh,
        status=status,
        detail=told.en if in_english else told.zh,
        request_id=request_id(),
        errors=tuple(errors),
        findings=tuple(findings),
        receipt=receipt,
        freshness=freshness,
    )
    content = jsonable_encoder(body.model_dump(mode="json", exclude_defaults=True, exclude_none=True))
    language = {"Content-Language": "en" if in_english else "zh-CN", "Vary": "Accept-Language"}
    return JSONResponse(content, status, media_type=MEDIA_TYPE, headers={**language, **(headers or {})})


REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")
"""The id of the present request, as logged."""


def request_id() -> str:
    """The id of the present request, as logged; nothing outside of one."""
    return REQUEST_ID.get()


_KINDS = {400: "bad-request-body", 404: "not-found", 405: "method-not-allowed", 413: "too-large"}
"""What the framework's own errors are called here. 400 is a body that it cannot even parse."""


def install(app: FastAPI) -> None:
    """Answer every error of the application as a problem."""
    _install_of_store(app)

    @app.exception_handler(BadFieldError)
    def _bad_field(request: Request, error: BadFieldError) -> JSONResponse:
        told = error.text.en if english(request) else error.text.zh
        return problem(request, "bad-field", error.text, errors=[FieldFault(pointer=error.pointer or "", detail=told)])

    @app.exception_handler(OutOfScopeError)
    def _out_of_scope(request: Request, error: OutOfScopeError) -> JSONResponse:
        security.warning("security.out_of_scope", method=request.method, path=request.url.path)
        return problem(request, "unknown-subject", error.text)

    @app.exception_handler(UnknownSubjectError)
    def _unknown(request: Request, error: UnknownSubjectError) -> JSONResponse:
        return problem(request, "unknown-subject", error.text)

    @app.exception_handler(ActError)
    def _not_now(request: Request, error: ActError) -> JSONResponse:
        told = error.text.en if english(request) else error.text.zh
        at = [FieldFault(pointer=error.pointer, detail=told)] if error.pointer else []
        return problem(request, "not-now", error.text, errors=at)

    @app.exception_handler(psycopg.DataError)
    def _data(request: Request, error: psycopg.DataError) -> JSONResponse:
        # A value that passed every check here and that the database cannot hold: a NUL in a search, a huge number.
        log.warning("request.unfit", error=type(error).__name__)
        told = text("请求中有数据库不能接受的值", "the request holds a value that the database cannot take")
        return problem(request, "bad-request-body", told)

    @app.exception_handler(NotAuthenticatedError)
    def _not_authenticated(request: Request, error: NotAuthenticatedError) -> JSONResponse:
        del error
        security.warning("security.not_authenticated", method=request.method, path=request.url.path)
        told = text(
            "请在Authorization头中提供有效的Bearer令牌", "send a valid bearer token in the Authorization header"
        )
        return problem(request, "not-authenticated", told, headers={"WWW-Authenticate": 'Bearer realm="liuhen"'})

    @app.exception_handler(IssuerDownError)
    def _issuer_down(request: Request, error: IssuerDownError) -> JSONResponse:
        log.warning("request.issuer_down", issuer=str(error))
        return problem(request, "issuer-down", headers={"Retry-After": "5"})

    @app.exception_handler(NotAllowedError)
    def _not_allowed(request: Request, error: NotAllowedError) -> JSONResponse:
        needed = "、".join(error.needed)
        security.warning("security.not_allowed", method=request.method, path=request.url.path)
        return problem(
            request, "not-allowed", text(f"需要以下角色之一：{needed}", f"one of these roles is needed: {needed}")
        )

    @app.exception_handler(RequestValidationError)
    def _validation(request: Request, error: RequestValidationError) -> JSONResponse:
        return problem(request, "bad-request-body", errors=[_field_fault(e, request) for e in error.errors()])

    @app.exception_handler(HTTPException)
    def _http(request: Request, error: HTTPException) -> JSONResponse:
        kind = _KINDS.get(error.status_code, "internal")
        return problem(request, kind, headers=dict(error.headers or {}))

    @app.exception_handler(Exception)
    def _internal(request: Request, error: Exception) -> JSONResponse:
        log.error("request.failed", error=type(error).__name__, exc_info=error)
        return problem(request, "internal")


def _install_of_store(app: FastAPI) -> None:
    """Answer what the store says of a save."""

    @app.exception_handler(KeyReusedError)
    def _key_reused(request: Request, error: KeyReusedError) -> JSONResponse:
        del error
        return problem(
            request,
            "key-reused",
            text("同一幂等键只能重发同一请求；新请求请用新键", "a key repeats one request only: use a new key"),
        )

    @app.exception_handler(OutcomeUnknownError)
    def _unknown_outcome(request: Request, error: OutcomeUnknownError) -> JSONResponse:
        del error
        log.warning("request.outcome_unknown")
        told = text(
            "数据库未及时答复，不知是否已记录。以同一幂等键重发即得确定答复，且只记录一次；未用幂等键的请先查历史",
            "The database did not answer in time. Repeated with its key, the request gets a definite answer and is "
            "recorded once; without a key, look at the history first",
        )
        return problem(request, "outcome-unknown", told, headers={"Retry-After": "2"})

    @app.exception_handler(SealingError)
    def _sealing(request: Request, error: SealingError) -> JSONResponse:
        log.error("request.sealing", error=str(error))  # names keys by their identity; the client is not told
        told = text("请联系系统管理员：liuhen doctor会说明原因", "ask the administrator: liuhen doctor says why")
        return problem(request, "sealing", told)

    @app.exception_handler(BusyError)
    @app.exception_handler(StoreBusyError)
    @app.exception_handler(StoreDownError)
    @app.exception_handler(PoolTimeout)
    @app.exception_handler(psycopg.OperationalError)
    def _busy(request: Request, error: Exception) -> JSONResponse:
        log.warning("request.busy", error=type(error).__name__)
        return problem(request, "busy", headers={"Retry-After": "1"})


def _field_fault(error: dict[str, Any], request: Request) -> FieldFault:
    """One validation error, without the input: it may hold personal data."""
    where = [str(part) for part in error["loc"]]
    if where and where[0] in {"body", "query", "path", "header"}:
        where = where[1:] if where[0] == "body" else where
    cause = error.get("ctx", {}).get("error")
    if isinstance(cause, ValueFault):
        detail = cause.text.en if english(request) else cause.text.zh
    else:
        detail = _told(error, request)
    return FieldFault(pointer="/" + "/".join(where), detail=detail)


_CHINESE = {
    "missing": "缺少此字段",
    "extra_forbidden": "没有此字段",
    "enum": "应为规定的取值之一：{expected}",
    "string_too_short": "过短，至少{min_length}个字符",
    "string_too_long": "过长，至多{max_length}个字符",
    "string_pattern_mismatch": "格式应为{pattern}",
    "too_short": "至少{min_length}项",
    "int_parsing": "应为整数",
    "int_type": "应为整数",
    "bool_parsing": "应为true或false",
    "uuid_parsing": "应为UUID",
    "date_from_datetime_parsing": "应为日期，如2018-09-19",
    "json_invalid": "不是合法的JSON",
    "greater_than_equal": "不应小于{ge}",
    "less_than_equal": "不应大于{le}",
}


def _told(error: dict[str, Any], request: Request) -> str:
    form = _CHINESE.get(error["type"])
    if english(request) or form is None:
        return str(error["msg"])
    return form.format_map({k: str(v) for k, v in error.get("ctx", {}).items()})
