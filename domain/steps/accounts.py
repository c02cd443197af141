"""账户: OpenAccount, GrantRole, RegisterKey, ... -> events of the accounts. GB/T 22239-2019 8.1.4.2, 8.1.5 (三员分立).

The system administrator opens and closes accounts, the security administrator grants and revokes, the audit
administrator looks on and changes nothing. What breaks that is refused, and the refusal is recorded like any other.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from uuid import UUID

from pydantic import Field

from domain.accounts import (
    ACCOUNT,
    DIVISION,
    INCOMPATIBLE,
    KEY_ID,
    NOT_GRANTED,
    SHA256,
    Account,
    AccountKind,
    Accounts,
    Appointee,
    Emergency,
    Grant,
    Key,
)
from domain.command import Command
from domain.dates import FullDate
from domain.event import Event
from domain.evolve import evolve
from domain.faults import ActError, BadFieldError, UnknownSubjectError
from domain.identifiers import Uscc
from domain.numbering import next_number
from domain.recorded import ADMINISTRATORS, Actor, Recorded, Role
from domain.refusal import Refused
from domain.rule import Clause, Effect, Finding, Gate, Judgement, NormStrength, RuleSetRef, text
from domain.texts import Text

LONGEST_KEY_DAYS = 366
"""Days that a key may be good for (8.1.4.1 a: 鉴别信息定期更换)."""
LONGEST_EMERGENCY_DAYS = 3
"""Days that an emergency may last, its first included."""
OWN_UNIT_ROLES = frozenset({Role.OWNER_UNIT, Role.THIRD_PARTY, Role.TEST_AGENCY})
"""Roles whose holder acts for its own organisation, which therefore must be known by its code."""


class OpenAccount(Command):
    """Ask to open an account (system administrator). It can do nothing until a role is granted to it."""

    account: str = Field(pattern=ACCOUNT, description="账户名，假名，不得为姓名 a pseudonym, never a person's name")
    kind: AccountKind = Field(description="自然人或程序")
    person: UUID | None = Field(default=None, description="人员标识；程序填责任人 pseudonym of the person")
    organisation: str = Field(min_length=1, max_length=200, description="单位名称")
    uscc: Uscc | None = Field(default=None, description="单位统一社会信用代码")
    login: str | None = Field(
        default=None, max_length=120, pattern=r"^[a-z0-9-]+:.+$", description="外部登录：签发方名:subject"
    )


class DisableAccount(Command):
    """Ask to disable an account at once (system administrator)."""

    reason: str = Field(min_length=1, max_length=500, description="原因")


class EnableAccount(Command):
    """Ask to enable a disabled account again (system administrator)."""

    reason: str = Field(min_length=1, max_length=500, description="原因")


class GrantRole(Command):
    """Ask to grant a role to an account (security administrator)."""

    role: Role = Field(description="角色")
    division: str = Field(default="", pattern=rf"^$|{DIVISION}", description="区划代码前缀；空为全县 empty for all")
    since: FullDate = Field(description="自何日起, inclusive")
    until: FullDate | None = Field(default=None, description="至何日止, inclusive")
    document_no: str = Field(min_length=1, max_length=120, description="授权文号")


class RevokeGrant(Command):
    """Ask to revoke a grant at once (security administrator)."""

    number: int = Field(ge=1, description="授权序号 number of the grant within the account")
    reason: str = Field(min_length=1, max_length=500, description="原因")


class RegisterKey(Command):
    """Ask to register a key (security administrator; administrators their own). Only its digest is told."""

    key_id: str = Field(pattern=KEY_ID, description="密钥标识 public id, 16 hexadecimal digits")
    key_sha256: str = Field(pattern=SHA256, description="SHA-256 of the secret, a random one of 256 bits")
    expires_on: FullDate = Field(description="最后有效日 last day")


class RevokeKey(Command):
    """Ask to revoke a key at once (security administrator; everybody its own)."""

    key_id: str = Field(pattern=KEY_ID, description="密钥标识")
    reason: str = Field(min_length=1, max_length=500, description="原因")


class AskEmergency(Command):
    """Ask for a role in an emergency, with reason and end. It counts once another administrator has confirmed it."""

    role: Role = Field(description="角色")
    division: str = Field(default="", pattern=rf"^$|{DIVISION}", description="区划代码前缀")
    reason: str = Field(min_length=2, max_length=500, description="事由")
    until: FullDate = Field(description="至何日止, inclusive")


class ConfirmEmergency(Command):
    """Confirm an emergency that another person asked for (system or security administrator)."""

    number: int = Field(ge=1, description="应急序号")


class EndEmergency(Command):
    """End an emergency at once (system or security administrator)."""

    number: int = Field(ge=1, description="应急序号")


class AppointAdministrators(Command):
    """Appoint the first three administrators, once, on the machine itself."""

    system: Appointee
    security: Appointee
    audit: Appointee
    keys_expire_on: FullDate
    document_no: str = Field(min_length=1, max_length=120, description="任命文号")


class AdministratorsAppointed(Event):
    """The first three administrators were appointed."""

    TOPIC = "accounts.administrators_appointed"

    system: Appointee
    security: Appointee
    audit: Appointee
    keys_expire_on: date
    document_no: str


class AccountOpened(Event):
    """An account was opened."""

    TOPIC = "accounts.account_opened"

    account: str
    kind: AccountKind
    person: UUID | None = None
    organisation: str
    uscc: Uscc | None = None
    login: str | None = None
    opener: UUID


class AccountDisabled(Event):
    """An account was disabled."""

    TOPIC = "accounts.account_disabled"

    account: str
    reason: str


class AccountEnabled(Event):
    """An account was enabled again."""

    TOPIC = "accounts.account_enabled"

    account: str
    reason: str


class RoleGranted(Event):
    """A role was granted to an account."""

    TOPIC = "accounts.role_granted"

    account: str
    number: int
    role: Role
    division: str = ""
    since: date
    until: date | None = None
    document_no: str


class GrantRevoked(Event):
    """A grant was revoked."""

    TOPIC = "accounts.grant_revoked"

    account: str
    number: int
    reason: str


class KeyRegistered(Event):
    """A key was registered by the digest of its secret."""

    TOPIC = "accounts.key_registered"

    account: str
    key_id: str
    key_sha256: str
    expires_on: date


class KeyRevoked(Event):
    """A key was revoked."""

    TOPIC = "accounts.key_revoked"

    account: str
    key_id: str
    reason: str


class EmergencyAsked(Event):
    """A role was asked for in an emergency."""

    TOPIC = "accounts.emergency_asked"

    number: int
    account: str
    role: Role
    division: str = ""
    reason: str
    until: date
    asked_by: UUID


class EmergencyConfirmed(Event):
    """An emergency was confirmed by a second person: the role is held from now to its end."""

    TOPIC = "accounts.emergency_confirmed"

    number: int
    confirmed_by: UUID
    grant: int
    since: date


class EmergencyEnded(Event):
    """An emergency was ended before its end."""

    TOPIC = "accounts.emergency_ended"

    number: int


class AccountActRefused(Refused):
    """An act on accounts was asked for and refused."""

    TOPIC = "accounts.act_refused"


_SEPARATED = "应授予管理用户所需的最小权限，实现管理用户的权限分离"


def _clause(rule: str, section: str, quote: str, zh: str, en: str) -> Clause:
    return Clause(rule=rule, section=section, quote=quote, reading=text(zh, en), strength=NormStrength.PROHIBITION)


_SYS, _SEC = Role.SYS_ADMIN, Role.SEC_ADMIN
CLAUSES = {
    c.rule: c
    for c in (
        _clause("A01", "8.1.4.2", _SEPARATED, "一人在任何时候只任三员之一", "one person is one of the three, ever"),
        _clause("A02", "8.1.4.2", _SEPARATED, "不得给自己授权", "nobody grants to itself"),
        _clause("A03", "8.1.4.2", _SEPARATED, "开户与授权由不同的人办理", "who opens an account does not grant to it"),
        _clause(
            "A04", "8.1.4.2", _SEPARATED, "管理员不兼业务角色，程序不任管理员", "administrators hold no other role"
        ),
        _clause("A05", "8.1.4.2", _SEPARATED, "三员各至少保留一名", "each of the three is always held"),
        _clause("A06", "8.1.4.2", _SEPARATED, "应急须由两人办理并有期限", "an emergency needs two persons and an end"),
        _clause("A08", "8.1.4.2", _SEPARATED, "不相容角色不由一人担任", "incompatible roles are not one person's"),
        _clause(
            "A07",
            "8.1.5",
            "只允许其通过特定的命令或操作界面进行系统管理操作",
            "三员各办其事",
            "each acts in its own field only",
        ),
    )
}
RULES = RuleSetRef(
    id="gbt22239-2019-administrators",
    digest=hashlib.sha256(
        json.dumps({r: c.model_dump(mode="json") for r, c in CLAUSES.items()}, sort_keys=True).encode()
    ).hexdigest(),
)

Failing = tuple[str, Text, Text]
"""A rule that fails, why, and what would cure it."""


def _refused(step: str, day: date, failing: Iterable[Failing]) -> AccountActRefused:
    findings = tuple(
        Finding(rule=rule, clause=CLAUSES[rule], effect=Effect.BLOCKS, reason=reason, cure=cure)
        for rule, reason, cure in failing
    )
    judgement = Judgement(gate=Gate.RECORD, allowed=False, judged_on=day, rule_set=RULES, findings=findings)
    return AccountActRefused(step=step, judgement=judgement)


def appoint(accounts: Accounts, command: AppointAdministrators, day: date) -> Event:
    """Appoint the first three. Raises ActError when that was done before, BadFieldError when they are not three."""
    if accounts.begun:
        raise ActError(text("首任三员已经任命", "the first three administrators are appointed already"))
    three = (command.system, command.security, command.audit)
    for zh, en, few in (
        ("账户", "account", len({a.account for a in three})),
        ("人员", "person", len({a.person for a in three})),
        ("密钥", "key", min(len({a.key_id for a in three}), len({a.key_sha256 for a in three}))),
    ):
        if few < 3:
            raise BadFieldError(text(f"三员的{zh}须各不相同", f"each of the three needs an {en} of its own"), "/act")
    _check_expiry(command.keys_expire_on, day, "/act/keys_expire_on")
    return AdministratorsAppointed(**dict(command))


def open_account(accounts: Accounts, command: OpenAccount, actor: Actor, day: date) -> Event:
    """Open an account. Raises ActError for a name or login that is in use, BadFieldError for a person missing."""
    if command.account in accounts.accounts:
        raise ActError(text("账户名已用过", "the name is used already"), "/act/account")
    if command.login and any(a.login == command.login for a in accounts.accounts.values()):
        raise ActError(text("此外部登录已属于另一账户", "the login is that of another account"), "/act/login")
    if command.kind is AccountKind.PERSON and command.person is None:
        raise BadFieldError(text("自然人账户须填人员标识", "a person's account needs the person"), "/act/person")
    opener, failing = _administrator(accounts, actor, day, _SYS)
    if opener is None or opener.person is None:
        return _refused("open-account", day, failing)
    return AccountOpened(opener=opener.person, **dict(command))


def disable(accounts: Accounts, name: str, command: DisableAccount, actor: Actor, day: date) -> Event:
    """Disable an account. Raises UnknownSubjectError, ActError for one that is disabled."""
    account = _known(accounts, name)
    if not account.enabled:
        raise ActError(text("账户已停用", "the account is disabled already"))
    _, failing = _administrator(accounts, actor, day, _SYS)
    failing += _last(accounts, account, account.grants, day)
    return _refused("disable-account", day, failing) if failing else AccountDisabled(account=name, **dict(command))


def enable(accounts: Accounts, name: str, command: EnableAccount, actor: Actor, day: date) -> Event:
    """Enable an account again. Raises UnknownSubjectError, ActError for one that is not disabled."""
    account = _known(accounts, name)
    if account.enabled:
        raise ActError(text("账户未停用", "the account is not disabled"))
    opener, failing = _administrator(accounts, actor, day, _SYS)
    if opener is not None and opener.person == account.person:
        failing.append(_self())
    return _refused("enable-account", day, failing) if failing else AccountEnabled(account=name, **dict(command))


def grant(accounts: Accounts, name: str, command: GrantRole, actor: Actor, day: date) -> Event:
    """Grant a role. Raises UnknownSubjectError, BadFieldError, ActError for what the account holds already."""
    account = _known(accounts, name)
    if command.role in NOT_GRANTED:
        raise BadFieldError(text("此角色不再授予", "the role is not granted any more"), "/act/role")
    if command.until is not None and command.until < max(command.since, day):
        raise BadFieldError(text("授权在开始之前已结束", "it ends before it begins"), "/act/until")
    if command.role in OWN_UNIT_ROLES and account.uscc is None:
        raise BadFieldError(
            text("此角色以本单位名义办理，账户须有统一社会信用代码", "the account needs the code of its organisation"),
            "/act/role",
        )
    same = (g for g in account.grants if g.role is command.role and g.division == command.division)
    if any(not g.revoked and (g.until is None or g.until >= command.since) for g in same):
        raise ActError(text("该账户已有此授权", "the account holds it already"), "/act/role")
    granter, failing = _administrator(accounts, actor, day, _SEC)
    if granter is not None and granter.person is not None:
        failing += _may_give(account, granter.person)
    failing += _may_hold(accounts, account, command.role, day)
    if failing:
        return _refused("grant-role", day, failing)
    return RoleGranted(account=name, number=next_number(g.number for g in account.grants), **dict(command))


def revoke_grant(accounts: Accounts, name: str, command: RevokeGrant, actor: Actor, day: date) -> Event:
    """Revoke a grant. Raises UnknownSubjectError, BadFieldError for no such grant, ActError for a revoked one."""
    account = _known(accounts, name)
    found = next((g for g in account.grants if g.number == command.number), None)
    if found is None:
        raise BadFieldError(text("没有此序号的授权", "no grant of that number"), "/act/number")
    if found.revoked:
        raise ActError(text("授权已撤销", "the grant is revoked already"), "/act/number")
    _, failing = _administrator(accounts, actor, day, _SEC)
    failing += _last(accounts, account, (found,), day)
    return _refused("revoke-grant", day, failing) if failing else GrantRevoked(account=name, **dict(command))


def register_key(accounts: Accounts, name: str, command: RegisterKey, actor: Actor, day: date) -> Event:
    """Register a key. Raises UnknownSubjectError, ActError for an id in use, BadFieldError for too long an expiry.

    An administrator's key is registered by that administrator: else whoever grants could come in as who opens.
    """
    account = _known(accounts, name)
    _check_expiry(command.expires_on, day, "/act/expires_on")
    keys = [k for a in accounts.accounts.values() for k in a.keys]
    if any(command.key_id == k.id or command.key_sha256 == k.sha256 for k in keys):
        raise ActError(text("此密钥已登记过", "the key was registered before"), "/act/key_id")
    administers = bool(ADMINISTRATORS & {g.role for g in account.grants})
    failing: list[Failing] = []
    if administers and account.keys:
        if actor.account != name or actor.role not in account.roles(day):
            failing.append(
                (
                    "A07",
                    text("管理员的密钥由其本人更换", "an administrator's key is changed by itself"),
                    text("由该管理员以现有密钥登记新密钥", "let it register the new key while the old one is good"),
                )
            )
    else:
        _, failing = _administrator(accounts, actor, day, _SEC)
    return _refused("register-key", day, failing) if failing else KeyRegistered(account=name, **dict(command))


def revoke_key(accounts: Accounts, name: str, command: RevokeKey, actor: Actor, day: date) -> Event:
    """Revoke a key. Raises UnknownSubjectError, BadFieldError for no such key, ActError for a revoked one."""
    account = _known(accounts, name)
    key = account.key(command.key_id)
    if key is None:
        raise BadFieldError(text("该账户没有此密钥", "the account has no such key"), "/act/key_id")
    if key.revoked:
        raise ActError(text("密钥已吊销", "the key is revoked already"), "/act/key_id")
    failing: list[Failing] = []
    if actor.account != name:
        _, failing = _administrator(accounts, actor, day, _SEC)
    if key.good(day) and not any(k.good(day) for k in account.keys if k.id != key.id):
        failing += _last(accounts, account, account.grants, day)
    return _refused("revoke-key", day, failing) if failing else KeyRevoked(account=name, **dict(command))


def ask_emergency(accounts: Accounts, name: str, command: AskEmergency, actor: Actor, day: date) -> Event:
    """Ask for a role for an account. Raises UnknownSubjectError, BadFieldError for an end too late or past."""
    account = _known(accounts, name)
    if command.role in NOT_GRANTED:
        raise BadFieldError(text("此角色不再授予", "the role is not granted any more"), "/act/role")
    if not day <= command.until < day + timedelta(days=LONGEST_EMERGENCY_DAYS):
        raise BadFieldError(
            text(f"应急至多{LONGEST_EMERGENCY_DAYS}天", f"an emergency lasts {LONGEST_EMERGENCY_DAYS} days at most"),
            "/act/until",
        )
    asker, failing = _administrator(accounts, actor, day, _SYS, _SEC)
    failing += _may_hold(accounts, account, command.role, day)
    if failing or asker is None or asker.person is None:
        return _refused("ask-emergency", day, failing)
    number = next_number(e.number for e in accounts.emergencies)
    return EmergencyAsked(number=number, account=name, asked_by=asker.person, **dict(command))


def confirm_emergency(accounts: Accounts, name: str, command: ConfirmEmergency, actor: Actor, day: date) -> Event:
    """Confirm an emergency. Raises BadFieldError for no such one, ActError when it is confirmed, ended or over."""
    account, asked = _known(accounts, name), _emergency(accounts, name, command.number)
    if asked.confirmed or asked.ended or asked.until < day:
        raise ActError(text("该应急已确认或已结束", "it is confirmed or over already"), "/act/number")
    second, failing = _administrator(accounts, actor, day, _SYS, _SEC)
    if second is not None and second.person == asked.asked_by:
        failing.append(
            (
                "A06",
                text("提出人与确认人为同一人", "the same person asked for it"),
                text("由另一名管理员确认", "let another administrator confirm it"),
            )
        )
    if second is not None and second.person == account.person:
        failing.append(_self())
    failing += _may_hold(accounts, account, asked.role, day)
    if failing or second is None or second.person is None:
        return _refused("confirm-emergency", day, failing)
    number = next_number(g.number for g in account.grants)
    return EmergencyConfirmed(number=asked.number, confirmed_by=second.person, grant=number, since=day)


def end_emergency(accounts: Accounts, name: str, command: EndEmergency, actor: Actor, day: date) -> Event:
    """End an emergency. Raises BadFieldError for no such one, ActError when it is over."""
    asked = _emergency(accounts, name, command.number)
    if asked.ended:
        raise ActError(text("该应急已结束", "it is over already"), "/act/number")
    _, failing = _administrator(accounts, actor, day, _SYS, _SEC)
    return _refused("end-emergency", day, failing) if failing else EmergencyEnded(number=asked.number)


def _known(accounts: Accounts, name: str) -> Account:
    account = accounts.accounts.get(name)
    if account is None:
        raise UnknownSubjectError(text("没有此账户", "there is no such account"))
    return account


def _emergency(accounts: Accounts, name: str, number: int) -> Emergency:
    found = next((e for e in accounts.emergencies if (e.number, e.account) == (number, name)), None)
    if found is None:
        raise BadFieldError(text("该账户没有此序号的应急", "no emergency of that number"), "/act/number")
    return found


def _check_expiry(expires_on: date, day: date, pointer: str) -> None:
    if not day <= expires_on <= day + timedelta(days=LONGEST_KEY_DAYS):
        raise BadFieldError(
            text(f"密钥有效期至多{LONGEST_KEY_DAYS}天", f"a key is good for {LONGEST_KEY_DAYS} days at most"), pointer
        )


def _administrator(accounts: Accounts, actor: Actor, day: date, *roles: Role) -> tuple[Account | None, list[Failing]]:
    """The account that acts, where it is recorded with one of the roles, whatever its token says; else what fails."""
    account = accounts.accounts.get(actor.account)
    if account is not None and actor.role in roles and actor.role in account.roles(day):
        return account, []
    names = "、".join(roles)
    return None, [
        (
            "A07",
            text(f"办理人不是在册的{names}", f"whoever acts is not recorded as {names}"),
            text("由在册的该管理员办理", "let a recorded one act"),
        )
    ]


def _self() -> Failing:
    return (
        "A02",
        text("对象是办理人自己的账户", "it is an account of whoever acts"),
        text("由另一名管理员办理", "let another administrator act"),
    )


def _may_give(account: Account, granter: UUID) -> list[Failing]:
    failing: list[Failing] = [_self()] if account.person == granter else []
    if account.opener == granter:
        failing.append(
            (
                "A03",
                text("账户由办理人自己开立", "whoever acts opened the account"),
                text("由另一名安全管理员授权", "let another security administrator grant it"),
            )
        )
    return failing


def _may_hold(accounts: Accounts, account: Account, role: Role, day: date) -> list[Failing]:
    """May the account be given the role, with all that its person has or had in any account?"""
    of_person = accounts.of_person(account.person) if account.person is not None else (account,)
    ever = frozenset(g.role for a in of_person for g in a.grants) & ADMINISTRATORS
    standing = frozenset(
        g.role for a in of_person for g in a.grants if not g.revoked and (g.until is None or g.until >= day)
    )
    failing: list[Failing] = []
    another = text("另择人选", "choose another person")
    if role in ADMINISTRATORS and account.kind is AccountKind.PROGRAM:
        failing.append(("A04", text("程序账户不得任管理员", "a program is no administrator"), another))
    if role in ADMINISTRATORS and ever - {role}:
        held = "、".join(sorted(ever - {role}))
        failing.append(("A01", text(f"其人任或曾任{held}", f"the person is or was {held}"), another))
    mixed = standing - ADMINISTRATORS if role in ADMINISTRATORS else standing & ADMINISTRATORS
    against = sorted(r for r in standing if frozenset({r, role}) in INCOMPATIBLE)
    if against:
        held = "、".join(against)
        cure = text(
            "由另一人任此角色，或先撤销其现任角色", "let another person hold it, or revoke the other role first"
        )
        failing.append(
            ("A08", text(f"其人现任{held}，与此不相容", f"the person holds {held}, which excludes it"), cure)
        )
    if mixed:
        held = "、".join(sorted(mixed))
        failing.append(("A04", text(f"其人现任{held}", f"the person holds {held}"), another))
    return failing


def _last(accounts: Accounts, account: Account, grants: Iterable[Grant], day: date) -> list[Failing]:
    """Would one of the three be held by nobody?"""
    lost = sorted({g.role for g in grants if g.role in ADMINISTRATORS and accounts.standing(g.role, day)})
    return [
        (
            "A05",
            text(f"这是最后一名{role}", f"it is the last {role}"),
            text("先任命继任者", "appoint a successor first"),
        )
        for role in lost
        if accounts.standing(Role(role), day) <= {account.name}
    ]


def _with(accounts: Accounts, account: Account) -> Accounts:
    return accounts.but(accounts={**accounts.accounts, account.name: account})


def _changed(accounts: Accounts, name: str, change: Callable[[Account], Account]) -> Accounts:
    """With one account changed. History is never refused: of an account that was not opened nothing changes."""
    account = accounts.accounts.get(name)
    return accounts if account is None else _with(accounts, change(account))


@evolve.register
def _(event: AdministratorsAppointed, accounts: Accounts, at: Recorded) -> Accounts:
    first = {}
    for role, who in ((_SYS, event.system), (_SEC, event.security), (Role.AUDIT_ADMIN, event.audit)):
        first[who.account] = Account(
            name=who.account,
            kind=AccountKind.PERSON,
            person=who.person,
            organisation=who.organisation,
            uscc=who.uscc,
            opener=None,
            grants=(Grant(number=1, role=role, since=at.happened_on.earliest),),
            keys=(Key(id=who.key_id, sha256=who.key_sha256, expires_on=event.keys_expire_on),),
        )
    return accounts.but(begun=True, accounts={**accounts.accounts, **first})


@evolve.register
def _(event: AccountOpened, accounts: Accounts, at: Recorded) -> Accounts:
    del at
    said = {k: v for k, v in dict(event).items() if k != "account"}
    return _with(accounts, Account(name=event.account, **said))


@evolve.register
def _(event: AccountDisabled, accounts: Accounts, at: Recorded) -> Accounts:
    del at
    return _changed(accounts, event.account, lambda account: account.but(enabled=False))


@evolve.register
def _(event: AccountEnabled, accounts: Accounts, at: Recorded) -> Accounts:
    del at
    return _changed(accounts, event.account, lambda account: account.but(enabled=True))


@evolve.register
def _(event: RoleGranted, accounts: Accounts, at: Recorded) -> Accounts:
    del at
    said = {k: v for k, v in dict(event).items() if k not in {"account", "document_no"}}
    return _changed(accounts, event.account, lambda account: account.but(grants=(*account.grants, Grant(**said))))


@evolve.register
def _(event: GrantRevoked, accounts: Accounts, at: Recorded) -> Accounts:
    del at
    return _without_grant(accounts, event.account, event.number)


def _without_grant(accounts: Accounts, name: str, number: int) -> Accounts:
    def without(account: Account) -> Account:
        grants = tuple(g.but(revoked=True) if g.number == number else g for g in account.grants)
        return account.but(grants=grants)

    return _changed(accounts, name, without)


@evolve.register
def _(event: KeyRegistered, accounts: Accounts, at: Recorded) -> Accounts:
    del at
    key = Key(id=event.key_id, sha256=event.key_sha256, expires_on=event.expires_on)
    return _changed(accounts, event.account, lambda account: account.but(keys=(*account.keys, key)))


@evolve.register
def _(event: KeyRevoked, accounts: Accounts, at: Recorded) -> Accounts:
    del at

    def without(account: Account) -> Account:
        keys = tuple(k.but(revoked=True) if k.id == event.key_id else k for k in account.keys)
        return account.but(keys=keys)

    return _changed(accounts, event.account, without)


@evolve.register
def _(event: EmergencyAsked, accounts: Accounts, at: Recorded) -> Accounts:
    del at
    return accounts.but(emergencies=(*accounts.emergencies, Emergency(**dict(event))))


@evolve.register
def _(event: EmergencyConfirmed, accounts: Accounts, at: Recorded) -> Accounts:
    del at
    asked = next((e for e in accounts.emergencies if e.number == event.number), None)
    if asked is None:
        return accounts
    given = Grant(
        number=event.grant,
        role=asked.role,
        division=asked.division,
        since=event.since,
        until=asked.until,
        emergency=True,
    )
    confirmed = tuple(
        e.but(confirmed=True, grant=event.grant) if e.number == event.number else e for e in accounts.emergencies
    )
    granted = _changed(accounts, asked.account, lambda account: account.but(grants=(*account.grants, given)))
    return granted.but(emergencies=confirmed)


@evolve.register
def _(event: EmergencyEnded, accounts: Accounts, at: Recorded) -> Accounts:
    del at
    asked = next((e for e in accounts.emergencies if e.number == event.number), None)
    ended = tuple(e.but(ended=True) if e.number == event.number else e for e in accounts.emergencies)
    rest = accounts.but(emergencies=ended)
    return rest if asked is None or asked.grant is None else _without_grant(rest, asked.account, asked.grant)
