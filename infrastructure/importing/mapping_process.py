"""另一进程 A process that maps the rows of a large file while this one records them.

Mapping and recording take about as long, and Python does one thing at a time in a process. What it loads is the mapping
of files and nothing more; the library's pools would load the caller's program in it, which takes twice as long.
"""

from __future__ import annotations

import gc
import pickle
import subprocess
import sys
import threading
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import IO, Self, cast

import structlog

from application.importing.turns import ElsewhereGoneError, Mapped, Turn, mapped

_HERE = "from infrastructure.importing.mapping_process import be_mapper; be_mapper()"

log = structlog.get_logger(__name__)


class MappingProcess:
    """Starts when it is made, and ends with the block that it is entered for."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603 (fixed arguments)
            [sys.executable, "-c", _HERE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C reaches the import, which ends it
        )
        self._lock = threading.Lock()
        self._waiting: deque[Future[Mapped]] = deque()
        self._started = threading.Event()
        self._gone = False
        self._sender = ThreadPoolExecutor(1, thread_name_prefix="import-send")
        self._receiver = threading.Thread(target=self._receive, name="import-receive", daemon=True)
        self._receiver.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()  # it is idle, or nobody wants its answer
        self._sender.shutdown(cancel_futures=True)
        self._receiver.join()
        with suppress(BrokenPipeError), self._process:
            pass

    @property
    def ready(self) -> bool:
        """Has it started, and is it still there?"""
        return self._started.is_set() and not self._gone

    def mapped(self, turn: Turn) -> Future[Mapped]:
        """Map a turn there, after those that it was given before. The result raises ElsewhereGoneError."""
        future: Future[Mapped] = Future()
        with self._lock:
            if self._gone:
                future.set_exception(ElsewhereGoneError())
                return future
            self._waiting.append(future)
        self._sender.submit(self._send, turn)
        return future

    def _send(self, turn: Turn) -> None:
        with suppress(OSError):  # it has ended, which the receiver sees
            pickle.dump(turn, _open(self._process.stdin), pickle.HIGHEST_PROTOCOL)
            _open(self._process.stdin).flush()

    def _receive(self) -> None:
        answers = _open(self._process.stdout)
        with suppress(OSError, EOFError, pickle.UnpicklingError):
            pickle.load(answers)  # noqa: S301 (from our own process)
            self._started.set()
            while True:
                answer: Mapped | Exception = pickle.load(answers)  # noqa: S301 (from our own process)
                with self._lock:
                    future = self._waiting.popleft()
                if isinstance(answer, Exception):
                    future.set_exception(answer)
                else:
                    future.set_result(answer)
        with self._lock:
            self._gone = True
            left, self._waiting = self._waiting, deque()
        if left:
            log.warning("import.mapping_process_ended", turns=len(left))
        for future in left:
            future.set_exception(ElsewhereGoneError())


def _open(pipe: IO[bytes] | None) -> IO[bytes]:
    return cast("IO[bytes]", pipe)  # it was started with both


def be_mapper() -> None:
    """Be the process: say that it is there, and map turns until the input ends."""
    asked, answers = sys.stdin.buffer, sys.stdout.buffer
    gc.freeze()
    _say(answers, None)
    while True:
        try:
            turn: Turn = pickle.load(asked)  # noqa: S301 (from the process that started this one)
        except EOFError:
            return
        try:
            answer: Mapped | Exception = mapped(turn)
        except Exception as error:  # noqa: BLE001 (raised again where it was asked)
            answer = error
        _say(answers, answer)


def _say(answers: IO[bytes], what: object) -> None:
    pickle.dump(what, answers, pickle.HIGHEST_PROTOCOL)
    answers.flush()
