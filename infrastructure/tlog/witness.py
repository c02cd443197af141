"""见证 A witness: what it has seen of each log, and whether it may cosign what it is shown. c2sp.org/tlog-witness.

A witness never cosigns two checkpoints of one log that cannot both be true. So what it has seen is on its own disk
before it signs, looking and storing are one step, and one process at a time holds the folder. It needs nothing of the
service.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

import structlog

from infrastructure.tlog import durable
from infrastructure.tlog.checkpoint import Checkpoint
from infrastructure.tlog.cosignature import cosign, open_checkpoint
from infrastructure.tlog.note import Note, NoteError, Signer, Verifier
from infrastructure.tlog.suite import Suite
from infrastructure.tlog.text_forms import FormatError, to_base64
from infrastructure.tlog.tree import ProofError, verify_consistency

MOST_PROOF_LINES = 63
"""A tree of 2^64 leaves needs no longer a consistency proof."""
MOST_FORKS_KEPT = 100
"""Different pieces of evidence kept per log; the first ones prove all there is to prove."""

LONGEST_ENTRY = 1 << 18
"""Bytes within which the last entry of the history is found."""

log = structlog.get_logger(__name__)


class WitnessError(Exception):
    """The witness's folder cannot be used: it says what to do."""


class RefusedError(Exception):
    """The witness does not cosign. `status` is the answer of the protocol, `size` what it has seen (409).

    The reason is of the form “中文 / English”.
    """

    def __init__(self, status: int, reason: str, *, size: int | None = None) -> None:
        super().__init__(reason)
        self.status = status
        self.size = size


class ForkKind(StrEnum):
    """How sure it is that the log told two histories."""

    PROVEN = "PROVEN"
    """Two checkpoints of one size with different roots, both signed by the log: nobody else can have made them."""
    SUSPECTED = "SUSPECTED"
    """A signed checkpoint came with a proof that does not fit. A proof is unsigned: the sender may have spoilt it."""


@dataclass(frozen=True)
class Seen:
    """A checkpoint that the witness has accepted."""

    size: int
    root: bytes
    note: bytes


@dataclass(frozen=True)
class TrustedLog:
    """A log that is witnessed: the keys that may sign its checkpoints, several while they are rotated."""

    origin: str
    verifiers: tuple[Verifier, ...]

    @property
    def suite(self) -> Suite:
        """The suite of the log, which its keys tell."""
        return self.verifiers[0].kind.suite

    def checkpoint(self, note: Note) -> Checkpoint:
        """The checkpoint of a signed note. Raises RefusedError 403 without a valid signature of a trusted key."""
        try:
            return open_checkpoint(note, self.verifiers).checkpoint
        except NoteError as error:
            raise RefusedError(403, str(error)) from error


class _InconsistentError(Exception):
    """The checkpoint is signed, but not the continuation of what was seen."""

    def __init__(self, kind: ForkKind, reason: str) -> None:
        super().__init__(reason)
        self.kind = kind


def check(suite: Suite, latest: Seen | None, old: int, proof: Sequence[bytes], new: Checkpoint) -> None:
    """May the checkpoint, whose signature is good, follow what was seen? Raises RefusedError, _InconsistentError."""
    if old > new.size:
        raise RefusedError(
            400, f"old为{old}，大于检查点的大小{new.size} / old size {old} is beyond the checkpoint's size {new.size}"
        )
    seen = latest.size if latest else 0
    if latest and new.size == latest.size and new.root != latest.root:
        reason = f"大小{new.size}已见过另一个根：历史被改写 / another root for size {new.size}: history was rewritten"
        raise _InconsistentError(ForkKind.PROVEN, reason)
    if old != seen:
        told = f"见证方已见到大小{seen}，不是{old} / the witness has seen size {seen}, not {old}"
        raise RefusedError(409, told, size=seen)
    if new.size == 0 and new.root != suite.empty_root:
        reason = "空树的根不是空树的 / an empty tree with a root that is not that of the empty tree"
        raise _InconsistentError(ForkKind.PROVEN, reason)
    if old in {0, new.size}:
        if proof:
            told = "old为0或等于检查点的大小时证明应为空 / no proof belongs to old size 0 or the checkpoint's"
            raise RefusedError(422, told)
        return
    try:
        verify_consistency(suite, old, new.size, proof, latest.root if latest else suite.empty_root, new.root)
    except ProofError as error:
        zh, _, en = str(error).partition(" / ")
        reason = f"一致性证明不符：{zh} / the consistency proof does not fit: {en or zh}"
        raise _InconsistentError(ForkKind.SUSPECTED, reason) from error


@dataclass(frozen=True)
class Offered:
    """What was shown to the witness and not accepted."""

    old: int
    proof: tuple[bytes, ...]
    note: bytes
    size: int
    source: str


class Witness:
    """A witness over its folder. Threads may use it at once; a second process is refused.

    folder/key           the signing key (0600)
    folder/logs.txt      the logs witnessed: a verifier key a line
    folder/logs/<id>/    of each log: `latest` the checkpoint accepted last, `history.jsonl` each one cosigned, `forks/`
    folder/ALARM         is there as long as a fork stands that nobody has acknowledged
    """

    def __init__(
        self,
        folder: Path,
        signers: Sequence[Signer],
        logs: Sequence[TrustedLog],
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Raises WitnessError when another process holds the folder, or what it kept is damaged."""
        self.folder = folder
        self.signers = tuple(signers)
        self.logs = {each.origin: each for each in logs}
        self._now = now
        self._one = threading.Lock()
        self._held = _hold(folder)
        try:
            self._latest: dict[str, Seen | None] = {origin: self._read(each) for origin, each in self.logs.items()}
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the folder."""
        if self._held >= 0:
            os.close(self._held)
            self._held = -1

    def latest(self, origin: str) -> Seen | None:
        """What was accepted last of a log, or None. Raises RefusedError 404 for a log that is not witnessed."""
        self._trusted(origin)
        return self._latest[origin]

    @property
    def alarm(self) -> Path:
        """The file that is there as long as an alarm stands."""
        return self.folder / "ALARM"

    def add_checkpoint(self, old: int, proof: Sequence[bytes], data: bytes, *, source: str = "sent") -> str:
        """Cosign a checkpoint that continues what was seen: gives the lines of the cosignatures.

        What was seen is on the disk before anything is signed. Raises RefusedError, of a fork with the evidence kept.
        """
        try:
            note = Note.parse(data)
            origin = Checkpoint.parse(note.text).origin
        except FormatError as error:
            raise RefusedError(400, str(error)) from error
        trusted = self._trusted(origin)
        new = trusted.checkpoint(note)
        with self._one:
            latest = self._latest[origin]
            try:
                self._check_history(trusted, latest, new)
                check(trusted.suite, latest, old, proof, new)
            except _InconsistentError as found:
                self._keep_fork(trusted, found, latest, Offered(old, tuple(proof), data, new.size, source))
                raise RefusedError(422, str(found)) from found
            folder = self._folder_of(origin)
            if latest is None or latest.size != new.size:
                durable.replace(folder / "latest", data)
                self._latest[origin] = Seen(new.size, new.root, data)
            at = int(self._now().timestamp())
            lines = "".join(cosign(note, signer, at).line() for signer in self.signers)
            entry = {"time": at, "size": new.size, "root": to_base64(new.root), "checkpoint": data.decode()}
            durable.append(folder / "history.jsonl", _json({**entry, "cosignatures": lines}))
            return lines

    def history(self, origin: str) -> Iterator[dict[str, Any]]:
        """Every cosigning of a log, oldest first."""
        self._trusted(origin)
        return _lines(self._folder_of(origin) / "history.jsonl")

    def cosigned_at(self, origin: str) -> datetime | None:
        """When a checkpoint of the log was cosigned last, or None."""
        self._trusted(origin)
        path = self._folder_of(origin) / "history.jsonl"
        if not path.exists():
            return None
        with path.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - LONGEST_ENTRY))
            entries = [e for line in file.read().splitlines() if (e := _entry(line)) is not None]
        return datetime.fromtimestamp(entries[-1]["time"], UTC) if entries else None

    def forks(self, origin: str) -> list[dict[str, Any]]:
        """The evidence kept of a log."""
        self._trusted(origin)
        return [json.loads(path.read_bytes()) for path in sorted((self._folder_of(origin) / "forks").glob("*.json"))]

    def acknowledge(self, who: str) -> None:
        """Somebody has seen the alarm: it is put aside, the evidence stays. Raises WitnessError when none stands."""
        with self._one:
            if not self.alarm.exists():
                raise WitnessError("没有待确认的警报 no alarm stands")
            told = self.alarm.read_text(encoding="utf-8")
            stamp = self._now().strftime("%Y%m%dT%H%M%S%fZ")
            durable.create(self.folder / f"alarm-{stamp}", f"{told}\n确认 acknowledged {stamp}: {who}\n".encode())
            self.alarm.unlink()
            durable.sync_folder(self.folder)

    def _trusted(self, origin: str) -> TrustedLog:
        found = self.logs.get(origin)
        if found is None:
            raise RefusedError(
                404, "这里不见证此日志：先trust其公钥 / this log is not witnessed here: trust its key first"
            )
        return found

    def _folder_of(self, origin: str) -> Path:
        return self.folder / "logs" / log_id(origin)

    def _read(self, trusted: TrustedLog) -> Seen | None:
        folder = self._folder_of(trusted.origin)
        (folder / "forks").mkdir(parents=True, exist_ok=True, mode=0o700)
        kept = folder / "latest"
        if not kept.exists():
            if (folder / "history.jsonl").exists():
                raise WitnessError(f"{kept}不见了：请从备份恢复 it is missing though there is a history: restore it")
            return None
        try:
            # Its signature was checked when it was accepted; the key that made it may have been retired since.
            data = kept.read_bytes()
            checkpoint = Checkpoint.parse(Note.parse(data).text)
        except FormatError as error:
            raise WitnessError(f"{kept}已损坏：请从备份恢复 is damaged, restore it from a backup: {error}") from error
        if checkpoint.origin != trusted.origin:
            raise WitnessError(f"{kept}是另一个日志的：请从备份恢复 is of another log: restore it from a backup")
        return Seen(checkpoint.size, checkpoint.root, data)

    def _check_history(self, trusted: TrustedLog, latest: Seen | None, new: Checkpoint) -> None:
        """A size below the latest that was cosigned with another root is a fork, too."""
        if latest is None or new.size >= latest.size:
            return
        for entry in _lines(self._folder_of(trusted.origin) / "history.jsonl"):
            if entry["size"] == new.size and entry["root"] != to_base64(new.root):
                raise _InconsistentError(ForkKind.PROVEN, f"another root for size {new.size}, which was cosigned")

    def _keep_fork(self, trusted: TrustedLog, found: _InconsistentError, latest: Seen | None, offered: Offered) -> None:
        now, folder = self._now(), self._folder_of(trusted.origin)
        cosigned = [e["checkpoint"] for e in _lines(folder / "history.jsonl") if e["size"] == offered.size]
        kept = cosigned[0] if cosigned else latest.note.decode() if latest else ""
        evidence = {
            "kind": found.kind,
            "origin": trusted.origin,
            "found_at": now.isoformat(),
            "reason": str(found),
            "source": offered.source,
            "keys": [str(v) for v in trusted.verifiers],
            "kept": kept,
            "offered": offered.note.decode(),
            "old": offered.old,
            "proof": [to_base64(p) for p in offered.proof],
        }
        # The same forgery shown again adds nothing, and must not fill the disk.
        forks, kind = folder / "forks", found.kind.lower()
        path = forks / f"{kind}-{hashlib.sha256(offered.note).hexdigest()[:16]}.json"
        if not path.exists() and sum(1 for _ in forks.glob(f"{kind}-*")) < MOST_FORKS_KEPT:
            durable.create(path, _json(evidence))
        standing = self.alarm.read_text(encoding="utf-8") if self.alarm.exists() else ""
        if not standing or (found.kind is ForkKind.PROVEN and ForkKind.PROVEN not in standing):
            told = _alarm_text(trusted.origin, found, path, now)
            durable.replace(self.alarm, (f"{told}\n{standing}" if standing else told).encode())
        log.critical("witness.fork", kind=found.kind, origin=trusted.origin, reason=str(found), evidence=str(path))


def log_id(origin: str) -> str:
    """Name of a log in paths and addresses: SHA-256 of its origin, hexadecimal."""
    return hashlib.sha256(origin.encode()).hexdigest()


def trusted_logs(lines: str) -> tuple[TrustedLog, ...]:
    """The logs of a list: a verifier key a line, # begins a remark. Keys of one name belong to one log.

    Raises WitnessError naming the line that is wrong.
    """
    found: dict[str, list[Verifier]] = {}
    for number, line in enumerate(lines.splitlines(), 1):
        words = line.split("#")[0].split()
        if not words:
            continue
        try:
            verifier = Verifier.parse(" ".join(words))
        except FormatError as error:
            raise WitnessError(f"第{number}行 line {number}: {error}") from error
        if verifier.kind.timed:
            raise WitnessError(
                f"第{number}行是见证的公钥，不是日志的 line {number}: the key of a witness, not of a log"
            )
        known = found.setdefault(verifier.name, [])
        if known and known[0].kind.suite is not verifier.kind.suite:
            raise WitnessError(f"第{number}行：一个日志只有一种套件 line {number}: a log has one suite")
        known.append(verifier)
    return tuple(TrustedLog(name, tuple(keys)) for name, keys in found.items())


def _hold(folder: Path) -> int:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(handle)
        raise WitnessError(f"另一进程正在使用{folder} another process holds this folder") from error
    return handle


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    """The entries of a file of lines. What a crash left half-written was never answered, and is passed over."""
    if not path.exists():
        return
    with path.open("rb") as file:
        for line in file:
            if (entry := _entry(line)) is not None:
                yield entry


def _entry(line: bytes) -> dict[str, Any] | None:
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    return entry if isinstance(entry, dict) else None


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _alarm_text(origin: str, found: _InconsistentError, evidence: Path, now: datetime) -> str:
    meaning = {
        ForkKind.PROVEN: (
            "日志的钥匙为两种不同的历史签了字。这是运营方改动记录、或其钥匙被盗的证据，任何第三方都可核对。\n"
            "The log's key signed two different histories: the record was altered, or the key was stolen. "
            "Anybody can check this."
        ),
        ForkKind.SUSPECTED: (
            "收到一个签字有效、但证明不符的检查点。可能是改动了记录，也可能是转交者弄错了证明：请直接向日志取检查点核对。\n"
            "A signed checkpoint came with a proof that does not fit: the record may have been altered, or whoever "
            "sent it spoilt the proof. Ask the log itself."
        ),
    }[found.kind]
    return (
        f"警报 ALARM {found.kind} {now.isoformat()}\n{origin}\n{found}\n{meaning}\n"
        f"证据 evidence: {evidence}\n"
        "请勿删除本目录；不要在此日志上继续依赖新的检查点，直至查明。\n"
        "Keep this folder; do not rely on newer checkpoints of this log until it is cleared up.\n"
    )
