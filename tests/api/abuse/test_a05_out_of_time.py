"""A5: what was good a moment ago is not good any more: over HTTP, with the clocks of all who check moved on."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest

from domain.recorded import Role
from infrastructure.bootstrap import Liuhen, today
from infrastructure.issuer import LEEWAY_SECONDS, SHORT_SECONDS, Holder, Issuer
from tests.api.conftest import RECORDING, Client
from tests.identity.conftest import Office, office
from tests.identity.test_keys import token_for

__all__ = ["office"]


class Clock:
    """The wall clock of this process: also that of the libraries that it uses."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ahead = 0.0
        real = time.time
        monkeypatch.setattr(time, "time", lambda: real() + self.ahead)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def status(client: Client) -> int:
    return int(client.get("/rule-sets").status_code)


def afresh(http: Any, liuhen: Liuhen) -> None:
    """Forget which tokens were found good: what another process would say."""
    http.app.state.issuer = Issuer(liuhen.settings.data_dir)


def test_a_short_token_ends_also_where_it_is_remembered(office: Office, liuhen: Liuhen, clock: Clock) -> None:
    office.working("robot", Role.SMART_OFFICE, kind="PROGRAM")
    short = Client(office.http, token_for(office.http, office.keys["robot"]).json()["access_token"])
    assert status(short) == 200
    clock.ahead = SHORT_SECONDS - 5
    assert status(short) == 200
    clock.ahead = SHORT_SECONDS + LEEWAY_SECONDS + 2
    assert status(short) == 401
    afresh(office.http, liuhen)
    assert status(short) == 401
    assert status(office.as_("robot")) == 200  # the key goes on


def test_a_token_of_this_machine_ends_on_its_day(client: Client, issuer: Issuer, liuhen: Liuhen, clock: Clock) -> None:
    held = Client(client.http, issuer.issue(Holder("one", "某单位", RECORDING), days=1))
    assert status(held) == 200
    clock.ahead = 86_400 + LEEWAY_SECONDS + 2
    assert status(held) == 401
    afresh(client.http, liuhen)
    assert status(held) == 401


@pytest.mark.parametrize(("behind", "answer"), [(LEEWAY_SECONDS - 2, 200), (LEEWAY_SECONDS + 30, 401)])
def test_machines_may_differ_by_seconds_and_not_by_minutes(
    office: Office, liuhen: Liuhen, clock: Clock, behind: int, answer: int
) -> None:
    """A token that another machine gave, whose clock is ahead of this one's."""
    office.working("robot", Role.SMART_OFFICE, kind="PROGRAM")
    short = Client(office.http, token_for(office.http, office.keys["robot"]).json()["access_token"])
    afresh(office.http, liuhen)
    clock.ahead = -behind
    assert status(short) == answer
    assert LEEWAY_SECONDS <= 60


def test_a_key_and_what_was_got_for_it_end_with_its_last_day(office: Office, liuhen: Liuhen) -> None:
    office.working("office-1", Role.SMART_OFFICE)
    key = office.as_("office-1")
    short = Client(office.http, token_for(office.http, office.keys["office-1"]).json()["access_token"])
    last = today() + timedelta(days=30)
    for day, answer in ((last, 200), (last + timedelta(days=1), 401)):
        object.__setattr__(liuhen.desk, "today", lambda day=day: day)
        assert (status(key), status(short)) == (answer, answer)
        assert token_for(office.http, office.keys["office-1"]).status_code == answer


def test_a_grant_counts_on_its_days_only(office: Office, liuhen: Liuhen) -> None:
    """The key is good, the role not yet and no longer: nothing may be read by it, and nothing recorded."""
    office.open("office-1")
    first, last = today() + timedelta(days=1), today() + timedelta(days=2)
    office.grant("office-1", Role.SMART_OFFICE, since=str(first), until=str(last))
    office.key("office-1")
    client, position = office.as_("office-1"), liuhen.ledger.position()
    for day, answer in ((today(), 403), (first, 200), (last, 200), (last + timedelta(days=1), 403)):
        object.__setattr__(liuhen.desk, "today", lambda day=day: day)
        assert status(client) == answer
        act = client.post("/units", "2018-10-01", {}, params={"dry_run": True})
        assert (act.status_code == 403) == (answer == 403)
    assert liuhen.ledger.position() == position
