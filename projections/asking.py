"""读取 How views are read: typed rows, how many match, how fresh they are, and which events are behind them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Generic, TypeVar
from urllib.parse import quote, urlencode

import psycopg
from psycopg.rows import dict_row
from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from domain.correction import FactCorrected
from domain.event import Value
from domain.rule import Parameters
from projections.list_order import (
    Key,
    KeyOfAnotherOrderError,
    OrderColumn,
    UnknownSortError,
    key_of,
    key_parameters,
    order_sql,
    ordered,
    said,
    stretches,
)

Connection = psycopg.Connection[Any]
"""A connection in a transaction that sees one state of the database, so that all that it reads belongs together."""

MOST_COUNTED = 2_000
"""Rows up to which a total is counted, unless the exact one is asked for: a page must not cost more with the log."""

FEW = 300
"""Rows that are gathered before they are put in order."""

TRACE = "/v1/trace"
"""Where the events behind a row or figure are read."""


class Window(Value):
    """Which part of a list is wanted."""

    limit: int = 50
    after: Key | None = None
    """Where the last row of the page before stands: this page begins after it."""
    sort: tuple[str, ...] = ()
    """Columns to sort by, `-column` descending; without them the list's own order."""
    exact: bool = False
    """Count all rows, however many."""
    counted: bool = True
    """Count rows at all; not from page to page of one and the same reading."""
    moment: tuple[tuple[str, str], ...] = ()
    """As of when the view is read, as the request says it: what is traced is as of the same moment."""


class Row(Value):
    """A row of a view, as readers get it."""


class TracedRow(Row):
    """A row that can be traced to the events behind it."""

    trace: str = Field(description="溯源：依据的事件 where to read the events behind this row")


class UnderRules(Row):
    """What is asked as of a day, under the parameters of the rule set of that day: a link says the day alone."""

    on: date
    parameters: SkipJsonSchema[Parameters | None] = Field(default=None, exclude=True)


RowT = TypeVar("RowT", bound=Row)
ItemT = TypeVar("ItemT")


class Listing(Value, Generic[RowT]):
    """A part of a list, and how many there are in all."""

    total: int
    exact: bool = Field(default=True, description="总数是否确数；否则为至少 is the total exact, or are there more")
    trace: str | None = Field(default=None, description="溯源：全部行依据的事件 the events behind all rows")
    items: list[RowT]
    after: SkipJsonSchema[Key | None] = Field(default=None, exclude=True)
    """Where the last of these rows stands, when more come after it."""


@dataclass(frozen=True)
class Rows(Generic[RowT]):
    """一张表 A list of a view: how its rows are found, what names one of them, and which events are behind them."""

    view: str
    name: str
    row: type[RowT]
    asked: type[Row]
    """What may be asked for: its fields are the parameters of the query, besides log_id and classified."""
    query: str | Callable[[dict[str, Any]], str]
    """SQL of the rows, in no order; a function makes one of what is asked for, and may add parameters of its own."""
    order: str
    """ORDER BY columns of the rows; together they tell every row from every other."""
    key: tuple[str, ...]
    """Columns that name a row."""
    origin: str
    """SQL of the positions of the events behind the rows, which are `q`."""
    picks: Mapping[str, str] = field(default_factory=dict)
    """By a column of the key the attribute of events that must equal it where an event has it: a number in a stream."""
    walked: bool = False
    """An index has their order, by which many are read: how often words stand together the planner cannot know, and
    may gather and sort them all."""

    def sql(self, parameters: dict[str, Any]) -> str:
        """The rows, in no order."""
        return self.query if isinstance(self.query, str) else self.query(parameters)


@dataclass(frozen=True)
class Portion(Generic[ItemT]):
    """A part of what is in order, and where its last item stands when more come after it."""

    items: Sequence[ItemT]
    after: Key | None


def of_streams(column: str, *topics: str) -> str:
    """The origin of rows that events of some topics (or all) make in the stream of a column, with their corrections."""
    listed = ", ".join(f"'{topic}'" for topic in (*topics, FactCorrected.TOPIC))
    among = f" AND e.topic IN ({listed})" if topics else ""
    return f"SELECT e.position FROM q JOIN liuhen.events e ON e.log_id = %(log_id)s AND e.stream_id = q.{column}{among}"


def of_arrays(column: str, *topics: str) -> str:
    """The origin of rows that events of some topics make, in all streams of an array column."""
    rows = f"(SELECT DISTINCT unnest(q.{column}) AS stream_id FROM q)"
    return of_streams("stream_id", *topics).replace("FROM q ", f"FROM {rows} q ")


def of_position(column: str = "position") -> str:
    """The origin of rows that are each one event."""
    return f"SELECT q.{column} AS position FROM q WHERE q.{column} IS NOT NULL"


def read(
    conn: Connection, log_id: int, rows: Rows[RowT], asked: Row, window: Window, *, classified: bool
) -> Listing[RowT]:
    """Rows within the window, each with where it is traced, and how many there are."""
    parameters = {"log_id": log_id, "classified": classified, **dict(asked)}
    order = ordered(rows.order, rows.row, window.sort)
    found = _found(conn, rows.sql(parameters), parameters, order, window, walked=rows.walked and not window.sort)
    trace = trace_of(rows, asked, moment=window.moment)
    joint = ("&" if "?" in trace else "?") if rows.key else ""
    named = f"{trace}{joint}"
    keys = [urlencode([("key", said(row[k])) for k in rows.key]) for row in found.rows]
    shown = rows.row.model_fields
    return Listing[RowT](
        total=found.total,
        exact=found.exact,
        trace=trace,
        after=found.after,
        items=[
            rows.row.model_validate({**{n: v for n, v in r.items() if n in shown}, "trace": f"{named}{key}"})
            for r, key in zip(found.rows, keys, strict=True)
        ],
    )


_SHARED_OUT = "max_parallel_workers_per_gather"


@dataclass(frozen=True)
class _Found:
    total: int
    exact: bool
    rows: list[dict[str, Any]]
    after: Key | None


def _found(
    conn: Connection,
    sql: str,
    parameters: dict[str, Any],
    order: Sequence[OrderColumn],
    window: Window,
    *,
    walked: bool = False,
) -> _Found:
    """The rows of a query within the window, and how many there are. Raises KeyOfAnotherOrderError."""
    beyond = stretches(order, window.after)
    with conn.cursor(row_factory=dict_row) as cursor:
        total = MOST_COUNTED + 1
        if window.counted:
            some = "" if window.exact else f" LIMIT {MOST_COUNTED + 1}"
            sorting = f"CASE WHEN count(*) > {MOST_COUNTED} THEN 'off' ELSE 'on' END"
            # Nor is the walk shared out: to start others takes longer than the few rows of a page.
            alone = f"CASE WHEN count(*) > {MOST_COUNTED} THEN '0' ELSE current_setting('{_SHARED_OUT}') END"
            kept_from = (
                f", set_config('enable_sort', {sorting}, true), set_config('{_SHARED_OUT}', {alone}, true)"
                if walked
                else ""
            )
            cursor.execute(
                f"SELECT count(*) AS total{kept_from} FROM (SELECT 1 FROM ({sql}) r{some}) q".encode(), parameters
            )
            total = (cursor.fetchone() or {})["total"]
        # Few are gathered and then put in order; of many the first are found by walking an index in that order.
        gathered = "MATERIALIZED" if total <= FEW else "NOT MATERIALIZED"
        if total <= FEW:
            beyond = [" OR ".join(f"({stretch})" for stretch in beyond)] if beyond else []
        page = {**parameters, **key_parameters(window.after)}
        found: list[dict[str, Any]] = []
        more = window.limit + 1 if window.limit else 0
        for stretch in beyond:
            if len(found) < more:
                query = (
                    f"WITH q AS {gathered} ({sql}) SELECT * FROM q WHERE {stretch}"
                    f" ORDER BY {order_sql(order)} LIMIT {more - len(found)}"
                )
                found += cursor.execute(query.encode(), page).fetchall()
    shown = found[: window.limit]
    exact = window.counted and (window.exact or total <= MOST_COUNTED)
    after = key_of(order, shown[-1]) if len(found) > len(shown) else None
    return _Found(total if exact else MOST_COUNTED, exact, shown, after)


def trace_of(rows: Rows[Any], asked: Row, *key: Any, moment: Sequence[tuple[str, str]] = ()) -> str:
    """Where the events behind the rows that are asked for, or behind the one of a key, are read."""
    fields = type(asked).model_fields
    given = [(n, v) for n, v in dict(asked).items() if v is not None and not fields[n].exclude]
    query = [(n, said(v)) for n, v in given if v != fields[n].default]
    query += [("key", said(part)) for part in key]
    told = urlencode([*query, *moment])
    return f"{TRACE}/{quote(rows.view)}/{quote(rows.name)}{'?' if told else ''}{told}"


def positions_behind(
    conn: Connection, log_id: int, rows: Rows[Any], asked: Row, key: Sequence[str], *, classified: bool, position: int
) -> list[int]:
    """Positions, up to one, of the events behind the rows asked for, or behind the one that a key names.

    Raises ValueError when the key has not as many parts as the list's.
    """
    if key and len(key) != len(rows.key):
        raise ValueError(f"the key of this list is {', '.join(rows.key)}")
    parameters = {"log_id": log_id, "classified": classified, **dict(asked)}
    sql = rows.sql(parameters)
    one = [f"r.{column}::text = %(key_{n})s" for n, column in enumerate(rows.key)] if key else []
    where = f" WHERE {' AND '.join(one)}" if one else ""
    query = (
        f"WITH q AS MATERIALIZED (SELECT * FROM ({sql}) r{where})"
        f" SELECT DISTINCT o.position FROM ({rows.origin}) o WHERE o.position <= %(upto)s ORDER BY o.position"
    )
    keyed = {f"key_{n}": part for n, part in enumerate(key)}
    found = conn.execute(query.encode(), {**parameters, **keyed, "upto": position}).fetchall()
    return [row[0] for row in found]


def listing(
    conn: Connection, row: type[RowT], query: str, order: str, parameters: dict[str, Any], window: Window
) -> Listing[RowT]:
    """Rows of a query that are not traced, within the window, and how many there are."""
    found = _found(conn, query, parameters, ordered(order, row, window.sort), window)
    shown = row.model_fields
    return Listing[RowT](
        total=found.total,
        exact=found.exact,
        after=found.after,
        items=[row.model_validate({n: v for n, v in r.items() if n in shown}) for r in found.rows],
    )


def part_of(items: Sequence[ItemT], key: Callable[[ItemT], tuple[Any, ...]], window: Window) -> Portion[ItemT]:
    """The part within the window of what is in the order of a key; its values are texts and whole numbers.

    Raises UnknownSortError (there is no other order), KeyOfAnotherOrderError.
    """
    if window.sort:
        raise UnknownSortError(window.sort[0].removeprefix("-"), ())
    begin = 0
    if window.after is not None and items:
        kinds = [type(value) for value in key(items[0])]
        if len(kinds) != len(window.after):
            raise KeyOfAnotherOrderError
        after = tuple(kind(value or 0) for kind, value in zip(kinds, window.after, strict=True))
        begin = bisect_right(items, after, key=key)
    shown = items[begin : begin + window.limit]
    more = begin + window.limit < len(items)
    return Portion(shown, tuple(str(value) for value in key(shown[-1])) if more and shown else None)
