"""What a query of a view reads: the database's own plan and count of the rows that it looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import psycopg

from projections.asking import Connection

T = TypeVar("T")


@dataclass(frozen=True)
class Read:
    """One query: its text, the rows that it looked at, and the tables that it read from end to end."""

    query: str
    rows: int
    scanned: tuple[str, ...]


def read_by(conninfo: str, schema: str, ask: Callable[[Connection], T]) -> tuple[T, list[Read]]:
    """What `ask` finds in a view's tables, and each query that it put, with what that read."""
    reads: list[Read] = []

    class Explaining(psycopg.Cursor[Any]):
        def execute(self, query: Any, params: Any = None, **how: Any) -> Any:
            with psycopg.Cursor(self.connection) as cursor:
                cursor.execute(b"EXPLAIN (ANALYZE, FORMAT JSON) " + query, params)
                row = cursor.fetchone()
            plan = row[0][0]["Plan"] if row else {}
            nodes = list(_nodes(plan))
            reads.append(Read(query.decode(), sum(map(_looked_at, nodes)), tuple(filter(None, map(_scanned, nodes)))))
            return super().execute(query, params, **how)

    with psycopg.connect(conninfo) as conn:
        conn.execute(f"SET search_path TO {schema}".encode())
        conn.cursor_factory = Explaining
        return ask(conn), reads


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from _nodes(child)


def _looked_at(node: dict[str, Any]) -> int:
    if "Relation Name" not in node and "Index Name" not in node:
        return 0
    kept = node["Actual Rows"] + node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    return int(kept * node["Actual Loops"])


def _scanned(node: dict[str, Any]) -> str | None:
    return str(node["Relation Name"]) if node["Node Type"] == "Seq Scan" and node["Actual Loops"] else None
