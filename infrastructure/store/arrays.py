"""数组参数 Arrays in PostgreSQL's binary form, made in one go: one dimension, without nulls.

The driver adapts each element of a list by itself, which costs more than the database needs to store it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain, repeat
from uuid import UUID

_HEADER = struct.Struct(">iiiii")  # dimensions, has nulls, type of element, number of elements, lower bound
_LENGTH = struct.Struct(">i")
_INTEGER, _TEXT, _UUID, _BYTES = 23, 25, 2950, 17
"""Object identifiers of the elements' types, as in pg_type."""
_UUID_LENGTH = _LENGTH.pack(16)


def integers(values: Sequence[int]) -> bytes:
    """An int[]. Raises struct.error for a value of more than 32 bits."""
    number = len(values)
    return struct.pack(f">5i{2 * number}i", 1, 0, _INTEGER, number, 1, *chain.from_iterable(zip(repeat(4), values)))


def texts(values: Sequence[str]) -> bytes:
    """A text[]. Raises UnicodeEncodeError for what is no Unicode text, ValueError for a NUL."""
    return _header(_TEXT, len(values)) + b"".join(map(_text, values))


def names(values: Sequence[str]) -> bytes:
    """A text[] of values that come again and again. Raises what `texts` raises."""
    return _header(_TEXT, len(values)) + b"".join(map(_name, values))


def uuids(values: Sequence[UUID]) -> bytes:
    """A uuid[]."""
    number = len(values)
    if not number:
        return _header(_UUID, 0)
    return _header(_UUID, number) + _UUID_LENGTH + _UUID_LENGTH.join([value.bytes for value in values])


def blobs(values: Sequence[bytes]) -> bytes:
    """A bytea[]."""
    return _header(_BYTES, len(values)) + b"".join(chain.from_iterable(_with_length(values)))


def _with_length(values: Iterable[bytes]) -> Iterable[tuple[bytes, bytes]]:
    return [(_LENGTH.pack(len(value)), value) for value in values]


def _text(value: str) -> bytes:
    encoded = value.encode()
    if b"\0" in encoded:
        raise ValueError("PostgreSQL text cannot hold NUL")
    return _LENGTH.pack(len(encoded)) + encoded


_name = lru_cache(1024)(_text)


@lru_cache(4096)
def _header(element: int, number: int) -> bytes:
    return _HEADER.pack(1, 0, element, number, 1)
