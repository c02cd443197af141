"""A synchronous standby stops (F7): nobody is told of a commit that it may not have, whatever ends the waiting.

Two real servers. What is acknowledged must be on the standby when the primary is lost for good.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
import pytest

from application.ports import OutcomeUnknownError
from infrastructure.migrations import migrate
from infrastructure.store import batch_writer
from infrastructure.store.batch_writer import NotRecordedError, Save, Saved
from infrastructure.store.recorder import LedgerRecorder
from tests.faults.history import Operation, Outcome, Place, violations
from tests.faults.recording import marked, marked_log, recorder_on
from tests.faults.servers import Cluster, cluster, own_folder
from tests.saves import PATIENCE, stream

WAITING = (
    "SELECT pid, backend_start::text || state_change::text FROM pg_stat_activity"
    " WHERE wait_event = 'SyncRep' AND query LIKE '%append_batch%' ORDER BY state_change DESC LIMIT 1"
)


@dataclass
class Pair:
    """A primary that waits for its standby."""

    primary: Cluster
    standby: Cluster

    def waiting(self, other_than: str = "") -> tuple[int, str]:
        """A commit that waits for the standby: its process, and which wait it is."""
        for _ in range(int(PATIENCE / 0.02)):
            with psycopg.connect(self.primary.conninfo(), autocommit=True) as conn:
                row = conn.execute(WAITING.encode()).fetchone()
            if row is not None and row[1] != other_than:
                return row[0], row[1]
            threading.Event().wait(0.02)
        raise AssertionError("no commit waits for the standby")

    def interrupt(self, how: str, pid: int) -> None:
        with psycopg.connect(self.primary.conninfo(), autocommit=True) as conn:
            conn.execute(f"SELECT {how}(%s)".encode(), (pid,))


@pytest.fixture(scope="module")
def servers() -> Iterator[Pair]:
    with own_folder() as folder, cluster(folder, "primary") as primary, cluster(folder, "standby") as standby:
        primary.make()
        primary.start(wal_sender_timeout="60s")
        migrate(primary.conninfo())
        primary.run("pg_basebackup", "-D", standby.data, "-R", "-c", "fast", "--no-sync", "-d",
                    f"host={primary.socket} port=5432 user=liuhen application_name=beside")  # fmt: skip
        standby.start(hot_standby="on")
        for query in ("ALTER SYSTEM SET synchronous_standby_names = 'beside'", "SELECT pg_reload_conf()"):
            with psycopg.connect(primary.conninfo(), autocommit=True) as conn:
                conn.execute(query.encode())
        yield Pair(primary, standby)


@pytest.fixture
def pair(servers: Pair) -> Iterator[Pair]:
    """The standby is at work at the beginning, and again at the end. No commit of an earlier test is waiting for it."""
    for _ in range(int(PATIENCE / 0.02)):
        at_work = servers.primary.value("SELECT sync_state FROM pg_stat_replication") == "sync"
        if at_work and servers.primary.value(f"SELECT count(*) FROM ({WAITING}) w") == 0:
            break
        threading.Event().wait(0.02)
    yield servers
    servers.standby.signal_all(signal.SIGCONT)


class Asking:
    """A save by a thread: nothing, while it waits; then its outcome."""

    def __init__(self, recorder: LedgerRecorder, wanted: Save) -> None:
        self.outcome: Saved | BaseException | None = None
        self._recorder, self._wanted = recorder, wanted
        self._thread = threading.Thread(target=self._ask, daemon=True)
        self._thread.start()

    def _ask(self) -> None:
        try:
            self.outcome = self._recorder.append(self._wanted)
        except (OutcomeUnknownError, NotRecordedError) as error:
            self.outcome = error

    def answered(self) -> Saved | BaseException | None:
        self._thread.join(PATIENCE)
        return self.outcome


def on_both(pair: Pair) -> None:
    """What the primary holds, the standby holds, as soon as it has replayed it."""
    here = marked_log(pair.primary.conninfo())
    for _ in range(int(PATIENCE / 0.02)):
        if marked_log(pair.standby.conninfo()) == here:
            return
        threading.Event().wait(0.02)
    raise AssertionError("the standby holds another log")


def test_while_the_standby_is_stopped_nothing_is_acknowledged(pair: Pair) -> None:
    wanted = marked("alone", "alone", 1)
    with recorder_on(pair.primary.conninfo(), give_up_after=1.0) as recorder:
        recorder.append(marked("before", "before", 1))
        pair.standby.signal_all(signal.SIGSTOP)
        assert isinstance(Asking(recorder, wanted).answered(), OutcomeUnknownError)
        # The event is visible on the primary by now, or will be: who asks by key must not be told so, either.
        for again in (wanted, Save((), (), request=wanted.request)):
            assert isinstance(Asking(recorder, again).answered(), OutcomeUnknownError)
        pair.standby.signal_all(signal.SIGCONT)
    with recorder_on(pair.primary.conninfo(), give_up_after=PATIENCE) as recorder:
        assert isinstance(recorder.append(wanted), Saved)
    on_both(pair)


@pytest.mark.parametrize("how", ["pg_cancel_backend", "pg_terminate_backend"])
def test_a_commit_that_stops_waiting_is_no_success(pair: Pair, how: str) -> None:
    """PostgreSQL then says INSERT 0 1 with a warning, or nothing: the row is visible, and the standby lacks it."""
    wanted = marked(how, how, 1)
    with recorder_on(pair.primary.conninfo(), give_up_after=PATIENCE) as recorder:
        pair.standby.signal_all(signal.SIGSTOP)
        asking = Asking(recorder, wanted)
        pid, which = pair.waiting()
        pair.interrupt(how, pid)
        pair.waiting(other_than=which)  # asked again, it waits again: for a commit of its own
        assert asking.outcome is None
        assert any(e.mark == how for e in marked_log(pair.primary.conninfo()))
        another = Asking(recorder, Save((), (), request=wanted.request))
        assert another.outcome is None
        pair.standby.signal_all(signal.SIGCONT)
        saved = asking.answered()
        assert isinstance(saved, Saved)
        repeated = another.answered()
        assert isinstance(repeated, Saved)
        assert (repeated.first_position, repeated.repeated) == (saved.first_position, True)
    on_both(pair)


def test_a_writer_that_takes_the_warning_for_success_is_found_out(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """The test above bites."""
    monkeypatch.setattr(batch_writer, "_STANDBY_DOUBT", ())
    with recorder_on(pair.primary.conninfo(), give_up_after=PATIENCE) as recorder:
        pair.standby.signal_all(signal.SIGSTOP)
        asking = Asking(recorder, marked("believes", "believes", 1))
        pair.interrupt("pg_cancel_backend", pair.waiting()[0])
        assert isinstance(asking.answered(), Saved), "acknowledged, and the standby hangs"
        pair.standby.signal_all(signal.SIGCONT)
    on_both(pair)


def test_when_the_primary_is_lost_the_standby_has_all_that_was_acknowledged(servers: Pair) -> None:
    """The last of the file: the primary is killed, and the standby takes its place."""
    operations: list[Operation] = []
    with recorder_on(servers.primary.conninfo(), give_up_after=1.0) as recorder:
        for n in range(30):
            if n == 25:
                servers.primary.stop(signal.SIGKILL)
            try:
                saved = recorder.append(marked(f"m{n}", f"m{n}", 1))
            except Exception:  # noqa: BLE001 (whatever else it is, it is no acknowledgement)
                operations.append(Operation(f"m{n}", Outcome.UNKNOWN, n, n))
                break
            place = Place(saved.first_position, str(stream(f"m{n}")), 1)
            operations.append(Operation(f"m{n}", Outcome.OK, n, n, (place,)))
    servers.standby.run("pg_ctl", "promote", "-D", servers.standby.data, "-w")
    log = marked_log(servers.standby.conninfo())
    own = {o.mark for o in operations}
    found = violations(operations, [e for e in log if e.mark in own])
    assert [told for told in found if "positions" not in told] == []  # the others' events are left out here
    assert [e.place.position for e in log] == list(range(1, len(log) + 1))
    assert sum(o.outcome is Outcome.OK for o in operations) == 25
