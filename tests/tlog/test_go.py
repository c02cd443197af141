"""An independent implementation, the original library of these formats, reads our tiles, proofs and checkpoints."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from infrastructure.tlog import suite as suites
from infrastructure.tlog.checkpoint import Checkpoint
from infrastructure.tlog.cosignature import cosign, sign_checkpoint
from infrastructure.tlog.note import Note
from infrastructure.tlog.signature_kind import kind_of
from infrastructure.tlog.suite import SHA256_ED25519
from infrastructure.tlog.text_forms import to_base64
from infrastructure.tlog.tiles import ENTRIES, RightEdge, Tile, encode_bundle, tile_width
from infrastructure.tlog.tree import consistency_proof, inclusion_proof, root
from tests.tlog.test_note import signer
from tests.tlog.test_tree import leaves, tree_of

GOPATH = Path("/usr/share/gocode")
SIZE, OLD, LEAVES = 66_000, 300, (0, 255, 256, 65_535, 65_536, 65_999)


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("go") is None or not (GOPATH / "src/golang.org/x/mod/sumdb/tlog").is_dir():
        pytest.skip("Go and its module of transparency logs are not installed (golang-go, golang-golang-x-mod-dev)")
    folder = tmp_path_factory.mktemp("go")
    environment = {**os.environ, "GO111MODULE": "off", "GOPATH": str(GOPATH), "GOCACHE": str(folder / "cache")}
    environment |= {"GOFLAGS": "", "GOTOOLCHAIN": "local", "GOPROXY": "off"}
    source = Path(__file__).parent / "go/check.go"
    command = ["go", "build", "-o", str(folder / "check"), str(source)]
    subprocess.run(command, check=True, env=environment, cwd=folder, timeout=300)
    return folder / "check"


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log as it is served, in a folder."""
    suite, folder = SHA256_ED25519, tmp_path_factory.mktemp("log")
    entries, tree, edge = leaves(SIZE), tree_of(SIZE), RightEdge(SHA256_ED25519)
    for tile, data in [*edge.extend(suite.leaf_hashes(entries)), *edge.partial()]:
        _write(folder / tile.path, data)
    for number in range(-(-SIZE // 256)):
        tile = Tile(ENTRIES, number, tile_width(ENTRIES, number, SIZE))
        _write(folder / tile.path, encode_bundle(entries[number * 256 : (number + 1) * 256]))
    key, witness = signer("liuhen.local/log/370323"), signer("audit.example/w1", kind_of(suites.ED25519_COSIGNATURE), 1)
    note = Note.parse(sign_checkpoint(Checkpoint(key.name, SIZE, edge.root()), [key]))
    _write(folder / "checkpoint", note.with_signatures([cosign(note, witness, 1_790_000_000)]).encode())
    _write(folder / "old", sign_checkpoint(Checkpoint(key.name, OLD, root(suite, tree.rows[0][:OLD])), [key]))
    _write(folder / "vkey", str(key.verifier).encode())
    _write(folder / "leaves", "\n".join(map(str, LEAVES)).encode())
    for index in LEAVES:
        proof = inclusion_proof(suite, index, SIZE, tree.read)
        _write(folder / "proof" / str(index), "\n".join(map(to_base64, proof)).encode())
    consistent = consistency_proof(suite, OLD, SIZE, tree.read)
    _write(folder / "consistency", "\n".join(map(to_base64, consistent)).encode())
    return folder


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def check(program: Path, log: Path) -> str:
    return subprocess.run([program, log], capture_output=True, text=True, check=False, timeout=120).stdout


def test_go_reads_our_log(program: Path, log: Path) -> None:
    assert check(program, log) == f"good: {SIZE} entries\n"


@pytest.mark.parametrize("name", ["checkpoint", "old", "tile/0/000", "tile/1/000", "tile/entries/256", "consistency"])
def test_go_refuses_a_changed_byte(program: Path, log: Path, name: str) -> None:
    """The check bites: each kind of file, with one byte changed."""
    path = log / name
    good = path.read_bytes()
    path.write_bytes(good[:40] + bytes([good[40] ^ 1]) + good[41:])
    try:
        assert check(program, log).startswith("refused:")
    finally:
        path.write_bytes(good)
