"""Measures of oversight: their order, their lifting, and what they mean at the gates."""

from __future__ import annotations

from datetime import date

import pytest

from domain.event import Event
from domain.faults import ActError, BadFieldError
from domain.oversight import LADDER, Measure
from domain.refusal import Refused
from domain.rule import Clause, Effect, Finding, Gate, NormStrength, RuleSet
from domain.rules import GATES, judge
from domain.rules.oversight_heeded import OVERSIGHT_HEEDED
from domain.steps.approval import ApprovalRefused, ApproveProject, ProjectApproved, approve
from domain.steps.oversight import LiftMeasure, OversightMeasureLifted, OversightMeasureTaken, TakeMeasure, lift, take
from tests.given import RULES, Dated, given
from tests.stages import APPROVED, CLASSIFIED, SHARED, filed

TAKE = TakeMeasure(
    measure=Measure.RECTIFICATION, reason="进度滞后", document_no="源智办〔2019〕5号", due_on=date(2019, 5, 1)
)
APPROVE = ApproveProject(document_no="源审〔2019〕9号", approver="主管部门")
CLAUSE = Clause.model_validate(
    {
        "rule": "O18",
        "section": "三（二）",
        "quote": "加强结果运用，督导激励各级各部门各单位落实责任分工",
        "reading": "Results are used to urge units on.",
        "strength": "TRACK_ONLY",
    }
)


def rules(strength: NormStrength) -> RuleSet:
    """The shipped set, with the clause of O18 in this strength."""
    others = tuple(c for c in RULES.clauses if c.rule != "O18")
    return RULES.but(clauses=(*others, CLAUSE.but(strength=strength)))


def taken(measure: Measure, number: int = 1, on: str = "2019-04-01") -> Dated:
    event = OversightMeasureTaken(
        number=number, measure=measure, reason="进度滞后", document_no=f"源智办〔2019〕{number}号"
    )
    return on, event


def lifted(number: int = 1, on: str = "2019-05-01") -> Dated:
    return on, OversightMeasureLifted(number=number, document_no="源智办〔2019〕77号", reason="整改完成")


def up_to(measure: Measure) -> tuple[Dated, ...]:
    """The measures from the lowest to this one, all standing."""
    return tuple(taken(m, n) for n, m in enumerate(LADDER[: LADDER.index(measure) + 1], 1))


class TestO18:
    """加强结果运用，督导激励各级各部门各单位落实责任分工"""

    @pytest.mark.clause("O18")
    def test_the_ladder_is_climbed_step_by_step(self) -> None:
        project: list[Dated] = [filed()]
        for number, measure in enumerate(LADDER, 1):
            event = given(*project).when(take, TAKE.but(measure=measure)).then(OversightMeasureTaken)
            assert isinstance(event, OversightMeasureTaken)
            assert (event.number, event.measure) == (number, measure)
            project.append(("2019-04-01", event))
        with pytest.raises(ActError, match="已终止"):
            given(*project).when(take, TAKE)

    @pytest.mark.clause("O18")
    def test_a_skipped_step_is_named(self) -> None:
        with pytest.raises(ActError, match="现可采取的措施是限期整改"):
            given(filed()).when(take, TAKE.but(measure=Measure.CRITICISM))
        with pytest.raises(ActError, match="现可采取的措施是通报批评、暂停投资计划"):
            given(filed(), *up_to(Measure.CRITICISM)).when(take, TAKE.but(measure=Measure.BUILD_SUSPENDED))

    def test_the_standing_step_may_be_repeated_and_no_lower_one(self) -> None:
        situation = given(filed(), *up_to(Measure.CRITICISM))
        situation.when(take, TAKE.but(measure=Measure.CRITICISM)).then(OversightMeasureTaken)
        with pytest.raises(ActError, match="不能采取“限期整改”"):
            situation.when(take, TAKE)

    def test_after_lifting_it_begins_again(self) -> None:
        situation = given(filed(), taken(Measure.RECTIFICATION), lifted())
        with pytest.raises(ActError, match="限期整改"):
            situation.when(take, TAKE.but(measure=Measure.CRITICISM))
        event = situation.when(take, TAKE).then(OversightMeasureTaken)
        assert isinstance(event, OversightMeasureTaken)
        assert event.number == 2

    def test_a_step_recorded_late_is_judged_on_its_own_day(self) -> None:
        situation = given(filed(), taken(Measure.RECTIFICATION), lifted(on="2019-05-01"), on="2019-04-20")
        situation.when(take, TAKE.but(measure=Measure.CRITICISM)).then(OversightMeasureTaken)

    def test_a_reason_and_a_term_are_given(self) -> None:
        with pytest.raises(BadFieldError, match="理由"):
            given(filed()).when(take, TAKE.but(reason=""))
        with pytest.raises(BadFieldError, match="期限"):
            given(filed()).when(take, TAKE.but(due_on=None))

    def test_a_classified_project_is_measured_without_words(self) -> None:
        assert type(given(filed(CLASSIFIED)).when(take, TAKE).event) is Refused
        given(filed(CLASSIFIED)).when(take, TAKE.but(reason="")).then(OversightMeasureTaken)
        standing = given(filed(CLASSIFIED), taken(Measure.RECTIFICATION))
        standing.when(lift, LiftMeasure(measure=1, document_no="源智办〔2019〕7号")).then(OversightMeasureLifted)

    def test_what_stands_is_lifted_once_by_document(self) -> None:
        command = LiftMeasure(measure=1, document_no="源智办〔2019〕7号", reason="整改完成")
        standing = given(filed(), taken(Measure.RECTIFICATION))
        standing.when(lift, command).then(OversightMeasureLifted)
        with pytest.raises(BadFieldError, match="理由"):
            standing.when(lift, command.but(reason=""))
        with pytest.raises(BadFieldError, match="没有此序号"):
            standing.when(lift, command.but(measure=2))
        with pytest.raises(ActError, match="已解除"):
            given(filed(), taken(Measure.RECTIFICATION), lifted()).when(lift, command)

    @pytest.mark.clause("O18")
    def test_a_termination_is_for_good(self) -> None:
        with pytest.raises(ActError, match="终止不能解除"):
            given(filed(), *up_to(Measure.TERMINATED)).when(
                lift, LiftMeasure(measure=5, document_no="源智办〔2019〕7号", reason="整改完成")
            )

    def findings(self, gate: Gate, *measures: Dated, on: str = "2019-06-01") -> list[Finding]:
        case = given(filed(), SHARED, APPROVED, *measures, on=on, rules=rules(NormStrength.TRACK_ONLY)).case
        return [f for f in judge(gate, case).findings if f.rule == "O18"]

    @pytest.mark.clause("O18")
    @pytest.mark.parametrize("gate", [Gate.APPROVE, Gate.ACCEPT, Gate.FUND_BUILD, Gate.FUND_OPERATION])
    def test_a_suspension_is_told_at_every_gate_with_its_document(self, gate: Gate) -> None:
        measures = up_to(Measure.BUILD_SUSPENDED)
        told = self.findings(gate, *measures)
        assert [{f.name: f.value for f in finding.facts}["measure"] for finding in told] == [
            "PLAN_SUSPENDED",
            "BUILD_SUSPENDED",
        ]
        assert all(f.effect is Effect.NOTES and f.reason.zh and f.reason.en and f.cure.zh and f.cure.en for f in told)
        assert "源智办〔2019〕3号" in told[0].reason.zh
        assert self.findings(gate, *up_to(Measure.CRITICISM)) == []
        assert self.findings(gate, *measures, lifted(3), lifted(4)) == []
        assert len(self.findings(gate, *measures, lifted(3), lifted(4), on="2019-04-30")) == 2

    def test_it_guards_the_gates_of_decisions_only(self) -> None:
        assert {gate for gate, guards in GATES.items() if OVERSIGHT_HEEDED in guards} == {
            Gate.APPROVE,
            Gate.ACCEPT,
            Gate.FUND_BUILD,
            Gate.FUND_OPERATION,
            Gate.FUND_SHARING_WORK,
            Gate.FUND_INVEST,
        }

    @pytest.mark.clause("O18")
    def test_another_rule_set_may_make_it_binding(self) -> None:
        project = (filed(), SHARED, *up_to(Measure.TERMINATED))
        noted = given(*project, rules=rules(NormStrength.TRACK_ONLY)).when(approve, APPROVE).then(ProjectApproved)
        assert "终止不能解除" in _last(noted).cure.zh
        bound = given(*project, rules=rules(NormStrength.REQUIRED)).when(approve, APPROVE).refused_by("O18")
        assert isinstance(bound, ApprovalRefused)


def _last(event: Event) -> Finding:
    assert isinstance(event, ProjectApproved)
    return next(f for f in reversed(event.judgement.findings) if f.rule == "O18")
