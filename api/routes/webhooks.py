"""网络钩子 Receivers that are sent what is recorded: each account sets up its own, and sees only its own."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from fastapi import APIRouter, Request, Response
from pydantic import Field

from api.cloud_events import as_json, cloud_event
from api.context import Context, Reader
from api.problems import FieldFault, Problem, english, problem
from api.routes.feed import checked_topics
from application.feed import Selection, feed_after
from domain.event import Value
from domain.faults import UnknownSubjectError
from domain.rule import text
from infrastructure.bootstrap import Liuhen
from infrastructure.issuer import Holder
from infrastructure.webhooks.delivering import Message, Messages
from infrastructure.webhooks.endpoints import MOST_PER_ACCOUNT, Endpoint, TooManyWebhooksError, Undelivered
from infrastructure.webhooks.sending import Answer
from infrastructure.webhooks.targets import LONGEST_URL, TargetError, Targets

router = APIRouter(prefix="/webhooks", tags=["网络钩子 webhooks"])

_ANSWERS: dict[int | str, dict[str, object]] = {
    404: {"model": Problem, "description": "没有此网络钩子 no such webhook of this account"},
    409: {"model": Problem, "description": "网络钩子过多 too many"},
    422: {"model": Problem, "description": "地址或类型不可接受 the address or a topic is not acceptable"},
}


class NewWebhook(Value):
    """新的网络钩子 A receiver to be set up."""

    url: str = Field(max_length=LONGEST_URL, description="https地址，主机须在LIUHEN_WEBHOOK_HOSTS中 of a listed host")
    topics: tuple[str, ...] = Field(default=(), max_length=100, description="只要这些事件类型，留空则全部 topics")
    streams: tuple[UUID, ...] = Field(default=(), max_length=1000, description="只要这些主体 only these histories")
    after: int | None = Field(default=None, ge=0, le=2**63 - 1, description="从此位置之后，缺省为现在 after a position")


class UndeliveredEvent(Value):
    """未送达 An event that the receiver refused."""

    position: int
    tries: int
    error: str
    since: datetime


class Webhook(Value):
    """网络钩子 A receiver, how far it has got, and what stands in its way."""

    id: UUID
    url: str
    topics: tuple[str, ...]
    streams: tuple[UUID, ...]
    standing: str = Field(description="ACTIVE or PAUSED")
    why: str = Field(description="为何暂停 why it is paused")
    position: int = Field(description="此位置及以前已处理 dealt with up to here")
    lag: int = Field(description="落后的事件数 events behind the log")
    delivered: int
    tries: int = Field(description="当前事件已失败的次数 failed tries of the next event")
    next_try: datetime | None
    last_error: str
    undelivered: tuple[UndeliveredEvent, ...]
    created_at: datetime


class WebhookSecret(Value):
    """签名密钥 The secret that deliveries are signed with (Standard Webhooks). It is told here only."""

    webhook: Webhook
    secret: str
    former_until: datetime | None = Field(
        description="此前同时以旧密钥签名 signed with the former one, too, until then"
    )


class Resent(Value):
    """重送结果 What the receiver answered."""

    delivered: bool
    told: str


class Replay(Value):
    """重放 From where to send again."""

    after: int = Field(ge=0, le=2**63 - 1, description="从此位置之后 after this position")


@router.post(
    "", status_code=201, summary="设立网络钩子 set a webhook up", response_model=WebhookSecret, responses=_ANSWERS
)
def add(request: Request, context: Reader, asked: NewWebhook, response: Response) -> WebhookSecret | Response:
    """Events recorded from now on (or after a position) are sent there, as the account may see them in the feed."""
    checked_topics(asked.topics, "/topics")
    liuhen = context.liuhen
    try:
        targets_of(liuhen).target(asked.url)
    except TargetError as error:
        return _bad_target(request, error)
    after = liuhen.ledger.position() if asked.after is None else asked.after
    selection = Selection(frozenset(asked.topics), frozenset(asked.streams))
    try:
        made = liuhen.webhooks.endpoints.add(uuid4(), context.holder, asked.url, selection, after)
    except TooManyWebhooksError:
        told = text(f"每个账户至多{MOST_PER_ACCOUNT}个，请先删除", f"at most {MOST_PER_ACCOUNT}: remove one first")
        return problem(request, "too-many-webhooks", told)
    response.headers["Location"] = f"/v1/webhooks/{made.id}"
    return _secret(context, made)


@router.get("", summary="本账户的网络钩子 the account's webhooks")
def mine(context: Reader) -> list[Webhook]:
    """The webhooks that this account has set up, oldest first."""
    return [_told(context, e) for e in context.liuhen.webhooks.endpoints.of(context.holder.account)]


@router.get("/{webhook_id}", summary="网络钩子的状态 how a webhook is doing", responses=_ANSWERS)
def one(context: Reader, webhook_id: UUID) -> Webhook:
    """How far it has got, and what it refused."""
    return _told(context, _found(context, webhook_id))


@router.post("/{webhook_id}/rotation", summary="更换签名密钥 a new secret", responses=_ANSWERS)
def rotate(context: Reader, webhook_id: UUID) -> WebhookSecret:
    """A new secret. For a day deliveries carry the signatures of both."""
    _found(context, webhook_id)
    context.liuhen.webhooks.endpoints.rotate(webhook_id)
    return _secret(context, _found(context, webhook_id))


@router.post("/{webhook_id}/pause", summary="暂停 pause", responses=_ANSWERS)
def pause(context: Reader, webhook_id: UUID) -> Webhook:
    """Send nothing until it is resumed. Nothing is lost: it goes on where it stopped."""
    _found(context, webhook_id)
    context.liuhen.webhooks.endpoints.pause(webhook_id, "由账户暂停 paused by its account")
    return _told(context, _found(context, webhook_id))


@router.post("/{webhook_id}/resumption", summary="恢复 resume", responses=_ANSWERS)
def resume(context: Reader, webhook_id: UUID) -> Webhook:
    """Go on where it stopped, now."""
    _found(context, webhook_id)
    context.liuhen.webhooks.endpoints.resume(webhook_id)
    context.liuhen.webhooks.wake()
    return _told(context, _found(context, webhook_id))


@router.post("/{webhook_id}/replay", summary="重放 send again from a position", responses=_ANSWERS)
def replay(context: Reader, webhook_id: UUID, asked: Replay) -> Webhook:
    """Send everything after a position again; the receiver drops what it has by the event's id."""
    _found(context, webhook_id)
    context.liuhen.webhooks.endpoints.replay(webhook_id, asked.after)
    context.liuhen.webhooks.wake()
    return _told(context, _found(context, webhook_id))


@router.post("/{webhook_id}/undelivered/{position}", summary="重送一件 send a refused event again", responses=_ANSWERS)
def resend(context: Reader, webhook_id: UUID, position: int) -> Resent:
    """Send one event that the receiver refused, now. Once it is taken it is no longer listed."""
    endpoint = _found(context, webhook_id)
    webhooks = context.liuhen.webhooks
    if not any(u.position == position for u in webhooks.endpoints.undelivered(webhook_id)):
        raise _unknown()
    page = messages_for(context.liuhen, endpoint.shown_to, position - 1, 1, endpoint)
    if not page.messages:  # what was open is hidden from the account by now
        raise _unknown()
    sent = webhooks.send(endpoint, page.messages[0])
    if sent.answer is Answer.TAKEN:
        webhooks.endpoints.settled(webhook_id, position)
    return Resent(delivered=sent.answer is Answer.TAKEN, told=sent.told)


@router.delete(
    "/{webhook_id}/undelivered/{position}",
    status_code=204,
    summary="放弃一件 give a refused event up",
    responses=_ANSWERS,
)
def give_up(context: Reader, webhook_id: UUID, position: int) -> None:
    """No longer list an event that the receiver refused."""
    _found(context, webhook_id)
    if not context.liuhen.webhooks.endpoints.settled(webhook_id, position):
        raise _unknown()


@router.delete("/{webhook_id}", status_code=204, summary="删除网络钩子 remove a webhook", responses=_ANSWERS)
def remove(context: Reader, webhook_id: UUID) -> None:
    """Send nothing there any more."""
    _found(context, webhook_id)
    context.liuhen.webhooks.endpoints.remove(webhook_id)


def targets_of(liuhen: Liuhen) -> Targets:
    """Where this site lets webhooks go."""
    return liuhen.webhooks.sender.targets


def messages_for(liuhen: Liuhen, holder: Holder, after: int, limit: int, endpoint: Endpoint) -> Messages:
    """What a receiver is to be brought next: the feed, as its account is shown it."""
    present = liuhen.directory.present(holder)
    if present is None:  # it waits; what comes meanwhile is brought if the account is let in again
        return Messages([], after)
    context = Context(liuhen, present)
    page = feed_after(liuhen.desk, context, after, limit, endpoint.selection)
    events = [cloud_event(context, found) for found in page.events]
    return Messages([Message(int(e.sequence), e.id, as_json(e)) for e in events], page.next)


def _found(context: Context, webhook_id: UUID) -> Endpoint:
    found = context.liuhen.webhooks.endpoints.find(webhook_id, context.holder.account)
    if found is None:
        raise _unknown()
    return found


def _unknown() -> UnknownSubjectError:
    return UnknownSubjectError(text("本账户没有此网络钩子或事件", "the account has no such webhook or event"))


def _told(context: Context, endpoint: Endpoint) -> Webhook:
    endpoints = context.liuhen.webhooks.endpoints
    return Webhook(
        id=endpoint.id,
        url=endpoint.url,
        topics=tuple(endpoint.topics),
        streams=tuple(endpoint.streams),
        standing=endpoint.standing,
        why=endpoint.why,
        position=endpoint.position,
        lag=max(0, context.liuhen.ledger.position() - endpoint.position),
        delivered=endpoint.delivered,
        tries=endpoint.tries,
        next_try=endpoint.next_try if endpoint.tries else None,
        last_error=endpoint.last_error,
        undelivered=tuple(map(_refused, endpoints.undelivered(endpoint.id))),
        created_at=endpoint.created_at,
    )


def _refused(one: Undelivered) -> UndeliveredEvent:
    return UndeliveredEvent(position=one.position, tries=one.tries, error=one.error, since=one.since)


def _secret(context: Context, endpoint: Endpoint) -> WebhookSecret:
    secret = context.liuhen.webhooks.endpoints.secret(endpoint.id, endpoint.secret)
    return WebhookSecret(webhook=_told(context, endpoint), secret=secret, former_until=endpoint.former_until)


def _bad_target(request: Request, error: TargetError) -> Response:
    zh, _, en = str(error).partition(" / ")
    told = text(zh, en)
    fault = FieldFault(pointer="/url", detail=told.en if english(request) else told.zh)
    return problem(request, "webhook-target", told, errors=[fault])
