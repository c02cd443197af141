"""What became of a batch is known, whatever breaks: no save is lost, doubled, or told as what it is not.

And the function that records is called as a hostile writer would: the log stays without a gap, whatever it is given.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.conninfo import make_conninfo
from psycopg_pool import ConnectionPool

from application.ports import OutcomeUnknownError, StoreDownError, StreamMovedError
from infrastructure.doctor import State, examine
from infrastructure.embedded_postgres import EmbeddedPostgres
from infrastructure.migrations import migrate
from infrastructure.roles import WRITER
from infrastructure.settings import Settings
from infrastructure.store import arrays
from infrastructure.store.batch_writer import BatchWriter, NotRecordedError, Pool, Result, Save
from tests.conftest import NewDatabase
from tests.cut_line import Cut, CutLine
from tests.saves import PATIENCE, all_of_them, save, stream, told

LOGS = count(700000)


@dataclass(frozen=True)
class Site:
    """A log of a database."""

    conninfo: str
    log: int


@pytest.fixture(scope="module")
def embedded_database(embedded: str, new_database: NewDatabase) -> str:
    return new_database(embedded)


@pytest.fixture(scope="module")
def debian_database(debian: str, new_database: NewDatabase) -> str:
    return new_database(debian)


@pytest.fixture(params=["embedded", "debian"])
def site(request: pytest.FixtureRequest) -> Site:
    """A new log, on each kind of server in turn."""
    return Site(request.getfixturevalue(f"{request.param}_database"), next(LOGS))


@contextmanager
def writing(site: Site, *, by: str | None = None, give_up_after: float = PATIENCE) -> Iterator[BatchWriter]:
    """A writer whose connection has been used already."""
    pool: Pool = ConnectionPool(by or site.conninfo, min_size=1, max_size=3, kwargs={"autocommit": True}, open=False)
    with pool:
        writer = BatchWriter(pool, site.log, give_up_after=give_up_after)
        assert [told(r) for r in writer.write([save(("before", 1))])] == [("saved", 1, 1)]
        yield writer
        writer.close()


def written(writer: BatchWriter, saves: Sequence[Save]) -> list[Result]:
    """The results; fails when they do not come."""
    results: list[Result] = []
    all_of_them(lambda: results.extend(writer.write(saves)))
    return results


def logged(site: Site) -> list[UUID]:
    with psycopg.connect(site.conninfo) as conn:
        rows = conn.execute("SELECT stream_id FROM liuhen.events WHERE log_id = %s ORDER BY position", (site.log,))
        return [row[0] for row in rows]


def batch() -> list[Save]:
    """One of each outcome, after the first."""
    return [
        save(("a", 1), ("a", 2), key=("a", "f")),
        save(("before", 1)),
        save(("b", 1)),
        save(key=("never", "f")),
        save(("c", 1), guards=[("before", 1)]),
    ]


OUTCOMES = [("saved", 2, 3), (StreamMovedError,), ("saved", 4, 4), (NotRecordedError,), ("saved", 5, 5)]
LOGGED = [stream(name) for name in ("before", "a", "a", "b", "c")]


@pytest.mark.parametrize("how", ["request lost", "cut at once", "answer lost"])
def test_a_cut_line_changes_no_outcome(site: Site, how: Cut) -> None:
    with CutLine(site.conninfo) as line, writing(site, by=line.conninfo) as writer:
        line.cut(how)
        assert [told(r) for r in written(writer, batch())] == OUTCOMES
        assert line._next is None
    assert logged(site) == LOGGED


def test_silence_ends_in_an_unknown_outcome_that_the_key_resolves(site: Site) -> None:
    """The watchdog cuts the line; the batch was committed, and nobody heard."""
    with CutLine(site.conninfo) as line, writing(site, by=line.conninfo, give_up_after=1.0) as writer:
        line.cut("silence")
        assert [told(r) for r in written(writer, batch())] == [(OutcomeUnknownError,)] * 5
        assert logged(site) == LOGGED
        again = written(writer, [batch()[0], save(("d", 1))])
        assert [told(r) for r in again] == [("repeated", 2, 3), ("saved", 6, 6)]
        assert told(written(writer, [batch()[2]])[0]) == (StreamMovedError,)


def append(conn: psycopg.Connection[Any], log: int | None, batch_number: int, writer: UUID, **changed: Any) -> Any:
    """Call the function as it stands: one event of a stream of its own, unless something is changed."""
    given_arrays: dict[str, Any] = {
        "saves": [0], "streams": [uuid4()], "versions": [1], "kinds": ["project"], "topics": ["t"], "states": [b"{}"],
        "guard_saves": [], "guards": [], "guard_versions": [],
        "request_saves": [], "clients": [], "keys": [], "fingerprints": [],
    }  # fmt: skip
    assert set(changed) <= set(given_arrays)
    values = {**given_arrays, **changed}
    row = conn.execute(
        "SELECT * FROM liuhen.append_batch(%s, %s, %s, %s::int[], %s::uuid[], %s::int[], %s::text[], %s::text[],"
        " %s::bytea[], %s::int[], %s::uuid[], %s::int[], %s::int[], %s::text[], %s::text[], %s::text[])",
        (log, writer, batch_number, *values.values()),
    ).fetchone()
    assert row is not None
    return row


def test_a_batch_sent_again_is_answered_exactly_from_what_was_kept(site: Site) -> None:
    writer, new = uuid4(), uuid4()
    with psycopg.connect(site.conninfo, autocommit=True) as conn:
        append(conn, site.log, 1, writer, streams=[new])
        first = append(conn, site.log, 2, writer, saves=[0, 1], streams=[new, uuid4()], versions=[1, 1], kinds=["k"] * 2,
                       topics=["t"] * 2, states=[b""] * 2)  # fmt: skip
        assert first[2] is not None
        append(conn, site.log, 1, uuid4())  # another's comes between
        kept = "SELECT xmin FROM liuhen.writers WHERE log_id = %s AND batch = 2"
        before = conn.execute(kept, (site.log,)).fetchone()
        assert append(conn, site.log, 2, writer) == first
        after = conn.execute(kept, (site.log,)).fetchone()
        assert before != after, "an answer rests on a commit of its own"
        with pytest.raises(psycopg.errors.RaiseException, match="comes after"):
            append(conn, site.log, 1, writer)
    assert len(logged(site)) == 3


# The server ends a connection, or itself.


def of_writer(conn: psycopg.Connection[Any], condition: str) -> list[int]:
    rows = conn.execute(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        f" AND query LIKE '%append_batch%' AND {condition}".encode()
    )
    return [row[0] for row in rows]


def wait_for_one(conn: psycopg.Connection[Any], condition: str) -> int:
    for _ in range(int(PATIENCE / 0.01)):
        if found := of_writer(conn, condition):
            return found[0]
        threading.Event().wait(0.01)
    raise AssertionError(f"no connection of the writer is {condition}")


IDLE, LOCKED = "state = 'idle'", "wait_event_type = 'Lock'"
HEAD = "SELECT FROM liuhen.logs WHERE log_id = %s FOR UPDATE"


def test_a_connection_that_was_ended_between_batches_is_replaced(site: Site) -> None:
    with writing(site) as writer, psycopg.connect(site.conninfo, autocommit=True) as conn:
        conn.execute("SELECT pg_terminate_backend(%s)", (wait_for_one(conn, IDLE),))
        assert [told(r) for r in written(writer, batch())] == OUTCOMES
    assert logged(site) == LOGGED


def test_what_the_driver_forgets_is_prepared_again(site: Site) -> None:
    with writing(site) as writer:
        assert writer._conn is not None
        writer._conn.execute("DEALLOCATE ALL")  # as the driver does after a ROLLBACK or DROP that it is given
        assert [told(r) for r in written(writer, batch())] == OUTCOMES
    assert logged(site) == LOGGED


def test_a_connection_that_is_ended_within_a_batch_is_replaced(site: Site) -> None:
    with writing(site) as writer, psycopg.connect(site.conninfo) as holder:
        holder.execute(HEAD, (site.log,))
        results: list[Result] = []

        def end() -> None:
            with psycopg.connect(site.conninfo, autocommit=True) as conn:
                conn.execute("SELECT pg_terminate_backend(%s)", (wait_for_one(conn, LOCKED),))
            holder.rollback()

        all_of_them(lambda: results.extend(writer.write(batch())), end)
        assert [told(r) for r in results] == OUTCOMES
    assert logged(site) == LOGGED


def test_another_process_that_holds_the_head_is_waited_for_and_then_given_up(site: Site) -> None:
    """What was sent may still be recorded, once the head is free; the key says which."""
    one = save(("a", 1), key=("a", "f"))
    with writing(site, give_up_after=1.0) as writer, psycopg.connect(site.conninfo) as holder:
        holder.execute(HEAD, (site.log,))
        assert told(written(writer, [one])[0]) == (OutcomeUnknownError,)
        holder.rollback()
        assert told(written(writer, [one])[0])[1:] == (2, 2)
    assert logged(site) == [stream("before"), stream("a")]


def test_a_server_that_is_restarted_is_waited_for(tmp_path: Path) -> None:
    first, second = EmbeddedPostgres(tmp_path), EmbeddedPostgres(tmp_path)
    site = Site(first.conninfo, next(LOGS))
    with ExitStack() as ending:
        ending.callback(second.stop)
        with first:
            migrate(site.conninfo)
            writer = ending.enter_context(writing(site))
        results: list[Result] = []
        all_of_them(lambda: results.extend(writer.write(batch())), second.start)
        assert [told(r) for r in results] == OUTCOMES
        assert logged(site) == LOGGED


def test_a_server_that_stays_away_has_recorded_nothing(tmp_path: Path) -> None:
    nowhere = f"host={tmp_path} port=5432 user=liuhen dbname=liuhen"
    pool: Pool = ConnectionPool(nowhere, min_size=0, max_size=1, kwargs={"autocommit": True}, open=False)
    with pool:
        writer = BatchWriter(pool, next(LOGS), give_up_after=0.3)
        assert [told(r) for r in written(writer, batch())] == [(StoreDownError,)] * 5
        writer.close()


# The server says that something is wrong.

IN_ONE_CALL = 2
"""How often a batch that is not accepted as a whole writes its log's head, and its outcome."""


@contextmanager
def trouble(conninfo: str, level: str, sqlstate: str, *, table: str = "logs", calls: str = "true") -> Iterator[None]:
    """The server raises something when a batch reaches a table, in those of its calls."""
    with psycopg.connect(conninfo, autocommit=True) as conn:
        conn.execute("CREATE SEQUENCE public.calls")
        conn.execute(
            f"""
            CREATE FUNCTION public.trouble() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
            DECLARE n bigint := nextval('public.calls');
            BEGIN
                IF {calls} THEN RAISE {level} 'as arranged' USING ERRCODE = '{sqlstate}'; END IF;
                RETURN NEW;
            END $$;
            CREATE TRIGGER trouble BEFORE UPDATE ON liuhen.{table} FOR EACH ROW EXECUTE FUNCTION public.trouble();
            """.encode()
        )
        try:
            yield
        finally:
            conn.execute(f"DROP TRIGGER trouble ON liuhen.{table}".encode())
            conn.execute("DROP FUNCTION public.trouble; DROP SEQUENCE public.calls")


@pytest.mark.parametrize("sqlstate", ["53100", "53200", "57014", "58030", "XX001"])
def test_a_server_that_cannot_is_told_at_once_and_nothing_is_recorded(site: Site, sqlstate: str) -> None:
    with writing(site) as writer:
        with trouble(site.conninfo, "EXCEPTION", sqlstate):
            assert [told(r) for r in written(writer, batch())] == [(StoreDownError,)] * 5
        assert len(logged(site)) == 1
        assert [told(r) for r in written(writer, batch())] == OUTCOMES


@pytest.mark.parametrize("sqlstate", ["40P01", "40001", "55P03", "25006", "57P01", "08006"])
def test_what_passes_is_tried_again(site: Site, sqlstate: str) -> None:
    with writing(site) as writer, trouble(site.conninfo, "EXCEPTION", sqlstate, calls="n <= 2"):
        assert [told(r) for r in written(writer, batch())] == OUTCOMES
    assert logged(site) == LOGGED


@pytest.mark.parametrize("sqlstate", ["53100", "25006", "23514"])
def test_a_refusal_met_while_resolving_a_lost_answer_is_not_the_batchs(site: Site, sqlstate: str) -> None:
    """The first attempt, which writes its outcome twice, was committed: only its own answer says so, and it is asked
    for until it comes."""
    with CutLine(site.conninfo) as line, writing(site, by=line.conninfo) as writer:
        with trouble(site.conninfo, "EXCEPTION", sqlstate, table="writers", calls="n IN (3, 4)"):
            line.cut("answer lost")
            assert [told(r) for r in written(writer, batch())] == OUTCOMES
        assert logged(site) == LOGGED


@pytest.mark.parametrize("sqlstate", ["01000", "57P01"])
def test_a_commit_that_a_standby_may_lack_is_asked_for_again(site: Site, sqlstate: str) -> None:
    with writing(site) as writer, trouble(site.conninfo, "WARNING", sqlstate, calls="n = 1"):
        assert [told(r) for r in written(writer, batch())] == OUTCOMES
        assert calls_of(site.conninfo) == IN_ONE_CALL + 2, "not asked again"
    assert logged(site) == LOGGED
    assert calls_of(site.conninfo) is None


def calls_of(conninfo: str) -> Any:
    with psycopg.connect(conninfo) as conn:
        row = conn.execute("SELECT last_value FROM pg_sequences WHERE sequencename = 'calls'").fetchone()
        return row and row[0]


@pytest.mark.parametrize("sqlstate", ["01000", "57P01"])
def test_a_commit_that_stays_in_doubt_is_told_as_unknown(site: Site, sqlstate: str) -> None:
    with writing(site, give_up_after=0.5) as writer:
        with trouble(site.conninfo, "WARNING", sqlstate, table="writers"):
            assert [told(r) for r in written(writer, batch())] == [(OutcomeUnknownError,)] * 5
            asked = calls_of(site.conninfo)
            assert asked is not None
            assert asked > 1
        assert told(written(writer, [batch()[0]])[0]) == ("repeated", 2, 3)
    assert logged(site) == LOGGED


def test_any_other_warning_is_none_of_the_writers(site: Site) -> None:
    with writing(site) as writer, trouble(site.conninfo, "WARNING", "01004", table="writers"):
        assert [told(r) for r in written(writer, batch())] == OUTCOMES
        assert calls_of(site.conninfo) == IN_ONE_CALL


# Arrays, as the driver itself would send them.


@pytest.fixture(scope="module")
def conn(embedded_database: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(make_conninfo(embedded_database, user=WRITER), autocommit=True) as made:
        yield made


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"))


@pytest.mark.parametrize(
    ("made", "kind", "values"),
    [
        (arrays.integers, "int", st.lists(st.integers(-(2**31), 2**31 - 1), max_size=20)),
        (arrays.texts, "text", st.lists(TEXT, max_size=20)),
        (arrays.names, "text", st.lists(TEXT, max_size=20)),
        (arrays.uuids, "uuid", st.lists(st.uuids(), max_size=20)),
        (arrays.blobs, "bytea", st.lists(st.binary(max_size=50), max_size=20)),
    ],
    ids=["int", "text", "name", "uuid", "bytea"],
)
@given(data=st.data())
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_arrays_are_what_the_driver_would_send(
    conn: psycopg.Connection[Any], made: Callable[..., bytes], kind: str, values: Any, data: st.DataObject
) -> None:
    items = data.draw(values)
    row = conn.execute(f"SELECT %s::{kind}[]::text".encode(), (items,)).fetchone()
    result = conn.pgconn.exec_params(f"SELECT $1::{kind}[]::text".encode(), [made(items)], None, [1])
    assert row is not None
    assert result.get_value(0, 0) == row[0].encode()


@pytest.mark.parametrize("made", [arrays.texts, arrays.names])
def test_a_text_that_postgresql_cannot_hold_is_refused(made: Callable[..., bytes]) -> None:
    with pytest.raises(ValueError, match="NUL"):
        made(["good", "no\0good"])


# Whatever the function is given.


def sound(conn: psycopg.Connection[Any], log: int) -> None:
    """The log has no gap, its streams neither, heads and requests agree with it."""
    events = conn.execute(
        "SELECT position, stream_id, stream_version, stream_kind FROM liuhen.events WHERE log_id = %s"
        " ORDER BY position",
        (log,),
    ).fetchall()
    assert [e[0] for e in events] == list(range(1, len(events) + 1))
    heads: dict[UUID, tuple[int, str]] = {}
    for _, at, version, kind in events:
        before, is_of = heads.get(at, (0, kind))
        assert version == before + 1, "a version is missing, or comes after a later one"
        assert kind == is_of, "a stream changes its kind"
        heads[at] = version, kind
    found = conn.execute("SELECT stream_id, version, kind FROM liuhen.stream_heads WHERE log_id = %s", (log,))
    assert {at: head for at, *head in found} == {at: list(head) for at, head in heads.items()}
    head = conn.execute("SELECT position FROM liuhen.logs WHERE log_id = %s", (log,)).fetchone()
    assert (head or (0,))[0] == len(events)
    for first, last in conn.execute(
        "SELECT first_position, last_position FROM liuhen.requests WHERE log_id = %s", (log,)
    ):
        assert 1 <= first <= last <= len(events)


A, B = stream("A"), stream("B")
TWO: dict[str, Any] = {"kinds": ["k"] * 2, "topics": ["t"] * 2, "states": [b""] * 2}
THREE: dict[str, Any] = {"kinds": ["k"] * 3, "topics": ["t"] * 3, "states": [b""] * 3}


def request(*saves: int | None, key: str = "k", fingerprint: str = "f") -> dict[str, Any]:
    number = len(saves)
    return {"request_saves": list(saves), "clients": ["c"] * number, "keys": [key] * number,
            "fingerprints": [fingerprint] * number}  # fmt: skip


REFUSED: dict[str, dict[str, Any]] = {
    "fewer saves than events": {"saves": [0], "streams": [A, A], "versions": [1, 2], **TWO},
    "more saves than events": {"saves": [0, 0, 0], **request(0)},
    "more versions than streams": {"versions": [1, 2]},
    "more states than streams": {"states": [b"", b""]},
    "no array of saves": {"saves": None},
    "no array of streams": {"streams": None},
    "no array of states": {"states": None},
    "no array of guards": {"guards": None},
    "a null as a save": {"saves": [0, None], "streams": [A, A], "versions": [1, 2], **TWO},
    "a null as a stream": {"streams": [None]},
    "a null as a kind": {"kinds": [None]},
    "a null as a state": {"states": [None]},
    "a null as a guard's save": {"guard_saves": [None], "guards": [B], "guard_versions": [7]},
    "a null as a guard": {"guard_saves": [0], "guards": [None], "guard_versions": [0]},
    "a null as a guard's version": {"guard_saves": [0], "guards": [B], "guard_versions": [None]},
    "fewer versions than guards": {"guard_saves": [0], "guards": [B], "guard_versions": []},
    "a null as a request's save": request(None),
    "a null as a key": {**request(0), "keys": [None]},
    "fewer keys than requests": {**request(0), "keys": []},
    "two saves that write one version": {"saves": [0, 1], "streams": [A, A], "versions": [1, 1], **TWO},
    "one version twice": {"saves": [0, 0], "streams": [A, A], "versions": [1, 1], **TWO},
    "two saves with one request": {"saves": [0, 1], "streams": [A, B], "versions": [1, 1], **TWO, **request(0, 1)},
    "saves that are mixed": {"saves": [0, 1, 0], "streams": [A, B, B], "versions": [1, 1, 2], **THREE},
    "events of a save apart": {"saves": [0, 1, 0], "streams": [A, B, stream("C")], "versions": [1, 1, 1], **THREE, **request(0)},
    "saves that descend": {"saves": [1, 0], "streams": [A, B], "versions": [1, 1], **TWO},
    "saves of two dimensions": {"saves": [[0, 0]], "streams": [A, A], "versions": [1, 2], **TWO},
    "no log": {},
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_arguments_that_do_not_fit_are_refused(conn: psycopg.Connection[Any], what: str) -> None:
    log = next(LOGS)
    with pytest.raises(psycopg.Error):
        append(conn, None if what == "no log" else log, 1, uuid4(), **REFUSED[what])
    sound(conn, log)
    assert conn.execute("SELECT count(*) FROM liuhen.events WHERE log_id = %s", (log,)).fetchone() == (0,)


NOT_ACCEPTED: dict[str, dict[str, Any]] = {
    "a null as a version": {"versions": [None]},
    "the highest version and the lowest": {
        "saves": [0, 0],
        "streams": [A, A],
        "versions": [2**31 - 1, -(2**31)],
        **TWO,
    },
    "a version 0": {"versions": [0]},
    "a version below 0": {"versions": [-1]},
    "a first version that is not 1": {"versions": [2]},
    "a gap": {"saves": [0, 0], "streams": [A, A], "versions": [1, 3], **TWO},
    "a stream from its end": {"saves": [0, 0], "streams": [A, A], "versions": [2, 1], **TWO},
    "versions in disorder": {"saves": [0] * 3, "streams": [A] * 3, "versions": [1, 3, 2], **THREE},
    "a guard at a version below 0": {"guard_saves": [0], "guards": [B], "guard_versions": [-1]},
}


@pytest.mark.parametrize("what", NOT_ACCEPTED)
def test_what_would_leave_a_gap_is_not_accepted(conn: psycopg.Connection[Any], what: str) -> None:
    log = next(LOGS)
    answer = append(conn, log, 1, uuid4(), **NOT_ACCEPTED[what])
    assert answer[2] == '[[0, "moved", 0, 0]]'
    sound(conn, log)


@pytest.mark.parametrize("bounds", ["[5:6]", "[0:1]", "[10:11]"])
def test_arrays_that_begin_elsewhere_hide_no_gap(conn: psycopg.Connection[Any], bounds: str) -> None:
    log = next(LOGS)
    moved = {"streams": f"{bounds}={{{A},{A}}}", "versions": f"{bounds}={{1,5}}", **TWO}
    answer = append(conn, log, 1, uuid4(), saves=[0, 0], **moved)
    assert answer[2] == '[[0, "moved", 0, 0]]'
    with pytest.raises(psycopg.errors.InvalidParameterValue):
        append(conn, log, 2, uuid4(), saves=f"{bounds}={{0,0}}", **moved)
    sound(conn, log)


def test_a_guard_of_no_save_and_a_request_of_no_save_change_nothing(conn: psycopg.Connection[Any]) -> None:
    log = next(LOGS)
    answer = append(conn, log, 1, uuid4(), guard_saves=[99], guards=[B], guard_versions=[4], **request(98))
    assert answer[2] == '[[98, "unknown", 0, 0], [99, "moved", 0, 0]]'
    sound(conn, log)
    assert conn.execute("SELECT count(*) FROM liuhen.requests WHERE log_id = %s", (log,)).fetchone() == (0,)


def test_two_keys_of_one_save_name_the_same_events(conn: psycopg.Connection[Any]) -> None:
    log = next(LOGS)
    append(conn, log, 1, uuid4(), **{**request(0, 0), "keys": ["k", "l"]})
    append(conn, log, 1, uuid4(), **request(0, 0, key="twice"))
    rows = conn.execute(
        "SELECT key, first_position, last_position FROM liuhen.requests WHERE log_id = %s ORDER BY key", (log,)
    ).fetchall()
    assert rows == [("k", 1, 1), ("l", 1, 1), ("twice", 2, 2)]
    sound(conn, log)


def test_the_highest_batch_number_is_the_last_of_its_writer_alone(conn: psycopg.Connection[Any]) -> None:
    log, writer = next(LOGS), uuid4()
    append(conn, log, 2**63 - 1, writer)
    with pytest.raises(psycopg.errors.RaiseException, match="comes after"):
        append(conn, log, 1, writer)
    append(conn, log, 1, uuid4())
    sound(conn, log)


@pytest.mark.parametrize("at", ["its head", "an event of its save", "an event of another save"])
def test_a_stream_is_of_one_kind_for_good(conn: psycopg.Connection[Any], at: str) -> None:
    log, writer = next(LOGS), uuid4()
    append(conn, log, 1, writer, streams=[A], kinds=["k"])
    wrong: dict[str, dict[str, Any]] = {
        "its head": {"streams": [A], "versions": [2], "kinds": ["l"]},
        "an event of its save": {**TWO, "saves": [0, 0], "streams": [B] * 2, "versions": [1, 2], "kinds": ["k", "l"]},
        "an event of another save": {
            **TWO,
            "saves": [0, 1],
            "streams": [B, A],
            "versions": [1, 2],
            "kinds": ["k", "l"],
        },
    }
    with pytest.raises((psycopg.errors.CheckViolation, psycopg.errors.CardinalityViolation)):
        append(conn, log, 2, writer, **wrong[at])
    sound(conn, log)
    append(conn, log, 2, writer, streams=[A], versions=[2], kinds=["k"])
    sound(conn, log)


def test_a_save_of_another_kind_hurts_only_itself(site: Site) -> None:
    wrong = save(("before", 2))
    wrong = Save(wrong.events, ["system"], request=wrong.request)
    with writing(site) as writer:
        results = written(writer, [save(("a", 1)), wrong, save(("b", 1))])
    assert [told(r) for r in results] == [("saved", 2, 2), (psycopg.errors.CheckViolation,), ("saved", 3, 3)]


def test_nobody_else_can_write_what_a_writer_takes_for_its_own_outcome(site: Site) -> None:
    """A stolen login reads all that there is, and writes under each name that it finds there, for the batches to come."""
    with writing(site) as writer:
        with psycopg.connect(make_conninfo(site.conninfo, user=WRITER), autocommit=True) as thief:
            names = thief.execute("SELECT writer FROM liuhen.writers WHERE log_id = %s", (site.log,)).fetchall()
            assert len(names) == 1
            for (name,) in names:
                append(thief, site.log, 2, name)
        assert [told(r) for r in written(writer, [save(("a", 1), ("a", 2))])] == [("saved", 3, 4)]
    assert logged(site)[2:] == [stream("a")] * 2, "what was acknowledged is not there"


hostile = st.fixed_dictionaries(
    {},
    optional={
        "saves": st.lists(st.none() | st.integers(0, 2), max_size=5),
        "streams": st.lists(st.none() | st.sampled_from([A, B]), max_size=5),
        "versions": st.lists(st.none() | st.integers(-1, 4), max_size=5),
        "kinds": st.lists(st.none() | st.sampled_from(["k", "l"]), max_size=5),
        "guard_saves": st.lists(st.none() | st.integers(0, 3), max_size=2),
        "guards": st.lists(st.none() | st.sampled_from([A, B]), max_size=2),
        "guard_versions": st.lists(st.none() | st.integers(-1, 3), max_size=2),
        "request_saves": st.lists(st.none() | st.integers(0, 3), max_size=2),
        "keys": st.lists(st.none() | st.sampled_from(["k", "l"]), max_size=2),
    },
)


@st.composite
def fitting(draw: st.DrawFn) -> dict[str, Any]:
    """Arrays that fit together, of saves that need not."""
    number, guards, requests = draw(st.integers(0, 6)), draw(st.integers(0, 2)), draw(st.integers(0, 2))

    def of(values: st.SearchStrategy[Any], length: int) -> list[Any]:
        return draw(st.lists(values, min_size=length, max_size=length))

    saves = of(st.integers(0, 2), number)
    return {
        "saves": sorted(saves) if draw(st.booleans()) else saves,
        "streams": of(st.sampled_from([A, B]), number), "versions": of(st.integers(1, 4), number),
        "kinds": of(st.sampled_from("kl"), number) if draw(st.integers(0, 4)) == 0 else ["k"] * number,
        "topics": ["t"] * number, "states": [b""] * number,
        "guard_saves": of(st.integers(0, 3), guards), "guards": of(st.sampled_from([A, B]), guards),
        "guard_versions": of(st.integers(0, 2), guards),
        "request_saves": of(st.integers(0, 3), requests), "clients": ["c"] * requests,
        "keys": of(st.sampled_from("kl"), requests), "fingerprints": of(st.sampled_from("fg"), requests),
    }  # fmt: skip


@given(calls=st.lists(hostile | fitting(), min_size=1, max_size=6))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_it_is_given_the_log_stays_sound(conn: psycopg.Connection[Any], calls: list[dict[str, Any]]) -> None:
    """Either an error, or an answer that is true: each save that is told as accepted stands where it is told to."""
    log = next(LOGS)
    for n, call in enumerate(calls, 1):
        try:
            first, _, unaccepted = append(conn, log, n, stream(log), **call)
        except psycopg.Error:
            sound(conn, log)
            continue
        sound(conn, log)
        left_out = {save for save, *_ in ([] if unaccepted is None else json.loads(unaccepted))}
        streams, versions = call.get("streams"), call.get("versions", [1])
        saves = call.get("saves", [0])
        if streams is None:
            continue
        accepted = [(at, v) for s, at, v in zip(saves, streams, versions, strict=True) if s not in left_out]
        rows = conn.execute(
            "SELECT stream_id, stream_version FROM liuhen.events WHERE log_id = %s AND position >= %s ORDER BY position",
            (log, first),
        ).fetchall()
        assert rows == accepted


def test_the_doctor_finds_all_of_these_logs_sound(conn: psycopg.Connection[Any], embedded_database: str) -> None:
    """Runs after what was written above."""
    append(conn, next(LOGS), 1, uuid4())
    checks = {f.name: f for f in examine(Settings(database_url=embedded_database), embedded_database)}
    for name in ("head", "positions", "stream_heads", "recorded_at", "requests"):
        assert checks[name].state is State.OK, checks[name]
