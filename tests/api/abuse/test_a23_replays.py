"""A23: a request that is caught and sent again has no second effect: at once, much later, or at another process."""

from __future__ import annotations

import base64
import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError
from starlette.testclient import TestClient

from api.main import create_app
from domain.accounts import Accounts
from domain.recorded import Role
from domain.streams import StreamKind, accounts_id
from infrastructure.bootstrap import Liuhen, today, wired
from infrastructure.issuer import Issuer
from tests.api.conftest import PROJECT, Client
from tests.identity.conftest import Office, office
from tests.stages import OWNER

__all__ = ["office"]

UNIT = {"uscc": OWNER, "name": "测试局", "kind": "COUNTY_DEPT", "division": "370323"}


def caught(client: Client, path: str, on: str, act: dict[str, Any]) -> dict[str, Any]:
    """A request as it goes over the line."""
    headers = {**client.headers, "Idempotency-Key": str(uuid4()), "If-Match": "*", "Content-Type": "application/json"}
    return {
        "method": "POST",
        "url": f"/v1{path}",
        "content": json.dumps({"happened_on": on, "act": act}),
        "headers": headers,
    }


def test_an_act_sent_again_has_its_effect_once_however_late_and_wherever(
    client: Client, liuhen: Liuhen, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.enrol()
    request = caught(client, "/projects", "2019-01-05", PROJECT)
    first = client.http.request(**request)
    assert first.status_code == 201
    position = liuhen.ledger.position()
    assert client.http.request(**request).json() == first.json()
    # Other acts in between, five minutes and twelve hours later.
    project = first.json()["subject"]
    client.done(f"/projects/{project}/progress", "2019-03-01", {"percent": 10})
    real = time.time
    for later in (300, 43_200):
        monkeypatch.setattr(time, "time", lambda later=later: real() + later)
        assert client.http.request(**request).json() == first.json()
    # At another process, which has never seen it.
    with (
        wired(liuhen.settings, database) as other,
        TestClient(create_app(other, Issuer(liuhen.settings.data_dir))) as http,
    ):
        assert http.request(**request).json() == first.json()
    assert liuhen.ledger.position() == position + 1


def test_an_act_caught_from_somebody_is_worth_nothing_once_the_key_is_revoked(office: Office, liuhen: Liuhen) -> None:
    client = office.working("office-1", Role.SMART_OFFICE)
    request = caught(client, "/units", "2018-10-01", UNIT)
    assert client.http.request(**request).status_code == 201
    office.do("sec-1", "/office-1/keys-revoked", {"key_id": office.keys["office-1"].split("_")[1], "reason": "遗失"})
    position = liuhen.ledger.position()
    for headers in (request["headers"], request["headers"] | {"Idempotency-Key": "another"}):
        assert client.http.request(**{**request, "headers": headers}).status_code == 401
    assert liuhen.ledger.position() == position


@pytest.mark.parametrize("again", ["the same key", "another key"])
def test_a_grant_that_was_taken_back_does_not_come_back(office: Office, liuhen: Liuhen, again: str) -> None:
    """The granting request, sent again after the revocation by whoever caught it: without its token it is nothing."""
    office.open("clerk")
    sec = office.as_("sec-1")
    act = {"role": "DRC", "since": str(today()), "until": str(today() + timedelta(days=9)), "document_no": "授1号"}
    request = caught(sec, "/accounts/clerk/grants", str(today()), act)
    assert sec.http.request(**request).status_code == 201
    office.do("sec-1", "/clerk/grants-revoked", {"number": 1, "reason": "误授"})
    position = liuhen.ledger.position()
    if again == "the same key":
        assert sec.http.request(**request).status_code == 201  # what was answered then; nothing is granted
        assert liuhen.ledger.position() == position
    else:
        stripped = {n: v for n, v in request["headers"].items() if n != "Authorization"}
        answer = sec.http.request(**{**request, "headers": stripped | {"Idempotency-Key": "x"}})
        assert answer.status_code == 401
    accounts = liuhen.desk.states.newest(StreamKind.ACCOUNTS, Accounts(id=accounts_id(liuhen.desk.division)))
    assert isinstance(accounts, Accounts)
    assert not accounts.accounts["clerk"].roles(today())


def test_what_a_receiver_of_webhooks_catches_is_no_news_later() -> None:
    """What we send says when, under the signature: a receiver by the standard refuses it five minutes later."""
    secret = Webhook("whsec_" + base64.b64encode(bytes(24)).decode())
    now = datetime.now(UTC)
    headers = {
        "webhook-id": "e-1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": secret.sign("e-1", now, "{}"),
    }
    secret.verify("{}", headers)
    old = now - timedelta(minutes=6)
    stale = headers | {
        "webhook-timestamp": str(int(old.timestamp())),
        "webhook-signature": secret.sign("e-1", old, "{}"),
    }
    moved = headers | {"webhook-timestamp": str(int(now.timestamp()) + 1)}
    for wrong in (stale, moved):
        with pytest.raises(WebhookVerificationError):
            secret.verify("{}", wrong)
