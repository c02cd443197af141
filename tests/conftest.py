"""Servers and databases for the tests. Everything stays in temporary folders and stops by itself."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import hypothesis
import psycopg
import pytest

from infrastructure import logging
from infrastructure.bootstrap import Liuhen, wired
from infrastructure.embedded_postgres import EmbeddedPostgres
from infrastructure.settings import Settings
from tests.databases import Databases

SHARED = Path(os.environ.get("LIUHEN_SHARED", Path(__file__).parents[2] / "shared"))
"""Real records that are read from beside the repository and never committed."""

# A shared machine may be slow at any moment, so no example is timed; a failing one prints how to repeat it.
hypothesis.settings.register_profile(
    "liuhen", deadline=None, print_blob=True, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("liuhen")

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
"""The tests start the program a hundred times: each would compile it anew."""

LONG = "1d"
"""Between two looks of autovacuum at a database of a test server: with hundreds of them, it did little else than look."""

DEBIAN = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the machine reaches a test."""
    for name in [n for n in os.environ if n.startswith("LIUHEN_") and n != "LIUHEN_SHARED"]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="session", autouse=True)
def _logging() -> Iterator[None]:
    """Log as the service does; what a thread writes while pytest is between two captures goes to where it captures."""
    captured = sys.stderr
    with pytest.MonkeyPatch.context() as patched:
        between = sys.__stderr__
        patched.setattr(logging, "standard_error", lambda: captured if sys.stderr is between else sys.stderr)
        logging.configure_logging("INFO")
        yield
        logging.write_held()


@pytest.fixture(scope="session")
def shared() -> Path:
    if not SHARED.is_dir():
        pytest.skip(f"the folder of real records is not here: {SHARED}")
    return SHARED


@pytest.fixture(scope="session")
def embedded() -> Iterator[str]:
    """Connection string of the embedded server."""
    with tempfile.TemporaryDirectory(prefix="liuhen-") as folder, EmbeddedPostgres(Path(folder)) as server:
        _configure(server.conninfo, autovacuum_naptime=LONG, fsync="off")
        yield server.conninfo
        # At once: to write out hundreds of databases that are thrown away next took minutes.
        server._stopping.set()  # nobody is to start it again
        if (pid := server._server_pid()) is not None:
            os.kill(pid, signal.SIGQUIT)


@pytest.fixture(scope="session")
def debian() -> Iterator[str]:
    """Connection string of a server of the operating system's packages: the way of an external database."""
    if not DEBIAN:
        pytest.skip("no PostgreSQL server of the operating system is installed")
    programs = DEBIAN[-1].parent
    account = pwd.getpwnam("postgres") if os.geteuid() == 0 else None
    as_account = (
        []
        if account is None
        else ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]
    )
    folder = Path(tempfile.mkdtemp(prefix="liuhen-pg-", dir="/tmp"))
    if account is not None:
        os.chown(folder, account.pw_uid, account.pw_gid)
    try:
        subprocess.run(
            [
                *as_account,
                programs / "initdb",
                "-D",
                folder / "data",
                "-U",
                "liuhen",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C",
            ],
            check=True,
            capture_output=True,
            cwd="/",
        )
        server = subprocess.Popen(
            [
                *as_account,
                programs / "postgres",
                "-D",
                folder / "data",
                "-k",
                folder,
                "-c",
                "listen_addresses=",
                "-c",
                f"autovacuum_naptime={LONG}",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
        )
        conninfo = f"host={folder} port=5432 user=liuhen dbname=postgres"
        try:
            _wait_for(conninfo)
            _configure(conninfo, fsync="off")
            yield conninfo
        finally:
            server.send_signal(signal.SIGQUIT)  # at once, as above
            server.wait(timeout=60)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(conninfo: str) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            psycopg.connect(conninfo).close()
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return


def _configure(server: str, **settings: str) -> None:
    """What new connections see from now on. These servers outlive no test, so nobody has to wait for their disk."""
    with psycopg.connect(server, autocommit=True) as conn:
        for name, value in settings.items():
            conn.execute(f"ALTER SYSTEM SET {name} TO '{value}'".encode())
        conn.execute("SELECT pg_reload_conf()")
    for name, value in settings.items():
        while True:
            with psycopg.connect(server) as conn:
                if conn.execute(f"SHOW {name}".encode()).fetchone() == (value,):
                    break
            time.sleep(0.005)


def _kind_of(request: pytest.FixtureRequest) -> object:
    """Of the server whose turn it is in `any_database`."""
    called = getattr(request.node, "callspec", None)
    return called.params.get("any_database") if called is not None else None


@pytest.fixture
def durable(request: pytest.FixtureRequest) -> Iterator[None]:
    """The test's server waits for its disk as a real one does: for what looks at that."""
    asked = {*request.fixturenames, _kind_of(request)}
    servers = [request.getfixturevalue(name) for name in ("embedded", "debian") if name in asked]
    for server in servers:
        _configure(server, fsync="on")
    yield
    for server in servers:
        _configure(server, fsync="off")


NewDatabase = Callable[[str], str]


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Databases:
    return Databases(tmp_path_factory.mktemp("recorded"))


@pytest.fixture(scope="session")
def new_database(databases: Databases) -> NewDatabase:
    """Make a migrated database of its own on a server, for more than one test."""
    return databases.new


@pytest.fixture
def database(embedded: str, databases: Databases) -> Iterator[str]:
    """A migrated database on the embedded server, as new."""
    with databases.lent(embedded) as conninfo:
        yield conninfo


@pytest.fixture(params=["embedded", "debian"])
def any_database(request: pytest.FixtureRequest, databases: Databases) -> Iterator[str]:
    """A migrated database as new, on each kind of server in turn."""
    with databases.lent(request.getfixturevalue(request.param)) as conninfo:
        yield conninfo


_settings: dict[frozenset[tuple[str, str]], Settings] = {}


def _deployed(folder: Path, conninfo: str) -> Settings:
    """Settings of a test's deployment, read once for each environment: to read them takes as long as to connect."""
    environment = frozenset((name, value) for name, value in os.environ.items() if name.startswith("LIUHEN_"))
    given = {"data_dir": folder, "database_url": conninfo, "poll_seconds": 0.2}
    if environment not in _settings:
        _settings[environment] = Settings(**given)  # type: ignore[arg-type]
    return _settings[environment].model_copy(update=given)


Recorded = Callable[[str, Callable[[Liuhen], object]], AbstractContextManager[Liuhen]]


@pytest.fixture
def recorded(embedded: str, databases: Databases, tmp_path: Path) -> Recorded:
    """As `liuhen`, with what a function records; it does so once for all tests that name the same."""

    @contextmanager
    def deployment(what: str, record: Callable[[Liuhen], object]) -> Iterator[Liuhen]:
        conninfo = databases.recorded(embedded, what, tmp_path, record)
        with wired(_deployed(tmp_path, conninfo), conninfo) as made:
            yield made

    return deployment


@pytest.fixture
def liuhen(database: str, tmp_path: Path) -> Iterator[Liuhen]:
    """A wired deployment on a fresh database. Projections are brought up by `engine.catch_up()` or `start()`."""
    with wired(_deployed(tmp_path, database), database) as deployment:
        yield deployment
