"""Batches over HTTP: each row is answered as its act by itself, and a batch sent again records nothing twice."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest

from api.routes import batch
from domain.recorded import Role
from infrastructure.bootstrap import Liuhen
from infrastructure.issuer import Holder, Issuer
from tests.api.conftest import APPROVAL, PROJECT, SHARING, Client
from tests.stages import OWNER

UNIT = {"uscc": OWNER, "name": "测试局", "kind": "COUNTY_DEPT", "division": "370323"}


def line(path: str, key: str, on: str, act: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"path": f"/v1{path}", "idempotency_key": key, "if_match": "*", "happened_on": on, "act": act, **more}


def sent(client: Client, lines: list[Any], mode: str = "each", **headers: str) -> Any:
    content = "\n".join(one if isinstance(one, str) else json.dumps(one, ensure_ascii=False) for one in lines)
    asked = {**client.headers, "Content-Type": "application/x-ndjson", **headers}
    return client.http.post(f"/v1/batch?mode={mode}", content=content.encode(), headers=asked)


def rows(answer: Any) -> list[tuple[int, int, dict[str, Any]]]:
    assert answer.headers["content-type"].startswith("application/x-ndjson"), answer.text
    return [(r["row"], r["status"], r["answer"]) for r in map(json.loads, answer.text.splitlines())]


@pytest.fixture
def project(client: Client) -> str:
    client.enrol()
    return str(client.file()["subject"])


def test_rows_follow_one_another_and_a_batch_may_be_sent_again(client: Client, project: str, liuhen: Liuhen) -> None:
    at = f"/projects/{project}"
    lines = [
        line(f"{at}/approval", "k1", "2019-01-10", APPROVAL),
        line(f"{at}/sharing", "k2", "2019-01-20", SHARING),
        line(f"{at}/approval", "k3", "2019-02-20", APPROVAL),
        line(f"{at}/progress", "k4", "2019-03-01", {"percent": 10}),
        line(f"{at}/progress", "k4", "2019-03-01", {"percent": 10}),
        line(f"{at}/progress", "k4", "2019-03-01", {"percent": 20}),
    ]
    answer = sent(client, lines)
    assert answer.status_code == 200
    assert [(row, status) for row, status, _ in rows(answer)] == [
        (1, 409), (2, 201), (3, 201), (4, 201), (5, 201), (6, 422)
    ]  # fmt: skip
    told = [a for _, _, a in rows(answer)]
    assert told[0]["type"] == "/problems/gate-refused"
    assert told[0]["receipt"]["events"][0]["version"] == 2
    assert told[3] == told[4]
    assert told[5]["type"] == "/problems/key-reused"
    position = liuhen.ledger.position()
    again = sent(client, lines)
    assert [(r, s, a.get("events")) for r, s, a in rows(again)] == [(r, s, a.get("events")) for r, s, a in rows(answer)]
    assert liuhen.ledger.position() == position
    # A row is the same request as the act by itself under the same key.
    single = client.post(f"{at}/progress", "2019-03-01", {"percent": 10}, headers={"Idempotency-Key": "k4"})
    assert single.json() == told[3]


def untraced(answer: dict[str, Any]) -> dict[str, Any]:
    """Without what each request has of its own."""
    return {name: value for name, value in answer.items() if name != "trace_id"}


def test_what_is_wrong_with_a_row_is_told_as_of_the_act_by_itself(client: Client, issuer: Issuer, project: str) -> None:
    at = f"/projects/{project}"
    reader = Client(client.http, issuer.issue(Holder("reader", "读者", frozenset({Role.AUDITOR})), days=1))
    wrong: list[tuple[str, dict[str, Any]]] = [
        (f"{at}/progress", {"happened_on": "2019-03-01", "act": {"percent": 101}}),
        (f"{at}/progress", {"happened_on": "2999-03-01", "act": {"percent": 1}}),
        (f"{at}/progress", {"happened_on": "2019-03-01", "act": {"percent": 1}, "more": 1}),
        (f"{at}/progress", {"act": {"percent": 1}}),
        (f"{at}/progress", {"happened_on": "2019-03-01", "act": {"summary": "a\u0000"}}),
        (f"{at}/dancing", {"happened_on": "2019-03-01", "act": {}}),
        ("/projects/x/progress", {"happened_on": "2019-03-01", "act": {"percent": 1}}),
        (f"/projects/{uuid4()}/progress", {"happened_on": "2019-03-01", "act": {"percent": 1}}),
        (
            f"/systems/{project}/corrections",
            {"happened_on": "2019-03-01", "act": {"version": 1, "reason": "错"}},
        ),
    ]
    for who in (client, reader):
        headers = {**who.headers, "X-Request-ID": "r" * 8}
        singly = [
            who.http.post(f"/v1{p}", json=b, headers={**headers, "Idempotency-Key": f"w{n}", "If-Match": '"1"'})
            for n, (p, b) in enumerate(wrong)
        ]
        lines = [
            {"path": f"/v1{p}", "idempotency_key": f"w{n}", "if_match": '"1"', **b} for n, (p, b) in enumerate(wrong)
        ]
        together = rows(sent(who, lines, **{"X-Request-ID": "r" * 8}))
        assert [(s, untraced(a)) for _, s, a in together] == [(a.status_code, untraced(a.json())) for a in singly]


@pytest.mark.parametrize(
    ("row", "pointer"),
    [
        ("{", "/"),
        ("[]", "/"),
        ('{"path":"/v1/units"}', "/idempotency_key"),
        ('{"idempotency_key":"k"}', "/path"),
        ('{"path":"/v1/units","idempotency_key":"a\\u0000"}', "/idempotency_key"),
        (json.dumps({"path": "/v1/units", "idempotency_key": "k" * 201}), "/idempotency_key"),
    ],
)
def test_a_row_that_is_none_is_told_and_the_others_go_on(client: Client, row: str, pointer: str) -> None:
    first, second = rows(sent(client, ["", row, line("/units", "u", "2018-10-01", UNIT)]))
    assert first[:2] == (2, 400 if row.startswith('{"path":"/v1/units"}') else 422)
    assert [e["pointer"] for e in first[2]["errors"]] == [pointer]
    assert second[:2] == (3, 201)


def test_all_or_none(client: Client, project: str, liuhen: Liuhen) -> None:
    at = f"/projects/{project}"
    good = [line(f"{at}/progress", f"g{n}", "2019-03-01", {"percent": n}) for n in (1, 2)]
    position = liuhen.ledger.position()
    for bad, status in (
        (line(f"{at}/approval", "b", "2019-01-10", APPROVAL), 409),
        (line(f"{at}/progress", "b", "2999-01-10", {"percent": 1}), 422),
        (line("/dancing", "b", "2019-01-10", {}), 404),
    ):
        answer = sent(client, [good[0], bad, good[1]], "all")
        assert answer.status_code == 409
        assert [(s, a["type"]) for _, s, a in rows(answer)][::2] == [(424, "/problems/batch-not-recorded")] * 2
        assert rows(answer)[1][1] == status
        assert liuhen.ledger.position() == position
    answer = sent(client, good, "all")
    assert (answer.status_code, [s for _, s, _ in rows(answer)]) == (200, [201, 201])
    assert sent(client, good, "all").text == answer.text
    assert liuhen.ledger.position() == position + 2


def test_a_new_history_may_be_begun_and_gone_on_with(client: Client) -> None:
    lines = [line("/units", "u", "2018-10-01", UNIT), line("/projects", "p", "2019-01-05", PROJECT)]
    first, second = rows(sent(client, lines, "all"))
    assert (first[1], second[1]) == (201, 201)
    assert second[2]["number"]


def test_limits_are_told(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "MOST_ROWS", 2)
    monkeypatch.setattr(batch, "MOST_BYTES", 1000)
    assert sent(client, ["{}"] * 3).status_code == 413
    assert sent(client, ["{" + " " * 1000 + "}"]).status_code == 413
    assert sent(client, ["", " "]).status_code == 422
    assert sent(client, ["{}"], **{"Content-Type": "application/json"}).status_code == 415
    assert sent(client, ["{}"], "perhaps").status_code == 422
    assert sent(Client(client.http, None), ["{}"]).status_code == 401


def test_many_rows_are_saved_by_hundreds(client: Client, project: str, liuhen: Liuhen) -> None:
    at = f"/projects/{project}"
    lines = [line(f"{at}/progress", f"n{n}", "2019-03-01", {"percent": n % 100}) for n in range(250)]
    before = liuhen.ledger.position()
    told = rows(sent(client, lines))
    assert [a["events"][0]["position"] for _, _, a in told] == list(range(before + 1, before + 251))
    with liuhen.pool.connection() as conn:
        times = conn.execute("SELECT count(DISTINCT recorded_at) FROM liuhen.events WHERE position > %s", (before,))
        assert times.fetchone() == (3,)
