"""分隔文本 Files of delimited text as they really come: how they are encoded, and what divides their cells."""

from __future__ import annotations

import codecs

_DELIMITERS = ",;\t"
_MARKED_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def decoded(data: bytes, otherwise: str) -> str | None:
    """The text of a file: UTF-16 where a mark says so (Excel's Unicode text), UTF-8, or `otherwise`; None for none."""
    for encoding in ("utf-16",) if data.startswith(_MARKED_UTF_16) else ("utf-8-sig", otherwise):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def delimiter_of(content: str) -> str:
    """What divides the cells: comma, semicolon or tab, whichever the first line has most of."""
    return max(_DELIMITERS, key=content.split("\n", 1)[0].count)
