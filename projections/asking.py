"""读取 How views are read: typed rows, how many match, how fresh they are, and which events are behind them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import Any, Generic, TypeVar
from urllib.parse import quote, urlencode

import psycopg
from psycopg.rows import dict_row
from pydantic import Field

from domain.correction import FactCorrected
from domain.event import Value

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
    offset: int = 0
    exact: bool = False
    """Count all rows, however many."""
    moment: tuple[tuple[str, str], ...] = ()
    """As of when the view is read, as the request says it: what is traced is as of the same moment."""


class Row(Value):
    """A row of a view, as readers get it."""


class TracedRow(Row):
    """A row that can be traced to the events behind it."""

    trace: str = Field(description="溯源：依据的事件 where to read the events behind this row")


RowT = TypeVar("RowT", bound=Row)


class Listing(Value, Generic[RowT]):
    """A part of a list, and how many there are in all."""

    total: int
    exact: bool = Field(default=True, description="总数是否确数；否则为至少 is the total exact, or are there more")
    trace: str | None = Field(default=None, description="溯源：全部行依据的事件 the events behind all rows")
    items: list[RowT]


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
    sql = rows.sql(parameters)
    with conn.cursor(row_factory=dict_row) as cursor:
        some = "" if window.exact else f" LIMIT {MOST_COUNTED + 1}"
        ordering = ""
        if rows.walked:
            sorting = f"CASE WHEN count(*) > {MOST_COUNTED} THEN 'off' ELSE 'on' END"
            ordering = f", set_config('enable_sort', {sorting}, true)"
        cursor.execute(
            f"SELECT count(*) AS total{ordering} FROM (SELECT 1 FROM ({sql}) r{some}) q".encode(), parameters
        )
        total = (cursor.fetchone() or {})["total"]
        page = {**parameters, "limit": window.limit, "offset": window.offset}
        found: list[dict[str, Any]] = []
        if window.limit:
            # Few are gathered and then put in order; of many the first are found by walking an index in that order.
            gathered = "MATERIALIZED" if total <= FEW else "NOT MATERIALIZED"
            query = (
                f"WITH q AS {gathered} ({sql}) SELECT * FROM q ORDER BY {rows.order} LIMIT %(limit)s OFFSET %(offset)s"
            )
            found = cursor.execute(query.encode(), page).fetchall()
    exact = window.exact or total <= MOST_COUNTED
    trace = trace_of(rows, asked, moment=window.moment)
    joint = ("&" if "?" in trace else "?") if rows.key else ""
    named = f"{trace}{joint}"
    keys = [urlencode([("key", _said(row[k])) for k in rows.key]) for row in found]
    shown = rows.row.model_fields
    return Listing[RowT](
        total=total if exact else MOST_COUNTED,
        exact=exact,
        trace=trace,
        items=[
            rows.row.model_validate({**{n: v for n, v in r.items() if n in shown}, "trace": f"{named}{key}"})
            for r, key in zip(found, keys, strict=True)
        ],
    )


def trace_of(rows: Rows[Any], asked: Row, *key: Any, moment: Sequence[tuple[str, str]] = ()) -> str:
    """Where the events behind the rows that are asked for, or behind the one of a key, are read."""
    said = [(n, _said(v)) for n, v in dict(asked).items() if v is not None and v != type(asked).model_fields[n].default]
    said += [("key", _said(part)) for part in key]
    query = urlencode([*said, *moment])
    return f"{TRACE}/{quote(rows.view)}/{quote(rows.name)}{'?' if query else ''}{query}"


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value.value) if isinstance(value, Enum) else str(value)


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


def listing(conn: Connection, row: type[RowT], query: str, parameters: dict[str, Any], window: Window) -> Listing[RowT]:
    """Rows of a query (a constant with its order) within the window, and the exact total."""
    page = {**parameters, "limit": window.limit, "offset": window.offset}
    with conn.cursor(row_factory=dict_row) as cursor:
        cursor.execute(f"SELECT count(*) AS total FROM ({query}) q".encode(), parameters)
        counted = cursor.fetchone()
        cursor.execute(f"{query} LIMIT %(limit)s OFFSET %(offset)s".encode(), page)
        return Listing[RowT](
            total=counted["total"] if counted else 0, items=[row.model_validate(r) for r in cursor.fetchall()]
        )
