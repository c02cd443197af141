"""任务: AssignTask -> TaskAssigned; CompleteTask -> TaskCompleted; ExtendTask -> TaskExtended.

源政发〔2018〕16号 二（三）2 (O07, O08, O35), 五（一） (O22). The proof of completion is the evidence of the act.
"""

from __future__ import annotations

from datetime import date

from pydantic import Field

from domain.command import Command
from domain.dates import FullDate
from domain.event import Event
from domain.evolve import evolve
from domain.faults import ActError, BadFieldError
from domain.numbering import next_number
from domain.recorded import Recorded
from domain.rule import text
from domain.task import Task, TaskExtension
from domain.unit import Unit


class AssignTask(Command):
    """Ask to put a task on a unit's responsibility list. A task without an answerable post is not accepted (O35)."""

    group: str = Field(default="OTHER", pattern=r"^[A-Z][A-Z0-9_]{0,39}$", description="任务组代码 (O08)")
    item: str = Field(min_length=1, max_length=500, description="任务事项")
    responsible_post: str = Field(
        min_length=1, max_length=120, description="责任人职务; a duty name, not a person (O35)"
    )
    due_on: FullDate = Field(description="完成时限; the day itself is still in time")
    milestone: str = Field(default="", max_length=300, description="路线图节点")
    issuer: str = Field(min_length=1, max_length=200, description="下达机关")
    document_no: str = Field(min_length=1, max_length=120, description="下达文号")


class CompleteTask(Command):
    """Ask to record that a task is completed. Its proof is the evidence of the act."""

    task: int = Field(ge=1, description="任务序号 number of the task within the unit")


class ExtendTask(Command):
    """Ask to record that a later due day was decided."""

    task: int = Field(ge=1, description="任务序号 number of the task within the unit")
    due_on: FullDate = Field(description="新的完成时限")
    document_no: str = Field(min_length=1, max_length=120, description="同意延期的文号")
    reason: str = Field(min_length=1, max_length=500, description="延期理由")


class TaskAssigned(Event):
    """A task was put on a unit's list."""

    TOPIC = "unit.task_assigned"

    number: int
    group: str
    item: str
    responsible_post: str
    due_on: date
    milestone: str = ""
    issuer: str
    document_no: str


class TaskCompleted(Event):
    """A task was completed."""

    TOPIC = "unit.task_completed"

    number: int


class TaskExtended(Event):
    """A task got a later due day."""

    TOPIC = "unit.task_extended"

    number: int
    due_on: date
    document_no: str
    reason: str


def assign(unit: Unit, command: AssignTask) -> TaskAssigned:
    """Assign a task under the unit's next number."""
    return TaskAssigned(number=next_number(t.number for t in unit.tasks), **dict(command))


def complete(unit: Unit, command: CompleteTask) -> TaskCompleted:
    """Complete an open task. Raises BadFieldError for an unknown number, ActError when it is completed already."""
    return TaskCompleted(number=_open(unit, command.task).number)


def extend(unit: Unit, command: ExtendTask) -> TaskExtended:
    """Extend an open task. Raises as `complete` does, and BadFieldError unless the new day is later."""
    task = _open(unit, command.task)
    due = task.extensions[-1].due_on if task.extensions else task.due_on
    if command.due_on <= due:
        raise BadFieldError(
            text(f"新时限须晚于现时限{due}", f"the new due day must be later than {due}"), "/act/due_on"
        )
    return TaskExtended(
        number=task.number, due_on=command.due_on, document_no=command.document_no, reason=command.reason
    )


def _open(unit: Unit, number: int) -> Task:
    task = unit.task(number)
    if task is None:
        raise BadFieldError(text("没有此序号的任务", "no task of that number"), "/act/task")
    if task.completed_on is not None:
        raise ActError(text("该任务已完成", "the task is completed already"), "/act/task")
    return task


def _replace(unit: Unit, number: int, **changes: object) -> Unit:
    return unit.but(tasks=tuple(t.but(**changes) if t.number == number else t for t in unit.tasks))


@evolve.register
def _(event: TaskAssigned, unit: Unit, at: Recorded) -> Unit:
    return unit.but(tasks=(*unit.tasks, Task(**dict(event), assigned_on=at.happened_on)))


@evolve.register
def _(event: TaskCompleted, unit: Unit, at: Recorded) -> Unit:
    return _replace(unit, event.number, completed_on=at.happened_on)


@evolve.register
def _(event: TaskExtended, unit: Unit, at: Recorded) -> Unit:
    extension = TaskExtension(
        due_on=event.due_on, document_no=event.document_no, reason=event.reason, extended_on=at.happened_on
    )
    task = unit.task(event.number)
    return _replace(unit, event.number, extensions=(*task.extensions, extension)) if task else unit
