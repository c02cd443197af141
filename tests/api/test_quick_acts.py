"""The quick way and the ordinary route give the same answers, to right requests and to wrong ones."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from api.main import create_app
from api.middleware import Gate
from api.quick_acts import QuickActs
from api.rate_limits import Rates
from domain.recorded import Role
from infrastructure.bootstrap import Liuhen
from infrastructure.issuer import Holder, Issuer
from tests.api.conftest import APPROVAL, OBLIGATION, Client
from tests.stages import OWNER

UNIT = {"uscc": OWNER, "name": "测试局", "kind": "COUNTY_DEPT", "division": "370323"}
NAMED = {"X-Request-ID": "r" * 8, "traceparent": f"00-{'1' * 32}-{'2' * 16}-00"}
"""So that no two answers differ only in what they are called."""
PROGRESS = {"happened_on": "2019-03-01", "act": {"percent": 10}}


@pytest.fixture(scope="session")
def ordinary_app() -> FastAPI:
    """The application without its quick way."""
    app = create_app(None, None)
    gate = app.middleware_stack
    assert isinstance(gate, Gate)
    assert isinstance(gate.app, QuickActs)
    gate.app = gate.app.app
    return app


@pytest.fixture
def ordinary(ordinary_app: FastAPI, liuhen: Liuhen, issuer: Issuer) -> Iterator[TestClient]:
    ordinary_app.state.liuhen, ordinary_app.state.issuer = liuhen, issuer
    with TestClient(ordinary_app, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def used(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Paths that were served the quick way."""
    from api import quick_acts

    served: list[str] = []
    original = quick_acts._recorded

    def watched(act: Any, request: Any, named: str, body: bytes) -> Any:
        response = original(act, request, named, body)
        if response is not None:
            served.append(request.url.path)
        return response

    monkeypatch.setattr(quick_acts, "_recorded", watched)
    return served


def test_a_right_request_is_served_the_quick_way(client: Client, used: list[str]) -> None:
    client.enrol()
    project = client.file()["subject"]
    client.done(f"/projects/{project}/progress", "2019-03-01", {"percent": 10})
    client.done(f"/units/{OWNER}/connection-obligations", "2019-03-01", OBLIGATION)
    assert [p.rsplit("/", 1)[1] for p in used] == ["units", "projects", "progress", "connection-obligations"]


ABSENT = "-"
# What is sent: path, body, headers, query. {token} stands for a good token, {p} for a project, {none} for no project.
WRONG: dict[str, tuple[str, Any, dict[str, str], str]] = {
    "right": ("/projects/{p}/progress", PROGRESS, {}, ""),
    "no token": ("/projects/{p}/progress", PROGRESS, {"Authorization": ""}, ""),
    "another scheme": ("/projects/{p}/progress", PROGRESS, {"Authorization": "Basic {token}"}, ""),
    "a forged token": ("/projects/{p}/progress", PROGRESS, {"Authorization": "Bearer {token}x"}, ""),
    "no role": ("/guidance-fund/contributions", PROGRESS, {"Authorization": "Bearer {reader}"}, ""),
    "no role and a bad body": ("/projects/{p}/progress", {}, {"Authorization": "Bearer {reader}"}, ""),
    "unknown project": ("/projects/{none}/progress", PROGRESS, {}, ""),
    "no identity": ("/projects/abc/progress", PROGRESS, {}, ""),
    "unknown act": ("/projects/{p}/dancing", PROGRESS, {}, ""),
    "trailing slash": ("/projects/{p}/progress/", PROGRESS, {}, ""),
    "no body": ("/projects/{p}/progress", b"", {}, ""),
    "no JSON": ("/projects/{p}/progress", b"{", {}, ""),
    "no object": ("/projects/{p}/progress", [], {}, ""),
    "twice the same name": (
        "/projects/{p}/progress",
        b'{"happened_on":"2019-03-01","act":{"percent":1,"percent":2}}',
        {},
        "",
    ),
    "not a number": ("/projects/{p}/progress", b'{"happened_on":"2019-03-01","act":{"percent":NaN}}', {}, ""),
    "a byte order mark": ("/projects/{p}/progress", b"\xef\xbb\xbf" + json.dumps(PROGRESS).encode(), {}, ""),
    "no UTF-8": ("/projects/{p}/progress", b'{"happened_on":"2019-03-01","act":{"summary":"\xff"}}', {}, ""),
    "half a character": ("/projects/{p}/progress", b'{"happened_on":"2019-03-01","act":{"summary":"\\ud800"}}', {}, ""),
    "unknown field": ("/projects/{p}/progress", {**PROGRESS, "status": 1}, {}, ""),
    "unknown field of the act": ("/projects/{p}/progress", {**PROGRESS, "act": {"percent": 1, "x": 1}}, {}, ""),
    "a missing field": ("/projects/{p}/progress", {"act": {"percent": 1}}, {}, ""),
    "an ill-typed field": ("/projects/{p}/progress", {**PROGRESS, "act": {"percent": [1]}}, {}, ""),
    "a number as text": ("/projects/{p}/progress", {**PROGRESS, "act": {"percent": "10"}}, {}, ""),
    "a fraction": ("/projects/{p}/progress", {**PROGRESS, "act": {"percent": 1.5}}, {}, ""),
    "true for a number": ("/projects/{p}/progress", {**PROGRESS, "act": {"percent": True}}, {}, ""),
    "a huge number": ("/projects/{p}/progress", {**PROGRESS, "act": {"percent": 10**40}}, {}, ""),
    "a number out of range": ("/projects/{p}/progress", {**PROGRESS, "act": {"percent": 101}}, {}, ""),
    "nothing said": ("/projects/{p}/progress", {**PROGRESS, "act": {}}, {}, ""),
    "a control character": ("/projects/{p}/progress", {**PROGRESS, "act": {"summary": "a\u0000b"}}, {}, ""),
    "no calendar day": ("/projects/{p}/progress", {**PROGRESS, "happened_on": "2019-02-30"}, {}, ""),
    "the future": ("/projects/{p}/progress", {**PROGRESS, "happened_on": "2999-01-01"}, {}, ""),
    "no key": ("/projects/{p}/progress", PROGRESS, {"Idempotency-Key": ABSENT}, ""),
    "no version": ("/projects/{p}/progress", PROGRESS, {"If-Match": ABSENT}, ""),
    "neither key nor version, and a bad body": (
        "/projects/{p}/progress",
        {},
        {"If-Match": ABSENT, "Idempotency-Key": ABSENT},
        "",
    ),
    "the right version": ("/projects/{p}/sharing/lapse", {"happened_on": "2019-01-09"}, {"If-Match": '"1"'}, ""),
    "another version": ("/projects/{p}/progress", PROGRESS, {"If-Match": '"7"'}, ""),
    "one of several versions": ("/projects/{p}/progress", PROGRESS, {"If-Match": '"7", "1-00000000"'}, ""),
    "a weak version": ("/projects/{p}/progress", PROGRESS, {"If-Match": 'W/"1"'}, ""),
    "no tag of a version": ("/projects/{p}/progress", PROGRESS, {"If-Match": "1"}, ""),
    "a version of what is not there": ("/projects/{none}/progress", PROGRESS, {"If-Match": '"1"'}, ""),
    "a short answer": ("/projects/{p}/progress", PROGRESS, {"Prefer": "return=minimal"}, ""),
    "a short answer, refused": (
        "/projects/{p}/approval",
        {"happened_on": "2019-02-01", "act": APPROVAL},
        {"Prefer": "return=minimal"},
        "",
    ),
    "a misspelt dry run": ("/projects/{p}/progress", PROGRESS, {}, "?dryrun=true"),
    "an empty key": ("/projects/{p}/progress", PROGRESS, {"Idempotency-Key": ""}, ""),
    "too long a key": ("/projects/{p}/progress", PROGRESS, {"Idempotency-Key": "k" * 201}, ""),
    "no content type": ("/projects/{p}/progress", PROGRESS, {"Content-Type": ""}, ""),
    "another content type": ("/projects/{p}/progress", PROGRESS, {"Content-Type": "text/plain"}, ""),
    "a kindred content type": (
        "/projects/{p}/progress",
        PROGRESS,
        {"Content-Type": "application/json; charset=utf-8"},
        "",
    ),
    "a look-alike content type": ("/projects/{p}/progress", PROGRESS, {"Content-Type": "application/jsonx"}, ""),
    "a dry run": ("/projects/{p}/progress", PROGRESS, {}, "?dry_run=true"),
    "a bad dry run": ("/projects/{p}/progress", PROGRESS, {}, "?dry_run=perhaps"),
    "in a capacity": ("/projects/{p}/progress", {**PROGRESS, "acting_as": "OWNER_UNIT"}, {}, ""),
    "in a capacity that may not": ("/projects/{p}/progress", {**PROGRESS, "acting_as": "AUDITOR"}, {}, ""),
    "refused by the rules": ("/projects/{p}/approval", {"happened_on": "2019-02-01", "act": {}}, {}, ""),
    "a unit of no such code": (
        "/units/123/connection-obligations",
        {"happened_on": "2019-03-01", "act": OBLIGATION},
        {},
        "",
    ),
    "too long a code": (
        f"/units/{'1' * 41}/connection-obligations",
        {"happened_on": "2019-03-01", "act": OBLIGATION},
        {},
        "",
    ),
    "English": ("/projects/{none}/progress", PROGRESS, {"Accept-Language": "en"}, ""),
    "another way to write the path": ("/%70rojects/{p}/progress", PROGRESS, {}, ""),
    "a deep body": ("/projects/{p}/progress", b"[" * 5000, {}, ""),
}


@pytest.mark.parametrize("case", WRONG)
def test_both_ways_answer_alike(client: Client, ordinary: TestClient, issuer: Issuer, case: str) -> None:
    client.enrol()
    project = client.file()["subject"]
    path, body, headers, query = WRONG[case]
    token = client.headers["Authorization"].removeprefix("Bearer ")
    reader = issuer.issue(Holder("reader", "读者", frozenset({Role.AUDITOR})), days=1)
    names = {"p": project, "none": str(uuid4()), "token": token, "reader": reader}
    sent = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", **NAMED}
    sent |= {"Idempotency-Key": case, "If-Match": "*"}
    sent |= {name: value.format(**names) for name, value in headers.items()}
    sent = {name: value for name, value in sent.items() if value != ABSENT}
    content = body if isinstance(body, bytes) else json.dumps(body).encode()

    def ask(http: TestClient) -> tuple[Any, ...]:
        with_all_requests_left(http)
        answer = http.post(f"/v1{path.format(**names)}{query}", content=content, headers=sent)
        assert answer.status_code < 500, answer.text
        return answer.status_code, dict(answer.headers), _without_places(answer.json() if answer.content else None)

    quick, plain = ask(client.http), ask(ordinary)
    for answer in (quick, plain):
        answer[1].pop("content-length")
    assert quick == plain


ROWS = [
    (path, body)
    for path, body, headers, query in WRONG.values()
    if isinstance(body, dict) and not headers and not query and "%" not in path and not path.endswith("/")
]
"""What may stand in a batch: a row has no headers, and its path is written plainly."""


def test_a_row_of_a_batch_is_answered_as_the_act_by_itself(client: Client) -> None:
    client.enrol()
    project = client.file()["subject"]
    names = {"p": project, "none": str(uuid4())}
    headers = {**client.headers, **NAMED}
    acts = [(f"/v1{path.format(**names)}", body) for path, body in ROWS]
    singly = [
        client.http.post(path, json=body, headers={**headers, "Idempotency-Key": f"s{n}", "If-Match": "*"})
        for n, (path, body) in enumerate(acts)
    ]
    rows = [{"path": path, "idempotency_key": f"b{n}", "if_match": "*", **body} for n, (path, body) in enumerate(acts)]
    answer = client.http.post(
        "/v1/batch",
        content="\n".join(map(json.dumps, rows)),
        headers={**headers, "Content-Type": "application/x-ndjson"},
    )
    told = [json.loads(line) for line in answer.text.splitlines()]
    assert [(t["status"], _without_places(t["answer"])) for t in told] == [
        (one.status_code, _without_places(one.json())) for one in singly
    ]


# What is sent as a batch: body, headers, query.
BATCHES: dict[str, tuple[bytes, dict[str, str], str]] = {
    "right": (b"", {}, ""),
    "all": (b"", {}, "?mode=all"),
    "each": (b"", {}, "?mode=each"),
    "no such mode": (b"", {}, "?mode=perhaps"),
    "both modes": (b"", {}, "?mode=each&mode=all"),
    "something else asked": (b"", {}, "?dry_run=true"),
    "a mode written otherwise": (b"", {}, "?mode=%61ll"),
    "no token": (b"", {"Authorization": ""}, ""),
    "another scheme": (b"", {"Authorization": "Basic {token}"}, ""),
    "a forged token": (b"", {"Authorization": "Bearer {token}x"}, "?mode=all"),
    "no role": (b"", {"Authorization": "Bearer {reader}"}, ""),
    "another content type": (b"", {"Content-Type": "application/json"}, ""),
    "a kindred content type": (b"", {"Content-Type": "Application/X-NDJSON; charset=utf-8"}, ""),
    "no row": (b"\n \n", {}, ""),
    "no JSON": (b"{", {}, ""),
    "a byte order mark": (b"\xef\xbb\xbf{}", {}, ""),
    "English": (b"[]", {"Accept-Language": "en"}, ""),
    "too much": (b" " * (4 * 2**20 + 1), {}, ""),
}


@pytest.mark.parametrize("case", BATCHES)
def test_batches_are_answered_alike_both_ways(client: Client, ordinary: TestClient, issuer: Issuer, case: str) -> None:
    client.enrol()
    project = client.file()["subject"]
    body, headers, query = BATCHES[case]
    token = client.headers["Authorization"].removeprefix("Bearer ")
    reader = issuer.issue(Holder("reader", "读者", frozenset({Role.AUDITOR})), days=1)
    sent = {"Authorization": f"Bearer {token}", "Content-Type": "application/x-ndjson", **NAMED}
    sent |= {name: value.format(token=token, reader=reader) for name, value in headers.items()}

    def ask(http: TestClient, key: str) -> tuple[Any, ...]:
        with_all_requests_left(http)
        row = {"path": f"/v1/projects/{project}/progress", "idempotency_key": key, "if_match": "*", **PROGRESS}
        answer = http.post(f"/v1/batch{query}", content=body or json.dumps(row), headers=sent)
        told = [_without_places(json.loads(line)) for line in answer.text.splitlines()]
        answer.headers.pop("content-length")
        # Counted twice, as a request and by its rows: what trickled in between is a matter of the time that took.
        headers = dict(answer.headers) | {"ratelimit": "ratelimit" in answer.headers}
        return answer.status_code, headers, told

    assert ask(client.http, "quick") == ask(ordinary, "plain")


def test_a_usual_batch_is_served_the_quick_way(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.routing_table.RoutingTable.__call__", None)
    headers = {**client.headers, "Content-Type": "application/x-ndjson"}
    assert client.http.post("/v1/batch?mode=all", content="{}", headers=headers).status_code == 409


def with_all_requests_left(http: TestClient) -> None:
    """So that what is left after the next request does not hang on the time since the one before."""
    http.app.state.rates = Rates()  # type: ignore[attr-defined]


def _without_places(answer: Any) -> Any:
    """An answer without what differs between any two requests: where and when it was recorded."""
    if isinstance(answer, dict):
        return {
            k: _without_places(v)
            for k, v in answer.items()
            if k not in {"position", "version", "recorded_at", "id", "digest"}
        }
    return [_without_places(part) for part in answer] if isinstance(answer, list) else answer


def test_what_is_too_much_is_told_to_come_again_and_health_stays_green(
    client: Client, liuhen: Liuhen, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.enrol()
    project = client.file()["subject"]
    monkeypatch.setattr(liuhen.settings, "most_requests", 2)
    append = liuhen.ledger._ledger_recorder._writer.write
    go_on = threading.Event()
    arrived = threading.Semaphore(0)

    def slow(saves: Any) -> Any:
        arrived.release()
        go_on.wait(30)
        return append(saves)

    monkeypatch.setattr(liuhen.ledger._ledger_recorder._commits, "_write", slow)
    with ThreadPoolExecutor(2) as threads:
        waiting = [
            threads.submit(client.done, f"/projects/{project}/progress", "2019-03-01", {"percent": n}) for n in (1, 2)
        ]
        arrived.acquire(timeout=30)
        arrived.acquire(timeout=0.5)  # the second one waits behind the first, or is about to
        busy = client.post(f"/projects/{project}/progress", "2019-03-01", {"percent": 3})
        assert (busy.status_code, busy.headers["retry-after"]) == (503, "1")
        assert busy.json()["type"] == "/problems/busy"
        assert client.http.get("/livez").status_code == 200
        go_on.set()
        assert [w.result()["outcome"] for w in waiting] == ["recorded", "recorded"]
    assert client.post(f"/projects/{project}/progress", "2019-03-01", {"percent": 3}).status_code == 201
