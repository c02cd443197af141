"""The power is cut while clients write (F3), and until it is back the disk fails every call (F5).

Recipe: a file system on a loop device is shut down without writing its journal, so what the server did not have written
through is gone, as in a power cut. What may be skipped here is printed with the reason by `pytest -rs`.
"""

from __future__ import annotations

import signal
import threading
from pathlib import Path

import pytest

from infrastructure.migrations import migrate
from infrastructure.store.batch_writer import BatchWriter
from tests.faults import wrong_services
from tests.faults.disks import PowerCut
from tests.faults.history import Outcome, violations
from tests.faults.recording import Sender, marked_log, recorder_on
from tests.faults.servers import Cluster, cluster, give, own_folder
from tests.saves import PATIENCE, all_of_them

SENDERS = 4


def write_until_the_cut(server: Cluster, power: PowerCut) -> list[Sender]:
    """Senders at work, the cut in the midst of it; nothing may be acknowledged after it."""
    with recorder_on(server.conninfo(), give_up_after=1.0) as recorder:
        senders = [Sender(f"s{n}", recorder) for n in range(SENDERS)]
        stop, enough = threading.Event(), threading.Semaphore(0)

        def working(sender: Sender) -> None:
            for _ in range(40):
                assert sender.send() is Outcome.OK
            enough.release()
            sender.work(stop)

        def cut() -> None:
            for _ in senders:
                assert enough.acquire(timeout=PATIENCE)
            power.cut()

        all_of_them(*(lambda s=s: working(s) for s in senders), cut)
        # Unknown, or refused for good when the disk failed a batch before its commit: then it must be absent.
        assert Outcome.OK not in {s.operations[-1].outcome for s in senders}
        for n in range(3):
            told = Sender(f"after{n}", recorder).send()
            assert told is not Outcome.OK, "acknowledged on a disk that fails"
        return senders


def through_a_cut(folder: Path, kind: str, **settings: str) -> tuple[list[str], int]:
    """What is wrong with the record after the power is back, and how many events were acknowledged."""
    power = PowerCut(folder, 400, kind)
    power.mount()
    give(power.disk)
    data = power.disk / "data"
    try:
        with cluster(folder, "server", data) as server:
            server.make()
            server.start(**settings)
            migrate(server.conninfo())
            power.write_through()  # what was there before is not what the cut is about
            senders = write_until_the_cut(server, power)
            server.stop(signal.SIGKILL)
            power.unmount()
            power.mount()
            server.start(**settings)
            with recorder_on(server.conninfo(), give_up_after=PATIENCE) as recorder:
                for sender in senders:
                    sender.recorder = recorder
                    sender.resolve()
            operations = [o for s in senders for o in s.operations]
            found = violations(operations, marked_log(server.conninfo()))
            return found, sum(o.outcome is Outcome.OK for o in operations)
    finally:
        power.unmount()


@pytest.mark.parametrize("kind", ["ext4", "xfs"])
def test_a_power_cut_loses_nothing_that_was_acknowledged(kind: str) -> None:
    with own_folder() as folder:
        found, acknowledged = through_a_cut(folder, kind)
        print(f"{kind}: {acknowledged} acknowledged, {len(found)} violations")
        assert found == []


def test_without_waiting_for_the_disk_the_same_cut_does_lose() -> None:
    """The control: when this loses nothing, the test above shows nothing."""
    with own_folder() as folder:
        found, acknowledged = through_a_cut(folder, "ext4", synchronous_commit="off", wal_writer_delay="10s")
        lost = sum("acknowledged and lost" in told for told in found)
        print(f"synchronous_commit=off: {acknowledged} acknowledged, {lost} lost")
        assert lost


def test_a_writer_that_takes_an_error_of_the_disk_for_success_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is acknowledged between the cut and the mount is lost, and the tests above see it (F5)."""
    monkeypatch.setattr(BatchWriter, "_send", BatchWriter._send)  # put back afterwards
    wrong_services.takes_failures_for_success(times=5)
    with own_folder() as folder:
        found, _ = through_a_cut(folder, "ext4")
    assert any("acknowledged and lost" in told for told in found)
