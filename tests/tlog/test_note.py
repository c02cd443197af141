"""Signed notes, checkpoints, cosignatures: published examples byte for byte, both suites, what is to be refused."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from infrastructure.tlog import suite as suites
from infrastructure.tlog.checkpoint import Checkpoint
from infrastructure.tlog.cosignature import (
    Policy,
    cosign,
    open_checkpoint,
    open_under,
    sign_checkpoint,
)
from infrastructure.tlog.note import MOST_SIGNATURES, Note, NoteError, Signer, Verifier, open_note, sign_note
from infrastructure.tlog.proof_file import ProofFile
from infrastructure.tlog.signature_kind import KINDS, SignatureKind, kind_of
from infrastructure.tlog.suite import SHA256_ED25519, SM2, SM3_SM2, SuiteError
from infrastructure.tlog.text_forms import FormatError
from infrastructure.tlog.tree import verify_consistency, verify_inclusion

EXAMPLE_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
EXAMPLE = (
    "This is an example message.\n\n— example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
).encode()
"""The example of c2sp.org/signed-note."""

CHECKPOINT = Checkpoint("example.org/log", 5, bytes(range(32)))
LOG_KIND = kind_of(suites.ED25519_NOTE)
TIMED = [kind for kind in KINDS if kind.timed]


def signer(name: str, kind: SignatureKind = LOG_KIND, seed: int = 7) -> Signer:
    """A key that is always the same."""
    return Signer(name, kind, bytes([seed]) * 32)


def test_the_example_of_the_specification() -> None:
    key = Verifier.parse(EXAMPLE_KEY)
    assert str(key) == EXAMPLE_KEY
    opened = open_note(EXAMPLE, [key])
    assert opened.text == "This is an example message.\n"
    assert [v.verifier for v in opened.verified] == [key]
    assert opened.note.encode() == EXAMPLE


def test_every_changed_bit_of_a_note_is_refused() -> None:
    key = Verifier.parse(EXAMPLE_KEY)
    for at in range(len(EXAMPLE)):
        for bit in range(8):
            changed = bytearray(EXAMPLE)
            changed[at] ^= 1 << bit
            with pytest.raises((NoteError, FormatError)):
                open_note(bytes(changed), [key])


@pytest.mark.parametrize("kind", KINDS, ids=lambda k: k.title)
def test_every_kind_signs_and_verifies(kind: SignatureKind) -> None:
    key = Signer.generate("witness.example/w1", kind)
    again = Signer.from_secret(key.secret() + "\n")
    assert again == key
    assert key.secret() not in repr(key)
    assert Verifier.parse(str(key.verifier)) == key.verifier
    data = sign_note(CHECKPOINT.text(), [key], 1679315147)
    (verified,) = open_note(data, [key.verifier]).verified
    assert verified.time == (1679315147 if kind.timed else 0)
    assert len(verified.signature.value) == kind.scheme.signature_length + (8 if kind.timed else 0)
    other = Signer.generate("witness.example/w1", kind)
    with pytest.raises(NoteError, match="no known key"):
        open_note(data, [other.verifier])


def test_what_the_sm2_library_shortens_has_its_full_length(monkeypatch: pytest.MonkeyPatch) -> None:
    """One number in 256 begins with a zero byte, which the library leaves out."""
    short = SimpleNamespace(
        generate_keypair=lambda: (bytes([7]) * 31, b""), sign=lambda message: (bytes([1]) * 31, bytes([2]) * 30)
    )
    monkeypatch.setattr(suites, "_gmalg", lambda: SimpleNamespace(SM2=lambda *_: short))
    monkeypatch.setattr(suites, "_sm2_public", lambda private: bytes(65))
    assert SM2.generate() == bytes(1) + bytes([7]) * 31
    assert SM2.sign(bytes(32), b"") == bytes(1) + bytes([1]) * 31 + bytes(2) + bytes([2]) * 30


@pytest.mark.parametrize("kind", KINDS, ids=lambda k: k.title)
def test_a_changed_signature_text_or_time_is_refused(kind: SignatureKind) -> None:
    key = signer("witness.example/w1", kind)
    signature = key.sign(CHECKPOINT.text(), 1679315147)
    verify = key.verifier.verify
    verify(CHECKPOINT.text(), signature)
    step = 1 if len(signature.value) < 100 and kind.scheme is not SM2 else 41
    for at in range(0, len(signature.value), step):
        value = bytearray(signature.value)
        value[at] ^= 1 << at % 8
        with pytest.raises(NoteError):
            verify(CHECKPOINT.text(), type(signature)(signature.name, signature.key_id, bytes(value)))
    for changed in (
        Checkpoint("example.org/log2", 5, CHECKPOINT.root),
        Checkpoint("example.org/log", 6, CHECKPOINT.root),
        Checkpoint("example.org/log", 5, bytes(32)),
    ):
        with pytest.raises(NoteError):
            verify(changed.text(), signature)


def test_cosignatures_are_of_the_form_of_the_specification() -> None:
    """tlog-cosignature: the message is built here by hand, and checked with the bare signature scheme."""
    text = CHECKPOINT.text().encode()
    for kind in TIMED:
        key = signer("w.example/1", kind)
        signature = cosign(Note(CHECKPOINT.text(), ()), key, 1679315147)
        if kind.identifier == suites.MLDSA44_COSIGNATURE:
            message = b"subtree/v1\n\x00" + b"\x0bw.example/1" + (1679315147).to_bytes(8, "big")
            message += b"\x0fexample.org/log" + bytes(8) + (5).to_bytes(8, "big") + CHECKPOINT.root
        else:
            message = b"cosignature/v1\ntime 1679315147\n" + text
        assert signature.value[:8] == (1679315147).to_bytes(8, "big")
        assert kind.scheme.verify(key.verifier.public, message, signature.value[8:])


def test_a_checkpoint_cosigned_by_a_foreign_witness(shared: Path) -> None:
    """Signed with a test key, cosigned by a witness program of others; its proofs verify as well."""
    found = json.loads((shared / "data/vectors/foreign_witness_cosignature.json").read_text())
    log, witness = Verifier.parse(found["log_vkey"]), Verifier.parse(found["witness_vkey"])
    assert str(witness) == found["witness_vkey"]
    signed = open_under(found["note"].encode(), Policy((log,), (witness,), 1))
    assert signed.witnesses == ("witness.audit.example/w1",)
    assert signed.cosigned[0].time > 1_700_000_000
    # The log's own line is the one that our signer makes with the same key.
    ours = Signer(log.name, log.kind, bytes(range(32)))
    assert (
        sign_checkpoint(signed.checkpoint, [ours])
        == found["note"].encode()[: -len(found["note"].encode().split(b"\n")[-2]) - 1]
    )
    suite, checkpoint = SHA256_ED25519, signed.checkpoint
    for case in found["inclusion"]:
        leaf = suite.leaf_hash(f"liuhen-entry/v1\nposition {case['i']}\n".encode())
        proof = [base64.b64decode(h) for h in case["proof"]]
        verify_inclusion(suite, case["i"], checkpoint.size, leaf, proof, checkpoint.root)
    for case in found["consistency"]:
        proof = [base64.b64decode(h) for h in case["proof"]]
        verify_consistency(suite, case["m"], checkpoint.size, proof, base64.b64decode(case["root"]), checkpoint.root)


def test_sm2_of_the_standard(shared: Path) -> None:
    """GB/T 32918.5-2017 annex A.2."""
    known = json.loads((shared / "data/vectors/sm2_sm3_kat.json").read_text())["sm2_sign"]
    public = b"\x04" + bytes.fromhex(known["x"] + known["y"])
    signature = bytes.fromhex(known["r"] + known["s"])
    assert SM2.public_of(bytes.fromhex(known["d"])) == public
    assert SM2.verify(public, b"message digest", signature)
    assert not SM2.verify(public, b"message digesT", signature)


def test_sm2_refuses_what_is_no_key_and_no_signature() -> None:
    key = signer("x", kind_of(suites.SM2_NOTE))
    public, signature = key.verifier.public, SM2.sign(key.private, b"m")
    assert SM2.verify(public, b"m", signature)
    order = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
    for wrong in (bytes(64), signature[:32] + order.to_bytes(32, "big"), signature[:-1], signature + b"\0"):
        assert not SM2.verify(public, b"m", wrong)
    for wrong in (b"\x04" + bytes(64), b"\x05" + public[1:], public[:-1]):
        assert not SM2.verify(wrong, b"m", signature)


def test_without_gmalg_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "gmalg", None)
    with pytest.raises(SuiteError, match=r"liuhen\[sm\]"):
        SM3_SM2.new_key()


@pytest.mark.parametrize(
    "data",
    [
        EXAMPLE.replace(b"\n\n", b"\n"),
        EXAMPLE[:-1],
        EXAMPLE.replace(b"example m", b"example\tm"),
        EXAMPLE.replace(b"is an", b"is \xff"),
        EXAMPLE.replace("— ".encode(), b"- "),
        EXAMPLE.replace(b"foo Uw2", b"foo  Uw2"),
        EXAMPLE.replace(b"aQM=", b"aQN="),  # the same bytes in another spelling of base64
        EXAMPLE.replace(b"aQM=", b"aQM"),
        EXAMPLE.replace(b"com/foo", b"com/f+o"),
        EXAMPLE + b"\n",
        EXAMPLE + "— short AAAAAA==\n".encode(),
        EXAMPLE + "— many.example/k AAAAAAAAAAA=\n".encode() * MOST_SIGNATURES,
        b"",
        b"\n\n",
        b"x" * (2 << 20),
    ],
)
def test_what_is_no_note(data: bytes) -> None:
    with pytest.raises(FormatError):
        open_note(data, [Verifier.parse(EXAMPLE_KEY)])


def test_unknown_signatures_are_ignored_and_sixteen_are_read() -> None:
    keys = [signer(f"k{n}.example", seed=n + 1) for n in range(16)]
    data = sign_note("text\n", keys)
    assert [v.verifier for v in open_note(data, [keys[15].verifier]).verified] == [keys[15].verifier]
    namesake = signer("k15.example", seed=99)
    with pytest.raises(NoteError, match="no known key"):
        open_note(data, [namesake.verifier])


def test_a_bad_signature_of_a_known_key_rejects_the_whole_note() -> None:
    one, two = signer("one.example", seed=1), signer("two.example", seed=2)
    good, other = Note("text\n", (one.sign("text\n"),)), two.sign("another text\n")
    both = good.with_signatures([other])
    assert open_note(both.encode(), [one.verifier]).text == "text\n"
    with pytest.raises(NoteError, match=r"two\.example"):
        open_note(both.encode(), [one.verifier, two.verifier])


@pytest.mark.parametrize(
    "vkey",
    [
        EXAMPLE_KEY.replace("530d903a", "530D903A"),
        EXAMPLE_KEY.replace("530d903a", "530d903b"),
        EXAMPLE_KEY.replace("foo", "bar"),
        EXAMPLE_KEY[:-4],
        "example.com/foo+530d903a",
        "",
        "with space+00000000+AQ==",
    ],
)
def test_what_is_no_verifier_key(vkey: str) -> None:
    with pytest.raises(FormatError):
        Verifier.parse(vkey)


@pytest.mark.parametrize(
    "text",
    [
        "log\n5\n",
        "log\n05\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
        "log\n-1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
        "log\n٥\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
        "log\n9223372036854775808\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
        "log\n5\nAAAA\n",
        "\n5\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
        "log\n5\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\nextension\n",
        "log\n5\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    ],
)
def test_what_is_no_checkpoint(text: str) -> None:
    with pytest.raises(FormatError):
        Checkpoint.parse(text)


def test_extension_lines_are_kept() -> None:
    text = CHECKPOINT.text() + "an extension\n"
    assert Checkpoint.parse(text).text() == text


def test_the_policy_counts_witnesses_not_keys() -> None:
    log = signer("example.org/log")
    ed, ml = kind_of(suites.ED25519_COSIGNATURE), kind_of(suites.MLDSA44_COSIGNATURE)
    audit, audit_too, discipline = signer("audit", ed, 1), signer("audit", ml, 2), signer("discipline", ed, 3)
    note = Note.parse(sign_checkpoint(CHECKPOINT, [log]))
    witnesses = (audit.verifier, audit_too.verifier, discipline.verifier)
    note = note.with_signatures([cosign(note, audit, 10), cosign(note, audit_too, 11)])
    assert open_under(note, Policy((log.verifier,), witnesses, 1)).witnesses == ("audit",)
    with pytest.raises(NoteError, match="2 witnesses are required, 1"):
        open_under(note, Policy((log.verifier,), witnesses, 2))
    note = note.with_signatures([cosign(note, discipline, 12)])
    assert open_under(note.encode(), Policy((log.verifier,), witnesses, 2)).witnesses == ("audit", "discipline")


def test_policies_that_prove_nothing_are_refused() -> None:
    log = signer("example.org/log")
    ed = kind_of(suites.ED25519_COSIGNATURE)
    witness = signer("audit", ed, 1)
    same_key, two_names = signer("audit", ed, 7), signer("two", ed, 1)
    for witnesses, require in (
        ([witness], 2),
        ([log], 0),
        ([same_key], 1),  # the log's own key
        ([witness, two_names], 2),  # one key, two names
    ):
        with pytest.raises(FormatError):
            Policy((log.verifier,), tuple(w.verifier for w in witnesses), require)


def test_a_signature_under_another_name_or_key_id_is_not_of_this_key() -> None:
    key = signer("one.example")
    good = key.sign("text\n")
    key.verifier.verify("text\n", good)
    for name, identifier in (("two.example", good.key_id), ("one.example", bytes(4))):
        with pytest.raises(NoteError):
            key.verifier.verify("text\n", type(good)(name, identifier, good.value))


def test_the_logs_key_stands_for_its_own_origin_only() -> None:
    log, other = signer("example.org/log"), signer("example.org/other", seed=8)
    data = sign_checkpoint(CHECKPOINT, [other])
    with pytest.raises(NoteError, match="no trusted key of the log"):
        open_checkpoint(data, [log.verifier, other.verifier])


def test_a_witness_needs_a_time_and_a_checkpoint() -> None:
    witness = signer("audit", TIMED[0])
    with pytest.raises(FormatError):
        cosign(Note(CHECKPOINT.text(), ()), witness, 0)
    with pytest.raises(FormatError):
        cosign(Note("no checkpoint\n", ()), witness, 5)
    with pytest.raises(FormatError):
        cosign(Note(CHECKPOINT.text(), ()), signer("log"), 5)


def test_proof_files() -> None:
    checkpoint = sign_checkpoint(CHECKPOINT, [signer("example.org/log")])
    for extra in (None, b"", b"entry"):
        proof = ProofFile(3, (bytes(32), bytes(range(32))), checkpoint, extra)
        assert ProofFile.parse(proof.encode()) == proof
    single = ProofFile(0, (), checkpoint)
    assert single.encode() == b"c2sp.org/tlog-proof@v1\nindex 0\n\n" + checkpoint
    assert ProofFile.parse(single.encode()) == single


@pytest.mark.parametrize(
    "data",
    [
        b"c2sp.org/tlog-proof@v2\nindex 0\n\nx",
        b"c2sp.org/tlog-proof@v1\nindex 00\n\nx",
        b"c2sp.org/tlog-proof@v1\nindex 0\nAAAA\n\nx",
        b"c2sp.org/tlog-proof@v1\nindex 0\nextra AAAA\n\nx",
        b"c2sp.org/tlog-proof@v1\nextra AAA\nindex 0\n\nx",
        b"c2sp.org/tlog-proof@v1\n\nx",
        b"c2sp.org/tlog-proof@v1\nindex 0\n",
        b"c2sp.org/tlog-proof@v1\nindex 0\n" + b"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n" * 64 + b"\nx",
        "c2sp.org/tlog-proof@v1\nindex ０\n\nx".encode(),
        b"x" * (3 << 20),
    ],
)
def test_what_is_no_proof_file(data: bytes) -> None:
    with pytest.raises(FormatError):
        ProofFile.parse(data)
