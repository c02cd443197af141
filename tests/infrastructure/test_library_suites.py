"""The event-sourcing library's own suites for recorders, on ours; and what its subscriptions are known to lack."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from itertools import count
from types import ModuleType
from typing import Any, ClassVar

import psycopg
import pytest
from eventsourcing.persistence import IntegrityError, Notification, StoredEvent, Subscription, Tracking
from psycopg_pool import ConnectionPool, PoolClosed

from infrastructure.migrations import migrate
from infrastructure.roles import WRITER, as_writer
from infrastructure.store import subscription
from infrastructure.store.batch_writer import Pool
from infrastructure.store.ledger import EventLedger
from infrastructure.store.recorder import LedgerRecorder
from infrastructure.store.tracking import LedgerTrackingRecorder
from tests.conftest import NewDatabase
from tests.saves import PATIENCE, all_of_them, save

# The suites' module wants the library's cipher, which wants a package that we do not use. No case of ours asks for it.
_CIPHER = ModuleType("eventsourcing.cipher")
_CIPHER.AESCipher = None  # type: ignore[attr-defined]
with pytest.MonkeyPatch.context() as patched:
    patched.setitem(sys.modules, "eventsourcing.cipher", _CIPHER)
    from eventsourcing.tests.persistence import (
        ApplicationRecorderTestCase,
        NonInterleavingNotificationIDsBaseCase,
        TrackingRecorderTestCase,
    )

LOGS = count(600000)
"""Each test has a log of its own, where positions begin at 1."""


def writers_pool(conninfo: str) -> Pool:
    """Connections of the service's own role."""
    migrate(conninfo)  # grants what a copied database has not
    return ConnectionPool(as_writer(conninfo), min_size=1, max_size=6, kwargs={"autocommit": True}, open=False)


@pytest.fixture(scope="module")
def embedded_pool(embedded: str, new_database: NewDatabase) -> Iterator[Pool]:
    with writers_pool(new_database(embedded)) as pool:
        yield pool


@pytest.fixture(scope="module")
def debian_pool(debian: str, new_database: NewDatabase) -> Iterator[Pool]:
    with writers_pool(new_database(debian)) as pool:
        yield pool


@pytest.fixture(params=["embedded", "debian"])
def pool(request: pytest.FixtureRequest) -> Pool:
    made: Pool = request.getfixturevalue(f"{request.param}_pool")
    return made


class OnOurs:
    """A case of the suites with recorders of ours, which end with it."""

    SERVER: ClassVar[str] = "embedded"

    @pytest.fixture(autouse=True)
    def _recorders(self, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]) -> Iterator[None]:
        del capsys  # the suites print their timings
        self.pool: Pool = request.getfixturevalue(f"{self.SERVER}_pool")
        with ExitStack() as self.ending:
            yield

    def ours(self, kind: type[LedgerRecorder]) -> LedgerRecorder:
        recorder = kind(self.pool, next(LOGS))
        self.ending.callback(recorder.close)
        return recorder


class FromOne(LedgerRecorder):
    """Two cases begin streams at version 0 and look only at positions; ours begin at 1, so versions are counted on."""

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int]:
        from_zero = bool(stored_events) and stored_events[0].originator_version == 0
        later = [replace(e, originator_version=e.originator_version + 1) for e in stored_events]
        return super().insert_events(later if from_zero else stored_events, **kwargs)


class TestApplicationRecorder(OnOurs, ApplicationRecorderTestCase[LedgerRecorder]):
    def create_recorder(self) -> LedgerRecorder:
        return self.ours(FromOne)

    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


class TestNotificationIDsDoNotInterleave(OnOurs, NonInterleavingNotificationIDsBaseCase):
    def create_recorder(self) -> LedgerRecorder:
        return self.ours(FromOne)


class TestTrackingRecorder(OnOurs, TrackingRecorderTestCase):
    def create_recorder(self) -> LedgerTrackingRecorder:
        return LedgerTrackingRecorder(self.pool, next(LOGS))


class TestApplicationRecorderOnDebian(TestApplicationRecorder):
    SERVER = "debian"


class TestNotificationIDsDoNotInterleaveOnDebian(TestNotificationIDsDoNotInterleave):
    SERVER = "debian"


class TestTrackingRecorderOnDebian(TestTrackingRecorder):
    SERVER = "debian"


# The subscription, beyond the suites.


@pytest.fixture
def recorder(pool: Pool) -> Iterator[LedgerRecorder]:
    made = LedgerRecorder(pool, next(LOGS))
    yield made
    made.close()


def insert(recorder: LedgerRecorder, *names: object, topic: str = "topic") -> None:
    for name in names:
        recorder.append(save((name, 1), topic=topic))


def taken(following: Subscription[Any], number: int) -> list[int]:
    """The positions of the next events; fails when they do not come."""
    events: list[Notification] = []
    all_of_them(lambda: events.extend(next(following) for _ in range(number)))
    return [e.id for e in events]


def test_a_save_of_this_process_wakes(recorder: LedgerRecorder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscription, "POLL_SECONDS", 10 * PATIENCE)
    with recorder.subscribe() as following:
        received: list[int] = []
        arrived = threading.Event()

        def follow() -> None:
            for e in following:
                received.append(e.id)
                arrived.set()
                if len(received) == 3:
                    return

        def write() -> None:
            for n in range(3):
                arrived.clear()
                insert(recorder, n)
                assert arrived.wait(PATIENCE)

        all_of_them(follow, write)
    assert received == [1, 2, 3]


def test_what_another_process_saves_comes_without_being_woken(pool: Pool, recorder: LedgerRecorder) -> None:
    other = LedgerRecorder(pool, recorder.log_id)
    with recorder.subscribe() as following:
        all_of_them(lambda: taken(following, 3), lambda: insert(other, 1, 2, 3))
    other.close()


def test_the_poll_is_at_most_a_second() -> None:
    assert 0 < subscription.POLL_SECONDS <= 1


def test_pages_join_without_a_gap(recorder: LedgerRecorder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscription, "PAGE", 3)
    insert(recorder, *range(10))
    with recorder.subscribe(gt=1) as following:
        assert taken(following, 9) == list(range(2, 11))


def test_topics_pass_what_is_not_asked_for(recorder: LedgerRecorder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscription, "PAGE", 2)
    insert(recorder, *range(5), topic="wanted")
    insert(recorder, *range(10, 15), topic="other")
    with recorder.subscribe(topics=["wanted"]) as following:
        assert taken(following, 5) == [1, 2, 3, 4, 5]
        all_of_them(lambda: taken(following, 1), lambda: insert(recorder, "more", topic="wanted"))
        assert following._last_notification_id == 11


def test_a_dropped_connection_is_replaced(pool: Pool, recorder: LedgerRecorder) -> None:
    insert(recorder, 1)
    with recorder.subscribe() as following:
        assert taken(following, 1) == [1]
        with pool.connection() as conn:
            conn.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND usename = %s AND pid <> pg_backend_pid()",
                (WRITER,),
            )
        insert(recorder, 2)
        assert taken(following, 1) == [2]


def test_a_database_that_cannot_be_reached_is_asked_again(
    recorder: LedgerRecorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, failures = recorder.select_notifications, iter([psycopg.OperationalError("gone")] * 2)

    def failing(*arguments: Any, **options: Any) -> Any:
        for error in failures:
            raise error
        return real(*arguments, **options)

    monkeypatch.setattr(subscription, "POLL_SECONDS", 0.01)
    monkeypatch.setattr(recorder, "select_notifications", failing)
    insert(recorder, 1)
    with recorder.subscribe() as following:
        assert taken(following, 1) == [1]
    assert next(failures, None) is None


def test_stopping_ends_a_wait_in_another_thread(recorder: LedgerRecorder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscription, "POLL_SECONDS", 10 * PATIENCE)
    with recorder.subscribe() as following:
        waits = threading.Event()

        def nothing_new() -> list[Any]:
            waits.set()
            return []

        monkeypatch.setattr(following, "_page", nothing_new)

        def stop() -> None:
            assert waits.wait(PATIENCE)
            following.stop()

        all_of_them(lambda: list(following), stop)
    assert recorder._waking == ()


def test_a_closed_pool_is_told(new_database: NewDatabase, embedded: str) -> None:
    made: Pool = ConnectionPool(new_database(embedded), min_size=1, kwargs={"autocommit": True}, open=False)
    with made:
        recorder = LedgerRecorder(made, next(LOGS))
        recorder.close()
    with recorder.subscribe() as following, pytest.raises(PoolClosed):
        next(following)


# Positions of followers, beyond the suites.


def test_what_a_follower_writes_counts_once_with_its_position(pool: Pool) -> None:
    tracking = LedgerTrackingRecorder(pool, next(LOGS))
    with pool.connection() as conn:
        conn.execute(f"CREATE SCHEMA follower_{tracking.log_id}")
        conn.execute(f"CREATE TABLE follower_{tracking.log_id}.seen (n int)")

    def see(n: int, *, breaks: bool = False) -> None:
        with tracking.counting(Tracking("ledger", n)) as conn:
            conn.execute(f"INSERT INTO follower_{tracking.log_id}.seen VALUES ({n})")
            if breaks:
                raise ZeroDivisionError

    see(1)
    with pytest.raises(ZeroDivisionError):
        see(2, breaks=True)
    assert tracking.max_tracking_id("ledger") == 1
    see(2)
    refused: list[int] = []

    def see_at_once() -> None:
        try:
            see(3)
        except IntegrityError:
            refused.append(3)

    all_of_them(*[see_at_once] * 5)
    assert len(refused) == 4
    with pool.connection() as conn:
        assert conn.execute(f"SELECT array_agg(n ORDER BY n) FROM follower_{tracking.log_id}.seen").fetchone() == (
            [1, 2, 3],
        )


class Another(LedgerTrackingRecorder):
    FOLLOWER = "another"


def test_followers_and_logs_do_not_share_positions(pool: Pool) -> None:
    ledger = EventLedger(pool, next(LOGS))
    one, another = ledger.factory.tracking_recorder(), ledger.factory.tracking_recorder(Another)
    assert isinstance(another, Another)
    one.insert_tracking(Tracking("ledger", 5))
    another.insert_tracking(Tracking("ledger", 3))
    assert (one.max_tracking_id("ledger"), another.max_tracking_id("ledger")) == (5, 3)
    assert LedgerTrackingRecorder(pool, next(LOGS)).max_tracking_id("ledger") is None
    ledger.close()
