"""What a paper is, by its content; archives that would do harm are never unpacked (A15)."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from infrastructure.documents.kinds import CSV, DOCX, JPEG, OFD, PDF, PNG, TEXT, TIFF, XLSX, KindError, kind_of


def package(*parts: str, content: bytes = b"x") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for part in parts:
            made.writestr(part, content)
    return buffer.getvalue()


def judged(folder: Path, content: bytes, said: str | None = None) -> str:
    paper = folder / "paper"
    paper.write_bytes(content)
    return kind_of(paper, said)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7\n...", PDF),
        (b"\x89PNG\r\n\x1a\n...", PNG),
        (b"\xff\xd8\xff\xe0...", JPEG),
        (b"II*\x00...", TIFF),
        (b"MM\x00*...", TIFF),
        (package("OFD.xml", "Doc_0/Document.xml"), OFD),
        (package("[Content_Types].xml", "word/document.xml"), DOCX),
        (package("[Content_Types].xml", "xl/workbook.xml"), XLSX),
        ("源政发〔2018〕16号\n".encode(), TEXT),
        ("源政发〔2018〕16号\n".encode("gb18030"), TEXT),
        (("中" * 40_000).encode(), TEXT),
        (b"x" * 65_535 + "中".encode(), TEXT),
    ],
)
def test_by_content(tmp_path: Path, content: bytes, kind: str) -> None:
    assert judged(tmp_path, content) == kind
    assert judged(tmp_path, content, "application/octet-stream") == kind
    assert judged(tmp_path, content, kind) == kind


def test_only_what_is_said_makes_a_table_of_text(tmp_path: Path) -> None:
    assert judged(tmp_path, b"a,b\n1,2\n", CSV) == CSV


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"%PDF-1.7", PNG),
        (b"<html>", "text/html"),
        (b"MZ\x90\x00", None),
        (b"\x7fELF\x02", None),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", None),
        (b"a\x00b", None),
        (b"\x1b[31mred", None),
        (b"", PDF),
        (package("a.txt"), None),
        (package("a.txt"), "application/zip"),
        (package("word/document.xml", "word/vbaProject.bin"), None),
        (package("[Content_Types].xml", "word/document.xml")[:-10], None),
        (b"PK\x03\x04 and no more", None),
    ],
)
def test_anything_else_is_refused(tmp_path: Path, content: bytes, said: str | None) -> None:
    with pytest.raises(KindError):
        judged(tmp_path, content, said)


def test_a_bomb_is_only_a_small_file(tmp_path: Path) -> None:
    bomb = package("word/document.xml", "../../etc/cron.d/x", content=b"\0" * 50_000_000)
    assert len(bomb) < 200_000
    assert judged(tmp_path, bomb) == DOCX
    assert [p.name for p in tmp_path.iterdir()] == ["paper"]


def test_very_many_parts_are_refused(tmp_path: Path) -> None:
    with pytest.raises(KindError, match="10000"):
        judged(tmp_path, package("OFD.xml", *(str(n) for n in range(10_000)), content=b""))
