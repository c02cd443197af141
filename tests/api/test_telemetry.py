"""What is traced: requests, acts, saves and commits, in the caller's trace, and nothing of what is recorded."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import structlog
from fastapi import FastAPI
from opentelemetry import trace
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_ON, ParentBased
from pydantic import ValidationError
from starlette.testclient import TestClient

from api.main import create_app
from application.ports import StreamMovedError
from domain.recorded import RECORDING_ROLES
from infrastructure.bootstrap import Liuhen, wired
from infrastructure.issuer import Holder, Issuer
from infrastructure.settings import Settings
from infrastructure.store.batch_writer import Result, Save, Saved
from infrastructure.telemetry import TelemetryError, Tracing, parent_of, tracing_of
from tests.api.conftest import APPROVAL, Client
from tests.stages import OWNER

PATIENCE = 60.0
"""Seconds for what comes within one."""
TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
WANTED, UNWANTED = f"00-{TRACE}-{SPAN}-01", f"00-{TRACE}-{SPAN}-00"
UNIT = {"uscc": OWNER, "name": "测试局", "kind": "COUNTY_DEPT", "division": "370323"}


class Traced:
    """A service whose spans are kept in memory."""

    def __init__(self, app: FastAPI, liuhen: Liuhen) -> None:
        self.kept = InMemorySpanExporter()
        provider = TracerProvider(sampler=ParentBased(ALWAYS_ON))
        provider.add_span_processor(SimpleSpanProcessor(self.kept))
        self.tracing = Tracing(provider)
        liuhen.ledger._tracing = self.tracing
        liuhen.ledger.watched(self.tracing.committed)
        app.state.liuhen = replace(liuhen, tracing=self.tracing)

    def spans(self) -> dict[str, ReadableSpan]:
        """By name; the last of each."""
        return {span.name: span for span in self.kept.get_finished_spans()}


@pytest.fixture
def traced(client: Client, app: FastAPI, liuhen: Liuhen) -> Traced:
    return Traced(app, liuhen)


def parent(span: ReadableSpan) -> int:
    assert span.parent is not None
    return int(span.parent.span_id)


def identity(span: ReadableSpan) -> int:
    assert span.context is not None
    return int(span.context.span_id)


def attributes(span: ReadableSpan) -> dict[str, Any]:
    return dict(span.attributes or {})


@pytest.mark.parametrize("way", ["quick", "ordinary"])
def test_an_act_is_traced_from_the_callers_span_to_the_commit(client: Client, traced: Traced, way: str) -> None:
    """By the quick way and, with a query, by the ordinary one, which runs in a thread."""
    query = {"dry_run": "false"} if way == "ordinary" else {}
    done = client.post("/units", "2018-10-01", UNIT, headers={"traceparent": WANTED}, params=query)
    assert done.status_code == 201, done.text
    spans = traced.spans()
    request, act = spans["POST /v1/units"], spans["act EnrolUnit"]
    save, commit = spans["ledger.save"], spans["ledger.commit"]
    assert {f"{s.context.trace_id:032x}" for s in spans.values() if s.context} == {TRACE}
    assert [parent(s) for s in (request, act, save, commit)] == [int(SPAN, 16), *map(identity, (request, act, save))]
    position = done.json()["events"][-1]["position"]
    assert attributes(act) == {
        "liuhen.act": "EnrolUnit", "liuhen.outcome": "accepted", "liuhen.events": 1, "liuhen.position": position,
    }  # fmt: skip
    assert attributes(save) == {"liuhen.events": 1, "liuhen.position": position, "liuhen.repeated": False}
    assert (attributes(commit)["liuhen.saves"], attributes(commit)["liuhen.saved"]) == (1, 1)
    assert attributes(request)["http.response.status_code"] == 201
    assert request.kind is trace.SpanKind.SERVER
    began, ended = commit.start_time, commit.end_time
    assert began is not None
    assert ended is not None
    assert began < ended


def test_what_is_refused_faulty_or_unknown_is_told_by_its_kind(client: Client, traced: Traced) -> None:
    client.enrol()
    project = client.file()["subject"]
    assert client.post(f"/projects/{project}/approval", "2019-02-20", APPROVAL).status_code == 409
    spans = traced.spans()
    assert attributes(spans["act ApproveProject"])["liuhen.outcome"] == "refused"
    assert attributes(spans["POST /v1/projects/{subject}/approval"])["liuhen.problem"] == "gate-refused"
    moved = {"If-Match": '"99"'}
    assert client.post(f"/projects/{project}/progress", "2019-03-01", {"percent": 1}, headers=moved).status_code == 412
    spans = traced.spans()
    assert attributes(spans["act ReportProgress"])["error.type"] == "VersionMovedError"
    assert not spans["act ReportProgress"].events, "the message of an error may hold anything"
    assert client.get("/nowhere").status_code == 404
    assert attributes(traced.spans()["GET"])["liuhen.problem"] == "not-found"


def test_a_batch_is_one_act_and_one_commit(client: Client, traced: Traced) -> None:
    client.enrol()
    project = client.file()["subject"]
    path = f"/v1/projects/{project}/progress"
    rows = [{"path": path, "idempotency_key": str(n), "if_match": "*", "happened_on": "2019-03-01",
             "act": {"percent": n}} for n in (1, 2, 101)]  # fmt: skip
    headers = {**client.headers, "Content-Type": "application/x-ndjson"}
    traced.kept.clear()
    body = "\n".join(map(json.dumps, rows))
    assert client.http.post("/v1/batch", content=body, headers=headers).status_code == 200
    spans = traced.spans()
    assert parent(spans["ledger.commit"]) == identity(spans["ledger.save"])
    told = attributes(spans["act RecordBatch"])
    assert (told["liuhen.rows"], told["liuhen.accepted"], told["liuhen.refused"]) == (2, 2, 0)
    assert set(spans) == {"POST /v1/batch", "act RecordBatch", "ledger.save", "ledger.commit"}


def test_a_caller_that_wants_no_spans_gets_none(client: Client, traced: Traced) -> None:
    client.done("/units", "2018-10-01", UNIT, headers={"traceparent": UNWANTED})
    client.http.get("/livez")
    client.http.get("/metrics")
    assert traced.spans() == {}


def test_nothing_that_is_recorded_sent_or_secret_is_in_a_span(client: Client, traced: Traced) -> None:
    """Names of persons, numbers, search words, keys, tokens, identities, addresses."""
    client.enrol()
    project = client.file()["subject"]
    person = {"name": "张三丰", "phone": "13812345678"}
    contact = {"office": "信息科", "since": "2019-01-01", "person": person}
    client.done(f"/units/{OWNER}/contacts", "2019-01-01", contact, headers={"Idempotency-Key": "key-of-mine"})
    client.get("/register/projects", q="张三丰", headers={"X-Request-ID": "张三丰".encode().hex()})
    client.http.get("/v1/units/张三丰?phone=13812345678", headers=client.headers)
    client.http.post("/oauth/token", data={"client_id": "me", "client_secret": "hush"})
    client.get(f"/projects/{project}", headers={"tracestate": "who=13812345678", "traceparent": WANTED})
    told = "\n".join(span.to_json() for span in traced.kept.get_finished_spans())
    assert "GET /v1/projects/{project_id}" in told
    secrets = ["张三丰", "信息科", "13812345678", "hush", "key-of-mine", project, OWNER, "testclient", "%E5", "\\u5f20"]
    token = client.headers["Authorization"].removeprefix("Bearer ")
    assert [word for word in [*secrets, token, "张三丰".encode().hex()] if word in told] == []


def test_every_line_of_a_request_names_its_trace(
    client: Client, liuhen: Liuhen, capfd: pytest.CaptureFixture[str]
) -> None:
    """Without OpenTelemetry, too: the caller's, or one that begins here and names the request as well."""
    assert liuhen.tracing is None

    def lines() -> list[dict[str, Any]]:
        told = (json.loads(line) for line in capfd.readouterr().err.splitlines() if line.startswith("{"))
        return [line for line in told if "trace_id" in line]

    lines()
    answer = client.get("/nowhere", headers={"traceparent": UNWANTED})
    assert answer.json()["trace_id"] == TRACE != answer.json()["request_id"]
    assert {line["trace_id"] for line in lines()} == {TRACE}
    client.headers = {}
    answer = client.get("/rule-sets")
    begun = lines()
    assert {line["event"] for line in begun} == {"security.not_authenticated", "request.answered"}
    assert {line["trace_id"] for line in begun} == {answer.json()["trace_id"]} == {answer.headers["x-request-id"]}
    assert structlog.contextvars.get_contextvars() == {}


@pytest.mark.parametrize("way", ["quick", "ordinary"])
@pytest.mark.parametrize("caller", [{}, {"traceparent": WANTED}], ids=["of its own", "of the caller"])
def test_lines_of_an_act_name_the_trace_of_all_its_spans(
    client: Client, traced: Traced, capfd: pytest.CaptureFixture[str], way: str, caller: dict[str, str]
) -> None:
    """Of the gate, the act, the save and the commit, whichever thread each is in."""
    capfd.readouterr()
    query = {"dry_run": "false"} if way == "ordinary" else {}
    assert client.post("/units", "2018-10-01", UNIT, headers=caller, params=query).status_code == 201
    (line,) = [json.loads(t) for t in capfd.readouterr().err.splitlines() if "request.answered" in t]
    told = {name: f"{span.context.trace_id:032x}" for name, span in traced.spans().items() if span.context}
    names = ("POST /v1/units", "act EnrolUnit", "ledger.save", "ledger.commit")
    assert told == dict.fromkeys(names, line["trace_id"])
    assert (line["trace_id"] == TRACE) is bool(caller)


def test_a_refusal_of_the_gate_is_in_the_trace_that_its_line_and_its_answer_name(
    client: Client, traced: Traced, capfd: pytest.CaptureFixture[str]
) -> None:
    capfd.readouterr()
    client.headers = {}
    answer = client.get("/rule-sets")
    lines = [json.loads(t) for t in capfd.readouterr().err.splitlines() if "trace_id" in t]
    (span,) = traced.kept.get_finished_spans()
    assert span.context is not None
    assert {line["event"] for line in lines} == {"security.not_authenticated", "request.answered"}
    assert {line["trace_id"] for line in lines} == {f"{span.context.trace_id:032x}"} == {answer.json()["trace_id"]}
    assert attributes(span)["liuhen.problem"] == "not-authenticated"


def test_a_commit_of_several_acts_is_in_the_first_ones_trace_and_linked_to_the_others(traced: Traced) -> None:
    """Whoever looks at an act that was committed with others finds the commit by either."""
    tracing = traced.tracing
    saves: list[Save] = []
    for flags in (0, 1, 1, 1):  # the first one's caller wants no spans
        span = tracing.request("POST", parent_of(f"00-{trace_number(len(saves))}-{SPAN}-0{flags}".encode()))
        saves.append(Save((), (), cause=trace.get_current_span().get_span_context()))
        span.end(201, "/v1/units", None)
    saves.append(Save((), ()))  # of a program of the service's own
    traced.kept.clear()
    results: list[Result] = [*(Saved(n, n, datetime.now(UTC), False) for n in range(1, 5)), StreamMovedError()]
    tracing.committed(saves, results, 1_000_000_000, 0.25)
    (commit,) = traced.kept.get_finished_spans()
    assert commit.parent == saves[1].cause
    assert [link.context for link in commit.links] == [saves[2].cause, saves[3].cause]
    assert (attributes(commit)["liuhen.saves"], attributes(commit)["liuhen.saved"]) == (5, 4)
    assert (commit.start_time, commit.end_time) == (1_000_000_000, 1_250_000_000)
    traced.kept.clear()
    tracing.committed([saves[0], saves[4]], results[:2], 0, 0.1)
    assert not traced.kept.get_finished_spans(), "nobody asked for a span"


def trace_number(number: int) -> str:
    return f"{number + 1:032x}"


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        WANTED.upper(),
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"ff-{TRACE}-{SPAN}-01",
        f"{WANTED}-more",
        WANTED[:-1],
        f" {WANTED}",
        f"00-{TRACE}-{SPAN}-01\n",
        "00-" + "4" * 100_000,
    ],
)
def test_what_is_no_traceparent_begins_a_trace(wrong: str) -> None:
    """W3C Trace Context 3.2.2; a later edition may say more behind what this one says."""
    assert parent_of(wrong.encode()) is None
    assert parent_of(f"cc-{TRACE}-{SPAN}-01-more".encode()) is not None
    assert parent_of(WANTED.encode()) == (TRACE, SPAN, 1)


class Receiver(BaseHTTPRequestHandler):
    """Takes spans as a collector does, unless it is to be ill."""

    def do_POST(self) -> None:
        server: Any = self.server
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        server.came.append((self.path, ExportTraceServiceRequest.FromString(body)))
        server.asked.set()
        server.well.wait()
        with suppress(OSError):
            self.send_response(server.status)
            self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def receiver() -> Iterator[Any]:
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    server.daemon_threads = True
    server.came, server.status = [], 200
    server.asked, server.well = threading.Event(), threading.Event()
    server.well.set()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.well.set()
    server.shutdown()
    thread.join()
    server.server_close()


def address(receiver: Any) -> str:
    return f"http://127.0.0.1:{receiver.server_address[1]}"


@contextmanager
def sending(database: str, folder: Path, to: str) -> Iterator[Client]:
    """A client of a service whose spans are sent to an address."""
    with wired(Settings(data_dir=folder, database_url=database, telemetry=to), database) as liuhen:
        issuer = Issuer(folder)
        token = issuer.issue(Holder("client", "测试对接单位", RECORDING_ROLES), days=1)
        with TestClient(create_app(liuhen, issuer)) as http:
            yield Client(http, token)


def test_by_the_setting_spans_are_sent_to_a_receiver(receiver: Any, database: str, tmp_path: Path) -> None:
    with sending(database, tmp_path, address(receiver)) as client:
        client.done("/units", "2018-10-01", UNIT)
    # What was waiting was sent as the service ended.
    ((path, sent),) = receiver.came
    assert path == "/v1/traces"
    (of_service,) = sent.resource_spans
    itself = {a.key: a.value.string_value for a in of_service.resource.attributes}
    assert (itself["service.name"], itself["liuhen.log"]) == ("liuhen", "370323")
    names = {span.name for of_scope in of_service.scope_spans for span in of_scope.spans}
    assert names == {"POST /v1/units", "act EnrolUnit", "ledger.save", "ledger.commit"}


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spans are sent as soon as there are two, and eight may wait: a receiver that is ill is noticed at once."""
    for name, value in (("MAX_EXPORT_BATCH_SIZE", "2"), ("MAX_QUEUE_SIZE", "8"), ("SCHEDULE_DELAY", "1")):
        monkeypatch.setenv(f"OTEL_BSP_{name}", value)


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("status", [None, 200, 400, 503], ids=["away", "well", "refuses", "overloaded"])
def test_a_receiver_that_is_away_or_refuses_fails_nothing(
    receiver: Any, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int | None
) -> None:
    receiver.status = status
    with sending(database, tmp_path, "http://127.0.0.1:9" if status is None else address(receiver)) as client:
        client.done("/units", "2018-10-01", UNIT)
        assert status is None or receiver.asked.wait(PATIENCE)
        filed = [client.file()["subject"] for _ in range(6)]
        assert [client.get(f"/projects/{project}").status_code for project in filed] == [200] * 6
        monkeypatch.setattr("infrastructure.telemetry._PATIENCE", 0.1)


@pytest.mark.usefixtures("hasty")
def test_a_receiver_that_hangs_holds_up_neither_answers_nor_the_end(
    receiver: Any, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has taken a request and says nothing; more spans come than may wait for it."""
    receiver.well.clear()
    with sending(database, tmp_path, address(receiver)) as client:
        client.done("/units", "2018-10-01", UNIT)
        assert receiver.asked.wait(PATIENCE)
        filed = [client.file()["subject"] for _ in range(6)]
        assert [client.get(f"/projects/{project}").status_code for project in filed] == [200] * 6
        monkeypatch.setattr("infrastructure.telemetry._PATIENCE", 0.1)
    assert not receiver.well.is_set()
    assert len(receiver.came) == 1, "it still hangs at the first request"


def test_spans_that_were_sent_before_the_answer_would_be_found_out(
    receiver: Any, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The wrong version of the test above: a service that waits for its receiver does not answer while that hangs."""

    class AtOnce(SimpleSpanProcessor):
        pass

    monkeypatch.setattr("opentelemetry.sdk.trace.export.BatchSpanProcessor", AtOnce)
    receiver.well.clear()
    with sending(database, tmp_path, address(receiver)) as client:
        answered = threading.Event()

        def ask() -> None:
            client.done("/units", "2018-10-01", UNIT)
            answered.set()

        asking = threading.Thread(target=ask)
        asking.start()
        assert receiver.asked.wait(PATIENCE)
        assert not answered.is_set()
        receiver.well.set()
        asking.join()
        assert answered.is_set()


def test_without_the_setting_nothing_of_the_sdk_is_imported(database: str, tmp_path: Path) -> None:
    """By a service that has answered an act; the interface alone is there, for the framework imports it."""
    program = f"""
import sys
from pathlib import Path
from starlette.testclient import TestClient
from api.cli import app
from api.main import create_app
from domain.recorded import RECORDING_ROLES
from infrastructure.bootstrap import wired
from infrastructure.issuer import Holder, Issuer
from infrastructure.settings import Settings
folder, database = Path({str(tmp_path)!r}), {database!r}
with wired(Settings(data_dir=folder, database_url=database), database) as liuhen:
    issuer = Issuer(folder)
    token = issuer.issue(Holder("client", "测试对接单位", RECORDING_ROLES), days=1)
    with TestClient(create_app(liuhen, issuer)) as http:
        headers = {{"Authorization": f"Bearer {{token}}", "Idempotency-Key": "u", "If-Match": "*"}}
        act = {{"happened_on": "2018-10-01", "act": {UNIT!r}}}
        print(http.post("/v1/units", json=act, headers=headers).status_code)
print(*[m for m in sys.modules if m.startswith(("opentelemetry.sdk", "opentelemetry.exporter", "google."))])
"""
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=120)
    assert told.stdout.splitlines()[-2:] == ["201", ""]


def test_the_setting_without_the_extra_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    with pytest.raises(TelemetryError, match=r"liuhen\[telemetry\]"):
        tracing_of(Settings(telemetry="http://127.0.0.1:4318"))


@pytest.mark.parametrize("wrong", ["collector:4318", "ftp://x", "http://", "http://me:hush@x", "http://x?key=hush"])
def test_an_address_that_cannot_be_or_holds_a_secret_is_refused(wrong: str) -> None:
    with pytest.raises(ValidationError):
        Settings(telemetry=wrong)


def test_the_framework_traces_nothing_itself(app: FastAPI) -> None:
    """Its spans would hold paths and queries; and where nothing is traced, it is to look nothing up per request."""
    assert not app._native_telemetry.enabled()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trace, "get_tracer_provider", TracerProvider)
        assert not app._native_telemetry.enabled()
