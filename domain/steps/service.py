"""政务服务: OnboardService -> ServiceOnboarded | ServiceRefused (gate SERVE, G21); ExemptService (G13)."""

from __future__ import annotations

from dataclasses import replace

from pydantic import Field

from domain.case import Case
from domain.command import Command
from domain.deciding import decide, record
from domain.event import Event
from domain.evolve import evolve
from domain.faults import BadFieldError
from domain.project import ExemptionGround, Project, ServiceExemption, ServiceItem, ServiceOnboarding
from domain.recorded import Recorded
from domain.refusal import Refused
from domain.rule import Gate, Judgement, text


class OnboardService(Command):
    """Ask to record that the project's services are on the government-service platform."""

    platform: str = Field(min_length=1, max_length=200, description="政务服务平台")
    items: tuple[ServiceItem, ...] = Field(min_length=1, max_length=500, description="服务事项")


class ExemptService(Command):
    """Ask to record why the project's services are not on the platform."""

    ground: ExemptionGround
    legal_basis: str = Field(min_length=1, max_length=500, description="法律依据或决定文号")


class ServiceOnboarded(Event):
    """The project's services were put on the government-service platform."""

    TOPIC = "project.service_onboarded"

    platform: str
    items: tuple[ServiceItem, ...]
    judgement: Judgement


class ServiceRefused(Refused):
    """Services were to be put online and were refused."""

    TOPIC = "project.service_refused"


class ServiceExempted(Event):
    """The project's services were exempted from the platform."""

    TOPIC = "project.service_exempted"

    ground: ExemptionGround
    legal_basis: str


def onboard(case: Case, command: OnboardService) -> Event:
    """Judge at gate SERVE. Raises BadFieldError for an offline item without its reason (O29)."""
    for index, item in enumerate(command.items):
        if not item.online and not item.offline_reason:
            raise BadFieldError(
                text("不上网办理的事项须写明理由", "an offline item needs its reason"),
                f"/act/items/{index}/offline_reason",
            )
    again = tuple(f"{i.name}/{m.name}" for i in command.items for m in i.materials if m.obtainable_by_sharing)
    carried = (*case.proposal.free_text, *command.free_text())
    proposal = case.proposal.but(demanded_again=again, free_text=carried)
    return decide(
        Gate.SERVE,
        "service",
        replace(case, proposal=proposal),
        lambda judgement: ServiceOnboarded(platform=command.platform, items=command.items, judgement=judgement),
        ServiceRefused,
        act=ServiceOnboarded.TOPIC,
    )


def exempt(case: Case, command: ExemptService) -> Event:
    """Record an exemption."""
    return record("service", case, command, ServiceExempted(**command.model_dump()))


@evolve.register
def _(event: ServiceOnboarded, project: Project, at: Recorded) -> Project:
    onboarding = ServiceOnboarding(platform=event.platform, items=event.items, onboarded_on=at.happened_on)
    return project.but(services=(*project.services, onboarding))


@evolve.register
def _(event: ServiceExempted, project: Project, at: Recorded) -> Project:
    return project.but(service_exemption=ServiceExemption(**event.model_dump(), exempted_on=at.happened_on))
