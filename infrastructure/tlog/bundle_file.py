"""证据包的文件 The file of an evidence bundle: a ZIP of stored parts that can be written in one way only.

Any ZIP program opens it. A reader accepts exactly the bytes that `write_parts` makes of the parts: nothing is
compressed, encrypted, extended, commented, repeated or hidden between the parts, and every name is of a fixed list.
"""

from __future__ import annotations

import json
import re
import struct
import zlib
from collections.abc import Mapping
from typing import Any

from infrastructure.tlog.text_forms import FormatError

MANIFEST = "manifest.json"
MOST_BYTES = 256 << 20
"""A larger file is not read."""
MOST_PARTS = 0xFFFF
"""More parts would need the extended form of ZIP."""

_NAMES = re.compile(
    r"manifest\.json|checkpoint|keys\.json|events\.jsonl|proofs\.jsonl|summary\.(en|zh)\.txt"
    r"|events/[0-9]{12,19}\.json|documents/[0-9a-f]{64}",
    re.ASCII,
)
_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_DATE = 0x21  # 1980-01-01, the first day that ZIP can say: a time here would prove nothing


def _order(name: str) -> tuple[bool, str]:
    return name != MANIFEST, name


def _local(name: bytes, size: int, crc: int) -> bytes:
    return _LOCAL.pack(b"PK\3\4", 20, 0, 0, 0, _DATE, crc, size, size, len(name), 0) + name


def _central(name: bytes, size: int, crc: int, at: int) -> bytes:
    fields = (0x0314, 20, 0, 0, 0, _DATE, crc, size, size, len(name), 0, 0, 0, 0, 0o100644 << 16, at)
    return _CENTRAL.pack(b"PK\1\2", *fields) + name


def write_parts(parts: Mapping[str, bytes]) -> bytes:
    """The file of these parts. Raises FormatError for a name that is not of the list, and beyond the limits."""
    files, directory, at = [], [], 0
    for name in sorted(parts, key=_order):
        if not _NAMES.fullmatch(name):
            raise FormatError(f"证据包不能有此部分 / an evidence bundle has no such part: {name[:80]!r}")
        data = parts[name]
        crc = zlib.crc32(data)
        directory.append(_central(name.encode(), len(data), crc, at))
        files += [_local(name.encode(), len(data), crc), data]
        at += len(files[-2]) + len(data)
    central = b"".join(directory)
    if len(parts) > MOST_PARTS or at + len(central) + _END.size > MOST_BYTES:
        raise FormatError(
            f"证据包过大（至多{MOST_PARTS}个部分、{MOST_BYTES}字节）：请分期导出 / the evidence bundle is too large "
            f"(at most {MOST_PARTS} parts, {MOST_BYTES} bytes): export shorter periods"
        )
    end = _END.pack(b"PK\5\6", 0, 0, len(parts), len(parts), len(central), at, 0)
    return b"".join((*files, central, end))


def read_parts(data: bytes) -> dict[str, bytes]:
    """The parts of a file. Raises FormatError unless `write_parts` makes exactly these bytes of them."""
    if len(data) > MOST_BYTES:
        raise FormatError(f"文件超过{MOST_BYTES}字节 / the file is longer than {MOST_BYTES} bytes")
    parts: dict[str, bytes] = {}
    at = 0
    while data[at : at + 4] == b"PK\3\4" and len(data) >= at + _LOCAL.size:
        fields = _LOCAL.unpack_from(data, at)
        start = at + _LOCAL.size + fields[9]
        name = data[at + _LOCAL.size : start].decode("ascii", "replace")
        at = start + fields[8]
        if name in parts:
            raise FormatError(f"部分重复 / a part is there twice: {name[:80]!r}")
        parts[name] = data[start:at]
    if write_parts(parts) != data:
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
