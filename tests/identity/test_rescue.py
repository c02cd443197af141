"""救援 When the three administrators' keys are lost: recorded for all to see, and no way to be two of the three."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from typer.testing import CliRunner, Result

from api.cli import app as cli
from api.cli_accounts import new_key
from domain.accounts import Account, AccountKind, Appointee
from domain.event import Event
from domain.faults import ActError, BadFieldError
from domain.recorded import ADMINISTRATORS, Role
from domain.steps import accounts as steps
from domain.streams import StreamKind, accounts_id
from infrastructure.account_directory import AccountDirectory
from infrastructure.bootstrap import Liuhen, today, wired
from infrastructure.issuer import BadTokenError
from tests.api.conftest import Client
from tests.described import document
from tests.identity.accounts import DAY, FIRST, SEC, SYS, History, appointee, by, person, rules
from tests.identity.conftest import Office

FIELD = {Role.SYS_ADMIN: "system", Role.SEC_ADMIN: "security", Role.AUDIT_ADMIN: "audit"}
HOLDER = {Role.SYS_ADMIN: "sys-1", Role.SEC_ADMIN: "sec-1", Role.AUDIT_ADMIN: "aud-1"}
WHY = {"keys_expire_on": DAY, "reason": "密钥损毁", "document_no": "救1号"}


@pytest.fixture
def history() -> History:
    return History().begin()


def rescued(history: History, **named: Appointee) -> Event:
    command = steps.RescueAdministrators(**named, **WHY)
    return history.record(steps.rescue(history.accounts, command, DAY), SYS)


def working(history: History) -> dict[str, set[str]]:
    """Who can come in as which of the three: accounts with the office and a good key."""
    found: dict[str, set[str]] = {role: set() for role in ADMINISTRATORS}
    for account in history.accounts.accounts.values():
        for role in account.roles(DAY) & ADMINISTRATORS:
            if any(k.good(DAY) for k in account.keys):
                found[role].add(account.name)
    return found


def test_holders_get_new_keys_and_the_old_ones_end(history: History) -> None:
    event = rescued(
        history,
        system=appointee("sys-1", 11),
        security=appointee("sec-1", 12),
        audit=appointee("aud-1", 13),
    )
    assert isinstance(event, steps.AdministratorsRescued)
    assert set(event.keys_ended) == {FIRST.system.key_id, FIRST.security.key_id, FIRST.audit.key_id}
    assert event.grants_ended == ()
    for name, number in (("sys-1", 11), ("sec-1", 12), ("aud-1", 13)):
        keys = history.accounts.accounts[name].keys
        assert [k.id for k in keys if k.good(DAY)] == [f"{number:016x}"]
    told = steps.told_of(event)
    assert (told.offices, told.accounts, told.keys_ended) == (
        (Role.SYS_ADMIN, Role.SEC_ADMIN, Role.AUDIT_ADMIN),
        ("sys-1", "sec-1", "aud-1"),
        3,
    )


def test_a_successor_takes_the_office_and_whoever_had_it_has_nothing_left(history: History) -> None:
    history.open("sec-too", of="wu")
    history.grant("sec-too", Role.SEC_ADMIN)
    registered = steps.RegisterKey(key_id="e" * 16, key_sha256="e" * 64, expires_on=DAY)
    history.do(steps.register_key, "sec-too", registered, SEC)
    event = rescued(history, security=appointee("sec-9", 12))
    assert isinstance(event, steps.AdministratorsRescued)
    assert {(g.account, g.number) for g in event.grants_ended} == {("sec-1", 1), ("sec-too", 1)}
    assert working(history) == {
        Role.SYS_ADMIN: {"sys-1"},
        Role.SEC_ADMIN: {"sec-9"},
        Role.AUDIT_ADMIN: {"aud-1"},
    }
    # The offices that were not named stay as they were; whoever held this one acts no more.
    history.open("clerk")
    assert rules(history.grant("clerk", Role.DRC, SEC)) == ("A07",)
    assert rules(history.grant("clerk", Role.DRC, by("sec-9", Role.SEC_ADMIN))) == ()


@pytest.mark.parametrize("role", sorted(ADMINISTRATORS))
@pytest.mark.parametrize("other", sorted(ADMINISTRATORS))
def test_no_rescue_makes_one_person_two_of_the_three(history: History, role: Role, other: Role) -> None:
    """Neither at once, nor one after the other, nor by a new account, nor by the other's own."""
    if role is other:
        return
    before = history.accounts.accounts
    twice = {FIELD[role]: appointee("new-1", 11), FIELD[other]: appointee("new-2", 12).but(person=person("new-1"))}
    assert set(rules(rescued(history, **twice))) == {"A01"}
    holder = appointee("new-1", 11).but(person=person(HOLDER[other]))
    assert set(rules(rescued(history, **{FIELD[role]: holder}))) == {"A01"}
    assert set(rules(rescued(history, **{FIELD[role]: appointee(HOLDER[other], 11)}))) == {"A01", "A09"}
    assert history.accounts.accounts == before
    # Who had the office before the rescue is one of them for good.
    assert rules(rescued(history, **{FIELD[other]: appointee("new-3", 13)})) == ()
    again = appointee("new-4", 14).but(person=person(HOLDER[other]))
    assert set(rules(rescued(history, **{FIELD[role]: again}))) == {"A01"}
    again = appointee("new-4", 14).but(person=person("new-3"))
    assert set(rules(rescued(history, **{FIELD[role]: again}))) == {"A01"}


def test_it_gives_no_office_to_accounts_of_others(history: History) -> None:
    history.open("clerk", of="li")
    history.grant("clerk", Role.FINANCE)
    history.open("idle", of="wu")
    for name, of, failing in (
        ("clerk", "li", {"A04", "A09"}),  # an account that works elsewhere
        ("new-1", "li", {"A04"}),  # its person under another name
        ("idle", "wu", {"A09"}),  # an account that the system administrator opened for it
        ("sys-1", "wu", {"A09"}),  # the holder's account, said to be another's
    ):
        event = rescued(history, system=appointee(name, 11).but(person=person(of)))
        assert set(rules(event)) == failing, name
    history.open("sys-2", of="zhao")
    history.grant("sys-2", Role.SYS_ADMIN)
    history.do(steps.disable, "sys-2", steps.DisableAccount(reason="x"), SYS)
    assert rules(rescued(history, system=appointee("sys-2", 11).but(person=person("zhao")))) == ("A09",)
    assert working(history)[Role.SYS_ADMIN] == {"sys-1"}


def test_what_is_no_rescue_is_told_and_not_recorded(history: History) -> None:
    for named, fault in (
        ({}, BadFieldError),
        ({"system": appointee("sys-1", 11), "audit": appointee("sys-1", 12)}, BadFieldError),
        ({"system": appointee("sys-1", 11), "audit": appointee("aud-1", 11)}, BadFieldError),
        ({"system": appointee("sys-1", 1)}, ActError),  # the lost key itself
        ({"system": appointee("sys-1", 2)}, ActError),  # another's
        ({"system": appointee("sys-1", 11).but(key_sha256=f"{3:064x}")}, ActError),
    ):
        with pytest.raises(fault):
            rescued(history, **named)
    empty = History()
    with pytest.raises(ActError):
        steps.rescue(empty.accounts, steps.RescueAdministrators(system=appointee("sys-1", 11), **WHY), DAY)
    late = steps.RescueAdministrators(
        system=appointee("sys-1", 11), **{**WHY, "keys_expire_on": DAY.replace(year=2028)}
    )
    with pytest.raises(BadFieldError):
        steps.rescue(history.accounts, late, DAY)
    assert len(history.events) == 1


def test_an_emergency_that_a_lost_key_began_needs_the_new_ones(history: History) -> None:
    """Whoever stole a key before the rescue has nothing of it, whatever was begun."""
    history.open("thief", of="thief")
    ask = steps.AskEmergency(role=Role.SEC_ADMIN, reason="突发", until=DAY)
    history.do(steps.ask_emergency, "thief", ask, SYS)
    history.do(steps.confirm_emergency, "thief", steps.ConfirmEmergency(number=1), SEC)
    key = steps.RegisterKey(key_id="f" * 16, key_sha256="f" * 64, expires_on=DAY)
    history.do(steps.register_key, "thief", key, SEC)
    assert working(history)[Role.SEC_ADMIN] == {"sec-1", "thief"}
    rescued(history, security=appointee("sec-1", 12))
    assert working(history)[Role.SEC_ADMIN] == {"sec-1"}
    assert [k.good(DAY) for k in history.accounts.accounts["thief"].keys] == [False]


def test_an_account_of_a_program_is_not_rescued(history: History) -> None:
    robot = Account(name="robot", kind=AccountKind.PROGRAM, person=None, organisation="x", uscc=None, opener=None)
    history.accounts = history.accounts.but(accounts={**history.accounts.accounts, "robot": robot})
    assert rules(rescued(history, system=appointee("robot", 11))) == ("A09",)


@pytest.fixture
def machine(liuhen: Liuhen, database: str, monkeypatch: pytest.MonkeyPatch) -> Liuhen:
    """The environment of whoever works on the machine itself."""
    monkeypatch.setenv("LIUHEN_DATABASE_URL", database)
    monkeypatch.setenv("LIUHEN_DATA_DIR", str(liuhen.settings.data_dir))
    return liuhen


def on_the_machine(*named: str, who: str = "县大数据局值班") -> Result:
    said = ["accounts", "rescue", "--reason", "密钥随存储损毁", "--document", "救1号", "--who", who]
    return CliRunner().invoke(cli, [*said, *named])


def anew(account: str, *person: str) -> tuple[str, str]:
    """An option's value, and the key that goes with it: made where it is used."""
    key_id, digest, key = new_key()
    return ":".join([account, key_id, digest, *person]), key


def of(directory: AccountDirectory, key: str) -> frozenset[Role]:
    try:
        return directory.of_key(key).roles
    except BadTokenError:
        return frozenset()


def test_all_three_come_in_again_and_every_auditor_sees_it(office: Office, machine: Liuhen, database: str) -> None:
    bureau = office.working("bureau", Role.AUDITOR)
    lost = {name: office.keys[name] for name in ("sys-1", "sec-1", "aud-1")}
    position = machine.ledger.position()
    (system, sys_key), (security, sec_key), (audit, aud_key) = anew("sys-1"), anew("sec-9"), anew("aud-1")
    done = on_the_machine("--system", system, "--security", security, "--audit", audit)
    assert done.exit_code == 0, done.output
    entries = machine.ledger.after(position, 10)
    assert [e.event.TOPIC for e in entries] == ["accounts.administrators_rescued", "county.administrators_rescued"]
    assert {e.circumstances.actor.account for e in entries} == {"liuhen-cli/县大数据局值班"}
    secrets = [key.rsplit("_", 1)[1] for key in (sys_key, sec_key, aud_key)]
    assert not any(secret in done.output + str(entries) for secret in secrets)

    with wired(machine.settings, database) as other:  # a process that was told nothing
        directory = AccountDirectory(other.desk)
        assert [of(directory, k) for k in (sys_key, sec_key, aud_key)] == [
            {Role.SYS_ADMIN},
            {Role.SEC_ADMIN},
            {Role.AUDIT_ADMIN},
        ]
        assert [of(directory, k) for k in lost.values()] == [frozenset()] * 3
    machine.directory._read_at = float("-inf")  # as if seconds had passed since the service read the accounts
    for key in lost.values():
        assert Client(office.http, key).get("/accounts").status_code == 401
    office.keys |= {"sys-1": sys_key, "sec-1": sec_key}
    office.working("clerk", Role.DRC)  # the new administrators do their work

    # The audit bureau reads it without the accounts' history, which is not for it.
    told = bureau.get("/county/history").json()["events"][-1]
    assert (told["topic"], told["event"]["offices"]) == (
        "county.administrators_rescued",
        ["SYS_ADMIN", "SEC_ADMIN", "AUDIT_ADMIN"],
    )
    assert told["event"]["keys_ended"] == 3
    assert "county.administrators_rescued" in bureau.get("/feed", limit=200).text
    assert bureau.get("/accounts/history").status_code == 403
    machine.engine.catch_up()
    everything = Client(office.http, aud_key).get("/accounts/history").json()["events"]
    assert "accounts.administrators_rescued" in [e["topic"] for e in everything]


def test_whoever_works_on_the_machine_is_refused_what_makes_one_person_two(
    office: Office, machine: Liuhen, database: str
) -> None:
    me = str(uuid4())
    attempts: list[tuple[tuple[str, ...], set[str]]] = [
        (("--system", anew("me-1", me)[0], "--security", anew("me-2", me)[0]), {"A01"}),
        (("--security", anew("me-2", office.persons["sys-1"])[0]), {"A01"}),
        (("--audit", anew("sys-1")[0]), {"A01", "A09"}),
        (("--system", anew("sys-1", me)[0]), {"A09"}),
    ]
    accounts = accounts_id(machine.desk.division)
    for named, failing in attempts:
        position = machine.ledger.position()
        done = on_the_machine(*named)
        assert done.exit_code == 1
        (entry,) = machine.ledger.after(position, 10)
        assert isinstance(entry.event, steps.AccountActRefused)
        assert (entry.stream.kind, entry.stream.id) == (StreamKind.ACCOUNTS, accounts)
        assert set(entry.event.judgement.blocking()) == failing
        assert all(rule in done.stderr for rule in failing)
    with wired(machine.settings, database) as other:
        directory = AccountDirectory(other.desk)
        assert [of(directory, office.keys[n]) for n in ("sys-1", "sec-1", "aud-1")] == [
            {Role.SYS_ADMIN},
            {Role.SEC_ADMIN},
            {Role.AUDIT_ADMIN},
        ]


@pytest.mark.parametrize(
    "named",
    [(), ("--system", "sys-1"), ("--system", "sys-1:x:y"), ("--system", f"sys-1:{'a' * 16}:{'b' * 64}:me"),
     ("--system", f"王某:{'a' * 16}:{'b' * 64}")],
)  # fmt: skip
def test_what_is_not_understood_is_told_and_changes_nothing(
    office: Office, machine: Liuhen, named: tuple[str, ...]
) -> None:
    position = machine.ledger.position()
    done = on_the_machine(*named)
    assert (done.exit_code, bool(done.stderr.strip())) == (1, True)
    assert "Traceback" not in done.output
    assert machine.ledger.position() == position
    assert on_the_machine("--system", anew("sys-1")[0], who=" ").exit_code == 1
    assert machine.ledger.position() == position


def test_no_route_rescues(office: Office) -> None:
    """Only the machine itself: not an administrator with a good key, whatever it sends."""
    assert "RescueAdministrators" not in json.dumps(document())
    act: dict[str, Any] = {"reason": "x", "document_no": "x", "keys_expire_on": str(today())}
    for path in ("/accounts/rescue", "/accounts/rescued", "/accounts/administrators", "/county/administrators-rescued"):
        for who in ("sys-1", "sec-1", "aud-1"):
            assert office.as_(who).post(path, str(today()), act).status_code in {403, 404, 405}
