"""The client over real HTTP: nothing twice, versions kept, errors told, pages and the feed walked, receipts checked."""

from __future__ import annotations

import itertools
import json
import threading
import warnings
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import httpx2
import pytest
from python_calamine import load_workbook

from api.endings import Ending
from api.import_runner import Runner
from api.main import create_app
from clients.generate import generated
from domain.recorded import RECORDING_ROLES
from domain.rule import text
from infrastructure.bootstrap import Liuhen
from infrastructure.issuer import Holder, Issuer
from infrastructure.spreadsheets import as_xlsx
from infrastructure.tlog.operator_key import operator_verifiers
from liuhen_client import (
    Client,
    FileUnfinishedError,
    ProblemError,
    ReceiptError,
    RefusedError,
    UnreachableError,
    VersionMovedError,
)
from liuhen_client.receipts import check_receipt
from tests.api.conftest import APPROVAL, PROJECT, SHARING
from tests.serving import serving
from tests.stages import OWNER

ROOT = Path(__file__).parents[2]
UNIT: Any = {"uscc": OWNER, "name": "测试局", "kind": "COUNTY_DEPT", "division": "370323"}
FILING: Any = PROJECT
SHARED: Any = SHARING
APPROVED: Any = APPROVAL


class Broken(httpx2.HTTPTransport):
    """A line that does what a plan says before or after it lets a request through."""

    def __init__(self, plan: Iterator[str]) -> None:
        super().__init__()
        self.plan = plan
        self.sent: list[tuple[str, str | None]] = []

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        self.sent.append((request.url.path, request.headers.get("idempotency-key")))
        fate = next(self.plan)
        if fate == "before":
            raise httpx2.ConnectError("cut before it was sent")
        if fate == "busy":
            return httpx2.Response(503, headers={"Retry-After": "0"}, json={"type": "/problems/busy"})
        response = super().handle_request(request)
        if fate == "after":
            response.read()
            raise httpx2.ReadError("cut before it was answered")
        return response


@pytest.fixture
def address(liuhen: Liuhen) -> Iterator[str]:
    with serving(liuhen) as address:
        yield address


@pytest.fixture
def token(liuhen: Liuhen) -> str:
    return Issuer(liuhen.settings.data_dir).issue(Holder("client", "对接单位", RECORDING_ROLES), days=1)


@pytest.fixture
def client(address: str, token: str) -> Iterator[Client]:
    with Client(address, token, sleep=lambda _: None) as client:
        yield client


def broken(address: str, token: str, *fates: str) -> tuple[Client, Broken]:
    line = Broken(itertools.chain(fates, itertools.repeat("through")))
    return Client(address, token, sleep=lambda _: None, transport=line), line


def test_the_operations_are_those_of_the_document() -> None:
    document = json.loads((ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"))
    written = ROOT / "clients" / "python" / "liuhen_client" / "operations.py"
    assert written.read_text(encoding="utf-8") == generated(document), "run make docs"


@pytest.mark.parametrize("fates", [["after"], ["before", "after", "busy", "after"], ["busy"] * 5])
def test_an_act_is_recorded_once_whatever_becomes_of_the_line(
    liuhen: Liuhen, address: str, token: str, fates: list[str]
) -> None:
    client, line = broken(address, token, *fates)
    with client:
        answer = client.enrol_unit(UNIT, happened_on="2018-10-01")
    assert answer["events"][0]["position"] == liuhen.ledger.position() == 1
    assert len({key for _, key in line.sent}) == 1
    assert len(line.sent) == len(fates) + 1


def test_when_nothing_helps_the_key_is_told(liuhen: Liuhen, address: str, token: str) -> None:
    client, _ = broken(address, token, *["after"] * 6)
    with client:
        with pytest.raises(UnreachableError) as told:
            client.enrol_unit(UNIT, happened_on="2018-10-01")
        again = client.enrol_unit(UNIT, happened_on="2018-10-01", key=told.value.key)
    assert again["events"][0]["position"] == liuhen.ledger.position() == 1


def test_what_has_no_key_is_not_sent_twice(address: str, token: str) -> None:
    client, line = broken(address, token, "after")
    with client, pytest.raises(UnreachableError):
        client.webhooks_add({"url": "https://x.example/"})
    assert len(line.sent) == 1


def test_a_refusal_has_every_clause_and_its_receipt(client: Client) -> None:
    client.enrol_unit(UNIT, happened_on="2018-10-01")
    project = client.file_project(FILING, happened_on="2019-01-05")["subject"]
    with pytest.raises(RefusedError) as refused:
        client.approve_project(project, APPROVED, happened_on="2019-01-10")
    assert [f["rule"] for f in refused.value.findings] == ["G03", "G06", "G07"]
    assert refused.value.receipt is not None
    assert (
        client.approve_project(project, APPROVED, happened_on="2019-01-10", dry_run=True)["outcome"] == "would_refuse"
    )


def test_two_clients_do_not_act_on_what_the_other_has_changed(address: str, token: str, client: Client) -> None:
    client.enrol_unit(UNIT, happened_on="2018-10-01")
    project = client.file_project(FILING, happened_on="2019-01-05")["subject"]
    with Client(address, token) as other:
        other.projects_read_project(project)
        client.declare_sharing(project, SHARED, happened_on="2019-01-20")
        client.approve_project(project, APPROVED, happened_on="2019-02-20")  # its own answer moved what it has seen
        with pytest.raises(VersionMovedError):
            other.report_progress(project, {"percent": 5}, happened_on="2019-02-21")
        other.projects_read_project(project)
        other.report_progress(project, {"percent": 5}, happened_on="2019-02-21")


def test_a_client_reads_what_it_has_written_and_walks_every_page(liuhen: Liuhen, client: Client) -> None:
    liuhen.engine.start()
    client.enrol_unit(UNIT, happened_on="2018-10-01")
    filed = {client.file_project(FILING, happened_on="2019-01-05")["subject"] for _ in range(5)}
    rows = list(client.every(client.views_register_projects, page=2))
    assert {row["project_id"] for row in rows} == filed
    assert client.position == liuhen.ledger.position()


def test_the_feed_is_followed_across_a_wait(client: Client) -> None:
    client.enrol_unit(UNIT, happened_on="2018-10-01")
    events = client.follow(wait=20)
    assert next(events)["data"]["topic"] == "unit.enrolled"
    later = threading.Timer(0.2, client.file_project, (FILING,), {"happened_on": "2019-01-05"})
    later.start()
    topics = {next(events)["data"]["topic"] for _ in range(2)}
    later.join()
    assert "project.filed" in topics


def test_a_receipt_is_checked_against_a_key_got_elsewhere(liuhen: Liuhen, client: Client) -> None:
    answer = client.enrol_unit(UNIT, happened_on="2018-10-01")
    other = client.file_project(FILING, happened_on="2019-01-05")
    liuhen.sequencer.catch_up()
    [verifier] = operator_verifiers(liuhen.settings.data_dir, liuhen.settings.division)
    key = str(verifier)
    proof = client.receipt(answer, key)
    event: Any = answer["events"][0]
    assert check_receipt(proof, event, [key]) >= 1
    for wrong in (proof.replace(b"index 0", b"index 1"), proof[:-9] + b"AAAAAAA=\n", proof[:40], b""):
        with pytest.raises(ReceiptError):
            check_receipt(wrong, event, [key])
    another: Any = other["events"][0]
    with pytest.raises(ReceiptError, match="another event"):
        check_receipt(proof, another, [key])
    with pytest.raises(ReceiptError, match="witnesses"):
        check_receipt(proof, event, [key], require=1)
    with pytest.raises(ReceiptError, match="altered since"):
        check_receipt(proof, {**event, "digest": event["digest"][::-1]}, [key])
    assert check_receipt(proof, {**event, "digest": None}, [key]) >= 1, "an answer of a service that does not tell it"


def test_tokens_are_renewed_before_they_end(address: str, token: str) -> None:
    asked: list[httpx2.Request] = []

    def service(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        if request.url.path == "/oauth/token":
            return httpx2.Response(200, json={"access_token": f"t{len(asked)}", "expires_in": 10})
        return httpx2.Response(200, json=[])

    with Client(address, client_id="a", client_secret="b", transport=httpx2.MockTransport(service)) as client:
        client.webhooks_mine()
        client.webhooks_mine()
    assert [r.url.path for r in asked] == ["/oauth/token", "/v1/webhooks"] * 2
    assert [r.headers["authorization"] for r in asked[1::2]] == ["Bearer t1", "Bearer t3"]


def test_an_operation_that_ends_is_warned_of_once(liuhen: Liuhen, token: str) -> None:
    ends = Ending("ReportProgress", date(2020, 2, 1), date(2999, 12, 31), text("改用", "use"), successor="/v1/register")
    app = create_app(liuhen, Issuer(liuhen.settings.data_dir), endings=[ends])
    with serving(liuhen, app) as address, Client(address, token) as client:
        client.enrol_unit(UNIT, happened_on="2018-10-01")
        project = client.file_project(FILING, happened_on="2019-01-05")["subject"]
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            for percent in (5, 6):
                client.report_progress(project, {"percent": percent}, happened_on="2019-02-21")
    (warning,) = warned
    assert (warning.category, warning.filename) == (DeprecationWarning, __file__)
    said = "ReportProgress: 已弃用 deprecated，自 since 2020-02-01，停用 ends 2999-12-31，改用 use /v1/register"
    assert str(warning.message) == said


def test_a_problem_says_which_field(client: Client) -> None:
    wrong: Any = {**UNIT, "uscc": "1"}
    with pytest.raises(ProblemError) as told:
        client.enrol_unit(wrong, happened_on="2018-10-01")
    assert (told.value.status, told.value.errors[0]["pointer"]) == (422, "/act/uscc")
    assert told.value.request_id


PROGRESS = {"path": "/v1/projects/{项目}/progress", "happened_on": "{哪天}", "act": {"percent": "{完成%:integer}"}}


def test_a_file_in_odd_columns_is_recorded_waited_for_and_its_report_sent_again(
    liuhen: Liuhen, address: str, token: str, tmp_path: Path
) -> None:
    liuhen.engine.start()
    runner = Runner(create_app(liuhen, Issuer(liuhen.settings.data_dir)))
    states: list[str] = []
    with Client(address, token, sleep=lambda _: runner.run_due()) as client:
        client.enrol_unit(UNIT, happened_on="2018-10-01")
        project = client.file_project(FILING, happened_on="2019-01-05")["subject"]
        client.declare_sharing(project, SHARED, happened_on="2019-01-20")
        client.approve_project(project, APPROVED, happened_on="2019-02-20")
        table = tmp_path / "进度.xlsx"
        rows: list[Any] = [
            ["序", "项目", "哪天", "完成%"],
            ["甲", project, "2019-03-01", 10],
            ["乙", project, "2019-03-02", "一半"],
        ]
        table.write_bytes(as_xlsx({"表": rows}))
        done = client.record_file(table, PROGRESS, told=lambda job: states.append(job["state"]))
        assert states == ["QUEUED", "DONE"]
        assert [done[n] for n in ("file_name", "recorded", "faulty")] == ["进度.xlsx", 1, 1]
        assert done["position"] == liuhen.ledger.position() == client.position
        report = client.save_report(done["id"], tmp_path / "报告.xlsx")
        cells: Any = load_workbook(report).get_sheet_by_index(0).to_python()
        assert cells[0][:4] == rows[0]
        assert [row[0] for row in cells[1:]] == ["甲", "乙"]
        cells[2][3] = 50
        report.write_bytes(as_xlsx({"表": cells}))
        again = client.record_file(report, PROGRESS)
        assert [again[n] for n in ("recorded", "repeated", "faulty")] == [1, 1, 0]
        assert again["position"] == liuhen.ledger.position()
        assert "一半" in client.save_report(done["id"], tmp_path / "报告.csv").read_text("utf-8-sig")


def test_a_file_that_is_not_done_in_time_or_cancelled_is_told(
    liuhen: Liuhen, client: Client, address: str, token: str, tmp_path: Path
) -> None:
    table = tmp_path / "表.csv"
    table.write_text("path,happened_on\n/v1/units,2019-01-01\n", "utf-8")
    with pytest.raises(FileUnfinishedError) as waiting:
        client.record_file(table, longest=0.0)
    job = waiting.value.job
    assert (job["state"], job["position"], str(waiting.value)) == ("QUEUED", None, "表.csv: QUEUED 0/1")
    client.import_jobs_cancel(job["id"])
    with pytest.raises(FileUnfinishedError, match="CANCELLED"):
        client.await_file(job["id"])
    # A line that is cut after the file has arrived: it is one job all the same.
    cut, line = broken(address, token, "after")
    with cut, pytest.raises(FileUnfinishedError):
        cut.record_file(table, longest=0.0)
    assert len({key for path, key in line.sent if path == "/v1/import-jobs"}) == 1
    assert len(client.import_jobs_mine()) == 2


def test_a_file_of_no_known_kind_is_not_sent(client: Client, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="ndjson"):
        client.record_file(tmp_path / "表.doc")
    with pytest.raises(ValueError, match="csv"):
        client.save_report("x", tmp_path / "报告.ndjson")
    (tmp_path / "表.xlsx").write_bytes(b"no workbook")
    with pytest.raises(ProblemError) as wrong:
        client.record_file(tmp_path / "表.xlsx")
    assert wrong.value.type == "/problems/bad-file"
