"""The use cases of evaluation over a ledger in memory: what is read, guarded and recorded."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from application.act import Act
from application.asking import county_state, evaluator_state
from application.assessment import assess, evaluate_whole_county
from application.enrolment import enrol_unit
from application.evaluation import (
    comment_on_evaluation,
    commission_evaluation,
    report_evaluation,
    use_evaluation,
    withdraw_commission,
)
from application.evaluators import end_evaluator_conflict, register_evaluator, state_evaluator_conflict
from application.filing import file_project
from application.ports import Desk
from application.rejudging import rejudge_project
from application.satisfaction import record_survey
from domain.dates import CivilDate
from domain.faults import UnknownSubjectError
from domain.project import CommentReply, ResultUse
from domain.recorded import Actor, Role
from domain.rule import RuleSets
from domain.steps.enrolment import EnrolUnit
from domain.steps.evaluation import (
    CommentOnEvaluation,
    ReportEvaluation,
    UseEvaluation,
    WithdrawCommission,
)
from domain.steps.evaluators import EndConflict, RegisterEvaluator, StateConflict
from domain.steps.filing import FileProject
from domain.streams import StreamKind, evaluator_id, unit_id
from domain.unit import UnitKind
from tests.memory import memory_desk
from tests.schemes import ASKED, BINDING, EVALUATOR, PLAIN, STARS, SURVEY, scores
from tests.stages import FILING, OWNER


def on(day: str) -> Act:
    actor = Actor(account="test", organisation="县财政局", role=Role.FINANCE)
    return Act(actor=actor, happened_on=CivilDate.parse(day))


@pytest.fixture
def desk() -> Desk:
    """An enrolled unit, a registered evaluator, and a rule set that requires independence."""
    made = replace(memory_desk(), rule_sets=RuleSets([BINDING]))
    unit = EnrolUnit(uscc=OWNER, name="测试局", kind=UnitKind.COUNTY_DEPT, division="370323")
    enrol_unit(made, unit, on("2018-10-01"))
    evaluator = RegisterEvaluator(uscc=EVALUATOR, name="评估公司", qualification="绩效评价", valid_until="2025-12-31")
    register_evaluator(made, evaluator, on("2019-01-01"))
    return made


@pytest.fixture
def project(desk: Desk) -> UUID:
    return file_project(desk, FileProject(**dict(FILING)), on("2019-01-05")).subject


@pytest.mark.clause("O33")
def test_a_commission_reads_the_register_and_says_so(desk: Desk, project: UUID) -> None:
    recorded = commission_evaluation(desk, project, ASKED, on("2021-02-01")).recorded[0]
    based_on = {(s.kind, s.id): s.version for s in recorded.circumstances.based_on}
    assert based_on == {
        (StreamKind.EVALUATOR, evaluator_id(EVALUATOR)): 1,
        (StreamKind.UNIT, unit_id(OWNER)): 1,
    }


@pytest.mark.clause("O33")
def test_a_conflict_refuses_and_its_end_lifts_the_refusal(desk: Desk, project: UUID) -> None:
    stated = StateConflict(unit=OWNER, nature="BUSINESS", from_on="2020-01-01")
    state_evaluator_conflict(desk, EVALUATOR, stated, on("2020-01-02"))
    refused = commission_evaluation(desk, project, ASKED, on("2021-02-01"))
    assert refused.refused
    assert refused.judgement is not None
    assert refused.judgement.blocking() == ("O33",)
    end_evaluator_conflict(desk, EVALUATOR, EndConflict(conflict=1, until="2021-02-01"), on("2021-02-02"))
    assert not commission_evaluation(desk, project, ASKED, on("2021-02-02")).refused
    assert evaluator_state(desk, EVALUATOR).version == 3
    # Each is judged again on what it read: the refusal on the conflict that had no end then.
    assert [(r.is_same(), r.why_not) for r in rejudge_project(desk, project)] == [(True, "")] * 3


def test_a_whole_evaluation_from_commission_to_use(desk: Desk, project: UUID) -> None:
    commission_evaluation(desk, project, ASKED, on("2021-02-01"))
    withdraw_commission(desk, project, WithdrawCommission(commission=1, reason="重新委托"), on("2021-02-02"))
    commission_evaluation(desk, project, ASKED, on("2021-02-03"))
    reply = CommentOnEvaluation(commission=2, unit=OWNER, reply=CommentReply.AGREED)
    comment_on_evaluation(desk, project, reply, on("2021-03-01"))
    report_evaluation(desk, project, ReportEvaluation(commission=2, scores=scores()), on("2021-03-20"))
    use_evaluation(desk, project, UseEvaluation(evaluation=1, use=ResultUse.NOTICE), on("2021-04-01"))
    record_survey(desk, project, SURVEY, on("2021-04-02"))
    topics = [e.event.TOPIC for e in desk.ledger.read(StreamKind.PROJECT, project)]
    assert topics == [
        "project.filed",
        "project.evaluation_commissioned",
        "project.evaluation_commission_withdrawn",
        "project.evaluation_commissioned",
        "project.evaluation_commented",
        "project.evaluation_reported",
        "project.evaluation_used",
        "project.satisfaction_survey_recorded",
    ]


def test_units_and_the_county_are_assessed_in_their_own_histories(desk: Desk) -> None:
    assess(desk, OWNER, PLAIN, on("2021-01-20"))
    evaluate_whole_county(desk, STARS, on("2021-01-20"))
    assert desk.ledger.read(StreamKind.UNIT, unit_id(OWNER))[-1].event.TOPIC == "unit.assessed"
    assert county_state(desk).evaluations[0].stars == 4


def test_only_a_registered_evaluator_has_conflicts(desk: Desk) -> None:
    stated = StateConflict(unit=OWNER, nature="BUSINESS", from_on="2020-01-01")
    with pytest.raises(UnknownSubjectError):
        state_evaluator_conflict(desk, OWNER, stated, on("2020-01-02"))
