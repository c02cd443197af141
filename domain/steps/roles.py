"""角色: AssignRole -> RoleAssigned; EndRole -> RoleEnded. 源政发〔2018〕16号 二（一） (O03), 三（一） (O10)."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from domain.command import Command
from domain.county import County
from domain.dates import FullDate
from domain.event import Event
from domain.evolve import evolve
from domain.faults import ActError, BadFieldError
from domain.identifiers import Uscc
from domain.numbering import next_number
from domain.project import Track
from domain.recorded import Recorded, Role
from domain.role_holding import RoleHolding
from domain.rule import text


class AssignRole(Command):
    """Ask to record that an organisation holds a role, a named duty or the lead of a track (exactly one of them)."""

    role: Role | None = Field(default=None, description="角色")
    duty: str = Field(
        default="", max_length=120, description="其他职责名称, e.g. 县领导小组组长单位; a duty, not a person"
    )
    track: Track | None = Field(default=None, description="双轮驱动中牵头的方面 (O10)")
    organisation: str = Field(min_length=1, max_length=200, description="承担单位名称")
    uscc: Uscc | None = Field(default=None, description="承担单位统一社会信用代码")
    since: FullDate = Field(description="自何日起, inclusive")
    document_no: str = Field(min_length=1, max_length=120, description="确定文号")


class EndRole(Command):
    """Ask to record that a holding ended, and who follows (e.g. by the renaming of 2019)."""

    holding: int = Field(ge=1, description="任职序号 number of the holding")
    until: FullDate = Field(description="最后一日, inclusive")
    reason: str = Field(min_length=1, max_length=500, description="原因")
    successor: str = Field(default="", max_length=200, description="承接单位名称")
    successor_uscc: Uscc | None = Field(default=None, description="承接单位统一社会信用代码")


class RoleAssigned(Event):
    """An organisation came to hold a role, a named duty or the lead of a track."""

    TOPIC = "county.role_assigned"

    number: int
    role: Role | None = None
    duty: str = ""
    track: Track | None = None
    organisation: str
    uscc: Uscc | None = None
    since: date
    document_no: str


class RoleEnded(Event):
    """A holding ended."""

    TOPIC = "county.role_ended"

    number: int
    until: date
    reason: str
    successor: str = ""
    successor_uscc: Uscc | None = None


def assign(county: County, command: AssignRole) -> RoleAssigned:
    """Assign a role from a day. Raises BadFieldError unless exactly one of role, duty and track is named.

    Raises ActError when a role of one holder has another on or after that day, or the same body leads the track.
    """
    if sum((command.role is not None, bool(command.duty), command.track is not None)) != 1:
        raise BadFieldError(
            text("角色、其他职责、牵头方面须且只须填写一项", "name exactly one of role, duty and track"), "/act/role"
        )
    offices = [h for h in county.roles if h.same_office(command.role, command.duty, command.track)]
    for other in offices:
        again = (other.organisation, other.uscc) == (command.organisation, command.uscc)
        if (other.sole or again) and (other.until is None or command.since <= other.until):
            raise ActError(
                text(
                    f"自{other.since}起已由{other.organisation}承担（第{other.number}项任职），请先登记其结束",
                    f"{other.organisation} has held it since {other.since} (no. {other.number}): end that first",
                ),
                "/act/since",
            )
    return RoleAssigned(number=next_number(h.number for h in county.roles), **dict(command))


def end(county: County, command: EndRole) -> RoleEnded:
    """End a holding. Raises BadFieldError for an unknown one or a day before it began, ActError when it has ended."""
    holding = next((h for h in county.roles if h.number == command.holding), None)
    if holding is None:
        raise BadFieldError(text("没有此序号的任职", "no holding of that number"), "/act/holding")
    if holding.until is not None:
        raise ActError(
            text(f"该任职已于{holding.until}结束", f"the holding ended on {holding.until} already"), "/act/holding"
        )
    if command.until < holding.since:
        raise BadFieldError(
            text(f"结束日期早于开始日期{holding.since}", f"it ends before it began on {holding.since}"), "/act/until"
        )
    return RoleEnded(
        number=command.holding,
        until=command.until,
        reason=command.reason,
        successor=command.successor,
        successor_uscc=command.successor_uscc,
    )


@evolve.register
def _(event: RoleAssigned, county: County, at: Recorded) -> County:
    return county.but(roles=(*county.roles, RoleHolding(**dict(event), assigned_on=at.happened_on)))


@evolve.register
def _(event: RoleEnded, county: County, at: Recorded) -> County:
    del at
    ended = {k: v for k, v in dict(event).items() if k != "number"}
    return county.but(roles=tuple(h.but(**ended) if h.number == event.number else h for h in county.roles))
