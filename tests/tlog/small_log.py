"""A log in memory: signs whatever it is told to, also what no honest log would sign, and serves it over HTTP."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from infrastructure.tlog.checkpoint import Checkpoint
from infrastructure.tlog.cosignature import sign_checkpoint
from infrastructure.tlog.keys import log_signer
from infrastructure.tlog.note import Signer
from infrastructure.tlog.suite import SHA256_ED25519, Suite
from infrastructure.tlog.tiles import Tile, tile_width
from infrastructure.tlog.tree import Node, consistency_proof, perfect_root, root

ORIGIN = "liuhen.example/log/370323"


class SmallLog:
    """Leaves, and the key of the log. A fork is another log with the same key."""

    def __init__(
        self, leaves: Sequence[bytes] = (), signers: Sequence[Signer] = (), suite: Suite = SHA256_ED25519
    ) -> None:
        self.suite = suite
        self.signers = tuple(signers) or (log_signer(suite, ORIGIN),)
        self.hashes = [suite.leaf_hash(leaf) for leaf in leaves]
        self.brought: list[bytes] = []
        self.refuses = b""
        """What it says instead of taking a cosignature."""

    def fork(self, shared: int, other: Sequence[bytes]) -> SmallLog:
        """A log that has the same beginning, and then goes on otherwise."""
        forked = SmallLog((), self.signers, self.suite)
        forked.hashes = self.hashes[:shared] + [self.suite.leaf_hash(leaf) for leaf in other]
        return forked

    def grow(self, leaves: Sequence[bytes]) -> None:
        self.hashes += [self.suite.leaf_hash(leaf) for leaf in leaves]

    def checkpoint(self, size: int | None = None) -> bytes:
        size = len(self.hashes) if size is None else size
        return sign_checkpoint(Checkpoint(ORIGIN, size, root(self.suite, self.hashes[:size])), self.signers)

    def _read(self, nodes: Sequence[Node]) -> list[bytes]:
        return [perfect_root(self.suite, self.hashes[n.number << n.level : (n.number + 1) << n.level]) for n in nodes]

    def consistency(self, old: int, new: int | None = None) -> list[bytes]:
        return consistency_proof(self.suite, old, len(self.hashes) if new is None else new, self._read)

    def tile(self, tile: Tile) -> bytes | None:
        if tile_width(tile.level, tile.number, len(self.hashes)) < tile.width:
            return None
        first = tile.number * 256
        return b"".join(self._read([Node(8 * tile.level, first + n) for n in range(tile.width)]))


@contextmanager
def served(log: list[SmallLog]) -> Iterator[str]:
    """The log of the list, whichever stands in it at the moment, over HTTP on the loopback. Gives its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.removeprefix("/log/")
            data = log[0].checkpoint() if path == "checkpoint" else log[0].tile(Tile.parse(path))
            self.send_response(404 if data is None else 200)
            self.send_header("Content-Length", str(len(data or b"")))
            self.end_headers()
            self.wfile.write(data or b"")

        def do_POST(self) -> None:
            log[0].brought.append(self.rfile.read(int(self.headers["Content-Length"])))
            said = log[0].refuses
            self.send_response(422 if said else 204)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the library's name)
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/log"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
