"""库内函数 A function of the record's database, called with parameters that are in binary form already.

The driver makes an object of each column. For one row of known columns, that is more work than the server has with a
save.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from struct import Struct
from typing import Any

import psycopg

from infrastructure.store.prepared_query import PreparedQuery

Answer = tuple[int, datetime, bytes | None]
"""First position, time of recording, and what was not accepted, as JSON."""

_BIGINT = Struct(">q")
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


class ServerFunction:
    """A function that gives a row of bigint, timestamptz and text; prepared once per connection."""

    def __init__(self, name: str, parameters: int) -> None:
        self._name = name
        places = ", ".join(f"${n}" for n in range(1, parameters + 1))
        self._query = PreparedQuery(name, f"SELECT * FROM {name}({places})", parameters)

    def call(self, conn: psycopg.Connection[Any], parameters: tuple[bytes, ...]) -> Answer:
        """Call it in a transaction of its own; no other thread may use the connection. Raises psycopg.Error."""
        result = self._query.result(conn, parameters)
        position, recorded, others = (result.get_value(0, column) for column in range(3))
        if position is None or recorded is None:
            raise psycopg.DataError(f"{self._name} gave no position")
        return (
            _BIGINT.unpack(position)[0],
            _EPOCH + timedelta(microseconds=_BIGINT.unpack(recorded)[0]),
            others,
        )
