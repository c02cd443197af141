"""An old backup is restored for real: nothing is signed, until the log is begun anew under another origin."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict
from typer.testing import CliRunner

from api.cli import app
from application.asking import county_state
from infrastructure.bootstrap import service_login, wired
from infrastructure.settings import Settings
from infrastructure.tlog.agreement import TreeDisagreesError
from infrastructure.tlog.audit import Brought, audit
from infrastructure.tlog.checkpoint import Checkpoint
from infrastructure.tlog.kept_checkpoint import kept_path
from infrastructure.tlog.note import Note
from infrastructure.tlog.operator_key import operator_verifiers
from tests.infrastructure.test_ledger import LOG, opened
from tests.tlog.sequencing import ORIGIN, record, sequencer

RESTART = ("log", "restart", "--reason", "恢复了旧备份", "--document-no", "9号")


def test_after_a_rollback_it_refuses_and_goes_on_under_a_new_origin(
    database: str, embedded: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = str(conninfo_to_dict(database)["dbname"])
    at: dict[object, int] = {}
    with opened(database) as ledger:
        record(ledger, range(300), at)
    sequencer(database, tmp_path).catch_up()
    with psycopg.connect(embedded, autocommit=True) as conn:
        conn.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s", (name,))
        conn.execute(f"CREATE DATABASE {name}_old TEMPLATE {name}".encode())
    with opened(database) as ledger:
        record(ledger, range(20), at)
    sequencer(database, tmp_path).catch_up()
    kept = kept_path(tmp_path, LOG).read_bytes()
    with psycopg.connect(embedded, autocommit=True) as conn:
        conn.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
        conn.execute(f"ALTER DATABASE {name}_old RENAME TO {name}".encode())

    with pytest.raises(TreeDisagreesError, match="old backup"):
        sequencer(database, tmp_path).catch_up()
    monkeypatch.setenv("LIUHEN_DATABASE_URL", database)
    monkeypatch.setenv("LIUHEN_DATA_DIR", str(tmp_path))
    told = CliRunner().invoke(app, list(RESTART))
    assert told.exit_code == 0, told.output
    assert f"{ORIGIN}/2" in told.output
    assert sequencer(database, tmp_path).catch_up() == 301

    with wired(Settings(database_url=database, data_dir=tmp_path), database) as liuhen:
        (restart,) = county_state(liuhen.desk).log_restarts
        assert (restart.abandoned_origin, restart.abandoned_size, restart.document_no) == (ORIGIN, 320, "9号")
        assert liuhen.tree.checkpoint().note.startswith(f"{ORIGIN}/2\n301\n")
    login = service_login(Settings(database_url=database), database)
    keys = operator_verifiers(tmp_path, LOG)
    assert not audit(login, LOG, keys).findings
    old = Brought("old.checkpoint", Checkpoint.parse(Note.parse(kept).text))
    assert any(
        f"is of {ORIGIN}, the log is now {ORIGIN}/2" in f.detail.en
        for f in audit(login, LOG, keys, brought=[old]).findings
    )
    assert [p.read_bytes() for p in tmp_path.glob("tlog/*abandoned*")] == [kept]
    with psycopg.connect(database) as conn:
        found = conn.execute("SELECT generation, max(size) FROM liuhen.checkpoints GROUP BY 1 ORDER BY 1").fetchall()
    assert found == [(1, 300), (2, 301)], "what was signed stays, and nothing is added to it"
