"""读取 How views are read: typed rows of one log, with the number of all that match, and how fresh they are."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

import psycopg
from psycopg.rows import dict_row

from domain.event import Value

Connection = psycopg.Connection[Any]
"""A connection in a transaction that sees one state of the database, so that all that it reads belongs together."""


class Window(Value):
    """Which part of a list is wanted."""

    limit: int = 50
    offset: int = 0


class Row(Value):
    """A row of a view, as readers get it."""


RowT = TypeVar("RowT", bound=Row)


class Listing(Value, Generic[RowT]):
    """A part of a list, and how many there are in all."""

    total: int
    items: list[RowT]


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
