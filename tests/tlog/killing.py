"""Sequencers that are killed (SIGKILL) at points that a seed decides, while events come.

    python -m tests.tlog.killing          (a process that forks a sequencer for each order on its input)

The points: after so many function calls from a step of the sequencer on, so also between any two calls of a file's
writing; or from outside, after so many milliseconds, so also while the database works. What was kept and stored is
looked at after each death.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from infrastructure.tlog.kept_checkpoint import KeptCheckpoint, kept_path
from infrastructure.tlog.leaves import LeafReader
from infrastructure.tlog.text_forms import FormatError
from tests.infrastructure.test_ledger import LOG, opened
from tests.tlog.sequencing import record, sequencer

STEPS = ("start", "checked", "read", "signed", "kept", "stored")
CALLS = {"start": 2000, "checked": 1500, "read": 400, "signed": 60, "kept": 40, "stored": 400}
"""About so many calls are made from a step on until all is done."""


@dataclass
class Seen:
    """What came to light of the signed trees, and how the sequencers ended."""

    roots: dict[int, set[bytes]] = field(default_factory=dict)
    killed: int = 0
    completed: int = 0
    complaints: list[str] = field(default_factory=list)

    def look(self, conninfo: str, folder: Path) -> None:
        """At the kept file and at the database."""
        try:
            kept = KeptCheckpoint(kept_path(folder, LOG)).read()
        except FormatError as error:
            self.complaints.append(f"kept: {error}")
            return
        if kept is not None:
            self.roots.setdefault(kept.size, set()).add(kept.root)
        with psycopg.connect(conninfo) as conn:
            for size, root in conn.execute("SELECT size, root FROM liuhen.checkpoints").fetchall():
                self.roots.setdefault(size, set()).add(bytes(root))

    @property
    def forked(self) -> list[int]:
        """Sizes that have two roots."""
        return [size for size, roots in self.roots.items() if len(roots) > 1]


def kill_rounds(conninfo: str, folder: Path, kills: int, seed: int, wrong: str = "") -> Seen:
    """Kill so many sequencers, then let one finish. Ends early at the first complaint."""
    chance, at, seen = random.Random(seed), dict[object, int](), Seen()
    with opened(conninfo) as ledger, _forking() as forking:

        def order(step: str, **more: Any) -> str:
            said = {
                "conninfo": conninfo,
                "folder": str(folder),
                "step": step,
                "wrong": wrong,
                "stretch": 65_536,
                **more,
            }
            assert forking.stdin is not None
            assert forking.stdout is not None
            forking.stdin.write(json.dumps(said) + "\n")
            forking.stdin.flush()
            return forking.stdout.readline().strip()

        while seen.killed < kills and not seen.complaints:
            record(ledger, [chance.randrange(1, 20) for _ in range(chance.randrange(1, 40))], at)
            step = chance.choice(STEPS)
            point: dict[str, Any] = {"calls": chance.randrange(1, CALLS[step])}
            if chance.random() < 0.25:
                point = {"delay": chance.uniform(0.001, 0.04)}
            ended = order(step, stretch=chance.choice((7, 33, 65_536)), **point)
            seen.killed += ended == "killed"
            seen.completed += ended == "done"
            seen.look(conninfo, folder)
            if ended not in {"killed", "done"}:
                seen.complaints.append(ended)
        if not seen.complaints and (ended := order("never")) != "done":
            seen.complaints.append(ended)
        seen.look(conninfo, folder)
    return seen


@contextmanager
def _forking() -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.tlog.killing"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.close()
        process.wait()
        process.stdout.close()


def _torn() -> None:
    """A wrong sequencer: what is kept is written in place."""

    def write(kept: KeptCheckpoint, note: bytes) -> None:
        kept.path.parent.mkdir(parents=True, exist_ok=True)
        kept.path.write_bytes(note)

    KeptCheckpoint.write = write  # type: ignore[method-assign,assignment]


def _forgetful() -> None:
    """A wrong sequencer: what it does not remember of a stream's last event, it makes up."""

    def looked_up(reader: LeafReader, rows: list[Any]) -> dict[bytes, int]:
        return {row[1]: 1 for row in rows if row[3] > 1 and row[1] not in reader._last}

    LeafReader._looked_up = looked_up  # type: ignore[method-assign,assignment]


WRONG = {"torn": _torn, "forgetful": _forgetful}


def _be_sequencer(order: dict[str, Any], answer: int) -> None:
    """Run in the child: integrate all there is, or die on the way."""
    left = order.get("calls", 0)

    def count(*_: object) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def at(step: str) -> None:
        if step == order["step"] and left > 0:
            sys.setprofile(count)

    if order["wrong"]:
        WRONG[order["wrong"]]()
    try:
        own = sequencer(order["conninfo"], Path(order["folder"]), stretch=order["stretch"], at=at)
        at("start")
        own.catch_up()
        said = "done"
    except Exception as error:  # noqa: BLE001 (it is told)
        said = f"{type(error).__name__}: {error}".replace("\n", " ")
    sys.setprofile(None)
    os.write(answer, said.encode())


def main() -> None:
    """Fork a sequencer for each order, and say how it ended."""
    for line in sys.stdin:
        order = json.loads(line)
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                _be_sequencer(order, writing)
            finally:
                os._exit(0)
        os.close(writing)
        if "delay" in order:
            time.sleep(order["delay"])
            os.kill(child, signal.SIGKILL)
        said = b""
        while part := os.read(reading, 4096):
            said += part
        os.close(reading)
        _, status = os.waitpid(child, 0)
        print("killed" if os.WIFSIGNALED(status) and not said else said.decode(), flush=True)


if __name__ == "__main__":
    main()
