"""Evaluation: an independent evaluator is commissioned, the evaluated unit is heard, the result is used."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from domain.case import Case
from domain.dates import CivilDate
from domain.evaluator import Evaluator
from domain.event import Event
from domain.evolve import fold
from domain.faults import ActError, BadFieldError
from domain.project import CommentReply, EvaluationChannel, Project, ResultUse
from domain.recorded import Role
from domain.refusal import Refused
from domain.rule import Effect, Gate, NormStrength
from domain.scheme import Schemes
from domain.steps.evaluation import (
    CommentOnEvaluation,
    CommissionEvaluation,
    CommissionWithdrawn,
    EvaluationCommented,
    EvaluationCommissioned,
    EvaluationReported,
    EvaluationUsed,
    ReportEvaluation,
    UseEvaluation,
    WithdrawCommission,
    comment,
    commission,
    report,
    use,
    withdraw,
)
from domain.steps.evaluators import (
    ConflictEnded,
    ConflictStated,
    EndConflict,
    EvaluatorRegistered,
    RegisterEvaluator,
    StateConflict,
    end_conflict,
    register,
    state_conflict,
)
from domain.steps.procurement import ContractRecorded
from domain.steps.review import GiveOpinion, ReviewOpinionGiven, opine
from domain.steps.satisfaction import RecordSurvey, SatisfactionSurveyRecorded, survey
from domain.streams import StreamKind, evaluator_id
from projections.timeline.sentences import sentence
from tests.given import PROJECT, RULES, Dated, Given, given, history
from tests.schemes import (
    ASKED,
    BINDING,
    EVALUATOR,
    FINANCE,
    FRAMEWORK,
    SCHEMES,
    SHIPPED,
    SURVEY,
    scheme,
    scores,
    shipped,
    weights,
)
from tests.stages import CLASSIFIED, OTHER, OWNER, WAN, filed, passed

REGISTERED: Dated = (
    "2019-01-01",
    EvaluatorRegistered(uscc=EVALUATOR, name="评估公司", qualification="绩效评价", valid_until="2025-12-31"),
)


def evaluator(*events: Dated) -> Evaluator:
    stream = evaluator_id(EVALUATOR)
    return fold(Evaluator(id=stream, uscc=EVALUATOR), history(StreamKind.EVALUATOR, stream, *events))


def conflict(unit: str = OWNER, since: str = "2019-01-01", until: str | None = None) -> Dated:
    return "2019-02-01", ConflictStated(number=1, unit=unit, nature="BUSINESS", from_on=since, until=until)


def asking(*project: Dated, known: Evaluator | None = None, on: str = "2021-02-01", rules: Any = BINDING) -> Given:
    situation = given(filed(), *project, on=on, rules=rules)
    return Given(replace(situation.case, evaluator=known if known is not None else evaluator(REGISTERED)))


def commissioned(on: str = "2021-02-01", number: int = 1, **changes: Any) -> Dated:
    by = shipped(ASKED.scheme)
    said = {k: v for k, v in dict(ASKED).items() if k not in {"scheme", "scheme_version"}}
    event = EvaluationCommissioned(number=number, scheme=by.ref(), judgement=passed(Gate.EVALUATE), **said)
    return on, event.but(**changes)


HEARD: Dated = ("2021-03-01", EvaluationCommented(number=1, unit=OWNER, reply=CommentReply.AGREED))


def project(*events: Dated) -> Project:
    return fold(Project(id=PROJECT), history(StreamKind.PROJECT, PROJECT, filed(), *events))


@pytest.mark.clause("O33")
class TestO33:
    """引入第三方专业评估机构"""

    def test_an_independent_evaluator_is_commissioned(self) -> None:
        event = asking().when(commission, SCHEMES, ASKED).then(EvaluationCommissioned)
        assert isinstance(event, EvaluationCommissioned)
        assert (event.number, event.scheme.id, event.scheme.version) == (1, FRAMEWORK, 1)
        assert event.payer == FINANCE
        assert event.judgement.findings == ()

    def reasons(self, situation: Given, asked: CommissionEvaluation = ASKED) -> list[str]:
        refused = situation.when(commission, SCHEMES, asked).refused_by("O33")
        return [f.reason.zh for f in refused.judgement.findings]

    def test_a_third_party_is_registered_and_qualified_on_the_day(self) -> None:
        unknown = Evaluator(id=evaluator_id(EVALUATOR), uscc=EVALUATOR)
        assert self.reasons(asking(known=unknown)) == ["评估机构未登记，资质和利益关系无从查验"]
        late = ("2021-02-02", REGISTERED[1])
        assert self.reasons(asking(known=evaluator(late))) == ["评估机构的资质在委托之日无效"]
        asking(on="2025-12-31").when(commission, SCHEMES, ASKED).then(EvaluationCommissioned)
        assert self.reasons(asking(on="2026-01-01")) == ["评估机构的资质在委托之日无效"]

    def test_auditors_and_experts_need_no_register(self) -> None:
        unknown = Evaluator(id=evaluator_id(EVALUATOR), uscc=EVALUATOR)
        for channel in (EvaluationChannel.PERFORMANCE_AUDIT, EvaluationChannel.EXPERT_REVIEW):
            asked = ASKED.but(channel=channel)
            asking(known=unknown).when(commission, SCHEMES, asked).then(EvaluationCommissioned)

    @pytest.mark.parametrize(
        ("since", "until", "stands"),
        [
            ("2021-02-01", None, True),
            ("2021-02-02", None, False),
            ("2019-01-01", "2021-02-01", True),
            ("2019-01-01", "2021-01-31", False),
        ],
    )
    def test_a_conflict_with_an_owner_unit_counts_on_its_days(
        self, since: str, until: str | None, stands: bool
    ) -> None:
        known = evaluator(REGISTERED, conflict(since=since, until=until))
        asked = asking(known=known).when(commission, SCHEMES, ASKED)
        assert isinstance(asked.event, Refused) == stands

    def test_a_conflict_with_another_unit_does_not_count(self) -> None:
        known = evaluator(REGISTERED, conflict(unit=OTHER))
        asking(known=known).when(commission, SCHEMES, ASKED).then(EvaluationCommissioned)

    def test_a_conflict_that_has_ended_no_longer_counts(self) -> None:
        known = evaluator(REGISTERED, conflict(), ("2021-01-10", ConflictEnded(number=1, until="2021-01-09")))
        asking(known=known).when(commission, SCHEMES, ASKED).then(EvaluationCommissioned)

    def test_an_owner_or_contractor_does_not_evaluate(self) -> None:
        owner = ASKED.but(evaluator_uscc=OWNER, channel=EvaluationChannel.EXPERT_REVIEW)
        assert self.reasons(asking(), owner) == ["评价机构就是项目建设单位"]
        contract = ContractRecorded(contract_no="C-1", supplier="承建方", supplier_uscc=EVALUATOR, amount=WAN)
        assert self.reasons(asking(("2019-03-01", contract))) == ["评价机构是项目承建方（合同C-1）"]

    def test_who_pays_is_not_who_is_evaluated(self) -> None:
        assert self.reasons(asking(), ASKED.but(payer=OWNER)) == ["付费方就是被评价单位"]

    def test_everything_that_fails_is_listed_with_a_cure_in_both_languages(self) -> None:
        known = evaluator(REGISTERED, conflict())
        refused = asking(known=known).when(commission, SCHEMES, ASKED.but(payer=OWNER)).refused_by("O33")
        assert len(refused.judgement.findings) == 2
        for finding in refused.judgement.findings:
            assert finding.clause.quote == "引入第三方专业评估机构"
            assert all((finding.reason.zh, finding.reason.en, finding.cure.zh, finding.cure.en))

    def test_who_rates_himself_is_not_asked_for_independence(self) -> None:
        own = ASKED.but(channel=EvaluationChannel.SELF_EVALUATION, evaluator_uscc=OWNER, payer=OWNER)
        asking().when(commission, SCHEMES, own).then(EvaluationCommissioned)

    def test_as_the_document_states_it_a_conflict_is_only_noted(self) -> None:
        clause = RULES.clause("O33")
        assert clause is not None
        assert clause.strength is NormStrength.TRACK_ONLY
        event = asking(rules=RULES).when(commission, SCHEMES, ASKED.but(payer=OWNER)).then(EvaluationCommissioned)
        assert isinstance(event, EvaluationCommissioned)
        assert [f.effect for f in event.judgement.findings] == [Effect.NOTES]
        assert sentence(event).zh.endswith("提示：付费方就是被评价单位")
        assert sentence(event).en.endswith("Noted: the payer is the unit that is evaluated")

    def test_a_refusal_keeps_what_was_asked_so_that_it_can_be_judged_again(self) -> None:
        refused = asking().when(commission, SCHEMES, ASKED.but(payer=OWNER)).refused_by("O33")
        assert refused.asked is not None
        assert refused.asked.commission == ASKED.but(payer=OWNER).terms()


class TestEvaluatorRegister:
    def test_a_renewal_keeps_the_day_of_the_first_registration(self) -> None:
        renewed = REGISTERED[1].but(valid_until=date(2030, 12, 31))
        known = evaluator(REGISTERED, ("2024-01-01", renewed))
        assert (str(known.registered_on), str(known.valid_until)) == ("2019-01-01", "2030-12-31")

    def test_a_qualification_that_has_ended_is_not_registered(self) -> None:
        asked = RegisterEvaluator(uscc=EVALUATOR, name="评估公司", qualification="绩效评价", valid_until="2019-01-01")
        assert register(asked, CivilDate.parse("2019-01-01")).valid_until == date(2019, 1, 1)
        with pytest.raises(BadFieldError, match="早于登记之日"):
            register(asked, CivilDate.parse("2019-01-02"))

    def test_a_conflict_has_a_number_and_an_order_of_days(self) -> None:
        asked = StateConflict(unit=OWNER, nature="PERSONNEL", from_on="2019-01-01", until="2019-06-30")
        assert state_conflict(evaluator(REGISTERED, conflict()), asked).number == 2
        with pytest.raises(BadFieldError, match="早于起始日"):
            state_conflict(evaluator(REGISTERED), asked.but(until=date(2018, 12, 31)))
        with pytest.raises(BadFieldError, match="自身"):
            state_conflict(evaluator(REGISTERED), asked.but(unit=EVALUATOR))

    def test_a_conflict_ends_once_and_not_before_it_began(self) -> None:
        known = evaluator(REGISTERED, conflict())
        assert end_conflict(known, EndConflict(conflict=1, until="2020-01-01")).number == 1
        with pytest.raises(BadFieldError, match="没有此序号"):
            end_conflict(known, EndConflict(conflict=2, until="2020-01-01"))
        with pytest.raises(BadFieldError, match="早于起始日"):
            end_conflict(known, EndConflict(conflict=1, until="2018-12-31"))
        ended = evaluator(REGISTERED, conflict(until="2020-01-01"))
        with pytest.raises(ActError, match="已有终止日"):
            end_conflict(ended, EndConflict(conflict=1, until="2020-02-01"))


class TestTheOrderOfACommission:
    """commission → comments of the evaluated unit → final report → use"""

    REPORT = ReportEvaluation(commission=1, scores=scores(D11="9.5"))

    def at(self, *events: Dated, on: str = "2021-04-01") -> Case:
        return asking(*events, on=on).case

    def reported(self, case: Case, **changes: Any) -> EvaluationReported:
        event = report(case, SCHEMES, self.REPORT.but(**changes))
        assert isinstance(event, EvaluationReported), event
        return event

    @pytest.mark.clause("O19")
    def test_a_report_takes_its_commission_and_is_computed(self) -> None:
        event = self.reported(self.at(commissioned(), HEARD))
        assert (event.number, event.commission, event.channel) == (1, 1, EvaluationChannel.THIRD_PARTY_ASSESSMENT)
        assert (event.evaluator, event.period, event.scale) == ("评估公司", "2020", "财预〔2020〕10号")
        assert (event.score, event.grade) == ("89.5", "良")
        assert event.scheme is not None
        assert event.scheme.id == FRAMEWORK
        assert len(event.scores) == 17

    def test_what_is_stated_must_agree(self) -> None:
        case = self.at(commissioned(), HEARD)
        stated = self.reported(
            case, score="89.50", grade="良", scale="财预〔2020〕10号", period="2020", evaluator="评估公司"
        )
        assert stated.score == "89.50"
        for field, wrong in {
            "score": "90",
            "grade": "优",
            "scale": "县级量表",
            "period": "2019",
            "evaluator": "别的公司",
            "channel": EvaluationChannel.EXPERT_REVIEW,
            "scheme": "self-evaluation",
            "scheme_version": 2,
        }.items():
            with pytest.raises(BadFieldError) as caught:
                report(case, SCHEMES, self.REPORT.but(**{field: wrong}))
            assert caught.value.pointer == f"/act/{field}", field

    def test_a_wrong_sheet_names_the_field(self) -> None:
        case = self.at(commissioned(), HEARD)
        for sheet in (scores()[1:], scores(A11="3.5"), ()):
            with pytest.raises(BadFieldError) as caught:
                report(case, SCHEMES, self.REPORT.but(scores=sheet))
            assert caught.value.pointer == "/act/scores"

    def test_the_evaluated_unit_is_heard_before_the_report(self) -> None:
        with pytest.raises(ActError, match="须征求被评价单位意见"):
            report(self.at(commissioned()), SCHEMES, self.REPORT)
        silent = ("2021-03-01", HEARD[1].but(reply=CommentReply.NO_REPLY))
        assert self.reported(self.at(commissioned(), silent)).commission == 1

    def test_who_rates_himself_need_not_be_heard(self) -> None:
        own = commissioned(channel=EvaluationChannel.SELF_EVALUATION)
        assert self.reported(self.at(own)).channel is EvaluationChannel.SELF_EVALUATION

    def test_one_report_for_one_commission(self) -> None:
        first = self.reported(self.at(commissioned(), HEARD))
        case = self.at(commissioned(), HEARD, ("2021-03-20", first))
        with pytest.raises(ActError, match="已提交评价报告（第1项评价）"):
            report(case, SCHEMES, self.REPORT)
        with pytest.raises(ActError, match="已提交评价报告"):
            comment(case, CommentOnEvaluation(commission=1, unit=OWNER, reply=CommentReply.AGREED))
        with pytest.raises(ActError, match="已提交评价报告"):
            withdraw(case, WithdrawCommission(commission=1, reason="误"))

    def test_a_step_is_not_earlier_than_the_one_before(self) -> None:
        with pytest.raises(ActError, match="早于该委托的上一步（2021-03-01）"):
            report(self.at(commissioned(), HEARD, on="2021-02-28"), SCHEMES, self.REPORT)
        asked = CommentOnEvaluation(commission=1, unit=OWNER, reply=CommentReply.AGREED)
        with pytest.raises(ActError, match="早于该委托的上一步（2021-02-01）"):
            comment(self.at(commissioned(), on="2021-01-31"), asked)

    def test_an_unknown_or_withdrawn_commission_takes_nothing(self) -> None:
        with pytest.raises(BadFieldError, match="没有此序号的委托"):
            report(self.at(), SCHEMES, self.REPORT)
        gone = ("2021-02-02", CommissionWithdrawn(number=1, reason="重新委托"))
        with pytest.raises(ActError, match="该委托已撤回"):
            report(self.at(commissioned(), gone), SCHEMES, self.REPORT)
        event = commission(self.at(commissioned(), gone), SCHEMES, ASKED)
        assert isinstance(event, EvaluationCommissioned)
        assert event.number == 2

    def test_comments_are_of_an_evaluated_unit_and_say_something(self) -> None:
        case = self.at(commissioned())
        asked = CommentOnEvaluation(commission=1, unit=OWNER, reply=CommentReply.COMMENTED, comments="请补充")
        assert isinstance(comment(case, asked), EvaluationCommented)
        with pytest.raises(BadFieldError, match="写明意见"):
            comment(case, asked.but(comments=""))
        with pytest.raises(BadFieldError, match="不是本项目的建设单位"):
            comment(case, asked.but(unit=OTHER))

    @pytest.mark.clause("O20")
    def test_a_result_is_used_after_its_report(self) -> None:
        told: Dated = ("2021-03-20", self.reported(self.at(commissioned(), HEARD)))
        asked = UseEvaluation(evaluation=1, use=ResultUse.BUDGET_EFFECT)
        event = use(self.at(commissioned(), HEARD, told, on="2021-03-20"), asked)
        assert isinstance(event, EvaluationUsed)
        with pytest.raises(ActError, match="早于评价报告"):
            use(self.at(commissioned(), HEARD, told, on="2021-03-19"), asked)
        state = project(commissioned(), HEARD, told, ("2021-04-01", event))
        assert state.evaluations[0].use is ResultUse.BUDGET_EFFECT
        assert state.commissions[0].evaluation == 1

    @pytest.mark.clause("O20")
    def test_no_use_needs_a_reason(self) -> None:
        told: Dated = ("2021-03-20", self.reported(self.at(commissioned(), HEARD)))
        asked = UseEvaluation(evaluation=1, use=ResultUse.NONE)
        case = self.at(commissioned(), HEARD, told)
        with pytest.raises(BadFieldError, match="须说明理由"):
            use(case, asked)
        assert isinstance(use(case, asked.but(note="已停用")), EvaluationUsed)
        with pytest.raises(BadFieldError, match="没有此序号的评价"):
            use(case, asked.but(evaluation=2, note="x"))

    def test_a_scheme_altered_since_the_commission_is_not_used(self) -> None:
        altered = Schemes([s.but(title=s.title.model_copy(update={"en": "x"})) for s in SHIPPED.all])
        with pytest.raises(ActError, match="评价方案的内容在委托后变动过"):
            report(self.at(commissioned(), HEARD), altered, self.REPORT)

    def test_weights_and_scheme_are_checked_at_the_commission(self) -> None:
        for changes, pointer in (
            ({"weights": ()}, "/act/weights"),
            ({"weights": weights(A11="4")}, "/act/weights"),
            ({"scheme": "none"}, "/act/scheme"),
            ({"scheme": "shandong-stars", "weights": ()}, "/act/scheme"),
        ):
            with pytest.raises(BadFieldError) as caught:
                commission(self.at(), SCHEMES, ASKED.but(**changes))
            assert caught.value.pointer == pointer


class TestReportsThatStandAlone:
    PLAIN = ReportEvaluation(
        channel=EvaluationChannel.MEDIA_SUPERVISION, evaluator="县融媒体中心", scale="报道", grade="好评", period="2020"
    )

    @pytest.mark.clause("O19")
    @pytest.mark.parametrize("channel", list(EvaluationChannel))
    def test_every_channel_is_recorded(self, channel: EvaluationChannel) -> None:
        """绩效审计、专家评价、媒体监督和第三方评估"""
        event = asking().when(report, SCHEMES, self.PLAIN.but(channel=channel)).then(EvaluationReported)
        assert isinstance(event, EvaluationReported)
        assert (event.channel, event.commission, event.scheme, event.scores) == (channel, None, None, ())

    @pytest.mark.parametrize("field", ["channel", "evaluator", "scale", "grade", "period"])
    def test_without_a_commission_everything_is_stated(self, field: str) -> None:
        with pytest.raises(BadFieldError) as caught:
            asking().when(report, SCHEMES, self.PLAIN.but(**{field: None}))
        assert caught.value.pointer == f"/act/{field}"

    def test_scores_need_a_scheme(self) -> None:
        with pytest.raises(BadFieldError, match="须指明评价方案"):
            asking().when(report, SCHEMES, self.PLAIN.but(scores=scores()))

    def test_a_unit_evaluates_itself_by_the_form(self) -> None:
        sheet = scores({"E1": "10", "E2": "45.5", "E3": "25", "E4": "9.25"})
        own = ReportEvaluation(
            channel=EvaluationChannel.SELF_EVALUATION,
            evaluator="测试局",
            period="2020",
            scheme="self-evaluation",
            scores=sheet,
        )
        event = asking().when(report, SCHEMES, own).then(EvaluationReported)
        assert isinstance(event, EvaluationReported)
        assert (event.score, event.grade, event.scale) == ("89.75", "良", "财预〔2020〕10号")

    def test_weights_of_a_case_need_a_commission(self) -> None:
        asked = self.PLAIN.but(scheme=FRAMEWORK, scores=scores(), scale=None, grade=None)
        with pytest.raises(BadFieldError) as caught:
            asking().when(report, SCHEMES, asked)
        assert caught.value.pointer == "/act/weights"

    @pytest.mark.clause("O23")
    def test_expert_opinion_and_benefit_evaluation_stand_in_one_project(self) -> None:
        """专家决策咨询机制、综合效益评估机制"""
        opinion = asking().when(opine, GiveOpinion(body="专家咨询委员会", verdict="PASS")).then(ReviewOpinionGiven)
        event = asking().when(report, SCHEMES, self.PLAIN).then(EvaluationReported)
        state = project(("2019-02-01", opinion), ("2021-04-01", event))
        assert (state.opinions[0].body, state.evaluations[0].period) == ("专家咨询委员会", "2020")


class TestSatisfaction:
    @pytest.mark.clause("O28")
    @pytest.mark.clause("O34")
    def test_the_public_is_asked_whether_it_is_satisfied(self) -> None:
        """不断提升人民群众的幸福感和满意度；引导社会公众积极参与体验"""
        event = given(filed()).when(survey, SURVEY).then(SatisfactionSurveyRecorded)
        state = project(("2021-03-01", event), ("2022-03-01", event.but(number=2)))
        assert [(s.number, s.satisfied_bp, s.respondents) for s in state.surveys] == [(1, 9437, 512), (2, 9437, 512)]
        case = replace(given(filed()).case, project=state)
        again = survey(case, SURVEY)
        assert isinstance(again, SatisfactionSurveyRecorded)
        assert again.number == 3

    @pytest.mark.parametrize("wrong", [{"satisfied_bp": 10_001}, {"satisfied_bp": -1}, {"respondents": 0}])
    def test_figures_are_within_reason(self, wrong: dict[str, int]) -> None:
        with pytest.raises(ValueError, match="input"):
            RecordSurvey.model_validate({**dict(SURVEY), **wrong})


OF_A_CLASSIFIED_PROJECT: list[Any] = [
    (lambda case: commission(case, SCHEMES, ASKED.but(channel=EvaluationChannel.DEPARTMENT_EVALUATION))),
    (lambda case: report(case, SCHEMES, TestReportsThatStandAlone.PLAIN)),
    (lambda case: survey(case, SURVEY)),
]


@pytest.mark.clause("G15")
@pytest.mark.parametrize("step", OF_A_CLASSIFIED_PROJECT)
def test_no_text_about_a_classified_project(step: Any) -> None:
    event: Event = step(given(filed(CLASSIFIED)).acting_as(Role.FINANCE).case)
    assert isinstance(event, Refused)
    assert event.judgement.blocking() == ("G15",)


def test_the_small_scheme_is_of_units_only() -> None:
    with pytest.raises(BadFieldError, match="评价对象是UNIT"):
        commission(asking().case, Schemes([scheme()]), ASKED.but(scheme="unit-targets", weights=()))
