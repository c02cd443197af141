"""一段 One stretch of the log, examined: its events are hashed again and compared with its tiles and checkpoints.

What a process of the audit loads is this and nothing more: it starts in the time of a fraction of a stretch.
"""

from __future__ import annotations

import gc
import pickle
import sys
from dataclasses import dataclass
from typing import Any

import psycopg

from infrastructure.tlog.agreement import TreeDisagreesError, check_note
from infrastructure.tlog.differences import explained
from infrastructure.tlog.leaves import Anomaly, LeafReader
from infrastructure.tlog.note import Verifier
from infrastructure.tlog.store import NotInTreeError, SignedCheckpoint, fetch_tiles, tree_of
from infrastructure.tlog.suite import HASH_LENGTH
from infrastructure.tlog.text_forms import Words
from infrastructure.tlog.tiles import WIDTH, Tile, hashes_in, tile_width
from infrastructure.tlog.tree import nodes_between

STRETCH = 1 << 16
"""Leaves of a stretch: those of one tile of level 1. It begins where such a tile does."""
PIECE = STRETCH >> 3
"""Leaves of a piece of a stretch, where one is cut for several processes."""
_PAGE = 16_384
MOST_FINDINGS = 20
"""Of one kind: who has rewritten all of it has made the point."""


class AuditError(Exception):
    """There is nothing that could be audited. The text says why."""


@dataclass(frozen=True)
class Task:
    """What is to be examined: the leaves start to end of a log, a stretch or a piece of one."""

    log_id: int
    start: int
    end: int
    verifiers: tuple[str, ...]
    also: tuple[int, ...]
    """Sizes within the stretch for which the auditor brings checkpoints."""


@dataclass
class Outcome:
    """What came of it: what differs, and what joins the stretch with those beside it."""

    start: int
    end: int
    peaks: list[bytes]
    findings: list[Anomaly]
    checkpoints: list[tuple[int, bytes, list[bytes]]]
    """Of each checkpoint its size, the root it states, and the peaks of the stretch up to there."""
    also: dict[int, list[bytes]]
    recorded: tuple[int, int] | None = None
    """Recorded times of the first and last event."""


def examine(conn: psycopg.Connection[Any], task: Task) -> Outcome:
    """Read the events of a stretch, compare with its tiles, and with the checkpoints that end in it.

    Raises AuditError when the tree is gone, psycopg.Error.
    """
    tree = tree_of(conn, task.log_id)
    if tree is None:
        raise AuditError(f"日志{task.log_id}的树不见了 / the tree of log {task.log_id} is gone")
    suite, start, end = tree.suite, task.start, task.end
    reader = LeafReader(conn, suite, task.log_id)
    hashes: list[bytes] = []
    findings: list[Anomaly] = []
    recorded: tuple[int, int] | None = None
    while start + len(hashes) < end:
        after = start + len(hashes)
        leaves = reader.read(after, min(end, after + _PAGE))
        findings += leaves.anomalies[:MOST_FINDINGS]
        if leaves.fields:
            recorded = (recorded[0] if recorded else leaves.fields[0][5], leaves.fields[-1][5])
        hashes += leaves.hashes
        if after + len(leaves.hashes) < min(end, after + _PAGE):
            break  # A gap: what follows cannot be placed.
    stored = _stored_leaves(conn, task, findings)
    findings += explained(conn, suite, task.log_id, start, stored, hashes)
    levels = [hashes]
    while len(levels[-1]) > 1:
        row = levels[-1]
        levels.append(suite.parents(row[: len(row) // 2 * 2]))
    _compare_level(conn, task, levels, findings)

    def peaks(size: int) -> list[bytes]:
        wanted = nodes_between(0, min(size, start + len(hashes)) - start)
        return [levels[node.level][node.number] for node in wanted]

    rows = conn.execute(
        "SELECT size, root, note, signed_at FROM liuhen.checkpoints WHERE log_id = %s AND size > %s AND size <= %s"
        " AND generation = (SELECT max(t.generation) FROM liuhen.trees t WHERE t.log_id = %s)",
        (task.log_id, start or -1, end, task.log_id),
    ).fetchall()
    verifiers = [Verifier.parse(key) for key in task.verifiers]
    checkpoints = []
    for size, root, note, signed_at in rows:
        kept = SignedCheckpoint(size, bytes(root), note, signed_at)
        try:
            check_note(tree, kept, verifiers)
        except TreeDisagreesError as error:
            findings.append(Anomaly(0, error.text))
        if size <= start + len(hashes):
            checkpoints.append((size, kept.root, peaks(size)))
    return Outcome(start, end, peaks(end), findings, checkpoints, {size: peaks(size) for size in task.also}, recorded)


def _stored_leaves(conn: psycopg.Connection[Any], task: Task, findings: list[Anomaly]) -> list[bytes]:
    """The leaf hashes of a stretch as they are stored; those of a tile that is not there are empty."""
    tiles = tiles_over(0, task.start, task.end)
    try:
        found = dict(fetch_tiles(conn, task.log_id, tiles))
    except NotInTreeError:
        found = {}
        for tile in tiles:
            try:
                found |= fetch_tiles(conn, task.log_id, [tile])
            except NotInTreeError as error:
                findings.append(found_at(tile.number * WIDTH + 1, *str(error).split(" / ")))
                found[tile] = b""
    stored: list[bytes] = []
    for tile in tiles:
        stored += hashes_in(found[tile]) or [b""] * tile.width
    return stored


def tiles_over(level: int, start: int, end: int) -> list[Tile]:
    """The tiles of a level over the leaves start (where a tile begins) to end, as wide as end allows."""
    span = WIDTH << 8 * level
    numbers = range(start // span, -(-end // span))
    return [tile for n in numbers if (tile := Tile(level, n, tile_width(level, n, end))).width]


def _compare_level(
    conn: psycopg.Connection[Any], task: Task, levels: list[list[bytes]], findings: list[Anomaly]
) -> None:
    """The tile above the leaf tiles, or as much of it as the stretch makes, if any of them is full."""
    for tile in tiles_over(1, task.start, task.end):
        made = b"".join(levels[8]) if len(levels) > 8 else b""
        compare_tile(conn, task.log_id, tile, made, findings, first=task.start // WIDTH % WIDTH)


def compare_tile(
    conn: psycopg.Connection[Any], log_id: int, tile: Tile, made: bytes, findings: list[Anomaly], *, first: int = 0
) -> None:
    """Add to the findings when a tile is not there, or from its first-th hash on not what the events make."""
    try:
        stored = fetch_tiles(conn, log_id, [tile])[tile]
    except NotInTreeError as error:
        findings.append(found_at(0, *str(error).split(" / ")))
        return
    if len(made) == (tile.width - first) * HASH_LENGTH and stored[first * HASH_LENGTH :] != made:
        findings.append(found_at(0, f"瓦片{tile.path}与事件不符", f"the tile {tile.path} is not what the events make"))


def be_examiner() -> None:
    """Be the process: examine stretches until the input ends."""
    asked, answers = sys.stdin.buffer, sys.stdout.buffer
    conn: psycopg.Connection[Any] | None = None
    gc.disable()  # what it makes has no cycles, and it ends with the audit
    while True:
        try:
            conninfo, task = pickle.load(asked)  # noqa: S301 (from the process that started this one)
        except EOFError:
            return
        try:
            conn = conn or psycopg.connect(conninfo, autocommit=True)
            answer: object = examine(conn, task)
        except Exception as error:  # noqa: BLE001 (raised again where it was asked)
            answer = error
        pickle.dump(answer, answers)
        answers.flush()


def found_at(position: int, zh: str, en: str) -> Anomaly:
    """A finding in words."""
    return Anomaly(position, Words(zh, en))
