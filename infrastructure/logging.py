"""日志 JSON lines on standard error, with the request id. Never event bodies, tokens or personal data."""

from __future__ import annotations

import asyncio
import atexit
import json
import logging
import sys
from collections import deque
from contextlib import suppress
from typing import Any, TextIO

import orjson
import structlog
from structlog.tracebacks import ExceptionDictTransformer


def standard_error() -> TextIO:
    """Where lines go. Asked at each write: whoever runs commands in its own process puts another stream there."""
    return sys.stderr


class _OnStandardError(logging.StreamHandler[TextIO]):
    """Lines of the standard library, to wherever standard error is when they come."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:  # type: ignore[override] # what the handler writes to
        return standard_error()


class _Lines:
    """Writes each entry as one line to standard error."""

    def __init__(self, name: str = "") -> None:
        self.name = name

    def msg(self, line: bytes) -> None:
        """Write a line, after those that are held."""
        _HELD.append(line)
        write_held()

    def info(self, line: bytes) -> None:
        """Write a line; on an event loop at the end of its turn, in one call with the others of that turn."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self.msg(line)
        else:
            _HELD.append(line)
            loop.call_soon(write_held)

    debug = info
    warning = error = critical = msg


_HELD: deque[bytes] = deque()
"""Lines that the loops of this process hold for the rest of their turns."""


def write_held() -> None:
    """Write what is held. Where nobody takes it any more (a closed pipe), the work that it tells of goes on."""
    lines: list[bytes] = []
    with suppress(IndexError):
        while True:
            lines.append(_HELD.popleft())
    if lines:
        with suppress(OSError, ValueError):
            stream = standard_error().buffer
            stream.write(b"\n".join([*lines, b""]))
            stream.flush()


atexit.register(write_held)


def configure_logging(level: str) -> None:
    """Send structlog and the standard library to standard error in one form. JSON escapes control characters."""
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        # Without local variables: they hold tokens and event bodies.
        structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False)),
    ]
    root = logging.getLogger()
    root.setLevel(level.upper())
    # Our own entries go straight to the stream: by way of the standard library each costs four times as much.
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer(serializer=_written)],
        logger_factory=_Lines,
        wrapper_class=structlog.make_filtering_bound_logger(root.level),
        cache_logger_on_first_use=False,
    )
    handler = _OnStandardError()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root.handlers[:] = [handler]
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        quiet = logging.getLogger(name)
        quiet.handlers.clear()
        quiet.propagate = name != "uvicorn.access"


def _written(entry: Any, default: Any) -> bytes:
    try:
        return orjson.dumps(entry, default=default)
    except TypeError:  # half a character, a number beyond 64 bits: nothing that is logged may be lost over it
        return json.dumps(entry, default=default).encode()
