"""A18: whoever guesses keys cannot say that it comes from elsewhere: the locks are those of the address it has."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from pydantic import ValidationError

from api import workers
from api.workers import server_config
from domain.recorded import Role
from infrastructure.attempts import FREE
from infrastructure.bootstrap import Liuhen
from infrastructure.issuer import Issuer
from infrastructure.settings import Settings
from tests.identity.conftest import Office, office
from tests.serving import serving

__all__ = ["office"]


@contextmanager
def served(liuhen: Liuhen, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Over real HTTP, as `liuhen serve` does it."""
    monkeypatch.setattr(workers, "settle", lambda: None)  # of this process more than the service is there
    config = server_config(liuhen, Issuer(liuhen.settings.data_dir), demo=False)
    with serving(liuhen, config=config) as address:
        yield address


def guesses(address: str, key: str, count: int, **headers: str) -> list[int]:
    line = http.client.HTTPConnection(address.removeprefix("http://"), timeout=30)
    statuses = []
    for n in range(count):
        said = {name.replace("_", "-"): value.format(n=n) for name, value in headers.items()}
        line.request("GET", "/v1/rule-sets", headers={"Authorization": f"Bearer {key}", **said})
        answer = line.getresponse()
        answer.read()
        statuses.append(answer.status)
    line.close()
    return statuses


SAYINGS = {
    "x_forwarded_for": "203.0.113.{n}",
    "X_Forwarded_For": "203.0.113.{n}, 198.51.100.{n}",
    "forwarded": "for=203.0.113.{n}",
    "x_real_ip": "203.0.113.{n}",
    "x_client_ip": "203.0.113.{n}",
}


@pytest.mark.parametrize("header", SAYINGS)
def test_an_address_that_is_only_said_opens_no_lock(
    office: Office, liuhen: Liuhen, monkeypatch: pytest.MonkeyPatch, header: str
) -> None:
    """From loopback, which a server would believe by default: any program of the machine is there."""
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")
    office.working("office-1", Role.SMART_OFFICE)
    key = office.keys["office-1"]
    wrong = key[:-1] + ("0" if key[-1] != "0" else "1")
    with served(liuhen, monkeypatch) as address:
        statuses = guesses(address, wrong, FREE + 3, **{header: SAYINGS[header]})
    assert statuses == [401] * FREE + [429] * 3


def test_a_proxy_of_the_site_is_believed_and_what_came_before_it_is_not(
    office: Office, liuhen: Liuhen, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(liuhen.settings, "proxies", "127.0.0.0/8 ::1")
    office.working("office-1", Role.SMART_OFFICE)
    key = office.keys["office-1"]
    wrong = key[:-1] + ("0" if key[-1] != "0" else "1")
    capfd.readouterr()
    with served(liuhen, monkeypatch) as address:
        # A proxy appends whom it sees; what the client wrote itself stands before that.
        statuses = guesses(address, wrong, FREE + 1, x_forwarded_for="203.0.113.{n}, 198.51.100.7")
        others = guesses(address, key, 1, x_forwarded_for="198.51.100.8")
    assert statuses == [401] * FREE + [429]
    assert others == [200]
    noted = [json.loads(line) for line in capfd.readouterr().err.splitlines() if "security.wrong_key" in line]
    assert {n["address"] for n in noted} == {"198.51.100.7"}


@pytest.mark.parametrize("proxies", ["*", "proxy.example", "10.0.0.0/8,10.1.0.1", "10.0.0.1/8"])
def test_what_is_no_address_is_no_proxy(proxies: str) -> None:
    with pytest.raises(ValidationError):
        Settings(proxies=proxies)
