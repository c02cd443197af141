"""计数 What each process of the service counts, in a memory that all of them see: whichever is asked tells of all.

Each process has a place of its own in it, and is the only one that writes there. A worker that is started again goes on
in the place of the one that died, so that counts never go down while the service runs.
"""

from __future__ import annotations

import mmap
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from typing import Protocol

ANSWERS = range(100, 600)
"""Statuses of answers."""
MOST_PROBLEMS = 128
"""Types of problems that can be told apart."""
MOST_VIEWS = 64
WITHIN = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds within which a commit was done; those that took longer are counted behind the last."""
_VALUE = 8
"""Bytes of a value: writing one is one step, so that nobody reads half of it."""


class ViewCounts(Protocol):
    """What was done for the views in a process since it began."""

    pages: int
    events: int
    seconds: float
    failures: dict[str, int]


class _Slots:
    """Where in a place each value is."""

    def __init__(self) -> None:
        self._end = 0
        self.started, self.starts, self.present, self.waiting = (self._take(1) for _ in range(4))
        self.answers = self._take(len(ANSWERS))
        self.problems = self._take(MOST_PROBLEMS)
        self.commits = self._take(len(WITHIN) + 1)
        self.commit_seconds, self.saves = self._take(1), self._take(1)
        self.pages, self.events, self.view_seconds = (self._take(1) for _ in range(3))
        self.failures, self.failing, self.active = (self._take(MOST_VIEWS) for _ in range(3))
        self.count = self._end

    def _take(self, count: int) -> int:
        first, self._end = self._end, self._end + count
        return first


SLOTS = _Slots()


class Board:
    """The places of all processes: of one that is alone, or of workers, the last being that of their keeper."""

    def __init__(self, places: int = 1, shared: int | None = None) -> None:
        """`shared`: the open file of a board that another process made."""
        self.names = ("0",) if places == 1 else (*map(str, range(places - 1)), "keeper")
        self._size = places * SLOTS.count * _VALUE
        self._file = None
        if shared is None and places > 1:
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 (it is there as long as the board)
            self._file.truncate(self._size)
            shared = self._file.fileno()
        self._memory = memoryview(mmap.mmap(-1 if shared is None else shared, self._size)).cast("d")

    @property
    def file(self) -> int:
        """The open file by which another process gets to the board. It has no name, and goes with the last process."""
        if self._file is None:
            raise ValueError("a board of one process is not shared")
        return self._file.fileno()

    def close(self) -> None:
        """No further process is to get to it. Those that have it go on."""
        if self._file is not None:
            self._file.close()

    def place(self, number: int) -> Counts:
        """Where a process counts."""
        return Counts(self, self._memory[number * SLOTS.count : (number + 1) * SLOTS.count])

    def places(self) -> Iterator[tuple[str, Sequence[float]]]:
        """The name of each process, with its values as they are now."""
        for number, name in enumerate(self.names):
            yield name, self._memory[number * SLOTS.count : (number + 1) * SLOTS.count].tolist()


class Counts:
    """What one process counts."""

    def __init__(self, board: Board, values: memoryview[float]) -> None:
        self.board = board
        self._values = values
        self._lock = threading.Lock()

    def begin(self) -> None:
        """The process begins: nothing is under way in it."""
        with self._lock:
            self._values[SLOTS.started] = time.time()
            self._values[SLOTS.starts] += 1
            self._values[SLOTS.present] = self._values[SLOTS.waiting] = 0

    def under_way(self, requests: int, saves: int) -> None:
        """So many requests are worked on, and so many saves wait for their commit."""
        self._values[SLOTS.present] = requests
        self._values[SLOTS.waiting] = saves

    def answered(self, status: int) -> None:
        """A request was answered."""
        if status in ANSWERS:
            self._add(SLOTS.answers + status - ANSWERS.start)

    def problem(self, number: int) -> None:
        """A problem of a type was told, as an answer or of a row."""
        self._add(SLOTS.problems + number)

    def committed(self, saves: int, seconds: float) -> None:
        """So many saves went to the database together, which took so many seconds."""
        bucket = sum(seconds > most for most in WITHIN)
        with self._lock:
            self._values[SLOTS.commits + bucket] += 1
            self._values[SLOTS.commit_seconds] += seconds
            self._values[SLOTS.saves] += saves

    def views(self, counts: ViewCounts, names: Sequence[str], *, failing: Sequence[str], active: Sequence[str]) -> None:
        """What was done for the views here, and how they stand. `names`: all views, in the order that all go by."""
        with self._lock:
            self._values[SLOTS.pages] = counts.pages
            self._values[SLOTS.events] = counts.events
            self._values[SLOTS.view_seconds] = counts.seconds
            for n, name in enumerate(names):
                self._values[SLOTS.failures + n] = counts.failures.get(name, 0)
                self._values[SLOTS.failing + n] = name in failing
                self._values[SLOTS.active + n] = name in active

    def _add(self, slot: int) -> None:
        with self._lock:
            self._values[slot] += 1
