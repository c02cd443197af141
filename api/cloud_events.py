"""云事件 A recorded event in the envelope of CloudEvents 1.0, for the feed and for webhooks.

The two times have their names there: `time` is when it happened (left out when the paper says only a month or a year),
the extension `recordedtime` when it was recorded. Amounts in `data` are whole numbers of fen, as everywhere.
"""

from __future__ import annotations

from datetime import datetime, time

import orjson
from pydantic import Field

from api.context import Context
from api.event_entry import EventEntry, entry_parts
from application.feed import FeedEvent
from domain.dates import SHANGHAI, Precision
from domain.event import Event, Value
from domain.project import Project
from domain.streams import StreamKind, event_id
from domain.unit import Unit

BATCH_MEDIA_TYPE = "application/cloudevents-batch+json"
_COLLECTIONS = {
    StreamKind.PROJECT: "projects",
    StreamKind.SYSTEM: "systems",
    StreamKind.UNIT: "units",
    StreamKind.EVALUATOR: "evaluators",
}


class CloudEvent(Value):
    """云事件 An event as CloudEvents 1.0 writes it (JSON format)."""

    specversion: str = "1.0"
    id: str = Field(description="事件标识，由流与版本算出 UUID of the event; a receiver drops repeats by source and id")
    source: str = Field(description="日志 the log")
    type: str = Field(description="类型与版本 reverse domain, topic and version")
    subject: str = Field(description="主体 whose history it belongs to, as under /v1/")
    time: datetime | None = Field(
        default=None, description="发生之日零点（北京时间） when it happened, if known to a day"
    )
    recordedtime: datetime = Field(description="记录时刻 when it was recorded")
    sequence: str = Field(pattern=r"^\d{19}$", description="日志位置 position in the log, zero-padded")
    correlationid: str | None = Field(default=None, description="请求号 of the request that recorded it")
    filingnumber: str | None = Field(default=None, description="备案号 of the project")
    datacontenttype: str = "application/json"
    dataschema: str = Field(description="数据模式 where the schema of data.event is")
    data: EventEntry


def event_type(origin: str, event: type[Event]) -> str:
    """local.liuhen.project.approved.v1: the host of the log's name reversed, the topic and the schema version."""
    host = origin.partition("/")[0]
    return ".".join([*reversed(host.split(".")), event.TOPIC, f"v{event.SCHEMA_VERSION}"])


def schema_path(event: type[Event]) -> str:
    """Where the schema of this version of the event is served."""
    return f"/v1/event-types/{event.TOPIC}/{event.SCHEMA_VERSION}"


def cloud_event(context: Context, found: FeedEvent) -> CloudEvent:
    """An event of the feed, as its reader is shown it. Raises SealingError."""
    recorded, state = found.recorded, found.state
    stream, event, happened = recorded.stream, recorded.event, recorded.happened_on
    origin = context.liuhen.settings.origin
    named = state.uscc if isinstance(state, Unit) and state.uscc else str(stream.id)
    exact = happened.precision is Precision.DAY
    return CloudEvent(
        id=str(event_id(stream.id, stream.version)),
        source=f"//{origin}",
        type=event_type(origin, type(event)),
        subject=f"{_COLLECTIONS.get(stream.kind, stream.kind.value)}/{named}",
        time=datetime.combine(happened.earliest, time(), SHANGHAI) if exact else None,
        recordedtime=recorded.recorded_at,
        sequence=f"{recorded.position:019d}",
        correlationid=recorded.circumstances.correlation,
        filingnumber=state.number if isinstance(state, Project) else None,
        dataschema=schema_path(type(event)),
        data=EventEntry(**entry_parts(context, recorded)),
    )


def as_json(event: CloudEvent) -> bytes:
    """The event in the structured JSON form; an attribute that it does not have is left out, as the format asks."""
    return orjson.dumps({name: value for name, value in event.model_dump(mode="json").items() if value is not None})
