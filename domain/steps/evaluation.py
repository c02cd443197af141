"""绩效评价, in the order of facts: commission -> comments of the evaluated unit -> report -> use of the result.

CommissionEvaluation -> EvaluationCommissioned, gate EVALUATE (O33); WithdrawCommission -> CommissionWithdrawn;
CommentOnEvaluation -> EvaluationCommented; ReportEvaluation -> EvaluationReported; UseEvaluation -> EvaluationUsed.
A report may stand without a commission. Where there is one, its order is kept. Scales are never mixed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from pydantic import Field

from domain.case import Case
from domain.command import Command
from domain.dates import CivilDate
from domain.deciding import decide, record
from domain.event import Event
from domain.evolve import evolve
from domain.faults import ActError, BadFieldError
from domain.identifiers import Uscc
from domain.marks import Mark
from domain.project import (
    OWN_CHANNELS,
    CommentReply,
    Commission,
    CommissionTerms,
    Evaluation,
    EvaluationChannel,
    EvaluationComment,
    Project,
    ResultUse,
)
from domain.recorded import Recorded
from domain.rule import Gate, Judgement, text
from domain.scheme import SchemeRef, Schemes, Score, Subject, Weight
from domain.score_sheet import Result, Stated, as_stated, check_weights, compute, find_scheme

ValueT = TypeVar("ValueT")


class CommissionEvaluation(Command):
    """Ask to commission an evaluation: by whom, by which scheme, with which weights, and who pays."""

    channel: EvaluationChannel = Field(description="评价渠道")
    scheme: str = Field(min_length=1, max_length=60, description="评价方案标识 of a scheme for projects")
    scheme_version: int | None = Field(default=None, ge=1, description="方案版本; the newest when left out")
    weights: tuple[Weight, ...] = Field(
        default=(), max_length=500, description="本次评价的权重, where the scheme leaves them to the case"
    )
    evaluator: str = Field(min_length=1, max_length=200, description="评价机构")
    evaluator_uscc: Uscc
    commissioned_by: str = Field(min_length=1, max_length=200, description="委托方")
    payer: Uscc = Field(description="付费方统一社会信用代码; not the evaluated unit (O33)")
    period: str = Field(pattern=r"^[0-9]{4}$", description="评价年度")

    def terms(self) -> CommissionTerms:
        """What independence is judged by."""
        return CommissionTerms(channel=self.channel, evaluator_uscc=self.evaluator_uscc, payer=self.payer)


class WithdrawCommission(Command):
    """Ask to record that a commission was withdrawn before its report."""

    commission: int = Field(ge=1, description="委托序号 number of the commission within the project")
    reason: str = Field(min_length=1, max_length=1000, description="撤回理由")


class CommentOnEvaluation(Command):
    """Ask to record what an evaluated unit answered to the draft report."""

    commission: int = Field(ge=1, description="委托序号 number of the commission within the project")
    unit: Uscc = Field(description="被评价单位统一社会信用代码, an owner unit")
    reply: CommentReply = Field(description="答复")
    comments: str = Field(default="", max_length=4000, description="意见; required when there are any")
    draft_dated: CivilDate | None = Field(default=None, description="征求意见稿日期")


class ReportEvaluation(Command):
    """Ask to record an evaluation report.

    With a commission, channel, evaluator, period and scheme are the commission's. With a scheme, scale, grade and
    score are computed from the scores. What is stated all the same must agree.
    """

    commission: int | None = Field(default=None, ge=1, description="委托序号; without one the report stands alone")
    channel: EvaluationChannel | None = Field(
        default=None, description="评价渠道 who evaluates: the rated side itself, or independent"
    )
    evaluator: str | None = Field(default=None, min_length=1, max_length=200, description="评价机构")
    scheme: str | None = Field(default=None, min_length=1, max_length=60, description="评价方案标识")
    scheme_version: int | None = Field(default=None, ge=1, description="方案版本; the newest when left out")
    scores: tuple[Score, ...] = Field(default=(), max_length=500, description="逐项得分, by a scheme")
    scale: str | None = Field(
        default=None, min_length=1, max_length=60, description="评价量表及版本, e.g. 财预〔2020〕10号"
    )
    grade: str | None = Field(default=None, min_length=1, max_length=40, description="等次, a word of the scale")
    score: Mark | None = Field(default=None, description="得分, as printed")
    period: str | None = Field(default=None, pattern=r"^[0-9]{4}$", description="评价年度")
    summary: str = Field(default="", max_length=4000, description="评价意见")


class UseEvaluation(Command):
    """Ask to record what was done with an evaluation's result."""

    evaluation: int = Field(ge=1, description="评价序号 number of the evaluation within the project")
    use: ResultUse
    note: str = Field(default="", max_length=1000, description="说明; required when nothing was done")


class EvaluationCommissioned(Event):
    """An evaluation was commissioned; the judgement says what was found of the evaluator's independence."""

    TOPIC = "project.evaluation_commissioned"

    number: int
    channel: EvaluationChannel
    scheme: SchemeRef
    weights: tuple[Weight, ...] = ()
    evaluator: str
    evaluator_uscc: Uscc
    commissioned_by: str
    payer: Uscc
    period: str
    judgement: Judgement

    def terms(self) -> CommissionTerms:
        """What independence was judged by."""
        return CommissionTerms(channel=self.channel, evaluator_uscc=self.evaluator_uscc, payer=self.payer)


class CommissionWithdrawn(Event):
    """A commission was withdrawn before its report."""

    TOPIC = "project.evaluation_commission_withdrawn"

    number: int
    reason: str


class EvaluationCommented(Event):
    """An evaluated unit answered to the draft report of a commission."""

    TOPIC = "project.evaluation_commented"

    number: int
    unit: Uscc
    reply: CommentReply
    comments: str = ""
    draft_dated: CivilDate | None = None


class EvaluationReported(Event):
    """An evaluation was reported."""

    TOPIC = "project.evaluation_reported"

    @property
    def duty_act(self) -> str:
        """Where the rated side rates itself, it is no evaluator."""
        return "" if self.channel in OWN_CHANNELS else self.TOPIC

    number: int
    channel: EvaluationChannel
    evaluator: str
    scale: str
    grade: str
    score: str | None = None
    period: str
    summary: str = ""
    commission: int | None = None
    scheme: SchemeRef | None = None
    scores: tuple[Score, ...] = ()


class EvaluationUsed(Event):
    """An evaluation's result was put to use, or expressly not (O20)."""

    TOPIC = "project.evaluation_used"

    number: int
    use: ResultUse
    note: str = ""


def commission(case: Case, schemes: Schemes, command: CommissionEvaluation) -> Event:
    """Judge at gate EVALUATE. Raises BadFieldError for an unknown scheme, or weights that do not fit it."""
    scheme = find_scheme(schemes, Subject.PROJECT, command.scheme, command.scheme_version)
    check_weights(scheme, command.weights)
    free_text = (*case.proposal.free_text, *command.free_text())
    number = max((c.number for c in case.project.commissions), default=0) + 1
    said = {k: v for k, v in dict(command).items() if k not in {"scheme", "scheme_version"}}
    return decide(
        Gate.EVALUATE,
        "evaluation",
        replace(case, proposal=case.proposal.but(commission=command.terms(), free_text=free_text)),
        lambda judgement: EvaluationCommissioned(number=number, scheme=scheme.ref(), judgement=judgement, **said),
        act=EvaluationCommissioned.TOPIC,
    )


def withdraw(case: Case, command: WithdrawCommission) -> Event:
    """Record a withdrawal. Raises BadFieldError for an unknown commission, ActError when it is not open."""
    found = _open_commission(case, command.commission)
    return record("evaluation", case, command, CommissionWithdrawn(number=found.number, reason=command.reason))


def comment(case: Case, command: CommentOnEvaluation) -> Event:
    """Record an answer to a draft. Raises BadFieldError for an unknown commission, a unit that is not evaluated, or
    comments without text; ActError when the report is out, or the commission withdrawn or later than the answer.
    """
    found = _open_commission(case, command.commission)
    if command.unit not in case.project.owners:
        raise BadFieldError(text("不是本项目的建设单位", "not an owner unit of this project"), "/act/unit")
    if command.reply is CommentReply.COMMENTED and not command.comments:
        raise BadFieldError(text("有意见的须写明意见", "say what the comments are"), "/act/comments")
    event = EvaluationCommented(number=found.number, **command.model_dump(exclude={"commission"}))
    return record("evaluation", case, command, event)


def report(case: Case, schemes: Schemes, command: ReportEvaluation) -> Event:
    """Record a report.

    Raises BadFieldError for an unknown commission or scheme, for fields that are missing or disagree, and for a
    wrong score sheet; ActError when the commission is not open, or the evaluated unit has not been heard.
    """
    under = None if command.commission is None else _open_commission(case, command.commission)
    if under is not None and under.channel not in OWN_CHANNELS and not under.comments:
        raise ActError(
            text(
                "正式报告前须征求被评价单位意见（comments），逾期未答复的也须登记",
                "hear the evaluated unit before the final report (comments); record also that it did not reply",
            ),
            "/act/commission",
        )
    event = EvaluationReported(
        number=max((e.number for e in case.project.evaluations), default=0) + 1,
        channel=_agreed("channel", command.channel, under and under.channel),
        evaluator=_agreed("evaluator", command.evaluator, under and under.evaluator),
        period=_agreed("period", command.period, under and under.period),
        summary=command.summary,
        commission=command.commission,
        scores=command.scores,
        **_result(schemes, command, under).model_dump(exclude={"stars"}),
    )
    return record("evaluation", case, command, event)


def use(case: Case, command: UseEvaluation) -> Event:
    """Record the use. Raises BadFieldError for an unknown evaluation, or no use without a reason; ActError for a use
    that is earlier than the report of a commissioned evaluation.
    """
    evaluation = next((e for e in case.project.evaluations if e.number == command.evaluation), None)
    if evaluation is None:
        raise BadFieldError(text("没有此序号的评价", "no evaluation of that number"), "/act/evaluation")
    if command.use is ResultUse.NONE and not command.note:
        raise BadFieldError(text("未运用结果须说明理由", "say why the result was not used"), "/act/note")
    if evaluation.commission is not None and case.decided_on < evaluation.reported_on.earliest:
        raise ActError(text("结果运用早于评价报告", "the result was used before it was reported"), "/happened_on")
    event = EvaluationUsed(number=command.evaluation, use=command.use, note=command.note)
    return record("evaluation", case, command, event)


def _open_commission(case: Case, number: int) -> Commission:
    """A commission that was given by the day, is not withdrawn and not reported."""
    found = case.project.commission(number)
    if found is None:
        raise BadFieldError(text("没有此序号的委托", "no commission of that number"), "/act/commission")
    if found.withdrawn_on is not None:
        raise ActError(text("该委托已撤回", "the commission was withdrawn"), "/act/commission")
    if found.evaluation is not None:
        raise ActError(
            text(
                f"该委托已提交评价报告（第{found.evaluation}项评价）",
                f"its report was given already (evaluation no. {found.evaluation})",
            ),
            "/act/commission",
        )
    latest = max((found.commissioned_on, *(c.commented_on for c in found.comments)), key=lambda on: on.earliest)
    if case.decided_on < latest.earliest:
        raise ActError(
            text(f"日期早于该委托的上一步（{latest}）", f"the day is before the commission's last step ({latest})"),
            "/happened_on",
        )
    return found


def _result(schemes: Schemes, command: ReportEvaluation, under: Commission | None) -> Result:
    stated = Stated(scale=command.scale, grade=command.grade, score=command.score)
    if under is None and command.scheme is None:
        return as_stated(command.scores, stated)
    name = _agreed("scheme", command.scheme, under.scheme.id if under else None)
    version = command.scheme_version
    if under is not None:
        version = _agreed("scheme_version", version, under.scheme.version)
    scheme = find_scheme(schemes, Subject.PROJECT, name, version)
    if under is not None and scheme.digest != under.scheme.digest:
        raise ActError(
            text(
                "评价方案的内容在委托后变动过：应以新版本另行登记，恢复原版本后再办",
                "the scheme was altered after the commission: restore it, and give the change a version of its own",
            ),
            "/act/scheme",
        )
    return compute(scheme, under.weights if under else (), command.scores, stated)


def _agreed(field: str, stated: ValueT | None, known: ValueT | None) -> ValueT:
    """What is stated, or known from the commission; both only when they agree."""
    if stated is not None and known is not None and stated != known:
        raise BadFieldError(text(f"与委托不一致（{known}）", f"the commission says {known}"), f"/act/{field}")
    value = known if stated is None else stated
    if value is None:
        raise BadFieldError(text("没有委托时须填写", "required without a commission"), f"/act/{field}")
    return value


def _settle(project: Project, number: int, **changes: object) -> Project:
    return project.but(commissions=tuple(c.but(**changes) if c.number == number else c for c in project.commissions))


@evolve.register
def _(event: EvaluationCommissioned, project: Project, at: Recorded) -> Project:
    given = Commission(**event.model_dump(exclude={"judgement"}), commissioned_on=at.happened_on)
    return project.but(commissions=(*project.commissions, given))


@evolve.register
def _(event: CommissionWithdrawn, project: Project, at: Recorded) -> Project:
    return _settle(project, event.number, withdrawn_on=at.happened_on)


@evolve.register
def _(event: EvaluationCommented, project: Project, at: Recorded) -> Project:
    commented = project.commission(event.number)
    if commented is None:
        return project
    answer = EvaluationComment(unit=event.unit, reply=event.reply, commented_on=at.happened_on)
    return _settle(project, event.number, comments=(*commented.comments, answer))


@evolve.register
def _(event: EvaluationReported, project: Project, at: Recorded) -> Project:
    evaluation = Evaluation(**event.model_dump(exclude={"summary"}), reported_on=at.happened_on)
    reported = project.but(evaluations=(*project.evaluations, evaluation))
    return reported if event.commission is None else _settle(reported, event.commission, evaluation=event.number)


@evolve.register
def _(event: EvaluationUsed, project: Project, at: Recorded) -> Project:
    del at
    return project.but(
        evaluations=tuple(e.but(use=event.use) if e.number == event.number else e for e in project.evaluations)
    )
