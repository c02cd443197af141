"""请求体 JSON bodies that can be read in one way only, and are held to the types of their fields.

No name twice in an object, no NaN or infinity, no number that no program reads alike, no half characters; then every
field in the type that the document states: `"1"` is no integer, and neither is `false`.
"""

from __future__ import annotations

import json
from typing import Any, TypeVar

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import GetCoreSchemaHandler, TypeAdapter, ValidationError
from pydantic_core import core_schema

from domain.texts import ValueFault

MEDIA_TYPE = "application/json"
T = TypeVar("T")


class TwoWaysError(ValueError):
    """The text is no JSON, or JSON that programs read in different ways. `fault` says which; `where` leads to it."""

    def __init__(self, fault: ValueFault, where: tuple[str | int, ...] = ()) -> None:
        super().__init__(str(fault))
        self.fault = fault
        self.where = where


class _Names(list[tuple[str, Any]]):
    """The members of an object in which a name occurs twice."""


def decoded(body: bytes, adapter: TypeAdapter[T]) -> T:
    """The value of a body. Raises TwoWaysError, ValidationError."""
    read(body)
    return adapter.validate_json(body, strict=True)


def read(body: bytes) -> Any:
    """The JSON of a body, if it can be read in one way only. Raises TwoWaysError."""
    try:
        return _DECODER.decode(body.decode())
    except TwoWaysError as error:
        raise _located(error, body) from None
    except RecursionError:
        raise TwoWaysError(ValueFault("JSON嵌套过深", "the JSON is nested too deeply")) from None
    except ValueError:  # no UTF-8, no JSON, or a number of thousands of digits
        raise TwoWaysError(ValueFault("不是合法的JSON", "this is no valid JSON")) from None


def _object(members: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(members)
    if len(made) != len(members):
        raise TwoWaysError(ValueFault("同一名称出现多次，只留一个", "a name occurs twice: leave one"))
    return made


def _no_number(word: str) -> float:
    raise TwoWaysError(ValueFault(f"JSON没有{word}，请填数字", f"JSON has no {word}: give a number"))


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_no_number)


def _located(error: TwoWaysError, body: bytes) -> TwoWaysError:
    """The same error, with the way to what it is about."""

    def members(given: list[tuple[str, Any]]) -> Any:
        made = dict(given)
        return made if len(made) == len(given) else _Names(given)

    whole = json.loads(body.decode(), object_pairs_hook=members, parse_constant=lambda _: error)
    return TwoWaysError(error.fault, _way_to(whole, error) or ())


def _way_to(value: Any, sought: object) -> tuple[str | int, ...] | None:
    """The names and numbers that lead to a value, or to a name that occurs twice."""
    if value is sought:
        return ()
    if isinstance(value, _Names):
        seen: set[str] = set()
        return (next(name for name, _ in value if name in seen or seen.add(name)),)  # type: ignore[func-returns-value]
    inner: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in inner:
        way = _way_to(part, sought)
        if way is not None:
            return (name, *way)
    return None


def faults(error: TwoWaysError | ValidationError) -> list[Any]:
    """What is wrong with a body, as the framework tells it."""
    if isinstance(error, ValidationError):
        return [{**e, "loc": ("body", *e["loc"])} for e in error.errors(include_url=False)]
    told = {"type": "value_error", "loc": ("body", *error.where), "msg": str(error), "ctx": {"error": error.fault}}
    return [told]


def body_of(request: Request, body: bytes, adapter: TypeAdapter[T]) -> T:
    """The value of a request's body. Raises RequestValidationError; NotJsonError when it is called something else."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != MEDIA_TYPE:
        raise NotJsonError
    try:
        return decoded(body, adapter)
    except (TwoWaysError, ValidationError) as error:
        raise RequestValidationError(faults(error)) from error


class NotJsonError(Exception):
    """The request's content type is not that of JSON."""


class AsSent:
    """Annotates a body that the route is given as it was sent; the API document describes it by its type."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.json_or_python_schema(json_schema=handler(source), python_schema=core_schema.any_schema())


class _Unread(Request):
    """A request whose body the framework does not decode."""

    async def json(self) -> Any:
        return await self.body()


class AsSentRoute(APIRoute):
    """A route that is given its body as it was sent."""

    def get_route_handler(self) -> Any:
        """The framework's handler, without its decoding."""
        handle = super().get_route_handler()

        async def unread(request: Request) -> Any:
            return await handle(_Unread(request.scope, request.receive))

        return unread
