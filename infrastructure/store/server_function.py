"""库内函数 A function of the record's database, called with parameters that are in binary form already.

The driver's cursors adapt each parameter, wait in an event loop of their own and make objects of each column. For one
row of known columns, all of that is more work than the server has with a save.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from struct import Struct
from typing import Any

import psycopg
from psycopg.errors import error_from_result
from psycopg.pq import DiagnosticField, ExecStatus
from psycopg.pq.abc import PGconn, PGresult

Answer = tuple[int, datetime, bytes | None]
"""First position, time of recording, and what was not accepted, as JSON."""

_BIGINT = Struct(">q")
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_PREPARED = "liuhen_prepared"
"""Under which attribute a connection keeps what was prepared on it."""
_BINARY = 1


class ServerFunction:
    """A function that gives a row of bigint, timestamptz and text; prepared once per connection."""

    def __init__(self, name: str, parameters: int) -> None:
        self._statement = name.encode()
        self._query = f"SELECT * FROM {name}({', '.join(f'${n}' for n in range(1, parameters + 1))})".encode()
        self._formats = [_BINARY] * parameters

    def call(self, conn: psycopg.Connection[Any], parameters: tuple[bytes, ...]) -> Answer:
        """Call it in a transaction of its own; no other thread may use the connection. Raises psycopg.Error.

        A signal is seen to when the answer is there: to cancel a commit would leave its outcome open.
        """
        prepared: set[bytes] = vars(conn).setdefault(_PREPARED, set())
        try:
            result = self._called(conn.pgconn, prepared, parameters)
        except psycopg.errors.InvalidSqlStatementName:
            # The driver has all prepared statements forgotten, these too, after a ROLLBACK or DROP. Nothing ran.
            prepared.clear()
            result = self._called(conn.pgconn, prepared, parameters)
        position, recorded, others = (result.get_value(0, column) for column in range(3))
        if position is None or recorded is None:
            raise psycopg.DataError(f"{self._statement.decode()} gave no position")
        return (
            _BIGINT.unpack(position)[0],
            _EPOCH + timedelta(microseconds=_BIGINT.unpack(recorded)[0]),
            others,
        )

    def _called(self, pgconn: PGconn, prepared: set[bytes], parameters: tuple[bytes, ...]) -> PGresult:
        if self._statement not in prepared:
            _checked(pgconn.prepare(self._statement, self._query), ExecStatus.COMMAND_OK)
            prepared.add(self._statement)
        called = pgconn.exec_prepared(self._statement, parameters, self._formats, _BINARY)
        return _checked(called, ExecStatus.TUPLES_OK)


def _checked(result: PGresult, wanted: ExecStatus) -> PGresult:
    if result.status == wanted:
        return result
    if result.error_field(DiagnosticField.SQLSTATE) is None:  # not the server says so: the line is gone
        raise psycopg.OperationalError(result.get_error_message())
    raise error_from_result(result)
