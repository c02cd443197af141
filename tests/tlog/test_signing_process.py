"""The sequencer in a process of its own: it signs, is kept, says why it does not, and never outlives the service."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest

from infrastructure.bootstrap import Liuhen, assignment_of, service_login, wired
from infrastructure.settings import Settings
from infrastructure.tlog.checkpoint import Checkpoint
from infrastructure.tlog.cosignature import sign_checkpoint
from infrastructure.tlog.keys import read_keys
from infrastructure.tlog.operator_key import operator_key_path
from infrastructure.tlog.sequencer import BusyError, Duty, Sequencer
from infrastructure.tlog.signing_process import SigningProcess
from tests.infrastructure.test_ledger import LOG, opened
from tests.tlog.sequencing import ORIGIN, record
from tests.tlog.test_sequencer import reached

# A service that does nothing but keep the signing process, until it is killed.
KEEPER = """
import json, sys
from infrastructure.tlog.sequencer import Duty
from infrastructure.tlog.signing_process import Assignment, SigningProcess
signing = SigningProcess(Assignment(**json.loads(sys.stdin.readline())))
signing.start()
while signing.duty is not Duty.ACTIVE:
    signing._stopping.wait(0.02)
print(signing.pid, flush=True)
signing._stopping.wait()
"""


def until(condition: Callable[[], object], patience: float = 60) -> bool:
    given_up = threading.Event()
    timer = threading.Timer(patience, given_up.set)
    timer.start()
    try:
        while not condition():
            if given_up.wait(0.02):
                return False
    finally:
        timer.cancel()
    return True


def gone(pid: int) -> bool:
    """Has the process ended? One that nobody has asked for yet (a zombie) has."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_it_signs_is_started_again_when_it_dies_and_ends_with_the_service(liuhen: Liuhen) -> None:
    signing = liuhen.sequencer
    assert isinstance(signing, SigningProcess), "the default"
    at: dict[object, int] = {}
    record(liuhen.ledger, range(5), at)
    signing.start()
    assert reached(liuhen.conninfo, 5)
    assert until(lambda: signing.duty is Duty.ACTIVE)
    with pytest.raises(BusyError):
        signing.catch_up()
    first = signing.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    record(liuhen.ledger, range(5), at)
    assert reached(liuhen.conninfo, 10)
    assert until(lambda: signing.duty is Duty.ACTIVE and signing.failure is None)
    assert signing.pid != first
    # Shown what its own key signed beyond its tree, it stops signing and says why.
    (signer,) = read_keys(operator_key_path(liuhen.settings.data_dir, LOG))
    signing.show(sign_checkpoint(Checkpoint(ORIGIN, 99, bytes(32)), [signer]))
    assert until(lambda: signing.failure is not None)
    assert "liuhen log restart" in str(signing.failure)
    last = signing.pid
    signing.stop()
    assert last is not None
    assert gone(last)
    assert signing.duty is Duty.STOPPED


def test_it_does_not_outlive_a_service_that_is_killed(database: str, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, database_url=database)
    given = assignment_of(settings, service_login(settings, database))
    keeper = subprocess.Popen([sys.executable, "-c", KEEPER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with keeper:
        assert keeper.stdin is not None
        assert keeper.stdout is not None
        keeper.stdin.write(json.dumps(asdict(given)) + "\n")
        keeper.stdin.flush()
        child = int(keeper.stdout.readline())
        assert not gone(child)
        keeper.kill()
    assert until(lambda: gone(child)), "an orphan signs on"
    with opened(database) as ledger:
        record(ledger, range(3), {})
    assert given.sequencer().catch_up() == 3, "its lock is free"


def test_a_site_may_have_it_in_a_thread(database: str, tmp_path: Path) -> None:
    with wired(Settings(data_dir=tmp_path, database_url=database, log_signing="thread"), database) as liuhen:
        assert isinstance(liuhen.sequencer, Sequencer)
