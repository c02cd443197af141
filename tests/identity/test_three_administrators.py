"""三员 The invariants of the three administrators, whatever is tried by whomever, in any order (GB/T 22239-2019 8.1.5).

What holds is judged by a model of its own, made from the recorded events alone: who holds what, since when and by whose
hand. The accounts as the product folds them are compared with it at each step.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from application import accounts as use_cases
from application.act import Act
from domain.accounts import INCOMPATIBLE, AccountKind, Appointee
from domain.dates import CivilDate
from domain.evolve import fold
from domain.faults import ActError
from domain.recorded import ADMINISTRATORS, Actor, Recorded, Role
from domain.states import beginning
from domain.steps import accounts as steps
from domain.streams import StreamKind
from infrastructure.bootstrap import Liuhen, today, wired
from tests.identity.accounts import STREAM, SYS, History, appointee, by, person
from tests.identity.conftest import Office

ROLES = [*sorted(ADMINISTRATORS), Role.FINANCE, Role.DRC, Role.AUDITOR]
NAMES = ["sys-1", "sec-1", "aud-1", *(f"account-{n}" for n in range(5)), "robot-1"]
PERSONS = ["li", "wu", "sys-1", "sec-1", "aud-1"]
MACHINE = Actor(account="liuhen-cli/值班", organisation="本机", role=Role.SYS_ADMIN)
FAR = date(2027, 2, 1)


@dataclass
class Held:
    """A grant."""

    role: Role
    since: date
    until: date | None
    ended: bool = False

    def on(self, day: date) -> bool:
        return not self.ended and self.since <= day <= (self.until or date.max)


@dataclass
class Model:
    """Who holds what, as the events tell it; and whose hand each was."""

    person: dict[str, UUID | None] = field(default_factory=dict)
    opener: dict[str, UUID | None] = field(default_factory=dict)
    off: set[str] = field(default_factory=set)
    grants: dict[tuple[str, int], Held] = field(default_factory=dict)
    keys: dict[str, tuple[str, date]] = field(default_factory=dict)
    ended: set[str] = field(default_factory=set)
    asked: dict[int, steps.EmergencyAsked] = field(default_factory=dict)
    given: dict[int, tuple[str, int]] = field(default_factory=dict)
    ever: dict[object, set[Role]] = field(default_factory=dict)

    def whose(self, account: str) -> object:
        """The person; of an account without one the account itself."""
        return self.person[account] or account

    def roles(self, account: str, day: date) -> set[Role]:
        held = {g.role for (name, _), g in self.grants.items() if name == account and g.on(day)}
        return set() if account in self.off else held

    def roles_of(self, someone: object, day: date) -> set[Role]:
        return {r for a in self.person if self.whose(a) == someone for r in self.roles(a, day)}

    def good_keys(self, account: str, day: date) -> set[str]:
        return {k for k, (of, last) in self.keys.items() if of == account and k not in self.ended and day <= last}

    def able(self, role: Role, day: date) -> set[str]:
        return {a for a in self.person if role in self.roles(a, day) and self.good_keys(a, day)}

    def give(self, account: str, number: int, held: Held) -> None:
        self.grants[account, number] = held
        if held.role in ADMINISTRATORS:
            self.ever.setdefault(self.whose(account), set()).add(held.role)

    def seat(self, role: Role, who: Appointee, expires_on: date, day: date) -> None:
        """One of the three, appointed on the machine."""
        if who.account not in self.person:
            self.person[who.account], self.opener[who.account] = who.person, None
            self.give(who.account, 1, Held(role, day, None))
        self.keys[who.key_id] = (who.account, expires_on)

    def take_in(self, entry: Recorded) -> None:
        """The next event; fails where it is not in the hands of whoever did it."""
        actor, event = entry.circumstances.actor, entry.event
        day = entry.circumstances.happened_on.earliest
        if isinstance(event, steps.AdministratorsAppointed | steps.AdministratorsRescued):
            assert actor is MACHINE or not self.person
            self._seated(event, day)
            return
        known = actor.account in self.person
        may, mine = (self.roles(actor.account, day), self.whose(actor.account)) if known else (set(), None)
        if isinstance(event, steps.EmergencyAsked | steps.EmergencyConfirmed | steps.EmergencyEnded):
            assert may & {Role.SYS_ADMIN, Role.SEC_ADMIN}
            self._emergency(event, mine, day)
        elif isinstance(event, steps.KeyRegistered | steps.KeyRevoked):
            self._key(event, own=actor.account == event.account, may=may, day=day)
        else:
            self._account(event, mine, may)

    def _seated(self, event: steps.AdministratorsAppointed | steps.AdministratorsRescued, day: date) -> None:
        if isinstance(event, steps.AdministratorsRescued):
            for ended in event.grants_ended:
                self.grants[ended.account, ended.number].ended = True
            self.ended |= set(event.keys_ended)
        seats = {Role.SYS_ADMIN: event.system, Role.SEC_ADMIN: event.security, Role.AUDIT_ADMIN: event.audit}
        for role, who in seats.items():
            if who is not None:
                self.seat(role, who, event.keys_expire_on, day)
                assert self.able(role, day) == {who.account}  # nobody else has anything left of it

    def _emergency(self, event: Any, mine: object, day: date) -> None:
        match event:
            case steps.EmergencyAsked():
                assert event.asked_by == mine
                assert event.until < day + timedelta(days=steps.LONGEST_EMERGENCY_DAYS)
                self.asked[event.number] = event
            case steps.EmergencyConfirmed():
                asked = self.asked[event.number]
                assert mine not in {asked.asked_by, self.whose(asked.account)}
                self.given[event.number] = (asked.account, event.grant)
                self.give(asked.account, event.grant, Held(asked.role, event.since, asked.until))
            case steps.EmergencyEnded():
                if event.number in self.given:
                    self.grants[self.given[event.number]].ended = True

    def _key(self, event: Any, *, own: bool, may: set[Role], day: date) -> None:
        if isinstance(event, steps.KeyRevoked):
            assert own or Role.SEC_ADMIN in may
            self.ended.add(event.key_id)
            return
        first = not any(of == event.account for of, _ in self.keys.values())
        administers = bool(self.roles(event.account, day) & ADMINISTRATORS)
        assert own or (Role.SEC_ADMIN in may and (first or not administers))
        assert event.key_id not in self.keys
        self.keys[event.key_id] = (event.account, event.expires_on)

    def _account(self, event: Any, mine: object, may: set[Role]) -> None:
        match event:
            case steps.AccountOpened():
                assert Role.SYS_ADMIN in may
                assert event.account not in self.person
                assert event.opener == mine
                self.person[event.account], self.opener[event.account] = event.person, event.opener
            case steps.AccountDisabled():
                assert Role.SYS_ADMIN in may
                self.off.add(event.account)
            case steps.AccountEnabled():
                assert Role.SYS_ADMIN in may
                assert self.whose(event.account) != mine
                self.off.discard(event.account)
            case steps.RoleGranted():
                assert Role.SEC_ADMIN in may
                assert self.whose(event.account) != mine  # nobody grants to itself, by no account
                assert self.opener[event.account] != mine  # who opens does not grant
                self.give(event.account, event.number, Held(event.role, event.since, event.until))
            case steps.GrantRevoked():
                assert Role.SEC_ADMIN in may
                self.grants[event.account, event.number].ended = True
            case _:
                assert isinstance(event, steps.AccountActRefused)
                assert event.judgement.blocking()


class Administering(RuleBasedStateMachine):
    """Anybody tries anything under any claimed role; few persons own most accounts; keys get lost and days pass."""

    def __init__(self) -> None:
        super().__init__()
        self.history = History().begin()
        self.model, self.seen, self.keys = Model(), 0, 100

    names, roles, persons = st.sampled_from(NAMES), st.sampled_from(ROLES), st.sampled_from(PERSONS)

    @initialize()
    def some_more(self) -> None:
        self.history.open("account-0", of="li")
        self.history.open("account-1", of="li")
        self.history.open("account-2", of="sec-1")

    def tried(self, decide: Callable[..., Any], name: str, command: Any, actor: str, role: Role) -> None:
        with suppress(ActError):
            self.history.do(decide, name, command, by(actor, role))

    def new_key(self) -> int:
        self.keys += 1
        return self.keys

    @rule(actor=names, role=roles, name=names, of=persons)
    def open(self, actor: str, role: Role, name: str, of: str) -> None:
        kind = AccountKind.PROGRAM if name.startswith("robot") else AccountKind.PERSON
        with suppress(ActError):
            self.history.open(name, by(actor, role), of=of, kind=kind)

    @rule(name=names, of=persons)
    def open_rightly(self, name: str, of: str) -> None:
        with suppress(ActError):
            self.history.open(name, SYS, of=of)

    @rule(
        actor=names, role=roles, name=names, given=roles, begins=st.integers(0, 2), days=st.integers(0, 2) | st.none()
    )
    def grant(self, actor: str, role: Role, name: str, given: Role, begins: int, days: int | None) -> None:
        since = self.history.day + timedelta(days=begins)
        until = None if days is None else since + timedelta(days=days)
        self.tried(
            steps.grant, name, steps.GrantRole(role=given, since=since, until=until, document_no="x"), actor, role
        )

    @rule(name=names, given=roles)
    def grant_rightly(self, name: str, given: Role) -> None:
        command = steps.GrantRole(role=given, since=self.history.day, document_no="x")
        self.tried(steps.grant, name, command, "sec-1", Role.SEC_ADMIN)

    @rule(actor=names, role=roles, name=names, number=st.integers(1, 3))
    def revoke(self, actor: str, role: Role, name: str, number: int) -> None:
        self.tried(steps.revoke_grant, name, steps.RevokeGrant(number=number, reason="x"), actor, role)

    @rule(actor=st.sampled_from(["sec-1", "account-0"]), name=names, number=st.integers(1, 2))
    def revoke_rightly(self, actor: str, name: str, number: int) -> None:
        self.tried(steps.revoke_grant, name, steps.RevokeGrant(number=number, reason="x"), actor, Role.SEC_ADMIN)

    @rule(actor=names, role=roles, name=names, off=st.booleans())
    def switch(self, actor: str, role: Role, name: str, off: bool) -> None:
        command: Any = steps.DisableAccount(reason="x") if off else steps.EnableAccount(reason="x")
        self.tried(steps.disable if off else steps.enable, name, command, actor, role)

    @rule(name=names, off=st.booleans())
    def switch_rightly(self, name: str, off: bool) -> None:
        self.switch("sys-1", Role.SYS_ADMIN, name, off)

    @rule(actor=st.none() | names, role=roles, name=names)
    def register(self, actor: str | None, role: Role, name: str) -> None:
        number = self.new_key()
        command = steps.RegisterKey(key_id=f"{number:016x}", key_sha256=f"{number:064x}", expires_on=FAR)
        self.tried(steps.register_key, name, command, actor or "sec-1", Role.SEC_ADMIN if actor is None else role)

    @rule(actor=st.none() | names, role=roles, name=names, which=st.integers(0, 2))
    def revoke_a_key(self, actor: str | None, role: Role, name: str, which: int) -> None:
        account = self.history.accounts.accounts.get(name)
        if account is not None and which < len(account.keys):
            command = steps.RevokeKey(key_id=account.keys[which].id, reason="x")
            self.tried(steps.revoke_key, name, command, actor or "sec-1", Role.SEC_ADMIN if actor is None else role)

    @rule(actor=names, role=roles, name=names, given=roles, days=st.integers(0, 2))
    def ask(self, actor: str, role: Role, name: str, given: Role, days: int) -> None:
        until = self.history.day + timedelta(days=days)
        self.tried(
            steps.ask_emergency, name, steps.AskEmergency(role=given, reason="突发事件", until=until), actor, role
        )

    @rule(name=names, given=roles)
    def ask_rightly(self, name: str, given: Role) -> None:
        self.ask("sys-1", Role.SYS_ADMIN, name, given, 2)

    @rule(actor=names, role=roles, name=names, number=st.integers(1, 3))
    def confirm(self, actor: str, role: Role, name: str, number: int) -> None:
        self.tried(steps.confirm_emergency, name, steps.ConfirmEmergency(number=number), actor, role)

    @rule(number=st.integers(1, 3))
    def confirm_rightly(self, number: int) -> None:
        asked = next((e for e in self.history.accounts.emergencies if e.number == number), None)
        if asked is not None:
            self.confirm("sec-1", Role.SEC_ADMIN, asked.account, number)

    @rule(actor=names, role=roles, name=names, number=st.integers(1, 3))
    def end(self, actor: str, role: Role, name: str, number: int) -> None:
        self.tried(steps.end_emergency, name, steps.EndEmergency(number=number), actor, role)

    @rule(
        named=st.dictionaries(st.sampled_from(["system", "security", "audit"]), st.tuples(names, persons), min_size=1)
    )
    def rescue(self, named: dict[str, tuple[str, str]]) -> None:
        """Whoever works on the machine names whomever it likes."""
        who = {o: appointee(n, self.new_key()).but(person=person(of)) for o, (n, of) in named.items()}
        command = steps.RescueAdministrators(**who, keys_expire_on=FAR, reason="密钥丢失", document_no="x")
        with suppress(ActError):
            self.history.record(steps.rescue(self.history.accounts, command, self.history.day), MACHINE)

    @rule()
    def a_day_passes(self) -> None:
        self.history.day += timedelta(days=1)

    def teardown(self) -> None:
        assert fold(beginning(StreamKind.ACCOUNTS, STREAM), self.history.events) == self.history.accounts

    @invariant()
    def every_event_is_in_the_hands_of_its_office(self) -> None:
        """Each may do what is its own and nothing of the others'; see `Model.take_in`."""
        for entry in self.history.events[self.seen :]:
            self.model.take_in(entry)
        self.seen = len(self.history.events)

    @invariant()
    def nobody_is_or_was_two_of_the_three(self) -> None:
        assert all(len(offices) == 1 for offices in self.model.ever.values())

    @invariant()
    def whoever_administers_does_nothing_else(self) -> None:
        day = self.history.day
        for someone in {self.model.whose(a) for a in self.model.person}:
            held = self.model.roles_of(someone, day)
            assert len(held) < 2 or not held & ADMINISTRATORS
            assert not any(pair <= held for pair in INCOMPATIBLE)

    @invariant()
    def somebody_can_always_come_in_as_each_of_the_three(self) -> None:
        assert all(self.model.able(role, self.history.day) for role in ADMINISTRATORS)

    @invariant()
    def the_product_sees_what_the_events_tell(self) -> None:
        day, accounts = self.history.day, self.history.accounts.accounts
        assert accounts.keys() == self.model.person.keys()
        for name, account in accounts.items():
            assert account.roles(day) == self.model.roles(name, day)
            assert {k.id for k in account.keys if k.good(day)} == self.model.good_keys(name, day)
            assert not (account.kind is AccountKind.PROGRAM and account.roles(day) & ADMINISTRATORS)


TestAdministering = Administering.TestCase
TestAdministering.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)


def test_two_who_grant_at_once_do_not_make_one_person_two(office: Office, liuhen: Liuhen, database: str) -> None:
    """Over real connections of two processes: each grant is allowed as things stand, both together are not."""
    someone = str(uuid4())
    office.open("li-1", person=someone)
    office.open("li-2", person=someone)
    actor = Actor(account="sec-1", organisation="大数据局", role=Role.SEC_ADMIN, person=UUID(office.persons["sec-1"]))
    act = Act(actor=actor, happened_on=CivilDate.on(today()))
    with wired(liuhen.settings, database) as other:
        ready = Barrier(2)

        def granting(at: Liuhen, account: str, role: Role) -> Any:
            command = steps.GrantRole(role=role, since=today(), document_no="授1号")
            ready.wait()
            return use_cases.grant_role(at.desk, account, command, act).events[0]

        with ThreadPoolExecutor(2) as pool:
            tried = [
                pool.submit(granting, liuhen, "li-1", Role.SYS_ADMIN),
                pool.submit(granting, other, "li-2", Role.AUDIT_ADMIN),
            ]
            came = [t.result() for t in tried]
    granted = [e for e in came if isinstance(e, steps.RoleGranted)]
    (refused,) = [e for e in came if isinstance(e, steps.AccountActRefused)]
    assert (len(granted), refused.judgement.blocking()) == (1, ("A01",))


def test_none_of_the_three_reaches_what_is_of_the_others_or_of_the_county(office: Office, liuhen: Liuhen) -> None:
    """Over HTTP, by their own keys: acts of the others, business, and what is read of either."""
    office.open("clerk")
    emergency = {"role": "DRC", "reason": "突发", "until": str(today())}
    acts: dict[str, tuple[dict[str, Any], set[str]]] = {
        "/accounts": ({"account": "x-1", "kind": "PROGRAM", "organisation": "某局"}, {"sys-1"}),
        "/accounts/clerk/disabled": ({"reason": "x"}, {"sys-1"}),
        "/accounts/clerk/enabled": ({"reason": "x"}, {"sys-1"}),
        "/accounts/clerk/grants": ({"role": "DRC", "since": str(today()), "document_no": "x"}, {"sec-1"}),
        "/accounts/clerk/grants-revoked": ({"number": 1, "reason": "x"}, {"sec-1"}),
        "/accounts/clerk/emergencies": (emergency, {"sys-1", "sec-1"}),
        "/accounts/clerk/emergencies-ended": ({"number": 1}, {"sys-1", "sec-1"}),
        "/units": ({}, set()),
        "/projects": ({}, set()),
    }
    for path, (act, whose) in acts.items():
        for who in ("aud-1", "sec-1", "sys-1"):
            position = liuhen.ledger.position()
            status = office.as_(who).post(path, str(today()), act).status_code
            if who in whose:
                assert status in {201, 409}, (path, who)
            else:
                assert (status, liuhen.ledger.position()) == (403, position), (path, who)
    for path, readers in {
        "/accounts/history": {"aud-1"},
        "/access-log": {"aud-1"},
        "/register/projects": {"aud-1"},
        "/county": {"aud-1"},
        "/feed": {"aud-1"},
        "/projections": {"sys-1"},
        "/accounts": {"sys-1", "sec-1", "aud-1"},
    }.items():
        for who in ("sys-1", "sec-1", "aud-1"):
            status = office.as_(who).get(path).status_code
            assert (status == 200) == (who in readers), (path, who, status)
            assert status in {200, 403}
