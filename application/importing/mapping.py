"""对照 How the columns of a file become historical facts; reading files as they really come."""

from __future__ import annotations

import csv
import hashlib
import io
from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from json.encoder import encode_basestring as quoted
from operator import itemgetter
from typing import ClassVar, TypeVar

import orjson

from application.importing.delimited import decoded, delimiter_of
from domain.dates import CivilDate
from domain.money import Money
from domain.project import HistoricalFact, ImportOrigin, Knowledge, Milestone
from domain.rule import text
from domain.texts import Text

Row = dict[str, str]


class FileFault(Exception):  # noqa: N818 (a fault of the file, not of the program)
    """The file as a whole cannot be read with this mapping. `text` says why and what to do."""

    def __init__(self, told: Text) -> None:
        super().__init__(f"{told.zh} / {told.en}")
        self.text = told


class RowFault(Exception):  # noqa: N818 (a fault of the row, not of the program)
    """A row cannot be brought in: which column, which value, and why."""

    def __init__(self, column: str, value: str, reason: Text) -> None:
        super().__init__(f"{column}: {reason.zh} / {reason.en}")
        self.column = column
        self.value = value
        self.reason = reason


@dataclass(frozen=True)
class Edition:
    """Which edition of a record a file is, and the day that it speaks of."""

    source: str
    edition: str
    snapshot_on: CivilDate


Stored = bytes
"""A fact that a cell states, as it is stored in the event: JSON of a `HistoricalFact` without what is null."""

KEPT = 32_768
"""Cells of a kind whose facts are kept for the next row that has them: the days of some ninety years."""
LONGEST_KEPT = 100
"""Characters. Longer cells repeat nothing, and are not to fill the memory."""

Of = TypeVar("Of")


def kept(read: Callable[..., Of]) -> Callable[..., Of]:
    """What a cell states, kept. The cell comes first, then another text that it is read with; a fault is not kept."""
    known = lru_cache(KEPT)(read)

    def once(cell: str, beside: str, *others: Hashable) -> Of:
        return (known if len(cell) + len(beside) <= LONGEST_KEPT else read)(cell, beside, *others)

    return once


def fact(
    milestone: Milestone,
    column: str,
    raw: str,
    *,
    knowledge: Knowledge = Knowledge.STATED,
    on: CivilDate | None = None,
    amount: Money | None = None,
    grade: str | None = None,
    scale: str | None = None,
    told: str | None = None,
    basis: str | None = None,
) -> Stored:
    """A fact of a cell whose parts a mapping has read. A file has so many that no object is made of them."""
    parts: dict[str, object] = {"milestone": milestone, "knowledge": knowledge}
    if on is not None:
        parts["on"] = str(on)
    if amount is not None:
        parts["amount"] = amount.__dict__
    if grade is not None:
        parts["grade"] = grade.strip()
    if scale is not None:
        parts["scale"] = scale
    if told is not None:
        parts["text"] = told.strip()
    if basis is not None:
        parts["basis"] = basis.strip()
    parts["column"] = column.strip()
    parts["raw"] = raw.strip()
    return orjson.dumps(parts)


@dataclass(frozen=True)
class MappedRow:
    """What a row says: whose project, and what its cells state."""

    origin: ImportOrigin
    stored: tuple[Stored, ...]

    @property
    def facts(self) -> tuple[HistoricalFact, ...]:
        """The facts. Raises pydantic.ValidationError."""
        return tuple([HistoricalFact.model_validate_json(fact) for fact in self.stored])


class Mapping(ABC):
    """A kind of file."""

    name: ClassVar[str]
    publisher: ClassVar[str]
    required: ClassVar[tuple[str, ...]]
    """Columns that the file must have. Headers are compared without regard to line breaks and repeated spaces."""

    @abstractmethod
    def edition_of(self, columns: tuple[str, ...]) -> Edition:
        """The edition that a file of these columns is, when nobody says otherwise."""

    def snapshot_of(self, row: Row, edition: Edition) -> CivilDate:
        """The day that a row speaks of: that of the file, unless its rows name their own."""
        del row
        return edition.snapshot_on

    @abstractmethod
    def map_row(self, row: Row, edition: Edition) -> MappedRow | None:
        """The facts of a row; None for a row that is not a record (blank, a footnote). Raises RowFault."""


def read_rows(mapping: Mapping, data: bytes) -> tuple[tuple[str, ...], Iterator[tuple[int, Row]]]:
    """The columns, and each row with its number as a spreadsheet shows it (the header is row 1). Raises FileFault.

    UTF-8 (with or without a mark), UTF-16 with a mark, else Windows-1252; comma, semicolon or tab.
    """
    content = _decode(data)
    # strict=True: an unclosed quotation mark is an error and does not swallow the rest of the file.
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=delimiter_of(content), strict=True)
    try:
        columns = tuple(" ".join(c.split()) for c in next(reader, []))
    except csv.Error as error:
        raise FileFault(text(f"不是CSV文件：{error}", f"not a CSV file: {error}")) from error
    repeated = sorted({c for c in columns if c and columns.count(c) > 1})
    if repeated:
        # A row keeps one cell per column name; which of them a mapping would read is nothing to guess.
        raise FileFault(
            text(
                f"表头有重复的列：{'、'.join(repeated)}；请改名或删去其一",
                f"the header names columns twice: {', '.join(repeated)}; rename or remove one of each",
            )
        )
    missing = [c for c in mapping.required if c not in columns]
    if missing:
        raise FileFault(
            text(
                f"文件缺少列：{'、'.join(missing)}；请确认选用的对照（{mapping.name}）",
                f"the file lacks the columns: {', '.join(missing)}; is the mapping ({mapping.name}) right?",
            )
        )
    return columns, _rows(reader, columns)


def _rows(reader: Iterator[list[str]], columns: tuple[str, ...]) -> Iterator[tuple[int, Row]]:
    number = 1
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise FileFault(
                text(f"第{number}行起无法读取：{error}", f"unreadable from row {number}: {error}")
            ) from error
        if len(cells) > len(columns):
            # Kept under a name that no mapping reads, so that the row is reported instead of cut short.
            cells, rest = cells[: len(columns)], cells[len(columns) :]
            yield number, {**dict(zip(columns, cells, strict=True)), TOO_MANY: " | ".join(rest)}
            continue
        cells += [""] * (len(columns) - len(cells))
        yield number, dict(zip(columns, cells, strict=True))


_WORKBOOK = b"PK\x03\x04"

TOO_MANY = "\x00"
"""Where a row keeps the cells that it has beyond the header."""


def _decode(data: bytes) -> str:
    if data.startswith(_WORKBOOK):
        raise FileFault(text("这是XLSX文件：请另存为CSV（UTF-8）", "this is an XLSX file: save it as CSV (UTF-8)"))
    content = decoded(data, "cp1252")
    if content is None:
        raise FileFault(text("编码无法识别；请另存为UTF-8", "unknown encoding: save the file as UTF-8"))
    return content


def row_sha256(row: Row, edition: Edition) -> str:
    """SHA-256 of a row's canonical JSON with its edition, hexadecimal: the same row is the same digest."""
    form, cells_of = _canonical(tuple(row), edition.edition)
    return hashlib.sha256((form % tuple(map(quoted, cells_of(row)))).encode()).hexdigest()


@lru_cache(64)
def _canonical(columns: tuple[str, ...], edition: str) -> tuple[str, Callable[[Row], tuple[str, ...]]]:
    """The canonical JSON of the rows of a file, with a place for each cell, and what gives the cells in that order."""
    names = sorted(columns)
    places = ", ".join(f"{quoted(name)}: ".replace("%", "%%") + "%s" for name in names)
    form = f'{{"edition": {quoted(edition).replace("%", "%%")}, "row": {{{places}}}}}'
    return form, itemgetter(*names) if len(names) > 1 else lambda row: tuple(row[name] for name in names)
