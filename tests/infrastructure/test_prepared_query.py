"""Queries that are prepared once: the same rows as by a cursor, and again after the server forgot them."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from psycopg.types.numeric import Int4

from infrastructure.store.prepared_query import PreparedQuery

QUERY = PreparedQuery(
    "test_rows",
    "SELECT n, gen_random_uuid() IS NOT NULL, 'x' || n, now(), convert_to('页' || n, 'utf-8'), null::int"
    " FROM generate_series(1, $1::int) n",
    1,
)
FAILING = PreparedQuery("test_failing", "SELECT 1 / $1::int", 1)


def integer(value: int) -> bytes:
    return Int4(value).to_bytes(4, "big", signed=True)


@pytest.fixture
def conn(database: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database, autocommit=True) as conn:
        yield conn


def by_cursor(conn: psycopg.Connection, count: int) -> list[tuple[object, ...]]:
    query = QUERY._query.replace(b"$1", b"%s")
    return conn.cursor(binary=True).execute(query, (count,)).fetchall()


def without_time(rows: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    assert all(row[3].utcoffset() is not None for row in rows)  # type: ignore[attr-defined]
    return [(*row[:3], *row[4:]) for row in rows]


def test_the_rows_are_those_of_a_cursor(conn: psycopg.Connection) -> None:
    for count in (0, 3, 500, 1):
        assert without_time(QUERY.rows(conn, (integer(count),))) == without_time(by_cursor(conn, count))


def test_what_the_server_forgot_is_prepared_again(conn: psycopg.Connection) -> None:
    QUERY.rows(conn, (integer(1),))
    for _ in range(2):
        conn.execute("DEALLOCATE ALL")
        assert len(QUERY.rows(conn, (integer(2),))) == 2


def test_errors_are_the_drivers(conn: psycopg.Connection) -> None:
    with pytest.raises(psycopg.errors.DivisionByZero):
        FAILING.rows(conn, (integer(0),))
    assert FAILING.rows(conn, (integer(1),)) == [(1,)]
    with psycopg.connect(conn.info.dsn, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", (conn.info.backend_pid,))
    with pytest.raises(psycopg.OperationalError):
        FAILING.rows(conn, (integer(1),))
