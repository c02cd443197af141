"""项目评价与监管脚本 Commissioned evaluations, and measures against projects that stay blocked."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from application.evaluation import comment_on_evaluation, commission_evaluation, report_evaluation
from application.oversight import lift_measure, take_measure
from application.ports import Desk
from application.security import record_incident, resolve_incident
from domain.dates import add_months
from domain.oversight import Measure
from domain.project import CommentReply, EvaluationChannel
from domain.recorded import Role
from domain.scheme import Score, Weight
from domain.steps.evaluation import CommentOnEvaluation, CommissionEvaluation, ReportEvaluation
from domain.steps.oversight import LiftMeasure, TakeMeasure
from domain.steps.security import RecordIncident, ResolveIncident
from domain.system import IncidentGrade
from infrastructure.demo.governance import EVALUATOR, INTERESTED_EVALUATOR
from infrastructure.demo.plan import Own, Plan, known
from infrastructure.demo.script import Ask, Script, ask_as, body, code_of, unit_name

_PAYER = 970
# What this county gives each leaf of the framework of 财预〔2020〕10号; outputs and benefits make 70.
_WEIGHTS = {
    "A11": 2, "A12": 2, "A21": 2, "A22": 2, "A31": 2, "A32": 2, "B11": 5, "B12": 5, "B13": 3, "B21": 3, "B22": 2,
    "C11": 10, "C21": 10, "C31": 10, "C41": 10, "D11": 15, "D12": 15,
}  # fmt: skip


def commissioned(desk: Desk, plan: Plan, period: int) -> Script:
    """An evaluation from commission to report; of some units the evaluator has an interest (O33)."""
    project = known(plan)
    interested = plan.unit in {0, 3, 7}
    commission = CommissionEvaluation(
        channel=EvaluationChannel.THIRD_PARTY_ASSESSMENT,
        scheme="caiyu-2020-10",
        weights=tuple(Weight(code=code, weight=str(weight)) for code, weight in _WEIGHTS.items()),
        evaluator="演示咨询有限公司" if interested else body(Role.THIRD_PARTY),
        evaluator_uscc=code_of(INTERESTED_EVALUATOR if interested else EVALUATOR),
        commissioned_by=body(Role.FINANCE),
        payer=code_of(_PAYER),
        period=str(period),
    )
    yield ask_as(plan.later(5, 20), Role.FINANCE, partial(commission_evaluation, desk, project, commission))
    answer = CommentOnEvaluation(commission=1, unit=plan.filing.owner_units[0], reply=CommentReply.AGREED)
    asking = partial(comment_on_evaluation, desk, project, answer)
    yield Ask(plan.later(30, 60), asking, Role.OWNER_UNIT, unit_name(plan.unit))
    report = ReportEvaluation(
        commission=1,
        scores=tuple(
            Score(code=code, score=str(weight - (plan.draw.randint(0, 2) if weight > 4 else 0)))
            for code, weight in _WEIGHTS.items()
        ),
        summary="演示评价",
    )
    yield ask_as(plan.later(5, 20), Role.THIRD_PARTY, partial(report_evaluation, desk, project, report))


def overseen(desk: Desk, plan: Plan) -> Script:
    """Rectification, then criticism, then suspension of a project that was given up; one is lifted again."""
    project, classified = known(plan), plan.filing.classified
    ladder = (Measure.RECTIFICATION, Measure.CRITICISM, Measure.PLAN_SUSPENDED)
    for step, measure in enumerate(ladder[: 1 + plan.number % 3], 1):
        on = plan.later(40, 90)
        taken = TakeMeasure(
            measure=measure,
            reason="" if classified else "验收受阻，逾期未整改（演示）",
            document_no=f"源智办督〔{on.year}〕{plan.number}-{step}号",
            due_on=add_months(on, 3) if measure is Measure.RECTIFICATION else None,
        )
        yield ask_as(on, Role.SMART_OFFICE, partial(take_measure, desk, project, taken))
    if plan.number % 3 == 0:
        lifted = LiftMeasure(
            measure=1,
            document_no=f"源智办解〔{plan.day.year}〕{plan.number}号",
            reason="" if classified else "已整改（演示）",
        )
        yield ask_as(plan.later(30, 60), Role.SMART_OFFICE, partial(lift_measure, desk, project, lifted))


def incidents(desk: Desk, plan: Plan, own: Own, system: UUID) -> Script:
    """A security incident, dealt with or not (G19)."""
    had = RecordIncident(grade=IncidentGrade.III if plan.number % 2 else IncidentGrade.IV)
    yield own(plan.later(5, 30), partial(record_incident, desk, system, had))
    if plan.number % 30 != 6:
        yield own(plan.later(1, 12), partial(resolve_incident, desk, system, ResolveIncident(incident=1)))
