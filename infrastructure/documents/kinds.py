"""材料类型 What a paper is, by its content. What a sender says it is must agree with that.

Nothing is ever unpacked: of a ZIP only the list of names is read, and it must be what the format needs.
"""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import BinaryIO

PDF = "application/pdf"
PNG = "image/png"
JPEG = "image/jpeg"
TIFF = "image/tiff"
OFD = "application/ofd"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TEXT = "text/plain"
CSV = "text/csv"

KNOWN = (PDF, OFD, DOCX, XLSX, PNG, JPEG, TIFF, TEXT, CSV)
_BEGINNINGS = (
    (b"%PDF-", PDF),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"\xff\xd8\xff", JPEG),
    (b"II*\x00", TIFF),
    (b"MM\x00*", TIFF),
)
_NEEDED = ((OFD, "OFD.xml"), (DOCX, "word/document.xml"), (XLSX, "xl/workbook.xml"))
"""GB/T 33190 and ECMA-376: the part that each package must hold."""
_MACROS = "vbaProject.bin"
_MOST_PARTS = 10_000
_LOOKED_AT = 65_536


class KindError(ValueError):
    """The content is of no kind that is taken, or not of the one that was said. The text says which."""


def kind_of(paper: Path, said: str | None) -> str:
    """The media type of a paper. Raises KindError when it is none of the known ones, or not what was said."""
    with paper.open("rb") as content:
        head = content.read(_LOOKED_AT)
        found = next((kind for beginning, kind in _BEGINNINGS if head.startswith(beginning)), None)
        if found is None:
            found = _package(content) if head.startswith(b"PK\x03\x04") else _text(head, said)
    if said not in {None, "application/octet-stream", found}:
        raise KindError(f"声明为{said}，内容是{found} / said to be {said}, and the content is {found}")
    return found


def _package(content: BinaryIO) -> str:
    try:
        with zipfile.ZipFile(content) as package:
            names = package.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise KindError("压缩包不完整 / the package is not complete") from error
    if len(names) > _MOST_PARTS:
        raise KindError(f"部件超过{_MOST_PARTS}个 / more than {_MOST_PARTS} parts")
    if any(name.endswith(_MACROS) for name in names):
        raise KindError("含宏，不接收 / it holds macros, which are not taken")
    for kind, part in _NEEDED:
        if part in names:
            return kind
    raise KindError("不是OFD、DOCX或XLSX；请解包后分别提交 / no OFD, DOCX or XLSX: hand the parts in by themselves")


def _text(head: bytes, said: str | None) -> str:
    """Text in UTF-8 or GB 18030; nothing but what was said tells a table from a letter."""
    for encoding in ("utf-8", "gb18030"):
        try:
            text = head.decode(encoding)
        except UnicodeDecodeError as error:
            whole = len(head) < _LOOKED_AT
            if whole or error.start < len(head) - 4:  # a character may be cut at the end of what was looked at
                continue
            text = head[: error.start].decode(encoding)
        if not any(c < " " and c not in "\t\r\n\f" for c in text):
            return CSV if said == CSV else TEXT
    raise KindError(f"不是可接收的类型；可接收 / not of a kind that is taken, which are: {', '.join(KNOWN)}")
