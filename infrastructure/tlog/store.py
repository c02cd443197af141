"""树的存储 What the database keeps of the tree: tiles, right edge, checkpoints. Every answer is one query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import psycopg

from infrastructure.tlog.leaves import LeafReader
from infrastructure.tlog.note import Signature, Verifier
from infrastructure.tlog.suite import HASH_LENGTH, Suite, SuiteError, suite_named
from infrastructure.tlog.tiles import ENTRIES, WIDTH, Tile, encode_bundle, tile_reader, tile_width
from infrastructure.tlog.tree import Node, Read, consistency_proof, inclusion_plan, plan_nodes, proof_of, root_from

if TYPE_CHECKING:  # a process that signs, audits or witnesses loads nothing of recording
    from infrastructure.store.batch_writer import Pool

_CHECKPOINT = (
    "SELECT c.size, c.root, c.note, c.signed_at, coalesce((SELECT string_agg(s.line, '' ORDER BY s.kept_at, s.name)"
    " FROM liuhen.cosignatures s WHERE s.log_id = c.log_id AND s.generation = c.generation AND s.size = c.size), '')"
    " FROM liuhen.checkpoints c WHERE c.log_id = %s AND c.generation = (SELECT max(n.generation)"
    " FROM liuhen.trees n WHERE n.log_id = %s) AND (%s::bigint IS NULL OR c.size = %s::bigint)"
    " ORDER BY c.size DESC LIMIT 1"
)
_TILES = (
    "SELECT w.level, w.index, coalesce(t.hashes, CASE WHEN w.index = e.size >> 8 * (w.level + 1)"
    " THEN e.hashes[w.level + 1] END) FROM unnest(%s::int[], %s::bigint[]) AS w(level, index)"
    " LEFT JOIN liuhen.right_edges e ON e.log_id = %s"
    " AND e.generation = (SELECT max(n.generation) FROM liuhen.trees n WHERE n.log_id = e.log_id)"
    " LEFT JOIN liuhen.tiles t ON t.log_id = %s AND t.generation = e.generation AND t.level = w.level"
    " AND t.index = w.index"
)


_STANDING = (
    "SELECT t.suite, e.size FROM liuhen.trees t JOIN liuhen.right_edges e ON e.log_id = t.log_id"
    " AND e.generation = t.generation WHERE t.log_id = %s ORDER BY t.generation DESC LIMIT 1"
)
_LAG = (
    "SELECT coalesce(l.position, 0), coalesce(extract(epoch FROM clock_timestamp() - n.recorded_at), 0),"
    " EXISTS (SELECT FROM pg_locks k WHERE k.locktype = 'advisory' AND k.classid = %s AND k.objid = %s"
    " AND k.database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND k.granted)"
    " FROM liuhen.right_edges e LEFT JOIN liuhen.logs l ON l.log_id = e.log_id"
    " LEFT JOIN liuhen.events n ON n.log_id = e.log_id AND n.position = e.size + 1 WHERE e.log_id = %s"
    " ORDER BY e.generation DESC LIMIT 1"
)
_KEYS = "unnest(%s::text[], %s::bytea[]) AS w(name, key_id)"
_NEWEST = "s.generation = (SELECT max(n.generation) FROM liuhen.trees n WHERE n.log_id = s.log_id)"
_WITNESSED = (
    f"SELECT s.size FROM liuhen.cosignatures s WHERE s.log_id = %s AND {_NEWEST} AND (s.name, s.key_id) IN"
    f" (SELECT w.name, w.key_id FROM {_KEYS})"
    " GROUP BY s.size HAVING count(DISTINCT s.name) >= %s ORDER BY s.size DESC LIMIT 1"
)
_COSIGNED = (
    f"SELECT w.name, c.size, c.kept_at FROM {_KEYS} CROSS JOIN LATERAL (SELECT s.size, s.kept_at"
    f" FROM liuhen.cosignatures s WHERE s.log_id = %s AND {_NEWEST} AND s.name = w.name AND s.key_id = w.key_id"
    " ORDER BY s.size DESC LIMIT 1) c ORDER BY c.size"
)
LOCK_CLASS = 0x746C6F67
"""First number of the advisory lock that makes one sequencer active; the second is the log's id."""
_KEEP = b"SELECT liuhen.keep_cosignature(%s, %s, %s, %s, %s)"
_NO_TREE = "日志尚未开始签署 / the log has not been signed yet"


class NoTreeError(Exception):
    """The log has no tree yet: its sequencer has never run."""


class NotInTreeError(Exception):
    """The tree is not so large, or has no such tile. The text says which."""


@dataclass(frozen=True)
class SignedCheckpoint:
    """A checkpoint as it is kept: the note, and the lines that witnesses added under it."""

    size: int
    root: bytes
    note: str
    signed_at: datetime
    cosignatures: str = ""

    @property
    def published(self) -> str:
        """The note with all signatures."""
        return self.note + self.cosignatures


@dataclass(frozen=True)
class Tree:
    """What was chosen when the log's tree was made."""

    suite: Suite
    origin: str


@dataclass(frozen=True)
class Proof:
    """The hashes of a proof, lowest first, and the size of the tree that they lead to."""

    size: int
    hashes: list[bytes]
    leaf_hash: bytes = b""
    """Of an inclusion proof."""


@dataclass(frozen=True)
class Standing:
    """How far the tree is behind the log, and whether anybody is bringing it on."""

    log_position: int
    lag_seconds: float
    active: bool


def tree_of(conn: psycopg.Connection[Any], log_id: int) -> Tree | None:
    """The tree of a log, or None. Raises SuiteError when its suite is not known here."""
    row = conn.execute(
        "SELECT suite, origin FROM liuhen.trees WHERE log_id = %s ORDER BY generation DESC LIMIT 1", (log_id,)
    ).fetchone()
    return None if row is None else Tree(suite_named(row[0]), row[1])


def checkpoint_of(conn: psycopg.Connection[Any], log_id: int, size: int | None = None) -> SignedCheckpoint | None:
    """The checkpoint of a size, or the last one; None when there is none."""
    row = conn.execute(_CHECKPOINT.encode(), (log_id, log_id, size, size)).fetchone()
    return None if row is None else SignedCheckpoint(row[0], bytes(row[1]), *row[2:])


def standing_of(conn: psycopg.Connection[Any], log_id: int) -> Standing | None:
    """How far a log's tree is behind; None when it has no tree. The lag is the age of the first event not in it."""
    row = conn.execute(_LAG.encode(), (LOCK_CLASS, log_id, log_id)).fetchone()
    return None if row is None else Standing(row[0], float(row[1]), row[2])


def fetch_tiles(conn: psycopg.Connection[Any], log_id: int, tiles: Sequence[Tile]) -> Mapping[Tile, bytes]:
    """The hashes of tiles, full or partial, in one query. Raises NotInTreeError for one that is not there."""
    levels, indexes = [t.level for t in tiles], [t.number for t in tiles]
    rows = conn.execute(_TILES.encode(), (levels, indexes, log_id, log_id), prepare=True, binary=True).fetchall()
    kept = {(level, index): hashes for level, index, hashes in rows}
    found = {t: bytes(kept.get((t.level, t.number)) or b"")[: t.width * HASH_LENGTH] for t in tiles}
    for tile, hashes in found.items():
        if len(hashes) != tile.width * HASH_LENGTH:
            raise NotInTreeError(f"没有瓦片{tile.path} / there is no {tile.path}")
    return found


def node_reader(conn: psycopg.Connection[Any], log_id: int, suite: Suite, size: int) -> Read:
    """Reads nodes of the tree of a size from its tiles, one query for each call."""
    return tile_reader(suite, size, lambda tiles: fetch_tiles(conn, log_id, tiles))


class TreeStore:
    """Reads the tree of one log for those who ask."""

    def __init__(self, pool: Pool, log_id: int) -> None:
        self._pool = pool
        self.log_id = log_id

    def suite(self, otherwise: Suite) -> Suite | None:
        """The suite of the log's tree, or another while there is none; None for one that is not known here."""
        try:
            return self.tree().suite
        except NoTreeError:
            return otherwise
        except SuiteError:
            return None

    def tree(self) -> Tree:
        """Suite and origin. Raises NoTreeError."""
        with self._pool.connection() as conn:
            tree = tree_of(conn, self.log_id)
        if tree is None:
            raise NoTreeError(_NO_TREE)
        return tree

    def checkpoint(self, size: int | None = None) -> SignedCheckpoint:
        """The checkpoint of a size, or the last one. Raises NoTreeError, NotInTreeError."""
        with self._pool.connection() as conn:
            found = checkpoint_of(conn, self.log_id, size)
        if found is not None:
            return found
        if size is None:
            raise NoTreeError(_NO_TREE)
        raise NotInTreeError(f"没有大小为{size}的检查点 / there is no checkpoint of size {size}")

    def witnessed(self, keys: Sequence[Verifier], required: int) -> SignedCheckpoint | None:
        """The newest checkpoint that so many witnesses of these keys have cosigned; None when there is none yet.

        Keys of one name are one witness. Raises NoTreeError.
        """
        if required == 0:
            return self.checkpoint()
        with self._pool.connection() as conn:
            row = conn.execute(_WITNESSED.encode(), (self.log_id, *_columns(keys), required)).fetchone()
            return None if row is None else checkpoint_of(conn, self.log_id, row[0])

    def cosigned(self, keys: Sequence[Verifier]) -> dict[str, tuple[int, datetime]]:
        """The largest size that each witness has cosigned, and since when that is kept here."""
        with self._pool.connection() as conn:
            rows = conn.execute(_COSIGNED.encode(), (*_columns(keys), self.log_id)).fetchall()
        return {name: (size, kept_at) for name, size, kept_at in rows}

    def keep_cosignatures(self, size: int, signatures: Sequence[Signature]) -> int:
        """Keep verified cosignatures under the checkpoint of a size; how many are new."""
        with self._pool.connection() as conn:
            return sum(
                conn.execute(_KEEP, (self.log_id, size, s.name, s.key_id, s.line())).fetchone() == (True,)
                for s in signatures
            )

    def holds(self, size: int, root: bytes) -> bool:
        """Is this the root of the tree at a size? False beyond the tree. Raises NoTreeError."""
        with self._pool.connection() as conn:
            suite, of = self._standing(conn)
            return size <= of and root_from(suite, size, node_reader(conn, self.log_id, suite, size)) == root

    def tile(self, tile: Tile) -> bytes:
        """The hashes of a tile, or an entry bundle. Raises NotInTreeError, NoTreeError."""
        with self._pool.connection() as conn:
            if tile.level != ENTRIES:
                return fetch_tiles(conn, self.log_id, [tile])[tile]
            suite, size = self._standing(conn)
            first = tile.number * WIDTH
            if tile_width(0, tile.number, size) < tile.width:
                raise NotInTreeError(f"没有{tile.path} / there is no {tile.path}")
            entries = LeafReader(conn, suite, self.log_id).read(first, first + tile.width).entries
        if len(entries) != tile.width:
            raise NotInTreeError(f"{tile.path}中缺少事件 / events of {tile.path} are missing")
        return encode_bundle(entries)

    def inclusion(self, position: int, size: int | None = None) -> Proof:
        """That the event at a position is in the tree of a size, or of now: two queries.

        Raises ProofError, NotInTreeError, NoTreeError.
        """
        with self._pool.connection() as conn:
            suite, of = self._standing(conn, size)
            nodes = [Node(0, position - 1), *plan_nodes(plan := inclusion_plan(position - 1, of))]
            leaf_hash, *hashes = node_reader(conn, self.log_id, suite, of)(nodes)
        return Proof(of, proof_of(suite, plan, hashes), leaf_hash)

    def inclusions(self, positions: Sequence[int], size: int) -> list[list[bytes]]:
        """The inclusion proofs of many events in the tree of one size: two queries together.

        Raises ProofError, NotInTreeError, NoTreeError.
        """
        with self._pool.connection() as conn:
            suite, of = self._standing(conn, size)
            plans = [inclusion_plan(position - 1, of) for position in positions]
            nodes = list(dict.fromkeys(node for plan in plans for node in plan_nodes(plan)))
            known = dict(zip(nodes, node_reader(conn, self.log_id, suite, of)(nodes), strict=True))
        return [proof_of(suite, plan, [known[node] for node in plan_nodes(plan)]) for plan in plans]

    def consistency(self, old: int, new: int | None = None) -> Proof:
        """That the tree of a size, or of now, begins with that of an older one: two queries.

        Raises ProofError, NotInTreeError, NoTreeError.
        """
        with self._pool.connection() as conn:
            suite, of = self._standing(conn, new)
            return Proof(of, consistency_proof(suite, old, of, node_reader(conn, self.log_id, suite, of)))

    def standing(self) -> Standing:
        """How far the tree is behind the log. Raises NoTreeError."""
        with self._pool.connection() as conn:
            found = standing_of(conn, self.log_id)
        if found is None:
            raise NoTreeError(_NO_TREE)
        return found

    def _standing(self, conn: psycopg.Connection[Any], size: int | None = None) -> tuple[Suite, int]:
        """The suite, and the size that is meant. Raises NoTreeError, NotInTreeError beyond the tree."""
        row = conn.execute(_STANDING.encode(), (self.log_id,)).fetchone()
        if row is None:
            raise NoTreeError(_NO_TREE)
        if size is not None and size > row[1]:
            raise NotInTreeError(f"树只有{row[1]}片叶 / the tree has {row[1]} leaves, not {size}")
        return suite_named(row[0]), row[1] if size is None else size


def _columns(keys: Sequence[Verifier]) -> tuple[list[str], list[bytes]]:
    return [k.name for k in keys], [k.key_id for k in keys]
