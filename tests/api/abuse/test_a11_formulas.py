"""A11: a text of the record is no formula in a spreadsheet, whatever it begins with."""

from __future__ import annotations

import csv
import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from infrastructure.spreadsheets import as_csv, as_xlsx, guarded

FORMULAS = [
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "=cmd|' /C calc'!A0",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(A1)",
    " =1+1",
    "\u3000=1+1",
    "\ufeff=1+1",
    "\u200b=1+1",
    '=HYPERLINK("http://evil.example","x")',
    "|calc",
    "%0A=1",
]
PLAIN = ["", "源审〔2019〕1号", "00012", "113703230042123426", "a=b", "1-2", "http://example.org", "'x"]


@pytest.mark.parametrize("text", FORMULAS)
def test_in_csv_a_formula_is_led_by_an_apostrophe(text: str) -> None:
    assert guarded(text) == f"'{text}"
    (row,) = csv.reader(io.StringIO(as_csv([["x", text, "y"]]).decode("utf-8-sig"), newline=""))
    assert row == ["x", f"'{text}", "y"]


def test_plain_texts_stay_as_they_are() -> None:
    for text in PLAIN:
        assert guarded(text) == text
    assert as_csv([["名称", 7, None]]) == "\ufeff名称,7,\r\n".encode()


@given(st.text(max_size=40))
def test_no_text_begins_as_a_formula_and_every_text_is_there(text: str) -> None:
    written = guarded(text)
    assert written in {text, f"'{text}"}
    assert written.lstrip(" \u00a0\u3000\ufeff\u200b")[:1] not in set("=+-@\t\r\n＝＋－＠|%")


def test_in_a_workbook_there_is_no_formula_and_nothing_is_changed() -> None:
    rows: list[list[str | int | None]] = [[text, n] for n, text in enumerate([*FORMULAS, *PLAIN])]
    content = as_xlsx({"报告": [["文字", "数"], *rows]})
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        names = book.namelist()
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet
    assert not [n for n in names if "externalLink" in n]
    read = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert [r[0] for r in read[1:]] == [text for text, _ in rows]
