"""互联互通与供数: connection tests, verified supply, its updates. The evidence for G08, G09, G04 and G05."""

from __future__ import annotations

from pydantic import Field

from domain.case import Case
from domain.command import Command
from domain.deciding import record
from domain.event import Event
from domain.evolve import evolve
from domain.faults import BadFieldError
from domain.identifiers import Uscc
from domain.recorded import Recorded
from domain.rule import text
from domain.system import (
    ConnectionLevel,
    ExchangeRoute,
    GovSystem,
    Interconnection,
    PlatformSupply,
    SupplyConfirmation,
)


class RecordInterconnection(Command):
    """Ask to record a passed connection test with another department."""

    department: str = Field(min_length=1, max_length=200, description="对方部门")
    department_uscc: Uscc | None = Field(default=None, description="对方部门统一社会信用代码")
    level: ConnectionLevel = ConnectionLevel.DATA
    route: ExchangeRoute = Field(default=ExchangeRoute.CITY_PLATFORM, description="交换途径 (G20)")


class RecordSupply(Command):
    """Ask to record that a resource was verified as supplied to the city sharing platform."""

    resource: str = Field(min_length=1, max_length=200, description="信息资源名称, as in the declaration")
    platform_code: str = Field(min_length=1, max_length=120, description="共享平台资源代码 (registration receipt)")


class ConfirmSupply(Command):
    """Ask to record that a supplied resource was updated on the day, as the platform sees it."""

    resource: str = Field(min_length=1, max_length=200, description="信息资源名称, as in the declaration")
    calls: int | None = Field(default=None, ge=0, description="自上次登记以来的调用次数 (O31)")


class InterconnectionTested(Event):
    """A connection with another department was tested and works."""

    TOPIC = "system.interconnection_tested"

    department: str
    department_uscc: Uscc | None = None
    level: ConnectionLevel
    route: ExchangeRoute = ExchangeRoute.CITY_PLATFORM


class PlatformSupplyVerified(Event):
    """The supply of a resource to the city sharing platform was verified."""

    TOPIC = "system.platform_supply_verified"

    resource: str
    platform_code: str


class SupplyConfirmed(Event):
    """A supplied resource was updated; a resource that is not updated in time has lapsed (G05)."""

    TOPIC = "system.supply_confirmed"

    resource: str
    calls: int | None = None


def connect(case: Case, command: RecordInterconnection) -> Event:
    """Record a passed connection test."""
    return record("interconnection", case, command, InterconnectionTested(**command.model_dump()))


def supply(case: Case, command: RecordSupply) -> Event:
    """Record a verified supply."""
    return record("interconnection", case, command, PlatformSupplyVerified(**command.model_dump()))


def confirm(case: Case, system: GovSystem, command: ConfirmSupply) -> Event:
    """Record an update. Raises BadFieldError for a resource whose supply was never verified."""
    if all(s.resource != command.resource for s in system.supplies):
        raise BadFieldError(
            text("该资源尚未核验供数", "the supply of that resource was never verified"), "/act/resource"
        )
    return record("interconnection", case, command, SupplyConfirmed(**command.model_dump()))


@evolve.register
def _(event: InterconnectionTested, system: GovSystem, at: Recorded) -> GovSystem:
    test = Interconnection(**event.model_dump(), tested_on=at.happened_on)
    return system.but(interconnections=(*system.interconnections, test))


@evolve.register
def _(event: PlatformSupplyVerified, system: GovSystem, at: Recorded) -> GovSystem:
    verified = PlatformSupply(**event.model_dump(), verified_on=at.happened_on)
    return system.but(supplies=(*system.supplies, verified))


@evolve.register
def _(event: SupplyConfirmed, system: GovSystem, at: Recorded) -> GovSystem:
    confirmed = SupplyConfirmation(**event.model_dump(), updated_on=at.happened_on)
    return system.but(confirmations=(*system.confirmations, confirmed))
