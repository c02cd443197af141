"""A process of its own whose threads read, decide and append on few streams; prints what each was told, as JSON lines.

python -m tests.faults.appending CONNINFO NAME THREADS EACH WAY
"""

from __future__ import annotations

import dataclasses
import random
import sys
import time
from collections.abc import Sequence
from typing import Any

import orjson

from application.ports import StoreBusyError, StreamMovedError
from infrastructure.store.recorder import LedgerRecorder
from tests.faults.history import Operation, Outcome, Place
from tests.faults.recording import marked, recorder_on
from tests.saves import all_of_them, stream

STREAMS = ("a", "b", "c")


def _last(recorder: LedgerRecorder, name: str) -> tuple[int, str | None]:
    """Version and mark of a stream's last event."""
    found = recorder.select_events(stream(name), desc=True, limit=1)
    return (found[0].originator_version, orjson.loads(found[0].state)["mark"]) if found else (0, None)


def _append(recorder: LedgerRecorder, mark: str, name: str, guard: str, way: str) -> Operation:
    """Read, decide, append; again when something moved. `way` is right, or wrong on purpose."""
    began = time.monotonic_ns()
    version, rests_on = _last(recorder, name)
    guards: Sequence[tuple[object, int]] = [(guard, _last(recorder, guard)[0])]
    while True:
        wanted = marked(mark, name, version + 1, rests_on, guards=guards)
        if way == "without guards":
            wanted = dataclasses.replace(wanted, guards=())
        try:
            saved = recorder.append(wanted)
        except StreamMovedError:
            version, read = _last(recorder, name)
            # Whoever takes a new number for an old decision has no check of the expected version.
            rests_on = rests_on if way == "without versions" else read
            guards = [(guard, _last(recorder, guard)[0])]
        except StoreBusyError:
            continue
        else:
            place = Place(saved.first_position, str(stream(name)), version + 1)
            return Operation(mark, Outcome.OK, began, time.monotonic_ns(), (place,))


def main(conninfo: str, name: str, threads: int, each: int, way: str) -> None:
    """Work, then print one operation a line."""
    done: list[Operation] = []

    def work(number: int) -> None:
        chance = random.Random(f"{name}{number}")
        for n in range(each):
            at, guard = chance.sample(STREAMS, 2)
            done.append(_append(recorder, f"{name}.{number}.{n}", at, guard, way))

    with recorder_on(conninfo, give_up_after=60, size=6) as recorder:
        all_of_them(*(lambda n=n: work(n) for n in range(threads)))
    for operation in done:
        print(orjson.dumps(dataclasses.asdict(operation)).decode())


def read(lines: str) -> list[Operation]:
    """The operations that a process printed."""
    found = []
    for line in lines.splitlines():
        if line.startswith('{"mark"'):
            told: dict[str, Any] = orjson.loads(line)
            events = tuple(Place(**place) for place in told.pop("events"))
            found.append(Operation(**{**told, "outcome": Outcome(told["outcome"]), "events": events}))
    return found


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5])
