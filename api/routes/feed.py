"""变更流 The feed of what is recorded, by pull and as server-sent events, on one position.

The position in the log is the only cursor: whoever keeps the last one that it has dealt with misses nothing, and the
same position asked for again gives the same events.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse
from fastapi.security import HTTPAuthorizationCredentials
from fastapi.sse import format_sse_event
from pydantic import Field

from api.cloud_events import BATCH_MEDIA_TYPE, CloudEvent, as_json, cloud_event, event_type, schema_path
from api.context import BEARER, Context, Reader, reader
from api.moments import LONGEST_WAIT, asked_wait
from api.problems import NotAllowedError, NotAuthenticatedError, Problem, problem
from application.feed import LARGEST_PAGE, FeedPage, Selection, feed_after
from domain.event import Value
from domain.faults import BadFieldError, UnknownSubjectError
from domain.rule import text
from domain.steps import BY_TOPIC
from infrastructure.bootstrap import Liuhen

router = APIRouter(tags=["变更流 feed"])

_EVENT_STREAM = "text/event-stream"
POLL_SECONDS = 1.0
"""Longest time between two looks at the log: other processes record, too, and do not wake this one."""
SILENT_SECONDS = 15
"""After this many looks without news a comment is sent, so that nobody between takes the stream for dead."""
_SETTLE = 0.05
"""Seconds between two pages of one stream, so that a burst of commits is not read event by event."""


class FeedAnswer(Value):
    """变更 A part of the feed."""

    events: list[CloudEvent]
    next: int = Field(description="下次从此位置之后取 ask for what comes after this position next time")
    end: int = Field(description="日志末尾 position of the last event of the log")


class EventTypeEntry(Value):
    """事件类型 A type of event, and where its schema is."""

    topic: str
    version: int
    type: str
    told: str = Field(description="含义 what it says")
    schema_url: str


def checked_topics(topics: Sequence[str], pointer: str) -> None:
    """Raises BadFieldError for a topic that does not exist."""
    for number, named in enumerate(topics):
        if named not in BY_TOPIC:
            raise BadFieldError(
                text("没有此事件类型；见/v1/event-types", "no such type of event: see /v1/event-types"),
                f"{pointer}/{number}",
            )


def selection(
    topic: Annotated[
        list[str] | None, Query(max_length=100, description="只要这些事件类型，可多个 only these topics")
    ] = None,
    stream_id: Annotated[
        list[UUID] | None, Query(max_length=100, description="只要这些项目、系统、单位 only these histories")
    ] = None,
) -> Selection:
    """Which events are asked for. Raises BadFieldError for a topic that does not exist."""
    checked_topics(topic or (), "/query/topic")
    return Selection(frozenset(topic or ()), frozenset(stream_id or ()))


Selected = Annotated[Selection, Depends(selection)]
After = Annotated[int, Query(ge=0, le=2**63 - 1, description="从此日志位置之后 after this position of the log")]


@router.get(
    "/feed",
    summary="取变更 what was recorded after a position",
    response_model=FeedAnswer,
    responses={200: {"content": {BATCH_MEDIA_TYPE: {"schema": {"type": "array", "items": {"type": "object"}}}}}},
)
async def pull(
    request: Request,
    context: Reader,
    selected: Selected,
    after: After = 0,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE, description="至多看几个位置 positions to look at")] = 100,
    prefer: Annotated[
        str | None, Header(max_length=200, description="wait=秒：没有新的就等 wait for news, at most 30 s")
    ] = None,
    accept: Annotated[str | None, Header(max_length=500, include_in_schema=False)] = None,
) -> Response:
    """Events in the order of recording. `next` moves on even past what may not be seen, so nothing holds it up.

    With `Prefer: wait=n` an empty answer is held back until something comes, as receivers behind one-way gates need.
    """
    wait = min(LONGEST_WAIT, asked_wait(prefer) or 0.0)
    await run_in_threadpool(_check_position, context.liuhen, after, "/query/after")
    page = await run_in_threadpool(_page, context, after, limit, selected)
    if wait and not page.events:
        page = await _awaited(request, context, page, limit, selected, wait)
    events = await run_in_threadpool(_told, context, page)
    headers = {
        "Link": _next(request, page.next),
        "Vary": "Accept, Authorization",
    }
    if BATCH_MEDIA_TYPE in (accept or ""):
        return Response(b"[" + b",".join(map(as_json, events)) + b"]", media_type=BATCH_MEDIA_TYPE, headers=headers)
    body = b'{"events":[%b],"next":%d,"end":%d}' % (b",".join(map(as_json, events)), page.next, page.end)
    return Response(body, media_type="application/json", headers=headers)


def _next(request: Request, after: int) -> str:
    """The link to what comes after a position. It names no host: behind a proxy, the client knows another one."""
    asked = [(name, value) for name, value in request.query_params.multi_items() if name != "after"]
    return f'<{request.url.path}?{urlencode([*asked, ("after", after)])}>; rel="next"'


def _check_position(liuhen: Liuhen, after: int, pointer: str) -> None:
    """Raises BadFieldError for a position that the log has not reached.

    Who asks for one follows another log, or followed this one before an older backup was restored: it would wait, and
    then miss what is recorded at the positions that it believes to have seen.
    """
    end = liuhen.ledger.position()
    if after > end:
        raise BadFieldError(
            text(
                f"日志只到{end}。若所记位置来自另一日志，或恢复备份之前，请从确有把握的位置重新取，凭source和id去重",
                f"the log ends at {end}. If the position is of another log, or of before a backup was restored, begin "
                "again at one that you are sure of, and drop repeats by source and id",
            ),
            pointer,
        )


async def _awaited(
    request: Request, context: Context, page: FeedPage, limit: int, selected: Selection, wait: float
) -> FeedPage:
    """The first page with events that may be seen, or the last one once the time is over."""
    over = asyncio.get_running_loop().time() + wait
    with _woken_by(context.liuhen) as woken:
        while not page.events and (left := over - asyncio.get_running_loop().time()) > 0:
            if page.next >= page.end:
                if _ending(request) or await request.is_disconnected():
                    break
                await _wait(woken, min(left, POLL_SECONDS))
            page = await run_in_threadpool(_page, context, page.next, limit, selected)
    return page


@router.get(
    "/feed/stream",
    summary="推送变更 the feed as server-sent events",
    response_class=StreamingResponse,
    responses={
        200: {"content": {_EVENT_STREAM: {"schema": {"type": "string"}}}},
        503: {"model": Problem, "description": "推送过多，请稍后或改用/v1/feed too many streams"},
    },
)
async def stream(
    request: Request,
    context: Reader,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)],
    selected: Selected,
    after: After = 0,
    last_event_id: Annotated[
        str | None, Header(pattern=r"^\d{1,19}$", description="断线重连时由客户端给出 the last position received")
    ] = None,
) -> Response:
    """Each event under its type, with its position as id. After a broken line the client goes on from the last id."""
    liuhen = context.liuhen
    if len(_open_streams(request)) >= liuhen.settings.most_streams:
        return problem(request, "too-many-streams", headers={"Retry-After": "10"})
    begin = max(after, int(last_event_id or 0))
    pointer = "/query/after" if after == begin else "/header/Last-Event-ID"
    await run_in_threadpool(_check_position, liuhen, begin, pointer)
    return StreamingResponse(
        _stream(request, liuhen, credentials, begin, selected),
        media_type=_EVENT_STREAM,
        headers={"X-Accel-Buffering": "no"},
    )


async def _stream(
    request: Request,
    liuhen: Liuhen,
    credentials: HTTPAuthorizationCredentials | None,
    position: int,
    selected: Selection,
) -> AsyncIterator[bytes]:
    """The stream of one client, as it may see it at each moment, until it goes, has no right, or the service ends."""
    mark = object()
    _open_streams(request).add(mark)
    silent = 0
    try:
        with _woken_by(liuhen) as woken:
            yield format_sse_event(retry=2000, comment="liuhen")
            while not _ending(request):
                context = await run_in_threadpool(_present, request, credentials)
                if context is None:
                    break
                page = await run_in_threadpool(_page, context, position, LARGEST_PAGE, selected)
                events = await run_in_threadpool(_told, context, page)
                for event in events:
                    yield format_sse_event(
                        id=str(int(event.sequence)), event=event.type, data_str=as_json(event).decode()
                    )
                if page.next > position:
                    position = page.next
                    if not events or position > int(events[-1].sequence):
                        yield format_sse_event(id=str(position))  # past what is hidden or not asked for
                    silent = 0
                    await asyncio.sleep(_SETTLE)
                    continue
                await _wait(woken, POLL_SECONDS)
                silent += 1
                if silent >= SILENT_SECONDS:
                    silent = 0
                    yield format_sse_event(comment="…")
    finally:
        _open_streams(request).discard(mark)


@router.get("/event-types", summary="事件类型 the types of events")
def event_types(context: Reader) -> list[EventTypeEntry]:
    """Every type of event that may appear in the feed, and where the schema of its content is."""
    return [
        EventTypeEntry(
            topic=event.TOPIC,
            version=event.SCHEMA_VERSION,
            type=event_type(context.liuhen.settings.origin, event),
            told=(event.__doc__ or "").strip().partition("\n")[0],
            schema_url=schema_path(event),
        )
        for event in BY_TOPIC.values()
    ]


@router.get("/event-types/{topic}/{version}", summary="事件模式 JSON schema of a type of event")
def event_schema(context: Reader, topic: str, version: int) -> dict[str, Any]:
    """JSON Schema (2020-12) of `data.event` for this version. Personal data appear as they are shown, not as here."""
    del context
    event = BY_TOPIC.get(topic)
    if event is None or version != event.SCHEMA_VERSION:
        raise UnknownSubjectError(text("没有此事件类型或版本", "there is no such type or version of event"))
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **event.model_json_schema(mode="serialization")}


def _page(context: Context, after: int, limit: int, selected: Selection) -> FeedPage:
    return feed_after(context.liuhen.desk, context, after, limit, selected)


def _ending(request: Request) -> bool:
    return bool(request.app.state.ending())


def _open_streams(request: Request) -> set[object]:
    found: set[object] = request.app.state.streams
    return found


def _told(context: Context, page: FeedPage) -> list[CloudEvent]:
    return [cloud_event(context, event) for event in page.events]


def _present(request: Request, credentials: HTTPAuthorizationCredentials | None) -> Context | None:
    """Who reads, with the rights of now; None when there is none left. A stream must not outlive the right to it."""
    try:
        return reader(request, credentials)
    except (NotAuthenticatedError, NotAllowedError):
        return None


@contextmanager
def _woken_by(liuhen: Liuhen) -> Iterator[asyncio.Event]:
    """An event of the running loop that each commit of this process sets."""
    loop, woken = asyncio.get_running_loop(), asyncio.Event()

    def wake() -> None:
        loop.call_soon_threadsafe(woken.set)

    liuhen.ledger.wakes(wake)
    try:
        yield woken
    finally:
        liuhen.ledger.wakes_not(wake)


async def _wait(woken: asyncio.Event, seconds: float) -> None:
    """Until something is recorded, or the time is over."""
    try:
        await asyncio.wait_for(woken.wait(), seconds)
    except TimeoutError:
        return
    finally:
        woken.clear()
