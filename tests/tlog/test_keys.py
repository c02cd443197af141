"""Keys by the command line: a rotation is recorded in the log, nothing is overwritten, what was signed stays valid."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.cli import app
from api.routes.log import read_log_keys
from application.asking import county_state, history_of
from domain.steps.log_keeping import LogKeyChanged
from domain.streams import StreamKind, county_id
from infrastructure.bootstrap import Liuhen
from infrastructure.tlog.keys import create_keys, read_keys, witness_signers
from infrastructure.tlog.note import NoteError, Signer, Verifier, open_note
from infrastructure.tlog.operator_key import operator_key_path
from infrastructure.tlog.suite import SHA256_ED25519
from infrastructure.tlog.witness import TrustedLog, Witness
from tests.tlog.small_log import SmallLog

WHY = ("--reason", "定期轮换", "--document-no", "县数据局〔2026〕9号", "--who", "密钥管理员甲岗")


def keys(*words: str) -> Result:
    return CliRunner().invoke(app, ["keys", *words])


@pytest.fixture
def here(liuhen: Liuhen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Liuhen:
    monkeypatch.setenv("LIUHEN_DATABASE_URL", liuhen.conninfo)
    monkeypatch.setenv("LIUHEN_DATA_DIR", str(tmp_path))
    return liuhen


def signed_by(liuhen: Liuhen, key: str) -> bool:
    liuhen.sequencer.catch_up()
    try:
        return bool(open_note(liuhen.tree.checkpoint().note.encode(), [Verifier.parse(key)]).verified)
    except NoteError:
        return False


def test_a_rotation_overlaps_and_stands_in_the_log(here: Liuhen, tmp_path: Path) -> None:
    old = keys("create").stdout.strip()
    assert signed_by(here, old)
    assert keys("rotate", "--reason", "x").exit_code == 2, "not without a document number"
    told = keys("rotate", *WHY)
    assert told.exit_code == 0, told.output
    new = told.stdout.split()[0]
    assert signed_by(here, old)
    assert signed_by(here, new)
    assert keys("rotate", *WHY).exit_code == 2, "one rotation at a time"
    assert [(k.key, k.until) for k in read_log_keys(here)] == [(old, None), (new, None)]
    path = operator_key_path(tmp_path, here.settings.division)
    told = keys("retire", old.split("+")[1], *WHY)
    assert told.exit_code == 0, told.output
    assert signed_by(here, new)
    assert not signed_by(here, old)
    assert [(k.key, k.since is None, k.until is None) for k in read_log_keys(here)] == [
        (old, True, False),
        (new, False, True),
    ]
    assert [(k.change, k.document_no) for k in changes(here)] == [("ADDED", WHY[3]), ("RETIRED", WHY[3])]
    recorded = history_of(here.desk, StreamKind.COUNTY, county_id(here.desk.division))
    assert {e.circumstances.actor.account for e in recorded} == {f"liuhen-cli/{WHY[5]}"}, "who did it is recorded"
    assert len(county_state(here.desk).log_keys) == 2
    assert keys("show").stdout.splitlines() == [f"{old}  # 已停用 retired", new]
    assert path.stat().st_mode & 0o077 == 0
    path.chmod(0o640)
    told = keys("show")
    assert (told.exit_code, "chmod 600" in told.output.replace("\n", " ")) == (2, True)


def changes(liuhen: Liuhen) -> list[LogKeyChanged]:
    found = history_of(liuhen.desk, StreamKind.COUNTY, county_id(liuhen.desk.division))
    return [e.event for e in found if isinstance(e.event, LogKeyChanged)]


def test_a_rotation_that_was_cut_off_is_recorded_by_running_it_again(
    here: Liuhen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys("create")

    def cut_off(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("api.cli_keys.change_log_key", cut_off)
        keys("rotate", *WHY)
    assert not county_state(here.desk).log_keys
    assert keys("rotate", *WHY).exit_code == 0
    in_file = [str(s.verifier) for s in read_keys(operator_key_path(tmp_path, here.settings.division))]
    assert [k.key for k in county_state(here.desk).log_keys] == in_file[1:]
    assert len(in_file) == 2


def test_keys_of_a_witness_are_never_overwritten(tmp_path: Path) -> None:
    folder = ("--witness", str(tmp_path / "w"))
    assert "keys create" in keys("show", *folder).output.replace("\n", " ")
    old = keys("create", *folder, "--name", "shenji.example/witness").stdout.strip()
    before = (tmp_path / "w/key").read_bytes()
    assert keys("create", *folder, "--name", "other.example").exit_code == 2
    assert (tmp_path / "w/key").read_bytes() == before
    assert keys("retire", old.split("+")[1], *folder).exit_code == 2, "the only key stays"
    new = keys("rotate", *folder).stdout.split()[0]
    assert keys("show", *folder).stdout.split() == [old, new]
    absent = keys("retire", "00000000", *folder)
    assert (absent.exit_code, old.split("+")[1] in absent.output.replace("\n", " ")) == (2, True), (
        "it tells which there are"
    )
    assert keys("retire", f"{old[:-1]}x", *folder).exit_code == 2, "a key that was copied with a fault"
    assert keys("retire", old, *folder).exit_code == 0, "as `keys show` prints it"
    assert keys("show", *folder).stdout.split() == [new]
    assert (tmp_path / "w/key").stat().st_mode & 0o077 == 0
    assert isinstance(read_keys(tmp_path / "w/key")[0], Signer)


def test_a_witness_with_two_kinds_of_signature_rotates_both(tmp_path: Path) -> None:
    folder = ("--witness", str(tmp_path / "w"))
    path = tmp_path / "w/key"
    create_keys(path, witness_signers("shenji.example/witness", SHA256_ED25519, post_quantum=True))
    old = keys("show", *folder).stdout.split()
    new = keys("rotate", *folder).stdout.split()
    assert [Verifier.parse(k).kind for k in new] == [Verifier.parse(k).kind for k in old]
    assert not set(new) & set(old)
    assert keys("rotate", *folder).exit_code == 2, "one rotation at a time"
    log = SmallLog([b"a", b"b"])

    def cosigned() -> list[str]:
        with Witness(
            tmp_path / "w", read_keys(path), [TrustedLog(log.signers[0].name, (log.signers[0].verifier,))]
        ) as it:
            seen = it.latest(log.signers[0].name)
            lines = it.add_checkpoint(seen.size if seen else 0, [], log.checkpoint())
        note = log.checkpoint() + lines.encode()
        found = open_note(note, [Verifier.parse(k) for k in (*old, *new)])
        return [str(v.verifier) for v in found.verified]

    assert cosigned() == [*old, *new], "during the overlap all of them sign"
    for key in old:
        assert keys("retire", key.split("+")[1], *folder).exit_code == 0
    assert cosigned() == new
    told = keys("retire", new[1].split("+")[1], *folder)
    assert told.exit_code == 2, "who relies on ML-DSA-44 would see no signature any more"
    assert "ML-DSA-44" in told.stderr
