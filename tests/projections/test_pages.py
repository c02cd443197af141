"""Pages of lists: at any size and in any order they are the whole list, and what is recorded meanwhile shifts nothing."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any, cast
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infrastructure.bootstrap import Liuhen
from projections import asking
from projections.asking import Connection, Listing, Portion, Row, Rows, Window, listing, part_of, read
from projections.list_order import (
    Key,
    KeyOfAnotherOrderError,
    UnknownSortError,
    order_sql,
    parsed,
    sortable,
    stretches,
)
from projections.tracing import LISTS
from tests.projections import test_engine
from tests.projections.test_tracing import traceable

small_county = test_engine.small_county


class Entry(Row):
    identity: int
    name: str | None
    amount: int | None
    on: str


OWN = "name, amount DESC, identity"
TEXTS = st.sampled_from([None, "", "甲", "乙", "a", "A", "'; DROP TABLE rows; --"])
ROWS = st.lists(st.tuples(TEXTS, st.one_of(st.none(), st.integers(-2, 2)), st.sampled_from(["x", "y"])), max_size=25)
SORTS = st.lists(st.sampled_from(["name", "-name", "amount", "-amount", "-on", "-identity"]), max_size=3).map(tuple)
ORDERS = st.sampled_from([OWN, "amount NULLS FIRST, identity DESC", "name DESC NULLS LAST, identity", "identity"])


@pytest.fixture
def conn(database: str) -> Iterator[Connection]:
    with psycopg.connect(database) as found:
        found.execute('CREATE TEMP TABLE rows (identity int PRIMARY KEY, name text, amount int, "on" text)')
        yield found
        found.rollback()


def put(conn: Connection, identity: int, row: tuple[Any, ...]) -> None:
    conn.execute("INSERT INTO rows VALUES (%s, %s, %s, %s)", (identity, *row))


def page(conn: Connection, order: str, window: Window) -> Listing[Entry]:
    return listing(conn, Entry, 'SELECT identity, name, amount, "on" FROM rows', order, {}, window)


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ROWS, ORDERS, SORTS, st.integers(1, 9), st.sampled_from([0, asking.FEW]), st.randoms(use_true_random=False))
def test_pages_are_the_whole_list_while_more_is_recorded(
    conn: Connection, rows: list[Any], order: str, sort: tuple[str, ...], size: int, few: int, chance: random.Random
) -> None:
    """Between two pages rows come and go. Those that stay are shown once, in order; both ways of reading are tried."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asking, "FEW", few)
        conn.execute("TRUNCATE rows")
        for identity, row in enumerate(rows):
            put(conn, identity, row)
        whole = [e.identity for e in page(conn, order, Window(limit=100, sort=sort)).items]
        assert sorted(whole) == list(range(len(rows)))
        shown: list[int] = []
        gone: set[int] = set()
        after: Key | None = None
        for turn in range(200):
            found = page(conn, order, Window(limit=size, sort=sort, after=after))
            shown += [e.identity for e in found.items]
            after = found.after
            if after is None:
                break
            if turn < 30:
                put(conn, 1000 + turn, (chance.choice([None, "甲", "b"]), chance.choice([None, 0, 3]), "x"))
            if turn % 3 == 0 and len(gone) < len(rows) - 1:
                gone.add(leaving := chance.choice([n for n in range(len(rows)) if n not in gone]))
                conn.execute("DELETE FROM rows WHERE identity = %s", (leaving,))
        assert len(shown) == len(set(shown)), "a row was shown twice"
        stayed = [n for n in whole if n not in gone]
        assert [n for n in shown if n in set(stayed)] == stayed, "a row that was there all the time was left out"


def test_without_writes_a_last_page_that_is_full_promises_no_other(conn: Connection) -> None:
    for identity in range(6):
        put(conn, identity, ("甲", None, "x"))
    second = page(conn, OWN, Window(limit=3, after=page(conn, OWN, Window(limit=3)).after))
    assert ([e.identity for e in second.items], second.after, second.total) == ([3, 4, 5], None, 6)


def test_an_index_is_entered_at_the_row_that_a_page_begins_after(conn: Connection) -> None:
    """The plan of a stretch has its equalities and its range in the condition of the index, not in a filter."""
    conn.execute("INSERT INTO rows SELECT n, 'n' || n / 10, n, 'x' FROM generate_series(1, 20000) n")
    conn.execute("CREATE INDEX ON rows (name, amount, identity)")
    conn.execute("ANALYZE rows")
    order = parsed("name, amount, identity")
    deepest, *_, last = stretches(order, ("n500", "5004", "5004"))
    values = {"after_0": "n500", "after_1": "5004", "after_2": "5004"}
    for stretch in (deepest, last):
        query = f"EXPLAIN SELECT * FROM rows WHERE {stretch} ORDER BY {order_sql(order)} LIMIT 20"
        told = "\n".join(row[0] for row in psycopg.ClientCursor(conn).execute(query, values).fetchall())
        assert "Index" in told, told
        assert "Filter" not in told, told
        assert "Sort" not in told, told


def every_page(
    conn: Connection, log_id: int, rows: Rows[Any], asked: Row, sort: tuple[str, ...]
) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after: Key | None = None
    while True:
        part = read(conn, log_id, rows, asked, Window(limit=3, sort=sort, after=after), classified=True)
        found += [row.model_dump() for row in part.items]
        after = part.after
        if after is None:
            return found


def test_every_list_is_read_by_pages_in_each_of_its_orders(small_county: Liuhen) -> None:
    """Each list's own order tells all rows apart, and its columns stand in its query with their values as they are."""
    small_county.engine.catch_up()
    log_id, seen = small_county.settings.division, 0
    with small_county.pool.connection() as conn, conn.transaction():
        stories: set[UUID] = set()
        for rows, asked in traceable(small_county):
            if rows.name == "entries" and len(stories) > 1:
                continue
            if rows.name == "entries":
                stories.add(cast("UUID", dict(asked)["subject"]))
            conn.execute(f"SET LOCAL search_path TO {small_county.engine.schema(rows.view, conn)}".encode())
            if (rows.view, rows.name) == ("timeline", "absences"):
                continue
            names = sortable(rows.row)
            assert names, rows.name
            for sort in ((), *((name,) for name in names[:2]), (f"-{names[-1]}", names[0])):
                window = Window(limit=500, sort=sort)
                whole = read(conn, log_id, rows, asked, window, classified=True)
                assert whole.after is None
                told = [row.model_dump() for row in whole.items]
                assert every_page(conn, log_id, rows, asked, sort) == told, (rows.view, rows.name, sort)
                seen += len(told) > 3
    assert seen > 50
    assert len(LISTS) > 40


def test_what_is_in_order_in_memory_is_read_in_the_same_way() -> None:
    items = [(day, n) for day in ("2020-01-01", "2020-01-02") for n in (2, 10, 300)]

    def at(after: Key | None) -> Portion[tuple[str, int]]:
        return part_of(items, lambda item: item, Window(limit=2, after=after))

    shown, after = list(at(None).items), at(None).after
    while after is not None:
        shown += at(after).items
        after = at(after).after
    assert shown == items
    with pytest.raises(UnknownSortError):
        part_of(items, lambda item: item, Window(sort=("-name",)))


def test_a_key_of_another_order_is_not_read_as_if_it_were_of_this_one() -> None:
    with pytest.raises(KeyOfAnotherOrderError):
        stretches(parsed(OWN), ("甲", "1"))
    with pytest.raises(KeyOfAnotherOrderError):
        part_of([(1, 2)], lambda item: item, Window(after=("1",)))
