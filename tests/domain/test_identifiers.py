"""Identifiers with the vectors of the standards, and that no single slip gets through."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import stdnum.cn.uscc
from hypothesis import given
from hypothesis import strategies as st

from domain.identifiers import (
    DivisionTable,
    division,
    document_number,
    filing_certificate,
    filing_number,
    investment_code,
    uscc,
)
from domain.texts import ValueFault

VALID = [
    "91350100M000100Y43",
    "91110000101623741K",
    "911101066976941872",
    "113703230042123426",
    "11370323MB0000019Q",
    "1137032300420019XD",  # inner check X
    "113703230042001650",  # outer check by the branch where the sum is a multiple of 31
]


@pytest.mark.parametrize("code", VALID)
def test_valid_codes(code: str) -> None:
    assert uscc.parse(code) == code
    assert uscc.inspect(code).faults == ()


@pytest.mark.parametrize("code", [c for c in VALID if stdnum.cn.uscc.is_valid(c)])
def test_an_independent_library_computes_the_same_check(code: str) -> None:
    assert stdnum.cn.uscc.calc_check_digit(code[:17]) == uscc.outer_check(code[:17])


def test_a_wrong_check_says_what_it_should_be() -> None:
    with pytest.raises(ValueFault, match="第18位（校验码）应为R，现为6"):
        uscc.parse("91350211M0000XUF46")


def test_hygiene() -> None:
    assert uscc.parse(" ９１350100m000100y43 ") == VALID[0]


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("9135010", "18位"),
        ("91350100M000100Y4O", "字符集"),
        ("Z1350100M000100Y43", "字符集"),
        ("B1350100M000100Y43", "登记管理部门"),
        ("94350100M000100Y43", "机构类别"),
        ("9135A100M000100Y43", "6位数字"),
    ],
)
def test_each_part_is_checked(code: str, told: str) -> None:
    assert any(told in fault.zh for fault in uscc.inspect(code).faults)


@given(st.sampled_from(VALID), st.integers(0, 17), st.sampled_from(uscc.ALPHABET))
def test_no_single_wrong_character_passes(code: str, at: int, symbol: str) -> None:
    wrong = code[:at] + symbol + code[at + 1 :]
    assert (uscc.inspect(wrong).faults == ()) == (wrong == code)


@given(st.text(max_size=40))
def test_any_text_is_answered(text: str) -> None:
    uscc.inspect(text)
    for parse in (uscc.parse, division.parse, document_number.parse, filing_certificate.parse, filing_number.parse):
        told = []
        try:
            once = parse(text)
        except ValueFault as fault:
            told = [fault.text.zh, fault.text.en]
        else:
            assert parse(once) == once
        assert all(told)


@pytest.mark.parametrize(
    "written",
    [
        "源政发〔2018〕16号",
        "源政发[2018]16号",
        "源政发［2018］16号",
        "源政发(2018)16号",
        "源政发（2018）16号",
        "源政发【2018】 16 号",
    ],
)
def test_all_brackets_are_one(written: str) -> None:
    assert document_number.parse(written) == "源政发〔2018〕16号"


def test_the_same_serial_of_two_organs_is_not_the_same() -> None:
    assert document_number.parse("淄政发〔2018〕16号") != document_number.parse("源政发〔2018〕16号")


@pytest.mark.parametrize(
    "wrong", ["源政发〔2018〕016号", "源政发〔18〕16号", "源政发〔2018〕第16号", "〔2018〕16号", "16号", ""]
)
def test_wrong_document_numbers(wrong: str) -> None:
    with pytest.raises(ValueFault):
        document_number.parse(wrong)


def test_orders_count_through_the_years() -> None:
    order = document_number.read("国令第809号")
    assert (order.organ, order.year, order.serial) == ("国令", None, 809)
    assert document_number.parse("第809号") == "第809号"


def test_filing_certificates() -> None:
    assert filing_certificate.parse("３７０32300001-00001") == "37032300001-00001"
    for wrong in ("3703230001-00001", "37032300001-0001", "37032300001", "3703230000100001"):
        with pytest.raises(ValueFault):
            filing_certificate.parse(wrong)


def test_investment_codes() -> None:
    assert investment_code.parse("2021-370323-65-01-123456") == "2021-370323-65-01-123456"
    assert investment_code.parse("2018-370323-65-01-12345x").endswith("X")
    with pytest.raises(ValueFault):
        investment_code.parse("2021-370323-65-1-123456")


@given(st.integers(1, filing_number.MAX_SERIAL), st.integers(2018, 2099))
def test_filing_numbers_round_trip(serial: int, year: int) -> None:
    number = filing_number.build("370323", year, serial)
    parts = filing_number.read(number)
    assert (parts.division, parts.year, parts.serial) == ("370323", year, serial)


@given(st.integers(1, filing_number.MAX_SERIAL), st.data())
def test_a_filing_number_sees_every_wrong_digit(serial: int, data: st.DataObject) -> None:
    number = filing_number.build("370323", 2018, serial)
    at = data.draw(st.sampled_from([i for i, c in enumerate(number) if c.isdigit()]))
    digit = data.draw(st.sampled_from("0123456789"))
    wrong = number[:at] + digit + number[at + 1 :]
    if wrong != number:
        with pytest.raises(ValueFault):
            filing_number.read(wrong)


def test_filing_numbers_do_not_run_over() -> None:
    with pytest.raises(ValueFault):
        filing_number.build("370323", 2018, 1_000_000)


TABLE = DivisionTable.parse_csv(
    "\ufeff代码,一级行政区,二级行政区,名称,级别,状态,启用时间,变更/弃用时间,新代码\n"
    "370323,山东省,淄博市,沂源县,县级,在用,1989,,\n"
    "370199,山东省,济南市,旧县,县级,弃用,1981,2001,370112;370113[2003]\n"
)


def test_a_division_is_valid_from_its_year_to_before_its_end() -> None:
    assert TABLE.check("370323", date(2018, 9, 19)).name == "沂源县"
    assert TABLE.at("370323", date(1988, 12, 31)) is None
    assert TABLE.at("370199", date(2000, 12, 31)) is not None
    with pytest.raises(ValueFault, match="370112、370113"):
        TABLE.check("370199", date(2001, 1, 1))
    with pytest.raises(ValueFault, match="没有行政区划代码"):
        TABLE.check("999999", date(2018, 1, 1))


def test_a_bad_division_row_is_named() -> None:
    with pytest.raises(ValueFault, match="第2行"):
        DivisionTable.parse_csv("代码,名称,启用时间,变更/弃用时间,新代码\n37032,沂源县,1989,,\n")


def test_the_whole_country(shared: Path) -> None:
    table = DivisionTable.parse_csv(
        (shared / "data/cn-division-codes/areacodes_1981_2024.csv").read_text(encoding="utf-8")
    )
    assert table.check("370323", date(2018, 9, 19)).name == "沂源县"
    assert table.at("370323", date(1985, 1, 1)) is None
