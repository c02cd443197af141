"""Trees and proofs: published vectors, an oracle, every pair up to 300 leaves, every changed bit refused."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from infrastructure.tlog.suite import SHA256_ED25519, SM3_SM2, SUITES, Suite, SuiteError, suite_named
from infrastructure.tlog.tree import (
    Frontier,
    Node,
    ProofError,
    consistency_plan,
    consistency_proof,
    inclusion_plan,
    inclusion_proof,
    left_of,
    nodes_between,
    root,
    root_from,
    verify_consistency,
    verify_inclusion,
)

LEAVES = [bytes.fromhex(h) for h in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657")]
LEAVES.append(bytes.fromhex("606162636465666768696a6b6c6d6e6f"))
ROOTS = {
    SHA256_ED25519: {
        0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        4: "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        5: "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        6: "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        7: "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    },
    SM3_SM2: {
        0: "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b",
        1: "2daef60e7a0b8f5e024c81cd2ab3109f2b4f155cf83adeb2ae5532f74a157fdf",
        8: "bc48ba7a709184b5f2a631e1adeb8dc2a0d4c018c1d6cc89b5664fe154c93b38",
    },
}
"""The tree of RFC 6962's reference implementation, and the same leaves under SM3."""


class Nodes:
    """All perfect subtrees of a tree, made once, each when it is first asked for."""

    def __init__(self, suite: Suite, leaf_hashes: Sequence[bytes]) -> None:
        self.suite = suite
        self.rows = [list(leaf_hashes)]
        while len(row := self.rows[-1]) > 1:
            self.rows.append(suite.parents(row[: len(row) // 2 * 2]))

    def read(self, nodes: Sequence[Node]) -> list[bytes]:
        return [self.rows[node.level][node.number] for node in nodes]


def leaves(count: int) -> list[bytes]:
    return [f"leaf {n}".encode() for n in range(count)]


def tree_of(count: int) -> Nodes:
    return Nodes(SHA256_ED25519, SHA256_ED25519.leaf_hashes(leaves(count)))


@pytest.mark.parametrize("suite", SUITES.values(), ids=lambda s: s.name)
def test_the_roots_of_the_reference_tree(suite: Suite) -> None:
    for size, expected in ROOTS[suite].items():
        assert root(suite, suite.leaf_hashes(LEAVES[:size])).hex() == expected


def test_sm3_is_sm3() -> None:
    """GB/T 32905-2016, example 1."""
    assert SM3_SM2.digest(b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


def test_an_unknown_suite_is_named() -> None:
    with pytest.raises(SuiteError, match="md5-rsa"):
        suite_named("md5-rsa")


def test_the_published_proofs_under_both_hashes(shared: Path) -> None:
    vectors = json.loads((shared / "data/vectors/ct_leaves_sha256_sm3.json").read_text())
    assert [leaf.hex() for leaf in LEAVES] == vectors["leaves_hex"]
    for name, suite in (("sha256", SHA256_ED25519), ("sm3", SM3_SM2)):
        tree = Nodes(suite, suite.leaf_hashes(LEAVES))
        for size, expected in vectors[name].items():
            assert root_from(suite, int(size), tree.read).hex() == expected
    tree = Nodes(SHA256_ED25519, SHA256_ED25519.leaf_hashes(LEAVES))
    for pair, expected in vectors["sha256_inclusion"].items():
        index, size = map(int, pair.split("/"))
        assert [h.hex() for h in inclusion_proof(SHA256_ED25519, index, size, tree.read)] == expected
    for pair, expected in vectors["sha256_consistency"].items():
        old, new = map(int, pair.replace("-", "/").replace(">", "").split("/"))
        assert [h.hex() for h in consistency_proof(SHA256_ED25519, old, new, tree.read)] == expected


def _hash(text: str | None) -> bytes:
    return base64.b64decode(text or "")


def test_the_published_good_and_bad_proofs(shared: Path) -> None:
    """Every case of the transparency-dev test data, those to be refused as well."""
    vectors = json.loads((shared / "data/vectors/rfc6962_proofs.json").read_text())
    seen = {True: 0, False: 0}

    def judge(case: dict[str, Any], check: Callable[..., None], *facts: Any) -> None:
        seen[case["wantErr"]] += 1
        if case["wantErr"]:
            with pytest.raises(ProofError):
                check(SHA256_ED25519, *facts)
        else:
            check(SHA256_ED25519, *facts)

    for case in vectors["inclusion"]:
        proof = [_hash(h) for h in case["proof"] or ()]
        leaf, expected = _hash(case["leafHash"]), _hash(case["root"])
        judge(case, verify_inclusion, case["leafIdx"], case["treeSize"], leaf, proof, expected)
    for case in vectors["consistency"]:
        proof = [_hash(h) for h in case["proof"] or ()]
        one, two = _hash(case["root1"]), _hash(case["root2"])
        # One of the cases compares two equal roots of 12 bytes, which are no hashes here.
        case["wantErr"] |= len(one) != 32
        judge(case, verify_consistency, case["size1"], case["size2"], proof, one, two)
    assert min(seen.values()) > 5


def test_pymerkle_agrees() -> None:
    oracle = InmemoryTree(algorithm="sha256")
    count = 70
    tree = tree_of(count)
    for leaf in leaves(count):
        oracle.append_entry(leaf)
    for size in range(1, count + 1):
        assert oracle.get_root(size) == root_from(SHA256_ED25519, size, tree.read)
    for index, size in [(0, 1), (0, 2), (6, 7), (5, 64), (63, 64), (64, 65), (17, 70), (69, 70)]:
        theirs = oracle.prove_inclusion(index + 1, size).path[1:]
        assert theirs == inclusion_proof(SHA256_ED25519, index, size, tree.read)


def test_every_proof_of_every_pair_up_to_300_leaves() -> None:
    suite, most = SHA256_ED25519, 300
    tree = tree_of(most)
    leaf_hashes = tree.rows[0]
    roots = [root_from(suite, size, tree.read) for size in range(most + 1)]
    frontier = Frontier(suite)
    for size in range(most + 1):
        assert frontier.root() == roots[size]
        for other in range(size):
            verify_inclusion(
                suite, other, size, leaf_hashes[other], inclusion_proof(suite, other, size, tree.read), roots[size]
            )
            proof = consistency_proof(suite, other, size, tree.read)
            verify_consistency(suite, other, size, proof, roots[other], roots[size])
        if size < most:
            frontier.append(leaf_hashes[size])


def test_random_pairs_up_to_100_000_leaves() -> None:
    suite, most, chance = SHA256_ED25519, 100_000, random.Random(6962)
    tree = tree_of(most)
    for _ in range(400):
        size = chance.randint(1, most)
        old, index = chance.randint(0, size), chance.randrange(size)
        expected = root_from(suite, size, tree.read)
        proof = inclusion_proof(suite, index, size, tree.read)
        verify_inclusion(suite, index, size, tree.rows[0][index], proof, expected)
        assert left_of(index, size, proof) == tree.read(nodes_between(0, index))
        consistent = consistency_proof(suite, old, size, tree.read)
        verify_consistency(suite, old, size, consistent, root_from(suite, old, tree.read), expected)


def _flips(data: bytes) -> list[bytes]:
    """The data with each of its bits changed in turn."""
    whole = int.from_bytes(data, "big")
    return [(whole ^ 1 << bit).to_bytes(len(data), "big") for bit in range(8 * len(data))]


@pytest.mark.parametrize(("index", "old", "size"), [(0, 1, 2), (2, 3, 5), (6, 6, 7), (11, 8, 13), (12, 12, 13)])
def test_every_changed_bit_is_refused(index: int, old: int, size: int) -> None:
    suite = SHA256_ED25519
    tree = tree_of(32)
    leaf, whole = tree.rows[0][index], root_from(suite, size, tree.read)
    before = root_from(suite, old, tree.read)
    proof = inclusion_proof(suite, index, size, tree.read)
    consistent = consistency_proof(suite, old, size, tree.read)

    def included(
        *, i: int = index, n: int = size, a: bytes = leaf, p: Sequence[bytes] = proof, r: bytes = whole
    ) -> None:
        verify_inclusion(suite, i, n, a, p, r)

    def grown(
        *, m: int = old, n: int = size, p: Sequence[bytes] = consistent, a: bytes = before, r: bytes = whole
    ) -> None:
        verify_consistency(suite, m, n, p, a, r)

    included()
    grown()
    wrong = [partial(included, a=f) for f in _flips(leaf)] + [partial(included, r=f) for f in _flips(whole)]
    wrong += [partial(grown, a=f) for f in _flips(before)] + [partial(grown, r=f) for f in _flips(whole)]
    for at, part in enumerate(proof):
        wrong += [partial(included, p=[*proof[:at], f, *proof[at + 1 :]]) for f in _flips(part)]
    for at, part in enumerate(consistent):
        wrong += [partial(grown, p=[*consistent[:at], f, *consistent[at + 1 :]]) for f in _flips(part)]
    wrong += [partial(included, p=[*proof, whole]), partial(grown, p=[*consistent, whole])]
    wrong += [partial(included, p=proof[:-1]), partial(grown, p=consistent[:-1])]
    wrong += [partial(included, i=index ^ 1 << bit) for bit in range(62)]
    for refused in wrong:
        with pytest.raises(ProofError):
            refused()


def test_a_changed_size_is_refused() -> None:
    """A proof fixes the shape of the tree, and the checkpoint's text fixes the size beside the root."""
    suite, tree = SHA256_ED25519, tree_of(300)
    for index, size in ((0, 8), (5, 13), (255, 256), (299, 300)):
        proof, expected = inclusion_proof(suite, index, size, tree.read), root_from(suite, size, tree.read)
        for other in (index, size // 2, 2 * size, 4 * size + 1):
            if len(proof) != len(inclusion_plan(index, other) if index < other else ()):
                with pytest.raises(ProofError):
                    verify_inclusion(suite, index, other, tree.rows[0][index], proof, expected)
    for old, size in ((3, 8), (8, 13), (100, 256)):
        proof = consistency_proof(suite, old, size, tree.read)
        roots = root_from(suite, old, tree.read), root_from(suite, size, tree.read)
        for other in (old - 1, old + 1):
            with pytest.raises(ProofError):
                verify_consistency(suite, other, size, proof, *roots)


@settings(max_examples=60)
@given(st.integers(0, 2000), st.integers(0, 2000))
def test_a_frontier_grows_alike_in_any_steps(first: int, second: int) -> None:
    suite = SHA256_ED25519
    hashes = suite.leaf_hashes(leaves(first + second))
    at_once, in_steps = Frontier(suite), Frontier(suite)
    at_once.extend(hashes)
    in_steps.extend(hashes[:first])
    in_steps = Frontier(suite, in_steps.size, in_steps.peaks)
    in_steps.extend(hashes[first:])
    assert (at_once.size, at_once.peaks, at_once.root()) == (in_steps.size, in_steps.peaks, in_steps.root())
    assert root_from(suite, len(hashes), Nodes(suite, hashes).read) == at_once.root()


def test_impossible_questions_are_refused() -> None:
    asks: list[Callable[[], object]] = [
        partial(inclusion_plan, 5, 5),
        partial(inclusion_plan, -1, 5),
        partial(inclusion_plan, 0, 1 << 63),
        partial(consistency_plan, 6, 5),
        partial(consistency_plan, -1, 5),
        partial(Frontier, SHA256_ED25519, 3, [bytes(32)]),
        partial(Frontier, SHA256_ED25519, 1, [b"short"]),
    ]
    for ask in asks:
        with pytest.raises(ProofError):
            ask()


def test_a_plan_names_few_nodes_even_in_a_huge_tree() -> None:
    size = (1 << 40) + 12345
    nodes = [node for part in inclusion_plan(size // 3, size) for node in part]
    assert len(nodes) < 80
    assert all((node.number + 1) << node.level <= size for node in nodes)
