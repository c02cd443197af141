"""证据包的文件 The file of an evidence bundle: a ZIP of stored parts that can be written in one way only.

Any ZIP program opens it. A reader accepts exactly the bytes that `bundle_of` makes of the parts: nothing is compressed,
encrypted, extended, commented, repeated or hidden between the parts, and every name is of a fixed list. So nothing
grows when it is opened, and no name leads anywhere. What is enclosed (papers, texts) is streamed both ways.
"""

from __future__ import annotations

import json
import mmap
import re
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from infrastructure.tlog.text_forms import FormatError

MANIFEST = "manifest.json"
DOCUMENTS = "documents/"
"""Before the SHA-256 of a paper that is enclosed."""
TEXTS = "texts/"
"""Before the SHA-256 of the text of a rule set or evaluation scheme that is enclosed."""
MOST_BYTES = 2 << 30
"""A larger file is neither written nor read."""
MOST_OWN_BYTES = 256 << 20
"""The parts that are held in memory, all but what is enclosed, may have so many bytes."""
MOST_PARTS = 0xFFFF
"""More parts would need the extended form of ZIP."""

_NAMES = re.compile(
    r"manifest\.json|checkpoint|keys\.json|events\.jsonl|proofs\.jsonl|summary\.(en|zh)\.txt"
    r"|events/[0-9]{12,19}\.json|documents/[0-9a-f]{64}|texts/[0-9a-f]{64}",
    re.ASCII,
)
_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_DATE = 0x21  # 1980-01-01, the first day that ZIP can say: a time here would prove nothing


@dataclass(frozen=True)
class Enclosure:
    """What is enclosed and too long to be held: read once to know this, and again when the file is written out."""

    size: int
    crc: int
    """CRC-32, which a ZIP states before the content."""
    digest: bytes
    """By the hash of the log's suite."""
    pieces: Callable[[], Iterator[bytes]]
    """The content. Raises rather than end early or differ."""


Content = bytes | memoryview | Enclosure


@dataclass(frozen=True)
class BundleFile:
    """The file of a bundle: its length, and what is written out. Enclosures are read as they are passed on."""

    size: int
    _blocks: tuple[bytes | memoryview | Enclosure, ...]

    @property
    def streamed(self) -> bool:
        """Is any of it read only now?"""
        return any(isinstance(block, Enclosure) for block in self._blocks)

    def pieces(self) -> Iterator[bytes | memoryview]:
        """The file from beginning to end. Raises what an enclosure raises."""
        for block in self._blocks:
            if isinstance(block, Enclosure):
                yield from block.pieces()
            else:
                yield block

    def whole(self) -> bytes:
        """All of it."""
        return b"".join(self.pieces())


@dataclass
class Parts:
    """The parts of a file that was read. Enclosures are views of it: nothing of them is copied."""

    own: dict[str, bytes] = field(default_factory=dict)
    enclosed: dict[str, memoryview] = field(default_factory=dict)

    @property
    def all(self) -> dict[str, bytes | memoryview]:
        """Every part by its name."""
        return {**self.own, **self.enclosed}


def is_enclosed(name: str) -> bool:
    """Is a part of this name one that is enclosed?"""
    return name.startswith((DOCUMENTS, TEXTS))


def _order(name: str) -> tuple[bool, str]:
    return name != MANIFEST, name


def _local(name: bytes, size: int, crc: int) -> bytes:
    return _LOCAL.pack(b"PK\3\4", 20, 0, 0, 0, _DATE, crc, size, size, len(name), 0) + name


def _central(name: bytes, size: int, crc: int, at: int) -> bytes:
    fields = (0x0314, 20, 0, 0, 0, _DATE, crc, size, size, len(name), 0, 0, 0, 0, 0o100644 << 16, at)
    return _CENTRAL.pack(b"PK\1\2", *fields) + name


def _end(parts: int, length: int, at: int) -> bytes:
    return _END.pack(b"PK\5\6", 0, 0, parts, parts, length, at, 0)


def bundle_of(parts: Mapping[str, Content]) -> BundleFile:
    """The file of these parts. Raises FormatError for a name that is not of the list, and beyond the limits."""
    blocks: list[Content] = []
    directory, at, own = bytearray(), 0, 0
    for name in sorted(parts, key=_order):
        _check_name(name)
        part = parts[name]
        size, crc = (part.size, part.crc) if isinstance(part, Enclosure) else (len(part), zlib.crc32(part))
        directory += _central(name.encode(), size, crc, at)
        blocks += [_local(name.encode(), size, crc), part]
        at += len(name) + _LOCAL.size + size
        own += 0 if is_enclosed(name) else size
    size = at + len(directory) + _END.size
    check_limits(len(parts), own, size)
    return BundleFile(size, (*blocks, bytes(directory), _end(len(parts), len(directory), at)))


def _check_name(name: str) -> None:
    if not _NAMES.fullmatch(name):
        raise FormatError(f"证据包不能有此部分 / an evidence bundle has no such part: {name[:80]!r}")


def check_limits(parts: int, own: int, size: int) -> None:
    """Raises FormatError for too many parts, or too many bytes of its own or in all."""
    if parts > MOST_PARTS or own > MOST_OWN_BYTES or size > MOST_BYTES:
        raise FormatError(
            f"证据包过大（至多{MOST_PARTS}个部分，不计所附材料{MOST_OWN_BYTES}字节，共{MOST_BYTES}字节）：请分期导出，或不附"
            f"材料 / the evidence bundle is too large (at most {MOST_PARTS} parts, {MOST_OWN_BYTES} bytes without "
            f"enclosures, {MOST_BYTES} in all): export shorter periods, or without papers"
        )


def read_parts(data: bytes | mmap.mmap) -> Parts:
    """The parts of a file. Raises FormatError unless `bundle_of` makes exactly these bytes of them."""
    whole = memoryview(data)
    if len(whole) > MOST_BYTES:
        raise FormatError(f"文件超过{MOST_BYTES}字节 / the file is longer than {MOST_BYTES} bytes")
    parts = Parts()
    names: list[str] = []
    directory, at, own = bytearray(), 0, 0
    while bytes(whole[at : at + 4]) == b"PK\3\4" and len(whole) >= at + _LOCAL.size:
        fields = _LOCAL.unpack_from(whole, at)
        start = at + _LOCAL.size + fields[9]
        name = bytes(whole[at + _LOCAL.size : start])
        part = whole[start : start + fields[8]]
        names.append(name.decode("ascii", "replace"))
        _check_name(names[-1])
        own += 0 if is_enclosed(names[-1]) else len(part)
        check_limits(len(names), own, len(whole))
        crc = zlib.crc32(part)
        if bytes(whole[at:start]) != _local(name, len(part), crc):
            raise FormatError(
                f"{names[-1]}的头部或校验和不符：文件在传送中损坏，或被改动 / the header or check sum of {names[-1]} "
                f"does not fit: the file was damaged on its way, or altered"
            )
        directory += _central(name, len(part), crc, at)
        if is_enclosed(names[-1]):
            parts.enclosed[names[-1]] = part
        else:
            parts.own[names[-1]] = bytes(part)
        at = start + len(part)
    end = directory + _end(len(names), len(directory), at)
    ordered = names == sorted(set(names), key=_order)
    if not ordered or len(whole) - at != len(end) or bytes(whole[at:]) != end:
        raise FormatError("文件不是证据包的唯一写法 / the file is not in the one form of an evidence bundle")
    return parts


def write_json(value: Any, *, indent: int | None = None) -> bytes:
    """JSON in one form: sorted keys, characters as they are, and a newline at the end."""
    return (json.dumps(value, ensure_ascii=False, sort_keys=True, indent=indent) + "\n").encode()


def read_json(data: bytes, what: str, fields: Mapping[str, type], *, indent: int | None = None) -> dict[str, Any]:
    """An object of exactly these fields, written by `write_json`. Raises FormatError."""
    try:
        value = json.loads(data)
        canonical = write_json(value, indent=indent) == data
    except (ValueError, RecursionError):
        raise FormatError(f"{what}不是JSON / {what} is not JSON") from None
    if not canonical:
        raise FormatError(f"{what}的JSON写法不规范 / {what} is not in the one form of its JSON")
    if not isinstance(value, dict) or {name: type(v) for name, v in value.items()} != dict(fields):
        raise FormatError(f"{what}应有字段 / {what} should have the fields: {', '.join(fields)}")
    return value
