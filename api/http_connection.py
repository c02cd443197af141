"""连接 The HTTP connection of the server, with head and body of an answer in one write.

uvicorn writes them one after the other, and each write is a system call of its own: a tenth of the time of a small
answer, and a second wake-up of whoever waits for it.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class HttpConnection(HttpToolsProtocol):
    """uvicorn's connection over a transport that joins writes."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin."""
        super().connection_made(transport)
        self.transport = _Joining(transport, self.loop)  # type: ignore[assignment]


class _Joining:
    """Keeps what is written for the rest of the loop's turn, and writes it together with what follows.

    An answer's head is followed by its body in the same turn, unless the body is still waited for.
    """

    __slots__ = ("_held", "_loop", "_transport")

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._held: list[bytes] = []

    def write(self, data: bytes) -> None:
        """Write, at the latest when the loop's turn ends."""
        if self._held:
            self._held.append(data)
            self._write_held()
        else:
            self._held.append(data)
            self._loop.call_soon(self._write_held)

    def close(self) -> None:
        """Write what is held, and close."""
        self._write_held()
        self._transport.close()

    def _write_held(self) -> None:
        if self._held:
            held, self._held = self._held, []
            if not self._transport.is_closing():
                self._transport.writelines(held)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)
