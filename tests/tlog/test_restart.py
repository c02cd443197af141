"""An old backup is restored for real: nothing is signed, until the log is begun anew under another origin."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from starlette.testclient import TestClient
from typer.testing import CliRunner

from api.cli import app
from api.cli_keys import actor_named
from api.cli_log import begin_anew
from api.main import create_app
from application.asking import county_state
from infrastructure import migrations
from infrastructure.bootstrap import Liuhen, service_login, wired
from infrastructure.doctor import examine
from infrastructure.issuer import Issuer
from infrastructure.migrations import migrate
from infrastructure.settings import Settings
from infrastructure.tlog import restart
from infrastructure.tlog.agreement import TreeDisagreesError
from infrastructure.tlog.audit import Brought, audit
from infrastructure.tlog.checkpoint import Checkpoint
from infrastructure.tlog.cosignature import cosign, open_checkpoint, sign_checkpoint
from infrastructure.tlog.feeding import Feeder, NotCosignedError
from infrastructure.tlog.kept_checkpoint import KeptCheckpoint, kept_path
from infrastructure.tlog.keys import KeyFileError, log_signer, read_keys, witness_signers
from infrastructure.tlog.leaves import LeafReader
from infrastructure.tlog.note import Note
from infrastructure.tlog.operator_key import operator_key_path, operator_keys, operator_verifiers
from infrastructure.tlog.restart import NothingToRestartError, NotSignedHereError
from infrastructure.tlog.sequencer import BusyError, Duty
from infrastructure.tlog.suite import SHA256_ED25519
from infrastructure.tlog.tiles import RightEdge
from infrastructure.tlog.tree import verify_consistency
from infrastructure.tlog.witness import TrustedLog, Witness
from infrastructure.tlog.witness_list import known_witnesses
from infrastructure.tlog.witness_service import WitnessServer, serving
from tests.infrastructure.test_ledger import LOG, opened
from tests.tlog.sequencing import ORIGIN, as_superuser, record, sequencer

RESTART = ("log", "restart", "--reason", "恢复了旧备份", "--document-no", "9号", "--who", "系统管理员")


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

    with pytest.raises(TreeDisagreesError, match=r"old backup.*liuhen log restart"):
        sequencer(database, tmp_path).catch_up()
    examined = {f.name: f for f in examine(Settings(database_url=database, data_dir=tmp_path), database)}
    assert "liuhen log restart" in examined["tree"].detail.en
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
        with liuhen.pool.connection() as conn:
            row = conn.execute("SELECT root FROM liuhen.checkpoints WHERE generation = 1 AND size = 300").fetchone()
        assert row is not None
        assert liuhen.tree.holds(300, row[0]), "the same events, the same leaves: what the backup holds is as it was"
    login = service_login(Settings(database_url=database), database)
    keys = operator_verifiers(tmp_path, LOG)
    assert not audit(login, LOG, keys).findings
    old = Brought("old.checkpoint", Checkpoint.parse(Note.parse(kept).text))
    assert any(
        f"is of {ORIGIN}, the log is now {ORIGIN}/2: where that was approved" in f.detail.en
        for f in audit(login, LOG, keys, brought=[old]).findings
    )
    assert [p.read_bytes() for p in tmp_path.glob("tlog/*abandoned*")] == [kept]
    with psycopg.connect(database) as conn:
        found = conn.execute("SELECT generation, max(size) FROM liuhen.checkpoints GROUP BY 1 ORDER BY 1").fetchall()
    assert found == [(1, 300), (2, 301)], "what was signed stays, and nothing is added to it"


class CrashError(BaseException):
    """The command ends here."""


STEPS = ("recorded", "planted", "linked", "kept put aside", "key noted", "key put aside", "key made")


def signed_beyond(folder: Path, origin: str, size: int) -> None:
    """Let the service remember that it signed a larger tree: what is left when an old backup was restored."""
    (signer,) = read_keys(operator_key_path(folder, LOG))
    checkpoint = Checkpoint(origin, size, bytes(32))
    KeptCheckpoint(kept_path(folder, LOG)).write(sign_checkpoint(checkpoint, [signer]))


def generations(liuhen: Liuhen) -> list[tuple[int, str]]:
    with liuhen.pool.connection() as conn:
        return conn.execute("SELECT generation, origin FROM liuhen.trees ORDER BY 1").fetchall()


def anew(liuhen: Liuhen, *, anyway: bool = False) -> str:
    return begin_anew(liuhen, actor_named("系统管理员"), "恢复了旧备份", "9号", anyway=anyway)


def once_free(liuhen: Liuhen) -> int:
    """Sign, as soon as the server has noticed that the session of the crashed command is gone."""
    while True:
        try:
            return liuhen.sequencer.catch_up()
        except BusyError:
            threading.Event().wait(0.01)


@pytest.fixture
def rolled_back(liuhen: Liuhen, tmp_path: Path) -> Liuhen:
    record(liuhen.ledger, range(10), {})
    liuhen.sequencer.catch_up()
    signed_beyond(tmp_path, ORIGIN, 50)
    return liuhen


def test_cut_off_at_any_step_it_goes_on_when_it_is_run_again(
    rolled_back: Liuhen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each round: a rollback, and a restart that is cut off at one step. Also what a second rollback finds."""
    for round_, step in enumerate(STEPS, 2):
        origin = f"{ORIGIN}/{round_}"
        with pytest.raises(TreeDisagreesError, match="liuhen log restart"):
            rolled_back.sequencer.catch_up()

        def crash(reached: str, step: str = step) -> None:
            if reached == step:
                raise CrashError(step)

        with monkeypatch.context() as patched:
            patched.setattr(restart, "_at", crash)
            with pytest.raises(CrashError):
                anew(rolled_back)
        if step not in {"key put aside", "key made"}:
            with pytest.raises((TreeDisagreesError, KeyFileError), match="liuhen log restart"):
                once_free(rolled_back)
        assert anew(rolled_back) == origin, step
        recorded = county_state(rolled_back.desk).log_restarts
        assert [r.origin for r in recorded] == [f"{ORIGIN}/{n}" for n in range(2, round_ + 1)], "recorded once"
        assert generations(rolled_back)[-1] == (round_, origin)
        size = rolled_back.sequencer.catch_up()
        assert rolled_back.tree.checkpoint().note.startswith(f"{origin}\n{size}\n")
        keys = operator_verifiers(tmp_path, LOG, origin)
        assert [k.name for k in keys] == [origin]
        with pytest.raises(NothingToRestartError):
            anew(rolled_back)
        signed_beyond(tmp_path, origin, 50 + round_)
    aside = {p.name for p in (tmp_path / "tlog").glob("*abandoned*")} | {
        p.name for p in (tmp_path / "keys").glob("*abandoned*")
    }
    assert len(aside) == 2 * len(STEPS), "nothing of an abandoned log is lost"


def test_a_backup_from_amid_a_restart_does_not_revive_what_was_signed_since(
    rolled_back: Liuhen, tmp_path: Path
) -> None:
    """The second rollback is to a backup that holds the record of the first restart, but not its tree."""
    assert anew(rolled_back) == f"{ORIGIN}/2"
    rolled_back.sequencer.catch_up()
    signed_beyond(tmp_path, f"{ORIGIN}/2", 60)
    as_superuser(
        rolled_back.conninfo,
        "DELETE FROM liuhen.checkpoints WHERE generation = 2",
        "DELETE FROM liuhen.right_edges WHERE generation = 2",
        "DELETE FROM liuhen.trees WHERE generation = 2",
    )
    with pytest.raises(KeyFileError, match="liuhen log restart"):
        rolled_back.sequencer.catch_up()
    assert anew(rolled_back) == f"{ORIGIN}/3", "under /2 something was signed that this database does not know"
    rolled_back.sequencer.catch_up()


def test_only_what_this_log_signed_is_recorded_as_its_end(rolled_back: Liuhen, tmp_path: Path) -> None:
    path = kept_path(tmp_path, LOG)
    forged = sign_checkpoint(Checkpoint(ORIGIN, 99, bytes(32)), [log_signer(SHA256_ED25519, ORIGIN)])
    path.write_bytes(forged)
    with pytest.raises(NotSignedHereError, match="anyway"):
        anew(rolled_back)
    assert county_state(rolled_back.desk).log_restarts == ()
    assert anew(rolled_back, anyway=True) == f"{ORIGIN}/2"


def test_a_witness_takes_on_the_new_generation_and_readiness_tells_of_the_old(
    rolled_back: Liuhen, tmp_path: Path
) -> None:
    old = operator_verifiers(tmp_path, LOG)
    rolled_back.sequencer.start()
    with TestClient(create_app(rolled_back, Issuer(tmp_path))) as http:
        wait = threading.Event()
        while rolled_back.sequencer.failure is None:
            wait.wait(0.01)
        ready = http.get("/readyz")
        assert (ready.status_code, ready.json()["failing"]) == (503, ["sequencer"])
        assert "liuhen log restart" in http.get("/v1/log/status").json()["failure"]
        signers = witness_signers("audit.example", SHA256_ED25519)
        listed = f"{signers[0].verifier}="
        anew(rolled_back)
        while rolled_back.sequencer.duty is not Duty.ACTIVE:
            wait.wait(0.01)
        while http.get("/v1/log/checkpoint").status_code != 200:
            wait.wait(0.01)
        assert http.get("/readyz").status_code == 200, "the running service takes up the new origin by itself"
        new = operator_verifiers(tmp_path, LOG, f"{ORIGIN}/2")
        trusted = [TrustedLog(ORIGIN, tuple(old))]
        with (
            Witness(tmp_path / "w", signers, trusted) as witness,
            serving(WitnessServer(witness, "127.0.0.1", 0)) as at,
        ):
            feeder = Feeder(
                known_witnesses(listed + at.address)[0], rolled_back.tree, rolled_back.sequencer, lambda: new
            )
            with pytest.raises(NotCosignedError, match="404"):
                feeder.feed()  # it was not told of the new key yet
        trusted.append(TrustedLog(f"{ORIGIN}/2", tuple(new)))
        with (
            Witness(tmp_path / "w", signers, trusted) as witness,
            serving(WitnessServer(witness, "127.0.0.1", 0)) as at,
        ):
            feeder = Feeder(
                known_witnesses(listed + at.address)[0], rolled_back.tree, rolled_back.sequencer, lambda: new
            )
            assert feeder.feed()
            note = http.get("/v1/log/checkpoint").content
            opened = open_checkpoint(note, new, [s.verifier for s in signers])
            assert (opened.checkpoint.origin, opened.witnesses) == (f"{ORIGIN}/2", ("audit.example",))


def test_a_log_signed_before_generations_is_migrated_and_goes_on(
    embedded: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database at migration 0011 with signed checkpoints and cosignatures, made by the functions of that time."""
    name = f"old_{uuid4().hex}"
    with psycopg.connect(embedded, autocommit=True) as conn:
        conn.execute(f"CREATE DATABASE {name}".encode())
    conninfo = make_conninfo(embedded, dbname=name)
    before = tmp_path / "migrations"
    before.mkdir()
    for file in sorted(migrations.FOLDER.glob("*.sql"))[:11]:
        shutil.copy(file, before)
    migrate(conninfo, before)
    (signer,) = operator_keys(tmp_path, LOG, ORIGIN, SHA256_ED25519).signers
    with opened(conninfo) as ledger:
        record(ledger, [n % 7 for n in range(300)], at := dict[object, int]())
    signers = witness_signers("audit.example", SHA256_ED25519)
    with psycopg.connect(conninfo, autocommit=True) as conn:
        conn.execute("SELECT liuhen.plant_tree(%s, 'sha256-ed25519', %s)", (LOG, ORIGIN))
        hashes = LeafReader(conn, SHA256_ED25519, LOG).read(0, 300).hashes
        edge = RightEdge(SHA256_ED25519)
        full = edge.extend(hashes)
        note = sign_checkpoint(Checkpoint(ORIGIN, 300, edge.root()), [signer])
        conn.execute(
            "SELECT liuhen.integrate(%s, 0, 300, %s::smallint[], %s::bigint[], %s::bytea[], %s::bytea[], %s, %s)",
            (
                LOG,
                [t.level for t, _ in full],
                [t.number for t, _ in full],
                [h for _, h in full],
                edge.encode(),
                edge.root(),
                note.decode(),
            ),
        )
        line = cosign(Note.parse(note), signers[0], 1_800_000_000)
        conn.execute("SELECT liuhen.keep_cosignature(%s, 300, %s, %s, %s)", (LOG, line.name, line.key_id, line.line()))
    KeptCheckpoint(kept_path(tmp_path, LOG)).write(note)

    listed = str(signers[0].verifier)
    settings = Settings(database_url=conninfo, data_dir=tmp_path, witnesses=listed, witnesses_required=1)
    with wired(settings, conninfo) as liuhen:
        record(liuhen.ledger, range(20), at)
        assert liuhen.sequencer.catch_up() == 320
        assert liuhen.tree.checkpoint(300).note.encode() == note, "what was signed before is as it was"
        witnessed = liuhen.tree.witnessed([signers[0].verifier], 1)
        assert witnessed is not None
        assert witnessed.size == 300
        proof = liuhen.tree.consistency(300, 320).hashes
        verify_consistency(SHA256_ED25519, 300, 320, proof, edge.root(), liuhen.tree.checkpoint().root)
    old = Brought("old", Checkpoint(ORIGIN, 300, edge.root()))
    login = service_login(settings, conninfo)
    assert not audit(login, LOG, operator_verifiers(tmp_path, LOG), brought=[old]).findings
