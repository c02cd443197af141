"""日志 JSON lines on standard error, with the request id. Never event bodies, tokens or personal data."""

from __future__ import annotations

import json
import logging
import sys
from contextlib import suppress
from typing import Any

import orjson
import structlog
from structlog.tracebacks import ExceptionDictTransformer


class _Lines:
    """Writes each entry as one line to standard error."""

    def __init__(self, name: str = "") -> None:
        self.name = name

    def msg(self, line: bytes) -> None:
        """Write a line. Where nobody takes it any more (a closed pipe), the work that it tells of goes on."""
        with suppress(OSError, ValueError):
            sys.stderr.buffer.write(line + b"\n")
            sys.stderr.buffer.flush()

    debug = info = warning = error = critical = msg


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
    handler = logging.StreamHandler(sys.stderr)
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
