"""信封 The envelope of an event: where it stands, both times, who acted and on whose authority."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import Field

from domain.dates import CivilDate
from domain.event import Event, Value
from domain.identifiers import Uscc
from domain.streams import StreamAt, StreamKind


class Role(StrEnum):
    """The capacity in which somebody acts. Roles are held by organisations (facts: who is bound)."""

    OWNER_UNIT = "OWNER_UNIT"  # 建设单位
    PROJECT_AUTHORITY = "PROJECT_AUTHORITY"  # 项目主管部门
    DRC = "DRC"  # 县发改部门
    FINANCE = "FINANCE"  # 财政部门
    SMART_OFFICE = "SMART_OFFICE"  # 县智慧办
    LEADING_GROUP = "LEADING_GROUP"  # 县领导小组
    PLATFORM_OPERATOR = "PLATFORM_OPERATOR"  # 全市统一共享平台管理方
    TEST_AGENCY = "TEST_AGENCY"  # 测评机构
    EXPERT_COMMITTEE = "EXPERT_COMMITTEE"  # 专家咨询委员会
    THIRD_PARTY = "THIRD_PARTY"  # 第三方专业评估机构
    AUDITOR = "AUDITOR"  # 审计机关、纪检监察机关
    ADMINISTRATOR = "ADMINISTRATOR"  # 系统管理：三员分立之前的记录中才有 in records from before the three below
    SYS_ADMIN = "SYS_ADMIN"  # 系统管理员
    SEC_ADMIN = "SEC_ADMIN"  # 安全管理员
    AUDIT_ADMIN = "AUDIT_ADMIN"  # 审计管理员


ADMINISTRATORS = frozenset({Role.SYS_ADMIN, Role.SEC_ADMIN, Role.AUDIT_ADMIN})
"""三员 The three that are never one person (GB/T 22239-2019 8.1.5)."""
RECORDING_ROLES = frozenset(Role) - ADMINISTRATORS - {Role.ADMINISTRATOR, Role.AUDITOR}
"""Roles that record what becomes of projects."""


class Actor(Value):
    """Who recorded the event: an account, the organisation it belongs to, and the capacity it acted in."""

    account: str = Field(max_length=120, description="account (token subject), a pseudonym, never a person's name")
    organisation: str = Field(max_length=200, description="名称 name of the organisation")
    uscc: Uscc | None = Field(default=None, description="统一社会信用代码 of the organisation")
    role: Role = Field(description="capacity in which the account acted")
    person: UUID | None = Field(default=None, description="人员标识 pseudonym of the person, where it is recorded")


class Authority(Value):
    """On whose authority: the document that grounds the act."""

    issuer: str = Field(max_length=200, description="发文机关 the body that issued the document")
    document_no: str | None = Field(default=None, max_length=120, description="发文字号 document number")
    title: str | None = Field(default=None, max_length=300, description="文件标题 title of the document")


class Evidence(Value):
    """A paper that supports the event, named by its digest: the paper itself is kept elsewhere."""

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$", description="SHA-256 of the file, lower-case hexadecimal")
    title: str = Field(max_length=300, description="材料名称 what the paper is")


class Circumstances(Value):
    """All that surrounds an event and is known before it is recorded."""

    happened_on: CivilDate
    actor: Actor
    authority: Authority | None = None
    evidence: tuple[Evidence, ...] = ()
    correlation: str | None = None
    based_on: tuple[StreamAt, ...] = ()
    """The streams that the decision read, with the versions it read."""


class Recorded:
    """An event in its place. `recorded_at` is the database's clock (UTC), `position` the place in the log.

    Not a model of its own, since there are as many as events: what is in it was validated where it was made.
    """

    __slots__ = ("circumstances", "event", "position", "recorded_at", "stream")

    def __init__(
        self, *, stream: StreamAt, position: int, recorded_at: datetime, circumstances: Circumstances, event: Event
    ) -> None:
        self.stream = stream
        self.position = position
        self.recorded_at = recorded_at
        self.circumstances = circumstances
        self.event = event

    def but(self, **changes: Any) -> Recorded:
        """The same with some parts replaced."""
        return Recorded(**{**self._parts(), **changes})

    def _parts(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in Recorded.__slots__}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Recorded) and self._parts() == other._parts()

    def __hash__(self) -> int:
        return hash((self.position, self.stream))

    def __repr__(self) -> str:
        return f"Recorded({', '.join(f'{name}={part!r}' for name, part in self._parts().items())})"

    @property
    def stored(self) -> bytes | None:
        """The exact bytes that it is stored as, which the log commits to, where they are at hand."""
        return None

    @property
    def happened_on(self) -> CivilDate:
        """The calendar day (Asia/Shanghai) on which it happened, as the paper says."""
        return self.circumstances.happened_on

    @property
    def person(self) -> UUID | None:
        """人员标识 The pseudonym of the person whose account recorded it, where it is known."""
        return self.circumstances.actor.person

    @property
    def originator_id(self) -> UUID:
        """Stream identity, under the name that the event-sourcing library uses."""
        return self.stream.id

    @property
    def originator_version(self) -> int:
        """Version in the stream, under the name that the event-sourcing library uses."""
        return self.stream.version

    @property
    def kind(self) -> StreamKind:
        """What the stream is the history of."""
        return self.stream.kind
