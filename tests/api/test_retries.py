"""Check 2: whoever retries everything, in any order and over breaking lines, leaves the history of one try each.

Over real HTTP: requests are sent once to three times, mixed with one another; lines are cut before the request is
whole, after it was sent, and while the answer comes; and each client goes on until every act has its answer.
"""

from __future__ import annotations

import http.client
import json
import random
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Literal
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.streams import StreamKind, requested_id
from infrastructure.bootstrap import Liuhen
from infrastructure.issuer import Holder, Issuer
from tests.api.conftest import APPROVAL, PROJECT, RECORDING, SHARING
from tests.serving import serving
from tests.stages import OWNER

Cut = Literal["none", "within the request", "before the answer", "within the answer"]
CUTS: tuple[Cut, ...] = ("none", "within the request", "before the answer", "within the answer")
ACCOUNT = "retrying"
UNIT = {"uscc": OWNER, "name": "测试局", "kind": "COUNTY_DEPT", "division": "370323"}
Step = tuple[str, str, dict[str, Any]]
STEPS: tuple[Step, ...] = (
    ("/v1/projects/{p}/sharing", "2019-01-20", SHARING),
    ("/v1/projects/{p}/approval", "2019-02-20", APPROVAL),
    ("/v1/projects/{p}/progress", "2019-03-01", {"percent": 10}),
    ("/v1/projects/{p}/systems", "2019-03-01", {"name": "测试系统"}),
    ("/v1/projects/{p}/security-marks", "2019-04-20", {"phase": "BUILD"}),
    ("/v1/projects/{p}/approval", "2019-04-20", APPROVAL),
    ("/v1/projects/{p}/progress", "2019-05-01", {"percent": 101}),
    ("/v1/projects/{p}/progress", "2019-05-01", {"percent": 20}),
)


class Sender:
    """Sends requests over lines that are cut."""

    def __init__(self, address: str, token: str) -> None:
        self._host, port = address.removeprefix("http://").split(":")
        self._port = int(port)
        self._token = token

    def send(self, step: Step, key: str, cut: Cut = "none") -> tuple[int, Any] | None:
        """The answer, or None when the line was cut before it was there."""
        path, day, act = step
        body = json.dumps({"happened_on": day, "act": act}).encode()
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {self._host}\r\nAuthorization: Bearer {self._token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nIdempotency-Key: {key}\r\n"
            "If-Match: *\r\nConnection: close\r\n\r\n"
        )
        content = head.encode() + body
        with socket.create_connection((self._host, self._port), timeout=30) as line:
            if cut == "within the request":
                line.sendall(content[:-5])
                return None
            line.sendall(content)
            if cut == "before the answer":
                return None
            if cut == "within the answer":
                line.recv(10)
                return None
            answer = http.client.HTTPResponse(line)
            answer.begin()
            return answer.status, json.loads(answer.read())


@pytest.fixture
def sender(liuhen: Liuhen) -> Iterator[Sender]:
    token = Issuer(liuhen.settings.data_dir).issue(Holder(ACCOUNT, "测试对接单位", RECORDING), days=1)
    with serving(liuhen) as address:
        sender = Sender(address, token)
        assert (sender.send(("/v1/units", "2018-10-01", UNIT), "unit") or (0,))[0] == 201
        yield sender


def of(project: UUID, step: Step) -> Step:
    return step[0].format(p=project), step[1], step[2]


def history(liuhen: Liuhen, project: UUID) -> list[Any]:
    """What the project's stream says, without where and when it was recorded, and whose names are made of its own."""
    told = [
        (r.stream.version, r.event.TOPIC, r.circumstances.happened_on, r.event.model_dump_json())
        for r in liuhen.ledger.read(StreamKind.PROJECT, project)
    ]
    return json.loads(json.dumps(told, default=str))  # type: ignore[no-any-return]


def begun(sender: Sender, name: str, send: Callable[[Step, str], object]) -> UUID:
    """A project that is filed as everything else is sent."""
    send(("/v1/projects", "2019-01-05", PROJECT), f"{name}-filing")
    return requested_id(ACCOUNT, f"{name}-filing")


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_retries_in_any_order_leave_the_history_of_one_try_each(
    liuhen: Liuhen, sender: Sender, data: st.DataObject
) -> None:
    chosen = data.draw(st.lists(st.sampled_from(STEPS), min_size=1, max_size=6), label="steps")
    name = uuid4().hex[:12]

    def once(step: Step, key: str) -> None:
        assert sender.send(step, key) is not None

    plain = begun(sender, f"{name}-plain", once)
    answers = {}
    for n, step in enumerate(chosen):
        answers[n] = sender.send(of(plain, step), f"{name}-plain-{n}")

    def again_and_again(step: Step, key: str) -> tuple[int, Any]:
        """One to three tries, any of which may break, then one that is answered."""
        for _ in range(data.draw(st.integers(0, 2), label="tries before")):
            sender.send(step, key, data.draw(st.sampled_from(CUTS), label="cut"))
        answer = sender.send(step, key)
        assert answer is not None
        return answer

    retried = begun(sender, f"{name}-retried", again_and_again)
    sent: list[tuple[int, Step]] = []
    for n, step in enumerate(chosen):
        status, told = again_and_again(of(retried, step), f"{name}-retried-{n}")
        first = answers[n]
        assert first is not None
        assert status == first[0]
        assert told.get("type") == first[1].get("type")
        sent.append((n, step))
        # What was answered long ago comes once more, among what is new.
        late, past = data.draw(st.sampled_from(sent), label="once more")
        sender.send(of(retried, past), f"{name}-retried-{late}", data.draw(st.sampled_from(CUTS), label="cut"))
    assert _comparable(history(liuhen, retried), retried) == _comparable(history(liuhen, plain), plain)


def _comparable(told: list[Any], project: UUID) -> Any:
    """Without the numbers and identities that any two projects have of their own."""
    text = json.dumps(told, ensure_ascii=False).replace(str(project), "P")
    events = json.loads(text)
    for event in events:
        content = json.loads(event[3])
        content.pop("number", None)
        content.pop("system", None)
        event[3] = content
    return events


def test_without_their_keys_retries_are_found_out(liuhen: Liuhen, sender: Sender) -> None:
    """The comparison bites: under another key each time, the same tries leave another history."""

    def plainly(step: Step, key: str) -> None:
        sender.send(step, key)

    one, other = begun(sender, "one", plainly), begun(sender, "other", plainly)
    step = STEPS[2]
    sender.send(of(one, step), "one-0")
    for n in range(2):
        sender.send(of(other, step), f"other-{n}")
    assert _comparable(history(liuhen, one), one) != _comparable(history(liuhen, other), other)


def test_clients_at_once_that_retry_record_each_act_once(liuhen: Liuhen, sender: Sender) -> None:
    """The same requests from several threads at the same time: each is recorded once, whoever comes first."""
    project = begun(sender, "at-once", sender.send)
    before = liuhen.ledger.position()
    keys = [f"at-once-{n}" for n in range(8) for _ in range(3)]
    chance = random.Random(7)
    chance.shuffle(keys)
    with ThreadPoolExecutor(6) as threads:
        for _ in threads.map(lambda key: sender.send(of(project, STEPS[2]), key, chance.choice(CUTS)), keys):
            pass
        answers = list(threads.map(lambda key: sender.send(of(project, STEPS[2]), key), sorted(set(keys))))
    assert all(answer is not None and answer[0] == 201 for answer in answers)
    positions = {e["position"] for answer in answers if answer for e in answer[1]["events"]}
    assert len(positions) == 8
    assert liuhen.ledger.position() == before + 8
