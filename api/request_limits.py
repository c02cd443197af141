"""请求上限 How large a request may be. What is larger is refused before it is read, or as soon as it shows.

A compressed body is refused as such: how large it is shows only once it is unpacked.
"""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.types import Message, Receive, Scope

MOST_URL = 8 * 1024
"""Bytes of path and query."""
MOST_HEADERS = 100
MOST_HEADER_BYTES = 32 * 1024
MOST_BODY = 2**20
"""Bytes of a body, where nothing else is said."""
LARGER_BODIES = {"batch": 4 * 2**20, "imports": 20 * 2**20, "import-jobs": 20 * 2**20}
"""By the first part of the path after /v1/."""
OWN_LIMITS = frozenset({"documents"})
"""These are read piece by piece, and hold their limits themselves."""
_PLAIN = frozenset({b"", b"identity"})
_WITHOUT_BODY = frozenset({"GET", "HEAD", "OPTIONS"})


def beyond(scope: Scope) -> str | None:
    """The type of problem of a request that its head shows to be too large, or of unknown size, or None."""
    if len(scope.get("raw_path") or scope["path"]) + len(scope["query_string"]) > MOST_URL:
        return "uri-too-long"
    size, coded = 0, False
    for name, value in scope["headers"]:
        size += len(name) + len(value)
        if name == b"content-encoding" and value.strip().lower() not in _PLAIN:
            coded = True
    if len(scope["headers"]) > MOST_HEADERS or size > MOST_HEADER_BYTES:
        return "headers-too-large"
    if coded:
        return "coded-body"
    length = _length(scope)
    if length is not None and (most := _most(scope)) is not None and length > most:
        return "too-large"
    return None


def counted(scope: Scope, receive: Receive) -> Receive:
    """Receives a body whose length is not declared, and raises HTTPException (413) once it is too large."""
    most = None if scope["method"] in _WITHOUT_BODY or _length(scope) is not None else _most(scope)
    if most is None:
        return receive
    size = 0

    async def counting() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > most:
            raise HTTPException(413)
        return message

    return counting


def _most(scope: Scope) -> int | None:
    part = scope["path"].split("/", 3)[2:3]
    if part and part[0] in OWN_LIMITS:
        return None
    return LARGER_BODIES.get(part[0], MOST_BODY) if part else MOST_BODY


def _length(scope: Scope) -> int | None:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else None
    return None
