"""检查点 The text of a checkpoint (c2sp.org/tlog-checkpoint): the state of a log at one size, before it is signed."""

from __future__ import annotations

from dataclasses import dataclass

from infrastructure.tlog.suite import HASH_LENGTH
from infrastructure.tlog.text_forms import FormatError, from_base64, from_decimal, to_base64


@dataclass(frozen=True)
class Checkpoint:
    """Origin, size and root of a tree. Our own checkpoints have no extension lines."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def text(self) -> str:
        """The note text, ending in a newline."""
        return "".join(f"{line}\n" for line in (self.origin, str(self.size), to_base64(self.root), *self.extensions))

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """Read the text of a checkpoint. Raises FormatError."""
        if not text.endswith("\n"):
            raise FormatError("检查点应以换行结束 / a checkpoint ends with a newline")
        lines = text[:-1].split("\n")
        if len(lines) < 3 or not all(lines):
            raise FormatError(
                "检查点应有至少三行，均不为空 / a checkpoint has at least three lines, none of them empty"
            )
        origin, size, root, *extensions = lines
        return cls(
            origin,
            from_decimal(size, "检查点的大小 the checkpoint's size"),
            from_base64(root, "检查点的根 the checkpoint's root", HASH_LENGTH),
            tuple(extensions),
        )
