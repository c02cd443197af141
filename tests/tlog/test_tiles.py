"""Tiles: paths and widths of the specification, a log of another program byte for byte, growth in any steps."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from infrastructure.tlog.checkpoint import Checkpoint
from infrastructure.tlog.cosignature import open_checkpoint
from infrastructure.tlog.note import Verifier
from infrastructure.tlog.suite import SHA256_ED25519
from infrastructure.tlog.text_forms import FormatError
from infrastructure.tlog.tiles import (
    ENTRIES,
    RightEdge,
    Tile,
    decode_bundle,
    encode_bundle,
    hashes_in,
    tile_reader,
    tile_width,
)
from infrastructure.tlog.tree import ProofError, consistency_proof, inclusion_proof, root, verify_consistency
from tests.tlog.test_tree import leaves, tree_of

PATHS = {
    Tile(0, 1234067): "tile/0/x001/x234/067",
    Tile(0, 0): "tile/0/000",
    Tile(2, 999, 1): "tile/2/999.p/1",
    Tile(1, 1000, 255): "tile/1/x001/000.p/255",
    Tile(ENTRIES, 273, 112): "tile/entries/273.p/112",
    Tile(63, 0): "tile/63/000",
}


@pytest.mark.parametrize(("tile", "path"), PATHS.items())
def test_paths(tile: Tile, path: str) -> None:
    assert tile.path == path
    assert Tile.parse(path) == tile


@pytest.mark.parametrize(
    "path",
    [
        *("tile/00/000", "tile/64/000", "tile/0/0", "tile/0/x000/001", "tile/0/001/000", "tile/0/x001"),
        *("tile/0/000.p/256", "tile/0/000.p/0", "tile/0/000.p/01", "tile/0/000/", "/tile/0/000", "tile/0/../000"),
        *("tile/entries/٠٠٠", "tile/0/", "tile/0/" + "x001/" * 40 + "000"),
    ],
)
def test_other_paths_are_refused(path: str) -> None:
    with pytest.raises(FormatError):
        Tile.parse(path)


def test_the_widths_of_the_specifications_examples() -> None:
    """A tree of 70,000: 273 full tiles and one of 112; one full and one of 17; one of 1. A tree of 256: 1 and .p/1."""
    assert [tile_width(0, n, 70_000) for n in (0, 272, 273, 274)] == [256, 256, 112, 0]
    assert [tile_width(1, n, 70_000) for n in (0, 1, 2)] == [256, 17, 0]
    assert [tile_width(2, n, 70_000) for n in (0, 1)] == [1, 0]
    assert [tile_width(0, 0, 256), tile_width(0, 1, 256), tile_width(1, 0, 256)] == [256, 0, 1]


def test_a_log_of_tessera_byte_for_byte(shared: Path) -> None:
    """Fifteen entries, one checkpoint for each size, written and signed by another program."""
    suite = SHA256_ED25519
    log = json.loads((shared / "data/vectors/tessera_log_15.json").read_text())
    entries = [e.encode() for e in log["entries"]]
    bundle = bytes.fromhex(log["entry_bundle_hex"])
    assert encode_bundle(entries) == bundle
    assert decode_bundle(bundle) == entries
    edge = RightEdge(suite)
    assert edge.extend(suite.leaf_hashes(entries)) == []
    assert edge.partial() == [(Tile(0, 0, 15), bytes.fromhex(log["tile_0_000_p_15_hex"]))]
    key = Verifier.parse(log["vkey"])
    assert str(key) == log["vkey"]
    assert len(log["checkpoints"]) == 16
    for size, note in log["checkpoints"].items():
        signed = open_checkpoint(note.encode(), [key])
        expected = root(suite, suite.leaf_hashes(entries[: int(size)]))
        assert signed.checkpoint == Checkpoint("example.com/log/testdata", int(size), expected)
        assert signed.note.encode() == note.encode()
        assert signed.checkpoint.text() == signed.note.text


def test_growth_in_random_steps_gives_the_tiles_of_the_whole_tree() -> None:
    suite, most, chance = SHA256_ED25519, 70_000, random.Random(70_000)
    tree = tree_of(most)
    edge, kept = RightEdge(suite), dict[Tile, bytes]()
    while edge.size < most:
        step = min(chance.choice((1, 7, 256, 257, 5_000, 20_000)), most - edge.size)
        for tile, data in edge.extend(tree.rows[0][edge.size : edge.size + step]):
            assert tile not in kept
            kept[tile] = data
        assert edge.root() == root(suite, tree.rows[0][: edge.size])
        edge = RightEdge(suite, edge.size, edge.encode())
    kept |= dict(edge.partial())
    assert sorted(kept) == sorted(
        [Tile(0, n) for n in range(273)] + [Tile(0, 273, 112), Tile(1, 0), Tile(1, 1, 17), Tile(2, 0, 1)]
    )
    for tile, data in kept.items():
        row = tree.rows[8 * tile.level]
        assert hashes_in(data) == row[tile.number * 256 : tile.number * 256 + tile.width]

    asked: list[int] = []

    def fetch(tiles: Sequence[Tile]) -> Mapping[Tile, bytes]:
        asked.append(len(tiles))
        return {tile: kept[tile] for tile in tiles}

    read = tile_reader(suite, most, fetch)
    for index in (0, 255, 256, 65_535, 65_536, 69_999):
        assert inclusion_proof(suite, index, most, read) == inclusion_proof(suite, index, most, tree.read)
    for old in (1, 255, 256, 65_536, 65_793, 69_999):
        proof = consistency_proof(suite, old, most, read)
        assert proof == consistency_proof(suite, old, most, tree.read)
        verify_consistency(suite, old, most, proof, root(suite, tree.rows[0][:old]), edge.root())
    assert len(asked) == 12  # one fetch for each proof
    assert max(asked) <= 6


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 65_535, 65_536, 65_537])
def test_the_right_edge_at_each_border(size: int) -> None:
    suite, tree = SHA256_ED25519, tree_of(65_537)
    edge = RightEdge(suite)
    edge.extend(tree.rows[0][:size])
    again = RightEdge(suite, size, edge.encode())
    assert again.root() == root(suite, tree.rows[0][:size])
    assert again.encode() == edge.encode()


def test_an_edge_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ProofError):
        RightEdge(SHA256_ED25519, 3, [b"\0" * 64])
    with pytest.raises(ProofError):
        RightEdge(SHA256_ED25519, 256, [b""])


def test_a_narrow_tile_is_no_proof() -> None:
    suite, tree = SHA256_ED25519, tree_of(300)
    tiles = {Tile(0, 0): b"".join(tree.rows[0][:255]), Tile(0, 1, 44): b"".join(tree.rows[0][256:300])}
    read = tile_reader(suite, 300, lambda _: tiles | {Tile(1, 0, 1): b""})
    with pytest.raises(ProofError, match="does not reach"):
        inclusion_proof(suite, 254, 300, read)


def test_bundles_that_are_no_bundles() -> None:
    good = encode_bundle(leaves(256))
    assert decode_bundle(good) == leaves(256)
    assert decode_bundle(encode_bundle([b"", b"x" * 65_535])) == [b"", b"x" * 65_535]
    for bad in (good[:-1], b"\0", good + b"\0\1x"):
        with pytest.raises(FormatError):
            decode_bundle(bad)
    with pytest.raises(FormatError, match="65,535"):
        encode_bundle([b"x" * 65_536])
