"""PostgreSQL servers of the operating system's packages that a test may stop, kill, copy and place on any disk."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from tests.conftest import DEBIAN, _wait_for
from tests.saves import PATIENCE


def _account() -> pwd.struct_passwd | None:
    return pwd.getpwnam("postgres") if os.geteuid() == 0 else None


def give(path: Path) -> Path:
    """Let a folder belong to whom the servers run as."""
    if (account := _account()) is not None:
        os.chown(path, account.pw_uid, account.pw_gid)
    return path


@contextmanager
def own_folder() -> Iterator[Path]:
    """A folder under /tmp that the servers can enter; removed afterwards."""
    if not DEBIAN:
        pytest.skip("no PostgreSQL server of the operating system is installed")
    folder = Path(tempfile.mkdtemp(prefix="liuhen-faults-", dir="/tmp"))
    try:
        yield give(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Cluster:
    """A server over a data folder. It listens on a socket in a folder beside."""

    def __init__(self, data: Path, socket: Path) -> None:
        self.data = data
        self.socket = socket
        self._process: subprocess.Popen[bytes] | None = None

    def conninfo(self, database: str = "postgres") -> str:
        return f"host={self.socket} port=5432 user=liuhen dbname={database}"

    def run(self, program: str, *arguments: object) -> str:
        """Run one of the server's programs. Fails when it does."""
        account = _account()
        prefix = (
            ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"] if account else []
        )
        done = subprocess.run(
            [*prefix, DEBIAN[-1].parent / program, *map(str, arguments)],
            capture_output=True, text=True, cwd="/", check=False, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, f"{program}: {done.stderr}"
        return done.stdout

    def make(self, *arguments: object) -> None:
        """A new, empty cluster with small files of the log."""
        self.run("initdb", "-D", self.data, "-U", "liuhen", "-A", "trust", "-E", "UTF8", "--locale=C", "-k",
                 "--wal-segsize=1", "--no-sync", *arguments)  # fmt: skip

    def launch(self, **settings: str) -> None:
        account = _account()
        give_to = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}
        given = {"listen_addresses": "", "min_wal_size": "2MB", "max_wal_size": "16MB", **settings}
        options = [part for name, value in given.items() for part in ("-c", f"{name}={value}")]
        with (self.socket / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [DEBIAN[-1].parent / "postgres", "-D", self.data, "-k", self.socket, *options],
                stdout=log, stderr=log, cwd="/", **give_to,  # type: ignore[call-overload]
            )  # fmt: skip

    def start(self, **settings: str) -> None:
        self.launch(**settings)
        _wait_for(self.conninfo())

    def wait_until_it_ends(self) -> None:
        """It goes down by itself."""
        assert self._process is not None
        self._process.wait(timeout=PATIENCE)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop it, and wait until none of its processes is left; SIGKILL takes all of them at once."""
        if self._process is None:
            return
        if how is signal.SIGKILL:
            for pid in self.processes():
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        elif self._process.poll() is None:
            self._process.send_signal(how)
        self._process.wait(timeout=PATIENCE)
        for _ in range(int(PATIENCE / 0.02)):
            if not self.processes():
                break
            threading.Event().wait(0.02)
        self._process = None

    def processes(self) -> list[int]:
        """The server's processes: all of them work in its data folder."""
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if (process / "cwd").readlink() == self.data:
                    found.append(int(process.name))
        return found

    def signal_all(self, how: signal.Signals) -> None:
        """SIGSTOP and SIGCONT: it hangs, as a machine would that nobody hears of, and goes on."""
        for pid in self.processes():
            with suppress(ProcessLookupError):  # some come and go
                os.kill(pid, how)

    def said(self) -> str:
        return (self.socket / "server.log").read_text(encoding="utf-8", errors="replace")

    def value(self, query: str) -> object:
        """The one value of a query, as superuser."""
        with psycopg.connect(self.conninfo(), autocommit=True) as conn:
            row = conn.execute(query.encode()).fetchone()
            return row and row[0]


@contextmanager
def cluster(folder: Path, name: str, data: Path | None = None) -> Iterator[Cluster]:
    """A cluster that is stopped with the block. Its socket and its words are in the folder, data may be elsewhere."""
    socket = folder / name
    socket.mkdir()
    one = Cluster(data or socket / "data", give(socket))
    try:
        yield one
    finally:
        with suppress(ProcessLookupError):
            one.signal_all(signal.SIGCONT)
        one.stop(signal.SIGKILL)
