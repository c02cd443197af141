"""导出 Lists as files for spreadsheet programs: every row, in Chinese columns, and what has to be said to cite them.

A file is written row by row, page after page of one state of the database, to memory and beyond a megabyte to disk: so
what a list needs does not grow with it, and a slow client holds no connection. Below the rows of CSV, after an empty
line, and on a sheet of its own in XLSX stand the position of the log, the rules of the day, the checkpoint and the
address that gives the same rows again. No time of reading is in a file: the same rows at the same position are the same
bytes, with the same entity tag.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum, StrEnum
from tempfile import SpooledTemporaryFile
from typing import IO, Any
from urllib.parse import quote, urlencode
from uuid import UUID

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse
from pydantic import BaseModel

from api.column_titles import titled
from api.context import Context
from api.problems import problem
from domain.rule import text
from infrastructure.bootstrap import Liuhen, today
from infrastructure.spreadsheets import MARK, Cell, write_csv, write_xlsx
from infrastructure.tlog.store import NoTreeError
from infrastructure.tlog.text_forms import to_base64
from projections.asking import Listing, Window
from projections.view import Freshness

MOST_ROWS = 1_000_000
"""Rows of a file; a sheet holds 1,048,576."""
_PAGE = 500
_IN_MEMORY = 2**20
_CHUNK = 2**16
_MOST_AT_ONCE = 2
_WAIT = 5.0
_writing = threading.BoundedSemaphore(_MOST_AT_ONCE)
_LONGEST_NUMBER = 10**15
"""Whole numbers beyond are written as texts: spreadsheet programs keep fifteen digits."""
_OF_THE_PAGE = frozenset({"cursor", "limit", "exact", "format", "min_position"})


class Form(StrEnum):
    """格式 In what form a list is given."""

    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"


MEDIA_TYPES = {
    Form.JSON: "application/json",
    Form.CSV: "text/csv",
    Form.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class TooManyExportsError(Exception):
    """Too many files are being written."""


class TooManyRowsError(Exception):
    """The list is longer than a file may be."""


class NoWorkbooksError(Exception):
    """The extra that writes workbooks is not installed."""


def form_of(asked: Form | None, accept: str | None) -> Form:
    """The form that a request asks for: by `format`, else what it ranks highest in Accept (RFC 9110, 12.5.1)."""
    if asked is not None:
        return asked
    ranks: dict[str, float] = {}
    for part in (accept or "")[:1000].lower().split(","):
        kind, *parameters = (p.strip() for p in part.split(";"))
        weight = next((p[2:] for p in parameters if p.startswith("q=")), "1")
        ranks[kind] = float(weight) if weight.replace(".", "", 1).isdecimal() else 0.0
    json_rank = max(ranks.get(kind, 0.0) for kind in ("application/json", "application/*", "*/*"))
    best = max((Form.CSV, Form.XLSX), key=lambda form: ranks.get(MEDIA_TYPES[form], 0.0))
    return best if ranks.get(MEDIA_TYPES[best], 0.0) > json_rank else Form.JSON


@dataclass(frozen=True)
class Export:
    """A list that is to be given as a file."""

    context: Context
    form: Form
    path: str
    query: Sequence[tuple[str, str]]
    row: type[BaseModel]
    fields: Sequence[str]
    freshness: Freshness | None

    def response(
        self, request: Request, window: Window, fetch: Callable[[Window], Listing[Any]], link: str
    ) -> Response:
        """The file, or 304 when the client has it already. Raises TooManyExportsError, TooManyRowsError."""
        file: IO[bytes] = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 (closed once it is sent)
        try:
            with _one_more():
                self._write(file, window, fetch)
            size, tag = file.tell(), f'"{_digest(file)}"'
        except BaseException:
            file.close()
            raise
        headers = {"ETag": tag, "Link": link, "Vary": "Accept"}
        if tag in {part.strip().removeprefix("W/") for part in request.headers.get("if-none-match", "").split(",")}:
            file.close()
            return Response(status_code=304, headers=headers)
        headers |= {"Content-Length": str(size), "Content-Disposition": self._disposition()}
        if self.freshness is not None:
            headers["Liuhen-Position"] = str(self.freshness.position)
        kind = MEDIA_TYPES[self.form] + ("; charset=utf-8" if self.form is Form.CSV else "")
        return StreamingResponse(_pieces(file), headers=headers, media_type=kind)

    def _disposition(self) -> str:
        at = f"-{self.freshness.position}" if self.freshness is not None else ""
        name = self.path.removeprefix("/v1/").replace("/", "-")
        ascii_name = "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "_" for c in name)[:100]
        whole = quote(f"留痕-{name[:100]}{at}.{self.form}", safe="")
        return f"attachment; filename=\"liuhen-{ascii_name}{at}.{self.form}\"; filename*=UTF-8''{whole}"

    def _write(self, file: IO[bytes], window: Window, fetch: Callable[[Window], Listing[Any]]) -> None:
        columns = list(
            self.fields or sorted(self.row.model_fields, key="trace".__eq__)
        )  # where it is traced comes last
        heading = [titled(self.row, name) for name in columns]
        written = _Counted()

        def rows() -> Iterator[Sequence[Cell]]:
            yield heading
            for item in written.each(_all(window, fetch)):
                yield [cell_of(getattr(item, name)) for name in columns]

        if self.form is Form.CSV:
            file.write(MARK)
            hashed = _Hashed(file)
            write_csv(hashed, rows())
            write_csv(file, [[], *self._provenance(written.rows, hashed.digest.hexdigest())])
            return
        sheets: dict[str, Iterable[Sequence[Cell]]] = {"数据 data": rows()}

        def told() -> Iterator[Sequence[Cell]]:
            yield ["出处 provenance", ""]
            yield from self._provenance(written.rows, None)

        sheets["出处 provenance"] = told()
        try:
            write_xlsx(file, sheets)
        except ImportError as error:
            raise NoWorkbooksError from error

    def _provenance(self, rows: int, digest: str | None) -> Iterator[tuple[str, Cell]]:
        """What is to be known of the rows, and one line by which to cite them."""
        liuhen = self.context.liuhen
        asked = [(name, value) for name, value in self.query if name not in _OF_THE_PAGE]
        known = self.freshness
        source = f"留痕 {liuhen.settings.origin}（{liuhen.settings.division}）"
        cited = [source]
        yield "# 出处 source", source
        if known is not None:
            when = _recorded_at(liuhen, known.position)
            if not any(name.startswith("as_of_") for name, _ in asked):
                asked.append(("as_of_position", str(known.position)))
            yield "# 截至日志位置 position of the log", known.position
            yield "# 该位置的记录时刻 recorded at", when
            yield "# 视图 view", known.view
            yield "# 搁置而未计入的事件 events left out", known.parked
            if known.as_of_happened is not None:
                yield "# 按此日的事实 as it was on", known.as_of_happened.isoformat()
            cited.append(f"日志位置{known.position}（{when}）")
        day = next((value for name, value in asked if name == "on"), today().isoformat())
        address = f"{self.path}{'?' if asked else ''}{urlencode(asked)}"
        yield "# 查询日 day of asking", day
        yield (
            "# 涉密占位符 placeholders of classified projects",
            "含 shown" if self.context.sees_classified else "不含 not shown",
        )
        yield "# 行数 rows", rows
        if digest is not None:
            yield "# 表的SHA-256（BOM之后至空行之前） of the table, after its mark and before the empty line", digest
        checkpoint = _checkpoint(liuhen)
        if checkpoint is not None:
            yield "# 检查点：大小与根 checkpoint: size and root", checkpoint
            cited.append(f"检查点{checkpoint}")
        yield "# 再取同样的行 address of the same rows", address
        yield "# 引用 cite as", "，".join([*cited, address, f"查询日{day}，{rows}行"])


def _all(window: Window, fetch: Callable[[Window], Listing[Any]]) -> Iterator[Any]:
    """Every row from where the window begins, page after page."""
    part = window.but(limit=_PAGE)
    while True:
        found = fetch(part)
        yield from found.items
        if found.after is None:
            return
        part = part.but(after=found.after, counted=False)


def cell_of(value: Any) -> Cell:
    """A value of a row as a cell."""
    match value:
        case None:
            return None
        case bool():
            return "是" if value else "否"
        case Enum():
            return str(value.value)
        case str():
            return value
        case int():
            return value if abs(value) < _LONGEST_NUMBER else str(value)
        case float() | Decimal() | UUID():
            return str(value)
        case date() | datetime():
            return value.isoformat()
        case list() | tuple() if all(not isinstance(part, BaseModel | dict | list | tuple) for part in value):
            return "；".join(str(cell_of(part) if part is not None else "") for part in value)
    return _as_json(value)


def _as_json(value: Any) -> str:
    def plain(part: Any) -> Any:
        return part.model_dump(mode="json") if isinstance(part, BaseModel) else str(part)

    return json.dumps(value, ensure_ascii=False, default=plain)


class _Counted:
    """Counts what passes, and lets no more pass than a file may hold."""

    def __init__(self) -> None:
        self.rows = 0

    def each(self, items: Iterable[Any]) -> Iterator[Any]:
        """The items. Raises TooManyRowsError."""
        for item in items:
            self.rows += 1
            if self.rows > MOST_ROWS:
                raise TooManyRowsError
            yield item


class _Hashed:
    """Writes to a file, and digests what it writes."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def write(self, data: bytes) -> int:
        """Write and digest."""
        self.digest.update(data)
        return self._file.write(data)


def _digest(file: IO[bytes]) -> str:
    """A digest of a file, which stands at its beginning afterwards."""
    digest = hashlib.sha256()
    file.seek(0)
    while piece := file.read(_CHUNK):
        digest.update(piece)
    file.seek(0)
    return digest.hexdigest()[:32]


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(_CHUNK):
            yield piece


@contextmanager
def _one_more() -> Iterator[None]:
    if not _writing.acquire(timeout=_WAIT):
        raise TooManyExportsError
    try:
        yield
    finally:
        _writing.release()


def _recorded_at(liuhen: Liuhen, position: int) -> str:
    return liuhen.ledger.recorded_at(position).isoformat() if position else "–"


def _checkpoint(liuhen: Liuhen) -> str | None:
    """Size and root of the newest checkpoint, or nothing while none is signed."""
    try:
        tree = liuhen.tree.checkpoint()
    except NoTreeError:
        return None
    return f"{tree.size} {to_base64(tree.root)}"


def install(app: FastAPI) -> None:
    """Answer why a file cannot be had."""

    @app.exception_handler(TooManyExportsError)
    def _busy(request: Request, error: TooManyExportsError) -> JSONResponse:
        del error
        return problem(request, "busy", headers={"Retry-After": "5"})

    @app.exception_handler(TooManyRowsError)
    def _long(request: Request, error: TooManyRowsError) -> JSONResponse:
        del error
        return problem(
            request,
            "export-too-long",
            text(
                f"一个文件至多{MOST_ROWS}行：请加过滤条件分几次取，或按页取JSON",
                f"a file holds at most {MOST_ROWS} rows: filter, or read pages of JSON",
            ),
        )

    @app.exception_handler(NoWorkbooksError)
    def _without(request: Request, error: NoWorkbooksError) -> JSONResponse:
        del error
        told = text("此处未装xlsx附加组件：请取CSV", "the extra xlsx is not installed here: ask for CSV")
        return problem(request, "no-workbooks", told)
