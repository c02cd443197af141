"""Amounts of the stages stand beside each other, and their drift is exact."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given as over
from hypothesis import strategies as st

from domain.amounts import AmountOrigin, basis_points, drift, stages
from domain.correction import FactCorrected
from domain.faults import BadFieldError
from domain.money import Money, MoneyUnit
from domain.project import AmountStage
from domain.steps.amounts import AmountStated, StateAmount, state_amount
from domain.steps.procurement import ContractRecorded
from tests.given import Dated, given
from tests.stages import APPROVED, CLASSIFIED, FILING, SHARED, WAN, filed

RIPE = (filed(), SHARED, APPROVED)
STATE = StateAmount(stage=AmountStage.BUDGET, amount=WAN, document_no="源财评〔2019〕1号")


def stated(stage: AmountStage, fen: int, on: str = "2019-07-01") -> Dated:
    return on, AmountStated(stage=stage, amount=Money.fen_of(fen))


def contract(number: int, amount: Money) -> Dated:
    return "2019-04-01", ContractRecorded(contract_no=f"HT-{number}", supplier="", amount=amount)


@pytest.mark.clause("F01")
class TestStages:
    """加强项目资金使用管理和监督"""

    def test_a_statement_keeps_the_papers_own_words(self) -> None:
        command = STATE.but(stated_total="约 100 万元")
        event = given(*RIPE).when(state_amount, command).then(AmountStated)
        (kept,) = given(*RIPE, ("2019-07-01", event)).case.project.amounts
        assert (kept.amount.text, kept.stated_total, kept.document_no) == ("100", "约 100 万元", "源财评〔2019〕1号")

    def test_of_a_filed_project_and_more_than_nothing(self) -> None:
        given().when(state_amount, STATE).refused_by("G01")
        for amount in (Money.fen_of(0), Money.of("1", MoneyUnit.YUAN, "USD")):
            with pytest.raises(BadFieldError):
                given(*RIPE).when(state_amount, STATE.but(amount=amount))

    def test_a_classified_project_states_amounts_but_no_words(self) -> None:
        given(filed(CLASSIFIED)).when(state_amount, STATE).then(AmountStated)
        given(filed(CLASSIFIED)).when(state_amount, STATE.but(stated_total="约一百万")).refused_by("G15")

    def test_every_stage_says_where_it_is_known_from(self) -> None:
        half = Money.of("40", MoneyUnit.WAN_YUAN)
        project = given(*RIPE, contract(1, half), contract(2, half), stated(AmountStage.SETTLEMENT, 7)).case.project
        assert [(a.stage, a.origin, a.fen) for a in stages(project)] == [
            (AmountStage.ESTIMATE, AmountOrigin.FILING, WAN.fen),
            (AmountStage.DESIGN_ESTIMATE, AmountOrigin.APPROVAL, WAN.fen),
            (AmountStage.CONTRACT, AmountOrigin.CONTRACTS, 2 * half.fen),
            (AmountStage.SETTLEMENT, AmountOrigin.STATED, 7),
        ]

    def test_a_later_statement_revises_and_the_earlier_stays(self) -> None:
        story = (*RIPE, stated(AmountStage.ESTIMATE, 9), stated(AmountStage.ESTIMATE, 8))
        project = given(*story).case.project
        known = [(a.fen, a.revised) for a in stages(project) if a.stage is AmountStage.ESTIMATE]
        assert known == [(WAN.fen, True), (9, True), (8, False)]

    def test_a_corrected_statement_is_gone(self) -> None:
        withdrawn = FactCorrected(target_version=4, target_topic=AmountStated.TOPIC, reason="误录")
        project = given(*RIPE, stated(AmountStage.BUDGET, 9), ("2019-08-01", withdrawn)).case.project
        assert all(a.stage is not AmountStage.BUDGET for a in stages(project))

    def test_contracts_of_several_currencies_have_no_sum(self) -> None:
        dollars = Money.of("1", MoneyUnit.YUAN, "USD")
        project = given(*RIPE, contract(1, WAN), contract(2, dollars)).case.project
        assert all(a.stage is not AmountStage.CONTRACT for a in stages(project))
        (only,) = [
            a for a in stages(given(*RIPE, contract(1, dollars)).case.project) if a.stage is AmountStage.CONTRACT
        ]
        assert only.currency == "USD"

    def test_an_empty_project_has_none(self) -> None:
        assert stages(given().case.project) == ()
        assert drift(given().case.project) == ()


@pytest.mark.clause("F01")
class TestDrift:
    """估算≥概算≥预算≥合同价≥结算≥决算"""

    def test_neighbours_are_compared_exactly(self) -> None:
        project = given(
            filed(FILING.but(estimate=Money.fen_of(30_000))),
            stated(AmountStage.DESIGN_ESTIMATE, 30_000),
            stated(AmountStage.BUDGET, 20_000),
            stated(AmountStage.FINAL_ACCOUNT, 20_001),
        ).case.project
        found = [(d.earlier, d.later, d.change_fen, d.change_bp, d.exceeds) for d in drift(project)]
        assert found == [
            (AmountStage.ESTIMATE, AmountStage.DESIGN_ESTIMATE, 0, 0, False),
            (AmountStage.DESIGN_ESTIMATE, AmountStage.BUDGET, -10_000, -3333, False),
            (AmountStage.BUDGET, AmountStage.FINAL_ACCOUNT, 1, 1, True),
        ]

    def test_amounts_in_other_currencies_are_not_compared(self) -> None:
        dollars = filed(FILING.but(estimate=Money.of("1", MoneyUnit.YUAN, "USD")))
        assert drift(given(dollars, stated(AmountStage.BUDGET, 5)).case.project) == ()

    @over(part=st.integers(-(10**18), 10**18), whole=st.integers(1, 10**18))
    def test_basis_points_are_rounded_half_away_from_zero(self, part: int, whole: int) -> None:
        points = basis_points(part, whole)
        assert points is not None
        error = abs(Fraction(part * 10_000, whole) - points)
        assert error <= Fraction(1, 2)
        assert points == -(basis_points(-part, whole) or 0)

    def test_of_nothing_there_is_no_share(self) -> None:
        assert basis_points(1, 0) is None
        assert basis_points(1, 20_000) == 1
