"""备案: FileProject -> ProjectFiled | FilingRefused. Gate FILE. Numbers come from the register, without gaps."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field

from domain.case import Case
from domain.command import Command
from domain.deciding import decide
from domain.event import Event
from domain.evolve import evolve
from domain.faults import ActError, BadFieldError
from domain.identifiers import FilingNumber, Uscc, filing_number
from domain.project import Filing, Project
from domain.recorded import Recorded
from domain.refusal import Refused
from domain.rule import Gate, Judgement, text
from domain.unit import Register


class FileProject(Filing, Command):
    """Ask to file a project."""

    def filing(self) -> Filing:
        """What is filed."""
        return Filing.model_validate(self.model_dump())


class AmendFiling(Command):
    """Ask to replace what was filed, before the project is approved."""

    filing: Filing = Field(description="修改后的全部备案内容 the whole filing as amended")
    reason: str = Field(default="", max_length=1000, description="修改理由; required unless classified")


class ReportUnfiledProject(Command):
    """Ask to record that a project was found that nobody filed."""

    description: str = Field(min_length=1, max_length=2000, description="发现的情况; no classified content")
    owner_units: tuple[Uscc, ...] = Field(default=(), description="责任单位, as far as known")


class ProjectFiled(Event):
    """A project was filed under a number of its division and year."""

    TOPIC = "project.filed"

    number: FilingNumber
    filing: Filing
    judgement: Judgement


class FilingRefused(Refused):
    """A filing was refused. What was filed is kept in `asked`; of a classified project only the placeholder."""

    TOPIC = "project.filing_refused"


class FilingAmended(Event):
    """What was filed was replaced, before approval."""

    TOPIC = "project.filing_amended"

    filing: Filing
    reason: str


class UnfiledProjectFound(Event):
    """A project was found that nobody filed (G01)."""

    TOPIC = "project.unfiled_found"

    description: str
    owner_units: tuple[Uscc, ...] = ()


class FilingNumberAllotted(Event):
    """The register of a division and year gave its next number to a project."""

    TOPIC = "register.number_allotted"

    serial: int
    number: FilingNumber
    project: UUID


def next_number(register: Register, division: str, year: int, project: UUID) -> FilingNumberAllotted:
    """The next number of the register: serials 1, 2, 3 … without gaps, because refused filings take none."""
    serial = register.last_serial + 1
    return FilingNumberAllotted(serial=serial, number=filing_number.build(division, year, serial), project=project)


def file(case: Case, filing: Filing, number: str) -> Event:
    """Judge a filing at gate FILE. Raises ActError when the project is filed already."""
    if case.project.filing is not None:
        raise ActError(text("项目已备案", "the project is filed already"))
    return decide(
        Gate.FILE,
        "filing",
        case,
        lambda judgement: ProjectFiled(number=number, filing=filing, judgement=judgement),
        FilingRefused,
        act=ProjectFiled.TOPIC,
    )


def amend(case: Case, command: AmendFiling) -> Event:
    """Judge the amended filing at gate FILE again.

    Raises ActError when nothing is filed or the project is approved, BadFieldError without a reason.
    """
    if case.project.filing is None:
        raise ActError(text("项目未备案，无可修改", "nothing is filed yet"))
    if case.project.approval is not None:
        raise ActError(text("已立项，不能修改备案；请登记变更", "approved already: record a change instead"))
    if not command.filing.classified and not command.reason:
        raise BadFieldError(text("请填写修改理由", "give the reason of the amendment"), "/act/reason")
    amended = FilingAmended(filing=command.filing, reason=command.reason)
    return decide(Gate.FILE, "filing", case, lambda _: amended, act=amended.duty_act)


def report_unfiled(project: Project, command: ReportUnfiledProject) -> UnfiledProjectFound:
    """Record an unfiled project. Raises ActError when something is recorded of it already."""
    if project.version:
        raise ActError(text("该项目已有记录", "something is recorded of that project already"))
    return UnfiledProjectFound(**command.model_dump())


@evolve.register
def _(event: ProjectFiled, project: Project, at: Recorded) -> Project:
    return project.but(number=event.number, filing=event.filing, filed_on=at.happened_on)


@evolve.register
def _(event: FilingAmended, project: Project, at: Recorded) -> Project:
    del at
    return project.but(filing=event.filing)


@evolve.register
def _(event: UnfiledProjectFound, project: Project, at: Recorded) -> Project:
    del at
    return project.but(found_unfiled=event.description)


@evolve.register
def _(event: FilingNumberAllotted, register: Register, at: Recorded) -> Register:
    del at
    return register.but(last_serial=event.serial)
