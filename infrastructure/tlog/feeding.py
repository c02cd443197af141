"""送见证 Sends each new checkpoint to the witnesses and keeps their cosignatures (c2sp.org/tlog-witness).

A thread for each witness, so that a slow one holds up nobody, least of all the sequencer. What a witness answers is
believed only under a known key: a cosignature under the witness's, a larger checkpoint under the log's own.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import structlog

from infrastructure.tlog.checkpoint import Checkpoint
from infrastructure.tlog.cosignature import open_checkpoint
from infrastructure.tlog.log_client import LogUnreachableError, ask
from infrastructure.tlog.note import Note, NoteError, Signature, Verifier
from infrastructure.tlog.sequencer import Duty, Signing
from infrastructure.tlog.store import NoTreeError, SignedCheckpoint, TreeStore
from infrastructure.tlog.suite import SuiteError
from infrastructure.tlog.text_forms import FormatError, from_decimal
from infrastructure.tlog.witness import log_id
from infrastructure.tlog.witness_list import KnownWitness
from infrastructure.tlog.witness_service import write_request

EVERY_SECONDS = 2.0
"""Between two looks for a new checkpoint: each cosignature is a row, so not every checkpoint is sent."""
_LONGEST_BACK_OFF = 60.0
_ATTEMPTS = 3
"""Within one look: another process may be feeding the same witness."""

log = structlog.get_logger(__name__)


class NotCosignedError(Exception):
    """A witness did not cosign. The text says why, in its own words or ours."""


def good_cosignatures(text: str, signatures: Sequence[Signature], keys: Sequence[Verifier]) -> list[Signature]:
    """The signatures of known witness keys over a checkpoint. Raises NoteError when one of a known key is bad."""
    found = []
    for signature in dict.fromkeys(signatures):
        for verifier in keys:
            if verifier.made(signature):
                verifier.verify(text, signature)
                found.append(signature)
    return found


def bring_cosignatures(tree: TreeStore, witnesses: Sequence[KnownWitness], body: bytes) -> tuple[int, int]:
    """Keep what a witness brings: a checkpoint's text, a blank line, its signature lines. Size, and how many are new.

    Raises FormatError for the form and another tree's checkpoint, NoteError unless a known witness has signed it,
    NoTreeError, NotInTreeError for a size that was not signed here.
    """
    note = Note.parse(body)
    stated = Checkpoint.parse(note.text)
    ours = tree.checkpoint(stated.size)
    if stated != Checkpoint(tree.tree().origin, ours.size, ours.root):
        raise FormatError("检查点不是本日志所签 / this is not the checkpoint that this log signed for its size")
    keys = [key for each in witnesses for key in each.verifiers]
    good = good_cosignatures(note.text, note.signatures, keys)
    if not good:
        raise NoteError("没有所列见证的附署 / no witness of LIUHEN_WITNESSES has signed this")
    return stated.size, tree.keep_cosignatures(stated.size, good)


class Feeder:
    """Feeds one witness."""

    def __init__(
        self,
        witness: KnownWitness,
        tree: TreeStore,
        sequencer: Signing,
        verifiers: Callable[[], Sequence[Verifier]],
        *,
        every: float = EVERY_SECONDS,
    ) -> None:
        """`verifiers` gives the log's own keys, retired ones too."""
        if witness.address is None:
            raise ValueError(f"{witness.name}: no address")
        self.witness = witness
        self._address = witness.address
        self._tree = tree
        self._sequencer = sequencer
        self._verifiers = verifiers
        self._every = every
        self._seen = 0
        self._done: int | None = None
        self.failure: str | None = None
        """Why the newest checkpoint was not cosigned, or None."""

    def feed(self) -> bool:
        """Have the newest checkpoint cosigned. False when it was already.

        Raises NotCosignedError, LogUnreachableError, and whatever the database raises.
        """
        for _ in range(_ATTEMPTS):
            newest = self._tree.checkpoint()
            if newest.size == self._done:
                return False
            old = min(self._seen, newest.size)
            proof = self._tree.consistency(old, newest.size).hashes if 0 < old < newest.size else []
            address = f"{self._address}/add-checkpoint"
            status, said, _ = ask(address, write_request(old, proof, newest.note.encode()))
            if status == 200:
                self._keep(newest, said)
                self._seen = self._done = newest.size
                return True
            known = _size_told(said) if status == 409 else None
            if known is not None and known <= newest.size and known != old:
                self._seen = known
                continue
            if (known is not None and known > newest.size) or status == 422:
                self._look_at_its_memory()
            told = said[:300].decode("utf-8", "replace").strip()
            raise NotCosignedError(f"见证拒绝 refused: HTTP {status} {told}")
        raise NotCosignedError("见证所见一再变化 what the witness has seen keeps changing")

    def run(self, stopping: threading.Event) -> None:
        """Feed until stopped. Failures are told once each, and tried again ever more slowly."""
        wait = self._every
        while not stopping.is_set():
            # The process that stands by leaves it to the one that signs; one that refuses to sign asks on.
            if self._sequencer.duty is Duty.ACTIVE or self._sequencer.failure is not None:
                failure = self._try()
                if failure is not None and failure != self.failure:
                    log.warning("witness.not_cosigned", witness=self.witness.name, reason=failure)
                self.failure = failure
                wait = min(_LONGEST_BACK_OFF, wait * 2) if failure else self._every
            stopping.wait(wait)

    def _try(self) -> str | None:
        try:
            self.feed()
        except NoTreeError:
            return None
        except (NotCosignedError, LogUnreachableError) as error:
            return str(error)
        except Exception as error:  # noqa: BLE001 (it survives anything but the end of the process)
            return f"{type(error).__name__}: {error}"
        return None

    def _keep(self, newest: SignedCheckpoint, lines: bytes) -> None:
        try:
            note = Note.parse(newest.note.encode() + lines)
            good = good_cosignatures(note.text, note.signatures, self.witness.verifiers)
        except (FormatError, NoteError, SuiteError) as error:
            raise NotCosignedError(f"附署无效 the cosignature is not good: {error}") from error
        if not good:
            raise NotCosignedError("答复中没有此见证的附署 the answer holds no cosignature of this witness's key")
        self._tree.keep_cosignatures(newest.size, good)

    def _look_at_its_memory(self) -> None:
        """It saw what we do not have. If our own key signed that, our database is an old one, or was rewritten."""
        origin = self._tree.tree().origin
        status, data, _ = ask(f"{self._address}/log/{log_id(origin)}/checkpoint")
        if status != 200:
            return
        try:
            shown = open_checkpoint(data, self._verifiers()).checkpoint
        except (FormatError, NoteError):
            return  # A mere claim stops nothing (docs/adr/0021).
        if shown.origin == origin and not self._tree.holds(shown.size, shown.root):
            self._sequencer.show(data)
            raise NotCosignedError(
                f"见证持有本日志密钥签署的大小{shown.size}的检查点，本库没有：停止签署 the witness holds a checkpoint"
                f" of size {shown.size} under this log's own key that is not of this tree: signing stops"
            )


class Feeding:
    """Feeds all witnesses that have an address."""

    def __init__(self, feeders: Sequence[Feeder]) -> None:
        self.feeders = tuple(feeders)
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Start a thread for each witness. They run until `stop`."""
        for feeder in self.feeders:
            thread = threading.Thread(target=feeder.run, args=(self._stopping,), name="feeder", daemon=True)
            self._threads.append(thread)
            thread.start()

    def stop(self) -> None:
        """End the threads; one that waits for an answer of its witness finishes with it."""
        self._stopping.set()
        for thread in self._threads:
            thread.join(timeout=11)

    def failure(self, name: str) -> str | None:
        """Why a witness did not cosign the newest checkpoint, as far as this process knows."""
        return next((f.failure for f in self.feeders if f.witness.name == name), None)


def _size_told(said: bytes) -> int | None:
    try:
        return from_decimal(said.decode("ascii").removesuffix("\n"), "size")
    except (FormatError, UnicodeDecodeError):
        return None
