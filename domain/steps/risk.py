"""风险评估: AssessSharingRisk -> SharingRiskAssessed (G16); AssessPrivacyImpact -> PrivacyImpactAssessed (G17)."""

from __future__ import annotations

from pydantic import Field

from domain.case import Case
from domain.command import Command
from domain.deciding import record
from domain.event import Event
from domain.evolve import evolve
from domain.faults import BadFieldError
from domain.project import PrivacyAssessment, Project, RiskAssessment
from domain.recorded import Recorded
from domain.rule import text


class AssessSharingRisk(Command):
    """Ask to record an assessment of the risks of sharing and using information."""

    report_no: str = Field(min_length=1, max_length=120, description="评估报告编号")
    conclusion: str = Field(min_length=1, max_length=300, description="评估结论")


class AssessPrivacyImpact(Command):
    """Ask to record an impact assessment of a shared resource that holds personal information."""

    resource: str = Field(min_length=1, max_length=200, description="信息资源名称, as declared")
    report_no: str = Field(min_length=1, max_length=120, description="影响评估报告编号")


class SharingRiskAssessed(Event):
    """The risks of sharing and use were assessed."""

    TOPIC = "project.sharing_risk_assessed"

    report_no: str
    conclusion: str


class PrivacyImpactAssessed(Event):
    """The impact of sharing a resource on personal information was assessed."""

    TOPIC = "project.privacy_impact_assessed"

    resource: str
    report_no: str


def assess_risk(case: Case, command: AssessSharingRisk) -> Event:
    """Record an assessment."""
    return record("risk", case, command, SharingRiskAssessed(**command.model_dump()))


def assess_privacy(case: Case, command: AssessPrivacyImpact) -> Event:
    """Record an assessment. Raises BadFieldError for a resource that is not declared."""
    declared = case.project.sharing.provides if case.project.sharing else ()
    if command.resource not in {r.name for r in declared}:
        raise BadFieldError(text("该资源未在共享声明中", "that resource is not declared"), "/act/resource")
    return record("risk", case, command, PrivacyImpactAssessed(**command.model_dump()))


@evolve.register
def _(event: SharingRiskAssessed, project: Project, at: Recorded) -> Project:
    assessment = RiskAssessment(**event.model_dump(), assessed_on=at.happened_on)
    return project.but(risk_assessments=(*project.risk_assessments, assessment))


@evolve.register
def _(event: PrivacyImpactAssessed, project: Project, at: Recorded) -> Project:
    assessment = PrivacyAssessment(**event.model_dump(), assessed_on=at.happened_on)
    return project.but(privacy_assessments=(*project.privacy_assessments, assessment))
