"""客户 Keep-alive clients that post one act after the other, in a process of their own.

The order comes as JSON on standard input; the answer is a JSON object with the rate and the percentiles.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
import uuid
from typing import Any

import uvloop

from bench.measuring import EVENTS_PER_STREAM, Sample, latencies

CREATED = b"HTTP/1.1 201 "
DONE = b"HTTP/1.1 200 "
_KEY_BYTES = 32 + 1 + 8
"""Length of a request key: a number of the client in hexadecimal, and one of the request."""


class _Client(asyncio.Protocol):
    """Posts, waits for the whole answer, and posts again until the time is up."""

    def __init__(self, requests: list[bytes], until: float, pause: float) -> None:
        """`requests`: one per path, with a place for the request key. `pause`: from one post's due time to the next."""
        self._requests = requests
        self._until = until
        self._pause = pause
        self._due = time.perf_counter()
        self._run = uuid.uuid4().hex
        self._answer = b""
        self._began = 0.0
        self.took: list[float] = []
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport
        self._post()

    def data_received(self, data: bytes) -> None:
        self._answer += data
        head, separator, body = self._answer.partition(b"\r\n\r\n")
        if not separator or len(body) < _length(head):
            return
        now = time.perf_counter()
        if not head.startswith((CREATED, DONE)) or body.count(b'"status":') != body.count(b'"status":201'):
            self._end(RuntimeError(self._answer.decode(errors="replace")[:1000]))
            return
        self.took.append(now - self._began)
        if now >= self._until:
            self._end(None)
            return
        self._answer = b""
        self._due += self._pause
        if self._due > now:
            asyncio.get_running_loop().call_later(self._due - now, self._post)
        else:
            self._post()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionResetError("the service closed the connection"))

    def _post(self) -> None:
        number = len(self.took)
        request = self._requests[number // EVENTS_PER_STREAM % len(self._requests)]
        self._began = time.perf_counter()
        key = f"{self._run}-{number:08d}".encode()
        self._transport.write(request % ((key,) * request.count(b"%b")))

    def _end(self, error: Exception | None) -> None:
        if error is None:
            self.done.set_result(None)
        else:
            self.done.set_exception(error)
        self._transport.close()


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    raise ValueError("an answer without its length")


def _request(port: int, path: str, token: str, body: str) -> bytes:
    """A post of a body, with a place for the request key."""
    content = body.encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\nIf-Match: *\r\nIdempotency-Key: "
    )
    return head.encode().replace(b"%", b"%%") + b"%b\r\n\r\n" + content.replace(b"%", b"%%")


def _batch(port: int, paths: list[str], token: str, body: str, rows: int) -> bytes:
    """A post of so many acts in one request, on one path after the other, each with a place for the request key."""
    act = body.encode().replace(b"%", b"%%").removeprefix(b"{")
    lines = [
        b'{"path":"%b","idempotency_key":"%%b-%02d","if_match":"*",%b' % (paths[n % len(paths)].encode(), n, act)
        for n in range(rows)
    ]
    content = b"\n".join(lines)
    length = len(content.replace(b"%%", b"%")) + rows * (_KEY_BYTES - len(b"%b"))
    head = (
        f"POST /v1/batch HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/x-ndjson\r\nContent-Length: {length}\r\n\r\n"
    )
    return head.encode().replace(b"%", b"%%") + content


async def post(
    port: int,
    token: str,
    clients: int,
    paths: list[str],
    body: str,
    seconds: float,
    rows: int | None = None,
    rate: float | None = None,
) -> Sample:
    """Let clients post a body; each has paths of its own, ten times in a row each. Raises what any of them meets.

    `rows`: post so many of them in one request, on as many paths, and count them as such.
    `rate`: post so many per second in all, where they are answered soon enough.
    """
    loop = asyncio.get_running_loop()
    began = time.perf_counter()
    until = began + seconds
    posting = []
    for client in range(clients):
        own = paths[client::clients]
        if rows is None:
            requests = [_request(port, path, token, body) for path in own]
        else:
            requests = [_batch(port, own[n:] + own[:n], token, body, rows) for n in range(0, len(own), rows)]
        _, protocol = await loop.create_connection(
            lambda requests=requests: _Client(requests, until, clients / rate if rate else 0.0),  # type: ignore[misc]
            "127.0.0.1",
            port,
        )
        posting.append(protocol)
    await asyncio.gather(*(protocol.done for protocol in posting))
    elapsed = time.perf_counter() - began
    took = [one for protocol in posting for one in protocol.took]
    return {"rate": len(took) * (rows or 1) / elapsed, **latencies(took)}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(uvloop.run(post(**json.load(sys.stdin)))))
