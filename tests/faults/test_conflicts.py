"""Deadlocks and serialization failures (F13) are dealt with inside: every save is effective once, and nobody is told."""

from __future__ import annotations

import threading
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from infrastructure.store import batch_writer
from infrastructure.store.batch_writer import Saved
from tests.conftest import NewDatabase
from tests.faults.deployment import LOG
from tests.faults.history import Outcome, violations
from tests.faults.recording import Sender, marked, marked_log, recorder_on
from tests.saves import PATIENCE, all_of_them, stream

COUNTED = "SELECT deadlocks, xact_rollback FROM pg_stat_database WHERE datname = current_database()"


def counted(conninfo: str, which: int, more_than: int) -> int:
    """The server's own count of deadlocks or failed transactions; it may come a moment late."""
    found = 0
    for _ in range(int(PATIENCE / 0.05)):
        with psycopg.connect(conninfo, autocommit=True) as conn:
            found = (conn.execute(COUNTED).fetchone() or (0, 0))[which]
        if found > more_than:
            break
        threading.Event().wait(0.05)
    return found


def waits_for_a_lock(conn: psycopg.Connection[Any]) -> None:
    for _ in range(int(PATIENCE / 0.01)):
        row = conn.execute(
            "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE NOT l.granted"
            " AND a.query LIKE '%append_batch%' AND a.datname = current_database()"
        ).fetchone()
        if row and row[0]:
            return
        threading.Event().wait(0.01)
    raise AssertionError("the batch waits for nobody")


def crossed(database: str) -> Saved | psycopg.Error:
    """What comes of a save that meets a session which locks the stream's head, and then wants the log's."""
    # Whose timer runs out first is the one that gives way: here the batch.
    other = make_conninfo(database, options="-c deadlock_timeout=1h")
    with recorder_on(database, give_up_after=PATIENCE) as recorder, psycopg.connect(other) as conn:
        recorder.append(marked("first", "s", 1))
        conn.execute("SELECT FROM liuhen.stream_heads WHERE stream_id = %s FOR UPDATE", (stream("s"),))
        results: list[Saved | psycopg.Error] = []

        def save() -> None:
            try:
                results.append(recorder.append(marked("second", "s", 2, "first")))
            except psycopg.Error as error:
                results.append(error)

        def cross() -> None:
            with psycopg.connect(database, autocommit=True) as watching:
                waits_for_a_lock(watching)
            conn.execute("SELECT FROM liuhen.logs WHERE log_id = %s FOR UPDATE", (LOG,))
            conn.commit()

        all_of_them(save, cross)
    assert counted(database, 0, 0) == 1, "there was no deadlock: the test is void"
    return results[0]


def test_a_deadlock_is_undone_and_the_batch_sent_again(database: str) -> None:
    result = crossed(database)
    assert isinstance(result, Saved)
    assert (result.first_position, result.repeated) == (2, False)
    assert [e.mark for e in marked_log(database)] == ["first", "second"]


def test_a_writer_that_does_not_send_again_is_found_out(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_writer, "_TRY_AGAIN", ())
    assert isinstance(crossed(database), psycopg.errors.DeadlockDetected)


def test_saves_that_cannot_be_serialized_are_sent_again(embedded: str, new_database: NewDatabase) -> None:
    """Where a site makes every transaction repeatable read, two processes' batches fail beside each other."""
    conninfo = new_database(embedded)
    with psycopg.connect(conninfo, autocommit=True) as conn:
        conn.execute(
            f"ALTER DATABASE {conn.info.dbname} SET default_transaction_isolation TO 'repeatable read'".encode()
        )
    before = counted(conninfo, 1, -1)
    with recorder_on(conninfo, give_up_after=PATIENCE) as one, recorder_on(conninfo, give_up_after=PATIENCE) as other:
        senders = [Sender(f"s{n}", (one, other)[n % 2]) for n in range(6)]

        def work(sender: Sender) -> None:
            for _ in range(12):
                assert sender.send() is Outcome.OK

        all_of_them(*(lambda s=s: work(s) for s in senders))
    operations = [o for s in senders for o in s.operations]
    assert violations(operations, marked_log(conninfo)) == []
    assert counted(conninfo, 1, before) > before, "nothing failed: the test is void"
