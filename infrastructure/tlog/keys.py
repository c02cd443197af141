"""密钥 Key files of the log and of witnesses: one private key a line, readable by nobody but their owner.

Several keys in one file sign together: that is the overlap of a rotation. The first line is the oldest.
"""

from __future__ import annotations

import stat
from collections.abc import Sequence
from pathlib import Path

from infrastructure.tlog import durable
from infrastructure.tlog.note import Signer
from infrastructure.tlog.signature_kind import kind_of
from infrastructure.tlog.suite import Suite, SuiteError
from infrastructure.tlog.text_forms import FormatError


class KeyFileError(Exception):
    """A key file is missing, open to others, or not in its form. It says what to do, and never shows a key."""


def read_keys(path: Path) -> tuple[Signer, ...]:
    """The keys of a file, oldest first. Raises KeyFileError."""
    try:
        mode = path.stat().st_mode
        lines = path.read_text(encoding="ascii").split("\n")
    except FileNotFoundError:
        raise KeyFileError(f"没有密钥文件{path} there is no key file: make one with `liuhen keys create`") from None
    except (OSError, UnicodeDecodeError) as error:
        raise KeyFileError(f"不能读取密钥文件 the key file cannot be read: {path}") from error
    if stat.S_IMODE(mode) & 0o077:
        raise KeyFileError(f"密钥文件他人可读，请执行 others can read the key file, run: chmod 600 {path}")
    try:
        signers = tuple(Signer.from_secret(line) for line in lines if line.strip())
    except (FormatError, SuiteError) as error:
        raise KeyFileError(f"{path}: {error}") from error
    if not signers:
        raise KeyFileError(f"密钥文件是空的 the key file is empty: {path}")
    if len({s.name for s in signers}) > 1:
        raise KeyFileError(f"同一文件的密钥须同名 the keys of a file have one name: {path}")
    return signers


def create_keys(path: Path, signers: Sequence[Signer]) -> None:
    """A new key file. Raises KeyFileError when there is one: a key is never overwritten."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        durable.create(path, _content(signers))
    except FileExistsError:
        raise KeyFileError(f"已有密钥文件{path} there is a key file already: rotate it instead") from None


def begin_rotation(path: Path) -> tuple[Signer, ...]:
    """Add a new key beside the present one of each kind: from now on all sign. Gives the new ones.

    Raises KeyFileError while a rotation is under way.
    """
    signers = read_keys(path)
    kinds = [s.kind for s in signers]
    if len(set(map(id, kinds))) < len(kinds):
        raise KeyFileError("轮换尚未结束，请先停用旧密钥 a rotation is under way: retire the old keys first")
    fresh = tuple(Signer.generate(s.name, s.kind) for s in signers)
    durable.replace(path, _content((*signers, *fresh)))
    return fresh


def retire(path: Path, key_id: str) -> Signer:
    """Take a key out of use; its public key is kept beside, as what it signed stays valid.

    Raises KeyFileError, also for the only key of its kind: whoever relies on that kind would see no signature any more.
    """
    signers = read_keys(path)
    old = next((s for s in signers if s.verifier.key_id.hex() == key_id), None)
    if old is None:
        held = ", ".join(s.verifier.key_id.hex() for s in signers)
        raise KeyFileError(f"文件中没有密钥{key_id}，只有{held} there is no such key in {path}, only {held}")
    if sum(s.kind is old.kind for s in signers) == 1:
        raise KeyFileError(
            f"这是唯一的{old.kind.title}密钥，请先轮换 it is the only key of its kind ({old.kind.title}): rotate first"
        )
    durable.append(path.with_name(f"{path.name}.retired"), str(old.verifier).encode())
    durable.replace(path, _content([s for s in signers if s is not old]))
    return old


def log_signer(suite: Suite, origin: str) -> Signer:
    """A new key for signing checkpoints of a log."""
    return Signer.generate(origin, kind_of(suite.note_type))


def witness_signers(name: str, suite: Suite, *, post_quantum: bool = False) -> tuple[Signer, ...]:
    """New keys of a witness: the suite's, and ML-DSA-44 beside it when asked for."""
    types = suite.cosignature_types if post_quantum else suite.cosignature_types[:1]
    return tuple(Signer.generate(name, kind_of(t)) for t in types)


def _content(signers: Sequence[Signer]) -> bytes:
    return "".join(f"{s.secret()}\n" for s in signers).encode("ascii")
