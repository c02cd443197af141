"""表示 How what is read is sent: with an entity tag, not again to who has it already, and compressed where that pays.

Every answer in JSON to a GET has a strong entity tag (RFC 9110, 8.8.3). Where the route gives none it is made of the
bytes themselves, so that whatever they depend on (position, fields, language, reader) the tag depends on, too. A
compressed answer is another representation and has another tag, `"…-gzip"` (8.8.3.3). Streams pass as they are.
No cookie identifies a reader, so nobody else can have a browser send requests in its name and learn from the length of
what comes back (BREACH).
"""

from __future__ import annotations

import gzip
import hashlib

from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LEAST = 1024
"""Bytes from which an answer is compressed."""
_IN_A_THREAD = 64 * 1024
"""Bytes from which it is compressed in a thread, so that no other request waits for it."""
_LEVEL = 5
_JSON = (b"application/json", b"application/cloudevents-batch+json")
_KEPT = frozenset({b"etag", b"vary", b"cache-control", b"content-location", b"link"})
"""Headers of an answer that also stand in the one that it has not changed (RFC 9110, 15.4.5)."""
_LONGEST_TAGS = 1000
GZIP = b"-gzip"

Header = tuple[bytes, bytes]


class Representations:
    """Stands before the application."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request; answers to other methods than GET, and others than JSON, pass as they are."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        known = _known(scope)
        if any(tag.endswith(GZIP + b'"') for tag in known):
            # Routes that make tags know nothing of how their answers are sent.
            plain = b", ".join(_plain(tag) for tag in known)
            scope["headers"] = [*_but(scope["headers"], b"if-none-match"), (b"if-none-match", plain)]
        await self._app(scope, receive, _Answer(send, known, compressed=_takes_gzip(scope)).send)


class _Answer:
    """The answer to one request."""

    def __init__(self, send: Send, known: list[bytes], *, compressed: bool) -> None:
        """`known`: the tags of what the client has already. `compressed`: does it take gzip?"""
        self._send = send
        self._known = known
        self._compressed = compressed
        self._held: Message | None = None

    async def send(self, message: Message) -> None:
        """Pass a message on, once it is known what is to be sent."""
        if message["type"] == "http.response.start":
            if message["status"] == 304:
                message = {**message, "headers": [(n, self._tag_known(v, n)) for n, v in message["headers"]]}
            elif message["status"] == 200 and _is_json(message["headers"]):
                self._held = message
                return
        elif self._held is not None:
            begun, self._held = self._held, None
            if not message.get("more_body", False):
                await self._whole(begun, message.get("body", b""))
                return
            await self._send(begun)
        await self._send(message)

    def _tag_known(self, value: bytes, name: bytes) -> bytes:
        """The tag of an unchanged answer as the client has it: of the compressed one, when it has that."""
        compressed = value[:-1] + GZIP + b'"'
        return compressed if name.lower() == b"etag" and compressed in self._known else value

    async def _whole(self, begun: Message, body: bytes) -> None:
        """Send an answer whose body is known as a whole."""
        headers: list[Header] = begun["headers"]
        tag = next((v for n, v in headers if n.lower() == b"etag"), b"")
        if not tag:
            tag = b'"' + hashlib.sha256(body).hexdigest()[:32].encode() + b'"'
        headers = [*_but(headers, b"etag"), (b"vary", b"Accept-Encoding")]
        compressed = self._compressed and len(body) >= LEAST
        told = tag[:-1] + GZIP + b'"' if compressed else tag
        if b"*" in self._known or {tag, tag[:-1] + GZIP + b'"'} & set(self._known):
            kept = [(n, v) for n, v in headers if n.lower() in _KEPT]
            await self._send({**begun, "status": 304, "headers": [*kept, (b"etag", told)]})
            await self._send({"type": "http.response.body", "body": b""})
            return
        headers.append((b"etag", told))
        if compressed:
            body = await run_in_threadpool(_gzip, body) if len(body) >= _IN_A_THREAD else _gzip(body)
            headers = [*_but(headers, b"content-length"), (b"content-encoding", b"gzip")]
            headers.append((b"content-length", str(len(body)).encode()))
        await self._send({**begun, "headers": headers})
        await self._send({"type": "http.response.body", "body": body})


def _gzip(body: bytes) -> bytes:
    """The same bytes each time, as a strong tag promises: no time is in it."""
    return gzip.compress(body, _LEVEL, mtime=0)


def _known(scope: Scope) -> list[bytes]:
    """The tags that If-None-Match names. For a read, a weak tag says as much as a strong one (RFC 9110, 13.1.2)."""
    given = b",".join(v for n, v in scope["headers"] if n == b"if-none-match")
    return [part.strip().removeprefix(b"W/") for part in given[:_LONGEST_TAGS].split(b",") if part.strip()]


def _plain(tag: bytes) -> bytes:
    return tag.removesuffix(GZIP + b'"') + b'"' if tag.endswith(GZIP + b'"') else tag


def _takes_gzip(scope: Scope) -> bool:
    """Does the client take gzip (RFC 9110, 12.5.3)? Only when it says so."""
    for part in b",".join(v for n, v in scope["headers"] if n == b"accept-encoding")[:_LONGEST_TAGS].split(b","):
        coding, _, weight = part.strip().lower().partition(b";")
        if coding.strip() in {b"gzip", b"x-gzip", b"*"}:
            return weight.replace(b" ", b"").removeprefix(b"q=").rstrip(b"0.") != b"" or not weight
    return False


def _is_json(headers: list[Header]) -> bool:
    """Is it JSON, as it is?"""
    coded = any(n.lower() == b"content-encoding" for n, _ in headers)
    return not coded and any(n.lower() == b"content-type" and v.split(b";")[0].strip() in _JSON for n, v in headers)


def _but(headers: list[Header], name: bytes) -> list[Header]:
    return [(n, v) for n, v in headers if n.lower() != name]
