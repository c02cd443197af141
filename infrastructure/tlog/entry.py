"""日志条目 The leaf entry: what the log commits to of an event, in binary form, version 1 (docs/verifiable-log.md).

    u8   1                     format version
    u64  position              in the log, counted from 1; leaf index = position - 1
    16   stream                identity of the stream
    text stream kind           u16 length, then UTF-8
    u32  stream version
    text topic
    i64  recorded_at           microseconds since 1970-01-01 UTC
    text happened_on           as stored, e.g. 2019-03: its length says its precision
    32   digest                the suite's hash of the exact stored state bytes
    u64  previous              position of the previous event of the stream, 0 when there is none

Integers are big-endian. Every field is recomputable from the event's row and its predecessor's position.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

import orjson

from infrastructure.tlog.suite import HASH_LENGTH, Suite
from infrastructure.tlog.text_forms import FormatError

VERSION = 1
MOST_TEXT = 1024
"""Bytes of a text of an entry."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_HAPPENED_FIRST = re.compile(rb'\{"v":[0-9]+,"c":\{"happened_on":"([0-9-]{4,10})"')
_HEAD = 40
"""Bytes of a state that hold the day where it stands first."""
_HAPPENED_ON = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?", re.ASCII)


def microseconds(moment: datetime) -> int:
    """Microseconds from 1970-01-01 UTC to a moment with a time zone, exactly."""
    return (moment - _EPOCH) // _MICROSECOND


def moment_of(recorded_at: int) -> datetime:
    """The moment of so many microseconds since 1970-01-01 UTC. Raises FormatError beyond the years 1 to 9999."""
    try:
        return _EPOCH + timedelta(microseconds=recorded_at)
    except OverflowError:
        raise FormatError(f"时刻超出范围 / the time is out of range: {recorded_at}") from None


@lru_cache(maxsize=4096)
def _happened_first(head: bytes) -> str | None:
    """The text of `happened_on` where it stands first: many events are of one day."""
    found = _HAPPENED_FIRST.match(head)
    return found[1].decode() if found else None


def happened_on_of(state: bytes) -> str:
    """The text of `happened_on` in stored state bytes. Raises FormatError when there is none."""
    if text := _happened_first(state[:_HEAD]):
        return text
    try:
        text = orjson.loads(state)["c"]["happened_on"]
    except (ValueError, KeyError, TypeError):
        raise FormatError("存储的事件没有happened_on / the stored event has no happened_on") from None
    if not isinstance(text, str) or not _HAPPENED_ON.fullmatch(text):
        raise FormatError("存储的happened_on写法不对 / the stored happened_on is not in its form")
    return text


class EntryFields(NamedTuple):
    """The fields of an entry, for the bulk path: a plain tuple in this order works as well."""

    position: int
    stream: bytes
    kind: str
    version: int
    topic: str
    recorded_at: int
    happened_on: str
    digest: bytes
    previous: int


@lru_cache(maxsize=4096)
def _text(text: str) -> bytes:
    encoded = text.encode()
    if len(encoded) > MOST_TEXT:
        raise FormatError(f"条目中的文本过长 / a text of the entry is too long: {text[:60]!r}")
    return encoded


@lru_cache(maxsize=1024)
def _layout(kind: int, topic: int, happened_on: int) -> struct.Struct:
    return struct.Struct(f">BQ16sH{kind}sIH{topic}sqH{happened_on}s{HASH_LENGTH}sQ")


def encode_entries(rows: Iterable[EntryFields | tuple[int, bytes, str, int, str, int, str, bytes, int]]) -> list[bytes]:
    """The entries of many events: one `struct` call each. Raises FormatError, struct.error for figures out of range.

    Identity and digest must have their length; the caller takes them from UUIDs and the suite.
    """
    text, layout = _text, _layout
    entries: list[bytes] = []
    append = entries.append
    for position, stream, kind, version, topic, recorded_at, happened_on, digest, previous in rows:
        kind_ = text(kind)
        topic_ = text(topic)
        happened_ = text(happened_on)
        k, t, h = len(kind_), len(topic_), len(happened_)
        append(
            layout(k, t, h).pack(
                1, position, stream, k, kind_, version, t, topic_, recorded_at, h, happened_, digest, previous
            )
        )
    return entries


@dataclass(frozen=True)
class Entry:
    """One entry, with its fields in their ordinary types."""

    position: int
    stream: UUID
    kind: str
    version: int
    topic: str
    recorded_at: datetime
    happened_on: str
    digest: bytes
    previous: int

    @classmethod
    def of_event(  # the columns of liuhen.events
        cls,
        suite: Suite,
        *,
        position: int,
        stream: UUID,
        kind: str,
        version: int,
        topic: str,
        recorded_at: datetime,
        state: bytes,
        previous: int,
    ) -> Entry:
        """The entry of a stored event. Raises FormatError when its state has no happened_on."""
        happened_on = happened_on_of(state)
        return cls(position, stream, kind, version, topic, recorded_at, happened_on, suite.digest(state), previous)

    def encode(self) -> bytes:
        """The binary form. Raises FormatError for what does not fit it."""
        if len(self.digest) != HASH_LENGTH:
            raise FormatError(f"摘要应为{HASH_LENGTH}字节 / the digest has {HASH_LENGTH} bytes")
        fields = EntryFields(
            self.position,
            self.stream.bytes,
            self.kind,
            self.version,
            self.topic,
            microseconds(self.recorded_at),
            self.happened_on,
            self.digest,
            self.previous,
        )
        try:
            return encode_entries([fields])[0]
        except struct.error as error:
            raise FormatError(f"条目的数值超出范围 / a figure of the entry is out of range: {error}") from error

    @classmethod
    def decode(cls, data: bytes) -> Entry:
        """Read the binary form. Raises FormatError, also for bytes after the end."""
        at = 0

        def take(length: int) -> bytes:
            nonlocal at
            part = data[at : at + length]
            if len(part) != length:
                raise FormatError("条目过短 / the entry ends too early")
            at += length
            return part

        def number(length: int, *, signed: bool = False) -> int:
            return int.from_bytes(take(length), "big", signed=signed)

        def text() -> str:
            length = number(2)
            if length > MOST_TEXT:
                raise FormatError(f"条目中的文本过长：{length}字节 / a text of the entry is too long: {length} bytes")
            try:
                return take(length).decode()
            except UnicodeDecodeError:
                raise FormatError("条目中的文本不是UTF-8 / a text of the entry is not UTF-8") from None

        if number(1) != VERSION:
            raise FormatError(f"不认识的条目版本 / unknown version of an entry: {data[:1].hex()}")
        entry = cls(
            position=number(8),
            stream=UUID(bytes=take(16)),
            kind=text(),
            version=number(4),
            topic=text(),
            recorded_at=moment_of(number(8, signed=True)),
            happened_on=text(),
            digest=take(HASH_LENGTH),
            previous=number(8),
        )
        if at != len(data):
            raise FormatError("条目之后还有字节 / there are bytes after the entry")
        return entry
