"""证明文件 Proof files (c2sp.org/tlog-proof): inclusion of one entry under a checkpoint, in one small text."""

from __future__ import annotations

from dataclasses import dataclass

from infrastructure.tlog.suite import HASH_LENGTH
from infrastructure.tlog.text_forms import FormatError, from_base64, from_decimal, to_base64

HEADER = "c2sp.org/tlog-proof@v1"
MOST_BYTES = 1 << 21
MOST_HASHES = 63


@dataclass(frozen=True)
class ProofFile:
    """Leaf index (counted from 0), inclusion hashes from the leaf upwards, and the signed checkpoint as it is.

    `extra` is not authenticated by the format. Liuhen puts the entry there, which the leaf hash then confirms.
    """

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes | None = None

    def encode(self) -> bytes:
        """The file as bytes."""
        lines = [HEADER]
        if self.extra is not None:
            lines.append(f"extra {to_base64(self.extra)}")
        lines.append(f"index {self.index}")
        lines += [to_base64(h) for h in self.hashes]
        return "".join(f"{line}\n" for line in [*lines, ""]).encode() + self.checkpoint

    @classmethod
    def parse(cls, data: bytes) -> ProofFile:
        """Read a proof file; the checkpoint in it is not looked at. Raises FormatError."""
        if len(data) > MOST_BYTES:
            raise FormatError(f"证明文件超过{MOST_BYTES}字节 / the proof file is longer than {MOST_BYTES} bytes")
        head, blank, checkpoint = data.partition(b"\n\n")
        try:
            lines = head.decode("ascii").split("\n")
        except UnicodeDecodeError:
            raise FormatError("证明文件的证明部分应为ASCII / the proof part of a proof file is ASCII") from None
        if lines[0] != HEADER or not blank:
            raise FormatError(f"第一行应为{HEADER} / the first line should be {HEADER}")
        rest = lines[1:]
        extra = None
        if rest and rest[0].startswith("extra "):
            extra = from_base64(rest.pop(0).removeprefix("extra "), "extra")
        if not rest or not rest[0].startswith("index "):
            raise FormatError("缺index行 / the line with the index is missing")
        index = from_decimal(rest.pop(0).removeprefix("index "), "index")
        if len(rest) > MOST_HASHES:
            raise FormatError(f"包含证明多于{MOST_HASHES}行 / there are more than {MOST_HASHES} hashes")
        hashes = tuple(from_base64(line, "包含证明 inclusion hash", HASH_LENGTH) for line in rest)
        return cls(index, hashes, checkpoint, extra)
