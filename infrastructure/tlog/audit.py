"""全面审计 The whole record against the signed tree: every event is read and hashed again, every checkpoint compared.

The log is cut into stretches of 65,536 events, each a perfect subtree, which processes examine side by side; what joins
them is checked at the end. What is hashed comes from the rows, by our own code; nothing is taken from the tiles but to
compare. With a checkpoint that the auditor kept, only what came after its stretch is read: that what was before is
still the same follows from its root.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from functools import partial
from queue import SimpleQueue
from typing import Any, Self

import psycopg

from infrastructure.tlog.checkpoint import Checkpoint
from infrastructure.tlog.leaves import Anomaly
from infrastructure.tlog.note import Verifier
from infrastructure.tlog.store import Tree, node_reader, tree_of
from infrastructure.tlog.stretch import (
    MOST_FINDINGS,
    PIECE,
    STRETCH,
    AuditError,
    Outcome,
    Task,
    compare_tile,
    examine,
    found_at,
    tiles_over,
)
from infrastructure.tlog.suite import Suite
from infrastructure.tlog.tiles import WIDTH
from infrastructure.tlog.tree import Node, joined, nodes_between

Progress = Callable[[int, int], None]
"""Told how many events of how many are done."""


@dataclass(frozen=True)
class Brought:
    """A checkpoint from outside the database, and what it is called: a file's name."""

    called: str
    checkpoint: Checkpoint
    own: bool = False
    """Kept by the service itself, not by the auditor. It is kept just before it is stored, so it may be ahead."""


@dataclass(frozen=True)
class AuditReport:
    """What was read and compared, and everything that differs, in order of position."""

    origin: str
    size: int
    """Leaves of the tree that was audited."""
    events: int
    """Events that were read and hashed."""
    checkpoints: int
    """Checkpoints whose root and signature were compared."""
    unsigned: int
    """Events at the end of the log that are not in the tree yet."""
    seconds: float
    outside: tuple[str, ...] = ()
    """Names of the checkpoints from outside the database that were compared: brought along, or kept by the service."""
    findings: tuple[Anomaly, ...] = ()
    """Position 0 where no single position can be named."""


def audit(
    conninfo: str,
    log_id: int,
    verifiers: Sequence[Verifier],
    *,
    brought: Sequence[Brought] = (),
    since: Brought | None = None,
    processes: int = 1,
    progress: Progress | None = None,
) -> AuditReport:
    """Audit a log. Raises AuditError when it has no tree or no checkpoint, psycopg.Error."""
    began = time.perf_counter()
    everything = [*brought, *([since] if since else [])]
    with psycopg.connect(conninfo, autocommit=True) as conn:
        tree, size, unsigned, findings = _opening(conn, log_id, everything)
        start = since.checkpoint.size // STRETCH * STRETCH if since and since.checkpoint.size <= size else 0
        before = _stored_peaks(conn, log_id, tree.suite, start, size)
        sizes = tuple(b.checkpoint.size for b in everything if b.checkpoint.size <= size)
        keys = tuple(map(str, verifiers))
        processes = max(1, min(processes, -(-(size - start) // STRETCH)))
        tasks = [
            Task(log_id, at, end, keys, tuple(s for s in sizes if at < s <= end))
            for at, end in divided(start, size, processes)
        ]
        outcomes: list[Outcome] = []
        done = 0
        for outcome in _examined(conninfo, tasks, processes):
            outcomes.append(outcome)
            done += outcome.end - outcome.start
            if progress is not None:
                progress(done, size - start)
        outcomes.sort(key=lambda o: o.start)
        closing = _Closing(conn, log_id, tree, everything, findings)
        checkpoints = closing.join(before, start, outcomes)
        closing.upper_tiles(start, size)
    seen = sorted(dict.fromkeys(findings), key=lambda f: (f.position == 0, f.position))
    return AuditReport(
        tree.origin,
        size,
        size - start,
        checkpoints,
        unsigned,
        time.perf_counter() - began,
        tuple(b.called for b in everything),
        tuple(seen),
    )


def divided(start: int, size: int, processes: int) -> list[tuple[int, int]]:
    """The stretches from leaf `start`, where one begins, to leaf `size`, in order.

    For several processes the last stretch of each is cut into pieces, so that none waits long for another at the end.
    """
    pieces = size if processes < 2 else max(start, size // STRETCH * STRETCH - (processes - 1) * STRETCH)
    stretches = [(at, min(at + STRETCH, size)) for at in range(start, pieces, STRETCH)]
    return stretches + [(at, min(at + PIECE, size)) for at in range(pieces, size, PIECE)]


def _opening(
    conn: psycopg.Connection[Any], log_id: int, brought: Sequence[Brought]
) -> tuple[Tree, int, int, list[Anomaly]]:
    tree = tree_of(conn, log_id)
    row = conn.execute(
        "SELECT e.size, coalesce(l.position, 0),"
        " (SELECT max(c.size) FROM liuhen.checkpoints c WHERE c.log_id = e.log_id AND c.generation = e.generation)"
        " FROM liuhen.right_edges e LEFT JOIN liuhen.logs l ON l.log_id = e.log_id WHERE e.log_id = %s"
        " ORDER BY e.generation DESC LIMIT 1",
        (log_id,),
    ).fetchone()
    if tree is None or row is None:
        raise AuditError(f"日志{log_id}还没有树：尚未签署过 / log {log_id} has no tree: it was never signed")
    edge, position, signed = row
    findings: list[Anomaly] = []
    if signed is None or signed != edge:
        findings.append(
            found_at(0, f"最后的检查点是{signed}，树的右缘在{edge}", f"last checkpoint {signed}, edge {edge}")
        )
    if position < edge:
        findings.append(
            found_at(
                position + 1,
                f"日志只到位置{position}，已签署到{edge}：事件被删去，或恢复了旧备份",
                f"the log ends at {position}, but {edge} events were signed: removed, or an old backup restored",
            )
        )
    for one in brought:
        size = one.checkpoint.size
        if one.checkpoint.origin != tree.origin:
            findings.append(
                found_at(
                    0,
                    f"{one.called}属于{one.checkpoint.origin}，日志现为{tree.origin}：经批准重启的，"
                    "日志中有county.log_restarted",
                    f"{one.called} is of {one.checkpoint.origin}, the log is now {tree.origin}: where that was "
                    "approved, the log has a county.log_restarted",
                )
            )
        if size > (position if one.own else edge):
            findings.append(
                found_at(
                    edge + 1,
                    f"{one.called}签署了{size}个事件，树却只有{edge}片叶：日志被截短",
                    f"{one.called} signed {size} events, but the tree has {edge} leaves: the log was cut short",
                )
            )
    return tree, edge, max(0, position - edge), findings


def _stored_peaks(conn: psycopg.Connection[Any], log_id: int, suite: Suite, start: int, size: int) -> list[bytes]:
    """The peaks left of a place, as they are stored; the checkpoint brought along shows whether they are right."""
    return list(node_reader(conn, log_id, suite, size)(nodes_between(0, start))) if start else []


def _examined(conninfo: str, tasks: Sequence[Task], processes: int) -> Iterator[Outcome]:
    with ExitStack() as stack:
        here = partial(examine, stack.enter_context(psycopg.connect(conninfo, autocommit=True)))
        if processes < 2:
            yield from map(here, tasks)
            return
        # This process takes its share: it has everything loaded, where a fresh one needs as long as for half a stretch.
        examiners: SimpleQueue[Callable[[Task], Outcome]] = SimpleQueue()
        examiners.put(here)
        for _ in range(processes - 1):
            examiners.put(stack.enter_context(_Examiner(conninfo)).examine)
        threads = ThreadPoolExecutor(processes)
        stack.callback(threads.shutdown, cancel_futures=True)

        def examined(task: Task) -> Outcome:
            idle = examiners.get()
            try:
                return idle(task)
            finally:
                examiners.put(idle)

        for future in as_completed([threads.submit(examined, task) for task in tasks]):
            yield future.result()


class _Examiner:
    """A process that examines stretches: a fresh interpreter that loads nothing but the audit.

    The library's pools would load the caller's program in each process, which takes longer than a stretch.
    """

    def __init__(self, conninfo: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", "from infrastructure.tlog.stretch import be_examiner; be_examiner()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C reaches the audit, which ends them
        )
        self._conninfo = conninfo

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()  # it is idle, or nobody wants its answer
        with suppress(BrokenPipeError), self._process:
            pass

    def examine(self, task: Task) -> Outcome:
        """Raises what the process raised, AuditError when it ended."""
        assert self._process.stdout is not None  # noqa: S101 (it was started with a pipe)
        try:
            self._send((self._conninfo, task))
            answer: Outcome | Exception = pickle.load(self._process.stdout)  # noqa: S301 (from our own process)
        except (OSError, EOFError) as error:
            raise AuditError("审计进程已退出 / a process of the audit ended") from error
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _send(self, what: object) -> None:
        assert self._process.stdin is not None  # noqa: S101 (it was started with a pipe)
        pickle.dump(what, self._process.stdin)
        self._process.stdin.flush()


@dataclass
class _Closing:
    """What joins the stretches: roots of all checkpoints, times, and the upper tiles."""

    conn: psycopg.Connection[Any]
    log_id: int
    tree: Tree
    brought: Sequence[Brought]
    findings: list[Anomaly]
    _wrong: int = field(default=0)
    _whole: list[bytes] = field(default_factory=list)

    def join(self, before: list[bytes], start: int, outcomes: Sequence[Outcome]) -> int:
        """Compare the root of each checkpoint, stored or brought along; how many."""
        peaks, compared = _Peaks(self.tree.suite, before, start), 0
        recorded_at: int | None = None
        self._brought_at(start, peaks.root([]))
        for outcome in outcomes:
            self.findings += outcome.findings
            for size, root, local in outcome.checkpoints:
                compared += 1
                if peaks.root(local) != root:
                    self._differs(f"大小{size}的检查点", f"the checkpoint of size {size}")
            for size, local in outcome.also.items():
                self._brought_at(size, peaks.root(local))
            if outcome.recorded is not None:
                if recorded_at is not None and outcome.recorded[0] < recorded_at:
                    self.findings.append(
                        found_at(
                            outcome.start + 1,
                            "记录时间早于前一事件",
                            "recorded before the event at the position before it",
                        )
                    )
                recorded_at = outcome.recorded[1]
            peaks.add(outcome.peaks, outcome.end - outcome.start)
        self._whole = peaks.stretches
        return compared + sum(1 for b in self.brought)

    def _brought_at(self, size: int, root: bytes) -> None:
        for one in self.brought:
            if one.checkpoint.size == size and one.checkpoint.root != root:
                self._differs(
                    f"带来的检查点{one.called}（大小{size}）", f"the checkpoint brought along, {one.called} ({size})"
                )

    def _differs(self, zh: str, en: str) -> None:
        self._wrong += 1
        if self._wrong <= MOST_FINDINGS:
            self.findings.append(
                found_at(
                    0,
                    f"{zh}所签的根，与事件算出的不同：签署之后历史被改写",
                    f"{en} has another root than the events: history was rewritten after it was signed",
                )
            )

    def upper_tiles(self, start: int, size: int) -> None:
        """The tiles of level 2 and above, made of the roots of the stretches: only where all of them were read."""
        if start:
            return
        row, level = self._whole, 2
        while row:
            for tile in tiles_over(level, 0, size):
                made = row[tile.number * WIDTH : tile.number * WIDTH + tile.width]
                compare_tile(self.conn, self.log_id, tile, b"".join(made), self.findings)
            for _ in range(8):
                row = self.tree.suite.parents(row[: len(row) // 2 * 2])
            level += 1


class _Peaks:
    """The perfect subtrees left of a place, largest first."""

    def __init__(self, suite: Suite, peaks: Sequence[bytes], size: int) -> None:
        self._suite = suite
        self._peaks = [(node, peak) for node, peak in zip(nodes_between(0, size), peaks, strict=True)]
        self._size = size
        self.stretches: list[bytes] = []
        """Roots of the whole stretches that were added."""

    def root(self, local: Sequence[bytes]) -> bytes:
        """The root with further peaks to the right."""
        peaks = [*(peak for _, peak in self._peaks), *local]
        return joined(self._suite, peaks) if peaks else self._suite.empty_root

    def add(self, local: Sequence[bytes], length: int) -> None:
        """Go on behind a stretch."""
        for node, peak in zip(nodes_between(self._size, self._size + length), local, strict=False):
            self._push(node, peak)
        self._size += length

    def _push(self, node: Node, peak: bytes) -> None:
        if 1 << node.level == STRETCH:
            self.stretches.append(peak)
        if self._peaks and self._peaks[-1][0].level == node.level:
            left = self._peaks.pop()[1]
            self._push(Node(node.level + 1, node.number >> 1), self._suite.node_hash(left, peak))
        else:
            self._peaks.append((node, peak))
