"""The full audit: over several stretches and processes, since a kept checkpoint, and by the command."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from api.cli import app
from infrastructure.tlog.audit import Brought, audit, divided
from infrastructure.tlog.checkpoint import Checkpoint
from infrastructure.tlog.kept_checkpoint import kept_path
from infrastructure.tlog.note import Note
from infrastructure.tlog.operator_key import operator_key_path
from infrastructure.tlog.store import TreeStore
from infrastructure.tlog.stretch import PIECE, STRETCH, AuditError
from tests.infrastructure.test_ledger import LOG, opened
from tests.tlog.sequencing import as_superuser, keys_of, record, sequencer

ROWS = """
INSERT INTO liuhen.events SELECT {log}, n, md5('many/' || (n - 1) / 10)::uuid, (n - 1) % 10 + 1, 'project', 't',
    '{{"v":1,"c":{{"happened_on":"2019-03"}}}}', '2026-01-01'::timestamptz + n * interval '1 microsecond'
    FROM generate_series(1, {count}) n;
INSERT INTO liuhen.logs VALUES ({log}, {count}, '2026-01-02')
"""
COUNT = 140_000


@pytest.fixture(scope="module")
def large(embedded: str, new_database: object, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """More than two stretches, signed at several sizes."""
    conninfo, folder = new_database(embedded), tmp_path_factory.mktemp("large")  # type: ignore[operator]
    as_superuser(conninfo, ROWS.format(log=LOG, count=COUNT))
    sequencer(conninfo, folder, stretch=50_000).catch_up()
    return conninfo, folder


def kept(conninfo: str, size: int) -> Brought:
    with opened(conninfo) as ledger:
        note = TreeStore(ledger.recorder_pool, LOG).checkpoint(size).note
    return Brought(f"{size}.checkpoint", Checkpoint.parse(Note.parse(note.encode()).text))


@pytest.mark.parametrize("processes", [1, 2])
def test_a_sound_log_agrees_however_many_processes(large: tuple[str, Path], processes: int) -> None:
    conninfo, folder = large
    told: list[tuple[int, int]] = []
    report = audit(conninfo, LOG, keys_of(folder), processes=processes, progress=lambda *done: told.append(done))
    assert (report.findings, report.size, report.events, report.checkpoints) == ((), COUNT, COUNT, 3)
    assert told[-1] == (COUNT, COUNT)


@given(st.integers(0, 40), st.integers(0, 5), st.integers(0, 45 * STRETCH))
def test_the_work_is_divided_without_a_gap_and_its_end_finely(processes: int, start: int, size: int) -> None:
    start = min(start, size // STRETCH) * STRETCH
    parts = divided(start, size, processes)
    assert [start, *(end for _, end in parts)] == [*(at for at, _ in parts), size]
    assert all(at // STRETCH == (end - 1) // STRETCH for at, end in parts), "no part lies in two stretches"
    if processes > 1:
        ends = [end - at for at, end in parts if at > size - processes * STRETCH]
        assert max(ends, default=0) <= PIECE
    else:
        assert len(parts) == -(-(size - start) // STRETCH)


def test_a_process_that_dies_ends_the_audit_and_is_told(
    large: tuple[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    conninfo, folder = large
    dying = tmp_path / "python"
    dying.write_text("#!/bin/sh\nexit 9\n")
    dying.chmod(0o755)
    monkeypatch.setattr("sys.executable", str(dying))
    with pytest.raises(AuditError, match="a process of the audit ended"):
        audit(conninfo, LOG, keys_of(folder), processes=2)


def test_a_process_of_the_audit_loads_nothing_of_the_domain() -> None:
    """What it loads it pays for in every audit: pydantic takes as long as a third of a stretch."""
    loaded = "import sys, infrastructure.tlog.stretch; print({'pydantic', 'domain', 'eventsourcing'} & {*sys.modules})"
    told = subprocess.run([sys.executable, "-c", loaded], check=True, capture_output=True, text=True).stdout
    assert told == "set()\n"


def test_since_a_kept_checkpoint_only_what_is_new_is_read(large: tuple[str, Path]) -> None:
    conninfo, folder = large
    report = audit(conninfo, LOG, keys_of(folder), since=kept(conninfo, 100_000))
    assert (report.findings, report.events) == ((), COUNT - 65_536)
    other = Brought("forged", Checkpoint(report.origin, 100_000, bytes(32)))
    assert [f.position for f in audit(conninfo, LOG, keys_of(folder), since=other).findings] == [0]


@pytest.mark.parametrize(
    ("statement", "undo", "position"),
    [
        ("UPDATE liuhen.events SET topic = 'x' WHERE position = 70000", "UPDATE liuhen.events SET topic = 't' WHERE position = 70000", 70_000),
        ("UPDATE liuhen.tiles SET hashes = set_byte(hashes, 0, get_byte(hashes, 0) # 1) WHERE level = 0 AND index = 300", None, 76_801),
        ("UPDATE liuhen.tiles SET hashes = set_byte(hashes, 0, get_byte(hashes, 0) # 1) WHERE level = 1 AND index = 0", None, 0),
        ("UPDATE liuhen.tiles SET hashes = set_byte(hashes, 8000, get_byte(hashes, 8000) # 1) WHERE level = 1 AND index = 1", None, 0),
        ("UPDATE liuhen.right_edges SET hashes[3] = set_byte(hashes[3], 0, get_byte(hashes[3], 0) # 1)", None, 0),
        ("UPDATE liuhen.checkpoints SET root = set_byte(root, 0, get_byte(root, 0) # 1) WHERE size = 50000", None, 0),
    ],
)  # fmt: skip
def test_the_first_difference_is_named(
    large: tuple[str, Path], statement: str, undo: str | None, position: int
) -> None:
    """In a stretch that is examined as a whole, and in one that is cut into pieces."""
    conninfo, folder = large
    as_superuser(conninfo, statement)
    try:
        assert audit(conninfo, LOG, keys_of(folder), processes=2).findings[0].position == position
    finally:
        as_superuser(conninfo, undo or statement)


def test_a_log_that_was_never_signed_cannot_be_audited(database: str) -> None:
    with pytest.raises(AuditError):
        audit(database, LOG, [])


def test_the_command(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIUHEN_DATABASE_URL", database)
    monkeypatch.setenv("LIUHEN_DATA_DIR", str(tmp_path))
    run = CliRunner().invoke
    assert run(app, ["audit"]).exit_code == 2, "there is no key"
    with opened(database) as ledger:
        record(ledger, range(5), {})
        sequencer(database, tmp_path).catch_up()
        file = tmp_path / "kept"
        file.write_text(TreeStore(ledger.recorder_pool, LOG).checkpoint().published, encoding="utf-8")
    done = run(app, ["audit", "--checkpoint", str(file), "--since", str(file), "--processes", "1"])
    assert done.exit_code == 0, done.output
    assert run(app, ["audit", "--key", "nonsense"]).exit_code == 2
    as_superuser(database, "UPDATE liuhen.events SET topic = 'x' WHERE position = 3")
    found = run(app, ["audit", "--json", "--processes", "1"])
    assert found.exit_code == 1
    assert '"position": 3' in found.stdout
    assert "未证明" not in done.output, "the auditor brought a checkpoint"
    with psycopg.connect(database) as conn:
        assert conn.execute("SELECT count(*) FROM liuhen.checkpoints").fetchone() == (1,), "an audit changes nothing"
    assert operator_key_path(tmp_path, LOG).exists()
    assert STRETCH == 65_536


@pytest.mark.parametrize("kept_here", [True, False])
def test_a_log_that_went_back_is_found_by_what_this_machine_kept_or_the_gap_is_told(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept_here: bool
) -> None:
    monkeypatch.setenv("LIUHEN_DATABASE_URL", database)
    monkeypatch.setenv("LIUHEN_DATA_DIR", str(tmp_path))
    with opened(database) as ledger:
        record(ledger, range(5), {})
        sequencer(database, tmp_path).catch_up()
        record(ledger, range(5, 8), {})
    with psycopg.connect(database) as conn:
        backup = conn.execute("SELECT hashes FROM liuhen.right_edges").fetchone()
    sequencer(database, tmp_path).catch_up()
    assert backup is not None
    as_superuser(database, "DELETE FROM liuhen.checkpoints WHERE size > 5")
    as_superuser(database, "DELETE FROM liuhen.events WHERE position > 5")
    as_superuser(database, "UPDATE liuhen.logs SET position = 5")
    with psycopg.connect(database, autocommit=True) as conn:
        conn.execute("SET session_replication_role = replica")
        conn.execute("UPDATE liuhen.right_edges SET size = 5, hashes = %s", backup)
    if not kept_here:
        kept_path(tmp_path, LOG).unlink()
    run = CliRunner().invoke(app, ["audit", "--processes", "1"])
    assert run.exit_code == int(kept_here), run.output
    assert "未证明" in run.output
    assert ("截短" in run.output) is kept_here


def test_the_service_keeps_a_checkpoint_before_it_stores_it(database: str, tmp_path: Path) -> None:
    with opened(database) as ledger:
        record(ledger, range(5), {})
        sequencer(database, tmp_path).catch_up()
        record(ledger, range(5, 8), {})
    keys = keys_of(tmp_path)
    ahead = Checkpoint(audit(database, LOG, keys).origin, 8, bytes(32))
    assert not audit(database, LOG, keys, brought=[Brought("kept", ahead, own=True)]).findings
    assert audit(database, LOG, keys, brought=[Brought("theirs", ahead)]).findings
