"""办理的快路 The plain case of recording an act, without the general machinery of the framework.

A request whose parts all have their form is decoded once, decided on the event loop and answered. Whatever is unusual
about a request (a query, a missing token, a body that does not fit) is left to the ordinary route, which says what is
wrong; so both give the same answers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from pydantic import TypeAdapter, ValidationError
from starlette.types import Message, Receive, Scope, Send

from api.context import Context
from infrastructure import awaiting
from infrastructure.issuer import BadTokenError

LONGEST_KEY = 200
"""Characters of an idempotency key."""


@dataclass(frozen=True)
class QuickAct:
    """What the quick way needs to know of a route."""

    body: TypeAdapter[Any]
    subject: TypeAdapter[Any] | None
    """What the path names: an identity or a code; nothing when the act begins a history."""
    act: Callable[[Request, Context, Any, Any, str | None], Response]
    """Records the act of a body on a subject under a key, and answers."""


class ActRoute(APIRoute):
    """A route whose endpoint carries a `QuickAct`."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **kwargs: Any) -> None:
        super().__init__(path, endpoint, **kwargs)
        self._quick: QuickAct = endpoint.quick  # type: ignore[attr-defined]
        self._ordinary = self.app
        self.app = self._serve

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        body = await request.body()
        response = await self._quickly(request, body)
        if response is None:
            await self._ordinary(scope, _again(body, receive), send)
        else:
            await response(scope, receive, send)

    async def _quickly(self, request: Request, body: bytes) -> Response | None:
        headers = request.headers
        if request.scope["query_string"] or not headers.get("content-type", "").startswith("application/json"):
            return None
        scheme, _, token = headers.get("authorization", "").partition(" ")
        key = headers.get("idempotency-key")
        if scheme.lower() != "bearer" or (key is not None and not 0 < len(key) <= LONGEST_KEY):
            return None
        subject = None
        try:
            context = Context(request.app.state.liuhen, request.app.state.issuer.check(token))
            submission = self._quick.body.validate_json(body)
            if self._quick.subject is not None:
                (named,) = request.path_params.values()
                subject = self._quick.subject.validate_strings(named)
        except (BadTokenError, ValidationError):
            return None
        return await awaiting.run(self._quick.act, request, context, subject, submission, key)


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
