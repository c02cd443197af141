"""绩效评价: ReportEvaluation -> EvaluationReported; UseEvaluation -> EvaluationUsed. Scales are never mixed."""

from __future__ import annotations

from pydantic import Field

from domain.case import Case
from domain.command import Command
from domain.deciding import record
from domain.event import Event
from domain.evolve import evolve
from domain.faults import BadFieldError
from domain.project import Evaluation, EvaluationChannel, Project, ResultUse
from domain.recorded import Recorded
from domain.rule import text


class ReportEvaluation(Command):
    """Ask to record an evaluation report."""

    channel: EvaluationChannel = Field(description="评价渠道 who evaluates: the rated side itself, or independent")
    evaluator: str = Field(min_length=1, max_length=200, description="评价机构")
    scale: str = Field(min_length=1, max_length=60, description="评价量表及版本, e.g. 财预〔2020〕10号")
    grade: str = Field(min_length=1, max_length=40, description="等次, a word of the scale")
    score: str | None = Field(default=None, pattern=r"^\d{1,3}(\.\d{1,4})?$", description="得分, as printed")
    period: str = Field(pattern=r"^\d{4}$", description="评价年度")
    summary: str = Field(default="", max_length=4000, description="评价意见")


class UseEvaluation(Command):
    """Ask to record what was done with an evaluation's result."""

    evaluation: int = Field(ge=1, description="评价序号 number of the evaluation within the project")
    use: ResultUse
    note: str = Field(default="", max_length=1000, description="说明; required when nothing was done")


class EvaluationReported(Event):
    """An evaluation was reported."""

    TOPIC = "project.evaluation_reported"

    number: int
    channel: EvaluationChannel
    evaluator: str
    scale: str
    grade: str
    score: str | None = None
    period: str
    summary: str = ""


class EvaluationUsed(Event):
    """An evaluation's result was put to use, or expressly not (O20)."""

    TOPIC = "project.evaluation_used"

    number: int
    use: ResultUse
    note: str = ""


def report(case: Case, command: ReportEvaluation) -> Event:
    """Record a report."""
    number = len(case.project.evaluations) + 1
    return record("evaluation", case, command, EvaluationReported(number=number, **command.model_dump()))


def use(case: Case, command: UseEvaluation) -> Event:
    """Record the use. Raises BadFieldError for an unknown evaluation, or no use without a reason."""
    if all(e.number != command.evaluation for e in case.project.evaluations):
        raise BadFieldError(text("没有此序号的评价", "no evaluation of that number"), "/act/evaluation")
    if command.use is ResultUse.NONE and not command.note:
        raise BadFieldError(text("未运用结果须说明理由", "say why the result was not used"), "/act/note")
    event = EvaluationUsed(number=command.evaluation, use=command.use, note=command.note)
    return record("evaluation", case, command, event)


@evolve.register
def _(event: EvaluationReported, project: Project, at: Recorded) -> Project:
    evaluation = Evaluation(**event.model_dump(exclude={"summary"}), reported_on=at.happened_on)
    return project.but(evaluations=(*project.evaluations, evaluation))


@evolve.register
def _(event: EvaluationUsed, project: Project, at: Recorded) -> Project:
    del at
    return project.but(
        evaluations=tuple(e.but(use=event.use) if e.number == event.number else e for e in project.evaluations)
    )
