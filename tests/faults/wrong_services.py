"""Services that are wrong on purpose: the tests of faults must find them out."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from typing import Any

import psycopg
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from api import middleware
from application.ports import OutcomeUnknownError, StoreDownError
from infrastructure.store.batch_writer import BatchWriter, Result, Save, Saved
from infrastructure.store.server_function import ServerFunction

MADE_UP = 1_000_000
"""A position that no log of a test comes to."""


def answers_before_the_commit() -> None:
    """Acknowledges a batch when it is written, and commits it with the next one."""
    send = BatchWriter._send

    def early(self: BatchWriter, function: ServerFunction, parameters: Sequence[bytes], until: float) -> Any:
        if self._conn is not None and self._conn.info.transaction_status is not psycopg.pq.TransactionStatus.IDLE:
            self._conn.execute("COMMIT")
        self._connection(until).execute("BEGIN")
        return send(self, function, parameters, until)

    BatchWriter._send = early  # type: ignore[method-assign]


def loses_answers() -> None:
    """Records, and now and then breaks the line instead of answering: no fault of its own, it happens."""
    send = RequestResponseCycle.send
    chance = random.Random(1)

    async def losing(self: RequestResponseCycle, message: Any) -> None:
        if self.scope["method"] == "POST" and message["type"] == "http.response.start" and chance.random() < 0.2:
            self.transport.close()
            self.disconnected = True
        await send(self, message)

    RequestResponseCycle.send = losing  # type: ignore[method-assign]


def loses_a_save() -> None:
    """Of saves that come together, acknowledges the last and forgets it."""
    write = BatchWriter.write

    def losing(self: BatchWriter, saves: Sequence[Save]) -> list[Result]:
        if len(saves) < 2 or not saves[-1].events:
            return write(self, saves)
        told = write(self, saves[:-1])
        before = next((one for one in told if isinstance(one, Saved)), None)
        if before is None:
            return [*told, *write(self, saves[-1:])]
        first = before.last_position + 1
        return [*told, Saved(first, first + len(saves[-1].events) - 1, before.recorded_at, repeated=False)]

    BatchWriter.write = losing  # type: ignore[method-assign]


def forgets_keys() -> None:
    """Records whatever comes, whether or not it came before."""
    write = BatchWriter.write

    def forgetting(self: BatchWriter, saves: Sequence[Save]) -> list[Result]:
        return write(self, [replace(save, request=None, rows=()) if save.events else save for save in saves])

    BatchWriter.write = forgetting  # type: ignore[method-assign]


def takes_failures_for_success(times: int = 1 << 30) -> None:
    """Acknowledges what the database refused or said nothing to, so many times."""
    send, left = BatchWriter._send, count(times, -1)

    def believing(self: BatchWriter, function: ServerFunction, parameters: Sequence[bytes], until: float) -> Any:
        try:
            return send(self, function, parameters, until)
        except (StoreDownError, OutcomeUnknownError):
            if next(left) <= 0:
                raise
            return MADE_UP, datetime.now(UTC), None

    BatchWriter._send = believing  # type: ignore[method-assign]


def hides_when_to_come_again() -> None:
    """Says that it is busy, and not for how long."""
    problem = vars(middleware)["problem"]

    def hiding(*told: Any, headers: Any = None, **more: Any) -> Any:
        return problem(*told, headers={k: v for k, v in (headers or {}).items() if k != "Retry-After"}, **more)

    vars(middleware)["problem"] = hiding


def in_workers(wrong: str) -> None:
    """Let the workers that the service starts be wrong, too."""
    start = subprocess.Popen.__init__

    def starting(self: Any, args: Any, *more: Any, **options: Any) -> None:
        program = str(args[-1])
        if "api.workers" in program:
            args = [*args[:-1], f"from tests.faults import wrong_services; wrong_services.{wrong}(); {program}"]
        start(self, args, *more, **options)

    subprocess.Popen.__init__ = starting  # type: ignore[method-assign]
