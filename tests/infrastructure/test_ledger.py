"""The ledger on a real PostgreSQL, embedded and external: all or none, in one order, once, and for good."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import timedelta
from itertools import pairwise
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.rows import TupleRow
from psycopg_pool import ConnectionPool

from application.ports import KeyReusedError, NewEvent, RequestKey, StreamMovedError, UpTo
from domain.dates import CivilDate
from domain.recorded import Actor, Circumstances, Recorded, Role
from domain.steps.building import ProgressReported
from domain.streams import StreamAt, StreamKind
from infrastructure.store.ledger import EventLedger, UnsafeEnvironmentError
from infrastructure.store.server_function import Answer, ServerFunction

LOG = 370323
CIRCUMSTANCES = Circumstances(
    happened_on=CivilDate.parse("2019-03"), actor=Actor(account="t", organisation="测试", role=Role.OWNER_UNIT)
)


def event(stream: UUID, version: int, percent: int = 1) -> NewEvent:
    at = StreamAt(kind=StreamKind.PROJECT, id=stream, version=version)
    return NewEvent(at, CIRCUMSTANCES, ProgressReported(percent=percent, summary="进展"))


@contextmanager
def opened(conninfo: str, log: int = LOG, size: int = 8) -> Iterator[EventLedger]:
    pool: ConnectionPool[psycopg.Connection[TupleRow]] = ConnectionPool(
        conninfo, min_size=1, max_size=size, kwargs={"autocommit": True}, open=False
    )
    with pool, closing(EventLedger(pool, log)) as ledger:
        yield ledger


@pytest.fixture
def ledger(any_database: str) -> Iterator[EventLedger]:
    with opened(any_database) as it:
        yield it


def test_what_is_recorded_is_read_again(ledger: EventLedger) -> None:
    stream = uuid4()
    recorded = ledger.record([event(stream, 1), event(stream, 2, 50)])
    assert [r.position for r in recorded] == [1, 2]
    assert list(ledger.read(StreamKind.PROJECT, stream)) == list(recorded)
    assert ledger.position() == 2


def test_as_of_a_position_and_a_time(ledger: EventLedger) -> None:
    stream = uuid4()
    first = ledger.record([event(stream, 1)])[0]
    second = ledger.record([event(stream, 2)])[0]
    assert len(ledger.read(StreamKind.PROJECT, stream, UpTo(position=1))) == 1
    assert len(ledger.read(StreamKind.PROJECT, stream, UpTo(recorded_at=first.recorded_at))) == 1
    assert len(ledger.read(StreamKind.PROJECT, stream, UpTo(recorded_at=second.recorded_at))) == 2


def test_a_stream_that_moved_refuses_the_whole_save(ledger: EventLedger) -> None:
    stream, other = uuid4(), uuid4()
    ledger.record([event(stream, 1)])
    with pytest.raises(StreamMovedError):
        ledger.record([event(other, 1), event(stream, 1)])
    assert ledger.read(StreamKind.PROJECT, other) == []
    assert ledger.record([event(other, 1)])[0].position == 2, "a refused save left a gap"


def test_a_stream_that_was_only_read_guards_the_save(ledger: EventLedger) -> None:
    read, written = uuid4(), uuid4()
    ledger.record([event(read, 1)])
    at = StreamAt(kind=StreamKind.PROJECT, id=read, version=1)
    ledger.record([event(written, 1)], guards=[at])
    ledger.record([event(read, 2)])
    with pytest.raises(StreamMovedError):
        ledger.record([event(written, 2)], guards=[at])


def test_a_guard_holds_for_a_stream_that_did_not_exist(ledger: EventLedger) -> None:
    absent, written = uuid4(), uuid4()
    nothing = StreamAt(kind=StreamKind.UNIT, id=absent, version=0)
    ledger.record([event(written, 1)], guards=[nothing])
    ledger.record([event(absent, 1)])
    with pytest.raises(StreamMovedError):
        ledger.record([event(written, 2)], guards=[nothing])


def test_a_repeated_request_records_once_and_is_answered_alike(ledger: EventLedger) -> None:
    stream, request = uuid4(), RequestKey("client", "key", "f" * 64)
    first = ledger.record([event(stream, 1)], request=request)
    again = ledger.record([event(stream, 1)], request=request)
    assert list(again) == list(first) == list(ledger.recall(request) or [])
    assert ledger.position() == 1


def test_a_key_is_for_one_request_of_one_client(ledger: EventLedger) -> None:
    stream = uuid4()
    ledger.record([event(stream, 1)], request=RequestKey("client", "key", "a" * 64))
    with pytest.raises(KeyReusedError):
        ledger.record([event(stream, 2)], request=RequestKey("client", "key", "b" * 64))
    with pytest.raises(KeyReusedError):
        ledger.recall(RequestKey("client", "key", "b" * 64))
    ledger.record([event(stream, 2)], request=RequestKey("another", "key", "b" * 64))
    assert ledger.position() == 2


@pytest.mark.parametrize("request_key", [RequestKey("c", "k", "f" * 64), None], ids=["with a key", "without"])
def test_a_lost_answer_is_resolved_and_adds_nothing(
    ledger: EventLedger, monkeypatch: pytest.MonkeyPatch, request_key: RequestKey | None
) -> None:
    """The commit happened, the connection broke before the answer: the batch, sent again, is known by its number."""
    real = ServerFunction.call
    sent = []

    def losing(function: ServerFunction, conn: psycopg.Connection[TupleRow], parameters: tuple[bytes, ...]) -> Answer:
        answer = real(function, conn, parameters)
        sent.append(parameters)
        if len(sent) == 1:
            raise psycopg.OperationalError("the connection is lost")
        return answer

    monkeypatch.setattr(ServerFunction, "call", losing)
    recorded = ledger.record([event(uuid4(), 1)], request=request_key)
    assert len(sent) == 2
    assert [r.position for r in recorded] == [1]
    assert ledger.position() == 1


def test_positions_are_contiguous_and_in_commit_order_under_concurrency(any_database: str) -> None:
    """Two ledgers as of two processes, 8 threads, few streams: no gap, no lost update, one version each."""
    streams = [uuid4() for _ in range(4)]
    conflicts = threading.Semaphore(0)

    def write(ledger: EventLedger, worker: int) -> int:
        done = 0
        for n in range(25):
            stream = streams[(worker + n) % len(streams)]
            while True:
                version = len(ledger.read(StreamKind.PROJECT, stream)) + 1
                try:
                    ledger.record([event(stream, version, worker)])
                except StreamMovedError:
                    conflicts.release()
                    continue
                done += 1
                break
        return done

    with opened(any_database) as one, opened(any_database) as two, ThreadPoolExecutor(8) as threads:
        written = sum(threads.map(lambda w: write((one, two)[w % 2], w), range(8)))
        everything = one.after(0, 1000)
    assert written == 200
    assert [e.position for e in everything] == list(range(1, 201))
    assert all(a.recorded_at <= b.recorded_at for a, b in pairwise(everything))
    for stream in streams:
        versions = [e.stream.version for e in everything if e.stream.id == stream]
        assert versions == list(range(1, len(versions) + 1))


def test_a_follower_sees_every_event_while_others_write(any_database: str) -> None:
    """Position order is commit order: whoever reads by position never skips an event that commits later."""
    with opened(any_database) as ledger, ThreadPoolExecutor(5) as threads:
        writers = [threads.submit(lambda: [ledger.record([event(uuid4(), 1)]) for _ in range(40)]) for _ in range(4)]
        seen: list[Recorded] = []
        while len(seen) < 160:
            seen += ledger.after(seen[-1].position if seen else 0, 7)
            if all(w.done() for w in writers) and not ledger.after(seen[-1].position if seen else 0, 1):
                break
        for writer in writers:
            writer.result()
    assert [e.position for e in seen] == list(range(1, 161))


def test_logs_do_not_mix(any_database: str) -> None:
    stream = uuid4()
    with opened(any_database) as one, opened(any_database, log=370321) as other:
        one.record([event(stream, 1)])
        assert other.position() == 0
        assert other.record([event(stream, 1)])[0].position == 1
        assert len(one.read(StreamKind.PROJECT, stream)) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE liuhen.events SET state = state",
        "DELETE FROM liuhen.events",
        "TRUNCATE liuhen.events",
        "DELETE FROM liuhen.requests",
        "UPDATE liuhen.requests SET key = key",
    ],
)
def test_recorded_events_cannot_be_changed(any_database: str, ledger: EventLedger, statement: str) -> None:
    ledger.record([event(uuid4(), 1)], request=RequestKey("c", "k", "f" * 64))
    with (
        psycopg.connect(any_database) as conn,
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="never changed"),
    ):
        conn.execute(statement.encode())
    assert ledger.position() == 1


@pytest.mark.parametrize("name", ["PERSISTENCE_MODULE", "LEDGER_MAPPER_TOPIC", "POSTGRES_ENABLE_DB_FUNCTIONS"])
def test_settings_of_the_library_cannot_bypass_the_ledger(
    database: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "y")
    with pytest.raises(UnsafeEnvironmentError, match=name.rsplit("LEDGER_", maxsplit=1)[-1]), opened(database):
        pass


def test_the_librarys_own_contract(ledger: EventLedger) -> None:
    recorder, stream = ledger.recorder, uuid4()
    ledger.record([event(stream, v) for v in (1, 2, 3)])
    assert [e.originator_version for e in recorder.select_events(stream, desc=True, limit=2)] == [3, 2]
    assert [e.originator_version for e in recorder.select_events(stream, gt=1, lte=2)] == [2]
    assert [n.id for n in recorder.select_notifications(2, 10)] == [2, 3]
    assert [n.id for n in recorder.select_notifications(2, 10, inclusive_of_start=False)] == [3]
    assert [n.id for n in recorder.select_notifications(None, 10, stop=1)] == [1]
    assert recorder.select_notifications(None, 10, topics=["unit.enrolled"]) == []
    assert recorder.max_notification_id() == 3


def test_every_way_of_reading_gives_the_same_event_and_its_bytes(any_database: str) -> None:
    """By stream, by page, by position or as it is logged: identity, time, circumstances, event and stored bytes."""
    with opened(any_database) as ledger:
        (written,) = ledger.record([event(uuid4(), 1)])
        (logged,) = ledger.logged_after(0, 1)
        of_stream = ledger.read(StreamKind.PROJECT, written.originator_id)
        for (found,) in (of_stream, ledger.after(0, 1), ledger.at_positions(1, 1), ledger.among([1])[0]):
            assert found == written
            assert found.recorded_at.utcoffset() == timedelta(0)
            assert found.recorded_at == logged.recorded_at
            assert found.stored == logged.state == written.stored


def test_reading_outlives_the_connections_it_was_done_by(any_database: str) -> None:
    """As after a restart of the server: all connections of the pool are dead, and the next read is answered."""
    with opened(any_database) as ledger:
        recorded = ledger.record([event(uuid4(), 1)])
        pool = ledger.recorder_pool
        kept = [pool.getconn() for _ in range(4)]
        for conn in kept:
            pool.putconn(conn)
        with psycopg.connect(any_database, autocommit=True) as conn:
            conn.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid()"
            )
        assert list(ledger.after(0, 10)) == list(recorded)
        assert ledger.record([event(uuid4(), 1)])[0].position == 2, "the writing connection died, too"
