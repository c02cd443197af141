"""默克尔树 The Merkle tree of RFC 6962 section 2.1 (RFC 9162 section 2.1): roots, proofs, and their verification.

A node (level, number) is the perfect subtree over the leaves number·2^level … (number+1)·2^level - 1, so (0, n) is
leaf n.
Which nodes a proof needs depends on the sizes only: `inclusion_plan` and `consistency_plan` say it beforehand, and
`inclusion_proof` and `consistency_proof` call `read` once, with all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from infrastructure.tlog.suite import HASH_LENGTH, Suite

MOST_LEAVES = 1 << 62
"""No tree here is larger; a larger figure is a mistake or an attack."""


class ProofError(Exception):
    """A proof does not show what it should. The message says which part fails."""


class Node(NamedTuple):
    """A perfect subtree: 2^level leaves, the number-th of that size from the left, counted from 0."""

    level: int
    number: int


Plan = tuple[tuple[Node, ...], ...]
"""For each hash of a proof the nodes it is made of, left to right: one, or several at the ragged right edge."""
Read = Callable[[Sequence[Node]], Sequence[bytes]]
"""Gives the hashes of nodes, in the order asked for."""


def nodes_between(start: int, end: int) -> tuple[Node, ...]:
    """The largest perfect subtrees over the leaves start … end-1, left to right."""
    nodes = []
    while start < end:
        level = (end - start).bit_length() - 1
        if start:
            level = min(level, (start & -start).bit_length() - 1)
        nodes.append(Node(level, start >> level))
        start += 1 << level
    return tuple(nodes)


def _split(size: int) -> int:
    """The largest power of two smaller than `size`."""
    return 1 << ((size - 1).bit_length() - 1)


def inclusion_plan(index: int, size: int) -> Plan:
    """The nodes behind an inclusion proof, lowest first. Raises ProofError unless 0 <= index < size."""
    if not 0 <= index < size <= MOST_LEAVES:
        raise ProofError(f"没有第{index}片叶：树有{size}片 / there is no leaf {index} in a tree of {size}")
    plan = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            plan.append(nodes_between(middle, end))
            end = middle
        else:
            plan.append(nodes_between(start, middle))
            start = middle
    return tuple(reversed(plan))


def consistency_plan(old: int, new: int) -> Plan:
    """The nodes behind a consistency proof. Empty when old is 0 or equals new. Raises ProofError unless old <= new."""
    if not 0 <= old <= new <= MOST_LEAVES:
        raise ProofError(f"旧树{old}片叶，新树{new}片叶：次序不对 / a tree of {old} leaves does not grow to {new}")
    if old in {0, new}:
        return ()
    plan = []
    start, end = 0, new
    while end != old:
        middle = start + _split(end - start)
        if old <= middle:
            plan.append(nodes_between(middle, end))
            end = middle
        else:
            plan.append(nodes_between(start, middle))
            start = middle
    if start:
        plan.append(nodes_between(start, end))
    return tuple(reversed(plan))


def plan_nodes(plan: Plan) -> list[Node]:
    """All nodes of a plan, in its order."""
    return [node for part in plan for node in part]


def proof_of(suite: Suite, plan: Plan, hashes: Sequence[bytes]) -> list[bytes]:
    """The proof made of the hashes of `plan_nodes(plan)`."""
    given = iter(hashes)
    return [joined(suite, [next(given) for _ in part]) for part in plan]


def joined(suite: Suite, peaks: Sequence[bytes]) -> bytes:
    """The hash over neighbouring perfect subtrees of falling size: the ragged edge is joined from the right."""
    result = peaks[-1]
    for peak in reversed(peaks[:-1]):
        result = suite.node_hash(peak, result)
    return result


def inclusion_proof(suite: Suite, index: int, size: int, read: Read) -> list[bytes]:
    """That leaf `index` is in the tree of `size` leaves. Raises ProofError unless index < size."""
    plan = inclusion_plan(index, size)
    return proof_of(suite, plan, read(plan_nodes(plan)))


def consistency_proof(suite: Suite, old: int, new: int, read: Read) -> list[bytes]:
    """That the tree of `old` leaves is the beginning of that of `new` leaves. Raises ProofError unless old <= new."""
    plan = consistency_plan(old, new)
    return proof_of(suite, plan, read(plan_nodes(plan)))


def root_from(suite: Suite, size: int, read: Read) -> bytes:
    """The root of a tree of which the nodes can be read."""
    return joined(suite, read(nodes_between(0, size))) if size else suite.empty_root


def perfect_root(suite: Suite, hashes: Sequence[bytes]) -> bytes:
    """The hash of a perfect subtree over 1, 2, 4, … node hashes of one level."""
    while len(hashes) > 1:
        hashes = suite.parents(hashes)
    return hashes[0]


def root(suite: Suite, hashes: Sequence[bytes]) -> bytes:
    """The root of the tree over these leaf hashes."""
    frontier = Frontier(suite)
    frontier.extend(hashes)
    return frontier.root()


def verify_inclusion(
    suite: Suite, index: int, size: int, leaf_hash: bytes, proof: Sequence[bytes], expected_root: bytes
) -> None:
    """Raises ProofError unless the proof leads from the leaf hash to the root (RFC 9162 section 2.1.3.2)."""
    if not 0 <= index < size <= MOST_LEAVES:
        raise ProofError(f"没有第{index}片叶：树有{size}片 / there is no leaf {index} in a tree of {size}")
    _check_lengths(leaf_hash, expected_root, *proof)
    at, last, found = index, size - 1, leaf_hash
    for sibling in proof:
        if last == 0:
            raise ProofError("包含证明过长 / the inclusion proof is too long")
        if at & 1 or at == last:
            found = suite.node_hash(sibling, found)
            while not at & 1 and at:
                at >>= 1
                last >>= 1
        else:
            found = suite.node_hash(found, sibling)
        at >>= 1
        last >>= 1
    if last:
        raise ProofError("包含证明过短 / the inclusion proof is too short")
    if found != expected_root:
        raise ProofError("包含证明算出的根与检查点不同 / the inclusion proof leads to another root")


def verify_consistency(
    suite: Suite, old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes
) -> None:
    """Raises ProofError unless the old tree is a beginning of the new one (RFC 9162 section 2.1.4.2).

    The empty tree is a beginning of every tree, by an empty proof; its root must be the empty root.
    """
    if not 0 <= old <= new <= MOST_LEAVES:
        raise ProofError(f"旧树{old}片叶，新树{new}片叶：次序不对 / a tree of {old} leaves does not grow to {new}")
    _check_lengths(old_root, new_root, *proof)
    if old in {0, new}:
        _verify_trivial(suite, old, new, proof, old_root, new_root)
        return
    # A perfect old tree is itself the first node of the way up.
    nodes = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    found_old, found_new = _consistent_roots(suite, old, new, nodes)
    if found_old != old_root:
        raise ProofError("一致性证明算出的旧根不同 / the consistency proof leads to another old root")
    if found_new != new_root:
        raise ProofError("一致性证明算出的新根不同 / the consistency proof leads to another new root")


def _verify_trivial(suite: Suite, old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> None:
    if proof:
        raise ProofError("一致性证明应当为空 / the consistency proof should be empty")
    if old == 0 and old_root != suite.empty_root:
        raise ProofError("空树的根不对 / the root of the empty tree is wrong")
    if old == new and old_root != new_root:
        raise ProofError(f"同为{new}片叶而根不同：日志已分叉 / two roots for one size {new}: the log has forked")


def _consistent_roots(suite: Suite, old: int, new: int, nodes: Sequence[bytes]) -> tuple[bytes, bytes]:
    """The roots of both trees that the nodes lead to. Raises ProofError when there are too few or too many."""
    if not nodes:
        raise ProofError("一致性证明过短 / the consistency proof is too short")
    at, last = old - 1, new - 1
    while at & 1:
        at >>= 1
        last >>= 1
    found_old = found_new = nodes[0]
    for node in nodes[1:]:
        if last == 0:
            raise ProofError("一致性证明过长 / the consistency proof is too long")
        if at & 1 or at == last:
            found_old = suite.node_hash(node, found_old)
            found_new = suite.node_hash(node, found_new)
            while not at & 1 and at:
                at >>= 1
                last >>= 1
        else:
            found_new = suite.node_hash(found_new, node)
        at >>= 1
        last >>= 1
    if last:
        raise ProofError("一致性证明过短 / the consistency proof is too short")
    return found_old, found_new


def _check_lengths(*hashes: bytes) -> None:
    if any(len(h) != HASH_LENGTH for h in hashes):
        raise ProofError(f"哈希应为{HASH_LENGTH}字节 / a hash has {HASH_LENGTH} bytes")


def left_of(index: int, size: int, proof: Sequence[bytes]) -> list[bytes]:
    """The hashes of `nodes_between(0, index)`, which a (verified) inclusion proof contains, left to right.

    With them a reader can grow the tree from `index` on, without anything that came before.
    """
    plan = inclusion_plan(index, size)
    # A part that begins before the leaf lies wholly to its left, and is one perfect subtree.
    return [h for part, h in zip(plan, proof, strict=True) if part[0].number << part[0].level < index][::-1]


class Frontier:
    """The right edge of a tree: enough to append leaves and to tell the root. At most 62 hashes.

    `peaks` are the hashes of `nodes_between(0, size)`. Raises ProofError when their number does not fit the size.
    """

    __slots__ = ("peaks", "size", "suite")

    def __init__(self, suite: Suite, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        self.suite = suite
        self.size = size
        self.peaks = list(peaks)
        if size < 0 or len(self.peaks) != size.bit_count():
            raise ProofError(
                f"{size}片叶的右缘应有{size.bit_count()}个哈希，现有{len(self.peaks)}个 / the edge of a tree of {size} "
                f"has {size.bit_count()} hashes, not {len(self.peaks)}"
            )
        _check_lengths(*self.peaks)

    def append(self, leaf_hash: bytes) -> None:
        """Add one leaf."""
        self._push(leaf_hash, 0)

    def _push(self, node: bytes, level: int) -> None:
        size = self.size >> level
        while size & 1:
            node = self.suite.node_hash(self.peaks.pop(), node)
            size >>= 1
        self.peaks.append(node)
        self.size += 1 << level

    def extend(self, leaf_hashes: Sequence[bytes]) -> None:
        """Add many leaves, in whole subtrees of 256 as soon as the size allows it."""
        at = 0
        while at < len(leaf_hashes) and self.size & 0xFF:
            self._push(leaf_hashes[at], 0)
            at += 1
        while at + 256 <= len(leaf_hashes):
            self._push(perfect_root(self.suite, leaf_hashes[at : at + 256]), 8)
            at += 256
        for leaf_hash in leaf_hashes[at:]:
            self._push(leaf_hash, 0)

    def root(self) -> bytes:
        """The root of the tree as it stands."""
        return joined(self.suite, self.peaks) if self.peaks else self.suite.empty_root
