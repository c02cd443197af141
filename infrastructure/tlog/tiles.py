"""瓦片 Tiles and entry bundles (c2sp.org/tlog-tiles): where they are, what is in them, how a tree grows by them."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from infrastructure.tlog.suite import HASH_LENGTH, Suite
from infrastructure.tlog.text_forms import FormatError
from infrastructure.tlog.tree import Node, ProofError, Read, joined, nodes_between, perfect_root

WIDTH = 256
"""Hashes of a full tile, entries of a full bundle."""
HEIGHT = 8
"""Levels of the tree that one level of tiles spans."""
ENTRIES = -1
"""`level` of an entry bundle."""

_PATH = re.compile(
    r"tile/(?P<level>entries|[0-9]|[1-5][0-9]|6[0-3])/(?P<number>(?:x[0-9]{3}/)*[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?",
    re.ASCII,
)


class Tile(NamedTuple):
    """A tile, or an entry bundle (`level` ENTRIES): its level, its number in the level, and its width, 1 to 256."""

    level: int
    number: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """The path below the log's prefix: tile/<L>/<N>[.p/<W>], N as x001/x234/067."""
        digits = str(self.number)
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
        level = "entries" if self.level == ENTRIES else str(self.level)
        part = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{level}/{'/'.join(['x' + g for g in groups[:-1]] + groups[-1:])}{part}"

    @classmethod
    def parse(cls, path: str) -> Tile:
        """Read such a path. Raises FormatError for everything else, also for other spellings of the same tile."""
        found = _PATH.fullmatch(path)
        if found is None or len(found["number"]) > 48:
            raise FormatError(f"不是瓦片的路径 / this is no path of a tile: {path[:80]!r}")
        level = ENTRIES if found["level"] == "entries" else int(found["level"])
        tile = cls(level, int(re.sub("[x/]", "", found["number"])), int(found["width"] or WIDTH))
        if tile.path != path:  # .p/256, or leading groups of zeroes
            raise FormatError(f"瓦片路径写法不规范 / the path of the tile is not in its canonical form: {path[:80]!r}")
        return tile


def tile_width(level: int, number: int, size: int) -> int:
    """Width of a tile in the tree of `size` leaves: 256, 1 to 255 at the right edge, or 0 when there is none."""
    whole = size >> HEIGHT * max(level, 0)
    return max(0, min(WIDTH, whole - number * WIDTH))


def tile_of(node: Node, size: int) -> Tile:
    """The tile that a node's hash is in, or is computed from, as wide as it is in the tree of `size` leaves."""
    level, height = divmod(node.level, HEIGHT)
    number = (node.number << height) // WIDTH
    return Tile(level, number, tile_width(level, number, size))


def tiles_of(nodes: Iterable[Node], size: int) -> list[Tile]:
    """The tiles that are needed for some nodes, each once: what a store fetches in one query."""
    return list(dict.fromkeys(tile_of(node, size) for node in nodes))


def node_in(suite: Suite, node: Node, data: bytes) -> bytes:
    """The hash of a node from the bytes of its tile. Raises ProofError when the tile is too narrow for it."""
    height = node.level % HEIGHT
    first = (node.number << height) % WIDTH
    part = data[first * HASH_LENGTH : (first + (1 << height)) * HASH_LENGTH]
    if len(part) != HASH_LENGTH << height:
        raise ProofError(f"瓦片中没有节点{tuple(node)} / the tile does not reach to the node {tuple(node)}")
    return perfect_root(suite, hashes_in(part))


def hashes_in(data: bytes) -> list[bytes]:
    """The hashes of a tile."""
    return [data[at : at + HASH_LENGTH] for at in range(0, len(data), HASH_LENGTH)]


def tile_reader(suite: Suite, size: int, fetch: Callable[[Sequence[Tile]], Mapping[Tile, bytes]]) -> Read:
    """Read nodes of the tree of `size` leaves from tiles. `fetch` is called once for each proof."""

    def read(nodes: Sequence[Node]) -> list[bytes]:
        tiles = tiles_of(nodes, size)
        data = fetch(tiles) if tiles else {}
        return [node_in(suite, node, data[tile_of(node, size)]) for node in nodes]

    return read


class RightEdge:
    """The partial tiles of a tree: enough to append, to make the tiles that become full, and to tell the root.

    `tiles[level]` are the hashes of the partial tile of that level; the list ends at the highest level that has one.
    """

    __slots__ = ("size", "suite", "tiles")

    def __init__(self, suite: Suite, size: int = 0, tiles: Sequence[bytes] = ()) -> None:
        """`tiles` as `encode` gives them. Raises ProofError when their widths do not fit the size."""
        self.suite = suite
        self.size = size
        self.tiles = [hashes_in(tile) for tile in tiles]
        levels = -(-size.bit_length() // HEIGHT)
        wanted = [(size >> HEIGHT * level) % WIDTH for level in range(levels)]
        if [len(t) for t in tiles] != [w * HASH_LENGTH for w in wanted]:
            raise ProofError(f"右缘与{size}片叶不符 / the right edge does not fit a tree of {size} leaves")

    def encode(self) -> list[bytes]:
        """The partial tiles, one of each level from 0, empty where the level has none."""
        return [b"".join(tile) for tile in self.tiles]

    def partial(self) -> list[tuple[Tile, bytes]]:
        """The partial tiles as they are served."""
        return [
            (Tile(level, (self.size >> HEIGHT * level) // WIDTH, len(tile)), b"".join(tile))
            for level, tile in enumerate(self.tiles)
            if tile
        ]

    def extend(self, leaf_hashes: Sequence[bytes]) -> list[tuple[Tile, bytes]]:
        """Append leaves. The tiles that became full, lowest level first within each, in order of index."""
        full: list[tuple[Tile, bytes]] = []
        self._extend(0, leaf_hashes, self.size, full)
        self.size += len(leaf_hashes)
        return full

    def _extend(self, level: int, hashes: Sequence[bytes], before: int, full: list[tuple[Tile, bytes]]) -> None:
        if not hashes:
            return
        if level == len(self.tiles):
            self.tiles.append([])
        row = [*self.tiles[level], *hashes]
        number = before // WIDTH
        above = []
        whole = len(row) - len(row) % WIDTH
        for at in range(0, whole, WIDTH):
            tile = row[at : at + WIDTH]
            full.append((Tile(level, number), b"".join(tile)))
            above.append(perfect_root(self.suite, tile))
            number += 1
        self.tiles[level] = row[whole:]
        self._extend(level + 1, above, before // WIDTH, full)

    def root(self) -> bytes:
        """The root of the tree as it stands."""
        if not self.size:
            return self.suite.empty_root
        peaks = []
        for tile in reversed(self.tiles):
            for node in nodes_between(0, len(tile)):
                first = node.number << node.level
                peaks.append(perfect_root(self.suite, tile[first : first + (1 << node.level)]))
        return joined(self.suite, peaks)


def encode_bundle(entries: Iterable[bytes]) -> bytes:
    """An entry bundle: each entry after its length in 16 bits. Raises FormatError for one of more than 65,535 bytes."""
    parts = []
    for entry in entries:
        try:
            parts.append(struct.pack(">H", len(entry)))
        except struct.error:
            raise FormatError("条目超过65535字节 / an entry has more than 65,535 bytes") from None
        parts.append(entry)
    return b"".join(parts)


def decode_bundle(data: bytes) -> list[bytes]:
    """The entries of a bundle. Raises FormatError for a bundle cut off or of more than 256 entries."""
    entries, at = [], 0
    while at < len(data):
        start = at + 2
        at = start + int.from_bytes(data[at:start], "big")
        if at > len(data) or start > len(data):
            raise FormatError("条目包被截断 / the entry bundle is cut off")
        entries.append(data[start:at])
    if len(entries) > WIDTH:
        raise FormatError(f"条目包多于{WIDTH}条 / there are more than {WIDTH} entries in the bundle")
    return entries
