"""A database that is lent again is as a new one, and one that a test has built on is not lent again."""

from __future__ import annotations

import subprocess
from pathlib import Path

import psycopg
import pytest

from infrastructure.bootstrap import wired
from infrastructure.embedded_postgres import _binaries
from infrastructure.migrations import migrate
from infrastructure.settings import Settings
from tests.databases import Databases
from tests.tlog.sequencing import record


def dumped(conninfo: str) -> list[str]:
    """All that is defined and stored, as SQL."""
    made = subprocess.run(
        [_binaries() / "pg_dump", "-d", conninfo], capture_output=True, text=True, check=True, cwd="/"
    )
    return [line for line in made.stdout.splitlines() if not line.startswith(("\\restrict", "\\unrestrict"))]


def test_what_was_recorded_signed_and_viewed_is_gone(embedded: str, databases: Databases, tmp_path: Path) -> None:
    new = databases.new(embedded)
    migrate(new)
    with databases.lent(embedded) as used, wired(Settings(data_dir=tmp_path, database_url=used), used) as liuhen:
        record(liuhen.ledger, range(30), {})
        liuhen.engine.catch_up()
        liuhen.sequencer.catch_up()
        assert len(dumped(used)) > len(dumped(new)) + 30
    with databases.lent(embedded) as again:
        assert again == used
        assert dumped(again) == dumped(new)


@pytest.mark.parametrize(
    "change",
    [
        "CREATE TABLE more (n int)",
        "ALTER TABLE liuhen.events DISABLE TRIGGER USER",
        "ALTER FUNCTION liuhen.refuse_change() RESET search_path",
        "GRANT DELETE ON liuhen.events TO PUBLIC",
        "DROP TRIGGER events_are_final ON liuhen.events",
        "DO $$BEGIN EXECUTE format('ALTER DATABASE %I SET work_mem TO 65', current_database()); END$$",
        "DO $$BEGIN EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database()); END$$",
    ],
)
def test_what_was_built_on_is_not_lent_again(embedded: str, databases: Databases, change: str) -> None:
    with databases.lent(embedded) as changed, psycopg.connect(changed) as conn:
        conn.execute(change.encode())
    with databases.lent(embedded) as another:
        assert another != changed


def test_what_is_still_worked_in_is_not_lent_again(embedded: str, databases: Databases) -> None:
    with databases.lent(embedded) as busy:
        conn = psycopg.connect(busy)
    with conn, databases.lent(embedded) as another:
        assert another != busy
