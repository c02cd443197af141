"""办理的快路 The plain case of recording an act, without the general machinery of the framework.

A request whose parts all have their form is decoded once, decided on the event loop and answered. Whatever is unusual
about a request (a query, a missing token, a body that does not fit) is left to the ordinary route, which says what is
wrong; so both give the same answers.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from fastapi import Request, Response
from pydantic import TypeAdapter, ValidationError
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.context import Context, address_of, holder_of
from api.rate_limits import spend
from api.strict_bodies import MEDIA_TYPE, TwoWaysError, decoded
from api.versions import versions_in
from application.desk import Outcome
from application.ports import Desk
from infrastructure import awaiting
from infrastructure.issuer import BadTokenError

LONGEST_KEY = 200
"""Characters of an idempotency key."""
LONGEST_PREFER = 200


class Sent(NamedTuple):
    """A posted act: the body, its key, the versions that the client saw (none: whatever it is), its preferences."""

    submission: Any
    key: str
    seen: tuple[int, ...]
    prefer: str = ""


@dataclass(frozen=True)
class QuickAct:
    """What the quick way needs to know of a route."""

    body: TypeAdapter[Any]
    row: Callable[[], TypeAdapter[Any]]
    """Gives the form of a row of a batch: the body, with path and key."""
    subject: TypeAdapter[Any] | None
    """What the path names: an identity or a code; nothing when the act begins a history."""
    record: Callable[[Request, Context, Any, Sent], Response]
    """Records a posted act on a subject, and answers."""
    admit: Callable[[Context], object]
    """Raises NotAllowedError unless the holder has a role that may record the act."""
    names: str
    """What the path's name is called where it is wrong."""
    prepare: Callable[[Context, Any, Sent], Callable[[Desk], Outcome]]
    """The use case with everything but the desk. Raises NotAllowedError."""
    needs_version: bool
    """Does the path name a history, so that the client has to say at which version it saw it?"""


class ActTable:
    """The acts by their paths."""

    def __init__(self, prefix: str, acts: Mapping[str, QuickAct], served: Callable[[str], None]) -> None:
        """`acts`: by path template, of the form /collection, /collection/{subject} or /collection/{subject}/act.

        `served`: raises GoneError for the path of an act that has ended.
        """
        self.served = served
        self._whole = {prefix + path: act for path, act in acts.items() if act.subject is None}
        self._named = {_form(prefix + path)[0]: act for path, act in acts.items() if act.subject is not None}

    def find(self, path: str) -> tuple[QuickAct, str] | None:
        """The act of a path, and the name in the path; None when there is no such act."""
        form, named = _form(path)
        act = self._named.get(form) or self._whole.get(path)
        return None if act is None else (act, named)


Batches = Callable[[Request], Awaitable[Response | None]]
"""Answers a batch, or nothing when the request is unusual. Raises what the application has answers to."""


class QuickActs:
    """Stands before the application and serves the acts that it can."""

    def __init__(self, app: ASGIApp, acts: ActTable, batches: Batches, batch_path: str) -> None:
        """`batches` answers what comes to `batch_path`; what it leaves to the application, it has not read."""
        self.app = app
        self._acts = acts
        self._batches = batches
        self._batch_path = batch_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, or leave it to the application."""
        if scope["type"] != "http" or scope["method"] != "POST":
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            if scope["path"] == self._batch_path:
                response = await self._batches(request)
            elif not scope["query_string"] and (found := self._acts.find(scope["path"])) is not None:
                body = await _whole(receive)
                receive = _again(body, receive)
                response = await awaiting.run(_recorded, found[0], request, found[1], body)
            else:
                response = None
        except Exception as error:  # noqa: BLE001 (what the application has no answer to is raised again)
            response = told(request, error)
        if response is None:
            await self.app(scope, receive, send)
        else:
            await response(scope, receive, send)


def _form(path: str) -> tuple[tuple[str, ...], str]:
    """A path such as /v1/projects/{subject}/progress without the name in it, and that name."""
    parts = path.split("/", 4)
    return (*parts[:3], *parts[4:]), parts[3] if len(parts) > 3 else ""


def _recorded(act: QuickAct, request: Request, named: str, body: bytes) -> Response | None:
    """Record the act and answer, or None when anything about the request is unusual. Runs by `awaiting.run`."""
    headers = request.headers
    key, prefer = headers.get("idempotency-key", ""), headers.get("prefer", "")
    seen = versions_in(headers.get("if-match", "")) if act.needs_version else ()
    if (
        media_type(request) != MEDIA_TYPE
        or not 0 < len(key) <= LONGEST_KEY
        or len(prefer) > LONGEST_PREFER
        or seen is None
    ):
        return None
    context = asking(request)
    if context is None:
        return None
    spend(request, context.holder.account)
    try:
        submission = decoded(body, act.body)
        subject = act.subject.validate_strings(named) if act.subject is not None else None
    except (TwoWaysError, ValidationError):
        return None
    return act.record(request, context, subject, Sent(submission, key, seen, prefer))


def media_type(request: Request) -> str:
    """What kind of body a request says that it has."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def asking(request: Request) -> Context | None:
    """The service, and the holder of the request's token; None when it carries none that is good.

    Runs by `awaiting.run`. Raises IssuerDownError, StoreDownError, LockedOutError.
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return None
    try:
        return Context(request.app.state.liuhen, holder_of(request.app.state, token, address_of(request)))
    except BadTokenError:
        return None


def told(request: Request, error: Exception) -> Response:
    """The application's answer to an error. Raises the error again when it has none of its own."""
    handlers = request.app.exception_handlers
    for kind in type(error).__mro__:
        if kind in handlers and kind is not Exception:
            answer: Response = handlers[kind](request, error)
            return answer
    raise error


async def _whole(receive: Receive) -> bytes:
    """The body of a request. Raises ClientDisconnect."""
    parts: list[bytes] = []
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)


def _again(body: bytes, receive: Receive) -> Receive:
    """Lets a body that was read be read once more."""
    unread = True

    async def once() -> Message:
        nonlocal unread
        if unread:
            unread = False
            return {"type": "http.request", "body": body, "more_body": False}
        return await receive()

    return once
