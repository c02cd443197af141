"""The witness's promise: whatever it is asked, and whenever it dies, it never cosigns two histories of one log."""

from __future__ import annotations

import itertools
import json
import tempfile
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infrastructure.tlog import durable
from infrastructure.tlog.checkpoint import Checkpoint
from infrastructure.tlog.cosignature import open_checkpoint
from infrastructure.tlog.keys import witness_signers
from infrastructure.tlog.note import Note, Signature, Signer
from infrastructure.tlog.suite import SHA256_ED25519, SM3_SM2, Suite
from infrastructure.tlog.witness import (
    ForkKind,
    RefusedError,
    TrustedLog,
    Witness,
    WitnessError,
    check,
    trusted_logs,
)
from tests.tlog.small_log import ORIGIN, SmallLog

LEAVES = [bytes([n]) for n in range(12)]
NAME = "shenji.example/witness"
SIGNERS = witness_signers(NAME, SHA256_ED25519, post_quantum=True)
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def trusted(log: SmallLog) -> TrustedLog:
    return TrustedLog(ORIGIN, tuple(s.verifier for s in log.signers))


def witness_of(folder: Path, log: SmallLog, signers: tuple[Signer, ...] = SIGNERS) -> Witness:
    return Witness(folder, signers, [trusted(log)], now=lambda: NOON)


@pytest.fixture
def log() -> SmallLog:
    return SmallLog(LEAVES)


@pytest.fixture
def witness(tmp_path: Path, log: SmallLog) -> Iterator[Witness]:
    with witness_of(tmp_path, log) as witness:
        yield witness


def refused(witness: Witness, old: int, proof: list[bytes], note: bytes) -> RefusedError:
    with pytest.raises(RefusedError) as caught:
        witness.add_checkpoint(old, proof, note)
    return caught.value


def test_what_continues_is_cosigned_with_every_key_and_the_time(witness: Witness, log: SmallLog) -> None:
    witness.add_checkpoint(0, [], log.checkpoint(3))
    lines = witness.add_checkpoint(3, log.consistency(3), log.checkpoint())
    note = Note.parse(log.checkpoint() + lines.encode())
    signed = open_checkpoint(note, trusted(log).verifiers, [s.verifier for s in SIGNERS])
    assert [v.verifier for v in signed.cosigned] == [s.verifier for s in SIGNERS]
    assert {v.time for v in signed.cosigned} == {int(NOON.timestamp())}
    assert [e["size"] for e in witness.history(ORIGIN)] == [3, 12]
    assert witness.cosigned_at(ORIGIN) == NOON


def test_a_log_of_the_other_suite_is_witnessed_too(tmp_path: Path) -> None:
    log = SmallLog(LEAVES[:5], suite=SM3_SM2)
    signers = witness_signers(NAME, SM3_SM2)
    with witness_of(tmp_path, log, signers) as witness:
        witness.add_checkpoint(0, [], log.checkpoint(2))
        lines = witness.add_checkpoint(2, log.consistency(2), log.checkpoint())
    signed = open_checkpoint(log.checkpoint() + lines.encode(), trusted(log).verifiers, [s.verifier for s in signers])
    assert signed.witnesses == (NAME,)


def test_the_answers_of_the_protocol(witness: Witness, log: SmallLog) -> None:
    witness.add_checkpoint(0, [], log.checkpoint(4))
    proof, note = log.consistency(4), log.checkpoint()
    stranger = SmallLog(LEAVES)
    other = sign_other_origin(log)
    assert refused(witness, 4, proof, b"no note").status == 400
    assert refused(witness, 13, [], note).status == 400
    assert refused(witness, 4, proof, other).status == 404
    assert refused(witness, 4, proof, stranger.checkpoint()).status == 403
    late = refused(witness, 2, log.consistency(2), note)
    assert (late.status, late.size) == (409, 4)
    assert refused(witness, 4, proof[1:], note).status == 422
    assert refused(witness, 4, [*proof, proof[0]], note).status == 422
    assert witness.add_checkpoint(4, proof, note)


def sign_other_origin(log: SmallLog) -> bytes:
    parsed = Checkpoint.parse(Note.parse(log.checkpoint()).text)
    text = Checkpoint("other.example/log", parsed.size, parsed.root).text()
    return Note(text, tuple(s.sign(text) for s in log.signers)).encode()


def test_the_same_checkpoint_may_be_cosigned_again(witness: Witness, log: SmallLog) -> None:
    """A feeder that lost the answer asks again from the size it is told."""
    witness.add_checkpoint(0, [], log.checkpoint())
    assert refused(witness, 0, [], log.checkpoint()).size == 12
    assert witness.add_checkpoint(12, [], log.checkpoint())


@pytest.mark.parametrize("size", [12, 7])
def test_a_fork_is_refused_and_kept_as_proof(witness: Witness, log: SmallLog, size: int) -> None:
    """Another root for the latest size, and for an earlier one that was cosigned."""
    witness.add_checkpoint(0, [], log.checkpoint(7))
    witness.add_checkpoint(7, log.consistency(7), log.checkpoint())
    forged = log.fork(3, [b"forged"] * 20)
    found = refused(witness, size, [], forged.checkpoint(size))
    assert found.status == 422
    (evidence,) = witness.forks(ORIGIN)
    assert evidence["kind"] == ForkKind.PROVEN
    # Anybody can check it with the log's public key alone.
    kept, offered = (
        open_checkpoint(evidence[side].encode(), trusted(log).verifiers).checkpoint for side in ("kept", "offered")
    )
    assert kept.size == offered.size == size
    assert kept.root != offered.root
    assert ForkKind.PROVEN in witness.alarm.read_text(encoding="utf-8")
    assert ORIGIN in witness.alarm.read_text(encoding="utf-8")


def test_a_proof_that_does_not_fit_is_suspected_only(witness: Witness, log: SmallLog) -> None:
    witness.add_checkpoint(0, [], log.checkpoint(7))
    forged = log.fork(3, [b"forged"] * 20)
    for _ in range(3):  # shown again, it is kept once
        assert refused(witness, 7, forged.consistency(7), forged.checkpoint()).status == 422
    (evidence,) = witness.forks(ORIGIN)
    assert evidence["kind"] == ForkKind.SUSPECTED
    assert witness.alarm.exists()
    # A worse alarm is put before it.
    assert refused(witness, 7, [], forged.checkpoint(7)).status == 422
    assert witness.alarm.read_text(encoding="utf-8").startswith("警报 ALARM PROVEN")


def test_an_alarm_is_acknowledged_by_name_and_its_evidence_stays(witness: Witness, log: SmallLog) -> None:
    witness.add_checkpoint(0, [], log.checkpoint(7))
    refused(witness, 7, [], log.fork(3, [b"x"] * 9).checkpoint(7))
    witness.acknowledge("审计局局长")
    assert not witness.alarm.exists()
    assert witness.forks(ORIGIN)
    (told,) = witness.folder.glob("alarm-*")
    assert "审计局局长" in told.read_text(encoding="utf-8")
    with pytest.raises(WitnessError, match="no alarm"):
        witness.acknowledge("审计局局长")


def test_a_log_in_rotation_is_trusted_by_either_key(tmp_path: Path, log: SmallLog) -> None:
    fresh = Signer.generate(ORIGIN, log.signers[0].kind)
    both = SmallLog(LEAVES, (log.signers[0], fresh))
    after = SmallLog(LEAVES, (fresh,))
    with witness_of(tmp_path, log) as witness:  # trusts the old key only
        witness.add_checkpoint(0, [], log.checkpoint(4))
        witness.add_checkpoint(4, both.consistency(4, 8), both.checkpoint(8))
        assert refused(witness, 8, after.consistency(8), after.checkpoint()).status == 403
    with Witness(tmp_path, SIGNERS, [TrustedLog(ORIGIN, (log.signers[0].verifier, fresh.verifier))]) as witness:
        assert witness.add_checkpoint(8, after.consistency(8), after.checkpoint())


def test_only_one_process_holds_the_folder(witness: Witness, log: SmallLog) -> None:
    with pytest.raises(WitnessError, match="another process"):
        witness_of(witness.folder, log)


@pytest.mark.parametrize("damage", [b"", b"garbage", None])
def test_a_damaged_memory_stops_the_start(tmp_path: Path, log: SmallLog, damage: bytes | None) -> None:
    """A witness that has forgotten would cosign anything: it must not start."""
    with witness_of(tmp_path, log) as witness:
        witness.add_checkpoint(0, [], log.checkpoint())
    (latest,) = tmp_path.glob("logs/*/latest")
    latest.unlink() if damage is None else latest.write_bytes(damage)
    with pytest.raises(WitnessError, match="restore"):
        witness_of(tmp_path, log)


def test_trusted_keys_are_read_with_their_faults_named(log: SmallLog) -> None:
    key = str(log.signers[0].verifier)
    (found,) = trusted_logs(f"# logs\n{key}\n\n{key} # again\n")
    assert (found.origin, found.suite) == (ORIGIN, SHA256_ED25519)
    with pytest.raises(WitnessError, match="line 2"):
        trusted_logs(f"{key}\nnonsense")
    with pytest.raises(WitnessError, match="of a witness"):
        trusted_logs(str(SIGNERS[0].verifier))


def test_of_many_at_once_only_one_history_is_cosigned(witness: Witness, log: SmallLog) -> None:
    """Two histories are offered by many threads at once: one of them wins, whole."""
    witness.add_checkpoint(0, [], log.checkpoint(4))
    sides = [log, log.fork(4, [b"other"] * 8)]
    start, statuses = threading.Barrier(8), set[int]()
    cosigned: list[tuple[int, int]] = []

    def offer(n: int) -> None:
        side = sides[n % 2]
        start.wait()
        for new in range(5, 12):
            old = witness.latest(ORIGIN)
            assert old is not None
            if old.size >= new:
                continue
            try:
                witness.add_checkpoint(old.size, side.consistency(old.size, new), side.checkpoint(new))
                cosigned.append((n % 2, new))
            except RefusedError as error:
                statuses.add(error.status)

    threads = [threading.Thread(target=offer, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses <= {400, 409, 422}
    assert len({side for side, _ in cosigned}) == 1
    assert [e["size"] for e in witness.history(ORIGIN)] == sorted(e["size"] for e in witness.history(ORIGIN))


class CrashError(BaseException):
    """The process dies here."""


STEPS = ("replace", "replaced", "append", "appended", "halved")
REQUEST = st.tuples(
    st.integers(0, 1), st.integers(0, 9), st.integers(0, 9), st.sampled_from([None, None, None, *STEPS]), st.booleans()
)
TRUNK = SmallLog(LEAVES[:9])
SIDES = (TRUNK, TRUNK.fork(4, [b"other"] * 5))


@settings(max_examples=120)
@given(st.lists(REQUEST, max_size=14))
def test_whatever_the_requests_and_crashes_no_two_histories_are_cosigned(
    requests: list[tuple[int, int, int, str | None, bool]],
) -> None:
    """Two histories that part after 4 leaves are offered in any order, and the witness dies anywhere."""
    given_out: list[Checkpoint] = []
    suite: Suite = SHA256_ED25519
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        witness = witness_of(folder, TRUNK, SIGNERS[:1])
        try:
            for side, old, new, step, honest in requests:
                source = SIDES[side]
                seen = witness.latest(ORIGIN)
                claimed = seen.size if honest and seen else old
                proof = source.consistency(claimed, new) if claimed <= new else []
                with pytest.MonkeyPatch.context() as patch:
                    die_at(patch, step)
                    try:
                        lines = witness.add_checkpoint(claimed, proof, source.checkpoint(new))
                        verify(lines, source.checkpoint(new))
                        given_out.append(Checkpoint.parse(Note.parse(source.checkpoint(new)).text))
                    except RefusedError:
                        pass
                    except CrashError:
                        witness.close()
                        witness = witness_of(folder, TRUNK, SIGNERS[:1])
        finally:
            witness.close()
    for one, other in itertools.combinations(given_out, 2):
        assert one.size != other.size or one.root == other.root
    # They are beginnings of one history: of one of the sides, all of them.
    assert any(all(Checkpoint.parse(Note.parse(s.checkpoint(c.size)).text) == c for c in given_out) for s in SIDES)
    assert [c.size for c in given_out] == sorted(c.size for c in given_out)
    del suite


def verify(lines: str, note: bytes) -> None:
    signature = Signature.parse(lines.splitlines()[0])
    SIGNERS[0].verifier.verify(Note.parse(note).text, signature)


def die_at(patch: pytest.MonkeyPatch, step: str | None) -> None:
    replace, append = durable.replace, durable.append

    def dying_replace(path: Path, content: bytes) -> None:
        if path.name == "latest" and step == "replace":
            raise CrashError
        replace(path, content)
        if path.name == "latest" and step == "replaced":
            raise CrashError

    def dying_append(path: Path, line: bytes) -> None:
        if step == "append":
            raise CrashError
        if step == "halved":
            with path.open("ab") as file:
                file.write(line[: len(line) // 2])
            raise CrashError
        append(path, line)
        if step == "appended":
            raise CrashError

    patch.setattr(durable, "replace", dying_replace)
    patch.setattr(durable, "append", dying_append)


def test_what_a_crash_left_half_written_does_not_spoil_the_history(tmp_path: Path, log: SmallLog) -> None:
    with witness_of(tmp_path, log) as witness:
        witness.add_checkpoint(0, [], log.checkpoint(3))
    (history,) = tmp_path.glob("logs/*/history.jsonl")
    with history.open("ab") as file:
        file.write(json.dumps({"size": 5}).encode()[:7])
    with witness_of(tmp_path, log) as witness:
        witness.add_checkpoint(3, log.consistency(3), log.checkpoint())
        assert [e["size"] for e in witness.history(ORIGIN)] == [3, 12]


def test_an_empty_log_is_cosigned_with_the_empty_root_only() -> None:
    check(SHA256_ED25519, None, 0, [], Checkpoint(ORIGIN, 0, SHA256_ED25519.empty_root))
    with pytest.raises(Exception, match="empty tree"):
        check(SHA256_ED25519, None, 0, [], Checkpoint(ORIGIN, 0, bytes(32)))
