"""表格 Files for spreadsheet programs, in which no text of the record is ever a formula (OWASP: CSV injection).

In CSV a text that a program could take for a formula has an apostrophe before it; spreadsheets show the rest. In XLSX
every text is written as a text cell, so that nothing has to be changed. Numbers are written as numbers, codes and
amounts as the texts that they are: programs would otherwise cut leading zeros and long digits.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

Cell = str | int | None

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "|", "%")
"""Beginnings that some program takes for that of a formula, after blanks; full-width ones are made half-width there."""
LONGEST_CELL = 32_767
"""Characters of a cell of a spreadsheet."""
_CONTROL = {code: None for code in range(0x20) if chr(code) not in "\t\n\r"}


def guarded(text: str) -> str:
    """The text as a cell of a CSV file, which no program takes for a formula."""
    begins = text.lstrip(" \u00a0\u3000\ufeff\u200b")
    return f"'{text}" if begins.startswith(_FORMULA) or text.startswith(("\t", "\r", "\n")) else text


def as_csv(rows: Iterable[Sequence[Cell]]) -> bytes:
    """A CSV file in UTF-8 with a mark by which spreadsheet programs know that."""
    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator="\r\n")
    for row in rows:
        writer.writerow([guarded(cell) if isinstance(cell, str) else cell for cell in row])
    return "\ufeff".encode() + written.getvalue().encode("utf-8", "replace")


def as_xlsx(sheets: Mapping[str, Iterable[Sequence[Cell]]]) -> bytes:
    """A workbook of sheets by their names. Needs the extra `xlsx`; raises ImportError without it."""
    import xlsxwriter  # type: ignore[import-untyped]  # noqa: PLC0415 (an extra)

    written = io.BytesIO()
    quiet = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    with xlsxwriter.Workbook(written, quiet) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for at, row in enumerate(rows):
                for column, cell in enumerate(row):
                    if isinstance(cell, str):
                        sheet.write_string(at, column, cell.translate(_CONTROL)[:LONGEST_CELL])
                    elif cell is not None:
                        sheet.write_number(at, column, cell)
    return written.getvalue()
