"""运营方密钥 The key that signs the log's checkpoints: a file in the data folder, readable by its owner alone."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from infrastructure.tlog import durable
from infrastructure.tlog.note import Signer, Verifier
from infrastructure.tlog.signature_kind import kind_of
from infrastructure.tlog.suite import Suite
from infrastructure.tlog.text_forms import FormatError


def operator_key_path(data_dir: Path, log_id: int) -> Path:
    """Where the key of a log is kept."""
    return data_dir / "keys" / f"log-{log_id}.key"


def operator_signer(data_dir: Path, log_id: int, origin: str, suite: Suite) -> Signer:
    """The log's signer; a key is made when there is none. Raises FormatError, SuiteError, OSError."""
    path = operator_key_path(data_dir, log_id)
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with suppress(FileExistsError):  # Another process made one meanwhile; it is read below.
            durable.create(path, Signer.generate(origin, kind_of(suite.note_type)).secret().encode() + b"\n")
    signer = Signer.from_secret(path.read_text(encoding="utf-8"))
    if (signer.name, signer.kind.identifier) != (origin, suite.note_type):
        raise FormatError(
            f"{path}：密钥属于{signer.name}，不是{origin}（{suite.name}） / "
            f"{path}: the key is of {signer.name}, not of {origin} ({suite.name})"
        )
    return signer


def operator_verifiers(data_dir: Path, log_id: int) -> list[Verifier]:
    """The public keys that the log's checkpoints may be signed by; empty where this machine holds none.

    Raises FormatError.
    """
    path = operator_key_path(data_dir, log_id)
    return [Signer.from_secret(path.read_text(encoding="utf-8")).verifier] if path.exists() else []
