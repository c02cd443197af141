"""审核意见: GiveOpinion -> ReviewOpinionGiven. What reviewing bodies and experts said before the decision."""

from __future__ import annotations

from pydantic import Field

from domain.case import Case
from domain.command import Command
from domain.deciding import record
from domain.event import Event
from domain.evolve import evolve
from domain.project import Opinion, OpinionVerdict, Project
from domain.recorded import Recorded


class GiveOpinion(Command):
    """Ask to record the opinion of a reviewing body."""

    body: str = Field(min_length=1, max_length=200, description="审核机构")
    verdict: OpinionVerdict
    opinion: str = Field(default="", max_length=4000, description="意见内容")


class ReviewOpinionGiven(Event):
    """A reviewing body gave its opinion."""

    TOPIC = "project.review_opinion_given"

    body: str
    verdict: OpinionVerdict
    opinion: str = ""


def opine(case: Case, command: GiveOpinion) -> Event:
    """Record an opinion."""
    return record("review", case, command, ReviewOpinionGiven(**command.model_dump()))


@evolve.register
def _(event: ReviewOpinionGiven, project: Project, at: Recorded) -> Project:
    opinion = Opinion(body=event.body, verdict=event.verdict, given_on=at.happened_on)
    return project.but(opinions=(*project.opinions, opinion))
