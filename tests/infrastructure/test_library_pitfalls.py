"""What the event-sourcing library (9.5.6) is known to do to its users, one test each: here it cannot happen, or is caught.

A test says the pitfall first. Where the way we use the library rules it out, the test shows that way.
"""

from __future__ import annotations

import ast
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import eventsourcing.utils
import orjson
import psycopg
import pytest
from eventsourcing.domain import Aggregate
from psycopg.conninfo import make_conninfo

from application.ports import NewEvent, StreamMovedError
from domain.correction import FactCorrected
from domain.dates import CivilDate
from domain.evolve import fold
from domain.recorded import Recorded
from domain.states import beginning
from domain.steps import BY_TOPIC, EVENTS
from domain.steps.building import ProgressReported
from domain.streams import StreamAt, StreamKind
from infrastructure.bootstrap import wired
from infrastructure.doctor import functions_of
from infrastructure.migrations import available, migrate
from infrastructure.roles import WRITER
from infrastructure.settings import Settings
from infrastructure.store import subscription
from infrastructure.store.ledger import EventLedger, UnsafeEnvironmentError, forbidden_settings
from infrastructure.store.mapper import (
    LedgerMapper,
    LoggedEvent,
    NewerEventError,
    UnknownTopicError,
    UpcasterChainError,
    check_upcasters,
    event_from,
)
from infrastructure.store.recorder import LedgerRecorder
from tests.conftest import NewDatabase
from tests.contract.test_stored_events import HISTORY
from tests.cut_line import CutLine
from tests.infrastructure.test_batch_writer import append
from tests.infrastructure.test_ledger import CIRCUMSTANCES, event, opened
from tests.saves import PATIENCE, all_of_them, save, stream

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def superuser(embedded: str, new_database: NewDatabase) -> str:
    """One database for the module, as its superuser connects."""
    made = new_database(embedded)
    migrate(made)
    return made


@pytest.fixture(scope="module")
def conninfo(superuser: str) -> str:
    """As the service connects. Each test has a log of its own."""
    return make_conninfo(superuser, user=WRITER)


@pytest.fixture
def log() -> int:
    return uuid4().int % 2**31


@pytest.fixture
def ledger(conninfo: str, log: int) -> Iterator[EventLedger]:
    with opened(conninfo, log) as made:
        yield made
        made.close()


def test_01_the_databases_functions_of_the_library_lose_events(
    ledger: EventLedger, conninfo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They insert without a lock. The setting is refused, and the library makes no table or function of its own."""
    ledger.record([event(uuid4(), 1)])
    with psycopg.connect(conninfo) as conn:
        made = conn.execute(
            "SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
            " WHERE n.nspname IN ('public', 'liuhen') UNION ALL SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        ).fetchall()
    assert {name for (name,) in made} == set(functions_of(available()))
    monkeypatch.setenv("LEDGER_POSTGRES_ENABLE_DB_FUNCTIONS", "y")
    with pytest.raises(UnsafeEnvironmentError), opened(conninfo):
        pass


def test_02_the_table_lock_needs_more_than_insert(ledger: EventLedger, conninfo: str) -> None:
    """The service may neither lock nor write the table; it records through the function all the same."""
    with psycopg.connect(conninfo) as conn, pytest.raises(psycopg.errors.InsufficientPrivilege):
        conn.execute("LOCK TABLE liuhen.events IN EXCLUSIVE MODE")
    assert ledger.record([event(uuid4(), 1)])[0].position == 1


def test_03_a_lost_answer_is_reported_as_a_conflict(conninfo: str, log: int) -> None:
    """The blind retry meets its own events. A batch has a number, by which it is known again."""
    with CutLine(conninfo) as line, opened(line.conninfo, log) as ledger:
        ledger.record([event(uuid4(), 1)])
        line.cut("answer lost")
        recorded: list[Recorded] = []
        all_of_them(lambda: recorded.extend(ledger.record([event(uuid4(), 1)])))
        assert [r.position for r in recorded] == [2]
        assert ledger.position() == 2
        ledger.close()


def test_04_a_second_save_of_the_same_object_stores_nothing_and_reports_success(ledger: EventLedger) -> None:
    """There are no objects with pending events: what is recorded again is refused."""
    one = event(uuid4(), 1)
    ledger.record([one])
    with pytest.raises(StreamMovedError):
        ledger.record([one])
    assert not any(issubclass(kind, Aggregate) for kind in EVENTS)


def test_05_a_missing_persistence_module_means_memory_only(
    ledger: EventLedger, conninfo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert forbidden_settings() == []
    assert type(ledger.recorder) is LedgerRecorder
    monkeypatch.setenv("PERSISTENCE_MODULE", "eventsourcing.popo")
    with pytest.raises(UnsafeEnvironmentError, match="PERSISTENCE_MODULE"), opened(conninfo):
        pass


class Double(EventLedger):
    """A subclass, as for a test."""


def test_06_a_subclass_gets_tables_of_its_own(ledger: EventLedger, log: int) -> None:
    double = Double(ledger.recorder_pool, log)
    double.record([event(stream("of both"), 1)])
    assert len(ledger.read(StreamKind.PROJECT, stream("of both"))) == 1
    double.close()


def test_07_a_topic_is_imported_and_called(
    ledger: EventLedger, log: int, conninfo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(topic: str) -> Any:
        raise AssertionError(topic)

    monkeypatch.setattr(eventsourcing.utils, "resolve_topic", never)
    monkeypatch.setattr("eventsourcing.persistence.resolve_topic", never)
    body = orjson.dumps({"v": 1, "c": CIRCUMSTANCES.model_dump(mode="json"), "e": {"args": "echo"}})
    with psycopg.connect(conninfo) as conn:
        append(conn, log, 1, uuid4(), topics=["subprocess:getoutput"], kinds=["project"], states=[body])
    with pytest.raises(UnknownTopicError, match="subprocess:getoutput"):
        ledger.after(0, 1)
    with pytest.raises(UnknownTopicError):
        ledger.mapper.to_domain_event(ledger.recorder.select_notifications(1, 1)[0])


def again(entry: Recorded) -> Any:
    """An event, stored and read."""
    mapper = LedgerMapper()
    stored = mapper.to_stored_event(NewEvent(entry.stream, entry.circumstances, entry.event))
    return mapper.to_domain_event(
        LoggedEvent(**vars(stored), id=entry.position, kind=entry.stream.kind, recorded_at=entry.recorded_at)
    )


def test_08_events_are_rebuilt_without_validation() -> None:
    """Enums become text, tuples lists. Ours are equal after reading, by every type within, and can be copied."""
    for entry in HISTORY:
        read = again(entry)
        assert read == entry
        assert repr(read) == repr(entry)  # shows the types within
        assert read.event.but() == entry.event
    with pytest.raises(ValueError, match="percent"):
        event_from(ProgressReported.TOPIC, 1, {"percent": "much"})


class Renamed(ProgressReported):
    """A later version of an event, which renamed a field."""

    TOPIC = "test.renamed"
    SCHEMA_VERSION = 2

    @staticmethod
    def upcast_v1_v2(body: dict[str, Any]) -> dict[str, Any]:
        return {"summary": body["text"]}


class Forgotten(ProgressReported):
    """A later version whose author forgot the earlier one."""

    TOPIC = "test.forgotten"
    SCHEMA_VERSION = 2


def test_09_there_is_no_upcasting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(BY_TOPIC, Renamed.TOPIC, Renamed)
    check_upcasters()
    assert event_from(Renamed.TOPIC, 1, {"text": "进展"}) == Renamed(summary="进展")
    assert event_from(Renamed.TOPIC, 2, {"summary": "进展"}) == Renamed(summary="进展")
    monkeypatch.setitem(BY_TOPIC, Forgotten.TOPIC, Forgotten)
    with pytest.raises(UpcasterChainError, match=r"test\.forgotten"):
        LedgerMapper()


def test_10_a_newer_version_is_accepted_in_silence() -> None:
    with pytest.raises(NewerEventError):
        event_from(ProgressReported.TOPIC, ProgressReported.SCHEMA_VERSION + 1, {"percent": 1, "summary": "进展"})


def test_11_topics_are_inherited() -> None:
    with pytest.raises(TypeError, match="needs a TOPIC of its own"):
        type("Heir", (ProgressReported,), {"__module__": __name__})
    assert all("TOPIC" in kind.__dict__ for kind in EVENTS)


def test_12_checks_run_on_replay() -> None:
    """Deciding and evolving are two functions: none that evolves can refuse, and any single event folds."""
    evolving = 0
    for path in (ROOT / "domain").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and any(
                "evolve.register" in ast.unparse(d) for d in node.decorator_list
            ):
                evolving += 1
                assert not any(isinstance(inner, ast.Raise | ast.Assert) for inner in ast.walk(node)), path
    assert evolving >= len(EVENTS) // 2
    for entry in HISTORY:
        state = fold(beginning(entry.stream.kind, entry.stream.id), [entry])
        assert state.version == entry.stream.version


def test_13_frozen_is_shallow() -> None:
    """What an event was made of may change afterwards; the event does not."""
    for entry in HISTORY:
        body = entry.event.model_dump(mode="json")
        made = type(entry.event).model_validate(body)
        before = made.model_dump_json()
        if not isinstance(made, FactCorrected):  # holds a raw body, the one exception
            for value in body.values():
                if isinstance(value, list | dict):
                    value.clear()
        assert made.model_dump_json() == before
        name: str | None = next(iter(type(made).model_fields), None)
        if name is not None:
            with pytest.raises(ValueError, match="frozen"):
                setattr(made, name, None)


def test_14_a_lost_notification_or_connection_stops_a_follower(
    ledger: EventLedger, log: int, superuser: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscription, "POLL_SECONDS", 0.02)
    silent = LedgerRecorder(ledger.recorder_pool, log)  # its saves wake nobody here
    seen: list[int] = []
    with ledger.recorder.subscribe() as following:

        def follow() -> None:
            for e in following:
                seen.append(e.id)
                if len(seen) == 4:
                    return

        def write() -> None:
            silent.append(save(("a", 1), ("a", 2)))
            with psycopg.connect(superuser) as conn:
                ended = conn.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND usename = %s",
                    (WRITER,),
                ).fetchall()
                assert ended
            silent.append(save(("a", 3), ("a", 4)))

        all_of_them(follow, write)
    silent.close()
    assert seen == [1, 2, 3, 4]


CRASH = """
import sys
from pathlib import Path
from application.ports import RequestKey
from infrastructure.bootstrap import wired
from infrastructure.settings import Settings
with wired(Settings(data_dir=Path(sys.argv[2]), database_url=sys.argv[1]), sys.argv[1]) as liuhen:
    liuhen.ledger.recall(RequestKey("c", "k", "f"))  # saves nothing, but all its threads are there
    liuhen.engine.start()
    liuhen.engine.stop = lambda: None  # nothing is ended in order
    liuhen.ledger.close = lambda: None
    raise ZeroDivisionError
"""


def test_15_a_crash_leaves_threads_that_keep_the_process(conninfo: str, tmp_path: Path) -> None:
    crashed = subprocess.run(
        [sys.executable, "-c", CRASH, conninfo, str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert crashed.returncode == 1, crashed.stderr
    assert "ZeroDivisionError" in crashed.stderr


def test_16_events_that_a_follower_skips_do_not_move_it(ledger: EventLedger) -> None:
    """The views take every event; a subscription by topic passes over the others, too."""
    ledger.record([event(stream("skipped"), 1), event(stream("skipped"), 2)])
    with ledger.recorder.subscribe(topics=["another"]) as following:
        looked = threading.Event()
        page = following._page  # type: ignore[attr-defined]

        def looking() -> Any:
            found = page()
            looked.set()
            return found

        following._page = looking  # type: ignore[attr-defined]

        def stop() -> None:
            assert looked.wait(PATIENCE)
            following.stop()

        all_of_them(lambda: list(following), stop)
        assert following._last_notification_id == 2
    assert "topics" not in (ROOT / "infrastructure/projecting/engine.py").read_text(encoding="utf-8")


def test_17_connections_and_threads_are_many_and_waits_without_end(conninfo: str, tmp_path: Path) -> None:
    """Twenty who save at once use one connection, of a pool of two; no thread is added per sender."""
    with wired(Settings(data_dir=tmp_path, database_url=conninfo, pool_size=2), conninfo) as liuhen:
        before = threading.active_count()
        with ThreadPoolExecutor(20) as threads:
            list(threads.map(lambda _: liuhen.ledger.record([event(uuid4(), 1)]), range(60)))
            assert liuhen.pool.get_stats()["pool_size"] <= 2
            assert threading.active_count() - before <= 20 + 1  # the senders' own, and the one that cuts dead lines
    # That a held head does not hold up a save for ever: test_batch_writer, test_another_process_that_holds_the_head…


def test_18_the_transcoder_writes_nan_and_reads_data_as_objects() -> None:
    with pytest.raises(ValueError, match="finite"):
        Renamed.model_validate({"summary": "进展", "percent": float("nan")})
    trap = {"_type_": "uuid_hex", "_data_": "0" * 32}
    correction = next(e for e in HISTORY if isinstance(e.event, FactCorrected))
    tricked = correction.but(event=correction.event.but(replacement=trap))
    assert again(tricked).event.replacement == trap
    assert isinstance(again(HISTORY[0]).happened_on, CivilDate)


def test_19_a_snapshot_that_fails_makes_a_save_raise(
    ledger: EventLedger, conninfo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There are none."""
    assert ledger.snapshots is None
    with pytest.raises(NotImplementedError):
        ledger.factory.aggregate_recorder("snapshots")
    monkeypatch.setenv("IS_SNAPSHOTTING_ENABLED", "y")
    with pytest.raises(UnsafeEnvironmentError), opened(conninfo):
        pass


def test_20_what_is_added_to_a_save_runs_before_the_lock(
    ledger: EventLedger, log: int, conninfo: str, superuser: str
) -> None:
    """Everything is read under the lock: a save that waits for another's sees what that one recorded."""
    ledger.record([event(uuid4(), 1)])
    moved, at = stream("moved"), StreamAt(kind=StreamKind.PROJECT, id=stream("moved"), version=0)
    outcomes: list[Any] = []
    with psycopg.connect(conninfo) as other:
        append(other, log, 1, uuid4(), streams=[moved])

        def wait() -> None:
            try:
                outcomes.append(ledger.record([event(uuid4(), 1)], guards=[at]))
            except StreamMovedError as error:
                outcomes.append(error)

        def commit() -> None:
            with psycopg.connect(superuser, autocommit=True) as conn:
                for _ in range(int(PATIENCE / 0.01)):
                    if conn.execute(
                        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
                    ).fetchone():
                        break
                    threading.Event().wait(0.01)
            other.commit()

        all_of_them(wait, commit)
    assert isinstance(outcomes[0], StreamMovedError)
    assert ledger.position() == 2


def test_21_aggregates_cannot_be_hashed() -> None:
    """Events and their envelopes are plain values: equal ones have one hash."""
    for entry in HISTORY:
        if not isinstance(entry.event, FactCorrected):
            assert len({entry.event, again(entry).event}) == 1
            assert len({entry, again(entry)}) == 1
