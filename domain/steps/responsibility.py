"""责任: who heads a unit, whom it names, what it is called, who follows it, and the four unifications.

源政发〔2018〕16号 二（一） (O04, O05), 二（三）2 (O06), 二 (O26).
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, ClassVar

from pydantic import Field, SerializeAsAny

from domain.command import Command
from domain.dates import FullDate
from domain.event import Event
from domain.evolve import evolve
from domain.faults import ActError, BadFieldError
from domain.identifiers import Uscc
from domain.personal import OF_CONTACT, OF_HEAD, Person, Sealed
from domain.recorded import Recorded
from domain.responsibility import Contact, HeadPost, Succession, UnificationCheck, UnitName, newest
from domain.rule import text
from domain.unit import Unit


class AppointHead(Command):
    """Ask to record the duty of a unit's head, who answers for it."""

    post: str = Field(min_length=1, max_length=120, description="一把手职务; a duty name, not a person")
    since: FullDate = Field(description="自何日起, inclusive")
    until: FullDate | None = Field(default=None, description="至何日止, inclusive")
    person: SerializeAsAny[Person] | None = Field(default=None, description="任职人员, kept sealed")

    PERSONAL: ClassVar = {"person": "unit.head_appointed/person"}


class NameContact(Command):
    """Ask to record the office or the post that a unit names."""

    office: str = Field(default="", max_length=200, description="明确的机构（科室）")
    post: str = Field(default="", max_length=120, description="专人的职务; a duty name, not a person")
    since: FullDate = Field(description="自何日起, inclusive")
    person: SerializeAsAny[Person] | None = Field(default=None, description="专人, kept sealed")

    PERSONAL: ClassVar = {"person": "unit.contact_named/person"}


class RenameUnit(Command):
    """Ask to record that a unit has a new name and keeps its code."""

    name: str = Field(min_length=1, max_length=200, description="新名称")
    document_no: str = Field(min_length=1, max_length=120, description="更名文号")
    since: FullDate = Field(description="自何日起, inclusive")


class SucceedUnit(Command):
    """Ask to record that another enrolled unit took over this one's functions."""

    successor_uscc: Uscc = Field(description="承继单位统一社会信用代码")
    document_no: str = Field(min_length=1, max_length=120, description="机构改革文号")
    since: FullDate = Field(description="自何日起, inclusive")


class CheckUnifications(Command):
    """Ask to record what a check of the four unifications found."""

    one_body: bool = Field(description="统一机构")
    one_plan: bool = Field(description="统一规划")
    one_network: bool = Field(description="统一网络")
    one_software: bool = Field(description="统一软件")
    document_no: str = Field(min_length=1, max_length=120, description="检查文号")


class HeadAppointed(Event):
    """The duty of a unit's head was recorded."""

    TOPIC = "unit.head_appointed"
    SCHEMA_VERSION = 2

    post: str
    since: date
    until: date | None = None
    person: Annotated[Sealed | None, OF_HEAD] = None

    @staticmethod
    def upcast_v1_v2(body: dict[str, Any]) -> dict[str, Any]:
        """No person was named then."""
        return body


class ContactNamed(Event):
    """A unit named an office or a post."""

    TOPIC = "unit.contact_named"
    SCHEMA_VERSION = 2

    office: str = ""
    post: str = ""
    since: date
    person: Annotated[Sealed | None, OF_CONTACT] = None

    @staticmethod
    def upcast_v1_v2(body: dict[str, Any]) -> dict[str, Any]:
        """No person was named then."""
        return body


class UnitRenamed(Event):
    """A unit got a new name."""

    TOPIC = "unit.renamed"

    name: str
    document_no: str
    since: date


class UnitSucceeded(Event):
    """Another unit took over a unit's functions."""

    TOPIC = "unit.succeeded"

    successor_uscc: Uscc
    successor: str
    document_no: str
    since: date


class UnificationsChecked(Event):
    """The four unifications of a unit were checked."""

    TOPIC = "unit.unifications_checked"

    one_body: bool
    one_plan: bool
    one_network: bool
    one_software: bool
    document_no: str


def appoint(unit: Unit, command: AppointHead) -> HeadAppointed:
    """Record a head's duty. Raises BadFieldError when it ends before it begins."""
    del unit
    if command.until is not None and command.until < command.since:
        raise BadFieldError(text("结束日期早于开始日期", "it ends before it begins"), "/act/until")
    return HeadAppointed(**dict(command))


def name_contact(unit: Unit, command: NameContact) -> ContactNamed:
    """Record a contact. Raises BadFieldError when neither an office nor a post is named."""
    del unit
    if not command.office and not command.post:
        raise BadFieldError(text("请填写机构（科室）或专人职务", "name an office or a post"), "/act/office")
    return ContactNamed(**dict(command))


def rename(unit: Unit, command: RenameUnit) -> UnitRenamed:
    """Rename a unit. Raises BadFieldError when it has that name already."""
    if unit.name_on(command.since) == command.name:
        raise BadFieldError(text("该单位已用此名称", "the unit has that name already"), "/act/name")
    return UnitRenamed(**dict(command))


def succeed(unit: Unit, command: SucceedUnit, successor: Unit) -> UnitSucceeded:
    """Record a successor. Raises BadFieldError when it is the unit itself or not enrolled, ActError for a second."""
    if successor.id == unit.id:
        raise BadFieldError(text("单位不能承继自身", "a unit cannot follow itself"), "/act/successor_uscc")
    if successor.enrolled_on is None:
        raise BadFieldError(
            text("承继单位未登记，请先登记", "the successor is not enrolled: enrol it first"), "/act/successor_uscc"
        )
    if unit.succession is not None:
        raise ActError(
            text(
                f"已登记由{unit.succession.successor}承继",
                f"{unit.succession.successor} is recorded as successor already",
            )
        )
    return UnitSucceeded(
        successor_uscc=command.successor_uscc,
        successor=successor.name_on(command.since),
        document_no=command.document_no,
        since=command.since,
    )


def check_unifications(unit: Unit, command: CheckUnifications) -> UnificationsChecked:
    """Record a check of the four unifications."""
    del unit
    return UnificationsChecked(**dict(command))


@evolve.register
def _(event: HeadAppointed, unit: Unit, at: Recorded) -> Unit:
    del at
    head = HeadPost(**dict(event))
    latest = newest((*unit.heads, head)) or head
    return unit.but(heads=(*unit.heads, head), head_post=latest.post)


@evolve.register
def _(event: ContactNamed, unit: Unit, at: Recorded) -> Unit:
    del at
    contact = Contact(**dict(event))
    latest = newest((*unit.contacts, contact)) or contact
    return unit.but(contacts=(*unit.contacts, contact), contact_office=latest.office or latest.post)


@evolve.register
def _(event: UnitRenamed, unit: Unit, at: Recorded) -> Unit:
    del at
    name = UnitName(**dict(event))
    latest = newest((*unit.names, name)) or name
    return unit.but(names=(*unit.names, name), name=latest.name)


@evolve.register
def _(event: UnitSucceeded, unit: Unit, at: Recorded) -> Unit:
    del at
    return unit.but(succession=Succession(**dict(event)))


@evolve.register
def _(event: UnificationsChecked, unit: Unit, at: Recorded) -> Unit:
    check = UnificationCheck(**dict(event), checked_on=at.happened_on)
    return unit.but(unifications=(*unit.unifications, check))
