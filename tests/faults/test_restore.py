"""Restored to a point in time, the record is what it was then (F18); what was done to the original is seen (F16), and so is
a damaged backup (F17)."""

from __future__ import annotations

import re
import shutil
import signal
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from infrastructure.doctor import State, examine
from infrastructure.migrations import migrate
from infrastructure.roles import WRITER
from infrastructure.settings import Settings
from tests.faults.recording import marked, marked_log, recorder_on
from tests.faults.servers import Cluster, cluster, give, own_folder

RECORD = ("head", "positions", "stream_heads", "recorded_at", "requests")


def faults(server: Cluster) -> set[str]:
    """Checks of the record itself that fail."""
    given = make_conninfo(server.conninfo(), user=WRITER)
    found = {f.name: f.state for f in examine(Settings(database_url=given), given)}
    return {name for name in RECORD if found[name] is not State.OK}


def test_a_restored_record_ends_with_the_last_acknowledgement_before_the_point() -> None:
    with own_folder() as folder, cluster(folder, "original") as original, cluster(folder, "restored") as restored:
        archive = folder / "archive"
        archive.mkdir()
        give(archive)
        original.make()
        original.start(archive_mode="on", archive_command=f"cp %p {archive}/%f")
        migrate(original.conninfo())
        with recorder_on(original.conninfo(), give_up_after=60) as recorder:
            for n in range(20):
                recorder.append(marked(f"m{n}", n % 4, n // 4 + 1))
            original.run("pg_basebackup", "-D", restored.data, "-c", "fast", "--no-sync", "-d", original.conninfo())
            for n in range(20, 40):
                last = recorder.append(marked(f"m{n}", n % 4, n // 4 + 1))
            point = original.value("SELECT clock_timestamp()::text")
            for n in range(40, 60):
                recorder.append(marked(f"m{n}", n % 4, n // 4 + 1))
        expected = marked_log(original.conninfo())[:40]
        with psycopg.connect(original.conninfo(), autocommit=True) as conn:
            conn.execute("SELECT pg_switch_wal()")
            conn.execute("ALTER TABLE liuhen.events DISABLE TRIGGER events_are_final")
            conn.execute("DELETE FROM liuhen.events WHERE position = 30")
            conn.execute("DELETE FROM liuhen.events WHERE position > 57")
        assert faults(original) == {"head", "positions", "stream_heads", "requests"}
        original.stop(signal.SIGINT)  # archives what is left

        # A restore that leaves the archive out ends with the base backup: what is expected below tells them apart.
        with cluster(folder, "base_only", folder / "copy") as base_only:
            shutil.copytree(restored.data, base_only.data)
            for path in (base_only.data, *base_only.data.rglob("*")):
                give(path)
            base_only.start()
            assert len(marked_log(base_only.conninfo())) == 20
            assert marked_log(base_only.conninfo()) != expected

        (restored.data / "recovery.signal").touch()
        restored.start(
            restore_command=f"cp {archive}/%f %p", recovery_target_time=str(point), recovery_target_action="promote"
        )
        assert marked_log(restored.conninfo()) == expected
        assert restored.value("SELECT position FROM liuhen.logs") == last.last_position == 40
        assert restored.value("SELECT count(*) FROM liuhen.requests") == 40
        assert faults(restored) == set()
        with recorder_on(restored.conninfo(), give_up_after=60) as recorder:
            assert recorder.append(marked("m39", 3, 10)).repeated, "keys are restored, too"
            assert recorder.append(marked("m40", 0, 11)).first_position == 41


def backup(server: Cluster, data: Path) -> None:
    server.run("pg_basebackup", "-D", data, "-c", "fast", "--no-sync", "-d", server.conninfo())


def test_a_backup_that_lost_a_file_or_a_byte_is_found_out_before_it_is_needed() -> None:
    """F17, by what docs/operations.md asks for after each backup; what is whole passes."""
    with own_folder() as folder, cluster(folder, "server") as server:
        server.make()
        server.start()
        migrate(server.conninfo())
        with recorder_on(server.conninfo(), give_up_after=60) as recorder:
            for n in range(50):
                recorder.append(marked(f"m{n}", n % 4, n // 4 + 1))
        table = str(server.value("SELECT pg_relation_filepath('liuhen.events')"))
        for damage in ("nothing", "a byte", "a file"):
            data = folder / damage.replace(" ", "_")
            backup(server, data)
            file = data / table
            if damage == "a byte":
                content = bytearray(file.read_bytes())
                content[len(content) // 2] ^= 1
                file.write_bytes(content)
            elif damage == "a file":
                file.unlink()
            if damage == "nothing":
                assert "successfully verified" in server.run("pg_verifybackup", data)
                continue
            with pytest.raises(AssertionError, match=re.escape(file.name)):
                server.run("pg_verifybackup", data)
            (data / "backup_manifest").unlink()  # without it, nothing would be found: that is no success either
            with pytest.raises(AssertionError, match="backup_manifest"):
                server.run("pg_verifybackup", data)
