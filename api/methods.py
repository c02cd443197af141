"""方法 What an address takes: HEAD wherever GET is, and OPTIONS, which tells it (RFC 9110, 9.3.2 and 9.3.7)."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.types import Message, Scope, Send

ENDLESS = frozenset({"/v1/feed/stream"})
"""Answered for as long as it is listened to: without the body, that answer would tell nothing."""


def offered(path: str, methods: Iterable[str]) -> list[str]:
    """The methods of an address whose routes have these, with those that every address has."""
    given = {method for method in methods if method}
    return sorted(given | {"OPTIONS"} | ({"HEAD"} if "GET" in given and path not in ENDLESS else set()))


def without_body(scope: Scope, send: Send) -> tuple[Scope, Send]:
    """The request as the GET that it looks at, and what sends of its answer the head alone."""

    async def head_alone(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return {**scope, "method": "GET"}, head_alone
