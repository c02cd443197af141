"""签署进程 The sequencer in a process of its own, kept by the service: hashing does not share a lock with recording.

Tied by pipes. The child's input begins with what it is to sign, then holds checkpoints that it is shown; its end, which
comes whatever became of the service, means to stop. Its output tells duty and failure, as lines of JSON.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import structlog

from infrastructure.logging import configure_logging
from infrastructure.tlog.kept_checkpoint import KeptCheckpoint, kept_path
from infrastructure.tlog.operator_key import OperatorKeys, operator_keys
from infrastructure.tlog.sequencer import Duty, Sequencer
from infrastructure.tlog.store import Tree

_STOP_SECONDS = 30.0
"""For the stretch at hand."""
_LONGEST_PAUSE = 15.0
"""Before a child that ended by itself is started again."""
_LOOK_SECONDS = 0.1

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Assignment:
    """What is to be signed, and where its keys and its memory are."""

    conninfo: str
    log_id: int
    suite: str
    origin: str
    data_dir: str
    log_level: str = "INFO"

    def sequencer(self) -> Sequencer:
        """A sequencer for it, in this process."""
        folder = Path(self.data_dir)

        def keys(tree: Tree) -> OperatorKeys:
            return operator_keys(folder, self.log_id, tree.origin, tree.suite)

        kept = KeptCheckpoint(kept_path(folder, self.log_id))
        return Sequencer(self.conninfo, self.log_id, suite=self.suite, origin=self.origin, keys=keys, kept=kept)


class SigningProcess:
    """Used as a `Sequencer` is; `catch_up` works in this process, and only while the child does not run."""

    def __init__(self, assignment: Assignment) -> None:
        self._assignment = assignment
        self._here = assignment.sequencer()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._one = threading.Lock()
        """Held while a line is written to the child."""
        self.duty = Duty.STOPPED
        self.failure: str | None = None
        """Why nothing is signed, or None."""

    @property
    def pid(self) -> int | None:
        """Of the child, while it runs."""
        return self._process.pid if self._process is not None else None

    def start(self) -> None:
        """Start the child, and a thread that keeps it. They run until `stop`."""
        self._thread = threading.Thread(target=self._keep, name="signing", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Let the child finish the stretch at hand, and end it."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(timeout=_STOP_SECONDS + 5)

    def show(self, note: bytes) -> None:
        """As of a sequencer: a checkpoint under this log's own key that the tree does not hold."""
        if not self._say({"show": note.decode()}):
            self._here.show(note)

    def catch_up(self) -> int:
        """As of a sequencer. Raises BusyError while the child signs."""
        return self._here.catch_up()

    def _keep(self) -> None:
        pause = 0.0
        while not self._stopping.is_set():
            process = subprocess.Popen(
                [sys.executable, "-c", "from infrastructure.tlog.signing_process import main; main()"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                start_new_session=True,  # Ctrl-C reaches the service, which lets it finish
            )
            with self._one:
                _write(process, asdict(self._assignment))
                self._process = process
            hearing = threading.Thread(target=self._hear, args=(process,), daemon=True)
            hearing.start()
            while process.poll() is None and not self._stopping.wait(_LOOK_SECONDS):
                if self.duty is Duty.ACTIVE:
                    pause = 0.0
            self._process = None
            self._end(process)
            hearing.join()
            self.duty = Duty.STOPPED
            if not self._stopping.is_set():
                self.failure = (
                    f"签署进程已退出（退出码{process.returncode}），将重新启动 / the signing process ended with exit "
                    f"code {process.returncode} and is started again"
                )
                log.error("signing.ended", pid=process.pid, code=process.returncode)
                pause = min(_LONGEST_PAUSE, pause * 2 or 0.5)
                self._stopping.wait(pause)

    @staticmethod
    def _end(process: subprocess.Popen[bytes]) -> None:
        assert process.stdin is not None  # noqa: S101 (it was started with a pipe)
        with suppress(OSError):
            process.stdin.close()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            log.exception("signing.killed", pid=process.pid)
            process.kill()
            process.wait()

    def _hear(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None  # noqa: S101 (it was started with a pipe)
        with process.stdout as told:
            for line in told:
                said = json.loads(line)
                self.duty, self.failure = Duty(said["duty"]), said["failure"]

    def _say(self, said: dict[str, Any]) -> bool:
        with self._one:
            return self._process is not None and _write(self._process, said)


def _write(process: subprocess.Popen[bytes], said: dict[str, Any]) -> bool:
    """False when it has ended, or is ending."""
    assert process.stdin is not None  # noqa: S101 (it was started with a pipe)
    try:
        process.stdin.write(json.dumps(said).encode() + b"\n")
        process.stdin.flush()
    except (OSError, ValueError):
        return False
    return True


def main() -> None:
    """Be the child: sign until the input ends. Signals to the whole group are for the service to act on."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    assignment = Assignment(**json.loads(sys.stdin.readline()))
    configure_logging(assignment.log_level)
    sequencer = assignment.sequencer()
    ended = threading.Event()
    telling = threading.Thread(target=_tell, args=(sequencer, ended, sys.stdout.write), daemon=True)
    sequencer.start()
    telling.start()
    for line in sys.stdin:
        sequencer.show(json.loads(line)["show"].encode())
    ended.set()
    sequencer.stop()


def _tell(sequencer: Sequencer, ended: threading.Event, write: Callable[[str], object]) -> None:
    """Say what changes. Where nobody listens any more, the input ends, too."""
    told: tuple[Duty, str | None] | None = None
    while not ended.wait(_LOOK_SECONDS):
        now = sequencer.duty, sequencer.failure
        if now != told:
            told = now
            with suppress(OSError):
                write(json.dumps({"duty": now[0], "failure": now[1]}) + "\n")
                sys.stdout.flush()
