"""满意度调查: RecordSurvey -> SatisfactionSurveyRecorded. The goal of the document, measured (O28, O34)."""

from __future__ import annotations

from pydantic import Field

from domain.case import Case
from domain.command import Command
from domain.deciding import record
from domain.event import Event
from domain.evolve import evolve
from domain.project import Project, SatisfactionSurvey, SurveyAudience, SurveyMethod
from domain.recorded import Recorded


class RecordSurvey(Command):
    """Ask to record the outcome of a satisfaction survey about a project."""

    period: str = Field(pattern=r"^[0-9]{4}$", description="调查年度")
    audience: SurveyAudience = Field(default=SurveyAudience.PUBLIC, description="受访对象")
    method: SurveyMethod = Field(description="调查方式")
    respondents: int = Field(ge=1, le=100_000_000, description="有效样本 number of valid answers")
    satisfied_bp: int = Field(ge=0, le=10_000, description="满意率, in basis points: 9437 is 94.37 %")
    surveyor: str = Field(min_length=1, max_length=200, description="调查机构")


class SatisfactionSurveyRecorded(Event):
    """A survey found how many of those asked were satisfied with what the project does."""

    TOPIC = "project.satisfaction_survey_recorded"

    number: int
    period: str
    audience: SurveyAudience
    method: SurveyMethod
    respondents: int
    satisfied_bp: int
    surveyor: str


def survey(case: Case, command: RecordSurvey) -> Event:
    """Record the outcome of a survey."""
    number = max((s.number for s in case.project.surveys), default=0) + 1
    return record("satisfaction", case, command, SatisfactionSurveyRecorded(number=number, **dict(command)))


@evolve.register
def _(event: SatisfactionSurveyRecorded, project: Project, at: Recorded) -> Project:
    found = SatisfactionSurvey(**dict(event), surveyed_on=at.happened_on)
    return project.but(surveys=(*project.surveys, found))
