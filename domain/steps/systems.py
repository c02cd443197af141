"""系统登记: RegisterSystem -> SystemRegistered + SystemListed; StateNoSystem -> NoSystemStated; retired, changed.

One project builds several systems, and a system outlives projects, so each has a stream of its own.
"""

from __future__ import annotations

from uuid import UUID

from pydantic import Field

from domain.case import Case
from domain.command import Command
from domain.deciding import record
from domain.event import Event
from domain.evolve import evolve
from domain.faults import ActError
from domain.project import NoSystem, Project
from domain.recorded import Recorded
from domain.rule import text
from domain.system import GovSystem


class RegisterSystem(Command):
    """Ask to register a system that the project builds, or to list an existing one that it extends."""

    name: str = Field(default="", max_length=200, description="系统名称; empty for a classified project")
    system: UUID | None = Field(default=None, description="已登记系统的标识, when the project extends it")


class StateNoSystem(Command):
    """Ask to record that the project builds no information system."""

    reason: str = Field(min_length=1, max_length=1000, description="理由")
    signer_post: str = Field(min_length=1, max_length=120, description="签署人职务")


class RetireSystem(Command):
    """Ask to record that a system was stopped or merged."""

    successor: UUID | None = Field(default=None, description="承接系统的标识")
    reason: str = Field(default="", max_length=1000, description="停用、整合的理由")


class RecordMajorChange(Command):
    """Ask to record a major change of a system, after which it must be tested again (G14, G19)."""

    description: str = Field(min_length=1, max_length=1000, description="重大变更内容")


class SystemRegistered(Event):
    """A system was registered for a project, or taken up by a further project."""

    TOPIC = "system.registered"

    name: str
    project: UUID
    classified: bool = False


class SystemListed(Event):
    """A system was listed among those that the project builds."""

    TOPIC = "project.system_listed"

    system: UUID
    name: str


class NoSystemStated(Event):
    """It was stated that the project builds no information system."""

    TOPIC = "project.no_system_stated"

    reason: str
    signer_post: str


class SystemRetired(Event):
    """A system was stopped or merged."""

    TOPIC = "system.retired"

    successor: UUID | None = None
    reason: str = ""


class SystemChanged(Event):
    """A system was changed in a major way."""

    TOPIC = "system.changed"

    description: str


def register(case: Case, system: GovSystem, command: RegisterSystem) -> tuple[Event, Event | None]:
    """Give the project's event and the system's, or a refusal and None.

    Raises ActError when the system is listed already, is retired, stands on the other side of secrecy, or has no name
    though it is not classified.
    """
    if system.id in case.project.systems:
        raise ActError(text("该系统已登记在本项目下", "the system is listed already"), "/act/system")
    if system.retired_on is not None:
        raise ActError(text("该系统已停用", "the system is retired"), "/act/system")
    if system.version and system.classified != case.project.classified:
        raise ActError(
            text(
                "涉密项目与非涉密项目不能共用一个系统登记",
                "a classified project and another one do not share the record of a system (G15)",
            ),
            "/act/system",
        )
    name = command.name or system.name
    if not name and not case.project.classified:
        raise ActError(text("请填写系统名称", "give the name of the system"), "/act/name")
    decided = record("systems", case, command, SystemListed(system=system.id, name=name))
    if not isinstance(decided, SystemListed):
        return decided, None
    return decided, SystemRegistered(name=name, project=case.project.id, classified=case.project.classified)


def state_no_system(case: Case, command: StateNoSystem) -> Event:
    """Record the statement. Raises ActError when a system is listed."""
    if case.project.systems:
        raise ActError(text("项目已登记系统，不能声明无系统", "systems are listed, so there is one"))
    return record("systems", case, command, NoSystemStated(**command.model_dump()))


def retire(case: Case, system: GovSystem, command: RetireSystem) -> Event:
    """Record the retirement. Raises ActError when the system is retired already."""
    if system.retired_on is not None:
        raise ActError(text("该系统已停用", "the system is retired already"))
    return record("systems", case, command, SystemRetired(**command.model_dump()))


def change(case: Case, system: GovSystem, command: RecordMajorChange) -> Event:
    """Record a major change. Raises ActError when the system is retired."""
    if system.retired_on is not None:
        raise ActError(text("该系统已停用", "the system is retired"))
    return record("systems", case, command, SystemChanged(description=command.description))


@evolve.register
def _(event: SystemRegistered, system: GovSystem, at: Recorded) -> GovSystem:
    return system.but(
        name=event.name or system.name,
        registered_on=system.registered_on or at.happened_on,
        projects=(*system.projects, event.project),
        classified=system.classified or event.classified,
    )


@evolve.register
def _(event: SystemListed, project: Project, at: Recorded) -> Project:
    del at
    return project.but(systems=(*project.systems, event.system), no_system=None)


@evolve.register
def _(event: NoSystemStated, project: Project, at: Recorded) -> Project:
    statement = NoSystem(reason=event.reason, signer_post=event.signer_post, stated_on=at.happened_on)
    return project.but(no_system=statement)


@evolve.register
def _(event: SystemRetired, system: GovSystem, at: Recorded) -> GovSystem:
    del event
    return system.but(retired_on=at.happened_on)


@evolve.register
def _(event: SystemChanged, system: GovSystem, at: Recorded) -> GovSystem:
    del event
    return system.but(changed_on=at.happened_on)
