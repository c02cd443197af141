"""映射 Between events and stored bytes, by a closed list of topics.

Nothing is ever imported because a stored row names it, and a version newer than the code knows is refused.
State is one compact JSON object: {"v": schema version, "c": circumstances, "e": event, "n": 128 random bits}. The last
keeps whoever sees a digest of a state from confirming a guess of it (docs/adr/0026); older states have none.
"""

from __future__ import annotations

import os
import re
from binascii import b2a_base64
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson
from eventsourcing.persistence import JSONTranscoder, Mapper, Notification, StoredEvent
from pydantic import ValidationError

from application.ports import NewEvent, WrittenEvent
from domain.dates import CivilDate
from domain.event import Event, as_stored
from domain.recorded import Circumstances, Recorded
from domain.steps import BY_TOPIC
from domain.streams import StreamAt, StreamKind

# What a number beyond 64 bits looks like; digits of a text may look so, too.
_LARGE = re.compile(rb"[:,\[-]\d{19}")
# Few states hold so many digits on end, and that is found much sooner.
_DIGITS = bytes(ord("0") if byte in b"0123456789" else ord(" ") for byte in range(256))
_NINETEEN_DIGITS = b"0" * 19


class UnknownTopicError(Exception):
    """A stored event has a topic that this version does not know. Upgrade, or inspect the row."""


class NewerEventError(Exception):
    """A stored event has a newer schema version than this version knows. Upgrade."""


class UpcasterChainError(Exception):
    """An event class has no upcaster for one of its earlier schema versions."""


@dataclass(frozen=True)
class LoggedEvent(Notification):
    """A stored event in its place: the library's notification, with the stream's kind and the recorded time."""

    kind: str
    recorded_at: datetime


class LedgerMapper(Mapper[UUID]):
    """The library's mapper with our envelope, our list of topics, and validation on reading."""

    def __init__(self) -> None:
        super().__init__(transcoder=JSONTranscoder())
        check_upcasters()

    def to_stored_event(self, domain_event: Any) -> StoredEvent:
        """Bytes of a new event. Raises ValueError for a number beyond 64 bits: it would be read back rounded."""
        new: NewEvent = domain_event
        circumstances = _stated(new.circumstances)
        state = b'{"v":%d,"c":%b,"e":%b' % (new.event.SCHEMA_VERSION, circumstances, as_stored(new.event))
        if _NINETEEN_DIGITS in state.translate(_DIGITS) and _LARGE.search(state):
            _check_numbers(orjson.loads(state + b"}"), new.event.model_dump(mode="json", exclude_none=True))
        state += b'%b%b"}' % (_NONCE, _nonce())
        return StoredEvent(
            originator_id=new.stream.id,
            originator_version=new.stream.version,
            topic=new.event.TOPIC,
            state=state,
        )

    def to_stored_events(self, written: Iterable[WrittenEvent]) -> list[StoredEvent]:
        """Bytes of events that are written already, as `to_stored_event` gives them. Raises ValueError as it does."""
        stored: list[StoredEvent] = []
        before, circumstances = None, b""
        for e in written:
            if e.circumstances is not before:  # the rows of a file have them in common
                before, circumstances = e.circumstances, _stated(e.circumstances)
            if _NINETEEN_DIGITS in e.body.translate(_DIGITS) and _LARGE.search(e.body):
                stored.append(self.to_stored_event(new_event(e)))
                continue
            state = b'{"v":%d,"c":%b,"e":%b%b%b"}' % (
                e.event_class.SCHEMA_VERSION,
                circumstances,
                e.body,
                _NONCE,
                _nonce(),
            )
            stored.append(StoredEvent(e.stream, e.version, e.event_class.TOPIC, state))
        return stored

    def to_domain_event(self, stored_event: StoredEvent) -> Any:
        """The recorded event. Raises UnknownTopicError, NewerEventError, pydantic.ValidationError."""
        if not isinstance(stored_event, LoggedEvent):
            raise TypeError("only events that were read from the log can be mapped")
        return to_recorded(stored_event)


def _stated(circumstances: Circumstances) -> bytes:
    return circumstances.__pydantic_serializer__.to_json(circumstances, exclude_defaults=True)


def new_event(written: WrittenEvent) -> NewEvent:
    """A written event as it is recorded by itself. Raises pydantic.ValidationError."""
    at = StreamAt.made_of(kind=written.kind, id=written.stream, version=written.version)
    return NewEvent(at, written.circumstances, written.event_class.model_validate_json(written.body))


Row = tuple[int, int, datetime | int, str, bytes]
"""A stored event: version, position, recorded time, topic and state.

The time may be in microseconds since 2000, as PostgreSQL has it: few look at it.
"""
LogRow = tuple[UUID, str, int, int, datetime, str, bytes]
"""Stream, kind, and then as a `Row`: version, position, recorded time, topic and state of an event in the log."""
PageRow = tuple[bytes, str, int, int, int, str, bytes]
"""The same as PostgreSQL has it: the 16 bytes of the stream, and the time in microseconds since 2000."""
_FROM = datetime(2000, 1, 1, tzinfo=UTC)
"""What PostgreSQL counts time from."""

_DAY_FIRST = re.compile(rb'\{"happened_on":"(\d{4}(?:-\d\d){0,2})",')
"""How circumstances begin as they are written here."""
_DAY_NAMED, _DAY_ENDS = 2, 28
"""Where their day is named in them, and how much of them holds it."""


class _Read(Recorded):
    """A recorded event as it was read. Its circumstances are decoded, and validated, when somebody looks at them."""

    __slots__ = (
        *("_circumstances", "_day", "_since", "_stated", "_stream"),
        *("kind", "originator_id", "originator_version", "stored"),
    )
    kind: StreamKind
    originator_id: UUID
    originator_version: int
    stored: bytes
    """The exact bytes that it is stored as."""
    _circumstances: Circumstances
    _stream: StreamAt

    # Without the parts that cost something: these are made when they are asked for. There are as many as events, so
    # that each part is handed over as it was found, and nothing of a row is kept that is not needed.
    def __init__(
        self,
        kind: StreamKind,
        stream: UUID,
        version: int,
        position: int,
        since: datetime | int,
        state: bytes,
        event: Event,
        stated: bytes,
    ) -> None:
        """`stated` are its circumstances as they are stored."""
        self.kind = kind
        self.originator_id = stream
        self.originator_version = version
        self.position = position
        self._since = since
        self.stored = state
        self.event = event
        self._stated = stated
        self._day: CivilDate | None = None

    @property
    def recorded_at(self) -> datetime:  # type: ignore[override]
        """When it was recorded."""
        since = self._since
        return _instant(since) if isinstance(since, int) else since

    @property
    def stream(self) -> StreamAt:  # type: ignore[override]
        """The stream, at the event's version."""
        try:
            return self._stream
        except AttributeError:
            self._stream = made = StreamAt.made_of(
                kind=self.kind, id=self.originator_id, version=self.originator_version
            )
            return made

    @property
    def circumstances(self) -> Circumstances:  # type: ignore[override]
        """What surrounds the event. Raises pydantic.ValidationError."""
        try:
            return self._circumstances
        except AttributeError:
            decoded: Circumstances = Circumstances.__pydantic_validator__.validate_json(self._stated)
            self._circumstances = decoded
            return decoded

    @property
    def happened_on(self) -> CivilDate:
        """The calendar day on which it happened. Raises ValueFault, pydantic.ValidationError."""
        day = self._day
        if day is None:
            stated = self._stated
            day = _day(stated[:_DAY_ENDS])
            # Read from its place only where it is named nowhere else: of two of one name, the last would count.
            if day is None or stated.rfind(b"happened_") != _DAY_NAMED:
                day = self.circumstances.happened_on
            self._day = day
        return day

    @property
    def person(self) -> UUID | None:
        """The person whose account recorded it, where it is known. Raises pydantic.ValidationError."""
        stated = self._stated
        # Many circumstances name none, however the name may be written: these are not decoded for it.
        if stated.rfind(b"person") < 0 and stated.find(b"\\") < 0:
            return None
        return self.circumstances.actor.person


@lru_cache(maxsize=8192)
def _day(beginning: bytes) -> CivilDate | None:
    """The day that circumstances begin with, or None when they begin otherwise. Raises ValueFault."""
    found = _DAY_FIRST.match(beginning)
    return None if found is None else CivilDate.parse(found[1].decode())


def recorded_history(kind: StreamKind, stream: UUID, rows: Iterable[Row]) -> list[Recorded]:
    """The recorded events of stored columns: version, position, recorded time, topic and state.

    A state as it is written here, of the present schema version, is cut rather than parsed: circumstances have no
    part of the name "e", and within a JSON text no quotation mark stands bare, so the first `},"e":` is the event's.
    What does not come out well so is parsed as a whole, and refused for what is wrong with it.

    Raises UnknownTopicError, NewerEventError, pydantic.ValidationError, orjson.JSONDecodeError.
    """
    history: list[Recorded] = []
    for version, position, since, topic, state in rows:
        event, stated = _cut(topic, state)
        history.append(_Read(kind, stream, version, position, since, state, event, stated))
    return history


def _cut(topic: str, state: bytes) -> tuple[Event, bytes]:
    """The event of a state, and its circumstances as they are stored."""
    try:
        head, first, read = _QUICK[topic]
    except KeyError:
        raise UnknownTopicError(topic) from None
    stop = -_TAIL if state.startswith(_NONCE, -_TAIL) else -1 if state.endswith(b"}}") else 0
    end = state.find(_EVENT, first) if stop and state.startswith(head) else -1
    try:
        return read(state[end + 6 : stop] if end > 0 else b""), state[first : end + 1]  # after _EVENT
    except ValidationError:
        stored = orjson.loads(state)
        return event_from(topic, stored["v"], stored["e"]), orjson.dumps(stored["c"])


def logged_event(row: LogRow) -> LoggedEvent:
    """A row of the log as the library's notification."""
    stream, kind, version, position, recorded_at, topic, state = row
    return LoggedEvent(
        originator_id=stream,
        originator_version=version,
        topic=topic,
        state=state,
        id=position,
        kind=kind,
        recorded_at=recorded_at,
    )


@dataclass(frozen=True)
class Undecodable:
    """An event that this version of the program cannot decode."""

    logged: LoggedEvent
    error: Exception


def decoded_rows(rows: Iterable[PageRow]) -> tuple[list[Recorded], list[Undecodable]]:
    """The events that can be decoded, and those that cannot. An unknown kind of stream is one of these."""
    entries: list[Recorded] = []
    undecodable: list[Undecodable] = []
    kinds, identity, cut, read, add = _KINDS, _identity, _cut, _Read, entries.append
    for stream, kind, version, position, since, topic, state in rows:
        try:
            event, stated = cut(topic, state)
            add(read(kinds[kind], identity(stream), version, position, since, state, event, stated))
        except Exception as error:  # noqa: BLE001 (whatever is wrong with it, the others go on)
            logged = logged_event((identity(stream), kind, version, position, _instant(since), topic, state))
            undecodable.append(Undecodable(logged, error))
    return entries, undecodable


def _instant(since: int) -> datetime:
    return _FROM + timedelta(microseconds=since)


@lru_cache(maxsize=16384)
def _identity(stream: bytes) -> UUID:
    """Making one costs as much as reading a small event, and a page has many events of a stream."""
    return UUID(bytes=stream)


_NONCES: list[bytes] = []
"""Random bits for the next events. The system is asked for many at once: each call lets go of the interpreter's lock,
and with a writing thread waiting for it, that takes longer than all else that is done with an event."""
_NONCES_AT_ONCE = 256
os.register_at_fork(after_in_child=_NONCES.clear)


def _nonce() -> bytes:
    """128 random bits, in base64 without its padding. May be called by many threads."""
    while True:
        with suppress(IndexError):
            return _NONCES.pop()
        bits = os.urandom(16 * _NONCES_AT_ONCE)
        _NONCES.extend(b2a_base64(bits[n : n + 16], newline=False)[:22] for n in range(0, len(bits), 16))


_KINDS = {str(kind): kind for kind in StreamKind}
_EVENT = b'},"e":'
_NONCE = b',"n":"'
_TAIL = len(_NONCE) + 22 + len(b'"}')
"""Bytes behind the event: the random bits in base64 without its padding. No event ends so: what ends it is a brace."""
_HEADS = {topic: b'{"v":%d,"c":{' % event_class.SCHEMA_VERSION for topic, event_class in BY_TOPIC.items()}
_QUICK: dict[str, tuple[bytes, int, Callable[[bytes], Event]]] = {
    topic: (_HEADS[topic], len(_HEADS[topic]) - 1, event_class.__pydantic_validator__.validate_json)
    for topic, event_class in BY_TOPIC.items()
}
"""How a state of the present schema version begins, where its circumstances do, what reads its event, by topic."""


def to_recorded(logged: LoggedEvent) -> Recorded:
    """The recorded event of a logged one. Raises UnknownTopicError, NewerEventError, pydantic.ValidationError."""
    row = (logged.originator_version, logged.id, logged.recorded_at, logged.topic, logged.state)
    return recorded_history(StreamKind(logged.kind), as_uuid(logged.originator_id), (row,))[0]


def as_uuid(stream: UUID | str) -> UUID:
    """The identity of a stream: the library's types allow text as well."""
    return stream if isinstance(stream, UUID) else UUID(stream)


def event_from(topic: str, version: int, body: dict[str, Any]) -> Event:
    """The event of a stored body, upcast to the present schema. Raises UnknownTopicError, NewerEventError."""
    event_class = BY_TOPIC.get(topic)
    if event_class is None:
        raise UnknownTopicError(topic)
    if version > event_class.SCHEMA_VERSION:
        raise NewerEventError(f"{topic} v{version}")
    for old in range(version, event_class.SCHEMA_VERSION):
        body = getattr(event_class, f"upcast_v{old}_v{old + 1}")(body)
    event: Event = event_class.__pydantic_validator__.validate_python(body)
    return event


def _check_numbers(read: Any, meant: Any) -> None:
    if read["e"] != meant:
        raise ValueError("a number of the event is beyond 64 bits")


def check_upcasters() -> None:
    """Raise UpcasterChainError unless every event class can read all its earlier versions."""
    for event_class in BY_TOPIC.values():
        for old in range(1, event_class.SCHEMA_VERSION):
            if not hasattr(event_class, f"upcast_v{old}_v{old + 1}"):
                raise UpcasterChainError(f"{event_class.TOPIC}: v{old} -> v{old + 1}")
