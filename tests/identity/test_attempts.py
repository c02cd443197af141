"""Guessing keys soon stops, and nobody is locked out by it who should come in (A18)."""

from __future__ import annotations

import json

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from domain.recorded import Role
from infrastructure.attempts import FORGOTTEN_AFTER, FREE, FREE_OF_ADDRESS, LONGEST_LOCK, Attempts, LockedOutError
from tests.api.conftest import Client
from tests.identity.conftest import Office


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def locked(attempts: Attempts, key: str, address: str) -> float:
    try:
        attempts.check(key, address)
    except LockedOutError as error:
        return error.seconds
    return 0.0


def test_each_failure_doubles_the_lock_up_to_a_minute() -> None:
    clock = Clock()
    attempts = Attempts(clock)
    locks = []
    for _ in range(FREE + 9):
        attempts.failed("k", "there")
        locks.append(locked(attempts, "k", "there"))
        clock.now += locks[-1]
        assert locked(attempts, "k", "there") == 0
    assert locks == [0] * (FREE - 1) + [1, 2, 4, 8, 16, 32, 60, 60, 60, 60]


def test_others_are_not_locked_out() -> None:
    attempts = Attempts(Clock())
    for _ in range(FREE + 3):
        attempts.failed("k", "there")
    assert locked(attempts, "k", "there")
    assert not locked(attempts, "k", "elsewhere")
    assert not locked(attempts, "another", "there")


def test_an_address_that_tries_many_keys_is_locked_but_for_those_it_is_known_to() -> None:
    clock = Clock()
    attempts = Attempts(clock)
    attempts.came_in("mine", "there")
    for n in range(FREE_OF_ADDRESS):
        attempts.failed(f"k{n}", "there")
    assert locked(attempts, "new", "there")
    assert not locked(attempts, "mine", "there")
    assert not locked(attempts, "new", "elsewhere")


def test_a_right_key_and_time_make_it_forgotten() -> None:
    clock = Clock()
    attempts = Attempts(clock)
    for _ in range(FREE - 1):
        attempts.failed("k", "there")
    attempts.came_in("k", "there")
    assert attempts.failed("k", "there") == 1
    for _ in range(FREE):
        attempts.failed("k", "there")
    clock.now += FORGOTTEN_AFTER + 1
    assert not locked(attempts, "k", "there")
    assert attempts.failed("k", "there") == 1


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xy"), st.floats(0, 100)), max_size=60))
def test_no_lock_is_longer_than_a_minute(tried: list[tuple[str, str, float]]) -> None:
    clock = Clock()
    attempts = Attempts(clock)
    for key, address, pause in tried:
        clock.now += pause
        if not locked(attempts, key, address):
            attempts.failed(key, address)
        assert 0 <= locked(attempts, key, address) <= LONGEST_LOCK


@pytest.fixture
def clock(app: FastAPI, http: TestClient) -> Clock:
    clock = Clock()
    app.state.attempts = Attempts(clock)
    return clock


def wrong(key: str) -> str:
    return key[:-1] + ("0" if key[-1] != "0" else "1")


def test_a_thousand_tries(office: Office, clock: Clock, capfd: pytest.CaptureFixture[str]) -> None:
    client = office.working("office-1", Role.SMART_OFFICE)
    guessing = Client(client.http, wrong(office.keys["office-1"]))
    capfd.readouterr()
    statuses = []
    for _ in range(1000):
        statuses.append(guessing.get("/rule-sets").status_code)
        clock.now += 0.1
    assert statuses[:FREE] == [401] * FREE
    assert 5 < statuses.count(401) < 15
    assert statuses.count(429) == 1000 - statuses.count(401)
    noted = [json.loads(line) for line in capfd.readouterr().err.splitlines() if '"security.' in line]
    assert [n["failures"] for n in noted if n["event"] == "security.wrong_key"][:3] == [1, 2, 3]
    assert all(office.keys["office-1"].split("_")[2] not in json.dumps(n) for n in noted)
    # The right key waits, too, at this address; and then it comes in, the quick way as well.
    answer = client.get("/rule-sets")
    assert answer.status_code == client.post("/units", "2018-10-01", {}).status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 60
    clock.now += 60
    assert client.get("/rule-sets").status_code == 200


def test_the_three_administrators_are_never_locked_out(office: Office, clock: Clock) -> None:
    for name in ("sys-1", "sec-1", "aud-1"):
        guessing = Client(office.http, wrong(office.keys[name]))
        assert {guessing.get("/accounts").status_code for _ in range(30)} == {401}
    for name in ("sys-1", "sec-1", "aud-1"):
        assert office.as_(name).get("/accounts").status_code == 200


def test_asking_for_tokens_is_counted_too(office: Office, clock: Clock) -> None:
    office.working("robot", Role.SMART_OFFICE, kind="PROGRAM")
    _, key_id, _ = office.keys["robot"].split("_")
    form = {"grant_type": "client_credentials", "client_id": key_id, "client_secret": "f" * 64}
    statuses = [office.http.post("/oauth/token", data=form).status_code for _ in range(FREE + 1)]
    assert statuses == [401] * FREE + [429]
