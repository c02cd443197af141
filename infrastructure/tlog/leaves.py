"""叶 The leaves that stored events make: rows are read in pages, and each is hashed with what came before it.

An entry names the position of the event before it in its stream. Where that is not in a page, nor was in an earlier
one, it is looked up, all such of a page in one query.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import psycopg
from psycopg.types.numeric import Int8BinaryLoader
from psycopg.types.string import ByteaBinaryLoader

from infrastructure.tlog.entry import EntryFields, encode_entries, happened_on_of
from infrastructure.tlog.suite import Suite
from infrastructure.tlog.text_forms import FormatError, Words

_EPOCH_2000 = 946_684_800_000_000
"""Microseconds from 1970 to 2000, where PostgreSQL counts from."""
_MOST_STREAMS = 200_000
"""Streams whose last position is remembered from page to page."""

_ROWS = (
    "SELECT position, stream_id, stream_kind, stream_version, topic, recorded_at, state"
    " FROM liuhen.events WHERE log_id = %s AND position > %s AND position <= %s ORDER BY position"
)
_BEFORE = (
    "SELECT e.stream_id, e.position FROM unnest(%s::uuid[], %s::int[]) AS w(stream, version)"
    " CROSS JOIN LATERAL (SELECT q.stream_id, q.position FROM liuhen.events q"
    " WHERE q.log_id = %s AND q.stream_id = w.stream AND q.stream_version = w.version OFFSET 0) e"
)


@dataclass(frozen=True)
class Anomaly:
    """What no event of the service could look like: where, and what is wrong."""

    position: int
    detail: Words


@dataclass(frozen=True)
class Leaves:
    """A stretch of the log: entries from position `first` on, as far as events stand without a gap."""

    first: int
    fields: list[EntryFields]
    entries: list[bytes]
    hashes: list[bytes]
    anomalies: list[Anomaly] = field(default_factory=list)


class LeafReader:
    """Reads the events of one log, stretch by stretch, mostly from left to right."""

    def __init__(self, conn: psycopg.Connection[Any], suite: Suite, log_id: int) -> None:
        self._cursor = conn.cursor(binary=True)
        # Identity and time as they go into the entry: nothing is converted there and back.
        self._cursor.adapters.register_loader("uuid", ByteaBinaryLoader)
        self._cursor.adapters.register_loader("timestamptz", Int8BinaryLoader)
        self._suite = suite
        self._log_id = log_id
        self._last: dict[bytes, tuple[int, int]] = {}
        self._at = 0
        self._recorded_at: int | None = None

    def read(self, after: int, upto: int) -> Leaves:
        """The leaves of positions after+1 to upto. Raises psycopg.Error."""
        if after != self._at or len(self._last) > _MOST_STREAMS:
            self._last.clear()
        if after != self._at:
            self._recorded_at = None
        rows = self._cursor.execute(_ROWS.encode(), (self._log_id, after, upto), prepare=True).fetchall()
        anomalies: list[Anomaly] = []
        if not rows or (rows[0][0], rows[-1][0], len(rows)) != (after + 1, upto, upto - after):
            rows = self._without_gap(rows, after, upto, anomalies)
        before = self._looked_up(rows)
        fields = self._fields(rows, before, anomalies)
        self._at = after + len(rows)
        entries = encode_entries(fields)
        return Leaves(after + 1, fields, entries, self._suite.leaf_hashes(entries), anomalies)

    @staticmethod
    def _without_gap(rows: list[Any], after: int, upto: int, anomalies: list[Anomaly]) -> list[Any]:
        if after >= upto:
            return []
        whole = next((n for n, row in enumerate(rows) if row[0] != after + 1 + n), len(rows))
        if whole < upto - after:
            anomalies.append(_anomaly(after + 1 + whole, "没有此位置的事件", "there is no event at this position"))
        return rows[:whole]

    def _looked_up(self, rows: list[Any]) -> dict[bytes, int]:
        """Positions of the events before the first ones of each stream that was not met yet."""
        firsts: dict[bytes, int] = {}
        for row in rows:
            if row[3] > 1 and row[1] not in self._last:
                firsts.setdefault(row[1], row[3])
            else:
                firsts.setdefault(row[1], 0)
        wanted = {stream: version - 1 for stream, version in firsts.items() if version}
        if not wanted:
            return {}
        asked = ([UUID(bytes=s) for s in wanted], list(wanted.values()), self._log_id)
        return dict(self._cursor.execute(_BEFORE.encode(), asked, prepare=True).fetchall())

    def _fields(self, rows: list[Any], before: dict[bytes, int], anomalies: list[Anomaly]) -> list[EntryFields]:
        last, digest, at = self._last, self._suite.hasher, self._recorded_at
        fields: list[Any] = []
        for position, stream, kind, version, topic, since_2000, state in rows:
            known = last.get(stream)
            if known is not None:
                before_version, previous = known
            else:
                previous = before.get(stream, 0) if version > 1 else 0
                before_version = version - 1 if previous or version == 1 else 0
            if before_version != version - 1 or previous >= position:
                anomalies.append(
                    _anomaly(
                        position,
                        f"流{UUID(bytes=stream)}的第{version}版之前没有第{version - 1}版",
                        f"version {version} of stream {UUID(bytes=stream)} has no version {version - 1} before it",
                    )
                )
            last[stream] = (version, position)
            recorded_at = since_2000 + _EPOCH_2000
            if at is not None and recorded_at < at:
                anomalies.append(
                    _anomaly(position, "记录时间早于前一事件", "recorded before the event at the position before it")
                )
            at = recorded_at
            try:
                happened_on = happened_on_of(state)
            except FormatError as error:
                anomalies.append(_anomaly(position, *str(error).split(" / ", 1)))
                happened_on = ""
            fields.append(
                (position, stream, kind, version, topic, recorded_at, happened_on, digest(state).digest(), previous)
            )
        self._recorded_at = at
        return fields


def _anomaly(position: int, zh: str, en: str) -> Anomaly:
    return Anomaly(position, Words(zh, en))
