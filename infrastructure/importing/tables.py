"""表格文件 The rows of a file that somebody sends: CSV, XLSX or NDJSON, within bounds that hold while it is read.

A workbook is a ZIP of XML. What it says of its own size is not believed: each part is unpacked once and counted, and
the cells that it names are looked at, before any program builds a table of them (OWASP ASVS 5.2.3).
"""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from xml.parsers import expat

from application.importing.delimited import decoded, delimiter_of
from domain.texts import Text

CSV = "text/csv"
NDJSON = "application/x-ndjson"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KINDS = (CSV, XLSX, NDJSON)

MOST_ROWS = 20_000
MOST_COLUMNS = 200
LONGEST_CELL = 32_767
MOST_UNPACKED = 100 * 2**20
"""Bytes of all parts of a workbook together."""
_MOST_PARTS = 200
_PIECE = 2**16
_MOST_ELEMENTS = 10_000_000
"""Of all parts together: more than a full table of the largest size has."""
_LONGEST_TOKEN = 4 * 2**20
"""Bytes of a tag, comment or the like."""
_CELL = re.compile(r"([A-Za-z]{1,4})([0-9]{1,9})")
_CELLS = b"sheetData"
"""The element that holds a sheet's cells."""
_LOCAL_HEADER = 30


class TableError(ValueError):
    """The file is no table that can be taken. `text` says why."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(zh, en)
        self.text = Text(zh=zh, en=en)


@dataclass(frozen=True)
class Table:
    """The columns as the sender names them, and the cells of each row as texts."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def read_table(kind: str, data: bytes) -> Table:
    """The rows of a file of a media type. Blank rows are left out. Raises TableError."""
    if kind == NDJSON:
        return _checked(*_from_ndjson(data))
    cells = _from_xlsx(data) if kind == XLSX else _from_csv(data)
    filled = [(number, row) for number, row in enumerate(cells, 1) if any(cell.strip() for cell in row)]
    if not filled:
        raise TableError("文件中没有一行", "the file holds no row")
    columns = [cell.strip() for cell in filled[0][1]]
    while columns and not columns[-1]:
        columns.pop()
    rows: list[list[str]] = []
    for number, row in filled[1:]:
        if any(cell.strip() for cell in row[len(columns) :]):
            raise TableError(
                f"第{number}行的单元格多于表头（首个非空行即表头，其上不留标题）",
                f"row {number} has more cells than the header: the first row with anything in it, so no title above",
            )
        rows.append([*row, *[""] * len(columns)][: len(columns)])
    return _checked(columns, rows)


def _checked(columns: list[str], rows: list[list[str]]) -> Table:
    if not rows:
        raise TableError("文件中没有一行", "the file holds no row")
    if len(rows) > MOST_ROWS:
        raise TableError(f"至多{MOST_ROWS}行，请分成几份", f"at most {MOST_ROWS} rows: send it in parts")
    if len(columns) > MOST_COLUMNS:
        raise TableError(f"至多{MOST_COLUMNS}列", f"at most {MOST_COLUMNS} columns")
    for column in columns:
        if not column:
            raise TableError("表头有空的列名", "a column has no name")
        if columns.count(column) > 1:
            raise TableError(f"表头有重复的列：{column[:30]}", f"the header names a column twice: {column[:30]}")
    if any(len(cell) > LONGEST_CELL for row in rows for cell in row):
        raise TableError(f"单元格至多{LONGEST_CELL}字", f"a cell has at most {LONGEST_CELL} characters")
    return Table(tuple(columns), tuple(map(tuple, rows)))


def _decoded(data: bytes) -> str:
    content = decoded(data, "gb18030")
    if content is None:
        raise TableError("编码无法识别，请另存为UTF-8", "unknown encoding: save it as UTF-8")
    return content


def _from_csv(data: bytes) -> list[list[str]]:
    content = _decoded(data)
    try:
        # The apostrophe that guards a cell against formulas (infrastructure.spreadsheets) is no part of its text.
        return [
            [unguarded(cell) for cell in row]
            for row in csv.reader(io.StringIO(content, newline=""), delimiter=delimiter_of(content), strict=True)
        ]
    except csv.Error as error:
        raise TableError(f"不是CSV文件：{error}", f"not a CSV file: {error}") from error


def unguarded(cell: str) -> str:
    """A cell without the apostrophe that `infrastructure.spreadsheets.guarded` put before it."""
    from infrastructure.spreadsheets import guarded  # noqa: PLC0415 (both read and write)

    return cell[1:] if cell.startswith("'") and guarded(cell[1:]) == cell else cell


def _from_ndjson(data: bytes) -> tuple[list[str], list[list[str]]]:
    """Each object's members as cells: texts as they are, all else as JSON."""
    objects: list[dict[str, Any]] = []
    columns: dict[str, None] = {}
    for number, line in enumerate(_decoded(data).split("\n"), 1):
        if not line.strip():
            continue
        try:
            found = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise TableError(f"第{number}行不是JSON", f"line {number} is no JSON") from error
        if not isinstance(found, dict):
            raise TableError(f"第{number}行不是JSON对象", f"line {number} is no JSON object")
        objects.append(found)
        columns.update(dict.fromkeys(found))
        if len(objects) > MOST_ROWS or len(columns) > MOST_COLUMNS:
            raise TableError("行或列过多", "too many rows or columns")
    return list(columns), [[_as_cell(found.get(column, "")) for column in columns] for found in objects]


def _as_cell(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _from_xlsx(data: bytes) -> list[list[str]]:
    check_workbook(data)
    try:
        from python_calamine import CalamineError, load_workbook  # noqa: PLC0415 (an extra)
    except ImportError as error:
        raise TableError(
            "此处未装xlsx附加组件：请发送CSV", "workbooks cannot be read here, the extra xlsx is missing: send CSV"
        ) from error
    try:
        sheet = load_workbook(io.BytesIO(data)).get_sheet_by_index(0)
        return [[_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
    except (CalamineError, IndexError) as error:
        raise _unreadable() from error


def _text(cell: Any) -> str:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return str(int(cell))
    if isinstance(cell, datetime) and cell.time() == time():
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, (date, datetime, time)) else str(cell)


def check_workbook(data: bytes) -> None:
    """Unpack each part once within bounds, and look at the cells that its sheets name. Raises TableError."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            parts = package.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise TableError("不是XLSX文件", "not an XLSX file") from error
    names = [part.filename for part in parts]
    if len(parts) > _MOST_PARTS or len(set(names)) != len(names) or "xl/workbook.xml" not in names:
        raise TableError("不是XLSX文件", "not an XLSX file")
    unpacked = elements = 0
    for part in parts:
        looking = _Part(elements)
        for piece in _unpacked(data, part):
            unpacked += len(piece)
            if unpacked > MOST_UNPACKED:
                raise _too_large()
            looking.feed(piece)
        looking.end()
        elements = looking.elements


def _unpacked(data: bytes, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """A part in pieces, by what is packed and not by the size that it says it has."""
    head = data[part.header_offset : part.header_offset + _LOCAL_HEADER]
    if len(head) < _LOCAL_HEADER or head[:4] != b"PK\x03\x04" or part.flag_bits & 1:
        raise _unreadable()
    begins = part.header_offset + _LOCAL_HEADER + int.from_bytes(head[26:28], "little")
    begins += int.from_bytes(head[28:30], "little")
    packed = data[begins : begins + part.compress_size]
    if part.compress_type == zipfile.ZIP_STORED:
        yield packed
        return
    if part.compress_type != zipfile.ZIP_DEFLATED:
        raise TableError("压缩方法不支持", "packed by an unknown method")
    unpacking = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        while packed and not unpacking.eof:
            yield unpacking.decompress(packed, _PIECE)
            packed = unpacking.unconsumed_tail
    except zlib.error as error:
        raise _unreadable() from error


class _Part:
    """Looks at a part while it is unpacked: where its cells stand, as a reader of sheets would count them.

    Any part may be named as a sheet. So each is parsed, whatever its name; and what is no XML must not hold the name of
    the element of cells, since a reader less strict than XML could take it for a sheet.
    """

    def __init__(self, elements: int) -> None:
        """`elements`: how many there were in the parts before."""
        self.elements = elements
        self._parser: Any = expat.ParserCreate()
        self._parser.StartElementHandler = self._begins
        self._parser.StartDoctypeDeclHandler = self._defines
        self._is_xml, self._holds_cells, self._in_cells = True, False, False
        self._row = self._column = self._fed = 0
        self._before = b""

    def feed(self, piece: bytes) -> None:
        """Look at the next bytes. Raises TableError."""
        self._holds_cells |= _CELLS in self._before + piece
        self._before = piece[-len(_CELLS) :]
        if self._is_xml:
            self._parse(piece, last=False)

    def end(self) -> None:
        """There is no more. Raises TableError."""
        if self._is_xml:
            self._parse(b"", last=True)
        if self._holds_cells and not self._is_xml:
            raise _unreadable()

    def _parse(self, piece: bytes, *, last: bool) -> None:
        try:
            self._parser.Parse(piece, last)
        except expat.ExpatError:
            self._is_xml = False
            return
        self._fed += len(piece)
        if self._fed - self._parser.CurrentByteIndex > _LONGEST_TOKEN:
            raise _too_large()

    def _begins(self, name: str, attributes: Mapping[str, str]) -> None:
        self.elements += 1
        if self.elements > _MOST_ELEMENTS:
            raise _too_large()
        local = name.rpartition(":")[2]
        if local == "sheetData":
            self._in_cells, self._row, self._column = True, 0, 0
        elif self._in_cells and local == "row":
            stated = attributes.get("r")
            if stated is not None and not (stated.isascii() and stated.isdigit() and len(stated) < 10):
                raise _unreadable()
            self._row, self._column = self._row + 1 if stated is None else int(stated), 0
            _check_place(self._row, 1)
        elif self._in_cells and local == "c":
            self._column += 1
            stated = attributes.get("r")
            row = self._row
            if stated is not None:
                place = _CELL.fullmatch(stated)
                if place is None:
                    raise _unreadable()
                row, self._column = int(place[2]), _column(place[1])
            _check_place(row, self._column)

    def _defines(self, *_: object) -> None:
        raise TableError("XML中含有实体定义", "the XML defines entities")


def _column(letters: str) -> int:
    column = 0
    for letter in letters.upper():
        column = column * 26 + ord(letter) - 64
    return column


def _too_large() -> TableError:
    return TableError("展开后过大", "too large when unpacked")


def _unreadable() -> TableError:
    return TableError("不是可读的XLSX文件", "not a readable XLSX file")


def _check_place(row: int, column: int) -> None:
    if row > MOST_ROWS + 1 or column > MOST_COLUMNS:
        raise TableError(
            f"单元格超出{MOST_ROWS}行、{MOST_COLUMNS}列（请删除空白区域）",
            f"a cell beyond {MOST_ROWS} rows or {MOST_COLUMNS} columns (delete the blank area)",
        )
