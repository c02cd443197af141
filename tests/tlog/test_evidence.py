"""Evidence bundles: what is proven, what is refused, and that two independent verifiers always agree."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from typer.testing import CliRunner

from api.cli import app
from infrastructure.tlog import suite as suites
from infrastructure.tlog.bundle_file import MANIFEST, bundle_of, write_json
from infrastructure.tlog.checkpoint import Checkpoint
from infrastructure.tlog.cosignature import Policy, cosign, sign_checkpoint
from infrastructure.tlog.evidence import BundleEvent, Report, Standing, build, verify, verify_proof_file
from infrastructure.tlog.note import Note
from infrastructure.tlog.proof_file import ProofFile
from infrastructure.tlog.signature_kind import kind_of
from infrastructure.tlog.suite import SHA256_ED25519, SM3_SM2, Suite
from infrastructure.tlog.text_forms import FormatError
from infrastructure.tlog.tiles import ENTRIES, Tile, encode_bundle, tile_width
from infrastructure.tlog.tree import inclusion_proof, root
from tests.tlog.bundles import parts_of
from tests.tlog.test_note import signer
from tests.tlog.test_tree import Nodes
from verifier import liuhen_verify

ORIGIN = "liuhen.local/log/370323"
LOG = signer(ORIGIN)
AUDIT = signer("audit.example/w1", kind_of(suites.ED25519_COSIGNATURE), 1)
DISCIPLINE = signer("discipline.example/w1", kind_of(suites.MLDSA44_COSIGNATURE), 2)
POLICY = Policy((LOG.verifier,), (AUDIT.verifier, DISCIPLINE.verifier), 2)
PAPER, SECOND_PAPER = b"a paper", b"another paper"
RULES = b'{"id":"yzf-2018-16"}'
"""The text of a rule set."""
PROJECT, OTHER = UUID(int=1), UUID(int=2)
START = datetime(2026, 11, 23, 1, 2, 3, 456789, UTC)


class Log:
    """A log of 600 events; every seventh is of the project, the rest of another stream."""

    def __init__(
        self, suite: Suite = SHA256_ED25519, size: int = 600, wrong: Mapping[int, tuple[int, int]] | None = None
    ) -> None:
        """`wrong`: version and predecessor that a lying operator put into the log, by position."""
        self.suite, self.size = suite, size
        last: dict[UUID, tuple[int, int]] = {}
        rows = []
        for position in range(1, size + 1):
            stream = PROJECT if position % 7 == 0 else OTHER
            version, previous = last.get(stream, (0, 0))
            version, previous = (wrong or {}).get(position, (version + 1, previous))
            last[stream] = version, position
            state: dict[str, Any] = {"v": 1, "c": {"happened_on": "2019-03"}, "e": {"n": position, "名": "审批"}}
            if position == 14:
                state["c"]["evidence"] = [{"sha256": sha256(PAPER).hexdigest(), "title": "批文"}]
            if position == 21:
                state["c"]["evidence"] = [{"sha256": sha256(SECOND_PAPER).hexdigest(), "title": "合同"}]
                named = {"id": "yzf-2018-16", "digest": sha256(RULES).hexdigest()}
                state["e"]["judgement"] = {"allowed": True, "rule_set": named}
            stored = json.dumps(state, ensure_ascii=False, separators=(",", ":")).encode()
            at = START + timedelta(seconds=position)
            rows.append((position, stream, "project", version, "project.filed", at, stored, previous))
        plain = [BundleEvent(*row, proof=()) for row in rows]
        self.entries = [event.entry(suite).encode() for event in plain]
        nodes = Nodes(suite, suite.leaf_hashes(self.entries))
        proofs = [tuple(inclusion_proof(suite, index, size, nodes.read)) for index in range(size)]
        self.events = [BundleEvent(*row, proof=proof) for row, proof in zip(rows, proofs, strict=True)]
        self.root = root(suite, nodes.rows[0])

    def of(self, stream: UUID) -> list[BundleEvent]:
        return [event for event in self.events if event.stream == stream]

    def fetch(self, tile: Tile) -> bytes:
        assert tile == Tile(ENTRIES, tile.number, tile_width(ENTRIES, tile.number, self.size))
        return encode_bundle(self.entries[tile.number * 256 :][: tile.width])


@pytest.fixture(scope="module")
def log() -> Log:
    return Log()


@cache  # some signatures have chance in them
def signed(log: Log) -> bytes:
    note = Note.parse(sign_checkpoint(Checkpoint(ORIGIN, log.size, log.root), [LOG]))
    return note.with_signatures([cosign(note, w, 1_795_400_000) for w in (AUDIT, DISCIPLINE)]).encode()


def bundle(log: Log, events: list[BundleEvent] | None = None, **changes: Any) -> bytes:
    given: dict[str, Any] = {
        "subject": {"kind": "project", "id": str(PROJECT), "title": "平台"},
        "made_at": START,
        "made_by": "liuhen 0.1.0",
        "events": log.of(PROJECT) if events is None else events,
        "checkpoint": signed(log),
        "log_keys": [LOG.verifier],
        "witness_keys": [AUDIT.verifier, DISCIPLINE.verifier],
        "complete": [PROJECT],
        "summary_zh": "摘要\n",
        "summary_en": "Summary\n",
        "documents": {sha256(paper).hexdigest(): paper for paper in (PAPER, SECOND_PAPER)},
        "texts": {sha256(RULES).hexdigest(): RULES},
    }
    return build(log.suite, **{**given, **changes}).whole()


def written(parts: Mapping[str, bytes]) -> bytes:
    return bundle_of(parts).whole()


def second(data: bytes, policy: Policy | None = POLICY) -> bool:
    """The judgement of the verifier that stands alone."""
    log, witnesses = (
        ([], [])
        if policy is None
        else ([liuhen_verify.parse_key(str(v)) for v in p] for p in (policy.log, policy.witnesses))
    )
    try:
        liuhen_verify.check(data, log, witnesses, 0 if policy is None else policy.require)
    except liuhen_verify.FAULTS:
        return False
    return True


def both(data: bytes, policy: Policy | None = POLICY) -> bool:
    ours = verify(data, policy).ok
    assert second(data, policy) == ours
    return ours


def refusal(report: Report) -> str:
    (found,) = [s.en for s in report.statements if s.standing is Standing.REFUSED]
    return found


def test_a_good_bundle_is_proven(log: Log) -> None:
    data = bundle(log)
    assert data == bundle(log)
    report = verify(data, POLICY)
    assert report.ok, report.statements
    assert report.trusted
    assert both(data)
    told = "\n".join(s.en for s in report.statements if s.standing is Standing.PROVEN)
    for words in (
        f"versions? 1 to 85|{len(log.of(PROJECT))} events",
        "audit.example/w1",
        "discipline.example/w1",
        "nothing between",
    ):
        assert any(word in told for word in words.split("|"))
    assert report.facts["witnesses"] == ["audit.example/w1", "discipline.example/w1"]


def test_without_keys_it_is_said_that_nothing_is_proven_of_who_signed(log: Log) -> None:
    data = bundle(log)
    report = verify(data)
    assert report.ok
    assert not report.trusted
    assert any("not who signed" in s.en.replace("\n", " ") for s in report.statements)
    assert both(data, None)


def test_other_keys_and_missing_witnesses_are_refused(log: Log) -> None:
    data = bundle(log)
    assert not both(data, Policy((signer(ORIGIN, seed=9).verifier,)))
    alone = bundle(log, checkpoint=sign_checkpoint(Checkpoint(ORIGIN, log.size, log.root), [LOG]))
    assert both(alone, Policy((LOG.verifier,)))
    assert not both(alone)


def test_cosignatures_of_witnesses_whose_keys_were_not_given_are_told_as_such(log: Log) -> None:
    """They prove nothing to this reader; that nobody has cosigned would not be true."""

    def told(data: bytes) -> str:
        report = verify(data, Policy((LOG.verifier,)))
        return next(s.en.replace("\n", " ") for s in report.statements if "cosigned" in s.en)

    assert told(bundle(log)).startswith("no witness whose key was given has cosigned (2 signatures of other keys")
    alone = bundle(log, checkpoint=sign_checkpoint(Checkpoint(ORIGIN, log.size, log.root), [LOG]))
    assert told(alone).startswith("no witness has cosigned")


def test_a_log_under_sm3_and_sm2() -> None:
    log = Log(SM3_SM2, 40)
    key = signer(ORIGIN, kind_of(suites.SM2_NOTE))
    witness = signer("audit.example/w1", kind_of(suites.SM2_COSIGNATURE), 3)
    note = Note.parse(sign_checkpoint(Checkpoint(ORIGIN, log.size, log.root), [key]))
    note = note.with_signatures([cosign(note, witness, 1_795_400_000)])
    policy = Policy((key.verifier,), (witness.verifier,), 1)
    data = bundle(log, checkpoint=note.encode(), log_keys=[key.verifier], witness_keys=[witness.verifier])
    assert both(data, policy)
    assert not both(data.replace(b"liuhen 0.1.0", b"liuhen 0.1.1").replace("审批".encode(), "审坏".encode()), policy)


def test_without_gmalg_the_second_verifier_cannot_check_sm2(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log, key = Log(SM3_SM2, 8), signer(ORIGIN, kind_of(suites.SM2_NOTE))
    note = sign_checkpoint(Checkpoint(ORIGIN, log.size, log.root), [key])
    file = tmp_path / "evidence.zip"
    file.write_bytes(bundle(log, checkpoint=note, log_keys=[key.verifier], witness_keys=[], documents={}, texts={}))
    monkeypatch.setattr(sys, "argv", ["liuhen_verify.py", str(file), "--key", str(key.verifier)])
    assert liuhen_verify.main() == 0
    monkeypatch.setitem(sys.modules, "gmalg", None)
    assert liuhen_verify.main() == 2


def test_the_event_left_out_is_found_by_its_successors_link(log: Log) -> None:
    shown = log.of(PROJECT)
    assert not both(bundle(log, [*shown[:3], *shown[4:]]))
    partly = bundle(log, [*shown[:3], *shown[4:]], complete=[])
    assert both(partly)
    assert any("not all" in s.en for s in verify(partly, POLICY).statements)


def test_the_public_entries_show_what_came_later(log: Log) -> None:
    shown = log.of(PROJECT)
    report = verify(bundle(log), POLICY, log.fetch)
    assert report.ok, report.statements
    assert any("were recomputed" in s.en for s in report.statements)
    cut = verify(bundle(log, shown[:-1]), POLICY, log.fetch)
    assert f"position {shown[-1].position}" in refusal(cut)
    told = verify(bundle(log, shown[:-2], complete=[]), POLICY, log.fetch)
    assert told.ok
    assert any("2 events follow" in s.en for s in told.statements)
    forged = verify(bundle(log), POLICY, lambda tile: log.fetch(tile)[:-1] + b"\0")
    assert not forged.ok
    short = verify(bundle(log), POLICY, lambda tile: encode_bundle(log.entries[:5]))
    assert "not whole" in refusal(short)


@pytest.mark.parametrize("wrong", [{21: (3, 7)}, {21: (3, 20)}, {21: (2, 7)}, {7: (1, 3)}, {21: (3, 0)}], ids=str)
def test_a_log_that_was_written_with_wrong_links_is_refused(wrong: dict[int, tuple[int, int]]) -> None:
    """Everything is signed and under the root, but an event names another predecessor, or a version stands twice."""
    lying = Log(size=40, wrong=wrong)
    data = bundle(lying, complete=[])
    assert not both(data)
    assert "predecessor" in refusal(verify(data, POLICY))


def test_a_manifest_that_lists_other_parts_is_refused(log: Log) -> None:
    parts = parts_of(bundle(log))
    for change in ({"digest": "00" * 32}, {"size": 1}, {"size": True}, {"name": "checkpoint2"}):
        manifest = json.loads(parts[MANIFEST])
        manifest["parts"][0] |= change
        assert not both(written({**parts, MANIFEST: write_json(manifest, indent=1)}))


@pytest.mark.parametrize(
    "change",
    [
        {"version": 3},
        {"position": 8},
        {"previous": 13},
        {"kind": "unit"},
        {"topic": "project.approved"},
        {"recorded_at": START},
        {"stream": OTHER},
        {"state": b'{"v":1,"c":{"happened_on":"2019-04"},"e":{}}'},
    ],
    ids=lambda c: next(iter(c)),
)
def test_a_changed_event_is_refused(log: Log, change: dict[str, Any]) -> None:
    """The forger makes the bundle anew, with manifest and entry to match: the tree tells."""
    first, *rest = log.of(PROJECT)
    changed = BundleEvent(**{**vars(first), **change})
    data = bundle(log, [changed, *rest], complete=[], documents={}, texts={})
    assert not both(data)
    assert refusal(verify(data, POLICY))


def repacked(data: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    """The parts changed, and the manifest made to list them."""
    parts = parts_of(data)
    change(parts)
    manifest = json.loads(parts[MANIFEST])
    manifest["parts"] = [
        {"digest": sha256(parts[n]).hexdigest(), "name": n, "size": len(parts[n])}
        for n in sorted(parts)
        if n != MANIFEST
    ]
    return written({**parts, MANIFEST: write_json(manifest, indent=1)})


def test_any_byte_of_any_part_changed_at_random(log: Log) -> None:
    """Both verifiers refuse, or both accept (words that prove nothing), exactly alike."""
    data = bundle(log, log.of(PROJECT)[:4], complete=[])
    chance = random.Random(5)
    accepted, refused = set[str](), set[str]()
    for name in parts_of(data):
        for _ in range(25):

            def change(parts: dict[str, bytes], name: str = name) -> None:
                part = bytearray(parts[name])
                at = chance.randrange(len(part))
                if chance.random() < 0.3:
                    del part[at]
                elif chance.random() < 0.3:
                    part.insert(at, chance.randrange(256))
                else:
                    part[at] ^= 1 << chance.randrange(8)
                parts[name] = bytes(part)

            try:
                changed = repacked(data, change)
            except ValueError:  # the manifest itself is no JSON any more
                continue
            if changed != data:
                (accepted if both(changed) else refused).add(name)
    # Words of whoever made the bundle, and keys that a reader with keys of his own does not use.
    assert accepted <= {"summary.zh.txt", "summary.en.txt", "keys.json", MANIFEST}
    assert {"checkpoint", "events.jsonl", "proofs.jsonl"} <= refused
    assert any(name.startswith("events/") for name in refused)
    assert any(name.startswith("documents/") for name in refused)


def test_any_byte_of_the_file_changed_is_refused_by_both(log: Log) -> None:
    data = bundle(log, log.of(PROJECT)[:3], complete=[])
    chance = random.Random(6)
    for at in [*range(70), *range(len(data) - 90, len(data)), *(chance.randrange(len(data)) for _ in range(150))]:
        changed = bytearray(data)
        changed[at] ^= 1 << chance.randrange(8)
        assert not both(bytes(changed)), at
    for changed_file in (data[:-1], data + b"\0", b"x" + data, b"", data[:100], data + data):
        assert not both(changed_file)


def test_parts_that_do_not_belong(log: Log) -> None:
    data = bundle(log)
    for name in ("../evil", "/etc/passwd", "events/1.json", "MANIFEST.json", "documents/" + "0" * 63):
        with pytest.raises(FormatError):
            written({**parts_of(data), name: b""})
    stranger = "documents/" + sha256(b"no event names it").hexdigest()
    assert not both(repacked(data, lambda parts: parts.update({stranger: b"no event names it"})))
    for name in ("checkpoint", "keys.json", "summary.zh.txt"):
        assert not both(repacked(data, lambda parts, name=name: parts.pop(name) and None))  # type: ignore[misc]


def receipt(log: Log, index: int = 41) -> ProofFile:
    event = log.events[index]
    return ProofFile(index, event.proof, signed(log), log.entries[index])


def test_a_receipt(log: Log) -> None:
    proof = receipt(log)
    report = verify_proof_file(proof.encode(), POLICY)
    assert report.ok
    assert report.facts["position"] == 42
    for changed in (
        ProofFile(40, proof.hashes, proof.checkpoint, proof.extra),
        ProofFile(41, proof.hashes[:-1], proof.checkpoint, proof.extra),
        ProofFile(41, proof.hashes, proof.checkpoint, log.entries[40]),
        ProofFile(41, proof.hashes, proof.checkpoint, None),
    ):
        assert not verify_proof_file(changed.encode(), POLICY).ok


def keys(policy: Policy = POLICY) -> list[str]:
    words = [word for v in policy.log for word in ("--key", str(v))]
    return [
        *words,
        *(word for w in policy.witnesses for word in ("--witness", str(w))),
        "--require",
        str(policy.require),
    ]


def test_the_command(log: Log, tmp_path: Path) -> None:
    def run(*words: str) -> Any:
        return CliRunner().invoke(app, ["verify", *words])

    file = tmp_path / "evidence.zip"
    file.write_bytes(bundle(log))
    for number in range(3):
        tile = Tile(ENTRIES, number, tile_width(ENTRIES, number, log.size))
        path = tmp_path / "log" / tile.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(log.fetch(tile))
    good = run(str(file), *keys(), "--entries", str(tmp_path / "log"), "--json")
    assert good.exit_code == 0, good.output
    shown = json.loads(good.stdout)
    assert (shown["ok"], shown["trusted"], shown["events"]) == (True, True, 85)
    plain = run(str(file))
    assert plain.exit_code == 0
    assert "consistent" in plain.stdout
    assert run(str(file), "--require", "1").exit_code == 2
    assert run(str(file), "--key", "nonsense").exit_code == 2
    assert run(str(file), *keys(), "--entries", str(tmp_path)).exit_code == 2
    file.write_bytes(bundle(log)[:-1])
    assert run(str(file), *keys()).exit_code == 1
    file.write_bytes(receipt(log).encode())
    assert run(str(file), *keys()).exit_code == 0
    assert run(str(file)).exit_code == 2


def test_the_second_verifier_stands_alone(log: Log, tmp_path: Path) -> None:
    """One file, at most 300 lines, run elsewhere and without the project."""
    source = Path(liuhen_verify.__file__).read_text(encoding="utf-8")
    assert len(source.splitlines()) <= 300
    alone, file = tmp_path / "liuhen_verify.py", tmp_path / "evidence.zip"
    alone.write_text(source, encoding="utf-8")
    file.write_bytes(bundle(log))

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-P", str(alone), str(file), *words]
        return subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)

    good = run(*keys())
    assert good.returncode == 0, good.stdout + good.stderr
    assert "nothing is left out" in good.stdout
    file.write_bytes(bundle(log)[:-1])
    assert run(*keys()).returncode == 1
    assert run("--key", "nonsense").returncode == 2
