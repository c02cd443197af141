"""相符 Do the stored tree, the signed checkpoints and the events agree? What is looked at before anything is signed.

This is the quick look: right edge, last full tile, last checkpoint, and the checkpoint that the service itself kept. An
event far back that was changed is found by the full audit (`audit.py`), or by any proof of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg

from infrastructure.tlog.checkpoint import Checkpoint
from infrastructure.tlog.leaves import LeafReader
from infrastructure.tlog.note import Note, NoteError, Verifier, open_note
from infrastructure.tlog.store import NotInTreeError, SignedCheckpoint, Tree, checkpoint_of, fetch_tiles, node_reader
from infrastructure.tlog.text_forms import FormatError, Words
from infrastructure.tlog.tiles import HEIGHT, WIDTH, RightEdge, Tile, hashes_in
from infrastructure.tlog.tree import ProofError, perfect_root, root_from

WAY_ON = Words(
    zh="不能恢复时，查明并经批准后用liuhen log restart以新名称继续",
    en="where it cannot be restored, and once it is understood, `liuhen log restart` goes on under a new origin",
)


class TreeDisagreesError(Exception):
    """Tree, checkpoints and events do not agree. `position` is the first place that is known to differ, if any."""

    def __init__(self, what: str, zh: str, en: str, position: int | None = None) -> None:
        if what in {"kept", "head"}:  # nothing that can be mended in place
            zh, en = f"{zh}。{WAY_ON.zh}", f"{en}; {WAY_ON.en}"
        super().__init__(f"{zh} / {en}")
        self.what = what
        """One word for what was compared, for tests and machines."""
        self.text = Words(zh, en)
        self.position = position


_STATE = (
    "SELECT coalesce(l.position, 0), e.size, e.hashes,"
    " ARRAY(SELECT (SELECT count(*) FROM liuhen.tiles t WHERE t.log_id = e.log_id"
    " AND t.generation = e.generation AND t.level = n)"
    " FROM generate_series(0, 7) AS n ORDER BY n)"
    " FROM liuhen.right_edges e LEFT JOIN liuhen.logs l ON l.log_id = e.log_id WHERE e.log_id = %s"
    " ORDER BY e.generation DESC LIMIT 1"
)


def check_agreement(
    conn: psycopg.Connection[Any],
    log_id: int,
    tree: Tree,
    verifiers: Sequence[Verifier],
    kept: Checkpoint | None = None,
) -> RightEdge:
    """The right edge, when all agrees. Raises TreeDisagreesError, which says where."""
    row = conn.execute(_STATE.encode(), (log_id,)).fetchone()
    if row is None:
        raise TreeDisagreesError("edge", "树的右缘没有了", "the right edge of the tree is gone")
    log_position, size, hashes, counts = row
    if log_position < size:
        raise TreeDisagreesError(
            "head",
            f"日志只到位置{log_position}，树却有{size}片叶：事件被删去，或恢复了旧备份",
            f"the log ends at position {log_position}, but the tree has {size} leaves: events were removed, or an old "
            "backup restored",
            log_position + 1,
        )
    try:
        edge = RightEdge(tree.suite, size, [bytes(h) for h in hashes])
    except ProofError as error:
        raise TreeDisagreesError("edge", *_two(error)) from error
    due = [size >> HEIGHT * (level + 1) for level in range(7)]
    if [*counts[:7]] != due or counts[7]:
        raise TreeDisagreesError(
            "tiles",
            f"瓦片数不对：各层应为{due}，现为{list(counts)}",
            f"there are not the tiles that there should be: by level {due}, found {list(counts)}",
        )
    last = _check_checkpoint(conn, log_id, tree, edge, verifiers)
    _check_last_leaves(conn, log_id, tree, edge)
    if kept is not None:
        _check_kept(conn, log_id, tree, kept, edge, log_position)
    if last is not None and last.size != size:
        raise TreeDisagreesError(
            "checkpoint",
            f"最后的检查点是{last.size}，树却有{size}片叶",
            f"the last checkpoint is of {last.size}, but the tree has {size} leaves",
        )
    return edge


def _check_checkpoint(
    conn: psycopg.Connection[Any], log_id: int, tree: Tree, edge: RightEdge, verifiers: Sequence[Verifier]
) -> SignedCheckpoint | None:
    last = checkpoint_of(conn, log_id)
    if last is None:
        if edge.size:
            raise TreeDisagreesError("checkpoint", "检查点都没有了", "all checkpoints are gone")
        return None
    check_note(tree, last, verifiers)
    if last.size == edge.size and last.root != edge.root():
        raise TreeDisagreesError(
            "root",
            f"大小{last.size}的检查点所签的根，与右缘算出的不同",
            f"the root that was signed for size {last.size} is not that of the right edge",
        )
    return last


def check_note(tree: Tree, kept: SignedCheckpoint, verifiers: Sequence[Verifier]) -> None:
    """Does a checkpoint's note state what its row says, under a known signature? Raises TreeDisagreesError."""
    try:
        note = Note.parse(kept.note.encode())
        stated = Checkpoint.parse(open_note(note, verifiers).text if verifiers else note.text)
    except (FormatError, NoteError) as error:
        zh, en = _two(error)
        raise TreeDisagreesError(
            "note", f"大小{kept.size}的检查点：{zh}", f"checkpoint of size {kept.size}: {en}"
        ) from error
    if stated != Checkpoint(tree.origin, kept.size, kept.root):
        raise TreeDisagreesError(
            "note",
            f"大小{kept.size}的检查点，文本与所存的大小和根不符",
            f"the note of the checkpoint of size {kept.size} states another origin, size or root",
        )


def _check_last_leaves(conn: psycopg.Connection[Any], log_id: int, tree: Tree, edge: RightEdge) -> None:
    """Events against the leaves of the right edge and of the last full tile, and that tile against the one above."""
    size = edge.size
    full = size // WIDTH
    leaves = list(edge.tiles[0]) if edge.tiles else []
    first = full * WIDTH
    if full:
        tile = Tile(0, full - 1)
        try:
            above = Tile(1, (full - 1) // WIDTH, (full - 1) % WIDTH + 1)
            found = fetch_tiles(conn, log_id, [tile, above])
        except NotInTreeError as error:
            raise TreeDisagreesError("tiles", *_two(error)) from error
        hashes = hashes_in(found[tile])
        if perfect_root(tree.suite, hashes) != hashes_in(found[above])[-1]:
            raise TreeDisagreesError(
                "tiles",
                f"瓦片{tile.path}与上一层不符",
                f"the tile {tile.path} is not the one that the level above was made of",
            )
        leaves = [*hashes, *leaves]
        first -= WIDTH
    compare_leaves(LeafReader(conn, tree.suite, log_id), first, leaves)


def compare_leaves(reader: LeafReader, after: int, leaves: Sequence[bytes]) -> None:
    """Read the events behind some leaves and compare. Raises TreeDisagreesError at the first that differs."""
    read = reader.read(after, after + len(leaves))
    anomaly = read.anomalies[0] if read.anomalies else None
    differing = next((n for n, pair in enumerate(zip(leaves, read.hashes, strict=False)) if pair[0] != pair[1]), None)
    at = None if differing is None else after + 1 + differing
    if anomaly is not None and (at is None or anomaly.position <= at):
        raise TreeDisagreesError(
            "events",
            f"位置{anomaly.position}：{anomaly.detail.zh}",
            f"position {anomaly.position}: {anomaly.detail.en}",
            anomaly.position,
        )
    if at is not None:
        raise TreeDisagreesError(
            "events",
            f"位置{at}的事件与树中的叶不符：签署之后被改动",
            f"the event at position {at} is not the one in the tree: it was changed after it was signed",
            at,
        )


def _check_kept(
    conn: psycopg.Connection[Any], log_id: int, tree: Tree, kept: Checkpoint, edge: RightEdge, log_position: int
) -> None:
    """The database against the last checkpoint that the service signed."""
    if kept.origin != tree.origin:
        raise TreeDisagreesError(
            "kept",
            f"本机留存的检查点属于{kept.origin}，不是{tree.origin}",
            f"the checkpoint that was kept here is of {kept.origin}, not of {tree.origin}",
        )
    if kept.size > log_position:
        raise TreeDisagreesError(
            "kept",
            f"本机已签署过{kept.size}个事件，数据库却只有{log_position}个：恢复了旧备份。再签就会分叉",
            f"a tree of {kept.size} events was signed from here, but the database holds {log_position}: an old backup "
            "was restored, and to sign on would be a fork",
            log_position + 1,
        )
    if kept.size <= edge.size:
        try:
            root = root_from(tree.suite, kept.size, node_reader(conn, log_id, tree.suite, kept.size))
        except NotInTreeError as error:
            raise TreeDisagreesError("tiles", *_two(error)) from error
        check_kept_root(kept, root)


def check_kept_root(kept: Checkpoint, root: bytes) -> None:
    """Is this the root that was signed from here for the same size? Raises TreeDisagreesError."""
    if root != kept.root:
        raise TreeDisagreesError(
            "kept",
            f"大小{kept.size}的树不是本机签署过的那棵：历史被改写。再签就会分叉",
            f"the tree of size {kept.size} is not the one that was signed from here: history was rewritten, and to "
            "sign on would be a fork",
        )


def _two(error: Exception) -> tuple[str, str]:
    zh, _, en = str(error).partition(" / ")
    return zh, en or zh
