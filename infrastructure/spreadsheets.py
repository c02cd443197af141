"""表格 Files for spreadsheet programs, in which no text of the record is ever a formula (OWASP: CSV injection).

In CSV a text that a program could take for a formula has an apostrophe before it; spreadsheets show the rest. In XLSX
every text is written as a text cell, so that nothing has to be changed. Numbers are written as numbers, codes and
amounts as the texts that they are: programs would otherwise cut leading zeros and long digits.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import IO, Protocol

Cell = str | int | None

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "|", "%")
"""Beginnings that some program takes for that of a formula, after blanks; full-width ones are made half-width there."""
MARK = "\ufeff".encode()
"""By which spreadsheet programs know that a file is in UTF-8."""
_NO_TIME = datetime(2000, 1, 1)  # noqa: DTZ001 (workbooks have no zones)
LONGEST_CELL = 32_767
"""Characters of a cell of a spreadsheet."""
_CONTROL = {code: None for code in range(0x20) if chr(code) not in "\t\n\r"}


def guarded(text: str) -> str:
    """The text as a cell of a CSV file, which no program takes for a formula."""
    begins = text.lstrip(" \u00a0\u3000\ufeff\u200b")
    return f"'{text}" if begins.startswith(_FORMULA) or text.startswith(("\t", "\r", "\n")) else text


class Sink(Protocol):
    """What bytes are written to."""

    def write(self, data: bytes, /) -> int:
        """Write."""
        ...


class _Encoded:
    """Takes text as a writer of CSV gives it, and writes it as UTF-8."""

    def __init__(self, file: Sink) -> None:
        self._file = file

    def write(self, text: str) -> int:
        """Write a line."""
        return self._file.write(text.encode("utf-8", "replace"))


def write_csv(file: Sink, rows: Iterable[Sequence[Cell]]) -> None:
    """Write rows as CSV in UTF-8 (RFC 4180), one at a time; the mark of its beginning is the caller's (`MARK`)."""
    writer = csv.writer(_Encoded(file), lineterminator="\r\n")
    for row in rows:
        writer.writerow([guarded(cell) if isinstance(cell, str) else cell for cell in row])


def as_csv(rows: Iterable[Sequence[Cell]]) -> bytes:
    """A CSV file in UTF-8 with a mark by which spreadsheet programs know that."""
    written = io.BytesIO()
    written.write(MARK)
    write_csv(written, rows)
    return written.getvalue()


def write_xlsx(
    file: IO[bytes], sheets: Mapping[str, Iterable[Sequence[Cell]]], *, made: datetime | None = None
) -> None:
    """Write a workbook of sheets by their names, each row as it comes; a sheet is asked for once the one before ends.

    The same rows make the same bytes when `made` is the same. Needs the extra `xlsx`; raises ImportError without it.
    """
    import xlsxwriter  # type: ignore[import-untyped]  # noqa: PLC0415 (an extra)

    quiet = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(file, {**quiet, "constant_memory": True}) as book:
        book.set_properties({"created": made or _NO_TIME})
        heading = book.add_format({"bold": True})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            for at, row in enumerate(rows):
                for column, cell in enumerate(row):
                    if isinstance(cell, str):
                        told = cell.translate(_CONTROL)
                        sheet.write_string(at, column, told[:LONGEST_CELL], None if at else heading)
                    elif cell is not None:
                        sheet.write_number(at, column, cell)


def as_xlsx(sheets: Mapping[str, Iterable[Sequence[Cell]]]) -> bytes:
    """A workbook of sheets by their names. Needs the extra `xlsx`; raises ImportError without it."""
    written = io.BytesIO()
    write_xlsx(written, sheets)
    return written.getvalue()
