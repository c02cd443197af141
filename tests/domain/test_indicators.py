"""Rates computed from the record: exact, and with a reason where there is none."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from domain.evolve import fold
from domain.indicators import RateKind, computed_rates, execution
from domain.money import Money, MoneyUnit
from domain.project import FundPurpose, Project
from domain.rule import Gate
from domain.steps.building import ProgressReported
from domain.steps.funding import FundsDisbursed, FundsRefunded
from domain.steps.procurement import ContractRecorded
from domain.streams import StreamKind
from tests.given import PROJECT, Dated, history
from tests.stages import ACCEPTED, APPROVED, BUILD_MONEY, filed, passed


def project(*events: Dated) -> Project:
    return fold(Project(id=PROJECT), history(StreamKind.PROJECT, PROJECT, filed(), *events))


def paid(yuan: str) -> Dated:
    amount = Money.of(yuan, MoneyUnit.YUAN)
    return "2019-04-01", FundsDisbursed(
        purpose=FundPurpose.BUILD, arrangement=1, amount=amount, judgement=passed(Gate.FUND_BUILD)
    )


def contract(yuan: str, currency: str = "CNY") -> Dated:
    amount = Money.of(yuan, MoneyUnit.YUAN, currency)
    return "2019-03-03", ContractRecorded(contract_no="C", supplier="承建方", amount=amount)


def rates(*events: Dated) -> dict[RateKind, str | None]:
    return {r.kind: r.rate for r in computed_rates(project(*events))}


def test_nothing_recorded_gives_reasons_and_no_zeros() -> None:
    for rate in computed_rates(project()):
        assert rate.rate is None
        assert rate.missing is not None
        assert all((rate.missing.zh, rate.missing.en, rate.basis.zh, rate.basis.en))


def test_the_four_rates_come_from_the_record() -> None:
    refund: Dated = ("2019-05-01", FundsRefunded(arrangement=1, amount=Money.of("1", MoneyUnit.WAN_YUAN)))
    found = rates(APPROVED, BUILD_MONEY, paid("340000"), refund, contract("912345.67"))
    assert found[RateKind.EXECUTION] == "0.3300"
    assert found[RateKind.IN_PLACE] == "0.3300"
    assert found[RateKind.COST_SAVING] == "0.0877"
    assert found[RateKind.COMPLETION] is None


def test_completion_is_the_newest_percentage_and_all_of_it_after_acceptance() -> None:
    half: Dated = ("2019-04-01", ProgressReported(percent=45, summary=""))
    silent: Dated = ("2019-04-02", ProgressReported(percent=None, summary="推进中"))
    assert rates(APPROVED, half)[RateKind.COMPLETION] == "0.4500"
    assert rates(APPROVED, half, silent)[RateKind.COMPLETION] is None
    assert rates(APPROVED, half, ACCEPTED)[RateKind.COMPLETION] == "1.0000"


def test_without_an_approved_amount_money_in_place_is_of_what_was_arranged() -> None:
    bare = ("2019-02-20", APPROVED[1].but(amount=None))
    found = {r.kind: r for r in computed_rates(project(bare, BUILD_MONEY, paid("250000")))}
    assert found[RateKind.IN_PLACE].rate == "0.2500"
    assert "已安排" in found[RateKind.IN_PLACE].basis.zh
    assert found[RateKind.COST_SAVING].missing is not None


def test_cost_above_the_plan_is_a_negative_saving() -> None:
    assert rates(APPROVED, contract("1100000"))[RateKind.COST_SAVING] == "-0.1000"


def test_no_exchange_rate_is_guessed() -> None:
    assert rates(APPROVED, contract("1000", "USD"))[RateKind.COST_SAVING] is None


@examples(st.integers(-(10**15), 10**15), st.integers(1, 10**15))
def test_a_rate_is_rounded_once_and_half_away_from_zero(part: int, whole: int) -> None:
    amounts: Any = Money.fen_of
    arrangement = project(BUILD_MONEY).arrangements[0].but(amount=amounts(whole), disbursed_fen=part)
    found = execution(project().but(arrangements=(arrangement,)))
    with localcontext() as context:
        context.prec = 120
        expected = (Decimal(part) / Decimal(whole)).quantize(Decimal("0.0001"), ROUND_HALF_UP)
    assert found.rate is not None
    assert Decimal(found.rate) == expected
    assert (found.part, found.whole) == (part, whole)


@pytest.mark.parametrize(
    ("part", "whole", "rate"), [(1, 20_000, "0.0001"), (-1, 20_000, "-0.0001"), (-1, 30_000, "0.0000")]
)
def test_halves_go_away_from_zero(part: int, whole: int, rate: str) -> None:
    arrangement = project(BUILD_MONEY).arrangements[0].but(amount=Money.fen_of(whole), disbursed_fen=part)
    assert execution(project().but(arrangements=(arrangement,))).rate == rate
