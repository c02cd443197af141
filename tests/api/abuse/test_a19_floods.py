"""A19: who floods the service is told to wait, and nobody else notices."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import http_sf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.problems import TooManyRequestsError
from api.rate_limits import WINDOW, Rates
from domain.recorded import Role
from infrastructure.bootstrap import Liuhen
from infrastructure.issuer import Holder, Issuer
from tests.api.conftest import OBLIGATION, RECORDING, Client
from tests.stages import OTHER, OWNER


@pytest.fixture
def limited(liuhen: Liuhen, monkeypatch: pytest.MonkeyPatch) -> int:
    """A minute's worth that a test can use up; what trickles in meanwhile is less than one."""
    monkeypatch.setattr(liuhen.settings, "rate_limit", 20)
    return 20


@pytest.fixture
def flood(client: Client, issuer: Issuer) -> Client:
    return Client(client.http, issuer.issue(Holder("flood", "某单位", RECORDING), days=1))


def test_a_flood_is_told_to_wait_and_others_are_answered(client: Client, flood: Client, limited: int) -> None:
    client.enrol()
    path = f"/units/{OWNER}/connection-obligations"
    answers = [flood.get("/rule-sets") if n % 2 else flood.post(path, "2019-03-01", {}) for n in range(limited + 10)]
    told = [a.status_code for a in answers]
    assert 429 not in told[:limited]
    assert set(told[limited + 2 :]) == {429}
    last = answers[-1]
    assert last.json()["type"] == "/problems/too-many-requests"
    assert 1 <= int(last.headers["retry-after"]) <= WINDOW
    # Whoever keeps to the limit is answered as ever, on both ways.
    assert client.post(path, "2019-03-01", OBLIGATION).status_code == 201
    assert client.get("/rule-sets").status_code == 200
    assert client.http.get("/livez").status_code == 200


def test_what_is_left_is_told_in_the_form_of_the_draft(client: Client, limited: int) -> None:
    left = []
    for answer in (client.get("/rule-sets"), client.post("/units", "2019-01-01", {}), client.get("/nowhere")):
        if "ratelimit" not in answer.headers:
            continue
        policy: Any = http_sf.parse(answer.headers["ratelimit-policy"].encode(), tltype="list")
        limit: Any = http_sf.parse(answer.headers["ratelimit"].encode(), tltype="list")
        assert policy[0] == ("account", {"q": limited, "w": WINDOW})
        name, told = limit[0]
        assert (name, 0 <= told["t"] <= WINDOW) == ("account", True)
        left.append(told["r"])
    assert left[:2] == [limited - 1, limited - 2]


def test_a_batch_counts_by_its_rows(client: Client, limited: int) -> None:
    row = json.dumps({"path": "/v1/units", "idempotency_key": "k", "happened_on": "2019-01-01", "act": {}}).encode()
    headers = {**client.headers, "Content-Type": "application/x-ndjson"}
    assert client.http.post("/v1/batch", content=b"\n".join([row] * 300), headers=headers).status_code == 200
    assert client.http.post("/v1/batch", content=row, headers=headers).status_code == 429


def test_without_a_limit_nothing_is_counted(client: Client, liuhen: Liuhen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(liuhen.settings, "rate_limit", 0)
    answers = [client.get("/rule-sets") for _ in range(40)]
    assert {a.status_code for a in answers} == {200}
    assert "ratelimit" not in answers[-1].headers


@given(st.integers(1, 500), st.lists(st.floats(0, 5), min_size=1, max_size=200))
def test_in_no_minute_are_more_let_through_than_twice_a_minutes_worth(most: int, gaps: list[float]) -> None:
    """A minute's worth at once and one more minute's as they trickle in; and who waits as told is let through."""
    rates, now, waits = Rates(), 1000.0, 0.0
    passed: list[float] = []
    for gap in gaps:
        now += gap
        try:
            left = rates.spend("a", most, now)
        except TooManyRequestsError as error:
            waits = error.wait
            now += waits + 1e-6
            left = rates.spend("a", most, now)
        passed.append(now)
        assert 0 <= waits <= WINDOW / most + WINDOW
        assert 0 <= left.remaining < most
        assert sum(1 for at in passed if at > now - WINDOW) <= 2 * most


def test_who_is_refused_or_asks_for_what_is_not_its_own_is_counted_too(
    client: Client, issuer: Issuer, limited: int
) -> None:
    """Else who may see nothing could try every identity there is, without an end."""
    client.enrol()
    owner = Holder("other", "别的单位", frozenset({Role.OWNER_UNIT}), uscc=OTHER)
    curious = Client(client.http, issuer.issue(owner, days=1))
    subject = client.file()["subject"]
    asked = [curious.get(f"/projects/{subject}") if n % 2 else curious.get("/projections") for n in range(limited + 5)]
    told = [answer.status_code for answer in asked]
    assert set(told[:limited]) == {403, 404}
    assert told[-1] == 429
    limits: list[Any] = [http_sf.parse(answer.headers["ratelimit"].encode(), tltype="list") for answer in asked]
    left = [limit[0][1]["r"] for limit in limits]
    assert left[:3] == [limited - 1, limited - 2, limited - 3]
    assert left[-1] == 0, "who is told to wait is told that nothing is left"


def test_many_threads_count_as_one(limited: int) -> None:
    rates = Rates()

    def spend(_: int) -> bool:
        try:
            rates.spend("a", limited, 1000.0)
        except TooManyRequestsError:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(spend, range(50 * limited))) == limited
