"""问题 Every error as problem+json (RFC 9457), in the reader's language, naming what is missing and what to do."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from contextvars import ContextVar
from typing import Any

import psycopg
import structlog
from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from psycopg_pool import PoolTimeout
from starlette.exceptions import HTTPException

from api.methods import offered
from api.strict_bodies import NotJsonError
from api.versions import tag
from application.desk import BusyError
from application.ports import KeyReusedError, OutcomeUnknownError, SealingError, StoreBusyError, StoreDownError
from application.scope import OutOfScopeError
from domain.event import Value
from domain.faults import ActError, BadFieldError, UnknownSubjectError, VersionMovedError
from domain.rule import Finding, text
from domain.texts import Text, ValueFault
from infrastructure.access_log import AccessLogFullError
from infrastructure.attempts import LockedOutError
from infrastructure.foreign_issuers import IssuerDownError

MEDIA_TYPE = "application/problem+json"

TITLES: dict[str, tuple[int, Text]] = {
    "gate-refused": (409, text("依规则不予办理", "Refused by the rules")),
    "not-now": (409, text("当前状态下不能办理", "Not possible in the present state")),
    "unknown-subject": (404, text("没有此记录", "Nothing is recorded under that identity")),
    "bad-field": (422, text("字段内容不可接受", "A field is not acceptable")),
    "bad-request-body": (422, text("请求内容不符合要求", "The request does not have the required form")),
    "unknown-parameter": (400, text("没有此查询参数", "There is no such parameter")),
    "bad-cursor": (400, text("游标无效", "The cursor is not valid here")),
    "access-log": (503, text("阅览日志暂不能写入，不予阅览", "Reads cannot be noted now, so nothing is shown")),
    "export-too-long": (422, text("行数过多，不能成一个文件", "The list is too long for one file")),
    "no-workbooks": (501, text("此处不能给出XLSX", "Workbooks cannot be had here")),
    "key-missing": (400, text("缺少幂等键", "An idempotency key is missing")),
    "version-missing": (428, text("未说明所见版本", "The version that was seen is missing")),
    "version-moved": (412, text("已有新的记录", "More was recorded meanwhile")),
    "key-reused": (422, text("幂等键已用于另一请求", "The idempotency key was used for another request")),
    "not-authenticated": (401, text("未提供有效令牌", "No valid token")),
    "locked-out": (429, text("密钥错误次数过多，请稍后再试", "Too many wrong keys: try again later")),
    "issuer-down": (503, text("暂不能取得签发方的公钥", "The keys of the token's issuer cannot be had now")),
    "not-allowed": (403, text("无权办理", "Not allowed")),
    "busy": (503, text("繁忙，未记录，请重试", "Busy: nothing was recorded, try again")),
    "paper": (422, text("材料不能接收", "The paper is not taken")),
    "document-store": (503, text("材料库不可用，未收存", "The document store is not available: nothing was kept")),
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
    "gone": (410, text("已停用", "It has ended")),
    "not-found": (404, text("没有此地址", "No such address")),
    "method-not-allowed": (405, text("不支持的方法", "Method not allowed")),
    "sealing": (503, text("个人信息暂不能密封或解封，未记录", "Personal data cannot be sealed or opened now")),
    "too-many-requests": (429, text("请求过于频繁", "Too many requests")),
    "uri-too-long": (414, text("地址过长", "The address is too long")),
    "headers-too-large": (431, text("请求头过大", "The headers are too large")),
    "too-large": (413, text("请求过大", "The request is too large")),
    "not-json": (415, text("应为JSON", "JSON is needed")),
    "coded-body": (415, text("正文不得压缩", "The body must not be compressed")),
    "not-ndjson": (415, text("应为NDJSON，每行一个JSON对象", "NDJSON is needed, one JSON object a line")),
    "batch-not-recorded": (
        424,
        text("同批另有一行不能办理，本行未记录", "Another row of the batch was not accepted: this one is not recorded"),
    ),
    "bad-file": (422, text("文件不能导入", "The file cannot be imported")),
    "internal": (500, text("内部错误", "Internal error")),
}

_NUMBERS = {kind: number for number, kind in enumerate(TITLES)}
TOLD = "liuhen.problem"
"""Where a request keeps the type of the problem that it is told."""

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
    trace_id: str = ""
    """The trace that the request belongs to (W3C Trace Context), as in the service's log."""
    errors: tuple[FieldFault, ...] = ()
    findings: tuple[Finding, ...] = ()
    receipt: Any = None
    freshness: Any = None
    version: int | None = None
    """Where a history stands, when the request named another version of it."""


class NotAuthenticatedError(Exception):
    """The request carries no valid token."""


class TooManyRequestsError(Exception):
    """The account sends more than it may. `wait`: seconds until the next request is let through."""

    def __init__(self, wait: float) -> None:
        super().__init__()
        self.wait = wait


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
    version: int | None = None,
    headers: dict[str, str] | None = None,
) -> JSONResponse:
    """The answer of a problem of this kind."""
    status, title = TITLES[kind]
    request.scope[TOLD] = kind
    request.app.state.liuhen.counts.problem(_NUMBERS[kind])
    in_english = english(request)
    told = detail or title
    body = Problem(
        type=f"/problems/{kind}",
        title=title.en if in_english else title.zh,
        status=status,
        detail=told.en if in_english else told.zh,
        request_id=request_id(),
        trace_id=TRACE_ID.get(),
        errors=tuple(errors),
        findings=tuple(findings),
        receipt=receipt,
        freshness=freshness,
        version=version,
    )
    content = jsonable_encoder(body.model_dump(mode="json", exclude_defaults=True, exclude_none=True))
    language = {"Content-Language": "en" if in_english else "zh-CN", "Vary": "Accept-Language"}
    return JSONResponse(content, status, media_type=MEDIA_TYPE, headers={**language, **(headers or {})})


class GoneError(HTTPException):
    """What was asked for has ended, on the day that was announced (docs/api-versions.md)."""

    def __init__(self, told: Text, headers: dict[str, str]) -> None:
        super().__init__(410, headers=headers)
        self.told = told


REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")
"""The id of the present request, as logged."""


TRACE_ID: ContextVar[str] = ContextVar("trace_id", default="")
"""The trace of the present request, as logged."""


def request_id() -> str:
    """The id of the present request, as logged; nothing outside of one."""
    return REQUEST_ID.get()


_KINDS = {400: "bad-request-body", 404: "not-found", 405: "method-not-allowed", 413: "too-large"}
"""What the framework's own errors are called here. 400 is a body that it cannot even parse."""


def install(app: FastAPI) -> None:
    """Answer every error of the application as a problem."""
    _install_of_store(app)
    _install_of_identity(app)
    _install_of_acts(app)

    @app.exception_handler(BadFieldError)
    def _bad_field(request: Request, error: BadFieldError) -> JSONResponse:
        told = error.text.en if english(request) else error.text.zh
        return problem(request, "bad-field", error.text, errors=[FieldFault(pointer=error.pointer or "", detail=told)])

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

    @app.exception_handler(RequestValidationError)
    def _validation(request: Request, error: RequestValidationError) -> JSONResponse:
        return _unfit(request, error)

    @app.exception_handler(HTTPException)
    def _http(request: Request, error: HTTPException) -> Response:
        kind = _KINDS.get(error.status_code, "internal")
        headers = dict(error.headers or {})
        if isinstance(error, GoneError):
            return problem(request, "gone", error.told, headers=headers)
        if error.status_code == 405:
            return _other_method(request, headers)
        return problem(request, kind, _NOWHERE if error.status_code == 404 else None, headers=headers)

    @app.exception_handler(Exception)
    def _internal(request: Request, error: Exception) -> JSONResponse:
        log.error("request.failed", error=type(error).__name__, exc_info=error)
        return problem(request, "internal")


_NOWHERE = text(
    "没有此地址；全部地址见/openapi.json与/docs", "no such address; /openapi.json and /docs have all of them"
)


def _other_method(request: Request, headers: dict[str, str]) -> Response:
    """What the address takes: all that OPTIONS asks for, and the cure of whatever else was asked."""
    path = request.url.path
    methods = offered(path, request.app.state.routing.allowed(path) or headers.get("Allow", "").split(", "))
    headers["Allow"] = ", ".join(methods)
    if request.method == "OPTIONS":
        return Response(status_code=204, headers=headers)
    told = text(f"此地址支持{'、'.join(methods)}", f"this address takes {', '.join(methods)}")
    return problem(request, "method-not-allowed", told, headers=headers)


def _install_of_acts(app: FastAPI) -> None:
    """Answer what an act may be told before it is judged."""

    @app.exception_handler(VersionMovedError)
    def _moved(request: Request, error: VersionMovedError) -> JSONResponse:
        headers = {"ETag": tag(error.version)}
        return problem(request, "version-moved", error.text, version=error.version, headers=headers)

    @app.exception_handler(TooManyRequestsError)
    def _too_many(request: Request, error: TooManyRequestsError) -> JSONResponse:
        return problem(request, "too-many-requests", headers={"Retry-After": str(math.ceil(error.wait))})

    @app.exception_handler(NotJsonError)
    def _not_json(request: Request, error: NotJsonError) -> JSONResponse:
        del error
        return problem(request, "not-json", text("请以application/json发送", "send it as application/json"))


def _install_of_identity(app: FastAPI) -> None:
    """Answer who is not known, may not, or does not reach; each is noted in the security log."""

    @app.exception_handler(OutOfScopeError)
    def _out_of_scope(request: Request, error: OutOfScopeError) -> JSONResponse:
        security.warning("security.out_of_scope", method=request.method, path=request.url.path)
        return problem(request, "unknown-subject", error.text)

    @app.exception_handler(NotAuthenticatedError)
    def _not_authenticated(request: Request, error: NotAuthenticatedError) -> JSONResponse:
        del error
        security.warning("security.not_authenticated", method=request.method, path=request.url.path)
        told = text(
            "请在Authorization头中提供有效的Bearer令牌", "send a valid bearer token in the Authorization header"
        )
        return problem(request, "not-authenticated", told, headers={"WWW-Authenticate": 'Bearer realm="liuhen"'})

    @app.exception_handler(LockedOutError)
    def _locked_out(request: Request, error: LockedOutError) -> JSONResponse:
        security.warning("security.locked_out", method=request.method, path=request.url.path)
        return problem(request, "locked-out", headers={"Retry-After": str(math.ceil(error.seconds))})

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

    @app.exception_handler(AccessLogFullError)
    def _unnoted(request: Request, error: AccessLogFullError) -> JSONResponse:
        del error
        log.error("request.access_log_full")
        return problem(request, "access-log", headers={"Retry-After": "5"})

    @app.exception_handler(BusyError)
    @app.exception_handler(StoreBusyError)
    @app.exception_handler(StoreDownError)
    @app.exception_handler(PoolTimeout)
    @app.exception_handler(psycopg.OperationalError)
    def _busy(request: Request, error: Exception) -> JSONResponse:
        log.warning("request.busy", error=type(error).__name__)
        return problem(request, "busy", headers={"Retry-After": "1"})


_KEY = {("header", "Idempotency-Key"), ("body", "idempotency_key")}
_IF_MATCH = {("header", "If-Match"), ("body", "if_match")}
"""Where an act by itself has them, and where a row of a batch."""


def _unfit(request: Request, error: RequestValidationError) -> JSONResponse:
    """The answer to a request that has not its form: all that is wrong with it."""
    kind, detail = "bad-request-body", None
    missing = {tuple(e["loc"]) for e in error.errors() if e["type"] == "missing"}
    if _KEY & missing:
        kind = "key-missing"
        detail = text(
            "每件办理须带Idempotency-Key头（成批时为idempotency_key）：1至200个字符，自定，每件一个；"
            "没有得到答复时以同一键重发，只记录一次",
            "every act needs an Idempotency-Key header (in a batch: idempotency_key): 1 to 200 characters of your "
            "choice, one for each act; when no answer comes, send it again with the same key: it is recorded once",
        )
    elif _IF_MATCH & missing:
        kind = "version-missing"
        detail = text(
            "办理已有的项目、系统或单位须带If-Match头（成批时为if_match）：读取时或上次办理答复的ETag；不论版本则写*",
            "an act on a project, system, unit or evaluator needs an If-Match header (in a batch: if_match): the ETag "
            "of the answer that you read, or of your last act; write * to act whatever the version is",
        )
    return problem(request, kind, detail, errors=[_field_fault(e, request) for e in error.errors()])


def _field_fault(error: dict[str, Any], request: Request) -> FieldFault:
    """One validation error, without the input: it may hold personal data."""
    where = [str(part) for part in error["loc"]]
    if where and where[0] in {"body", "query", "path", "header"}:
        where = where[1:] if where[0] == "body" else where
    cause = error.get("ctx", {}).get("error")
    told = _unquoted(cause.text, error.get("input")) if isinstance(cause, ValueFault) else _told(error)
    detail = told.en if english(request) else told.zh
    return FieldFault(pointer="/" + "/".join(_pointed(part) for part in where), detail=detail)


def _pointed(part: str) -> str:
    """A part of a JSON pointer (RFC 6901). A name may be of any length; as much of it is told as shows which it is."""
    clipped = part if len(part) <= _LONGEST_NAME else f"{part[:_LONGEST_NAME]}…"
    return clipped.replace("~", "~0").replace("/", "~1")


_LONGEST_NAME = 100


_QUOTED = re.compile("“([^”]*)”")


def _unquoted(told: Text, value: Any) -> Text:
    """A text without what it quotes of the value that was sent: that may be personal data."""
    sent = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)

    def without(match: re.Match[str]) -> str:
        quoted = match[1].removesuffix("…")
        return "“…”" if len(quoted) > 1 and quoted in sent else match[0]

    return Text(zh=_QUOTED.sub(without, told.zh), en=_QUOTED.sub(without, told.en))


_WORDS = {
    "missing": text("缺少此字段", "this field is missing"),
    "extra_forbidden": text("没有此字段", "there is no such field"),
    "enum": text("应为规定的取值之一：{expected}", "one of: {expected}"),
    "literal_error": text("应为规定的取值之一：{expected}", "one of: {expected}"),
    "string_too_short": text("过短，至少{min_length}个字符", "too short: at least {min_length} characters"),
    "string_too_long": text("过长，至多{max_length}个字符", "too long: at most {max_length} characters"),
    "string_pattern_mismatch": text("格式应为{pattern}", "its form is {pattern}"),
    "string_type": text("应为文字", "a text is needed"),
    "string_unicode": text("应为完整的UTF-8文字", "a whole text in UTF-8 is needed"),
    "too_short": text("至少{min_length}项", "at least {min_length}"),
    "too_long": text("至多{max_length}项", "at most {max_length}"),
    "int_parsing": text("应为整数", "a whole number is needed"),
    "int_type": text("应为整数", "a whole number is needed"),
    "int_from_float": text("应为整数", "a whole number is needed"),
    "int_parsing_size": text("整数过大", "the number is too large"),
    "float_type": text("应为数字", "a number is needed"),
    "float_parsing": text("应为数字", "a number is needed"),
    "finite_number": text("应为有限的数字", "a finite number is needed"),
    "bool_parsing": text("应为true或false", "true or false"),
    "bool_type": text("应为true或false", "true or false"),
    "uuid_parsing": text("应为UUID", "a UUID is needed"),
    "uuid_type": text("应为UUID", "a UUID is needed"),
    "date_type": text("应为日期，如2018-09-19", "a date is needed, such as 2018-09-19"),
    "date_parsing": text("应为日期，如2018-09-19", "a date is needed, such as 2018-09-19"),
    "date_from_datetime_parsing": text("应为日期，如2018-09-19", "a date is needed, such as 2018-09-19"),
    "date_from_datetime_inexact": text("应为日期，如2018-09-19", "a date is needed, such as 2018-09-19"),
    "datetime_parsing": text("应为时刻，如2018-09-19T08:00:00+08:00", "a time, such as 2018-09-19T08:00:00+08:00"),
    "datetime_from_date_parsing": text(
        "应为时刻，如2018-09-19T08:00:00+08:00", "a time, such as 2018-09-19T08:00:00+08:00"
    ),
    "timezone_aware": text("时刻须带时区", "the time needs its zone"),
    "list_type": text("应为列表", "a list is needed"),
    "tuple_type": text("应为列表", "a list is needed"),
    "dict_type": text("应为对象", "an object is needed"),
    "model_type": text("应为对象", "an object is needed"),
    "json_invalid": text("不是合法的JSON", "this is no valid JSON"),
    "greater_than_equal": text("不应小于{ge}", "not less than {ge}"),
    "greater_than": text("应大于{gt}", "more than {gt}"),
    "less_than_equal": text("不应大于{le}", "not more than {le}"),
    "less_than": text("应小于{lt}", "less than {lt}"),
}
"""What is told of a fault. The library's own words are not: they may repeat a part of the value."""
_UNFIT = text("不符合要求", "not acceptable")
_LIMITS = ("expected", "min_length", "max_length", "pattern", "ge", "gt", "le", "lt")


def _told(error: dict[str, Any]) -> Text:
    words, given = _WORDS.get(error["type"], _UNFIT), error.get("ctx", {})
    limits = {name: str(given.get(name, "")) for name in _LIMITS}
    return text(words.zh.format_map(limits), words.en.format_map(limits))
