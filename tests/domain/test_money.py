"""Money is integer 分, and agrees with the paper."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.money import Money, MoneyUnit
from domain.texts import ValueFault


@pytest.mark.parametrize(
    ("text", "unit", "fen"),
    [
        ("89.974", MoneyUnit.WAN_YUAN, 89_974_000),
        ("1,234.56", MoneyUnit.YUAN, 123_456),
        ("１００万元", MoneyUnit.WAN_YUAN, 100_000_000),
        ("0.000001", MoneyUnit.WAN_YUAN, 1),
        ("-5", MoneyUnit.FEN, -5),
        ("118.877736", MoneyUnit.MILLION, 11_887_773_600),
        ("2亿元", MoneyUnit.YI_YUAN, 20_000_000_000),
    ],
)
def test_amounts(text: str, unit: MoneyUnit, fen: int) -> None:
    money = Money.of(text, unit)
    assert (money.fen, money.text, money.unit) == (fen, text, unit)


@pytest.mark.parametrize("text", ["", "1e5", "NaN", "Infinity", "12,34", "1.234.5", "0x10", "一百", "1 000,00"])
def test_what_is_no_amount(text: str) -> None:
    with pytest.raises(ValueFault):
        Money.of(text, MoneyUnit.YUAN)


def test_parts_of_a_fen_are_refused() -> None:
    with pytest.raises(ValueFault, match="分以下"):
        Money.of("0.0000001", MoneyUnit.WAN_YUAN)


def test_a_unit_in_the_text_must_agree() -> None:
    with pytest.raises(ValueFault, match="不符"):
        Money.of("5万元", MoneyUnit.YUAN)


def test_clients_may_leave_the_fen_out_but_not_contradict() -> None:
    assert Money.model_validate({"text": "3.5万元"}).fen == 3_500_000
    with pytest.raises(ValidationError, match="不符"):
        Money.model_validate({"text": "3.5", "unit": "WAN_YUAN", "fen": 1})
    with pytest.raises(ValidationError):
        Money.model_validate({"text": "3.5", "unit": "YUAN", "fen": 350.0})


@given(st.integers(-(10**15), 10**15))
def test_no_fen_is_lost(fen: int) -> None:
    money = Money.fen_of(fen)
    assert Money.model_validate_json(money.model_dump_json()) == money
    assert money.yuan() * 100 == fen
    assert Money.of(f"{money.wan_yuan():f}", MoneyUnit.WAN_YUAN).fen == fen
    assert isinstance(money.yuan(), Decimal)


def test_reading() -> None:
    assert Money.of("89.974", MoneyUnit.WAN_YUAN).zh() == "89.974万元"
    assert Money.of("12.30", MoneyUnit.YUAN).zh() == "12.3元"
