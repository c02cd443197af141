"""数组参数 Arrays in PostgreSQL's binary form, made in one go.

The driver adapts each element of a list by itself, which costs more than the database needs to store it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from struct import Struct
from typing import Any, ClassVar
from uuid import UUID

import psycopg
from psycopg.adapt import Dumper
from psycopg.pq import Format

_HEADER = Struct(">iiiii")  # dimensions, has nulls, type of element, number of elements, lower bound
_LENGTH = Struct(">i")
_INTEGER = Struct(">ii")  # length and value
_ONE_DIMENSION, _NO_NULLS, _LOWER_BOUND = 1, 0, 1


class _Array(bytes):
    """A one-dimensional array without nulls."""

    ELEMENT: ClassVar[int]
    """Object identifier of the element's type, as in pg_type."""
    ARRAY: ClassVar[int]
    """Object identifier of the array's type."""


class _IntegerArray(_Array):
    ELEMENT, ARRAY = 23, 1007


class _TextArray(_Array):
    ELEMENT, ARRAY = 25, 1009


class _UuidArray(_Array):
    ELEMENT, ARRAY = 2950, 2951


class _BytesArray(_Array):
    ELEMENT, ARRAY = 17, 1001


def integers(values: Sequence[int]) -> _Array:
    """An int[]. Raises struct.error for a value of more than 32 bits."""
    return _made(_IntegerArray, len(values), (_INTEGER.pack(4, value) for value in values))


def texts(values: Sequence[str]) -> _Array:
    """A text[]. Raises UnicodeEncodeError for what is no Unicode text, ValueError for a NUL."""
    encoded = [value.encode() for value in values]
    if any(b"\0" in value for value in encoded):
        raise ValueError("PostgreSQL text cannot hold NUL")
    return _made(_TextArray, len(values), _with_lengths(encoded))


def uuids(values: Sequence[UUID]) -> _Array:
    """A uuid[]."""
    return _made(_UuidArray, len(values), _with_lengths([value.bytes for value in values]))


def blobs(values: Sequence[bytes]) -> _Array:
    """A bytea[]."""
    return _made(_BytesArray, len(values), _with_lengths(values))


def _with_lengths(values: Iterable[bytes]) -> Iterable[bytes]:
    for value in values:
        yield _LENGTH.pack(len(value))
        yield value


def _made(kind: type[_Array], count: int, parts: Iterable[bytes]) -> _Array:
    header = _HEADER.pack(_ONE_DIMENSION, _NO_NULLS, kind.ELEMENT, count, _LOWER_BOUND)
    return kind(header + b"".join(parts))


class _ArrayDumper(Dumper):
    """Sends an array as it is."""

    format = Format.BINARY

    def dump(self, obj: Any) -> Any:
        """The array's bytes."""
        return obj


def register(conn: psycopg.Connection[Any]) -> None:
    """Let a connection take these arrays as parameters."""
    for kind in (_IntegerArray, _TextArray, _UuidArray, _BytesArray):
        dumper = type(f"{kind.__name__}Dumper", (_ArrayDumper,), {"oid": kind.ARRAY})
        conn.adapters.register_dumper(kind, dumper)
