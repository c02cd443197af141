"""Lists as files: every row, in Chinese columns, no formula, and what has to be known to cite them."""

from __future__ import annotations

import csv
import hashlib
import io
import sys
import tracemalloc
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from api import exports
from api.column_titles import TITLES, titled
from api.exports import Form, form_of
from api.lists import ListAnswer, row_of
from api.main import READS
from domain.recorded import Role
from infrastructure.bootstrap import Liuhen
from infrastructure.issuer import Holder, Issuer
from infrastructure.spreadsheets import MARK
from tests.api.conftest import Client
from tests.stages import OWNER

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMULA = '=HYPERLINK("http://x","点")'


@pytest.fixture
def county(client: Client, liuhen: Liuhen) -> Client:
    client.enrol()
    for name in ("甲系统", FORMULA, "丙系统"):
        client.file(name=name)
    liuhen.engine.catch_up()
    return client


def read(content: bytes) -> tuple[list[list[str]], dict[str, str]]:
    """The rows of a file with their heading, and what stands below them by its title."""
    assert content.startswith(MARK)
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    end = rows.index([])
    return rows[:end], dict(row for row in rows[end + 1 :])


def test_a_file_has_every_row_in_chinese_columns(county: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "_PAGE", 2)  # so that there are several pages
    answer = county.get("/register/projects", format="csv", limit=1)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    (heading, *rows), _ = read(answer.content)
    assert heading[:3] == ["项目标识 project_id", "备案号 number", "名称 name"]
    column = heading.index("名称 name")
    assert [row[column] for row in rows] == ["甲系统", "'" + FORMULA, "丙系统"]
    assert rows[0][heading.index("建设单位 owners")] == OWNER
    assert rows[0][heading.index("估算金额（分） estimate_fen")] == "100000000"
    assert rows[0][heading.index("涉密 classified")] == "否"
    (heading, *rows), _ = read(
        county.get("/register/projects", format="csv", fields="name,stage", sort="-name").content
    )
    assert heading == ["名称 name", "阶段 stage"]
    assert [row[0] for row in rows] == ["甲系统", "丙系统", "'" + FORMULA]


def test_what_is_needed_to_cite_and_to_get_the_same_rows_again(county: Client, liuhen: Liuhen) -> None:
    answer = county.get("/register/projects", format="csv", q="系统", limit=1)
    rows, told = read(answer.content)
    position = liuhen.ledger.position()
    by_name = {title.split()[1]: value for title, value in told.items()}
    assert by_name["截至日志位置"] == str(position) == answer.headers["liuhen-position"]
    assert by_name["行数"] == str(len(rows) - 1) == "2"
    assert by_name["该位置的记录时刻"] == liuhen.ledger.recorded_at(position).isoformat()
    assert by_name["涉密占位符"].startswith("含")
    table = answer.content[len(MARK) : answer.content.index(b"\r\n\r\n") + 2]
    assert hashlib.sha256(table).hexdigest() in by_name.values()
    address = by_name["再取同样的行"]
    assert f"as_of_position={position}" in address
    cited = by_name["引用"]
    assert all(part in cited for part in (f"日志位置{position}", address, "2行"))
    # More is recorded; by that address the rows are still the same ones.
    county.file(name="丁系统")
    liuhen.engine.catch_up()
    again, _ = read(county.http.get(f"{address}&format=csv", headers=county.headers).content)
    trace = rows[0].index("溯源 trace")
    assert [row[:trace] for row in again] == [row[:trace] for row in rows]
    assert len(read(county.get("/register/projects", format="csv", q="系统").content)[0]) == 4


def test_the_same_rows_at_the_same_position_are_the_same_bytes(county: Client) -> None:
    for form in ("csv", "xlsx"):
        one, other = (county.get("/register/projects", format=form) for _ in range(2))
        assert one.content == other.content
        known = county.get("/register/projects", format=form, headers={"If-None-Match": one.headers["etag"]})
        assert (known.status_code, known.content) == (304, b"")


def test_a_workbook_has_the_rows_and_where_they_are_from(county: Client) -> None:
    answer = county.get("/register/projects", headers={"Accept": f"{XLSX}, application/json;q=0.5"})
    assert answer.headers["content-type"] == XLSX
    assert answer.headers["content-disposition"].startswith('attachment; filename="liuhen-register-projects-')
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    heading, *rows = book.get_sheet_by_name("数据 data").to_python()
    assert [row[heading.index("名称 name")] for row in rows] == ["甲系统", FORMULA, "丙系统"]
    assert rows[0][heading.index("估算金额（分） estimate_fen")] == 100_000_000
    told = book.get_sheet_by_name("出处 provenance").to_python()
    assert any(str(row[0]).startswith("# 引用") and "日志位置" in str(row[1]) for row in told)


def test_every_list_that_there_is_can_be_had_as_a_file(county: Client) -> None:
    """And every column of every list has a title."""
    shapes: list[Any] = [r.response_model for m in READS for r in m.router.routes if hasattr(r, "response_model")]
    lists = [s for s in shapes if isinstance(s, type) and issubclass(s, ListAnswer)]
    assert len(lists) > 45
    columns = {(row_of(s), name) for s in lists for name in row_of(s).model_fields}
    for row, name in columns:
        assert titled(row, name).endswith(f" {name}")
        assert "\u4e00" <= titled(row, name)[0] <= "\u9fff", name
    assert set(TITLES) <= {name for _, name in columns}
    for path in ("/supervision/late-entries", "/money/lines", "/security/levels", "/sharing/themes", "/reminders"):
        (heading, *_), told = read(county.get(path, format="csv").content)
        assert heading
        assert told
    assert read(county.get(f"/timeline/{OWNER}", format="csv").content)[0][0][-1] == "溯源 trace"


def test_a_file_shows_no_more_than_its_reader_may_see(county: Client, issuer: Issuer) -> None:
    finance = Client(county.http, issuer.issue(Holder("f", "财政局", frozenset({Role.FINANCE})), days=1))
    _, told = read(finance.get("/register/projects", format="csv").content)
    assert any(value == "不含 not shown" for value in told.values())


def test_a_list_that_is_too_long_is_not_cut(county: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "MOST_ROWS", 2)
    answer = county.get("/register/projects", format="csv")
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/export-too-long")


def test_without_the_extra_a_workbook_is_not_had_but_csv_is(county: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    answer = county.get("/register/projects", format="xlsx")
    assert (answer.status_code, answer.json()["type"]) == (501, "/problems/no-workbooks")
    assert county.get("/register/projects", format="csv").status_code == 200


def test_too_many_files_at_once_are_told_to_wait(county: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "_WAIT", 0.0)
    held = [exports._writing.acquire(blocking=False) for _ in range(exports._MOST_AT_ONCE)]
    try:
        answer = county.get("/register/projects", format="csv")
        assert all(held)
        assert (answer.status_code, answer.json()["type"]) == (503, "/problems/busy")
    finally:
        for _ in held:
            exports._writing.release()
    assert county.get("/register/projects", format="csv").status_code == 200


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        (None, Form.JSON),
        ("*/*", Form.JSON),
        ("text/csv", Form.CSV),
        ("text/csv;q=0.5, application/json;q=0.9", Form.JSON),
        ("text/csv;q=0.9, */*;q=0.1", Form.CSV),
        (f"text/csv;q=0.3, {XLSX}", Form.XLSX),
        ("text/html", Form.JSON),
        ("text/csv;q=x", Form.JSON),
    ],
)
def test_the_form_follows_what_the_client_takes(accept: str | None, form: Form) -> None:
    assert form_of(None, accept) is form
    assert form_of(Form.CSV, accept) is Form.CSV


def test_what_a_file_needs_does_not_grow_with_its_rows() -> None:
    """Rows go to disk page by page: ten times the rows take no more memory."""
    from tempfile import SpooledTemporaryFile

    from infrastructure.spreadsheets import write_csv, write_xlsx

    def peak(rows: int, write: Any) -> int:
        with SpooledTemporaryFile(max_size=2**16) as file:
            tracemalloc.start()
            write(file, ([f"项目{n}", n, "文" * 50] for n in range(rows)))
            found = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        return found

    for write in (write_csv, lambda file, rows: write_xlsx(file, {"数据": rows})):
        peak(100, write)
        assert peak(10_000, write) < 2 * peak(1_000, write) + 200_000
