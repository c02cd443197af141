"""列表 The one way in which every list is read: filters, order, fields, pages, counts.

A page begins after the last row of the one before, which a signed cursor names (`infrastructure/list_cursors.py`): no
row that keeps its place while more is recorded is shown twice or left out. `Link` leads to the first and to the next
page (RFC 8288). A parameter that a read does not know is refused rather than ignored: a filter that is misspelt would
otherwise show everything.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar, cast, get_args, get_origin
from urllib.parse import urlencode

from fastapi import Depends, FastAPI, Header, Query, Request
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from fastapi.routing import APIRoute
from pydantic import Field

from api.context import Context, Reader
from api.exports import Export, Form, form_of
from api.moments import At, day_asked
from api.problems import FieldFault, english, problem
from application.asking import AsOf
from domain.event import Value
from domain.faults import BadFieldError
from domain.rule import text
from domain.texts import ValueFault
from infrastructure.list_cursors import LONGEST, CursorError
from projections.asking import Listing, Row, RowT, Window
from projections.list_order import Key, KeyOfAnotherOrderError, UnknownSortError

_NAMES = r"[a-z_]{1,60}"
_SORT = rf"^-?{_NAMES}(,-?{_NAMES}){{0,7}}$"
_FIELDS = rf"^{_NAMES}(,{_NAMES}){{0,99}}$"
_NOT_BOUND = frozenset({"cursor", "limit", "exact", "fields", "format", "min_position"})
"""Parameters that may differ from page to page: they change neither which rows there are nor their order."""

BoundRow = TypeVar("BoundRow", bound=Row)


class UnknownParameterError(Exception):
    """A read knows no such parameter. `known`: those that it knows."""

    def __init__(self, name: str, known: frozenset[str]) -> None:
        super().__init__(name)
        self.name = name
        self.known = sorted(known)


class ListAnswer(Value, Generic[RowT]):
    """A page of a list, how many rows there are in all, and where it goes on."""

    total: int
    exact: bool = Field(default=True, description="总数是否确数；否则为至少 is the total exact, or are there more")
    next: str | None = Field(
        default=None, description="下一页的游标，末页没有；同Link头 cursor of the next page, none after the last"
    )
    trace: str | None = Field(default=None, description="溯源：全部行依据的事件 the events behind all rows")
    items: list[RowT]


AnswerT = TypeVar("AnswerT", bound=ListAnswer[Any])


@dataclass(frozen=True)
class ListPart:
    """Which page of a list is asked for, and of its rows which fields."""

    request: Request
    context: Context
    window: Window
    as_of: AsOf
    form: Form
    fields: tuple[str, ...]
    path: str
    query: tuple[tuple[str, str], ...]
    """Of the request, without the cursor."""
    belongs_to: bytes
    """What its cursors belong to: the list with its filters and order, and the reader."""

    def answer(self, shape: type[AnswerT], fetch: Callable[[Window], Listing[Any]], **more: Any) -> AnswerT:
        """The answer of a list: what the API document says, as bytes, with the links to other pages.

        It is typed as the document says it; FastAPI passes on the response that it is. `more`: what stands beside the
        rows. Raises BadFieldError, UnknownSortError, KeyOfAnotherOrderError.
        """
        row = row_of(shape)
        known = row.model_fields
        unknown = [name for name in self.fields if name not in known]
        if unknown:
            names = "、".join(known)
            raise BadFieldError(
                text(f"没有字段{unknown[0]}；有{names}", f"there is no field {unknown[0]}; there are {names}"),
                "/query/fields",
            )
        if self.form is not Form.JSON:
            fresh = more.get("freshness")
            export = Export(self.context, self.form, self.path, self._dated(), row, self.fields, fresh)
            return cast("AnswerT", export.response(self.request, self.window, fetch, self._links(None)))
        found = fetch(self.window)
        cursor = self._cursor(found.after)
        told = shape(
            total=found.total, exact=found.exact, next=cursor, trace=found.trace, items=list(found.items), **more
        )
        shown: Any = {**dict.fromkeys(shape.model_fields, True), "items": {"__all__": set(self.fields)}}
        content = told.model_dump_json(include=shown if self.fields else None)
        response = Response(
            content, media_type="application/json", headers={"Link": self._links(cursor), "Vary": "Accept"}
        )
        return cast("AnswerT", response)

    def _dated(self) -> tuple[tuple[str, str], ...]:
        """The request with the day of asking, where the list has one: asked for later it would be another."""
        if "on" not in known_parameters(self.request) or "on" in dict(self.query):
            return self.query
        return (*self.query, ("on", day_asked(self.context.liuhen, self.as_of, None).isoformat()))

    def _cursor(self, after: Key | None) -> str | None:
        return None if after is None else self.context.liuhen.cursors.sealed(after, self.belongs_to)

    def _links(self, cursor: str | None) -> str:
        """The first page and, where there is one, the next."""
        pages = [("first", self.query)] + ([("next", (*self.query, ("cursor", cursor)))] if cursor else [])
        return ", ".join(
            f'<{self.path}{"?" if query else ""}{urlencode(query)}>; rel="{name}"' for name, query in pages
        )


def row_of(shape: type[ListAnswer[Any]]) -> type[Row]:
    """The rows of an answer."""
    row: type[Row] = get_args(shape.model_fields["items"].annotation)[0]
    return row


async def asked_part(
    request: Request,
    context: Reader,
    at: At,
    limit: Annotated[int, Query(ge=1, le=500, description="每页行数 rows of a page")] = 50,
    cursor: Annotated[
        str | None,
        Query(max_length=LONGEST, description="游标：上一页答复的next，过滤与排序照旧 `next` of the page before"),
    ] = None,
    sort: Annotated[
        str | None,
        Query(
            pattern=_SORT,
            max_length=500,
            description="排序的列，逗号分隔，-为降序，不明的在后 columns to sort by, - descends, unknown last",
            examples=["-position"],
        ),
    ] = None,
    fields: Annotated[
        str | None,
        Query(pattern=_FIELDS, max_length=2000, description="每行只要这些字段，逗号分隔 only these fields of each row"),
    ] = None,
    exact: Annotated[bool, Query(description="总数须为确数 count all rows, however many")] = False,
    form: Annotated[
        Form | None,
        Query(alias="format", description="格式，缺省按Accept；csv、xlsx给出全部行 by Accept; files have every row"),
    ] = None,
    accept: Annotated[str | None, Header(max_length=1000, description="同format as `format`")] = None,
) -> ListPart:
    """The page of a list that is asked for. Raises CursorError."""
    path = request.url.path
    query = tuple((name, value) for name, value in request.query_params.multi_items() if name != "cursor")
    belongs_to = _belonging(context, path, query)
    after = None if cursor is None else context.liuhen.cursors.opened(cursor, belongs_to)
    by = tuple(sort.split(",")) if sort else ()
    window = Window(limit=limit, after=after, sort=by, exact=exact, moment=at.said())
    shown = tuple(dict.fromkeys(fields.split(","))) if fields else ()
    return ListPart(request, context, window, at.as_of, form_of(form, accept), shown, path, query, belongs_to)


Part = Annotated[ListPart, Depends(asked_part)]


def _belonging(context: Context, path: str, query: tuple[tuple[str, str], ...]) -> bytes:
    """The list, its filters and order, and the reader with all that decides on what the reader sees."""
    holder = context.holder
    asked = sorted(pair for pair in query if pair[0] not in _NOT_BOUND)
    who = [holder.account, holder.uscc, sorted(holder.roles), sorted(holder.divisions)]
    return json.dumps([context.log_id, path, asked, who]).encode()


EndpointT = TypeVar("EndpointT", bound=Callable[..., Any])


def checks_parameters(endpoint: EndpointT) -> EndpointT:
    """Mark a route that checks its parameters itself: they depend on the list that its path names."""
    _CHECKING.add(endpoint.__qualname__)
    return endpoint


_CHECKING: set[str] = set()


async def only_known_parameters(request: Request) -> None:
    """A dependency of all routes but acts, which check by themselves. Raises UnknownParameterError,
    RequestValidationError.

    A filter that is misspelt would show everything, and a `dry_run` that the route does not have would be recorded.
    """
    route: APIRoute = request.scope["route"]
    if not request.scope["query_string"] or hasattr(route.endpoint, "quick"):
        return
    known = _known(request)
    if route.endpoint.__qualname__ not in _CHECKING:
        for name in request.query_params:
            if name not in known:
                raise UnknownParameterError(name, frozenset(known))
    only_once(request, frozenset(name for name, several in known.items() if several))


def only_once(request: Request, several: frozenset[str] = frozenset()) -> None:
    """Raises RequestValidationError for a parameter given twice: programs differ in which of the two they take.

    `several`: those that may have several values.
    """
    names = [name for name, _ in request.query_params.multi_items()]
    twice = sorted({name for name in names if name not in several and names.count(name) > 1})
    if twice:
        told = ValueFault("只能给出一次", "it may be given once")
        raise RequestValidationError(
            [{"type": "value_error", "loc": ("query", n), "msg": str(told), "ctx": {"error": told}} for n in twice]
        )


def known_parameters(request: Request) -> frozenset[str]:
    """The parameters of the query that the route of a request has."""
    return frozenset(_known(request))


def _known(request: Request) -> Mapping[str, bool]:
    """The parameters of the route of a request; of each, whether it may have several values."""
    dependant = request.scope["route"].dependant
    known = _KNOWN.get(id(dependant))
    if known is None:
        known = _KNOWN[id(dependant)] = dict(_parameters(dependant))
    return known


_KNOWN: dict[int, Mapping[str, bool]] = {}
"""By route: its parameters. Routes live as long as the process."""


def _parameters(dependant: Dependant) -> Iterator[tuple[str, bool]]:
    for parameter in dependant.query_params:
        yield parameter.alias, _takes_several(parameter.field_info.annotation)
    for other in dependant.dependencies:
        yield from _parameters(other)


def _takes_several(annotation: Any) -> bool:
    return get_origin(annotation) is list or any(map(_takes_several, get_args(annotation)))


def install(app: FastAPI) -> None:
    """Answer what is wrong with the way in which a list is asked for."""

    @app.exception_handler(CursorError)
    @app.exception_handler(KeyOfAnotherOrderError)
    def _cursor(request: Request, error: Exception) -> JSONResponse:
        del error
        return problem(request, "bad-cursor", _CURSOR)

    @app.exception_handler(UnknownParameterError)
    def _parameter(request: Request, error: UnknownParameterError) -> JSONResponse:
        name, known = error.name[:100], error.known
        told = text(
            f"没有参数{name}；有{'、'.join(known) or '（无）'}",
            f"there is no parameter {name}; there are {', '.join(known) or 'none'}",
        )
        fault = FieldFault(pointer="/query/" + name.replace("~", "~0").replace("/", "~1"), detail=_said(request, told))
        return problem(request, "unknown-parameter", told, errors=[fault])

    @app.exception_handler(UnknownSortError)
    def _sort(request: Request, error: UnknownSortError) -> JSONResponse:
        known = "、".join(error.known)
        told = text(
            f"不能按{error.name}排序；可按{known}" if known else f"不能按{error.name}排序；此表只有一种次序",
            f"not sorted by {error.name}; by {known}" if known else "this list has one order only",
        )
        return problem(
            request, "bad-field", told, errors=[FieldFault(pointer="/query/sort", detail=_said(request, told))]
        )


def _said(request: Request, told: Any) -> str:
    return str(told.en if english(request) else told.zh)


_CURSOR = text(
    "游标不是此表、此过滤与排序、此读者的，或已过期、被改动：请不带cursor从第一页读起",
    "the cursor is not of this list with these filters, order and reader, or it has expired or was changed: "
    "begin at the first page, without a cursor",
)
