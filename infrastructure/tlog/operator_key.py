"""运营方密钥 The keys that sign the log's checkpoints: a file in the data folder, readable by its owner alone."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from infrastructure.tlog.agreement import WAY_ON
from infrastructure.tlog.keys import KeyFileError, create_keys, log_signer, read_keys
from infrastructure.tlog.note import Signer, Verifier
from infrastructure.tlog.suite import Suite


@dataclass(frozen=True)
class OperatorKeys:
    """Who signs the checkpoints of a log, and whose signatures on earlier ones are good."""

    signers: Sequence[Signer]
    verifiers: Sequence[Verifier]


def operator_key_path(data_dir: Path, log_id: int) -> Path:
    """Where the keys of a log are kept."""
    return data_dir / "keys" / f"log-{log_id}.key"


def operator_keys(data_dir: Path, log_id: int, origin: str, suite: Suite) -> OperatorKeys:
    """The log's keys; one is made when there is none. Raises KeyFileError, SuiteError."""
    path = operator_key_path(data_dir, log_id)
    if not path.exists():
        with suppress(KeyFileError):  # Another process made one meanwhile; it is read below.
            create_keys(path, [log_signer(suite, origin)])
    signers = read_keys(path)
    if any((s.name, s.kind.identifier) != (origin, suite.note_type) for s in signers):
        raise KeyFileError(
            f"{path}：密钥属于{signers[0].name}，不是{origin}（{suite.name}）：恢复了旧备份，或重启中断。{WAY_ON.zh} / "
            f"{path}: the key is of {signers[0].name}, not of {origin} ({suite.name}): an old backup was restored, "
            f"or a restart cut off; {WAY_ON.en}"
        )
    return OperatorKeys(signers, operator_verifiers(data_dir, log_id, origin))


def operator_verifiers(data_dir: Path, log_id: int, origin: str | None = None) -> list[Verifier]:
    """The public keys that the log's checkpoints may be signed by, retired ones too; empty where there are none here.

    `origin`: only keys of that name; a log that was begun anew has retired keys of other names.
    Raises KeyFileError, FormatError.
    """
    path = operator_key_path(data_dir, log_id)
    retired = path.with_name(f"{path.name}.retired")
    lines = retired.read_text(encoding="utf-8").split() if retired.exists() else []
    current = [s.verifier for s in read_keys(path)] if path.exists() else []
    known = dict.fromkeys((*(Verifier.parse(line) for line in lines), *current))
    return [v for v in known if origin in {None, v.name}]
