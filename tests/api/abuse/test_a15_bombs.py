"""A15: ten megabytes that would be ten gigabytes: refused over HTTP by what they hold, within bounds of memory and time."""

from __future__ import annotations

import hashlib
import json
import struct
import subprocess
import sys
import zlib
from functools import cache
from pathlib import Path
from uuid import uuid4

import pytest

from infrastructure.bootstrap import Liuhen
from infrastructure.importing.tables import XLSX
from infrastructure.tlog.bundle_file import read_parts
from infrastructure.tlog.text_forms import FormatError
from tests.api.conftest import Client

ROOT = Path(__file__).parents[3]
PLAN = json.dumps({"path": "/v1/units", "happened_on": "{日}", "act": {"name": "{名}"}})
BLOCK, BLOCKS = 100 * 2**20, 103
SHEET = b"<w><sheetData><row><c><v>", b"</v></c></row></sheetData></w>"


@cache
def deflated() -> bytes:
    """A sheet with one cell of 10 GB, as deflated as it can be."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    begins = packer.compress(SHEET[0]) + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(b"0" * BLOCK) + packer.flush(zlib.Z_FULL_FLUSH)
    return begins + block * BLOCKS + packer.compress(SHEET[1]) + packer.flush(zlib.Z_FINISH)


def bomb(*parts: str) -> bytes:
    """A package of 10 MB whose last part is 10 GB, though it says that it has a thousand bytes."""
    written, directory = bytearray(), bytearray()
    for part in parts:
        last = part == parts[-1]
        packed = deflated() if last else b"\x03\x00"
        at, name = len(written), part.encode()
        head = struct.pack("<5H3I2H", 20, 0, 8, 0, 33, 0, len(packed), 1000 if last else 0, len(name), 0)
        written += b"PK\x03\x04" + head + name + packed
        directory += b"PK\x01\x02" + struct.pack("<H", 20) + head + struct.pack("<3H2I", 0, 0, 0, 0, at) + name
    ends_at = len(written)
    return bytes(written + directory) + struct.pack(
        "<4s4H2IH", b"PK\x05\x06", 0, 0, len(parts), len(parts), len(directory), ends_at, 0
    )


WORKBOOK = ("[Content_Types].xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml")


def test_the_bomb_is_one() -> None:
    """Small enough to be let in, and what it says of its size is not so."""
    assert 10**7 < len(bomb(*WORKBOOK)) < 20 * 2**20
    assert BLOCK * BLOCKS > 10**10


def test_a_workbook_of_ten_gigabytes_is_refused(client: Client) -> None:
    answer = client.http.post(
        "/v1/import-jobs",
        params={"plan": PLAN},
        content=bomb(*WORKBOOK),
        headers={**client.headers, "Content-Type": XLSX, "Idempotency-Key": str(uuid4())},
    )
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/bad-file")
    assert "展开后过大" in answer.text


READING = """
import resource, sys
from pathlib import Path
from infrastructure.importing.tables import XLSX, TableError, read_table
data = Path(sys.argv[1]).read_bytes()
resource.setrlimit(resource.RLIMIT_AS, (3 * 2**29, 3 * 2**29))
resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    read_table(XLSX, data)
except TableError as error:
    print(error.text.zh, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


def test_it_is_refused_within_bounds(tmp_path: Path) -> None:
    """In a process that may take 1.5 GB and a minute of processor time: of these it needs little."""
    place = tmp_path / "bomb.xlsx"
    place.write_bytes(bomb(*WORKBOOK))
    done = subprocess.run(
        [sys.executable, "-c", READING, place], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr[-500:]
    said, megabytes = done.stdout.split()
    assert said == "展开后过大"
    assert int(megabytes) < 150


def test_as_a_paper_it_is_kept_as_it_came(client: Client, liuhen: Liuhen) -> None:
    """Papers are looked at from outside: how large it would be is the matter of whoever opens it."""
    content = bomb("[Content_Types].xml", "../../word/evil", "word/document.xml")
    digest = hashlib.sha256(content).hexdigest()
    answer = client.http.put(f"/v1/documents/{digest}", content=content, headers=client.headers)
    assert answer.status_code == 201
    assert answer.json()["size"] == len(content)
    kept = [p for p in liuhen.papers.store.incoming.parent.rglob("*") if p.is_file()]
    assert [p.stat().st_size for p in kept] == [len(content)]


@pytest.mark.parametrize(
    "parts", [("manifest.json",), ("manifest.json", "../../etc/passwd"), ("manifest.json", "a.zip")]
)
def test_no_bundle_of_evidence_unfolds(parts: tuple[str, ...]) -> None:
    """An auditor opens files of others by `liuhen verify`: there, nothing is compressed, and every name is known."""
    with pytest.raises(FormatError):
        read_parts(bomb(*parts))
