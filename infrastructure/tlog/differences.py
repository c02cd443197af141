"""差异 What was done to an event that is not the one in the tree, as far as hashes tell.

A leaf says only that something differs. But the events around it can be tried in its place: one that fits tells of an
exchange, an insertion or a removal.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import psycopg

from infrastructure.tlog.entry import EntryFields, encode_entries
from infrastructure.tlog.leaves import Anomaly, LeafReader
from infrastructure.tlog.suite import Suite
from infrastructure.tlog.text_forms import Words

_AROUND = 128
"""Positions to either side that are tried."""
_MOST = 20


def explained(
    conn: psycopg.Connection[Any], suite: Suite, log_id: int, after: int, stored: Sequence[bytes], made: Sequence[bytes]
) -> list[Anomaly]:
    """The first leaves that differ, those behind position `after`, each in words; the first with what it looks like."""
    if stored[: len(made)] == made:
        return []
    differing = [n for n, (one, other) in enumerate(zip(stored, made, strict=False)) if one != other]
    first = differing[0]
    told = [Anomaly(after + 1 + first, _looks_like(conn, suite, log_id, after, first, stored))]
    told += [Anomaly(after + 1 + n, _OTHER) for n in differing[1:_MOST]]
    if len(differing) > _MOST:
        told.append(
            Anomaly(
                after + 1 + differing[_MOST],
                Words(
                    zh=f"自此又有{len(differing) - _MOST}处不符", en=f"and {len(differing) - _MOST} more from here on"
                ),
            )
        )
    return told


_OTHER = Words(zh="事件与树中的叶不符", en="the event is not the one in the tree")


def _looks_like(
    conn: psycopg.Connection[Any], suite: Suite, log_id: int, after: int, first: int, stored: Sequence[bytes]
) -> Words:
    low = max(0, first - _AROUND)
    high = min(len(stored), first + _AROUND)
    rows = LeafReader(conn, suite, log_id).read(after + low, after + high + 1).fields
    position, leaf = after + 1 + first, stored[first]
    here = rows[first - low]
    for row in rows:
        if row[0] != position and leaf in _leaves(suite, row, position, here):
            return _moved(suite, rows, row[0], position, stored, after)
    if first + 1 < len(stored) and stored[first + 1] in _leaves(suite, here, position + 1, here):
        return Words(
            zh="此处删去了一个事件，其后的事件前移（流、内容与树中下一片叶相同）",
            en="an event was removed here and those behind it moved up: this one is the next leaf of the tree",
        )
    times = {row[5] for row in rows}
    if any(leaf == _leaf(suite, here, recorded_at=t) for t in times):
        return Words(
            zh="记录时间被改动：换回邻近事件的时刻即与树相符",
            en="recorded_at was changed: with the time of an event nearby it is the one in the tree",
        )
    if any(leaf == _leaf(suite, here, previous=p) for p in (0, *(row[0] for row in rows))):
        return Words(zh="前一事件的位置被改动", en="the event before it in its stream is another one")
    return Words(
        zh="事件与树中的叶不符：内容、主题、时间、流或版本在签署之后被改动",
        en="the event is not the one in the tree: content, topic, time, stream or version was changed after signing",
    )


def _moved(
    suite: Suite, rows: Sequence[EntryFields], source: int, position: int, stored: Sequence[bytes], after: int
) -> Words:
    here = next(row for row in rows if row[0] == position)
    there = next(row for row in rows if row[0] == source)
    if source - after <= len(stored) and stored[source - after - 1] in _leaves(suite, here, source, there):
        return Words(zh=f"与位置{source}的事件互换了", en=f"this event and the one at position {source} were exchanged")
    if source == position + 1:
        return Words(
            zh="此处插入了一个事件，其后的事件后移", en="an event was inserted here and those behind it moved down"
        )
    return Words(
        zh=f"此处应为现在位置{source}的事件", en=f"here belongs the event that now stands at position {source}"
    )


def _leaves(suite: Suite, row: EntryFields, position: int, there: EntryFields) -> Iterator[bytes]:
    """The leaves that a row could have made at another position: with its own time or that place's, and predecessor."""
    shift = position - row[0]
    for recorded_at in {row[5], there[5]}:
        for previous in {row[8], row[8] + shift if row[8] else 0, there[8]}:
            yield _leaf(suite, row, position=position, recorded_at=recorded_at, previous=previous)


def _leaf(
    suite: Suite,
    row: EntryFields,
    *,
    position: int | None = None,
    recorded_at: int | None = None,
    previous: int | None = None,
) -> bytes:
    changed = EntryFields(*row)._replace(
        position=row[0] if position is None else position,
        recorded_at=row[5] if recorded_at is None else recorded_at,
        previous=row[8] if previous is None else max(0, previous),
    )
    return suite.leaf_hash(encode_entries([changed])[0])
