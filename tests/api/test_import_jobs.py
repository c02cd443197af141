"""Files of acts: each row recorded once whatever happens, told of in the sender's own columns, and sent again safely."""

from __future__ import annotations

import io
import json
import struct
import sys
import zipfile
import zlib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from python_calamine import load_workbook
from typer.testing import CliRunner, Result

from api import import_runner
from api.cli import app
from api.import_runner import Runner
from domain.recorded import Role
from infrastructure.bootstrap import Liuhen
from infrastructure.importing import tables
from infrastructure.importing.tables import CSV, NDJSON, XLSX, TableError, check_workbook, read_table
from infrastructure.issuer import Holder, Issuer
from infrastructure.sealing import MasterKeys
from infrastructure.spreadsheets import as_xlsx
from tests.api.conftest import APPROVAL, SHARING, Client
from tests.stages import OTHER, OWNER

PLAN = json.dumps(
    {
        "path": "/v1/projects/{项目}/progress",
        "happened_on": "{哪天}",
        "act": {"percent": "{完成%:integer}", "summary": "{=说明}"},
    },
    ensure_ascii=False,
)
COLUMNS = ["序", "项目", "哪天", "完成%", "=说明"]


@pytest.fixture
def project(client: Client) -> str:
    client.enrol()
    subject = str(client.file()["subject"])
    client.done(f"/projects/{subject}/sharing", "2019-01-20", SHARING)
    client.done(f"/projects/{subject}/approval", "2019-02-20", APPROVAL)
    return subject


def runner(client: Client) -> Runner:
    app: Any = client.http.app
    return Runner(app)


def sent(client: Client, rows: list[Any], key: str | None = None, kind: str = XLSX, plan: str | None = PLAN) -> Any:
    data = as_xlsx({"表": rows}) if kind == XLSX else "\n".join(",".join(map(str, r)) for r in rows).encode()
    return posted(client, data, key, kind, plan)


def posted(client: Client, data: bytes, key: str | None = None, kind: str = XLSX, plan: str | None = PLAN) -> Any:
    headers = {**client.headers, "Content-Type": kind, "Idempotency-Key": key or str(uuid4())}
    query = {"file_name": "进度.xlsx"} | ({"plan": plan} if plan else {})
    return client.http.post("/v1/import-jobs", params=query, content=data, headers=headers)


def rows_of(client: Client, job: str) -> list[list[str]]:
    answer = client.get(f"/import-jobs/{job}/report.xlsx")
    assert answer.status_code == 200, answer.text
    found = load_workbook(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    return [[str(int(cell) if isinstance(cell, float) else cell) for cell in row] for row in found]


def test_a_report_in_odd_columns_is_corrected_and_sent_again(client: Client, project: str, liuhen: Liuhen) -> None:
    rows = [COLUMNS, ["a", project, "2019-03-01", 10, "=1+1"], ["b", project, "2019-03-02", "一半", ""],
            ["c", str(uuid4()), "2019-03-03", 30, ""]]  # fmt: skip
    answer = sent(client, rows)
    assert answer.status_code == 202, answer.text
    job = answer.json()["id"]
    assert answer.headers["location"] == f"/v1/import-jobs/{job}"
    before = liuhen.ledger.position()
    runner(client).run_due()
    told = client.get(f"/import-jobs/{job}").json()
    assert [told[n] for n in ("state", "done", "recorded", "faulty", "sent_by")] == ["DONE", 3, 1, 2, "client"]
    assert liuhen.ledger.position() == before + 1
    report = rows_of(client, job)
    assert report[0][:5] == COLUMNS
    assert report[1][4] == "=1+1"
    assert [row[5].startswith(what) for row, what in zip(report[1:], ("已记录", "有误", "有误"), strict=True)] == [
        True
    ] * 3
    assert report[1][7] == str(before + 1)
    assert report[2][9] == "/problems/bad-request-body"
    report[2][3] = "50"
    again = posted(client, as_xlsx({"表": report})).json()["id"]
    runner(client).run_due()
    told = client.get(f"/import-jobs/{again}").json()
    assert [told[n] for n in ("recorded", "repeated", "faulty")] == [1, 1, 1]
    assert liuhen.ledger.position() == before + 2
    # The CSV report is guarded against formulas, and may be sent again as well.
    csv = client.get(f"/import-jobs/{again}/report.csv").content
    assert "'=1+1" in csv.decode()
    third = posted(client, csv, kind=CSV).json()["id"]
    runner(client).run_due()
    assert client.get(f"/import-jobs/{third}").json()["repeated"] == 2
    assert liuhen.ledger.position() == before + 2


def test_without_the_extra_for_workbooks_csv_is_asked_for(
    client: Client, project: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows: list[Any] = [COLUMNS, ["a", project, "2019-03-01", 10, ""]]
    job = sent(client, rows).json()["id"]
    book = as_xlsx({"s": rows})
    for package in ("python_calamine", "xlsxwriter"):
        monkeypatch.setitem(sys.modules, package, None)
    refused = posted(client, book, kind=XLSX)
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/bad-file")
    assert "xlsx附加组件" in refused.json()["detail"]
    report = client.get(f"/import-jobs/{job}/report.xlsx")
    assert (report.status_code, report.json()["type"]) == (501, "/problems/no-workbooks")
    assert client.get(f"/import-jobs/{job}/report.csv").status_code == 200


def test_a_refused_row_is_decided_anew_when_its_report_is_sent_again(client: Client, liuhen: Liuhen) -> None:
    client.enrol()
    subject = str(client.file()["subject"])
    plan = json.dumps({"path": "/v1/projects/{p}/approval", "happened_on": "2019-02-20", "act": APPROVAL})
    job = sent(client, [["p"], [subject]], plan=plan).json()["id"]
    runner(client).run_due()
    report = rows_of(client, job)
    assert report[1][1].startswith("依规则被拒")
    assert report[1][7]
    assert report[1][8]
    client.done(f"/projects/{subject}/sharing", "2019-01-20", SHARING)
    at = liuhen.ledger.position()
    for _ in range(2):
        posted(client, as_xlsx({"表": report}), plan=plan)
        runner(client).run_due()
    assert liuhen.ledger.position() == at + 1


def test_a_runner_that_dies_between_saving_and_telling_is_succeeded(
    client: Client, project: str, liuhen: Liuhen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_runner, "ROWS_AT_ONCE", 2)
    monkeypatch.setattr(import_runner, "PAUSE", timedelta(0))
    job = sent(client, [COLUMNS, *([n, project, f"2019-03-{n:02d}", n, ""] for n in range(1, 6))]).json()["id"]
    at = liuhen.ledger.position()
    dying = runner(client)
    finish, calls = dying._jobs.finish_chunk, []

    def dies(*args: Any) -> bool:
        calls.append(args)
        if len(calls) == 2:
            raise ConnectionError
        return finish(*args)

    monkeypatch.setattr(dying._jobs, "finish_chunk", dies)
    with pytest.raises(ConnectionError):
        dying.run_due()
    assert client.get(f"/import-jobs/{job}").json()["done"] == 2
    assert liuhen.ledger.position() == at + 4
    runner(client).run_due()
    told = client.get(f"/import-jobs/{job}").json()
    assert (told["state"], told["recorded"]) == ("DONE", 5)
    assert liuhen.ledger.position() == at + 5
    assert not dying._jobs.finish_chunk(*calls[0])


def rotated(liuhen: Liuhen, monkeypatch: pytest.MonkeyPatch) -> Result:
    """The master key is changed on the command line."""
    monkeypatch.setenv("LIUHEN_DATABASE_URL", liuhen.conninfo)
    monkeypatch.setenv("LIUHEN_DATA_DIR", str(liuhen.settings.data_dir))
    return CliRunner().invoke(app, ["personal", "rotate", "--reason", "定期更换"])


def with_a_person(client: Client) -> None:
    """Without one there is nothing to change the master key of."""
    contact = {"office": "信息科", "since": "2024-03-01", "person": {"name": "张三丰"}}
    client.done(f"/units/{OWNER}/contacts", "2024-03-01", contact)


def test_a_file_outlives_a_change_of_the_master_key(
    client: Client, project: str, liuhen: Liuhen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before it is recorded, in the midst of a chunk, and when it is done; only the new key is left in the file."""
    monkeypatch.setattr(import_runner, "ROWS_AT_ONCE", 2)
    with_a_person(client)
    rows = [COLUMNS, *([n, project, f"2019-03-{n:02d}", n, ""] for n in range(1, 6))]
    done, begun = sent(client, rows[:2]).json()["id"], sent(client, rows).json()["id"]
    before = MasterKeys(liuhen.settings).load()
    recording = runner(client)
    finish, calls = recording._jobs.finish_chunk, []

    def changed_meanwhile(*args: Any) -> bool:
        calls.append(args)
        if len(calls) == 3:  # of the second file, the second chunk
            told = rotated(liuhen, monkeypatch)
            assert told.exit_code == 0, told.output
        return finish(*args)

    monkeypatch.setattr(recording._jobs, "finish_chunk", changed_meanwhile)
    at = liuhen.ledger.position()
    recording.run_due()
    after = MasterKeys(liuhen.settings).load()
    assert (len(before), len(after), before == after) == (1, 1, False)
    told = client.get(f"/import-jobs/{begun}").json()
    assert [told[n] for n in ("state", "done", "recorded", "why")] == ["DONE", 5, 5, ""]
    assert [row[5].split()[0] for row in rows_of(client, begun)[1:]] == ["已记录"] * 5
    assert [row[5].split()[0] for row in rows_of(client, done)[1:]] == ["已记录"]
    assert liuhen.ledger.position() == at + 5 + 1, "five rows, of which the first is the other file's, and the change"


def test_a_file_whose_key_is_lost_is_told_so_and_can_be_sent_again(
    client: Client, project: str, liuhen: Liuhen
) -> None:
    """As where a site gives another key in its environment, without telling Liuhen to change it."""
    rows = [COLUMNS, [1, project, "2019-03-01", 10, ""]]
    done = sent(client, rows).json()["id"]
    runner(client).run_due()
    waiting = sent(client, rows, "k").json()["id"]
    MasterKeys(liuhen.settings).file.unlink()
    at = liuhen.ledger.position()
    runner(client).run_due()
    told = client.get(f"/import-jobs/{waiting}").json()
    assert told["state"] == "FAILED"
    assert "主密钥" in told["why"]
    assert "master key" in told["why"]
    for kind in ("csv", "xlsx"):
        answer = client.get(f"/import-jobs/{done}/report.{kind}")
        assert (answer.status_code, answer.json()["type"]) == (503, "/problems/sealing")
    assert sent(client, rows, "k").json()["state"] == "FAILED"
    again = sent(client, rows, "l").json()["id"]
    runner(client).run_due()
    told = client.get(f"/import-jobs/{again}").json()
    assert [told[n] for n in ("state", "repeated")] == ["DONE", 1]
    assert liuhen.ledger.position() == at


def test_a_file_that_cannot_be_recorded_now_does_not_keep_others_waiting(
    client: Client, project: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [COLUMNS, [1, project, "2019-03-01", 10, ""]]
    first, second = sent(client, rows).json()["id"], sent(client, [*rows, rows[1]]).json()["id"]
    recording = runner(client)
    recorded = recording._recorded

    def failing(context: Any, job: Any, *more: Any) -> Any:
        if str(job.id) == first:
            raise RuntimeError
        return recorded(context, job, *more)

    monkeypatch.setattr(recording, "_recorded", failing)
    with pytest.raises(RuntimeError):
        recording.run_due()
    recording.run_due()
    assert [client.get(f"/import-jobs/{job}").json()["state"] for job in (first, second)] == ["RUNNING", "DONE"]


def test_sent_twice_at_once_under_one_key_and_under_two(client: Client, project: str, liuhen: Liuhen) -> None:
    rows = [COLUMNS, *([n, project, f"2019-03-{n:02d}", n, ""] for n in range(1, 4))]
    at = liuhen.ledger.position()
    first, same, other = (sent(client, rows, key, CSV) for key in ("k", "k", "l"))
    assert first.json()["id"] == same.json()["id"] != other.json()["id"]
    assert sent(client, rows[:-1], "k", CSV).json()["type"] == "/problems/key-reused"
    with ThreadPoolExecutor(2) as threads:
        for running in [threads.submit(runner(client).run_due) for _ in range(2)]:
            running.result()
    assert liuhen.ledger.position() == at + 3
    assert [client.get(f"/import-jobs/{j.json()['id']}").json()["faulty"] for j in (first, other)] == [0, 0]


def test_rows_beyond_the_senders_reach_are_refused_by_row_and_jobs_are_ones_own(
    client: Client, issuer: Issuer, project: str, liuhen: Liuhen
) -> None:
    other = Client(
        client.http, issuer.issue(Holder("other", "别的单位", frozenset({Role.OWNER_UNIT}), uscc=OTHER), days=1)
    )
    at = liuhen.ledger.position()
    job = sent(other, [COLUMNS, [1, project, "2019-03-01", 10, ""]]).json()["id"]
    runner(client).run_due()
    assert (other.get(f"/import-jobs/{job}").json()["faulty"], liuhen.ledger.position()) == (1, at)
    assert client.get(f"/import-jobs/{job}").status_code == 404
    assert client.get("/import-jobs").json() == []
    assert [j["id"] for j in other.get("/import-jobs").json()] == [job]


def test_cancelled_it_goes_no_further(client: Client, project: str, liuhen: Liuhen) -> None:
    job = sent(client, [COLUMNS, [1, project, "2019-03-01", 10, ""]]).json()["id"]
    at = liuhen.ledger.position()
    client.http.post(f"/v1/import-jobs/{job}/cancel", headers=client.headers)
    runner(client).run_due()
    assert (client.get(f"/import-jobs/{job}").json()["state"], liuhen.ledger.position()) == ("CANCELLED", at)
    assert rows_of(client, job)[1][5].startswith("未办理")


def test_nothing_of_a_file_stands_in_the_database_in_plain_words(client: Client, project: str, liuhen: Liuhen) -> None:
    job = sent(client, [COLUMNS, [1, project, "2019-03-01", 10, "张三丰的说明"]]).json()["id"]
    runner(client).run_due()
    with liuhen.pool.connection() as conn:
        kept = conn.execute("SELECT j::text, content FROM liuhen.import_jobs j WHERE id = %s", (UUID(job),)).fetchone()
    assert kept is not None
    assert "张三丰" not in kept[0]
    assert "张三丰".encode() not in kept[1]


def test_rows_of_a_batch_come_in_as_ndjson_without_a_plan(client: Client, project: str, liuhen: Liuhen) -> None:
    row = {"path": f"/v1/projects/{project}/progress", "happened_on": "2019-03-01", "act": {"percent": 5}}
    job = posted(client, json.dumps(row).encode(), kind=NDJSON, plan=None).json()["id"]
    runner(client).run_due()
    assert client.get(f"/import-jobs/{job}").json()["recorded"] == 1


@pytest.mark.parametrize("kind", [CSV, XLSX, NDJSON])
def test_what_is_no_table_is_refused_as_a_whole(client: Client, kind: str) -> None:
    assert posted(client, b"\xff\xfe", kind=kind).json()["type"] == "/problems/bad-file"


def sheet(rows: bytes) -> bytes:
    return (
        b'<w xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>' + rows + b"</sheetData></w>"
    )


def workbook(sheet: bytes, claimed: int | None = None, part: str = "xl/worksheets/sheet1.xml") -> bytes:
    """A workbook whose sheet says that it has another size than it has."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/workbook.xml", b"<workbook/>")
        package.writestr(part, sheet)
    data = written.getvalue()
    if claimed is not None:
        data = data.replace(struct.pack("<II", zlib.crc32(sheet), 0)[:4], struct.pack("<I", zlib.crc32(sheet)))
        data = data.replace(struct.pack("<I", len(sheet)), struct.pack("<I", claimed))
    return data


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (workbook(b" " * (101 * 2**20), claimed=10), "过大"),
        (workbook(sheet(b'<row r="1"><c r="XFD1048576"/></row>')), "超出"),
        (workbook(sheet(b"<row r='1'><c r='XFD1048576'/></row>")), "超出"),
        (workbook(sheet(b'<row r="1"><c\tr =\n"xfd1048576"/></row>')), "超出"),
        (workbook(sheet(b'<row r="1"><c r="XF&#68;1048576"/></row>')), "超出"),
        (workbook(sheet(b'<row r="1048576"/>')), "超出"),
        (workbook(sheet(b"<row r='1048576'/>"), part="xl/worksheets/sheet1.other"), "超出"),
        (workbook(sheet(b"<row>" + b"<c><v>1</v></c>" * 201 + b"</row>")), "超出"),
        (workbook(sheet(b"<row><c><v>1</v></c></row>" * 20_002)), "超出"),
        (workbook(sheet(b'<row r="1"><c r="1"/></row>')), "不是可读"),
        (workbook(b"x" + sheet(b'<row r="1"/>')), "不是可读"),
        (workbook(sheet(b'<row r="1"/>').replace(b"</w", b"<w")), "不是可读"),
        (workbook(b"<a b='" + b" " * (5 * 2**20) + b"'/>"), "过大"),
        (workbook(b"<a>" + b"<b/>" * 70_001 + b"</a>"), "过大"),
        (workbook(b'<!DOCTYPE x [<!ENTITY a "b">]><x/>'), "实体"),
        (workbook('<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>'.encode("utf-16"), part="docProps/core.xml"), "实体"),
        (b"PK\x03\x04", "不是XLSX"),
    ],
)
def test_a_workbook_that_would_fill_the_memory_is_refused(
    data: bytes, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By what it holds, however that is written, and before a table is made of it (A15)."""
    monkeypatch.setattr(tables, "_MOST_ELEMENTS", 70_000)
    with pytest.raises(TableError, match=told):
        check_workbook(data)
    assert len(data) < 2**20


def test_what_is_no_sheet_may_be_anything() -> None:
    check_workbook(workbook(b"\x89PNG\r\n\x1a\n<row r='1048576'/>", part="xl/media/image1.png"))
    check_workbook(workbook(b'<d><row r="1048576"/><c r="XFD1"/></d>', part="xl/drawings/drawing1.xml"))
    check_workbook(workbook(sheet(b'<row r="20001"><c r="GR20001"><v>1</v></c></row>')))


def test_a_semicolon_table_in_gb18030_is_read() -> None:
    table = read_table(CSV, "列一;列二\n甲;'=1\n".encode("gb18030"))
    assert (table.columns, table.rows) == (("列一", "列二"), (("甲", "=1"),))


def test_a_table_that_excel_saved_as_unicode_text_is_read() -> None:
    table = read_table(CSV, "列一\t列二\r\n甲\t乙,丙\r\n".encode("utf-16"))
    assert (table.columns, table.rows) == (("列一", "列二"), (("甲", "乙,丙"),))


def test_a_title_above_the_header_is_said_to_be_in_the_way() -> None:
    """With the row as the sender counts it, blank ones too."""
    with pytest.raises(TableError) as refused:
        read_table(CSV, "项目进度表\n\n项目,进度\nA,50\n".encode())
    assert refused.value.text.zh == "第3行的单元格多于表头（首个非空行即表头，其上不留标题）"
