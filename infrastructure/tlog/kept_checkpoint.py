"""留存的检查点 The last checkpoint that this service signed, in a file of its own.

The database may come back from an old backup; this file does not come back with it. So a service remembers what it has
signed, and does not sign another tree of the same size.
"""

from __future__ import annotations

from pathlib import Path

from infrastructure.tlog.checkpoint import Checkpoint
from infrastructure.tlog.durable import replace
from infrastructure.tlog.note import Note
from infrastructure.tlog.text_forms import FormatError


class KeptCheckpoint:
    """The file, and what stands in it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> Checkpoint | None:
        """The checkpoint, or None when nothing was signed from here yet. Raises FormatError naming the file."""
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            return None
        try:
            return Checkpoint.parse(Note.parse(data).text)
        except FormatError as error:
            raise FormatError(f"{self.path}: {error}") from error

    def write(self, note: bytes) -> None:
        """Remember a signed note: on the disk when this returns. Raises OSError."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        replace(self.path, note)


def kept_path(data_dir: Path, log_id: int) -> Path:
    """Where the service keeps the last checkpoint of a log."""
    return data_dir / "tlog" / f"{log_id}.checkpoint"
