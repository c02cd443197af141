"""检查点的签名与附署 Signed checkpoints: the log's signature, the witnesses' cosignatures, and how many are enough."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from infrastructure.tlog.checkpoint import Checkpoint
from infrastructure.tlog.note import Note, NoteError, Signature, Signer, Verified, Verifier, open_note, sign_note
from infrastructure.tlog.text_forms import FormatError


@dataclass(frozen=True)
class Policy:
    """Whose signatures a reader trusts: the log's keys, the witnesses' keys, and how many witnesses must have cosigned.

    Two keys of one name are one witness. Raises FormatError for a policy that nothing could meet.
    """

    log: tuple[Verifier, ...]
    witnesses: tuple[Verifier, ...] = ()
    require: int = 0

    def __post_init__(self) -> None:
        if not self.log:
            raise FormatError("没有日志的公钥 / there is no key of the log")
        if untimed := [w for w in self.witnesses if not w.kind.timed]:
            raise FormatError(f"{untimed[0].name}不是附署公钥 / {untimed[0].name} is no key for cosignatures")
        if shared := {v.public for v in self.log} & {w.public for w in self.witnesses}:
            names = "、".join(w.name for w in self.witnesses if w.public in shared)
            raise FormatError(f"{names}：日志的密钥不能作见证 / {names}: a key of the log is no witness")
        names_by_key = {w.public: w.name for w in self.witnesses}
        if doubled := [w.name for w in self.witnesses if names_by_key[w.public] != w.name]:
            raise FormatError(f"{doubled[0]}：同一密钥有两个名称 / {doubled[0]}: one key under two names")
        most = len({w.name for w in self.witnesses})
        if not 0 <= self.require <= most:
            raise FormatError(
                f"要求{self.require}个见证，只有{most}个 / {self.require} of {most} witnesses are required"
            )


@dataclass(frozen=True)
class SignedCheckpoint:
    """A checkpoint that a trusted key of its log has signed."""

    checkpoint: Checkpoint
    log: tuple[Verified, ...]
    cosigned: tuple[Verified, ...]
    """Cosignatures of known witnesses; names may repeat when a witness has two keys."""
    note: Note

    @property
    def witnesses(self) -> tuple[str, ...]:
        """Names of the witnesses that cosigned, each once."""
        return tuple(dict.fromkeys(v.verifier.name for v in self.cosigned))


def sign_checkpoint(checkpoint: Checkpoint, signers: Iterable[Signer], time: int = 0) -> bytes:
    """A checkpoint signed by the log's keys. The caller has made sure that there is one root for each size."""
    return sign_note(checkpoint.text(), signers, time)


def cosign(note: Note, signer: Signer, time: int) -> Signature:
    """A witness's cosignature, made at `time` (seconds since 1970), after it checked consistency.

    Raises FormatError for a key that is not for cosignatures, a text that is no checkpoint, or time 0.
    """
    if not signer.kind.timed or time <= 0:
        raise FormatError(
            f"{signer.name}：附署需要附署密钥与时刻 / {signer.name}: a cosignature needs its key and a time"
        )
    Checkpoint.parse(note.text)
    return signer.sign(note.text, time)


def open_checkpoint(
    data: bytes | Note, log: Sequence[Verifier], witnesses: Sequence[Verifier] = ()
) -> SignedCheckpoint:
    """Check a signed checkpoint: a key of the log under the name of the origin has signed it.

    Raises FormatError for the form, NoteError for the signatures (also a bad one of a known witness).
    """
    note = data if isinstance(data, Note) else Note.parse(data)
    checkpoint = Checkpoint.parse(note.text)
    opened = open_note(note, (*log, *witnesses))
    by_log = tuple(v for v in opened.verified if v.verifier in log and v.verifier.name == checkpoint.origin)
    if not by_log:
        raise NoteError(
            f"检查点没有日志{checkpoint.origin}的可信签名 / no trusted key of the log {checkpoint.origin} has signed it"
        )
    cosigned = tuple(v for v in opened.verified if v.verifier in witnesses)
    return SignedCheckpoint(checkpoint, by_log, cosigned, note)


def open_under(data: bytes | Note, policy: Policy) -> SignedCheckpoint:
    """Check a signed checkpoint under a policy. Raises FormatError, NoteError."""
    signed = open_checkpoint(data, policy.log, policy.witnesses)
    if len(signed.witnesses) < policy.require:
        raise NoteError(
            f"要求{policy.require}个见证附署，只有{len(signed.witnesses)}个 / "
            f"{policy.require} witnesses are required, {len(signed.witnesses)} have cosigned"
        )
    return signed
