"""Keys and the short tokens that are got for them: shown once, hashed, expiring, dead at once when revoked."""

from __future__ import annotations

import ast
import base64
import inspect
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient
from typer.testing import CliRunner

from api.cli import app as cli
from domain.recorded import RECORDING_ROLES, Role
from domain.streams import StreamKind, accounts_id
from infrastructure import account_directory
from infrastructure.account_directory import FRESH_SECONDS, AccountDirectory, digest_of
from infrastructure.bootstrap import Liuhen, today, wired
from infrastructure.issuer import BadTokenError, Holder, Issuer
from tests.api.conftest import Client
from tests.identity.conftest import Office
from tests.stages import OWNER


def reads(client: Client) -> int:
    return int(client.get("/rule-sets").status_code)


def test_an_account_works_once_both_have_done_their_part(office: Office, liuhen: Liuhen) -> None:
    office.open("office-1")
    office.key("office-1")
    client = office.as_("office-1")
    unit = {"uscc": OWNER, "name": "测试局", "kind": "COUNTY_DEPT", "division": "370323"}
    assert client.post("/units", "2018-10-01", unit).status_code == 403
    office.grant("office-1", Role.SMART_OFFICE)
    client.done("/units", "2018-10-01", unit)
    actor = liuhen.ledger.after(0, 100)[-1].circumstances.actor
    assert (actor.account, actor.role) == ("office-1", Role.SMART_OFFICE)
    assert str(actor.person) == office.persons["office-1"]


def test_no_secret_is_recorded_or_shown(office: Office, liuhen: Liuhen) -> None:
    office.working("office-1", Role.SMART_OFFICE)
    with liuhen.pool.connection() as conn:
        rows = conn.execute("SELECT convert_from(state, 'UTF8') FROM liuhen.events").fetchall()
    told = office.as_("aud-1").get("/accounts/history").text + office.as_("sec-1").get("/accounts").text
    for key in office.keys.values():
        secret = key.rsplit("_", 1)[1]
        assert digest_of(secret) in told
        assert secret not in told + "".join(r[0] for r in rows)


@pytest.mark.parametrize(
    ("who", "path", "act"),
    [
        ("sec-1", "/office-1/keys-revoked", {"key_id": "", "reason": "遗失"}),
        ("sec-1", "/office-1/grants-revoked", {"number": 1, "reason": "调离"}),
        ("sys-1", "/office-1/disabled", {"reason": "调离"}),
        ("office-1", "/office-1/keys-revoked", {"key_id": "", "reason": "遗失"}),
    ],
)
def test_what_is_taken_away_is_gone_at_once(office: Office, who: str, path: str, act: dict[str, Any]) -> None:
    client = office.working("office-1", Role.SMART_OFFICE)
    short = Client(client.http, token_for(client.http, office.keys["office-1"]).json()["access_token"])
    unit = {"uscc": OWNER, "name": "测试局", "kind": "COUNTY_DEPT", "division": "370323"}
    assert client.post("/units", "2018-10-01", unit, params={"dry_run": True}).status_code == 200
    assert short.post("/units", "2018-10-01", unit, params={"dry_run": True}).status_code == 200
    if "key_id" in act:
        act = {**act, "key_id": office.keys["office-1"].split("_")[1]}
    office.do(who, path, act)
    for held in (client, short):
        assert held.post("/units", "2018-10-01", unit).status_code in {401, 403}


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_another_process_knows_within_seconds(office: Office, liuhen: Liuhen, database: str) -> None:
    """Another service on the same database, which is told nothing: it reads for itself."""
    office.working("office-1", Role.SMART_OFFICE)
    key = office.keys["office-1"]
    clock = Clock()
    with wired(liuhen.settings, database) as other:
        directory = AccountDirectory(other.desk, clock=clock)
        assert directory.of_key(key).roles == {Role.SMART_OFFICE}
        office.do("sec-1", "/office-1/keys-revoked", {"key_id": key.split("_")[1], "reason": "遗失"})
        clock.now += FRESH_SECONDS
        directory.of_key(key)  # not yet: nothing was read since
        clock.now += 0.01
        with pytest.raises(BadTokenError):
            directory.of_key(key)
        # And what is known is not kept when the record cannot be asked.
        clock.now += FRESH_SECONDS + 0.01
        with failing(other), pytest.raises(ConnectionError):
            directory.of_key(office.keys["sys-1"])


@contextmanager
def failing(liuhen: Liuhen) -> Iterator[None]:
    def read(*_: Any, **__: Any) -> Any:
        raise ConnectionError

    original = liuhen.desk.ledger.read
    liuhen.desk.ledger.read = read  # type: ignore[method-assign]
    try:
        yield
    finally:
        liuhen.desk.ledger.read = original  # type: ignore[method-assign]


def test_a_cached_principal_costs_no_round_trip(office: Office, liuhen: Liuhen) -> None:
    office.working("office-1", Role.SMART_OFFICE)
    clock = Clock()
    directory = AccountDirectory(liuhen.desk, clock=clock)
    directory.of_key(office.keys["office-1"])
    with failing(liuhen):
        for _ in range(100):
            directory.of_key(office.keys["office-1"])


def test_a_key_expires(office: Office, liuhen: Liuhen, monkeypatch: pytest.MonkeyPatch) -> None:
    office.working("office-1", Role.SMART_OFFICE)
    key = office.keys["office-1"]
    last = today() + timedelta(days=30)
    object.__setattr__(liuhen.desk, "today", lambda: last)
    assert liuhen.directory.of_key(key).roles
    object.__setattr__(liuhen.desk, "today", lambda: last + timedelta(days=1))
    with pytest.raises(BadTokenError):
        liuhen.directory.of_key(key)


def wrong_keys(key: str) -> list[str]:
    prefix, key_id, secret = key.split("_")
    other = "0" if secret[0] != "0" else "1"
    return [
        f"{prefix}_{key_id}_{other}{secret[1:]}",
        f"{prefix}_{'0' * 16}_{secret}",
        f"{prefix}_{key_id}_{'0' * 64}",
        f"{prefix}_{key_id}_{digest_of(secret)}",
        f"{prefix}_{key_id}_{secret.upper()}" if secret.upper() != secret else f"{prefix}_{key_id}_",
        f"{prefix}_{key_id}_{secret}\n",
        f"{prefix}_{key_id}",
        "lh_",
        f"LH_{key_id}_{secret}",
        f"{prefix}_{key_id}_{secret}_",
        f"{prefix}_{key_id}_" + "٠" * 64,
    ]


def test_a_wrong_key_is_none(office: Office, liuhen: Liuhen) -> None:
    for wrong in wrong_keys(office.keys["sys-1"]):
        with pytest.raises(BadTokenError):
            liuhen.directory.of_key(wrong)
        assert reads(Client(office.http, wrong.strip().encode("ascii", "replace").decode())) == 401 or "\n" in wrong


def test_an_unknown_id_costs_what_a_known_one_costs(
    office: Office, monkeypatch: pytest.MonkeyPatch, liuhen: Liuhen
) -> None:
    """A16, by construction: the same digest and the same comparison, whatever is wrong (not a measurement)."""
    done: list[tuple[str, ...]] = []

    def compared(a: str, b: str) -> bool:
        done.append(("compare", str(len(a)), str(len(b))))
        return a == b

    def digested(secret: str) -> str:
        done.append(("digest", str(len(secret))))
        return digest_of(secret)

    monkeypatch.setattr("infrastructure.account_directory.hmac.compare_digest", compared)
    monkeypatch.setattr(account_directory, "digest_of", digested)
    known = office.keys["sys-1"]
    unknown = f"lh_{'0' * 16}_{'1' * 64}"
    work = []
    for key in (known, unknown, known[:-1] + ("0" if known[-1] != "0" else "1")):
        done.clear()
        with suppress(BadTokenError):
            liuhen.directory.of_key(key)
        work.append(list(done))
    assert work[0] == work[1] == work[2] == [("digest", "64"), ("compare", "64", "64")]


def test_secrets_are_compared_in_one_place_by_compare_digest() -> None:
    source = ast.parse(textwrap.dedent(inspect.getsource(account_directory.AccountDirectory.of_secret)))
    compares = [n for n in ast.walk(source) if isinstance(n, ast.Compare)]
    names = {n.id for c in compares for n in ast.walk(c) if isinstance(n, ast.Name)}
    assert not names & {"secret", "stored", "fits"}  # only `is None` of what was found
    calls = [n.func for n in ast.walk(source) if isinstance(n, ast.Call)]
    assert [c.attr for c in calls if isinstance(c, ast.Attribute) and c.attr == "compare_digest"] == ["compare_digest"]


def basic(key: str) -> dict[str, str]:
    _, key_id, secret = key.split("_")
    return {"Authorization": "Basic " + base64.b64encode(f"{key_id}:{secret}".encode()).decode()}


def token_for(http: TestClient, key: str, **form: str) -> Any:
    return http.post("/oauth/token", data={"grant_type": "client_credentials", **form}, headers=basic(key))


def test_a_program_gets_a_short_token(office: Office, issuer: Issuer) -> None:
    office.working("robot", Role.SMART_OFFICE, kind="PROGRAM")
    key = office.keys["robot"]
    answer = token_for(office.http, key)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    given = answer.json()
    assert (given["token_type"], given["expires_in"]) == ("Bearer", 600)
    _, key_id, secret = key.split("_")
    posted = office.http.post(
        "/oauth/token",
        data={"grant_type": "client_credentials", "client_id": key_id, "client_secret": secret},
    )
    for token in (given["access_token"], posted.json()["access_token"]):
        assert issuer.check(token).roles == frozenset()  # roles are looked up, not carried
        assert reads(Client(office.http, token)) == 200


@pytest.mark.parametrize(
    ("headers", "form", "status", "error"),
    [
        ({}, {"grant_type": "client_credentials"}, 401, "invalid_client"),
        ({"Authorization": "Basic !"}, {"grant_type": "client_credentials"}, 401, "invalid_client"),
        ({"Authorization": "Basic eDp5"}, {"grant_type": "client_credentials"}, 401, "invalid_client"),
        ({"Authorization": "Bearer eDp5"}, {"grant_type": "client_credentials"}, 401, "invalid_client"),
        ({"Authorization": "Basic eDp5"}, {"client_id": "x", "client_secret": "y"}, 400, "invalid_request"),
        ("right", {"grant_type": "password"}, 400, "unsupported_grant_type"),
        ("right", {}, 400, "unsupported_grant_type"),
        ("right", {"grant_type": "client_credentials", "scope": "SYS_ADMIN"}, 400, "invalid_scope"),
        ("right", {"grant_type": "client_credentials", "client_secret": "x"}, 400, "invalid_request"),
    ],
)
def test_what_is_no_request_for_a_token(
    office: Office, headers: Any, form: dict[str, str], status: int, error: str
) -> None:
    answer = office.http.post(
        "/oauth/token", data=form, headers=basic(office.keys["sys-1"]) if headers == "right" else headers
    )
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert ("www-authenticate" in answer.headers) == (status == 401)


def test_tokens_that_say_their_roles_end_with_the_first_accounts(
    http: TestClient, issuer: Issuer, request: pytest.FixtureRequest
) -> None:
    client = Client(http, issuer.issue(Holder("x", "某单位", RECORDING_ROLES), days=1))
    assert reads(client) == 200
    request.getfixturevalue("office")
    assert reads(client) == 401


def test_demo_tokens_are_for_the_demo_only(http: TestClient, app: FastAPI, issuer: Issuer, office: Office) -> None:
    client = Client(http, issuer.issue(Holder("x", "某单位", RECORDING_ROLES, demo=True), days=1))
    assert reads(client) == 401
    app.state.demo = True
    assert reads(client) == 200
    app.state.demo = False


def test_the_trail_is_for_the_audit_administrator(office: Office) -> None:
    office.do("aud-1", "", {"account": "x-1", "kind": "PROGRAM", "organisation": "某局"}, status=403)
    refused = office.do("sec-1", "/sec-1/grants", {"role": "AUDITOR", "since": "2026-01-01", "document_no": "x"}, 409)
    assert {f["rule"] for f in refused["findings"]} == {"A02", "A04"}
    history = office.as_("aud-1").get("/accounts/history").json()["events"]
    assert [e["topic"] for e in history][-1] == "accounts.act_refused"
    assert history[-1]["actor"]["account"] == "sec-1"
    for who in ("sys-1", "sec-1"):
        assert office.as_(who).get("/accounts/history").status_code == 403
    client = office.working("office-1", Role.SMART_OFFICE)
    assert client.get("/accounts").status_code == client.get("/accounts/history").status_code == 403


def test_accounts_are_of_today(office: Office) -> None:
    act = {"account": "x-1", "kind": "PROGRAM", "organisation": "某局"}
    answer = office.as_("sys-1").post("/accounts", "2026-01-01", act)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/happened_on")


def test_a_foreign_login_can_be_one_of_the_accounts(office: Office, liuhen: Liuhen) -> None:
    office.open("office-1", login="city:zhang")
    office.grant("office-1", Role.SMART_OFFICE)
    holder = liuhen.directory.of_login("city:zhang")
    assert holder is not None
    assert holder.account == "office-1"
    assert holder.roles == {Role.SMART_OFFICE}
    assert liuhen.directory.of_login("city:li") is None
    office.do("sys-1", "/office-1/disabled", {"reason": "调离"})
    with pytest.raises(BadTokenError):
        liuhen.directory.of_login("city:zhang")


def test_the_first_three_are_appointed_on_the_machine(
    liuhen: Liuhen, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIUHEN_DATABASE_URL", database)
    monkeypatch.setenv("LIUHEN_DATA_DIR", str(liuhen.settings.data_dir))
    said = ["--system", "sys-1", "--security", "sec-1", "--audit", "aud-1", "--organisation", "局", "--document", "1号"]
    began = CliRunner().invoke(cli, ["accounts", "begin", *said])
    assert began.exit_code == 0, began.output
    keys = [line for line in began.stdout.splitlines() if line.startswith("lh_")]
    directory = AccountDirectory(liuhen.desk)
    assert [directory.of_key(k).account for k in keys] == ["sys-1", "sec-1", "aud-1"]
    again = CliRunner().invoke(cli, ["accounts", "begin", *said])
    assert again.exit_code == 1
    (entry,) = liuhen.ledger.read(StreamKind.ACCOUNTS, accounts_id("370323"))
    assert entry.circumstances.actor.account == "liuhen-cli"


def test_a_key_is_made_where_it_is_used() -> None:
    made = CliRunner().invoke(cli, ["accounts", "new-key"]).stdout
    key = next(line for line in made.splitlines() if line.startswith("lh_"))
    _, key_id, secret = key.split("_")
    assert f"key_id      {key_id}" in made
    assert digest_of(secret) in made
