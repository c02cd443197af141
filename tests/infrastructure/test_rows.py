"""Many requests in one save: recorded as a whole, each under its own key, and known whatever breaks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from eventsourcing.persistence import StoredEvent
from psycopg_pool import ConnectionPool

from application.ports import RequestKey, StreamMovedError
from domain.streams import StreamAt, StreamKind
from infrastructure.store.batch_writer import BatchWriter, Pool, Result, Row, RowsKnownError, Save, Saved
from tests.conftest import NewDatabase
from tests.cut_line import Cut, CutLine
from tests.saves import PATIENCE, all_of_them, save, stream, told

LOGS = count(710000)


@pytest.fixture(scope="module", params=["embedded", "debian"])
def rows_database(request: pytest.FixtureRequest, new_database: NewDatabase) -> str:
    return new_database(request.getfixturevalue(request.param))


@pytest.fixture
def log() -> int:
    return next(LOGS)


@contextmanager
def writing(conninfo: str, log: int) -> Iterator[BatchWriter]:
    pool: Pool = ConnectionPool(conninfo, min_size=1, max_size=3, kwargs={"autocommit": True}, open=False)
    with pool:
        writer = BatchWriter(pool, log, give_up_after=PATIENCE)
        assert [told(r) for r in writer.write([save(("before", 1))])] == [("saved", 1, 1)]
        yield writer
        writer.close()


def rows(*of: tuple[str, str, Sequence[tuple[str, int]]], guards: Sequence[tuple[str, int]] = ()) -> Save:
    """A save of rows, each with key, fingerprint and what it writes."""
    events = [(name, version) for _, _, written in of for name, version in written]
    made, at = [], 0
    for key, fingerprint, written in of:
        made.append(Row(RequestKey("client", key, fingerprint), at, at + len(written) - 1))
        at += len(written)
    return Save(
        events=[StoredEvent(stream(name), version, "topic", b"{}") for name, version in events],
        kinds=["project"] * len(events),
        guards=[StreamAt(kind=StreamKind.PROJECT, id=stream(name), version=version) for name, version in guards],
        rows=made,
    )


def written(writer: BatchWriter, *saves: Save) -> list[Any]:
    results: list[Result] = []
    all_of_them(lambda: results.extend(writer.write(saves)))
    return [known(r) if isinstance(r, RowsKnownError) else told(r) for r in results]


def known(error: RowsKnownError) -> dict[int, tuple[int, int] | None]:
    return {n: (s.first_position, s.last_position) if isinstance(s, Saved) else None for n, s in error.known.items()}


FIVE = rows(("k1", "f", [("a", 1), ("b", 1)]), ("k2", "f", [("a", 2)]), ("k3", "f", [("a", 3), ("c", 1)]))


def test_each_row_is_found_by_its_own_key(rows_database: str, log: int) -> None:
    with writing(rows_database, log) as writer:
        assert written(writer, FIVE) == [("saved", 2, 6)]
        singly = [save(key=(key, "f")) for key in ("k1", "k2", "k3")]
        assert written(writer, *singly) == [("repeated", 2, 3), ("repeated", 4, 4), ("repeated", 5, 6)]


def test_a_save_of_rows_is_all_or_none(rows_database: str, log: int) -> None:
    """A stream that moved, a guard that moved, a key that is known or was used otherwise."""
    with writing(rows_database, log) as writer:
        assert written(writer, save(("x", 1), key=("old", "f"))) == [("saved", 2, 2)]
        moved = rows(("k1", "f", [("a", 1)]), ("k2", "f", [("before", 1)]))
        guarded = rows(("k1", "f", [("a", 1)]), guards=[("before", 2)])
        repeated = rows(("k1", "f", [("a", 1)]), ("old", "f", [("y", 1)]), ("k2", "f", [("a", 2)]))
        reused = rows(("old", "g", [("y", 1)]), ("k1", "f", [("a", 1)]))
        assert written(writer, moved) == [(StreamMovedError,)]
        assert written(writer, guarded) == [(StreamMovedError,)]
        assert written(writer, repeated) == [{1: (2, 2)}]
        assert written(writer, reused) == [{0: None}]
        assert written(writer, rows(("k1", "f", [("a", 1)]), guards=[("before", 1)])) == [("saved", 3, 3)]


def test_saves_with_and_without_rows_may_come_together(rows_database: str, log: int) -> None:
    with writing(rows_database, log) as writer:
        together = written(writer, save(("s", 1)), FIVE, save(("before", 1)), save(("t", 1)))
        assert together == [("saved", 2, 2), ("saved", 4, 8), (StreamMovedError,), ("saved", 3, 3)]


@pytest.mark.parametrize("how", ["request lost", "cut at once", "answer lost"])
@pytest.mark.parametrize("outcome", ["saved", "known", "moved"])
def test_a_cut_line_changes_no_outcome(rows_database: str, log: int, how: Cut, outcome: str) -> None:
    with CutLine(rows_database) as line, writing(line.conninfo, log) as writer:
        assert written(writer, save(("x", 1), key=("old", "f"))) == [("saved", 2, 2)]
        asked, due = {
            "saved": (FIVE, ("saved", 3, 7)),
            "known": (rows(("k", "f", [("a", 1)]), ("old", "f", [("y", 1)])), {1: (2, 2)}),
            "moved": (rows(("k", "f", [("before", 1)])), (StreamMovedError,)),
        }[outcome]
        line.cut(how)
        assert written(writer, asked) == [due]
        assert line._next is None
        following = 8 if outcome == "saved" else 3
        assert written(writer, save(("z", 1))) == [("saved", following, following)]


def append(conn: psycopg.Connection[Any], log: int, writer: UUID, number: int, **changed: Any) -> Any:
    values: dict[str, Any] = {
        "streams": [uuid4(), uuid4()], "versions": [1, 1], "kinds": ["project"] * 2, "topics": ["t"] * 2,
        "states": [b"{}"] * 2, "guards": [], "guard_versions": [], "clients": ["c"] * 2, "keys": ["a", "b"],
        "fingerprints": ["f"] * 2, "firsts": [0, 1], "lasts": [0, 1],
    }  # fmt: skip
    assert set(changed) <= set(values)
    return conn.execute(
        "SELECT * FROM liuhen.append_rows(%s, %s, %s, %s::uuid[], %s::int[], %s::text[], %s::text[], %s::bytea[],"
        " %s::uuid[], %s::int[], %s::text[], %s::text[], %s::text[], %s::int[], %s::int[])",
        (log, writer, number, *{**values, **changed}.values()),
    ).fetchone()


@pytest.mark.parametrize(
    "changed",
    [
        {"lasts": [0, 2]}, {"firsts": [-1, 1]}, {"firsts": [1, 1], "lasts": [0, 1]}, {"firsts": [0]}, {"keys": ["a"]},
        {"firsts": [0, None]}, {"keys": ["a", None]}, {"clients": None}, {"keys": ["a", "a"]}, {"streams": [uuid4()]},
        {"fingerprints": ["f", None]}, {"states": [b"{}", None]}, {"guards": [uuid4()]}, {"versions": [1, None]},
    ],
)  # fmt: skip
def test_rows_that_do_not_fit_are_refused_as_a_whole(rows_database: str, log: int, changed: dict[str, Any]) -> None:
    with psycopg.connect(rows_database, autocommit=True) as conn:
        try:
            row = append(conn, log, uuid4(), 1, **changed)
        except psycopg.Error:
            row = (0, None, "refused")
        assert row[2] is not None
        recorded = conn.execute("SELECT (SELECT count(*) FROM liuhen.events WHERE log_id = %(log)s),"
                                " (SELECT count(*) FROM liuhen.requests WHERE log_id = %(log)s)", {"log": log})  # fmt: skip
        assert recorded.fetchone() == (0, 0)


def test_rows_sent_again_by_their_number_are_answered_whatever_came_between(rows_database: str, log: int) -> None:
    writer = uuid4()
    with psycopg.connect(rows_database, autocommit=True) as conn:
        first = append(conn, log, writer, 1)
        assert (first[0], first[2]) == (1, None)
        append(conn, log, uuid4(), 1, keys=["c", "d"])
        assert append(conn, log, writer, 1) == first
        told_known = append(conn, log, writer, 2, keys=["e", "a"])
        assert told_known[2] == '[[1, "repeated", 1, 1]]'
        append(conn, log, uuid4(), 1, keys=["e", "f"])
        assert append(conn, log, writer, 2, keys=["e", "a"])[2] == told_known[2]
