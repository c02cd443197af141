"""共享: DeclareSharing -> SharingDeclared; withdrawn, lapsed, resumed. Declared before approval, kept up ever after."""

from __future__ import annotations

from pydantic import Field

from domain.case import Case
from domain.command import Command
from domain.deciding import record
from domain.event import Event
from domain.evolve import evolve
from domain.faults import ActError, BadFieldError
from domain.project import Project, SharedResource, ShareType, SharingDeclaration, SharingNeed
from domain.recorded import Recorded
from domain.rule import text


class DeclareSharing(Command):
    """Ask to record what the project needs from other departments and provides to them."""

    needs: tuple[SharingNeed, ...] = Field(default=(), description="共享需求 from other departments")
    provides: tuple[SharedResource, ...] = Field(default=(), description="提供共享的资源")


class WithdrawSharing(Command):
    """Ask to withdraw the declaration in force."""

    reason: str = Field(min_length=1, max_length=1000)


class ReportLapse(Command):
    """Ask to record that a declared resource is no longer supplied as required."""

    resource: str = Field(min_length=1, max_length=200, description="信息资源名称, as declared")
    reason: str = Field(default="", max_length=1000)


class ReportResumption(Command):
    """Ask to record that a lapsed resource is supplied again."""

    resource: str = Field(min_length=1, max_length=200, description="信息资源名称, as lapsed")


class SharingDeclared(Event):
    """Sharing was declared; a later declaration replaces an earlier one."""

    TOPIC = "project.sharing_declared"

    needs: tuple[SharingNeed, ...]
    provides: tuple[SharedResource, ...]


class SharingDeclarationWithdrawn(Event):
    """The declaration in force was withdrawn."""

    TOPIC = "project.sharing_declaration_withdrawn"

    reason: str


class SharingLapsed(Event):
    """A declared resource is no longer supplied as required (closes G05)."""

    TOPIC = "project.sharing_lapsed"

    resource: str
    reason: str = ""


class SharingResumed(Event):
    """A lapsed resource is supplied again."""

    TOPIC = "project.sharing_resumed"

    resource: str


def declare(case: Case, command: DeclareSharing) -> Event:
    """Record a declaration. Raises BadFieldError for an empty one, or an item without its required text."""
    if not command.needs and not command.provides:
        raise BadFieldError(
            text(
                "共享声明不能为空：至少列明一项需求或一项资源", "the declaration is empty: state a need or a resource"
            ),
            "/act/needs",
        )
    for index, resource in enumerate(command.provides):
        if resource.share_type is ShareType.CONDITIONAL and not resource.condition:
            raise BadFieldError(
                text("有条件共享须写明共享条件", "a conditional resource needs its condition"),
                f"/act/provides/{index}/condition",
            )
        if resource.share_type is ShareType.NOT_SHARED and not resource.legal_basis:
            raise BadFieldError(
                text("不予共享须写明法律依据", "a withheld resource needs its legal basis"),
                f"/act/provides/{index}/legal_basis",
            )
        if resource.base_data and resource.share_type is not ShareType.UNCONDITIONAL:
            raise BadFieldError(
                text("基础信息资源应无条件共享", "base data are shared without conditions"),
                f"/act/provides/{index}/share_type",
            )
        if resource.sensitive and not resource.personal_information:
            raise BadFieldError(
                text(
                    "敏感个人信息也是个人信息，请一并标明",
                    "sensitive personal information is personal information, too",
                ),
                f"/act/provides/{index}/personal_information",
            )
    names = [r.name for r in command.provides]
    twice = next((i for i, n in enumerate(names) if n in names[:i]), None)
    if twice is not None:
        raise BadFieldError(
            text("同名的资源已在前面列出", "a resource of that name is listed before"),
            f"/act/provides/{twice}/name",
        )
    return record("sharing", case, command, SharingDeclared(needs=command.needs, provides=command.provides))


def withdraw(case: Case, command: WithdrawSharing) -> Event:
    """Record the withdrawal. Raises ActError when no declaration is in force."""
    if case.project.sharing is None:
        raise ActError(text("没有有效的共享声明可撤回", "no declaration is in force"))
    return record("sharing", case, command, SharingDeclarationWithdrawn(reason=command.reason))


def lapse(case: Case, command: ReportLapse) -> Event:
    """Record a lapse. Raises BadFieldError for a resource that is not declared, ActError for a repeated lapse."""
    declared = case.project.sharing.provides if case.project.sharing else ()
    if command.resource not in {r.name for r in declared}:
        raise BadFieldError(text("该资源未在共享声明中", "that resource is not declared"), "/act/resource")
    if command.resource in case.project.sharing_lapses:
        raise ActError(text("该资源已登记为中断", "that lapse is recorded already"), "/act/resource")
    return record("sharing", case, command, SharingLapsed(**command.model_dump()))


def resume(case: Case, command: ReportResumption) -> Event:
    """Record a resumption. Raises BadFieldError for a resource that has not lapsed."""
    if command.resource not in case.project.sharing_lapses:
        raise BadFieldError(text("该资源没有中断记录", "that resource has not lapsed"), "/act/resource")
    return record("sharing", case, command, SharingResumed(resource=command.resource))


@evolve.register
def _(event: SharingDeclared, project: Project, at: Recorded) -> Project:
    declared = SharingDeclaration(needs=event.needs, provides=event.provides, declared_on=at.happened_on)
    return project.but(sharing=declared)


@evolve.register
def _(event: SharingDeclarationWithdrawn, project: Project, at: Recorded) -> Project:
    del event, at
    return project.but(sharing=None)


@evolve.register
def _(event: SharingLapsed, project: Project, at: Recorded) -> Project:
    del at
    return project.but(sharing_lapses=(*project.sharing_lapses, event.resource))


@evolve.register
def _(event: SharingResumed, project: Project, at: Recorded) -> Project:
    del at
    return project.but(sharing_lapses=tuple(r for r in project.sharing_lapses if r != event.resource))
