"""账户 Who may come in, and what they may do: accounts of persons and programs, role grants, keys, emergencies.

All of a log's accounts are one history, so that what must never hold (one person, two of the three administrators) is
judged on all that was granted before, in one order. Secrets are never here: of a key only its SHA-256.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from domain.event import Value
from domain.identifiers import Uscc
from domain.project import RefusalNote
from domain.recorded import ADMINISTRATORS, RECORDING_ROLES, Role

ACCOUNT = r"^[a-z0-9][a-z0-9._-]{2,59}$"
"""Form of an account's name: a pseudonym, never a person's name."""
KEY_ID = r"^[0-9a-f]{16}$"
SHA256 = r"^[0-9a-f]{64}$"
DIVISION = r"^[0-9]{2}(?:[0-9]{2}){0,2}$|^[0-9]{9}$|^[0-9]{12}$"
"""A division code, or the beginning of one: everything under it."""
NOT_GRANTED = frozenset({Role.ADMINISTRATOR})
"""Roles of earlier records that nobody is given any more."""

INCOMPATIBLE = frozenset(
    frozenset(pair)
    for pair in (
        (Role.OWNER_UNIT, Role.PROJECT_AUTHORITY),  # 申报与审批、验收
        (Role.OWNER_UNIT, Role.DRC),  # 申报与立项
        (Role.OWNER_UNIT, Role.FINANCE),  # 申报与拨款
        (Role.OWNER_UNIT, Role.PLATFORM_OPERATOR),  # 建设与核验共享
        (Role.OWNER_UNIT, Role.TEST_AGENCY),  # 建设与测评
        (Role.OWNER_UNIT, Role.THIRD_PARTY),  # 建设与评价
        (Role.PROJECT_AUTHORITY, Role.FINANCE),  # 审批与拨款
        (Role.PROJECT_AUTHORITY, Role.THIRD_PARTY),  # 审批与评价
        (Role.FINANCE, Role.PLATFORM_OPERATOR),  # 拨款与核验共享
        (Role.TEST_AGENCY, Role.PROJECT_AUTHORITY),  # 测评与验收
        *((Role.AUDITOR, role) for role in RECORDING_ROLES),  # 监督与办理
    )
)
"""不相容角色 Pairs of roles that one person does not hold at a time, in whichever accounts."""


class AccountKind(StrEnum):
    """Whose account it is."""

    PERSON = "PERSON"  # 自然人
    PROGRAM = "PROGRAM"  # 程序


class Grant(Value):
    """授权 A role that an account holds, from a day, where it was not revoked."""

    number: int
    role: Role
    division: str = ""
    """Beginning of the division codes that it reaches; empty for all of the log."""
    since: date
    until: date | None = None
    """Last day, itself included."""
    emergency: bool = False
    revoked: bool = False

    def held(self, day: date) -> bool:
        """Is it held on this day?"""
        return not self.revoked and self.since <= day and (self.until is None or day <= self.until)


class Key(Value):
    """密钥 What an account proves itself by: the SHA-256 of a random secret of 256 bits, until a day."""

    id: str
    sha256: str
    expires_on: date
    """Last day, itself included."""
    revoked: bool = False

    def good(self, day: date) -> bool:
        """May it be used on this day?"""
        return not self.revoked and day <= self.expires_on


class Account(Value):
    """账户 One account, with all that was ever granted to it."""

    name: str
    kind: AccountKind
    person: UUID | None
    """Pseudonym of the person whose it is, or who answers for the program. Several accounts may be of one person."""
    organisation: str
    uscc: str | None
    login: str | None = None
    """Account of a foreign issuer (`issuer:subject`) that comes in as this one."""
    opener: UUID | None
    """Person who opened it; None for the first three."""
    enabled: bool = True
    grants: tuple[Grant, ...] = ()
    keys: tuple[Key, ...] = ()

    def roles(self, day: date) -> frozenset[Role]:
        """The roles that it holds on a day; none while it is disabled."""
        return frozenset(g.role for g in self.grants if g.held(day)) if self.enabled else frozenset()

    def has_key(self, day: date) -> bool:
        """Has it a key that is good on this day?"""
        return any(k.good(day) for k in self.keys)

    def key(self, key_id: str) -> Key | None:
        """The key of this public id, or None."""
        return next((k for k in self.keys if k.id == key_id), None)


class Emergency(Value):
    """应急 A role asked for in an emergency: by one person, confirmed by another, with reason and end."""

    number: int
    account: str
    role: Role
    division: str = ""
    reason: str
    until: date
    asked_by: UUID
    confirmed: bool = False
    grant: int | None = None
    """Number of the grant that it came to."""
    ended: bool = False


class Accounts(Value):
    """账户总表 All accounts of a log: the fold of their events."""

    id: UUID
    version: int = 0
    begun: bool = False
    """Were the first three administrators appointed?"""
    accounts: dict[str, Account] = Field(default_factory=dict)
    emergencies: tuple[Emergency, ...] = ()
    refusals: tuple[RefusalNote, ...] = ()

    def of_person(self, person: UUID) -> tuple[Account, ...]:
        """The accounts of a person."""
        return tuple(a for a in self.accounts.values() if a.person == person)

    def ever_administered(self, person: UUID) -> frozenset[Role]:
        """Which of the three a person holds or held at any time, in any account."""
        return frozenset(g.role for a in self.of_person(person) for g in a.grants) & ADMINISTRATORS

    def standing(self, role: Role, day: date) -> frozenset[str]:
        """Accounts that hold a role on this day and for good, as long as nobody takes it away."""
        return frozenset(
            a.name
            for a in self.accounts.values()
            if a.enabled and any(g.role is role and g.held(day) and g.until is None for g in a.grants)
        )

    def able(self, role: Role, day: date) -> frozenset[str]:
        """Those of them that can come in on this day: by a key that is good, or by a login of a foreign issuer."""
        return frozenset(
            name for name in self.standing(role, day) if self.accounts[name].login or self.accounts[name].has_key(day)
        )


class Appointee(Value):
    """首任管理员 One of the first three: account, person, organisation, and the digest of its first key."""

    account: str = Field(pattern=ACCOUNT, description="账户名 account")
    person: UUID = Field(description="人员标识 pseudonym of the person")
    organisation: str = Field(min_length=1, max_length=200, description="单位")
    uscc: Uscc | None = Field(default=None, description="统一社会信用代码")
    key_id: str = Field(pattern=KEY_ID, description="密钥标识 public id of the key")
    key_sha256: str = Field(pattern=SHA256, description="SHA-256 of the secret")


class EndedGrant(Value):
    """一项授权 A grant, by its account and its number there."""

    account: str
    number: int
