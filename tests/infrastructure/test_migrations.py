"""Migrations: once each, in order, and never on a changed history."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from infrastructure import migrations
from infrastructure.migrations import MigrationError, MigrationHistoryError, applied, available, migrate
from tests.conftest import NewDatabase


@pytest.fixture
def empty(embedded: str, new_database: NewDatabase) -> str:
    """A database without our tables."""
    conninfo = new_database(embedded)
    with psycopg.connect(conninfo, autocommit=True) as conn:
        conn.execute("DROP SCHEMA liuhen CASCADE")
    return conninfo


def write(folder: Path, name: str, sql: str) -> None:
    (folder / name).write_text(sql, encoding="utf-8")


def test_each_is_applied_once_in_order(empty: str, tmp_path: Path) -> None:
    write(tmp_path, "0001_first.sql", "CREATE TABLE liuhen.a (n int)")
    write(tmp_path, "0002_second.sql", "INSERT INTO liuhen.a VALUES (1)")
    assert migrate(empty, tmp_path) == ["first", "second"]
    assert migrate(empty, tmp_path) == []
    write(tmp_path, "0003_third.sql", "INSERT INTO liuhen.a VALUES (2)")
    assert migrate(empty, tmp_path) == ["third"]


def test_two_at_once_apply_once(empty: str, tmp_path: Path) -> None:
    write(tmp_path, "0001_first.sql", "CREATE TABLE liuhen.a (n int)")
    with ThreadPoolExecutor(4) as threads:
        names = list(threads.map(lambda _: migrate(empty, tmp_path), range(4)))
    assert sorted(names) == [[], [], [], ["first"]]


def test_a_failing_one_leaves_nothing_behind(empty: str, tmp_path: Path) -> None:
    write(tmp_path, "0001_first.sql", "CREATE TABLE liuhen.a (n int)")
    write(tmp_path, "0002_second.sql", "CREATE TABLE liuhen.b (n int); SELECT 1/0")
    with pytest.raises(psycopg.errors.DivisionByZero):
        migrate(empty, tmp_path)
    with psycopg.connect(empty) as conn:
        assert conn.execute("SELECT to_regclass('liuhen.b')").fetchone() == (None,)
        assert set(applied(conn)) == {1}
    write(tmp_path, "0002_second.sql", "CREATE TABLE liuhen.b (n int)")
    assert migrate(empty, tmp_path) == ["second"]


def test_another_that_migrates_is_not_waited_for_without_end(
    empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrations, "LOCK_SECONDS", 1)
    write(tmp_path, "0001_first.sql", "CREATE TABLE liuhen.a (n int)")
    with psycopg.connect(empty) as other:
        other.execute("SELECT pg_advisory_lock(%s)", (migrations._LOCK,))
        with pytest.raises(MigrationError, match="another process"):
            migrate(empty, tmp_path)
    assert migrate(empty, tmp_path) == ["first"], "the lock is free again"


def test_a_table_in_use_is_not_waited_for_without_end(
    empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrations, "LOCK_SECONDS", 1)
    write(tmp_path, "0001_first.sql", "CREATE TABLE liuhen.a (n int)")
    migrate(empty, tmp_path)
    write(tmp_path, "0002_second.sql", "CREATE TABLE liuhen.b (n int); ALTER TABLE liuhen.a ADD COLUMN m int")
    with psycopg.connect(empty) as other:
        other.execute("SELECT * FROM liuhen.a")
        with pytest.raises(MigrationError, match="has held a table"):
            migrate(empty, tmp_path)
    assert migrate(empty, tmp_path) == ["second"], "nothing was left of the first attempt"


def test_names_are_not_looked_for_where_others_may_make_them(empty: str, tmp_path: Path) -> None:
    """Whoever may make a schema could lay a table or function on the path of a migration."""
    with psycopg.connect(empty, autocommit=True) as conn:
        conn.execute("CREATE TABLE public.lure (n int)")
    write(tmp_path, "0001_first.sql", "CREATE TABLE liuhen.a AS SELECT * FROM lure")
    with pytest.raises(psycopg.errors.UndefinedTable):
        migrate(empty, tmp_path)


def test_a_changed_history_is_refused(empty: str, tmp_path: Path) -> None:
    write(tmp_path, "0001_first.sql", "CREATE TABLE liuhen.a (n int)")
    migrate(empty, tmp_path)
    write(tmp_path, "0001_first.sql", "CREATE TABLE liuhen.a (n bigint)")
    with pytest.raises(MigrationHistoryError, match="0001_first"):
        migrate(empty, tmp_path)


def test_a_newer_database_is_refused(empty: str, tmp_path: Path) -> None:
    write(tmp_path, "0001_first.sql", "CREATE TABLE liuhen.a (n int)")
    write(tmp_path, "0002_second.sql", "SELECT 1")
    migrate(empty, tmp_path)
    (tmp_path / "0002_second.sql").unlink()
    with pytest.raises(MigrationHistoryError, match="newer"):
        migrate(empty, tmp_path)


def test_numbers_are_contiguous(tmp_path: Path) -> None:
    write(tmp_path, "0002_second.sql", "SELECT 1")
    with pytest.raises(MigrationHistoryError):
        available(tmp_path)


def test_ours_are_well_formed() -> None:
    names = [m.name for m in available()]
    assert names[:5] == ["events", "append", "projections", "group_commit", "roles"]
    assert names[5] == "tracking"
    for migration in available():
        assert not re.search(r"^\s*(BEGIN|COMMIT|ROLLBACK)\s*;", migration.sql, re.MULTILINE | re.IGNORECASE), migration


def test_what_was_written_before_heads_kept_kinds_goes_on(empty: str, tmp_path: Path) -> None:
    """Heads get the kinds of their streams, and a batch that was on its way is still known under its number."""
    for migration in available()[:6]:
        write(tmp_path, f"{migration.number:04d}_{migration.name}.sql", migration.sql)
    migrate(empty, tmp_path)
    writer, stream = uuid4(), uuid4()
    batch = (
        "SELECT * FROM liuhen.append_batch(1, %s, 1, '{0}', ARRAY[%s], '{1}', '{system}', '{t}', '{x}',"
        " '{}', '{}', '{}', '{}', '{}', '{}', '{}')"
    )
    with psycopg.connect(empty, autocommit=True) as conn:
        first = conn.execute(batch.encode(), (writer, stream)).fetchone()
        migrate(empty)
        assert conn.execute(batch.encode(), (writer, stream)).fetchone() == first
        assert conn.execute("SELECT stream_id, version, kind FROM liuhen.stream_heads").fetchall() == [
            (stream, 1, "system")
        ]
        assert conn.execute("SELECT count(*) FROM liuhen.events").fetchone() == (1,)
