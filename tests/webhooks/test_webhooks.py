"""Webhooks end to end: set up over HTTP, delivered over real HTTPS, nothing lost, nothing to a stranger."""

from __future__ import annotations

import base64
import json
import socket
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from fastapi import FastAPI
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError
from starlette.testclient import TestClient

from api.main import create_app
from api.routes.webhooks import messages_for
from domain.recorded import Role
from infrastructure.bootstrap import Liuhen, deliverer_of, service_login
from infrastructure.issuer import Holder, Issuer
from infrastructure.webhooks import delivering
from infrastructure.webhooks.delivering import REFUSED_TRIES, Deliverer
from infrastructure.webhooks.endpoints import MOST_PER_ACCOUNT, Endpoint
from infrastructure.webhooks.sending import Answer, Sender
from infrastructure.webhooks.targets import Targets
from tests.api.conftest import RECORDING, SHARING, Client
from tests.webhooks.receiver import Receiver, receiving


@pytest.fixture
def received(tmp_path: Path) -> Iterator[tuple[Receiver, Path]]:
    with receiving(tmp_path) as both:
        yield both


@pytest.fixture
def receiver(received: tuple[Receiver, Path]) -> Receiver:
    return received[0]


@pytest.fixture
def sending(liuhen: Liuhen, received: tuple[Receiver, Path]) -> Liuhen:
    """The service of a site that lets webhooks go to the receiver."""
    receiver, authority = received
    settings = liuhen.settings.model_copy(
        update={
            "webhook_hosts": f"localhost:{receiver.port}",
            "webhook_networks": "127.0.0.0/8 ::1/128",
            "webhook_ca_file": authority,
        }
    )
    login = service_login(liuhen.settings, liuhen.conninfo)
    return replace(liuhen, settings=settings, webhooks=deliverer_of(settings, login, liuhen.pool))


@pytest.fixture(scope="session")
def webhook_app() -> FastAPI:
    return create_app(None, None)


@pytest.fixture
def clients(webhook_app: FastAPI, sending: Liuhen) -> Iterator[dict[str, Client]]:
    issuer = Issuer(sending.settings.data_dir)
    webhook_app.state.liuhen, webhook_app.state.issuer = sending, issuer
    with TestClient(webhook_app, raise_server_exceptions=False) as http:
        yield {
            name: Client(http, issuer.issue(Holder(name, "单位", roles), days=1))
            for name, roles in {
                "client": RECORDING,
                "auditor": frozenset({Role.AUDITOR}),
                "evaluator": frozenset({Role.THIRD_PARTY}),
            }.items()
        }


def call(client: Client, method: str, path: str, **body: Any) -> Any:
    return client.http.request(method, f"/v1/webhooks{path}", headers=client.headers, json=body or None)


def deliver(liuhen: Liuhen, rounds: int = 20) -> None:
    """What the thread does, until nothing is due or moves. Waits for tries are skipped, not waited for."""
    for _ in range(rounds):
        with liuhen.pool.connection() as conn:
            conn.execute("UPDATE liuhen.webhooks SET next_try = 'epoch'")
        liuhen.webhooks.deliver_due(partial(messages_for, liuhen))


def sequences(receiver: Receiver) -> list[int]:
    return [int(json.loads(g.body)["sequence"]) for g in receiver.got]


@pytest.fixture
def project(clients: dict[str, Client]) -> str:
    clients["client"].enrol()
    return str(clients["client"].file()["subject"])


def test_each_event_is_delivered_once_signed_and_in_order(
    clients: dict[str, Client], sending: Liuhen, receiver: Receiver, project: str
) -> None:
    answer = call(clients["auditor"], "POST", "", url=receiver.url, after=0)
    assert answer.status_code == 201, answer.text
    deliver(sending)
    clients["client"].done(f"/projects/{project}/sharing", "2019-01-20", SHARING)
    deliver(sending)
    assert sequences(receiver) == list(range(1, sending.ledger.position() + 1))
    secret = Webhook(answer.json()["secret"])
    for got in receiver.got:
        event = secret.verify(got.body, got.headers)
        assert got.headers["webhook-id"] == event["id"]
        assert (got.path, got.headers["content-type"]) == ("/in?from=liuhen", "application/cloudevents+json")
    told = call(clients["auditor"], "GET", answer.headers["location"].removeprefix("/v1/webhooks")).json()
    assert (told["lag"], told["delivered"]) == (0, len(receiver.got))
    assert "secret" not in json.dumps(told)
    assert (
        receiver.got[0].body
        == json.dumps(json.loads(receiver.got[0].body), ensure_ascii=False, separators=(",", ":")).encode()
    )


def test_the_database_holds_no_secret(clients: dict[str, Client], sending: Liuhen, receiver: Receiver) -> None:
    secret = call(clients["auditor"], "POST", "", url=receiver.url).json()["secret"].removeprefix("whsec_")
    with sending.pool.connection() as conn:
        rows = conn.execute("SELECT w::text FROM liuhen.webhooks w").fetchall()
    assert rows
    assert secret not in str(rows)


def test_a_new_secret_overlaps_with_the_former_one(
    clients: dict[str, Client], sending: Liuhen, receiver: Receiver, project: str
) -> None:
    first = call(clients["auditor"], "POST", "", url=receiver.url, after=0, topics=["project.filed"]).json()
    second = call(clients["auditor"], "POST", f"/{first['webhook']['id']}/rotation").json()
    assert second["secret"] != first["secret"]
    deliver(sending)
    got = receiver.got[0]
    for secret in (first["secret"], second["secret"]):
        Webhook(secret).verify(got.body, got.headers)
    with sending.pool.connection() as conn:
        conn.execute("UPDATE liuhen.webhooks SET former_until = clock_timestamp() - interval '1 s'")
    call(clients["auditor"], "POST", f"/{first['webhook']['id']}/replay", after=0)
    deliver(sending)
    last = receiver.got[-1]
    Webhook(second["secret"]).verify(last.body, last.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(first["secret"]).verify(last.body, last.headers)


def test_a_receiver_that_is_away_gets_everything_later_and_in_order(
    clients: dict[str, Client], sending: Liuhen, receiver: Receiver, project: str
) -> None:
    receiver.answer = lambda number, got: 503 if number <= 4 else 204
    made = call(clients["auditor"], "POST", "", url=receiver.url, after=0).json()["webhook"]
    deliver(sending, 1)
    told = call(clients["auditor"], "GET", f"/{made['id']}").json()
    assert (told["tries"], told["last_error"], told["position"]) == (1, "HTTP 503", 0)
    assert told["next_try"] is not None
    deliver(sending)
    assert sequences(receiver)[4:] == list(range(1, sending.ledger.position() + 1))
    assert sequences(receiver)[:4] == [1, 1, 1, 1]


def test_a_deliverer_that_passes_over_what_was_not_taken_is_found_out(
    clients: dict[str, Client], sending: Liuhen, receiver: Receiver, project: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The test above bites."""

    def passing_over(self: Deliverer, endpoint: Endpoint, message: Any, sent: Any) -> None:
        del sent
        self.endpoints.passed(endpoint.id, endpoint.position, message.position, 0)

    monkeypatch.setattr(Deliverer, "_not_taken", passing_over)
    receiver.answer = lambda number, got: 503 if number <= 2 else 204
    call(clients["auditor"], "POST", "", url=receiver.url, after=0)
    deliver(sending)
    assert sequences(receiver)[2:] == list(range(3, sending.ledger.position() + 1))


def test_one_that_stays_away_is_paused_and_resumed_without_loss(
    clients: dict[str, Client], sending: Liuhen, receiver: Receiver, project: str
) -> None:
    receiver.answer = lambda number, got: 500
    made = call(clients["auditor"], "POST", "", url=receiver.url, after=0).json()["webhook"]
    deliver(sending, 2)
    with sending.pool.connection() as conn:
        conn.execute("UPDATE liuhen.webhooks SET failing_since = clock_timestamp() - interval '4 days'")
    deliver(sending, 1)
    assert call(clients["auditor"], "GET", f"/{made['id']}").json()["standing"] == "PAUSED"
    before = len(receiver.got)
    deliver(sending, 2)
    assert len(receiver.got) == before
    receiver.answer = lambda number, got: 204
    assert call(clients["auditor"], "POST", f"/{made['id']}/resumption").json()["standing"] == "ACTIVE"
    deliver(sending)
    assert sequences(receiver)[before:] == list(range(1, sending.ledger.position() + 1))


def test_an_event_that_is_refused_is_set_aside_and_the_rest_goes_on(
    clients: dict[str, Client], sending: Liuhen, receiver: Receiver, project: str
) -> None:
    receiver.answer = lambda number, got: 422 if b"project.filed" in got.body else 204
    made = call(clients["auditor"], "POST", "", url=receiver.url, after=0).json()["webhook"]
    deliver(sending)
    told = call(clients["auditor"], "GET", f"/{made['id']}").json()
    [aside] = told["undelivered"]
    assert told["lag"] == 0
    assert (aside["tries"], aside["error"]) == (REFUSED_TRIES, "HTTP 422")
    assert sequences(receiver).count(aside["position"]) == REFUSED_TRIES
    path = f"/{made['id']}/undelivered/{aside['position']}"
    assert call(clients["auditor"], "POST", path).json() == {"delivered": False, "told": "HTTP 422"}
    receiver.answer = lambda number, got: 204
    assert call(clients["auditor"], "POST", path).json() == {"delivered": True, "told": "HTTP 204"}
    assert call(clients["auditor"], "GET", f"/{made['id']}").json()["undelivered"] == []
    assert call(clients["auditor"], "POST", path).status_code == 404


def test_a_refused_event_may_be_given_up(
    clients: dict[str, Client], sending: Liuhen, receiver: Receiver, project: str
) -> None:
    receiver.answer = lambda number, got: 400
    made = call(clients["auditor"], "POST", "", url=receiver.url, after=0, topics=["project.filed"]).json()["webhook"]
    deliver(sending)
    [aside] = call(clients["auditor"], "GET", f"/{made['id']}").json()["undelivered"]
    assert call(clients["auditor"], "DELETE", f"/{made['id']}/undelivered/{aside['position']}").status_code == 204
    assert call(clients["auditor"], "GET", f"/{made['id']}").json()["undelivered"] == []


def test_gone_means_no_more(clients: dict[str, Client], sending: Liuhen, receiver: Receiver, project: str) -> None:
    receiver.answer = lambda number, got: 410
    made = call(clients["auditor"], "POST", "", url=receiver.url, after=0).json()["webhook"]
    deliver(sending)
    assert len(receiver.got) == 1
    assert "410" in call(clients["auditor"], "GET", f"/{made['id']}").json()["why"]


def test_redirects_are_not_followed(
    clients: dict[str, Client], sending: Liuhen, receiver: Receiver, project: str
) -> None:
    receiver.answer = lambda number, got: 307
    receiver.location = f"https://localhost:{receiver.port}/elsewhere"
    call(clients["auditor"], "POST", "", url=receiver.url, after=0)
    deliver(sending, 1)
    assert [g.path for g in receiver.got] == ["/in?from=liuhen"]


def test_a_name_that_comes_to_mean_something_else_leads_nowhere_else(
    received: tuple[Receiver, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rebinding (A13): resolved once for a delivery, and the connection goes to the address that was judged."""
    receiver, authority = received
    lookup = socket.getaddrinfo

    def by_now(host: Any, *more: Any, **named: Any) -> Any:
        """The system's own look-up: by the time that the line is opened, the name means another machine."""
        return lookup("127.0.0.2" if host == "localhost" else host, *more, **named)

    monkeypatch.setattr(socket, "getaddrinfo", by_now)
    asked: list[str] = []
    meanings = [["127.0.0.1"], ["169.254.169.254"], ["127.0.0.1", "::ffff:169.254.169.254"], ["2130706433"]]

    def rebinding(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return meanings[len(asked) - 1]

    sender = Sender(Targets(f"localhost:{receiver.port}", "127.0.0.0/8", rebinding), authority)
    secret = "whsec_" + base64.b64encode(b"k" * 32).decode()
    answers = [sender.send(receiver.url, f"m{n}", b"{}", "application/json", [secret]) for n in range(4)]
    assert [a.answer for a in answers] == [Answer.TAKEN, *[Answer.AWAY] * 3]
    assert (len(receiver.got), len(asked)) == (1, 4)
    assert all("LIUHEN_WEBHOOK_NETWORKS" in a.told or "网络地址" in a.told for a in answers[1:])


def test_what_is_hidden_from_the_account_is_not_sent(
    clients: dict[str, Client], sending: Liuhen, receiver: Receiver
) -> None:
    clients["client"].enrol()
    secret: dict[str, Any] = {"name": "", "estimate": None, "plan_item": "", "classified": True}
    clients["client"].file("2019-01-05", **secret, secrecy_document_no="保密〔2019〕1号")
    made = call(clients["evaluator"], "POST", "", url=receiver.url, after=0).json()["webhook"]
    deliver(sending)
    assert "project.filed" not in {json.loads(g.body)["data"]["topic"] for g in receiver.got}
    assert call(clients["evaluator"], "GET", f"/{made['id']}").json()["lag"] == 0


def test_nobody_sees_or_moves_the_webhook_of_another(
    clients: dict[str, Client], sending: Liuhen, receiver: Receiver
) -> None:
    made = call(clients["auditor"], "POST", "", url=receiver.url).json()["webhook"]
    other = clients["evaluator"]
    assert call(other, "GET", "").json() == []
    for method, path, body in [
        ("GET", "", {}),
        ("DELETE", "", {}),
        ("POST", "/rotation", {}),
        ("POST", "/pause", {}),
        ("POST", "/resumption", {}),
        ("POST", "/replay", {"after": 0}),
        ("POST", "/undelivered/1", {}),
        ("DELETE", "/undelivered/1", {}),
    ]:
        assert call(other, method, f"/{made['id']}{path}", **body).status_code == 404, path
    assert call(clients["auditor"], "GET", f"/{made['id']}").json()["standing"] == "ACTIVE"
    assert call(clients["auditor"], "DELETE", f"/{made['id']}").status_code == 204
    assert call(clients["auditor"], "GET", f"/{made['id']}").status_code == 404


def test_an_address_that_is_not_listed_is_refused_with_what_to_do(clients: dict[str, Client]) -> None:
    answer = call(clients["auditor"], "POST", "", url="https://169.254.169.254/latest")
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/webhook-target")
    assert "LIUHEN_WEBHOOK_HOSTS" in answer.json()["detail"]
    assert answer.json()["errors"][0]["pointer"] == "/url"
    assert call(clients["auditor"], "POST", "", url="https://x.cn", topics=["no.such"]).status_code == 422


def test_an_account_has_only_so_many(clients: dict[str, Client], receiver: Receiver) -> None:
    for _ in range(MOST_PER_ACCOUNT):
        assert call(clients["auditor"], "POST", "", url=receiver.url).status_code == 201
    refused = call(clients["auditor"], "POST", "", url=receiver.url)
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/too-many-webhooks")
    assert call(clients["evaluator"], "POST", "", url=receiver.url).status_code == 201


def test_of_two_processes_one_delivers_and_the_other_takes_over(
    clients: dict[str, Client], sending: Liuhen, receiver: Receiver, project: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "EVERY_SECONDS", 0.02)
    login = service_login(sending.settings, sending.conninfo)
    call(clients["auditor"], "POST", "", url=receiver.url, after=0)
    others = [deliverer_of(sending.settings, login, sending.pool) for _ in range(2)]
    try:
        for each in others:
            each.start(partial(messages_for, sending))
        _until(lambda: len(receiver.got) == sending.ledger.position())
        with psycopg.connect(sending.conninfo, autocommit=True) as conn:
            conn.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted"
                " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            )
        clients["client"].done(f"/projects/{project}/sharing", "2019-01-20", SHARING)
        _until(lambda: len(receiver.got) == sending.ledger.position())
    finally:
        for each in others:
            each.stop()
    assert sequences(receiver) == list(range(1, sending.ledger.position() + 1))


def _until(true: Any) -> None:
    for _ in range(3000):
        if true():
            return
        threading.Event().wait(0.01)
    raise AssertionError("it did not come about")
