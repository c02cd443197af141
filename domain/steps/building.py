"""建设: ReportProgress -> ProgressReported; RecordChange -> ChangeRecorded."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from domain.case import Case
from domain.command import Command
from domain.dates import FullDate
from domain.deciding import record
from domain.event import Event
from domain.evolve import evolve
from domain.faults import BadFieldError
from domain.money import Money
from domain.project import ChangedAmount, ProgressNote, Project
from domain.recorded import Recorded
from domain.rule import text

_COMPLETED = 100
_NOTED = set(ProgressNote.model_fields)


class ReportProgress(Command):
    """Ask to record how far the work has come."""

    percent: int | None = Field(default=None, ge=0, le=100, description="形象进度, per cent")
    summary: str = Field(default="", max_length=4000, description="进展情况")


class RecordChange(Command):
    """Ask to record a change of content, amount or date, with its decision."""

    reason: str = Field(default="", max_length=1000, description="变更理由; required unless classified")
    decided_by: str = Field(default="", max_length=200, description="批准变更的机关")
    content: str = Field(default="", max_length=2000, description="变更内容")
    amount: Money | None = Field(default=None, description="变更后的批复数额")
    acceptance_due: FullDate | None = Field(default=None, description="变更后的应验收日期")


class ProgressReported(Event):
    """Progress was reported."""

    TOPIC = "project.progress_reported"

    percent: int | None = None
    summary: str = ""


class ChangeRecorded(Event):
    """A change was decided. Earlier figures stay in the history; nothing is re-based."""

    TOPIC = "project.change_recorded"

    reason: str
    decided_by: str
    content: str
    amount: Money | None = None
    acceptance_due: date | None = None


def progress(case: Case, command: ReportProgress) -> Event:
    """Record progress. Raises BadFieldError when the report says nothing."""
    if command.percent is None and not command.summary:
        raise BadFieldError(text("请填写进度或进展情况", "state a percentage or a summary"), "/act/percent")
    return record("building", case, command, ProgressReported(percent=command.percent, summary=command.summary))


def change(case: Case, command: RecordChange) -> Event:
    """Record a change. Raises BadFieldError when it has no reason, or changes nothing."""
    if not case.project.classified and not command.reason:
        raise BadFieldError(text("请填写变更理由", "give the reason of the change"), "/act/reason")
    if not command.content and command.amount is None and command.acceptance_due is None:
        raise BadFieldError(
            text("请填写变更的内容、数额或日期", "state the content, amount or date that changes"), "/act/content"
        )
    return record("building", case, command, ChangeRecorded(**dict(command)))


@evolve.register
def _(event: ProgressReported, project: Project, at: Recorded) -> Project:
    said = {"percent": event.percent, "summary": event.summary, "reported_on": at.happened_on}
    note = ProgressNote.made_of_all(said, _NOTED)
    if event.percent != _COMPLETED or project.completed_on is not None:
        return project.but(progress=note)
    return project.but(progress=note, completed_on=at.happened_on)


@evolve.register
def _(event: ChangeRecorded, project: Project, at: Recorded) -> Project:
    approval = project.approval
    if approval is not None:
        changed = (
            (ChangedAmount(amount=event.amount, decided_by=event.decided_by, changed_on=at.happened_on),)
            if event.amount
            else ()
        )
        approval = approval.but(
            changed_amounts=(*approval.changed_amounts, *changed),
            acceptance_due=event.acceptance_due or approval.acceptance_due,
        )
    return project.but(approval=approval, changes=project.changes + 1)
