"""读取 How views are read: rows of one log, with the number of all that match."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.rows import dict_row

from domain.event import Value

Connection = psycopg.Connection[Any]


class Window(Value):
    """Which part of a list is wanted."""

    limit: int = 50
    offset: int = 0


class Listing(Value):
    """A part of a list, and how many there are in all."""

    total: int
    items: list[dict[str, Any]]


def listing(conn: Connection, query: str, parameters: dict[str, Any], window: Window) -> Listing:
    """Rows of a query (a constant with its order) within the window, and the exact total."""
    page = {**parameters, "limit": window.limit, "offset": window.offset}
    with conn.transaction(), conn.cursor(row_factory=dict_row) as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute(f"SELECT count(*) AS total FROM ({query}) q".encode(), parameters)
        counted = cursor.fetchone()
        cursor.execute(f"{query} LIMIT %(limit)s OFFSET %(offset)s".encode(), page)
        return Listing(total=counted["total"] if counted else 0, items=cursor.fetchall())
