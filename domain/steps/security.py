"""等保: FileLevel -> SecurityLevelFiled; RecordSecurityTest -> SecurityTested; RecordClassifiedTest (for G14).

密评: RecordCryptoAssessment -> CryptoAssessed. 安全事件: RecordIncident, ResolveIncident (G19). 同建设、同考核:
MarkSecurity -> SecurityMarked (G18).
"""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from domain.case import Case
from domain.command import Command
from domain.deciding import record
from domain.event import Event
from domain.evolve import evolve
from domain.faults import ActError, BadFieldError
from domain.identifiers import FilingCertificateNumber, Uscc
from domain.project import Project, SecurityMark, SecurityPhase
from domain.recorded import Recorded
from domain.rule import text
from domain.system import (
    ClassifiedTest,
    CryptoAssessment,
    CryptoStage,
    GovSystem,
    IncidentGrade,
    LevelFiling,
    SecurityIncident,
    SecurityTest,
)


class FileLevel(Command):
    """Ask to record a system's security level and its filing certificate."""

    level: int = Field(ge=1, le=5, description="安全保护等级")
    certificate_no: FilingCertificateNumber | None = Field(
        default=None, description="备案证明编号; required from level 2"
    )


class RecordSecurityTest(Command):
    """Ask to record a level-test report. The day of the report is the day it happened."""

    report_no: str = Field(min_length=1, max_length=120, description="测评报告编号")
    agency: str = Field(min_length=1, max_length=200, description="测评机构")
    agency_uscc: Uscc | None = Field(default=None, description="测评机构统一社会信用代码")
    certificate_no: FilingCertificateNumber = Field(description="被测系统备案证明编号")
    level: int = Field(ge=1, le=5, description="被测系统等级")
    template: str = Field(min_length=1, max_length=20, description="报告模板版本, e.g. 2021: fixes the scale")
    conclusion: str = Field(min_length=1, max_length=20, description="等级测评结论, a word of the template's scale")
    score: str | None = Field(default=None, pattern=r"^\d{1,3}(\.\d{1,4})?$", description="综合得分, as printed")
    unresolved_high_risks: int = Field(default=0, ge=0, description="未整改高风险数")
    major_hazards: int = Field(default=0, ge=0, description="重大风险隐患数量")
    rectification_plan: bool = Field(default=False, description="是否有整改计划")


class RecordClassifiedTest(Command):
    """Ask to record the number of a classified system's test report: never findings (G15)."""

    PLACEHOLDER_FIELDS: ClassVar[frozenset[str]] = frozenset({"report_no"})

    report_no: str = Field(min_length=1, max_length=120, description="涉密信息系统安全保密测评报告编号")


class RecordCryptoAssessment(Command):
    """Ask to record an assessment of a system's cryptography. The day of the report is the day it happened."""

    stage: CryptoStage
    report_no: str = Field(min_length=1, max_length=120, description="评估报告编号")
    agency: str = Field(min_length=1, max_length=200, description="密评机构")
    agency_uscc: Uscc | None = Field(default=None, description="密评机构统一社会信用代码")
    conclusion: str = Field(min_length=1, max_length=20, description="评估结论, e.g. 基本符合")
    unresolved_high_risks: int = Field(default=0, ge=0, description="未整改高风险数")


class RecordIncident(Command):
    """Ask to record a security incident of a system: its grade only, never how it was done."""

    grade: IncidentGrade = Field(description="事件分级, I the gravest")


class ResolveIncident(Command):
    """Ask to record that an incident has been dealt with."""

    incident: int = Field(ge=1, description="事件序号 number of the incident within the system")


class MarkSecurity(Command):
    """Ask to record that security went along in building, or in the assessment of a project."""

    PLACEHOLDER_FIELDS: ClassVar[frozenset[str]] = frozenset({"phase", "document_no"})

    phase: SecurityPhase = Field(description="BUILD 同建设 or ASSESSMENT 同考核; the plan's mark is in the filing")
    document_no: str | None = Field(default=None, max_length=120, description="依据材料编号")


class SecurityLevelFiled(Event):
    """A system's level was filed, or changed."""

    TOPIC = "system.security_level_filed"

    level: int
    certificate_no: FilingCertificateNumber | None = None


class SecurityTested(Event):
    """A level-test report was issued for a system."""

    TOPIC = "system.security_tested"

    report_no: str
    agency: str
    agency_uscc: Uscc | None = None
    certificate_no: FilingCertificateNumber
    level: int
    template: str
    conclusion: str
    score: str | None = None
    unresolved_high_risks: int = 0
    major_hazards: int = 0
    rectification_plan: bool = False


class ClassifiedSystemTested(Event):
    """A classified system was tested in its own way; number and day only."""

    TOPIC = "system.classified_tested"

    report_no: str


class CryptoAssessed(Event):
    """A system's cryptography, or the plan of it, was assessed."""

    TOPIC = "system.crypto_assessed"

    stage: CryptoStage
    report_no: str
    agency: str
    agency_uscc: Uscc | None = None
    conclusion: str
    unresolved_high_risks: int = 0


class SecurityIncidentRecorded(Event):
    """A system had a security incident."""

    TOPIC = "system.security_incident_recorded"

    number: int
    grade: IncidentGrade


class SecurityIncidentResolved(Event):
    """A security incident has been dealt with."""

    TOPIC = "system.security_incident_resolved"

    number: int


class SecurityMarked(Event):
    """Security went along in a phase of the project."""

    TOPIC = "project.security_marked"

    phase: SecurityPhase
    document_no: str | None = None


def file_level(case: Case, command: FileLevel) -> Event:
    """Record a level filing. Raises BadFieldError when a level from 2 has no certificate."""
    if command.level >= 2 and command.certificate_no is None:
        raise BadFieldError(
            text("第二级及以上须填写备案证明编号", "from level 2 the filing certificate is required"),
            "/act/certificate_no",
        )
    return record("security", case, command, SecurityLevelFiled(**command.model_dump()))


def level_test(case: Case, system: GovSystem, command: RecordSecurityTest) -> Event:
    """Record a report. Raises BadFieldError for a word outside its template's scale, ActError for a repeat."""
    scale = case.rules.parameters.conclusion_scales.get(command.template)
    if scale is None:
        known = "、".join(case.rules.parameters.conclusion_scales)
        raise BadFieldError(
            text(f"规则集没有此模板；已有：{known}", f"the rule set knows the templates: {known}"),
            "/act/template",
        )
    if command.conclusion not in scale:
        words = "、".join(scale)
        raise BadFieldError(
            text(f"模板{command.template}的结论应为：{words}", f"template {command.template} concludes: {words}"),
            "/act/conclusion",
        )
    if any(t.report_no == command.report_no for t in system.tests):
        raise ActError(text("该测评报告已登记", "that report is recorded already"), "/act/report_no")
    return record("security", case, command, SecurityTested(**command.model_dump()))


def classified_test(case: Case, command: RecordClassifiedTest) -> Event:
    """Record the number of a classified test. Raises ActError when the project is not classified."""
    if not case.project.classified:
        raise ActError(text("非涉密项目应登记等级测评", "the project is not classified: record a level test"))
    return record("security", case, command, ClassifiedSystemTested(report_no=command.report_no))


def crypto(case: Case, system: GovSystem, command: RecordCryptoAssessment) -> Event:
    """Record an assessment. Raises BadFieldError for a word outside the rule set's scale, ActError for a repeat."""
    policy = case.rules.parameters.crypto
    if policy is not None and command.conclusion not in policy.conclusions:
        words = "、".join(policy.conclusions)
        raise BadFieldError(text(f"密评结论应为：{words}", f"the conclusion is one of: {words}"), "/act/conclusion")
    if any(a.report_no == command.report_no for a in system.crypto_assessments):
        raise ActError(text("该评估报告已登记", "that report is recorded already"), "/act/report_no")
    return record("security", case, command, CryptoAssessed(**command.model_dump()))


def incident(case: Case, system: GovSystem, command: RecordIncident) -> Event:
    """Record an incident under the next number of the system."""
    number = len(system.incidents) + 1
    return record("security", case, command, SecurityIncidentRecorded(number=number, grade=command.grade))


def resolve(case: Case, system: GovSystem, command: ResolveIncident) -> Event:
    """Record the end of an incident. Raises BadFieldError for an unknown one, ActError when it is resolved."""
    found = next((i for i in system.incidents if i.number == command.incident), None)
    if found is None:
        raise BadFieldError(text("没有此序号的安全事件", "no incident of that number"), "/act/incident")
    if found.resolved_on is not None:
        raise ActError(text("该事件已处置", "the incident is resolved already"), "/act/incident")
    return record("security", case, command, SecurityIncidentResolved(number=command.incident))


def mark(case: Case, command: MarkSecurity) -> Event:
    """Record a mark. Raises BadFieldError for the plan: that is part of the filing."""
    if command.phase is SecurityPhase.PLAN:
        raise BadFieldError(
            text("同规划在备案中填写（security_planned）", "the plan's mark is in the filing (security_planned)"),
            "/act/phase",
        )
    return record("security", case, command, SecurityMarked(**command.model_dump()))


@evolve.register
def _(event: SecurityLevelFiled, system: GovSystem, at: Recorded) -> GovSystem:
    filing = LevelFiling(level=event.level, certificate_no=event.certificate_no, filed_on=at.happened_on)
    return system.but(level_filing=filing)


@evolve.register
def _(event: SecurityTested, system: GovSystem, at: Recorded) -> GovSystem:
    report = SecurityTest(**event.model_dump(exclude={"score"}), reported_on=at.happened_on)
    return system.but(tests=(*system.tests, report))


@evolve.register
def _(event: ClassifiedSystemTested, system: GovSystem, at: Recorded) -> GovSystem:
    report = ClassifiedTest(report_no=event.report_no, reported_on=at.happened_on)
    return system.but(classified_tests=(*system.classified_tests, report))


@evolve.register
def _(event: CryptoAssessed, system: GovSystem, at: Recorded) -> GovSystem:
    assessment = CryptoAssessment(**event.model_dump(), assessed_on=at.happened_on)
    return system.but(crypto_assessments=(*system.crypto_assessments, assessment))


@evolve.register
def _(event: SecurityIncidentRecorded, system: GovSystem, at: Recorded) -> GovSystem:
    recorded = SecurityIncident(number=event.number, grade=event.grade, occurred_on=at.happened_on)
    return system.but(incidents=(*system.incidents, recorded))


@evolve.register
def _(event: SecurityIncidentResolved, system: GovSystem, at: Recorded) -> GovSystem:
    return system.but(
        incidents=tuple(i.but(resolved_on=at.happened_on) if i.number == event.number else i for i in system.incidents)
    )


@evolve.register
def _(event: SecurityMarked, project: Project, at: Recorded) -> Project:
    mark_made = SecurityMark(**event.model_dump(), marked_on=at.happened_on)
    return project.but(security_marks=(*project.security_marks, mark_made))
