"""验收: AcceptProject -> ProjectAccepted | AcceptanceRefused. Gate ACCEPT."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from domain.case import Case
from domain.command import Command
from domain.deciding import decide
from domain.event import Event
from domain.evolve import evolve
from domain.faults import ActError
from domain.project import Acceptance, Project
from domain.recorded import Recorded
from domain.refusal import Refused
from domain.rule import Gate, Judgement, text


class AcceptProject(Command):
    """Ask to pass the completion acceptance."""

    PLACEHOLDER_FIELDS: ClassVar[frozenset[str]] = frozenset({"document_no"})

    document_no: str | None = Field(default=None, max_length=120, description="验收意见文号")
    conclusion: str = Field(default="", max_length=2000, description="验收意见")


class ProjectAccepted(Event):
    """A project passed its completion acceptance."""

    TOPIC = "project.accepted"

    document_no: str | None = None
    conclusion: str = ""
    judgement: Judgement


class AcceptanceRefused(Refused):
    """An acceptance was asked for and refused."""

    TOPIC = "project.acceptance_refused"


def accept(case: Case, command: AcceptProject) -> Event:
    """Judge at gate ACCEPT. Raises ActError when the project is accepted already."""
    if case.project.acceptance is not None:
        raise ActError(text("项目已通过验收", "the project is accepted already"))
    return decide(
        Gate.ACCEPT,
        "acceptance",
        case,
        lambda judgement: ProjectAccepted(
            document_no=command.document_no, conclusion=command.conclusion, judgement=judgement
        ),
        AcceptanceRefused,
        act=ProjectAccepted.TOPIC,
    )


@evolve.register
def _(event: ProjectAccepted, project: Project, at: Recorded) -> Project:
    return project.but(acceptance=Acceptance(accepted_on=at.happened_on, document_no=event.document_no))
