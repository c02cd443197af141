"""定序 Brings committed events into the tree and signs it, twice a second: one active process per log, others stand by.

Before it signs anything it compares the stored tree with the events, with the last checkpoint, and with the one that
was kept here (`agreement.py`); while they disagree it signs nothing and says where. Recording goes on meanwhile: what
is recorded is still evidence, and an attack on the tree must not stop the county (docs/adr/0020).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from enum import StrEnum
from typing import Any, Protocol

import psycopg
import structlog

from infrastructure.tlog.agreement import TreeDisagreesError, check_agreement, check_kept_root
from infrastructure.tlog.checkpoint import Checkpoint
from infrastructure.tlog.kept_checkpoint import KeptCheckpoint
from infrastructure.tlog.leaves import LeafReader
from infrastructure.tlog.note import sign_note
from infrastructure.tlog.operator_key import OperatorKeys
from infrastructure.tlog.store import LOCK_CLASS, Tree, checkpoint_of, tree_of
from infrastructure.tlog.suite import suite_named
from infrastructure.tlog.tiles import RightEdge

ROUND_SECONDS = 0.5
"""Between two looks for news: so every event is in a signed tree within a second."""
RECHECK_SECONDS = 30.0
"""Between two comparisons of tree and events while running."""
STRETCH = 65_536
"""Events that are integrated in one transaction."""
_LONGEST_BACK_OFF = 15.0

_HEADS = (
    "SELECT coalesce(l.position, 0), e.size, c.size, c.root FROM liuhen.right_edges e"
    " LEFT JOIN liuhen.logs l ON l.log_id = e.log_id"
    " LEFT JOIN LATERAL (SELECT k.size, k.root FROM liuhen.checkpoints k WHERE k.log_id = e.log_id"
    " AND k.generation = e.generation ORDER BY k.size DESC LIMIT 1) c ON true WHERE e.log_id = %s"
    " ORDER BY e.generation DESC LIMIT 1"
)
_INTEGRATE = "SELECT liuhen.integrate(%s, %s, %s, %s::smallint[], %s::bigint[], %s::bytea[], %s::bytea[], %s, %s)"

log = structlog.get_logger(__name__)


def _nothing(step: str) -> None:
    del step


class Duty(StrEnum):
    """What a sequencer is doing."""

    STOPPED = "stopped"
    STANDBY = "standby"
    ACTIVE = "active"


class Signing(Protocol):
    """Whatever signs a log for the service: a sequencer in a thread, or in a process of its own."""

    duty: Duty
    failure: str | None
    """Why nothing is signed, or None."""

    def start(self) -> None:
        """Begin to sign. It goes on until `stop`."""
        ...

    def stop(self) -> None:
        """Finish the stretch at hand and end."""
        ...

    def show(self, note: bytes) -> None:
        """A checkpoint signed by this log's own key, which the caller verified, that the tree does not hold."""
        ...

    def catch_up(self) -> int:
        """Bring the tree to the end of the log at once; the size of the tree then."""
        ...


class Sequencer:
    """Integrates and signs one log."""

    def __init__(
        self,
        conninfo: str,
        log_id: int,
        *,
        suite: str,
        origin: str,
        keys: Callable[[Tree], OperatorKeys],
        kept: KeptCheckpoint,
        stretch: int = STRETCH,
        round_seconds: float = ROUND_SECONDS,
        at: Callable[[str], None] = _nothing,
    ) -> None:
        """`suite` and `origin` are used if the log has no tree yet. `at` is told each step: tests break off there."""
        self._conninfo = conninfo
        self._log_id = log_id
        self._wanted = Tree(suite_named(suite), origin)
        self._keys = keys
        self._kept = kept
        self._stretch = stretch
        self._round = round_seconds
        self._at = at
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._shown: bytes | None = None
        self.duty = Duty.STOPPED
        self.failure: str | None = None
        """Why nothing is signed, or None."""

    def start(self) -> None:
        """Start the thread. It runs until `stop`."""
        self._thread = threading.Thread(target=self._run, name="sequencer", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish the stretch at hand and end."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(timeout=30)

    def show(self, note: bytes) -> None:
        """A checkpoint signed by this log's own key, which the caller verified, that the tree does not hold.

        It is kept in place of what was kept here, and everything compared anew: nothing is signed that contradicts it.
        """
        self._shown = note

    def catch_up(self) -> int:
        """Bring the tree to the end of the log in this thread; the size of the tree then.

        Raises TreeDisagreesError, BusyError when another process is active, and whatever the database raises.
        """
        with psycopg.connect(self._conninfo, autocommit=True) as conn:
            active = self._take_over(conn)
            if active is None:
                raise BusyError("另一进程正在签署此日志 / another process is signing this log")
            while active.advance():
                pass
            return active.edge.size

    def _run(self) -> None:
        back_off = 0.0
        while not self._stopping.is_set():
            try:
                with psycopg.connect(self._conninfo, autocommit=True) as conn:
                    self._serve(conn)
                    back_off = 0.0
            except Exception as error:  # noqa: BLE001 (it survives anything but the end of the process)
                disagreement = isinstance(error, TreeDisagreesError)
                self.failure = str(error) if disagreement else f"{type(error).__name__}: {error}"
                tell = log.critical if disagreement else log.warning
                tell("sequencer.stopped_signing", log_id=self._log_id, reason=self.failure)
                back_off = min(_LONGEST_BACK_OFF, back_off * 2 or 0.2)
                self.duty = Duty.STANDBY
                self._stopping.wait(back_off)
        self.duty = Duty.STOPPED

    def _serve(self, conn: psycopg.Connection[Any]) -> None:
        """Stand by until the lock is free, then integrate until stopped."""
        self.duty = Duty.STANDBY
        while (active := self._take_over(conn)) is None:
            self.failure = None
            if self._stopping.wait(self._round):
                return
        self.duty = Duty.ACTIVE
        self.failure = None
        checked = time.monotonic()
        while not self._stopping.is_set():
            if self._shown is not None:
                return
            if active.advance() == self._stretch:
                continue
            self.failure = None
            if time.monotonic() - checked > RECHECK_SECONDS:
                active.recheck()
                checked = time.monotonic()
            self._stopping.wait(self._round)

    def _take_over(self, conn: psycopg.Connection[Any]) -> _Active | None:
        """The tree to go on with, once this connection holds the lock and all agrees; None while another holds it."""
        row = conn.execute("SELECT pg_try_advisory_lock(%s, %s)", (LOCK_CLASS, self._log_id)).fetchone()
        if row != (True,):
            return None
        if self._shown is not None:
            self._kept.write(self._shown)
            self._shown = None
        tree = tree_of(conn, self._log_id)
        if tree is None:
            tree = self._plant(conn)
        return _Active(conn, self._log_id, tree, self._keys, self._kept, self._stretch, self._at)

    def _plant(self, conn: psycopg.Connection[Any]) -> Tree:
        """Make the tree of a log that has none; not where one was signed before: then the database is an old one."""
        before = self._kept.read()
        if before is not None and before.size:
            raise TreeDisagreesError(
                "kept",
                f"本机已签署过{before.size}个事件的树，数据库里却没有树：恢复了旧备份",
                f"a tree of {before.size} events was signed from here, but the database holds no tree: an old backup "
                "was restored",
                1,
            )
        wanted = self._wanted
        conn.execute("SELECT liuhen.plant_tree(%s, %s, %s)", (self._log_id, wanted.suite.name, wanted.origin))
        return wanted


class BusyError(Exception):
    """Another process is the active sequencer."""


class _Active:
    """The tree in the hands of the process that holds the lock."""

    def __init__(
        self,
        conn: psycopg.Connection[Any],
        log_id: int,
        tree: Tree,
        keys: Callable[[Tree], OperatorKeys],
        kept: KeptCheckpoint,
        stretch: int,
        at: Callable[[str], None],
    ) -> None:
        self._conn = conn
        self._log_id = log_id
        self._tree = tree
        self._read_keys = keys
        self._keys = keys(tree)
        self._kept_file = kept
        self._kept = kept.read()
        self._stretch = stretch
        self._at = at
        self._reader = LeafReader(conn, tree.suite, log_id)
        self.edge = check_agreement(conn, log_id, tree, self._keys.verifiers, self._kept)
        self._root = self.edge.root()
        self._signed = checkpoint_of(conn, log_id) is not None
        at("checked")

    def recheck(self) -> None:
        """Read the keys again, and compare the stored tree with events and checkpoints. Raises TreeDisagreesError."""
        self._keys = self._read_keys(self._tree)
        found = check_agreement(self._conn, self._log_id, self._tree, self._keys.verifiers, self._kept)
        if (found.size, found.root()) != (self.edge.size, self._root):
            raise _changed(self.edge.size)

    def advance(self) -> int:
        """Integrate the next stretch and sign; the number of events in it. Raises TreeDisagreesError, psycopg.Error."""
        size = self.edge.size
        row = self._conn.execute(_HEADS.encode(), (self._log_id,), prepare=True).fetchone()
        if row is None or row[1] != size or (self._signed and row[2:] != (size, self._root)):
            raise _changed(size)
        if row[0] < size:
            raise TreeDisagreesError(
                "head",
                f"日志退回到位置{row[0]}，树已有{size}片叶",
                f"the log went back to position {row[0]}, the tree has {size} leaves",
                row[0] + 1,
            )
        upto = min(row[0], size + self._stretch)
        # What was signed from here, but perhaps not stored, is to come out as it was.
        if self._kept is not None and size < self._kept.size < upto:
            upto = self._kept.size
        if upto == size and self._signed:
            return 0
        leaves = self._reader.read(size, upto)
        if leaves.anomalies:
            where = leaves.anomalies[0]
            raise TreeDisagreesError(
                "events",
                f"位置{where.position}：{where.detail.zh}",
                f"position {where.position}: {where.detail.en}",
                where.position,
            )
        self._at("read")
        edge = RightEdge(self._tree.suite, size, self.edge.encode())
        full = edge.extend(leaves.hashes)
        root = edge.root()
        if self._kept is not None and self._kept.size == edge.size:
            check_kept_root(self._kept, root)
        checkpoint = Checkpoint(self._tree.origin, edge.size, root)
        note = sign_note(checkpoint.text(), self._keys.signers)
        self._at("signed")
        # First kept, then stored: what others may have seen is never unknown here.
        if self._kept is None or self._kept.size <= edge.size:
            self._kept_file.write(note)
            self._kept = checkpoint
        self._at("kept")
        tiles = [tile for tile, _ in full]
        self._conn.execute(
            _INTEGRATE.encode(),
            (
                self._log_id,
                size,
                edge.size,
                [t.level for t in tiles],
                [t.number for t in tiles],
                [hashes for _, hashes in full],
                edge.encode(),
                root,
                note.decode(),
            ),
            prepare=True,
            binary=True,
        )
        self._at("stored")
        self.edge, self._root, self._signed = edge, root, True
        return len(leaves.hashes)


def _changed(size: int) -> TreeDisagreesError:
    return TreeDisagreesError(
        "changed",
        f"树在大小{size}处被别人改动",
        f"somebody else changed the tree, which stood at {size}",
    )
