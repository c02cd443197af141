"""三员分立 What each of the three may do, must never do, and what is refused and recorded (A7)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from domain.accounts import INCOMPATIBLE, Accounts
from domain.evolve import fold
from domain.faults import ActError, BadFieldError, UnknownSubjectError
from domain.recorded import ADMINISTRATORS, RECORDING_ROLES, Role
from domain.states import beginning
from domain.steps import accounts as steps
from domain.streams import StreamKind
from tests.identity.accounts import AUD, DAY, FIRST, SEC, STREAM, SYS, History, by, person, rules


@pytest.fixture
def history() -> History:
    return History().begin()


def test_the_first_three_are_appointed_once(history: History) -> None:
    assert {a.name: set(a.roles(DAY)) for a in history.accounts.accounts.values()} == {
        "sys-1": {Role.SYS_ADMIN},
        "sec-1": {Role.SEC_ADMIN},
        "aud-1": {Role.AUDIT_ADMIN},
    }
    with pytest.raises(ActError):
        steps.appoint(history.accounts, FIRST, DAY)


@pytest.mark.parametrize("what", ["account", "person", "key_id", "key_sha256"])
def test_the_first_three_are_three(what: str) -> None:
    same = FIRST.but(audit=FIRST.audit.but(**{what: getattr(FIRST.system, what)}))
    with pytest.raises(BadFieldError):
        steps.appoint(Accounts(id=STREAM), same, DAY)


def test_system_and_security_make_a_working_account_together(history: History) -> None:
    history.open("clerk", uscc="11370323MB0000019Q")
    assert not history.accounts.accounts["clerk"].roles(DAY)
    history.grant("clerk", Role.OWNER_UNIT, until=date(2026, 6, 30))
    account = history.accounts.accounts["clerk"]
    assert account.roles(DAY) == {Role.OWNER_UNIT}
    assert account.roles(date(2026, 6, 30)) == {Role.OWNER_UNIT}
    assert account.roles(date(2026, 7, 1)) == account.roles(DAY - timedelta(days=1)) == frozenset()


CLERK = "clerk"
TO_CLERK: list[tuple[str, Callable[..., Any], Any, Role]] = [
    ("disable", steps.disable, steps.DisableAccount(reason="x"), Role.SYS_ADMIN),
    (
        "grant",
        steps.grant,
        steps.GrantRole(role=Role.FINANCE, since=DAY, document_no="x"),
        Role.SEC_ADMIN,
    ),
    ("revoke", steps.revoke_grant, steps.RevokeGrant(number=1, reason="x"), Role.SEC_ADMIN),
    (
        "register",
        steps.register_key,
        steps.RegisterKey(key_id="a" * 16, key_sha256="b" * 64, expires_on=DAY),
        Role.SEC_ADMIN,
    ),
    ("revoke key", steps.revoke_key, steps.RevokeKey(key_id="c" * 16, reason="x"), Role.SEC_ADMIN),
]


@pytest.mark.parametrize(("decide", "command", "whose"), [r[1:] for r in TO_CLERK], ids=[r[0] for r in TO_CLERK])
@pytest.mark.parametrize("actor", [SYS, SEC, AUD], ids=["sys", "sec", "aud"])
def test_each_acts_in_its_own_field_only(
    history: History, decide: Callable[..., Any], command: Any, whose: Role, actor: Any
) -> None:
    history.open(CLERK)
    history.grant(CLERK, Role.DRC)
    key = steps.RegisterKey(key_id="c" * 16, key_sha256="d" * 64, expires_on=DAY)
    history.do(steps.register_key, CLERK, key, SEC)
    came = history.do(decide, CLERK, command, actor)
    assert (rules(came) == ()) == (actor.role is whose)
    assert rules(came) in {(), ("A07",)}
    # A claimed role counts for nothing: whoever acts has to be recorded with it.
    assert "A07" in rules(history.grant(CLERK, Role.AUDITOR, by("clerk", Role.SEC_ADMIN)))
    assert "A07" in rules(history.open("another", by("sec-1", Role.SYS_ADMIN)))


def test_a_refusal_is_recorded_with_its_ground_and_cure(history: History) -> None:
    refused = history.open("another", AUD)
    assert isinstance(refused, steps.AccountActRefused)
    (finding,) = refused.judgement.findings
    assert (finding.rule, finding.clause.section) == ("A07", "8.1.5")
    assert finding.cure.zh
    assert "another" not in history.accounts.accounts
    assert history.accounts.refusals[-1].rules == ("A07",)


@pytest.mark.parametrize("role", sorted(ADMINISTRATORS))
def test_nobody_is_two_of_the_three_ever_in_any_account(history: History, role: Role) -> None:
    history.open("second-sys", of="li")
    history.grant("second-sys", Role.SYS_ADMIN)
    history.do(steps.revoke_grant, "second-sys", steps.RevokeGrant(number=1, reason="x"), SEC)
    history.open("other-of-li", of="li")
    assert rules(history.grant("other-of-li", role)) == (() if role is Role.SYS_ADMIN else ("A01",))


@pytest.mark.parametrize("role", sorted(RECORDING_ROLES | {Role.AUDITOR}))
def test_administrators_hold_no_other_role(history: History, role: Role) -> None:
    history.open("li-1", of="li", uscc="11370323MB0000019Q")
    history.open("li-2", of="li", uscc="11370323MB0000019Q")
    history.grant("li-1", Role.SYS_ADMIN)
    assert rules(history.grant("li-2", role)) == ("A04",)
    history.open("wu-1", of="wu", uscc="11370323MB0000019Q")
    history.grant("wu-1", role)
    history.open("wu-2", of="wu")
    assert rules(history.grant("wu-2", Role.SYS_ADMIN)) == ("A04",)


def test_nobody_grants_to_itself_or_to_what_it_opened(history: History) -> None:
    history.open("sec-2", of="sec-1")
    assert "A02" in rules(history.grant("sec-2", Role.AUDITOR))
    # Somebody who opened an account as system administrator cannot come back to grant to it.
    opened = history.accounts.accounts["sec-2"].but(person=person("li"), opener=person("sec-1"))
    history.accounts = history.accounts.but(accounts={**history.accounts.accounts, "sec-2": opened})
    assert rules(history.grant("sec-2", Role.AUDITOR)) == ("A03",)


@pytest.mark.parametrize("pair", sorted(sorted(p) for p in INCOMPATIBLE), ids="-".join)
def test_incompatible_roles_are_not_one_persons(history: History, pair: list[Role]) -> None:
    """Also when the second is held by another account of the same person (A7)."""
    for name in ("li-1", "li-2"):
        history.open(name, of="li", uscc="11370323MB0000019Q")
    first, second = pair
    history.grant("li-1", first)
    for name in ("li-1", "li-2"):
        assert rules(history.grant(name, second)) == ("A08",)
    emergency = steps.AskEmergency(role=second, reason="突发", until=DAY)
    assert rules(history.do(steps.ask_emergency, "li-2", emergency, SYS)) == ("A08",)
    history.do(steps.revoke_grant, "li-1", steps.RevokeGrant(number=1, reason="轮岗"), SEC)
    assert rules(history.grant("li-2", second)) == ()


def test_whoever_files_approves_pays_tests_or_evaluates_is_not_the_same() -> None:
    owner = {r for pair in INCOMPATIBLE if Role.OWNER_UNIT in pair for r in pair}
    assert owner >= {Role.PROJECT_AUTHORITY, Role.DRC, Role.FINANCE, Role.TEST_AGENCY, Role.THIRD_PARTY}
    assert {Role.FINANCE, Role.PLATFORM_OPERATOR} in INCOMPATIBLE  # who pays does not verify sharing


def test_a_program_is_no_administrator(history: History) -> None:
    history.open("robot", kind="PROGRAM", person=None)
    assert rules(history.grant("robot", Role.SYS_ADMIN)) == ("A04",)


@pytest.mark.parametrize(("name", "number"), [("sys-1", 1), ("sec-1", 2), ("aud-1", 3)])
def test_the_last_of_each_stays(history: History, name: str, number: int) -> None:
    disabled = history.do(steps.disable, name, steps.DisableAccount(reason="x"), SYS)
    revoked = history.do(steps.revoke_grant, name, steps.RevokeGrant(number=1, reason="x"), SEC)
    key = history.do(steps.revoke_key, name, steps.RevokeKey(key_id=f"{number:016x}", reason="x"), SEC)
    assert rules(disabled) == rules(revoked) == rules(key) == ("A05",)


def test_an_administrators_key_is_changed_by_itself(history: History) -> None:
    command = steps.RegisterKey(key_id="a" * 16, key_sha256="b" * 64, expires_on=DAY)
    assert rules(history.do(steps.register_key, "sys-1", command, SEC)) == ("A07",)
    assert rules(history.do(steps.register_key, "sys-1", command, SYS)) == ()
    with pytest.raises(ActError):
        history.do(steps.register_key, "sys-1", command, SYS)
    late = command.but(key_id="f" * 16, key_sha256="f" * 64, expires_on=DAY + timedelta(days=367))
    with pytest.raises(BadFieldError):
        history.do(steps.register_key, "sys-1", late, SYS)
    assert rules(history.do(steps.revoke_key, "sys-1", steps.RevokeKey(key_id=f"{1:016x}", reason="x"), SYS)) == ()


@pytest.mark.parametrize(
    ("role", "name", "number"),
    [
        (r, n, k)
        for r, n, k in ((Role.SYS_ADMIN, "sys-1", 1), (Role.SEC_ADMIN, "sec-1", 2), (Role.AUDIT_ADMIN, "aud-1", 3))
    ],
)
def test_the_last_who_can_come_in_stays(history: History, role: Role, name: str, number: int) -> None:
    """A second holder without a good key is none: else the office would be lost by one act of one administrator."""
    history.open("second", of="li")
    history.grant("second", role)
    revoke_key = steps.RevokeKey(key_id=f"{number:016x}", reason="x")
    acts: list[tuple[Any, Any, Any]] = [
        (steps.disable, steps.DisableAccount(reason="x"), SYS),
        (steps.revoke_grant, steps.RevokeGrant(number=1, reason="x"), SEC),
        (steps.revoke_key, revoke_key, SEC),
        (steps.revoke_key, revoke_key, by(name, role)),
    ]
    for decide, command, actor in acts:
        assert rules(decide(history.accounts, name, command, actor, DAY)) == ("A05",)
    key = steps.RegisterKey(key_id="e" * 16, key_sha256="e" * 64, expires_on=DAY)
    history.do(steps.register_key, "second", key, SEC)
    for decide, command, actor in acts:
        assert rules(decide(history.accounts, name, command, actor, DAY)) == ()
    history.day += timedelta(days=1)  # its key has expired
    for decide, command, actor in acts:
        assert rules(decide(history.accounts, name, command, actor, history.day)) == ("A05",)


def test_a_foreign_login_is_a_way_in(history: History) -> None:
    history.open("sys-2", of="li", login="city:li")
    history.grant("sys-2", Role.SYS_ADMIN)
    assert rules(history.do(steps.disable, "sys-1", steps.DisableAccount(reason="x"), SYS)) == ()


ASK = steps.AskEmergency(role=Role.FINANCE, reason="财政系统管理人员失联", until=DAY + timedelta(days=1))


def test_an_emergency_needs_two_persons_a_reason_and_an_end(history: History) -> None:
    history.open("clerk")
    history.do(steps.ask_emergency, "clerk", ASK, SYS)
    confirm = steps.ConfirmEmergency(number=1)
    assert not history.accounts.accounts["clerk"].roles(DAY)
    assert rules(history.do(steps.confirm_emergency, "clerk", confirm, SYS)) == ("A06",)
    history.open("sys-too", of="sys-1")
    history.grant("sys-too", Role.SYS_ADMIN)
    again = history.do(steps.confirm_emergency, "clerk", confirm, by("sys-too", Role.SYS_ADMIN))
    assert rules(again) == ("A06",)  # two accounts of one person are one
    assert rules(history.do(steps.confirm_emergency, "clerk", confirm, AUD)) == ("A07",)
    history.do(steps.confirm_emergency, "clerk", confirm, SEC)
    clerk = history.accounts.accounts["clerk"]
    assert clerk.roles(ASK.until) == {Role.FINANCE}
    assert not clerk.roles(ASK.until + timedelta(days=1))
    history.do(steps.end_emergency, "clerk", steps.EndEmergency(number=1), SYS)
    assert not history.accounts.accounts["clerk"].roles(DAY)
    for decide, command in ((steps.confirm_emergency, confirm), (steps.end_emergency, steps.EndEmergency(number=1))):
        with pytest.raises(ActError):
            history.do(decide, "clerk", command, SEC)
    assert steps.EmergencyConfirmed in {type(e.event) for e in history.events}


@pytest.mark.parametrize("days", [-1, 3])
def test_an_emergency_is_short(history: History, days: int) -> None:
    history.open("clerk")
    with pytest.raises(BadFieldError):
        history.do(steps.ask_emergency, "clerk", ASK.but(until=DAY + timedelta(days=days)), SYS)
    with pytest.raises(ValidationError):
        steps.AskEmergency(role=Role.FINANCE, reason="", until=DAY)


def test_what_does_not_fit_is_told_and_not_recorded(history: History) -> None:
    with pytest.raises(UnknownSubjectError):
        history.grant("nobody", Role.DRC)
    history.open("clerk", login="city:li")
    for name, login in (("clerk", None), ("clerk-2", "city:li")):
        with pytest.raises(ActError):
            history.open(name, login=login)
    for wrong in (Role.OWNER_UNIT, Role.ADMINISTRATOR):
        with pytest.raises(BadFieldError):
            history.grant("clerk", wrong)
    history.grant("clerk", Role.DRC)
    with pytest.raises(ActError):
        history.grant("clerk", Role.DRC)
    history.grant("clerk", Role.DRC, division="370323")
    assert fold(beginning(StreamKind.ACCOUNTS, STREAM), history.events) == history.accounts
