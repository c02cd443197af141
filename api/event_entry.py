"""事件条目 How a recorded event is told to a reader, in histories and in the feed alike."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from api.context import Context
from domain.event import Value
from domain.recorded import Actor, Authority, Evidence, Recorded
from domain.rule import Judgement
from domain.streams import StreamAt, StreamKind


class EventEntry(Value):
    """事件 One recorded event: both times, who, on whose authority, on which grounds, with which papers."""

    position: int
    version: int
    stream: StreamKind
    stream_id: UUID
    topic: str
    happened_on: str
    recorded_at: datetime
    actor: Actor
    authority: Authority | None
    evidence: tuple[Evidence, ...]
    correlation: str | None
    based_on: tuple[StreamAt, ...]
    judgement: Judgement | None
    event: dict[str, Any]


def entry_parts(context: Context, recorded: Recorded) -> dict[str, Any]:
    """The fields of an entry, persons as the reader is shown them. Raises SealingError."""
    circumstances, stream = recorded.circumstances, recorded.stream
    return {
        "position": recorded.position,
        "version": stream.version,
        "stream": stream.kind,
        "stream_id": stream.id,
        "topic": recorded.event.TOPIC,
        "happened_on": str(recorded.happened_on),
        "recorded_at": recorded.recorded_at,
        "actor": circumstances.actor,
        "authority": circumstances.authority,
        "evidence": circumstances.evidence,
        "correlation": circumstances.correlation,
        "based_on": circumstances.based_on,
        "judgement": getattr(recorded.event, "judgement", None),
        "event": context.shown(stream.kind, stream.id, recorded.event.model_dump(mode="json", exclude={"judgement"})),
    }
