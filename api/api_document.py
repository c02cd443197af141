"""接口文档 The OpenAPI document: what the framework knows of the routes, and what any request may be told besides."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from fastapi import FastAPI

from api.endings import Ending, tell_endings
from api.examples import kept
from api.exports import MEDIA_TYPES, Form
from api.problems import MEDIA_TYPE
from api.reads import LONGEST_PURPOSE, PURPOSE

_JSON = "application/json"
_A_PROBLEM = {"$ref": "#/components/schemas/Problem"}
_FRAMEWORKS_OWN = ("HTTPValidationError", "ValidationError")
"""What the framework says that it answers to an unfit request. Here that is a problem, too."""

_EVERYWHERE = {
    "400": "请求内容不完整，或参数、游标无效 the body cannot be read at all, or an unknown parameter or cursor",
    "401": "未提供有效令牌 no valid token",
    "403": "无权办理 the roles do not allow it",
    "414": "地址过长 the address is too long",
    "429": "请求过于频繁 too many requests",
    "431": "请求头过大 the headers are too large",
    "503": "繁忙 busy",
}
_OF_NAMES = {"404": "没有此记录 nothing under that identity"}
_OF_BODIES = {
    "413": "请求过大 the request is too large",
    "415": "正文的类型或压缩不被接受 the type of the body, or its compression, is not taken",
}
_OF_INPUT = {"422": "请求内容有误 the request is not acceptable"}
_OF_FILES = {"501": "此处未装xlsx附加组件 workbooks cannot be had here"}
_OF_ENDINGS = {"410": "已停用 it has ended"}
_UNCHANGED = {"304": {"description": "与If-None-Match所示相同 as it was known"}}
"""Told of every read that is answered in JSON: each has an entity tag (`api/representations.py`)."""
_PURPOSE = {
    "name": PURPOSE,
    "in": "header",
    "required": False,
    "description": f"阅览目的，记入阅览日志，只记前{LONGEST_PURPOSE}字；中文以百分号编码"
    " why it is read, for the access log, which keeps its beginning; percent-encoded UTF-8",
    "schema": {"type": "string"},
}
_FILES = {
    MEDIA_TYPES[Form.CSV]: {"schema": {"type": "string"}},
    MEDIA_TYPES[Form.XLSX]: {"schema": {"type": "string", "format": "binary"}},
}
_PAGES = {
    "Link": {
        "description": "首页first与下一页next links to the first and the next page (RFC 8288)",
        "schema": {"type": "string"},
    }
}


def document(app: FastAPI, prefix: str, public: Collection[str], endings: Sequence[Ending] = ()) -> dict[str, Any]:
    """The document of an application.

    Under `prefix` a token is needed, but for the paths of `public`, where it depends on a setting.
    """
    if app.openapi_schema is None:
        told = FastAPI.openapi(app)
        descriptions = {**_EVERYWHERE, **_OF_NAMES, **_OF_BODIES, **_OF_INPUT, **_OF_FILES}
        if endings:
            descriptions |= _OF_ENDINGS
        told["components"]["responses"] = {
            f"Problem{status}": {"description": description, "content": {MEDIA_TYPE: {"schema": _A_PROBLEM}}}
            for status, description in sorted(descriptions.items())
        }
        for name in _FRAMEWORKS_OWN:
            told["components"]["schemas"].pop(name, None)
        for path, methods in told["paths"].items():
            if "get" in methods:
                _tell_reads(methods["get"], noted=path.startswith(f"{prefix}/") and path not in public)
        for path, operation in operations(told):
            _tell_problems(path, operation, prefix, names="{" in path or path in public)
            if path in public:
                operation["security"] = [{}, *operation["security"]]
        _tell_what_follows(told, prefix)
        _tell_examples(told)
        tell_endings(told, {operation["operationId"]: operation for _, operation in operations(told)}, endings)
    return app.openapi_schema or {}


_FOLLOWING = {
    "FileProject": ("/projects/{", "$response.body#/subject"),
    "ReportUnfiledProject": ("/projects/{", "$response.body#/subject"),
    "RegisterSystem": ("/systems/{", "$response.body#/events/1/stream_id"),
    "EnrolUnit": ("/units/{", "$request.body#/act/uscc"),
}
"""By the act that begins a history: which paths are on it, and where its answer or request names it."""
_ETAG = {"ETag": {"description": "历史的版本 the version of the history", "schema": {"type": "string"}}}


def _tell_what_follows(told: dict[str, Any], prefix: str) -> None:
    """Link the answer of each act that begins a history to what can be done and read there (OpenAPI Link Object)."""
    by_name = {operation["operationId"]: operation for _, operation in operations(told)}
    links = told["components"]["links"] = {}
    for first, (beginning, subject) in _FOLLOWING.items():
        begun = by_name[first]["responses"]["201"]
        begun["headers"] = _ETAG
        begun["links"] = {}
        for path, operation in operations(told):
            if not path.startswith(prefix + beginning):
                continue
            name = path.partition("{")[2].partition("}")[0]
            given = {f"path.{name}": subject}
            if first != "RegisterSystem" and any(p["name"] == "If-Match" for p in operation.get("parameters", ())):
                # The version that an act left behind is the one that its sender has seen.
                given["header.If-Match"] = "$response.header.ETag"
            follower = operation["operationId"]
            link = f"{first}Then{follower}"
            links[link] = {"operationId": follower, "parameters": given}
            begun["links"][follower] = {"$ref": f"#/components/links/{link}"}


def _tell_examples(told: dict[str, Any]) -> None:
    """Put beside each operation what was once asked and answered (`api/examples`): the first of each kind."""
    by_name = {operation["operationId"]: operation for _, operation in operations(told)}
    for example in kept():
        operation = by_name[example.operation]
        given = {**example.query, **example.path, **example.headers}
        operation["parameters"] = [
            {**p, "example": _as_told(p, given[p["name"]])}
            if p.get("required") and p["name"] in given and "example" not in p
            else p
            for p in operation.get("parameters", ())
        ]
        contents = [(operation.get("requestBody", {}), example.headers.get("Content-Type"), example.body)]
        contents.append((operation["responses"][str(example.status)], example.media_type, example.answer))
        for holder, kind, value in contents:
            content = holder.get("content", {})
            if value is not None and kind in content and "example" not in content[kind]:
                holder["content"] = {**content, kind: {**content[kind], "example": value}}
        if not operation["parameters"]:
            del operation["parameters"]


def _as_told(parameter: dict[str, Any], value: str) -> str | int:
    return int(value) if parameter["schema"].get("type") == "integer" else value


def operations(told: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each operation of a document, with its path."""
    return ((path, operation) for path, methods in told["paths"].items() for operation in methods.values())


def _tell_reads(operation: dict[str, Any], *, noted: bool) -> None:
    """Say of a read what all reads may answer, and of a list how it is paged and in what forms it is given.

    `noted`: it is one of the routes whose parameters are checked, and that the access log notes.
    """
    answers = operation["responses"]
    may_be_told: list[str] = []
    if _JSON in answers.get("200", {}).get("content", {}):
        answers.update({status: told for status, told in _UNCHANGED.items() if status not in answers})
    if any(p["name"] == "cursor" for p in operation.get("parameters", ())):
        answers["200"]["headers"] = _PAGES
        answers["200"]["content"] |= _FILES
    if MEDIA_TYPES[Form.XLSX] in answers.get("200", {}).get("content", {}):
        may_be_told += _OF_FILES
    if noted:
        operation.setdefault("parameters", []).append(_PURPOSE)
    for status in may_be_told:
        answers.setdefault(status, {"$ref": f"#/components/responses/Problem{status}"})


def _tell_problems(path: str, operation: dict[str, Any], prefix: str, *, names: bool) -> None:
    """Name every problem that the operation may answer, in the media type that problems have.

    `names`: does it name something that may not be there?
    """
    answers = operation["responses"]
    may_be_told: dict[str, str] = {}
    if path.startswith(f"{prefix}/"):
        may_be_told = {**_EVERYWHERE, **(_OF_NAMES if names else {})}
        if "requestBody" in operation:
            may_be_told |= _OF_BODIES | _OF_INPUT
    if _is_frameworks_own(answers.get("422", {})):
        del answers["422"]
        may_be_told |= _OF_INPUT
    for status in sorted(may_be_told):
        answers.setdefault(status, {"$ref": f"#/components/responses/Problem{status}"})
    for content in (a.get("content", {}) for a in answers.values()):
        if content.get(_JSON, {}).get("schema") == _A_PROBLEM:
            content[MEDIA_TYPE] = content.pop(_JSON)
    operation["responses"] = dict(sorted(answers.items()))


def _is_frameworks_own(answer: dict[str, Any]) -> bool:
    schema = answer.get("content", {}).get(_JSON, {}).get("schema", {})
    return bool(schema == {"$ref": f"#/components/schemas/{_FRAMEWORKS_OWN[0]}"})
