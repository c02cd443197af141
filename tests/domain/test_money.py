"""Money is integer 分, and agrees with the paper."""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.money import Money, MoneyUnit
from domain.texts import ValueFault

FEN = {
    MoneyUnit.FEN: 1,
    MoneyUnit.YUAN: 100,
    MoneyUnit.WAN_YUAN: 1_000_000,
    MoneyUnit.YI_YUAN: 10_000_000_000,
    MoneyUnit.MILLION: 100_000_000,
}


@pytest.mark.parametrize(
    ("text", "unit", "fen"),
    [
        ("89.974", MoneyUnit.WAN_YUAN, 89_974_000),
        ("1", MoneyUnit.WAN_YUAN, 1_000_000),
        ("1,234.56", MoneyUnit.YUAN, 123_456),
        ("１００万元", MoneyUnit.WAN_YUAN, 100_000_000),
        ("１，２３４．５６元", MoneyUnit.YUAN, 123_456),
        (" 5 万元 ", MoneyUnit.WAN_YUAN, 5_000_000),
        ("0.000001", MoneyUnit.WAN_YUAN, 1),
        ("1.500000000", MoneyUnit.YUAN, 150),
        ("-5", MoneyUnit.FEN, -5),
        ("+7分", MoneyUnit.FEN, 7),
        ("-0", MoneyUnit.YUAN, 0),
        ("118.877736", MoneyUnit.MILLION, 11_887_773_600),
        ("2亿元", MoneyUnit.YI_YUAN, 20_000_000_000),
        ("9223372036854775807", MoneyUnit.FEN, 2**63 - 1),
        ("-9223372036854775808", MoneyUnit.FEN, -(2**63)),
    ],
)
def test_amounts(text: str, unit: MoneyUnit, fen: int) -> None:
    money = Money.of(text, unit)
    assert (money.fen, money.text, money.unit, money.currency) == (fen, text, unit, "CNY")
    assert Money.model_validate_json(money.model_dump_json()) == money


@pytest.mark.parametrize(
    "text",
    [
        "",
        "元",
        "1e5",
        "1E5",
        "NaN",
        "Infinity",
        "12,34",
        "1.234.5",
        "1.",
        ".5",
        "0x10",
        "一百",
        "1 000,00",
        "89.9 74",
        "1_000",
        "٣.٥",
        "5万",
        "0" * 61,
    ],
)
def test_what_is_no_amount(text: str) -> None:
    with pytest.raises(ValueFault, match="不是数额"):
        Money.of(text, MoneyUnit.YUAN)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("0.0000001", MoneyUnit.WAN_YUAN),
        ("0.001", MoneyUnit.YUAN),
        ("0.5", MoneyUnit.FEN),
        # More digits than the usual decimal context holds: it would round them off and see nothing.
        ("1.0000000000000000000000000000000000000000001", MoneyUnit.YUAN),
    ],
)
def test_parts_of_a_fen_are_refused(text: str, unit: MoneyUnit) -> None:
    with pytest.raises(ValueFault, match=f"{text}.*分以下"):
        Money.of(text, unit)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("9223372036854775808", MoneyUnit.FEN),
        ("-92233720368547758.09", MoneyUnit.YUAN),
        ("9" * 60, MoneyUnit.YI_YUAN),
    ],
)
def test_more_than_64_bits_is_refused(text: str, unit: MoneyUnit) -> None:
    with pytest.raises(ValueFault, match="超出范围"):
        Money.of(text, unit)


def test_a_unit_in_the_text_must_agree() -> None:
    with pytest.raises(ValueFault, match="不符"):
        Money.of("5万元", MoneyUnit.YUAN)


def test_clients_may_leave_the_fen_out_but_not_contradict() -> None:
    assert Money.model_validate({"text": "89.974", "unit": "WAN_YUAN"}).fen == 89_974_000
    assert Money.model_validate({"text": "3.5万元"}).fen == 3_500_000
    with pytest.raises(ValidationError, match="不符"):
        Money.model_validate({"text": "3.5", "unit": "WAN_YUAN", "fen": 1})
    with pytest.raises(ValidationError):
        Money.model_validate({"text": "3.5", "unit": "YUAN", "fen": 350.0})
    with pytest.raises(ValidationError, match="请写明单位"):
        Money.model_validate({"text": "3.5"})


@pytest.mark.parametrize("unit", ["DOLLAR", "", 1, ["YUAN"]])
def test_an_unknown_unit_is_told_in_both_languages(unit: object) -> None:
    with pytest.raises(ValidationError, match=r"没有单位.*WAN_YUAN.* / there is no unit"):
        Money.model_validate({"text": "3.5元", "unit": unit})


@pytest.mark.parametrize("fen", [True, "350", 350.0, None])
def test_the_fen_are_an_integer(fen: object) -> None:
    with pytest.raises(ValidationError):
        Money.model_validate({"text": "3.5", "unit": "YUAN", "fen": fen})


@pytest.mark.parametrize("currency", ["cny", "CN", "CNYY", "人民币", ""])
def test_currencies_are_three_capital_letters(currency: str) -> None:
    with pytest.raises(ValidationError):
        Money.of("1", MoneyUnit.YUAN, currency)
    assert Money.of("1", MoneyUnit.MILLION, "USD").currency == "USD"


@given(st.integers(-(2**63), 2**63 - 1))
def test_no_fen_is_lost(fen: int) -> None:
    money = Money.fen_of(fen)
    assert Money.model_validate_json(money.model_dump_json()) == money
    assert Money.of(f"{money.yuan():f}", MoneyUnit.YUAN).fen == fen
    assert Money.of(f"{money.yuan():,f}", MoneyUnit.YUAN).fen == fen
    assert Money.of(f"{money.wan_yuan():f}", MoneyUnit.WAN_YUAN).fen == fen
    assert isinstance(money.yuan(), Decimal)


@given(
    st.from_regex(r"-?[0-9]{1,12}(\.[0-9]{1,40})?", fullmatch=True),
    st.sampled_from(MoneyUnit),
)
def test_what_is_read_is_exactly_what_is_written_or_refused(text: str, unit: MoneyUnit) -> None:
    fen = Fraction(text) * FEN[unit]
    if fen.denominator == 1 and -(2**63) <= fen < 2**63:
        assert Money.of(text, unit).fen == fen
    else:
        with pytest.raises(ValueFault):
            Money.of(text, unit)


def test_the_decimal_context_of_the_caller_does_not_matter() -> None:
    with localcontext() as narrow:
        narrow.prec = 3
        money = Money.fen_of(123_456_789)
        shown = money.zh()
        yuan = money.yuan()
    assert shown == "123.456789万元"
    assert yuan == Decimal("1234567.89")


@given(st.text(max_size=70), st.sampled_from(MoneyUnit))
def test_any_text_is_answered(text: str, unit: MoneyUnit) -> None:
    told = []
    try:
        kept = Money.of(text, unit).text
    except ValueFault as fault:
        told = [fault.text.zh, fault.text.en]
    else:
        assert kept == text
    assert all(told)


@pytest.mark.parametrize(
    ("text", "unit", "currency", "zh"),
    [
        ("89.974", MoneyUnit.WAN_YUAN, "CNY", "89.974万元"),
        ("12.30", MoneyUnit.YUAN, "CNY", "12.3元"),
        ("9999.99", MoneyUnit.YUAN, "CNY", "9,999.99元"),
        ("10000", MoneyUnit.YUAN, "CNY", "1万元"),
        ("-1", MoneyUnit.YI_YUAN, "CNY", "-10,000万元"),
        ("0", MoneyUnit.FEN, "CNY", "0元"),
        ("1", MoneyUnit.MILLION, "USD", "USD 100万元"),
    ],
)
def test_reading(text: str, unit: MoneyUnit, currency: str, zh: str) -> None:
    assert Money.of(text, unit, currency).zh() == zh


def test_money_is_not_added() -> None:
    assert not hasattr(Money, "__add__")
