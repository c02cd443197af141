"""Identifiers with the vectors of the standards, and that no single slip gets through."""

from __future__ import annotations

import copy
import csv
import io
import pickle
from collections.abc import Callable
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from domain.identifiers import (
    DivisionCode,
    DivisionSpell,
    DivisionTable,
    DocumentNo,
    FilingCertificateNumber,
    FilingNumber,
    InvestmentCode,
    Uscc,
    division,
    document_number,
    filing_certificate,
    filing_number,
    investment_code,
    uscc,
)
from domain.texts import Text, ValueFault, clipped, code_form, misfit

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


@given(st.text(uscc.ALPHABET, min_size=17, max_size=17))
def test_an_independent_library_computes_the_same_check(first17: str) -> None:
    oracle = pytest.importorskip("stdnum.cn.uscc")
    assert oracle.calc_check_digit(first17) == uscc.outer_check(first17)


@pytest.mark.parametrize("code", VALID)
def test_an_independent_library_agrees(code: str) -> None:
    oracle = pytest.importorskip("stdnum.cn.uscc")
    assert oracle.is_valid(code)


def test_the_branches_of_both_checks() -> None:
    assert uscc.inner_check("M000100Y") == "4"
    assert uscc.outer_check("0" * 17) == "0"
    assert uscc.inner_check("00000000") == "0"
    assert VALID[5][16] == uscc.inner_check(VALID[5][8:16]) == "X"
    assert VALID[6][17] == uscc.outer_check(VALID[6][:17]) == "0"


def test_a_wrong_check_says_what_it_should_be() -> None:
    with pytest.raises(ValueFault, match="第18位（校验码）应为R，现为6") as told:
        uscc.parse("91350211M0000XUF46")
    assert told.value.text.en == "character 18 (check) must be R, not 6"


def test_a_wrong_check_on_a_historic_paper_is_a_fault_that_is_not_raised() -> None:
    found = uscc.inspect(" 91350211m0000xuf46")
    assert found.normalised == "91350211M0000XUF46"
    assert [fault.zh for fault in found.faults] == ["第18位（校验码）应为R，现为6"]


@pytest.mark.parametrize(
    "typed",
    [
        " ９１350100m000100y43 ",
        "91350100 M000 100Y 43",
        "91350100\u00a0M000100Y43\n",
        "\u3000９１３５０１００Ｍ０００１００Ｙ４３",
    ],
)
def test_hygiene(typed: str) -> None:
    assert uscc.parse(typed) == VALID[0]


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("9135010", "18位"),
        ("91350100M000100Y4O", "字符集"),
        ("Z1350100M000100Y43", "字符集"),
        ("B1350100M000100Y43", "登记管理部门"),
        ("94350100M000100Y43", "机构类别"),
        ("9135A100M000100Y43", "6位数字"),
        ("", "现为0位"),
        ("91350100M000100Y430", "现为19位"),
        ("٩1350100M000100Y43", "字符集"),
        ("91350100M000100Y53", "第17位（主体标识码校验）应为4，现为5"),
    ],
)
def test_each_part_is_checked(code: str, told: str) -> None:
    assert any(told in fault.zh for fault in uscc.inspect(code).faults)


@pytest.mark.parametrize("code", VALID)
def test_no_single_wrong_character_passes(code: str) -> None:
    for at in range(18):
        for symbol in uscc.ALPHABET:
            wrong = code[:at] + symbol + code[at + 1 :]
            assert (uscc.inspect(wrong).faults == ()) == (wrong == code)


@pytest.mark.parametrize("letter", "IOSVZ")
@pytest.mark.parametrize("at", range(18))
def test_letters_that_look_like_digits_are_named(letter: str, at: int) -> None:
    wrong = VALID[0][:at] + letter + VALID[0][at + 1 :]
    with pytest.raises(ValueFault, match=f"第{at + 1}位“{letter}”"):
        uscc.parse(wrong)


@given(st.sampled_from(VALID), st.integers(0, 17), st.characters())
def test_no_single_wrong_character_of_any_script_passes(code: str, at: int, character: str) -> None:
    wrong = code[:at] + character + code[at + 1 :]
    assert (uscc.inspect(wrong).faults == ()) == (code_form(wrong) == code)


@given(
    st.sampled_from(["11", "12", "13", "19", "51", "52", "53", "59", "91", "92", "93"]),
    st.from_regex(r"[0-9]{6}", fullmatch=True),
    st.text(uscc.ALPHABET, min_size=8, max_size=8),
)
def test_a_code_built_with_both_checks_is_valid(head: str, region: str, body: str) -> None:
    first17 = head + region + body + uscc.inner_check(body)
    code = first17 + uscc.outer_check(first17)
    assert uscc.parse(code.lower()) == code


@given(st.text(max_size=40))
def test_any_text_is_answered(text: str) -> None:
    uscc.inspect(text)
    parsers = (
        uscc.parse,
        division.parse,
        document_number.parse,
        filing_certificate.parse,
        filing_number.parse,
        investment_code.parse,
    )
    for parse in parsers:
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
        "源政发﹝2018﹞１６号",
        "\u3000源政发〔２０１８〕16号\n",
    ],
)
def test_all_brackets_are_one(written: str) -> None:
    assert document_number.parse(written) == "源政发〔2018〕16号"


def test_the_same_serial_of_two_organs_is_not_the_same() -> None:
    assert document_number.parse("淄政发〔2018〕16号") != document_number.parse("源政发〔2018〕16号")


def test_the_original_is_kept_but_does_not_count() -> None:
    typed = document_number.read("源政发[2018]16号")
    assert (typed.organ, typed.year, typed.serial) == ("源政发", 2018, 16)
    assert typed.original == "源政发[2018]16号"
    assert typed.canonical == "源政发〔2018〕16号"
    assert typed == document_number.read("源政发〔2018〕16号")


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("源政发〔2018〕016号", "序号.*016"),
        ("源政发〔2018〕0号", "序号"),
        ("源政发〔2018〕第16号", "序号.*第16"),
        ("源政发〔2018〕号", "序号"),
        ("源政发〔2018〕١٦号", "序号"),
        ("源政发〔18〕16号", "年份应为4位数字，现为“18”"),
        ("〔2018〕16号", "机关代字"),
        ("源〔2018〕16号", "机关代字"),
        ("ABC〔2018〕16号", "机关代字.*ABC"),
        ("源政发〔2018〕16", "应如"),
        ("源政发2018-16号", "应如"),
        ("源政发〔2018〔16号", "应如"),
        ("国令第0809号", "应如"),
        ("16号", "应如"),
        ("", "应如"),
    ],
)
def test_wrong_document_numbers(wrong: str, told: str) -> None:
    with pytest.raises(ValueFault, match=told):
        document_number.parse(wrong)


@given(
    st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=2, max_size=12),
    st.integers(0, 9999),
    st.integers(1, 999_999),
    st.sampled_from(["〔〕", "[]", "［］", "()", "（）", "【】", "﹝﹞"]),
)
def test_document_numbers_round_trip(organ: str, year: int, serial: int, brackets: str) -> None:
    found = document_number.read(f"{organ}{brackets[0]}{year:04d}{brackets[1]}{serial}号")
    assert (found.organ, found.year, found.serial) == (organ, year, serial)
    assert document_number.read(found.canonical) == found


@pytest.mark.parametrize(
    ("written", "organ"), [("国令第809号", "国令"), ("国务院令第809号", "国务院令"), ("第809号", "")]
)
def test_orders_count_through_the_years(written: str, organ: str) -> None:
    order = document_number.read(written)
    assert (order.organ, order.year, order.serial) == (organ, None, 809)
    assert document_number.parse(written) == written


def test_filing_certificates() -> None:
    for typed in ("３７０32300001-00001", "37032300001－00001", "37032300001—00001", " 37032300001 - 00001"):
        assert filing_certificate.parse(typed) == "37032300001-00001"


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("3703230001-00001", "第11位应为数字，现为“-”"),
        ("37032300001-0001", "应为17位，现为16位"),
        ("37032300001-000011", "应为17位，现为18位"),
        ("37032300001", "应为17位，现为11位"),
        ("3703230000100001", "第12位应为“-”，现为“0”"),
        ("3703230000A-00001", "第11位应为数字，现为“A”"),
        ("٣7032300001-00001", "第1位应为数字"),
    ],
)
def test_wrong_filing_certificates(wrong: str, told: str) -> None:
    with pytest.raises(ValueFault, match=told):
        filing_certificate.parse(wrong)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("2021-370323-65-01-123456", "2021-370323-65-01-123456"),
        ("２０２１－370323－65－01－123456", "2021-370323-65-01-123456"),
        ("2018-370323-65-01-12345x", "2018-370323-65-01-12345X"),
        ("2017-370323-65-03-012345", "2017-370323-65-03-012345"),
    ],
)
def test_investment_codes(typed: str, code: str) -> None:
    assert investment_code.parse(typed) == code
    assert len(code) == 24


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("2021-370323-65-1-123456", "第17位应为数字，现为“-”"),
        ("2021-370323-65-01-12345", "应为24位，现为23位"),
        ("2021-370323-65-01-1234X6", "第23位应为数字，现为“X”"),
        ("2021-370323-65-01-12345é", "第24位应为数字或大写字母"),
        ("20213703236501123456", "第5位应为“-”"),
        ("", "现为0位"),
    ],
)
def test_wrong_investment_codes(wrong: str, told: str) -> None:
    with pytest.raises(ValueFault, match=told):
        investment_code.parse(wrong)


@given(st.integers(1, filing_number.MAX_SERIAL), st.integers(2018, 2099))
def test_filing_numbers_round_trip(serial: int, year: int) -> None:
    number = filing_number.build("370323", year, serial)
    parts = filing_number.read(number)
    assert (parts.division, parts.year, parts.serial) == ("370323", year, serial)
    assert filing_number.parse(number.lower()) == number


def test_the_filing_number_that_is_shown_as_example() -> None:
    assert filing_number.build("370323", 2018, 16) == "ZH-370323-2018-000016-9"


@given(st.from_regex(r"[0-9]{16}", fullmatch=True))
def test_an_independent_library_computes_the_same_filing_check(digits: str) -> None:
    oracle = pytest.importorskip("stdnum.iso7064.mod_11_10")
    assert oracle.calc_check_digit(digits) == filing_number.check_digit(digits)


@given(st.integers(1, filing_number.MAX_SERIAL), st.data())
def test_a_filing_number_sees_every_wrong_digit(serial: int, data: st.DataObject) -> None:
    number = filing_number.build("370323", 2018, serial)
    at = data.draw(st.sampled_from([i for i, c in enumerate(number) if c.isdigit()]))
    digit = data.draw(st.sampled_from("0123456789"))
    wrong = number[:at] + digit + number[at + 1 :]
    if wrong != number:
        with pytest.raises(ValueFault):
            filing_number.read(wrong)


def test_a_wrong_filing_check_says_what_it_should_be() -> None:
    with pytest.raises(ValueFault, match="校验位应为9，现为8"):
        filing_number.parse("ZH-370323-2018-000016-8")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("370323", 2018, 1_000_000), "用尽"),
        (("370323", 2018, 0), "从1开始"),
        (("370323", 0, 1), "年份"),
        (("370323", 12018, 1), "年份"),
        (("3703", 2018, 1), "6位数字"),
    ],
)
def test_no_filing_number_is_built_that_could_not_be_read(arguments: tuple[str, int, int], told: str) -> None:
    with pytest.raises(ValueFault, match=told):
        filing_number.build(*arguments)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("ZX-370323-2018-000016-9", "第2位应为“H”"),
        ("ZH-370323-2018-16-9", "第18位应为数字，现为“-”"),
        ("ZH-370323-2018-000000-" + filing_number.check_digit("3703232018000000"), "从1开始"),
        ("ZH-370323-2018-000016", "应为23位，现为21位"),
    ],
)
def test_wrong_filing_numbers(wrong: str, told: str) -> None:
    with pytest.raises(ValueFault, match=told):
        filing_number.read(wrong)


TABLE = DivisionTable.parse_csv(
    "\ufeff代码,一级行政区,二级行政区,名称,级别,状态,启用时间,变更/弃用时间,新代码\n"
    "370323,山东省,淄博市,沂源县,县级,在用,1989,,\n"
    "370199,山东省,济南市,旧县,县级,弃用,1981,2001,370112;370113[2003]\n"
)


def test_a_division_is_valid_from_its_year_to_before_its_end() -> None:
    assert TABLE.check("370323", date(2018, 9, 19)).name == "沂源县"
    assert TABLE.at("370323", date(1988, 12, 31)) is None
    assert TABLE.at("370199", date(2000, 12, 31)) is not None
    with pytest.raises(ValueFault, match=r"2001年停用.*370112、370113") as told:
        TABLE.check("370199", date(2001, 1, 1))
    assert told.value.text.en.endswith("successors: 370112, 370113")
    with pytest.raises(ValueFault, match="1989年才启用"):
        TABLE.check("370323", date(1988, 12, 31))
    with pytest.raises(ValueFault, match="没有行政区划代码"):
        TABLE.check("999999", date(2018, 1, 1))


def test_division_codes() -> None:
    assert division.parse(" ３７０３２３ ") == "370323"
    for wrong, told in (("37032", "现为5位"), ("37032A", "第6位"), ("٣٧٠٣٢٣", "第1位"), ("", "现为0位")):
        with pytest.raises(ValueFault, match=told):
            division.parse(wrong)


def test_successors_are_followed_to_codes_in_use() -> None:
    table = DivisionTable(
        [
            # Later before earlier, as in the published list.
            DivisionSpell("372301", "滨州市", 1992, 2000, ("371602",)),
            DivisionSpell("372301", "滨州市", 1982, 1992, ("372301",)),
            DivisionSpell("371602", "滨城区", 2000, 2010, ("371603", "999999")),
            DivisionSpell("371603", "新城区", 2010, None),
            DivisionSpell("371604", "撤销区", 2000, 2010),
        ]
    )
    assert table.check("372301", date(1991, 1, 1)).valid_until == 1992
    assert table.check("372301", date(1992, 1, 1)).valid_from == 1992
    with pytest.raises(ValueFault, match=r"2000年停用.*请改用：371602 /"):
        table.check("372301", date(2005, 1, 1))
    with pytest.raises(ValueFault, match=r"2000年停用.*请改用：371603、999999 /"):
        table.check("372301", date(2018, 1, 1))
    with pytest.raises(ValueFault, match="没有登记新代码"):
        table.check("371604", date(2018, 1, 1))


def test_successors_in_a_circle_come_to_an_end() -> None:
    table = DivisionTable(
        [
            DivisionSpell("370001", "甲", 1981, 1990, ("370002",)),
            DivisionSpell("370002", "乙", 1981, 1990, ("370001",)),
        ]
    )
    with pytest.raises(ValueFault, match="没有登记新代码"):
        table.check("370001", date(2018, 1, 1))


HEADER = "代码,名称,启用时间,变更/弃用时间,新代码\n"


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (HEADER + "37032,沂源县,1989,,\n", "第2行.*6位数字"),
        (HEADER + "370323,沂源县,1989,,\n370322,高青县,198,,\n", "第3行.*年份"),
        (HEADER + "370323,沂源县,1989,now,\n", "第2行.*年份"),
        (HEADER + "370323,沂源县,1989,2000,37\n", "第2行.*新代码"),
        (HEADER + "370323,,1989,,\n", "第2行.*名称"),
        (HEADER + "370323\n", "第2行.*名称"),
        (HEADER + '370323,"' + "沂" * 140_000 + "\n", "不是有效的CSV"),
        ("代码,名称\n370323,沂源县\n", "缺少列：启用时间、变更/弃用时间、新代码"),
        ("", "缺少列：代码"),
    ],
)
def test_a_bad_division_table_says_where(table: str, told: str) -> None:
    with pytest.raises(ValueFault, match=told):
        DivisionTable.parse_csv(table)


def _shipped() -> str:
    return files("domain.identifiers").joinpath("divisions_zibo.csv").read_text(encoding="utf-8")


def _whole_country(shared: Path) -> str:
    path = shared / "data/cn-division-codes/areacodes_1981_2024.csv"
    if not path.is_file():
        pytest.skip(f"the list of division codes is not here: {path}")
    return path.read_text(encoding="utf-8")


def test_the_shipped_codes() -> None:
    table = DivisionTable.parse_csv(_shipped())
    day = date(2018, 9, 19)
    assert table.check("370000", day).level == "省级"
    assert table.check("370300", day).name == "淄博市"
    counties = ["370302", "370303", "370304", "370305", "370306", "370321", "370322", "370323"]
    assert [table.check(code, day).level for code in counties] == ["县级"] * 8
    assert table.check("370321", day).successors == ("370303",)
    assert table.at("370323", date(1988, 12, 31)) is None


def test_the_shipped_codes_are_those_of_the_published_list(shared: Path) -> None:
    country = [line.rstrip() for line in _whole_country(shared).splitlines()]
    zibo = [line for line in country if line.startswith("370000,") or ",淄博市," in line]
    assert _shipped().splitlines() == [country[0].removeprefix("\ufeff"), *zibo]


def test_the_whole_country(shared: Path) -> None:
    text = _whole_country(shared)
    table = DivisionTable.parse_csv(text)
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert len(rows) == 6823
    retired = unnamed = 0
    for row in rows:
        code, first = row["代码"], int(row["启用时间"])
        spell = table.check(code, date(first, 1, 1))
        assert (spell.name, spell.level, spell.valid_from) == (row["名称"], row["级别"], first)
        if not row["变更/弃用时间"]:
            assert row["状态"] == "在用"
            assert table.check(code, date(2024, 12, 31)) == spell
            continue
        end = int(row["变更/弃用时间"])
        assert table.check(code, date(end - 1, 12, 31)) == spell
        if table.at(code, date(end, 1, 1)) is None:
            retired += 1
            with pytest.raises(ValueFault) as told:
                table.check(code, date(end, 1, 1))
            assert f"{end}年停用" in told.value.text.zh
            named = told.value.text.en.partition("successors: ")[2].split(", ")
            if named == [""]:
                unnamed += 1
                assert not row["新代码"]
            else:
                assert code not in named
                assert all(table.at(n, date(end, 1, 1)) is not None for n in named)
    assert table.check("370323", date(2018, 9, 19)).name == "沂源县"
    assert table.at("370323", date(1985, 1, 1)) is None
    # Counted in this file; 183 were dropped without a successor.
    assert (retired, unnamed) == (3274, 183)


FIELDS: list[tuple[Any, str, str]] = [
    (Uscc, " 91350100m000100y43", "91350100M000100Y43"),
    (DivisionCode, "３７０３２３", "370323"),
    (FilingCertificateNumber, "37032300001－00001", "37032300001-00001"),
    (DocumentNo, "源政发[2018]16号", "源政发〔2018〕16号"),
    (InvestmentCode, "2021-370323-65-01-12345x", "2021-370323-65-01-12345X"),
    (FilingNumber, "zh-370323-2018-000016-9", "ZH-370323-2018-000016-9"),
]


@pytest.mark.parametrize(("field", "typed", "kept"), FIELDS)
def test_as_a_field_it_is_kept_normal_and_stays_a_text(field: Any, typed: str, kept: str) -> None:
    adapter = TypeAdapter(field)
    value = adapter.validate_python(typed)
    assert (type(value), value) == (str, kept)
    assert adapter.validate_json(adapter.dump_json(value)) == kept
    with pytest.raises(ValidationError, match=" / ") as told:
        adapter.validate_python("x")
    assert isinstance(told.value.errors()[0]["ctx"]["error"], ValueFault)


def test_a_fault_speaks_both_languages_and_can_be_copied() -> None:
    fault = ValueFault("错", "wrong")
    assert str(fault) == "错 / wrong"
    for other in (copy.copy(fault), pickle.loads(pickle.dumps(fault))):
        assert (type(other), other.text, str(other)) == (ValueFault, Text(zh="错", en="wrong"), "错 / wrong")


def test_shapes() -> None:
    assert misfit("A1-", "*9-") is None
    assert misfit("", "") is None
    assert misfit("a", "*") == Text(
        zh="第1位应为数字或大写字母，现为“a”", en="character 1 must be a digit or letter, not “a”"
    )
    assert misfit("12", "9") == Text(zh="应为1位，现为2位", en="it has 1 characters, not 2")


def test_long_values_are_not_repeated_whole() -> None:
    assert clipped("一" * 30) == "一" * 30
    assert clipped("一" * 31) == "一" * 30 + "…"


@given(
    st.from_regex(r"\s?[㐀-鿿]{1,13}[〔\[][0-9]{3,5}[〕\]][0-9]{0,7}号|[㐀-鿿]{0,3}令?第[0-9]{1,7}号", fullmatch=True)
)
def test_a_document_number_in_its_normal_form_is_taken_as_it_is(text: str) -> None:
    """The short way comes to what taking it apart comes to."""
    assert outcome(document_number.parse, text) == outcome(lambda t: document_number.read(t).canonical, text)


@given(st.from_regex(r"[Zz]H-37032[0-9]-(0000|2019)-00000[0-9]-[0-9]", fullmatch=True))
def test_a_filing_number_in_its_normal_form_is_taken_as_it_is(text: str) -> None:
    def plainly(number: str) -> str:
        parts = filing_number.read(number)
        return filing_number.build(parts.division, parts.year, parts.serial)

    assert outcome(filing_number.parse, text) == outcome(plainly, text)


def outcome(read: Callable[[str], str], text: str) -> str | None:
    """What comes of reading a text; None when it is refused."""
    try:
        return read(text)
    except ValueFault:
        return None
