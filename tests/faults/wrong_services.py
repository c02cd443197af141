"""Services that are wrong on purpose: the tests of faults must find them out."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import psycopg
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from infrastructure.store.batch_writer import BatchWriter
from infrastructure.store.server_function import ServerFunction


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
