"""映射 Between events and stored bytes, by a closed list of topics.

Nothing is ever imported because a stored row names it, and a version newer than the code knows is refused.
State is one compact JSON object: {"v": schema version, "c": circumstances, "e": event}.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from eventsourcing.persistence import JSONTranscoder, Mapper, Notification, StoredEvent

from application.ports import NewEvent
from domain.event import Event
from domain.recorded import Circumstances, Recorded
from domain.steps import BY_TOPIC
from domain.streams import StreamAt, StreamKind


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
        """Bytes of a new event."""
        new: NewEvent = domain_event
        body = {
            "v": new.event.SCHEMA_VERSION,
            "c": new.circumstances.model_dump(mode="json", exclude_defaults=True),
            "e": new.event.model_dump(mode="json"),
        }
        return StoredEvent(
            originator_id=new.stream.id,
            originator_version=new.stream.version,
            topic=new.event.TOPIC,
            state=orjson.dumps(body),
        )

    def to_domain_event(self, stored_event: StoredEvent) -> Any:
        """The recorded event. Raises UnknownTopicError, NewerEventError, pydantic.ValidationError."""
        if not isinstance(stored_event, LoggedEvent):
            raise TypeError("only events that were read from the log can be mapped")
        return to_recorded(stored_event)


def to_recorded(logged: LoggedEvent) -> Recorded:
    """The recorded event of a logged one. Raises UnknownTopicError, NewerEventError, pydantic.ValidationError."""
    stored = orjson.loads(logged.state)
    stream = StreamAt(
        kind=StreamKind(logged.kind), id=UUID(str(logged.originator_id)), version=logged.originator_version
    )
    return Recorded(
        stream=stream,
        position=logged.id,
        recorded_at=logged.recorded_at,
        circumstances=Circumstances.model_validate(stored["c"]),
        event=event_from(logged.topic, stored["v"], stored["e"]),
    )


def event_from(topic: str, version: int, body: dict[str, Any]) -> Event:
    """The event of a stored body, upcast to the present schema. Raises UnknownTopicError, NewerEventError."""
    event_class = BY_TOPIC.get(topic)
    if event_class is None:
        raise UnknownTopicError(topic)
    if version > event_class.SCHEMA_VERSION:
        raise NewerEventError(f"{topic} v{version}")
    for old in range(version, event_class.SCHEMA_VERSION):
        body = getattr(event_class, f"upcast_v{old}_v{old + 1}")(body)
    return event_class.model_validate(body)


def check_upcasters() -> None:
    """Raise UpcasterChainError unless every event class can read all its earlier versions."""
    for event_class in BY_TOPIC.values():
        for old in range(1, event_class.SCHEMA_VERSION):
            if not hasattr(event_class, f"upcast_v{old}_v{old + 1}"):
                raise UpcasterChainError(f"{event_class.TOPIC}: v{old} -> v{old + 1}")
