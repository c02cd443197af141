"""工作进程 Several processes that answer on one port, and the one that keeps them.

The keeper owns the database, makes the views and signs the log; the workers answer requests. They are tied by pipes:
a worker's input tells it what fails at the keeper, and its end means to stop, whatever became of the keeper; its output
tells that it listens, and then that something was recorded. What each of them counts, all of them see.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import structlog
import uvicorn

from api.http_connection import HttpConnection
from api.loading import loading
from api.metrics import count_views
from infrastructure.bootstrap import Liuhen, wired
from infrastructure.counting import Board
from infrastructure.issuer import Issuer
from infrastructure.logging import configure_logging
from infrastructure.settings import Settings

DRAIN_SECONDS = 20
"""How long a worker may take to answer what it has begun."""
_KILL_AFTER = DRAIN_SECONDS + 10
_LOOK = 0.2
"""Seconds between two looks at the workers."""
_PAUSE = 1.0
"""Seconds before a worker that ended is started again."""
_YOUNG = 50_000
"""Objects made since the last collection before the next one; most of a request's are gone by then."""
_COMMITTED = b"\n"

log = structlog.get_logger(__name__)


class WorkersError(Exception):
    """A worker cannot be started. The log says why."""


def settle() -> None:
    """What is there by now stays for good: the collector need not go through it again and again.

    It would do so every few hundred requests, which took as long as answering them.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, 20, 20)


def server_config(liuhen: Liuhen, issuer: Issuer, *, demo: bool) -> uvicorn.Config:
    """How one process serves. What was made so far is settled."""
    from api.main import create_app  # noqa: PLC0415 (the keeper of workers answers nothing: it starts without)

    application = create_app(liuhen, issuer, demo=demo)
    settle()
    return uvicorn.Config(
        application,
        host=liuhen.settings.host,
        port=liuhen.settings.port,
        http=HttpConnection,
        log_config=None,
        access_log=False,
        server_header=False,
        # Locks count by address: who may say what it is is a setting, and not left to the environment.
        proxy_headers=bool(liuhen.settings.proxies),
        forwarded_allow_ips=liuhen.settings.proxies.split(),
        timeout_graceful_shutdown=DRAIN_SECONDS,
    )


def ending_streams(server: uvicorn.Server) -> uvicorn.Server:
    """The server, whose open streams end when it is about to: it would wait for them until its patience is over."""
    server.config.app.state.ending = lambda: server.should_exit  # type: ignore[union-attr]
    return server


@dataclass
class _Worker:
    """A worker's place: its socket outlives the process, so that whoever connects meanwhile is answered by the next."""

    place: int
    listening: socket.socket
    process: subprocess.Popen[bytes] | None = None
    ready: threading.Event = field(default_factory=threading.Event)
    ended_at: float = 0.0


class Workers:
    """So many workers on one port."""

    def __init__(self, liuhen: Liuhen, count: int, *, demo: bool = False) -> None:
        """Raises OSError when the port is taken."""
        self._liuhen = liuhen
        self._demo = demo
        self._told = ""
        self._board = Board(count + 1)
        self._counts = self._board.place(count)
        self._counts.begin()
        first = _listening(liuhen.settings.host, liuhen.settings.port)
        self.port: int = first.getsockname()[1]
        others = [_listening(liuhen.settings.host, self.port) for _ in range(count - 1)]
        self._workers = [_Worker(place, one) for place, one in enumerate((first, *others))]

    def run(self, on_ready: Callable[[], None]) -> None:
        """Keep the workers until this thread is interrupted. Raises WorkersError when one does not come up."""
        try:
            for worker in self._workers:
                self._start(worker)
            for worker in self._workers:
                while not worker.ready.wait(_LOOK):
                    self._look_after(worker)
            on_ready()
            while True:
                for worker in self._workers:
                    self._look_after(worker)
                self._tell()
                count_views(self._counts, self._liuhen.engine)
                time.sleep(_LOOK)
        finally:
            self._stop()

    def _start(self, worker: _Worker) -> None:
        worker.ready.clear()
        worker.process = subprocess.Popen(
            [sys.executable, "-c", "from api.workers import main; main()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=[worker.listening.fileno(), self._board.file],
            start_new_session=True,  # Ctrl-C reaches the keeper, which lets the workers drain
        )
        order = {
            "socket": worker.listening.fileno(),
            "conninfo": self._liuhen.conninfo,
            "demo": self._demo,
            "counts": {"file": self._board.file, "places": len(self._workers) + 1, "place": worker.place},
        }
        _say(worker.process, json.dumps(order))
        _say(worker.process, self._told or "[]")
        threading.Thread(target=self._hear, args=(worker, worker.process), daemon=True).start()

    def _hear(self, worker: _Worker, process: subprocess.Popen[bytes]) -> None:
        """Take note of what a worker says: first that it listens, then that something was recorded."""
        assert process.stdout is not None  # noqa: S101 (it was started with a pipe)
        while process.stdout.read1():  # type: ignore[attr-defined]
            if worker.ready.is_set():
                self._liuhen.engine.wake()
            worker.ready.set()

    def _look_after(self, worker: _Worker) -> None:
        """Start a worker again that ended by itself. Raises WorkersError for one that never listened."""
        process = worker.process
        if process is not None and process.poll() is not None:
            log.error("worker.ended", pid=process.pid, code=process.returncode)
            _close(process)
            worker.process, worker.ended_at = None, time.monotonic()
            if not worker.ready.is_set():
                raise WorkersError(
                    f"工作进程不能启动（退出码{process.returncode}），见日志 / a worker does not start (exit code "
                    f"{process.returncode}): see the log"
                )
        if worker.process is None and time.monotonic() - worker.ended_at >= _PAUSE:
            self._start(worker)

    def _tell(self) -> None:
        """Let the workers know what fails here: whoever asks one of them whether the service is ready is told."""
        sequencer = ("sequencer",) if self._liuhen.sequencer.failure else ()
        telling = json.dumps([*self._liuhen.engine.failures(), *sequencer])
        if telling != self._told:
            self._told = telling
            for worker in self._workers:
                if worker.process is not None:
                    _say(worker.process, telling)

    def _stop(self) -> None:
        running = [w.process for w in self._workers if w.process is not None]
        for process in running:
            assert process.stdin is not None  # noqa: S101 (it was started with a pipe)
            with suppress(OSError):
                process.stdin.close()
        until = time.monotonic() + _KILL_AFTER
        for process in running:
            try:
                process.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                log.exception("worker.killed", pid=process.pid)
                process.kill()
                process.wait()
            _close(process)
        for worker in self._workers:
            worker.listening.close()
        self._board.close()


def _listening(host: str, port: int) -> socket.socket:
    """A socket that shares its port with others of this user; the system spreads connections over them."""
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listening.bind(address)
    listening.listen(2048)
    return listening


def _say(process: subprocess.Popen[bytes], line: str) -> None:
    assert process.stdin is not None  # noqa: S101 (it was started with a pipe)
    with suppress(OSError):  # it has ended, which is seen at the next look
        process.stdin.write(line.encode() + b"\n")
        process.stdin.flush()


def _close(process: subprocess.Popen[bytes]) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()


def main() -> None:
    """Be a worker: serve until the input ends."""
    with loading():
        from api.import_runner import recording_files  # noqa: PLC0415 (the routes, which the keeper does without)
    order = json.loads(sys.stdin.readline())
    settings = Settings()
    configure_logging(settings.log_level)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    counts = order["counts"]
    place = Board(counts["places"], counts["file"]).place(counts["place"])
    with suppress(KeyboardInterrupt), wired(settings, order["conninfo"], place) as liuhen, _telling() as recorded:
        liuhen.ledger.wakes(recorded)
        config = server_config(liuhen, Issuer(settings.data_dir), demo=order["demo"])
        server = ending_streams(uvicorn.Server(config))
        threading.Thread(target=_obey, args=(server, config), daemon=True).start()
        with recording_files(config.app):  # type: ignore[arg-type]
            server.run(sockets=[socket.socket(fileno=order["socket"])])


@contextmanager
def _telling() -> Iterator[Callable[[], None]]:
    """What is called after each commit. Says so to the keeper, unless much is unheard there already."""
    out = sys.stdout.fileno()
    os.set_blocking(out, False)

    def recorded() -> None:
        with suppress(OSError):
            os.write(out, _COMMITTED)

    yield recorded


def _obey(server: uvicorn.Server, config: uvicorn.Config) -> None:
    """Say when the server listens, take note of what fails at the keeper, and stop at the end of the input."""
    waiting = threading.Event()
    while not server.started and not server.should_exit:
        waiting.wait(0.02)
    with suppress(OSError):
        os.write(sys.stdout.fileno(), _COMMITTED)
    for line in sys.stdin:
        config.app.state.failing_elsewhere = tuple(json.loads(line))  # type: ignore[union-attr]
    server.should_exit = True
