"""Login with an OpenID provider of another make, over HTTP, while its keys change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from domain.recorded import Role
from infrastructure.bootstrap import Liuhen
from infrastructure.foreign_issuers import ForeignIssuer, ForeignIssuers, fetch_keys
from infrastructure.tlog.log_client import LogUnreachableError
from tests.api.conftest import Client
from tests.identity.provider import AUDIENCE, Provider, as_program, logged_in, running
from tests.stages import OWNER


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
    with running() as provider:
        yield provider


@pytest.fixture
def relying(http: TestClient, liuhen: Liuhen, provider: Provider, clock: Clock) -> TestClient:
    """The service, relying on the provider."""
    config = ForeignIssuer(
        name="portal",
        issuer=provider.address,
        audience=AUDIENCE,
        algorithms=("RS256", "ES256", "EdDSA"),
        jwks_uri=f"{provider.address}/jwks.json",
        role_map={"审计": Role.AUDITOR, "owner": Role.SMART_OFFICE},
    )
    http.app.state.liuhen = replace(liuhen, foreign=ForeignIssuers([config], clock=clock))  # type: ignore[attr-defined]
    return http


def seen(relying: TestClient, token: str) -> int:
    return int(Client(relying, token).get("/rule-sets").status_code)


def test_a_person_logs_in_and_reads(relying: TestClient, provider: Provider) -> None:
    given = logged_in(provider)
    client = Client(relying, given["access_token"])
    assert client.get("/rule-sets").status_code == 200
    act = {"uscc": OWNER, "name": "局", "kind": "COUNTY_DEPT", "division": "370323"}
    assert client.post("/units", "2018-10-01", act).status_code == 403  # an auditor records nothing
    # The token that tells the portal who logged in is not one for this service.
    assert seen(relying, given["id_token"]) == 401


def test_a_program_acts_under_its_subject(relying: TestClient, provider: Provider, liuhen: Liuhen) -> None:
    client = Client(relying, as_program(provider)["access_token"])
    client.enrol()
    (entry,) = liuhen.ledger.after(0, 10)
    actor = entry.circumstances.actor
    assert (actor.account, actor.organisation, actor.role) == ("portal:county-portal", "门户系统", Role.SMART_OFFICE)


@pytest.mark.parametrize("algorithm", ["ES256", "RS256"])
def test_a_new_key_is_fetched_in_mid_flight(
    relying: TestClient, provider: Provider, clock: Clock, algorithm: str
) -> None:
    before = logged_in(provider)["access_token"]
    assert seen(relying, before) == 200
    provider.rotate(algorithm)
    clock.now += 31
    assert seen(relying, logged_in(provider)["access_token"]) == 200
    assert seen(relying, before) == 200
    assert provider.asked == 2


def test_unknown_keys_do_not_make_us_ask_again_and_again(relying: TestClient, provider: Provider, clock: Clock) -> None:
    assert seen(relying, logged_in(provider)["access_token"]) == 200
    provider.rotate()
    provider.published.pop()
    for _ in range(5):
        assert seen(relying, logged_in(provider)["access_token"]) == 401
    assert provider.asked == 1  # the pause has not passed
    clock.now += 31
    for _ in range(5):
        assert seen(relying, logged_in(provider)["access_token"]) == 401
    assert provider.asked == 2


def test_a_withdrawn_key_counts_no_more(relying: TestClient, provider: Provider, clock: Clock) -> None:
    tokens = [logged_in(provider)["access_token"] for _ in range(2)]
    assert seen(relying, tokens[0]) == 200
    provider.rotate(keep=False)
    clock.now += 601
    assert seen(relying, tokens[1]) == 401
    assert seen(relying, logged_in(provider)["access_token"]) == 200


def test_while_the_provider_is_down_its_keys_count_for_a_bounded_time(
    relying: TestClient, provider: Provider, clock: Clock
) -> None:
    tokens = [logged_in(provider)["access_token"] for _ in range(3)]
    provider.failing = True
    answer = Client(relying, tokens[0]).get("/rule-sets")
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/issuer-down")
    answer = Client(relying, tokens[0]).post("/units", "2018-10-01", {})
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/issuer-down")
    provider.failing = False
    clock.now += 31
    assert seen(relying, tokens[0]) == 200
    provider.failing = True
    clock.now += 600 + 3600
    assert seen(relying, tokens[1]) == 200
    clock.now += 1
    assert seen(relying, tokens[2]) == 503


def test_what_was_configured_is_what_is_asked(provider: Provider) -> None:
    """A redirect leads nowhere."""
    with pytest.raises(LogUnreachableError, match="302"):
        fetch_keys(f"{provider.address}/elsewhere.json")
