"""An event is removed as superuser and the whole tree made anew to match: the bundle of it is refused by what was kept."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.cli import app
from domain.streams import StreamKind
from infrastructure.bootstrap import Liuhen
from infrastructure.tlog.cosignature import Policy
from infrastructure.tlog.evidence import Standing, verify
from infrastructure.tlog.evidence_collection import stream_evidence
from infrastructure.tlog.kept_checkpoint import kept_path
from infrastructure.tlog.keys import witness_signers
from infrastructure.tlog.suite import SHA256_ED25519
from infrastructure.tlog.tiles import Tile
from infrastructure.tlog.witness import RefusedError, TrustedLog, Witness
from tests.infrastructure.test_ledger import LOG
from tests.tlog.sequencing import ORIGIN, as_superuser, keys_of, record, stream
from verifier import liuhen_verify

HIDE = 13
"""Position of the event that is hidden: the third of the stream 3."""
SIZE = 40


@dataclass(frozen=True)
class Site:
    """The rewritten log, and what was given away before."""

    liuhen: Liuhen
    kept: Path
    policy: Policy
    folder: Path
    at: dict[object, int]
    witness: Witness

    def bundle(self) -> bytes:
        return stream_evidence(self.liuhen, StreamKind.PROJECT, stream(3)).whole()

    def publish(self) -> None:
        """Write the log's public files as they now are, tiles and entries, into a folder."""
        size = self.liuhen.tree.checkpoint().size
        for tile in (Tile(0, 0, size), Tile(-1, 0, size)):
            path = self.folder / tile.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(self.liuhen.tree.tile(tile))

    def verified(self, *options: str) -> Result:
        file = self.folder / "evidence.zip"
        file.write_bytes(self.bundle())
        keys = [word for key in self.policy.log for word in ("--key", str(key))]
        return CliRunner().invoke(app, ["verify", str(file), *keys, *options])


def hide(liuhen: Liuhen) -> None:
    """Remove the event, and move up whatever stood behind it: in the log and in its stream."""
    as_superuser(
        liuhen.conninfo,
        f"DELETE FROM liuhen.events WHERE position = {HIDE}",
        f"UPDATE liuhen.events SET position = -position, stream_version = CASE WHEN stream_id = '{stream(3)}'"
        f" THEN 1000 + stream_version ELSE stream_version END WHERE position > {HIDE}",
        "UPDATE liuhen.events SET position = -position - 1, stream_version = CASE WHEN stream_version > 1000"
        " THEN stream_version - 1001 ELSE stream_version END WHERE position < 0",
        f"UPDATE liuhen.stream_heads SET version = version - 1 WHERE stream_id = '{stream(3)}'",
        f"UPDATE liuhen.logs SET position = {SIZE - 1}",
        "DELETE FROM liuhen.cosignatures",
        "DELETE FROM liuhen.checkpoints",
        "DELETE FROM liuhen.tiles",
        "DELETE FROM liuhen.right_edges",
        "DELETE FROM liuhen.trees",
    )


@pytest.fixture
def site(liuhen: Liuhen, tmp_path: Path) -> Site:
    at: dict[object, int] = {}
    record(liuhen.ledger, [n % 5 for n in range(1, SIZE + 1)], at)
    liuhen.sequencer.catch_up()
    note = liuhen.tree.checkpoint().note.encode()
    kept = tmp_path / "kept.checkpoint"
    kept.write_bytes(note)
    signers = witness_signers("audit.example", SHA256_ED25519)
    witness = Witness(tmp_path / "w", signers, [TrustedLog(ORIGIN, tuple(keys_of(tmp_path)))])
    witness.add_checkpoint(0, [], note)
    policy = Policy(tuple(keys_of(tmp_path)), tuple(s.verifier for s in signers), 1)
    before = verify(stream_evidence(liuhen, StreamKind.PROJECT, stream(3)).whole(), Policy(policy.log))
    assert before.facts["events"] == 8
    hide(liuhen)
    kept_path(tmp_path, LOG).unlink()  # the operator forgets what was signed
    liuhen.sequencer.catch_up()
    return Site(liuhen, kept, policy, tmp_path / "public", at, witness)


def test_by_itself_it_is_consistent_and_witnesses_and_kept_checkpoints_refuse_it(site: Site) -> None:
    site.folder.mkdir()
    assert verify(site.bundle(), Policy(site.policy.log)).facts["events"] == 7
    assert verify(site.bundle(), Policy(site.policy.log)).ok, "the key alone does not tell: it is the operator's"

    # No witness cosigns it, whether it is shown as it is or once it has grown to the size that was cosigned.
    forged = site.liuhen.tree.checkpoint()
    with site.witness as witness, pytest.raises(RefusedError, match="has seen size 40, not 39"):
        witness.add_checkpoint(SIZE - 1, [], forged.note.encode())
    report = verify(site.bundle(), site.policy)
    (refused,) = [s.en for s in report.statements if s.standing is Standing.REFUSED]
    assert refused == "1 witnesses are required, 0 have cosigned"
    log, seen = ([liuhen_verify.parse_key(str(k)) for k in keys] for keys in (site.policy.log, site.policy.witnesses))
    with pytest.raises(liuhen_verify.RefusedError, match="1 witnesses are required, 0 have cosigned"):
        liuhen_verify.check(site.bundle(), log, seen, 1)

    # Another size than the kept one: told to ask for the public files, and they do not lead there.
    kept = ("--checkpoint", str(site.kept))
    told = site.verified(*kept)
    assert (told.exit_code, "give --entries" in told.output) == (0, True), told.output
    site.publish()
    told = site.verified(*kept, "--entries", str(site.folder))
    assert (told.exit_code, "rewritten or cut short" in told.output) == (1, True), told.output

    # The same size: two signed roots.
    record(site.liuhen.ledger, [9], site.at)
    site.liuhen.sequencer.catch_up()
    told = site.verified(*kept)
    assert (told.exit_code, "two roots are signed for size 40" in told.output) == (1, True), told.output

    # A larger one: the public files do not continue what was kept.
    record(site.liuhen.ledger, [9, 9, 9], site.at)
    site.liuhen.sequencer.catch_up()
    site.publish()
    told = site.verified(*kept, "--entries", str(site.folder))
    assert (told.exit_code, "does not begin with that of 40" in told.output) == (1, True), told.output
    assert site.verified(*kept[:1], str(site.folder / "evidence.zip")).exit_code == 2, "that is no checkpoint"


def test_an_honest_log_agrees_with_what_was_kept(liuhen: Liuhen, tmp_path: Path) -> None:
    at: dict[object, int] = {}
    record(liuhen.ledger, [n % 5 for n in range(1, SIZE + 1)], at)
    liuhen.sequencer.catch_up()
    kept = tmp_path / "kept.checkpoint"
    kept.write_bytes(liuhen.tree.checkpoint().note.encode())
    policy = Policy(tuple(keys_of(tmp_path)))
    (tmp_path / "public").mkdir()
    witness = Witness(tmp_path / "w", witness_signers("a.example", SHA256_ED25519), [])
    site = Site(liuhen, kept, policy, tmp_path / "public", at, witness)
    witness.close()
    for more in (0, 7):
        record(liuhen.ledger, [3] * more, at)
        liuhen.sequencer.catch_up()
        site.publish()
        told = site.verified("--checkpoint", str(kept), "--entries", str(site.folder))
        assert told.exit_code == 0, told.output
        assert "the same history as the checkpoint that you kept" in told.output.replace("\n", "")
