"""预备查询 A query that is prepared once per connection and called with parameters that are in binary form already.

The driver's cursors adapt each parameter and wait in an event loop of their own. For a query that is asked with every
request, that is as much work as the server has with it.
"""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import abc
from psycopg.adapt import Transformer
from psycopg.errors import error_from_result
from psycopg.pq import DiagnosticField, ExecStatus, Format
from psycopg.pq.abc import PGconn, PGresult

_PREPARED = "liuhen_prepared"
"""Under which attribute a connection keeps what was prepared on it."""


class PreparedQuery:
    """A query whose parameters and columns are in binary form."""

    def __init__(self, name: str, query: str, parameters: int) -> None:
        """`query` names its parameters $1, $2 and so on."""
        self._statement = name.encode()
        self._query = query.encode()
        self._formats = [Format.BINARY] * parameters

    def result(self, conn: psycopg.Connection[Any], parameters: tuple[bytes, ...]) -> PGresult:
        """The answer to it; no other thread may use the connection. Raises psycopg.Error.

        A signal is seen to when the answer is there: to cancel a commit would leave its outcome open.
        """
        prepared: dict[bytes, abc.Transformer | None] = vars(conn).setdefault(_PREPARED, {})
        try:
            return self._asked(conn.pgconn, prepared, parameters)
        except psycopg.errors.InvalidSqlStatementName:
            # The driver has all prepared statements forgotten, these too, after a ROLLBACK or DROP. Nothing ran.
            prepared.clear()
            return self._asked(conn.pgconn, prepared, parameters)

    def rows(self, conn: psycopg.Connection[Any], parameters: tuple[bytes, ...]) -> list[Any]:
        """The rows of its answer, as tuples. Raises psycopg.Error."""
        result = self.result(conn, parameters)
        prepared: dict[bytes, abc.Transformer | None] = vars(conn)[_PREPARED]
        reader = prepared[self._statement]
        if reader is None:  # what reads the columns is found once: they are always the same
            reader = prepared[self._statement] = Transformer(conn)
            reader.set_pgresult(result, format=Format.BINARY)
        else:
            reader.set_pgresult(result, set_loaders=False)
        return reader.load_rows(0, result.ntuples, tuple)

    def _asked(
        self, pgconn: PGconn, prepared: dict[bytes, abc.Transformer | None], parameters: tuple[bytes, ...]
    ) -> PGresult:
        if self._statement not in prepared:
            _checked(pgconn.prepare(self._statement, self._query), ExecStatus.COMMAND_OK)
            prepared[self._statement] = None
        asked = pgconn.exec_prepared(self._statement, parameters, self._formats, Format.BINARY)
        return _checked(asked, ExecStatus.TUPLES_OK)


def _checked(result: PGresult, wanted: ExecStatus) -> PGresult:
    if result.status == wanted:
        return result
    if result.error_field(DiagnosticField.SQLSTATE) is None:  # not the server says so: the line is gone
        raise psycopg.OperationalError(result.get_error_message())
    raise error_from_result(result)
