"""互联互通与供数: TestInterconnection, VerifySupply. The evidence for G08, G09 and G04, kept with the system."""

from __future__ import annotations

from pydantic import Field

from domain.case import Case
from domain.command import Command
from domain.deciding import record
from domain.event import Event
from domain.evolve import evolve
from domain.identifiers import Uscc
from domain.recorded import Recorded
from domain.system import ConnectionLevel, GovSystem, Interconnection, PlatformSupply


class RecordInterconnection(Command):
    """Ask to record a passed connection test with another department."""

    department: str = Field(min_length=1, max_length=200, description="对方部门")
    department_uscc: Uscc | None = Field(default=None, description="对方部门统一社会信用代码")
    level: ConnectionLevel = ConnectionLevel.DATA


class RecordSupply(Command):
    """Ask to record that a resource was verified as supplied to the city sharing platform."""

    resource: str = Field(min_length=1, max_length=200, description="信息资源名称, as in the declaration")
    platform_code: str = Field(min_length=1, max_length=120, description="共享平台资源代码 (registration receipt)")


class InterconnectionTested(Event):
    """A connection with another department was tested and works."""

    TOPIC = "system.interconnection_tested"

    department: str
    department_uscc: Uscc | None = None
    level: ConnectionLevel


class PlatformSupplyVerified(Event):
    """The supply of a resource to the city sharing platform was verified."""

    TOPIC = "system.platform_supply_verified"

    resource: str
    platform_code: str


def connect(case: Case, command: RecordInterconnection) -> Event:
    """Record a passed connection test."""
    return record("interconnection", case, command, InterconnectionTested(**command.model_dump()))


def supply(case: Case, command: RecordSupply) -> Event:
    """Record a verified supply."""
    return record("interconnection", case, command, PlatformSupplyVerified(**command.model_dump()))


@evolve.register
def _(event: InterconnectionTested, system: GovSystem, at: Recorded) -> GovSystem:
    test = Interconnection(**event.model_dump(), tested_on=at.happened_on)
    return system.but(interconnections=(*system.interconnections, test))


@evolve.register
def _(event: PlatformSupplyVerified, system: GovSystem, at: Recorded) -> GovSystem:
    verified = PlatformSupply(**event.model_dump(), verified_on=at.happened_on)
    return system.but(supplies=(*system.supplies, verified))
