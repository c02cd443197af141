"""Dates as papers state them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from domain.dates import SHANGHAI, CivilDate, HalfYear, Precision, add_months, civil_day
from domain.texts import ValueFault

PLACES = {Precision.DAY: 10, Precision.MONTH: 7, Precision.YEAR: 4}


@pytest.mark.parametrize(
    "text",
    [
        "2018年9月19日",
        "2018年09月19日",
        "2018-09-19",
        "2018-9-19",
        "2018/9/19",
        "2018.09.19",
        "20180919",
        " ２０１８年９月１９日 ",
        "２０１８－０９－１９",
    ],
)
def test_days(text: str) -> None:
    assert CivilDate.parse(text) == CivilDate(earliest=date(2018, 9, 19), precision=Precision.DAY)


@pytest.mark.parametrize("text", ["2018年9月", "2018-09", "2018-9", "2018/09", "2018.9"])
def test_months(text: str) -> None:
    month = CivilDate.parse(text)
    assert (month.earliest, month.latest, str(month)) == (date(2018, 9, 1), date(2018, 9, 30), "2018-09")
    assert month.zh() == "2018年9月"


@pytest.mark.parametrize("text", ["2018年", "2018", "２０１８年"])
def test_years(text: str) -> None:
    year = CivilDate.parse(text)
    assert (year.earliest, year.latest, str(year), year.zh()) == (
        date(2018, 1, 1),
        date(2018, 12, 31),
        "2018",
        "2018年",
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2018-13",
        "2018-00",
        "2018-02-30",
        "2019年2月29日",
        "0000",
        "18-09-19",
        "2018-09/19",
        "TBC",
        "2018年9月19",
        "201809",
        "٢٠١٨-٠٩-١٩",
        "2018-09-19T00:00:00",
    ],
)
def test_what_is_no_date(text: str) -> None:
    with pytest.raises(ValueFault) as told:
        CivilDate.parse(text)
    assert told.value.text.zh
    assert told.value.text.en
    with pytest.raises(ValidationError):
        CivilDate.model_validate(text)


@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)), st.sampled_from(Precision))
def test_what_is_written_is_read_again(day: date, precision: Precision) -> None:
    civil = CivilDate.parse(day.isoformat()[: PLACES[precision]])
    assert CivilDate.parse(str(civil)) == civil == CivilDate.parse(civil.zh())
    assert CivilDate.model_validate_json(civil.model_dump_json()) == civil
    assert CivilDate.model_validate(civil.model_dump()) == civil
    assert hash(CivilDate.parse(civil.zh())) == hash(civil)
    assert civil.earliest <= day <= civil.latest


@given(st.dates(), st.sampled_from(Precision))
def test_any_day_of_the_calendar_is_read_again(day: date, precision: Precision) -> None:
    civil = CivilDate.parse(day.isoformat()[: PLACES[precision]])
    assert CivilDate.parse(str(civil)) == civil
    assert civil.earliest <= day <= civil.latest


def test_it_is_written_as_a_text_in_both_modes() -> None:
    adapter = TypeAdapter(CivilDate)
    civil = CivilDate.parse("2018年9月")
    assert adapter.dump_python(civil) == "2018-09"
    assert adapter.dump_python(civil, mode="json") == "2018-09"
    assert adapter.dump_json(civil) == b'"2018-09"'


def test_it_is_made_from_a_date_or_its_fields() -> None:
    day = date(2018, 9, 19)
    expected = CivilDate.parse("2018-09-19")
    assert CivilDate.on(day) == CivilDate.model_validate(day) == expected
    month = CivilDate.model_validate({"earliest": "2018-09-01", "precision": "MONTH"})
    assert month == CivilDate.parse("2018-09")
    with pytest.raises(ValidationError):
        CivilDate.model_validate({"earliest": "2018-09-19", "hour": 3})


@pytest.mark.parametrize(
    ("precision", "first"),
    [(Precision.MONTH, "2018-09-01"), (Precision.YEAR, "2018-01-01")],
)
def test_a_month_or_year_keeps_no_hidden_day(precision: Precision, first: str) -> None:
    with pytest.raises(ValidationError, match=f"应为{first}"):
        CivilDate(earliest=date(2018, 9, 19), precision=precision)


@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)), st.sampled_from(Precision), st.dates())
def test_certainty_and_possibility(day: date, precision: Precision, other: date) -> None:
    civil = CivilDate.parse(day.isoformat()[: PLACES[precision]])
    assert civil.certainly_on_or_before(civil.latest)
    assert civil.possibly_on_or_before(civil.earliest)
    assert civil.certainly_on_or_before(other) == (civil.latest <= other)
    assert civil.possibly_on_or_before(other) == (civil.earliest <= other)


def test_what_is_known_to_the_year_is_possible_before_it_is_certain() -> None:
    year = CivilDate.parse("2018")
    assert year.possibly_on_or_before(date(2018, 1, 1))
    assert not year.possibly_on_or_before(date(2017, 12, 31))
    assert not year.certainly_on_or_before(date(2018, 12, 30))
    assert year.certainly_on_or_before(date(2018, 12, 31))


def test_an_instant_is_not_a_day() -> None:
    with pytest.raises(ValueError, match="日期"):
        CivilDate.model_validate(datetime(2018, 9, 19, tzinfo=UTC))


def test_the_civil_day_is_that_of_shanghai() -> None:
    assert civil_day(datetime(2018, 9, 18, 16, 0, tzinfo=UTC)) == date(2018, 9, 19)
    assert civil_day(datetime(2018, 9, 18, 15, 59, tzinfo=UTC)) == date(2018, 9, 18)
    assert civil_day(datetime(2018, 9, 19, tzinfo=SHANGHAI)) == date(2018, 9, 19)
    with pytest.raises(ValueFault):
        civil_day(datetime(2018, 9, 18))  # noqa: DTZ001 (that is the point)


def test_months_are_clamped() -> None:
    assert add_months(date(2019, 8, 31), 6) == date(2020, 2, 29)
    assert add_months(date(2019, 12, 15), 1) == date(2020, 1, 15)
    assert add_months(date(2020, 1, 31), -2) == date(2019, 11, 30)
    assert add_months(date(9999, 11, 30), 1) == date(9999, 12, 30)
    with pytest.raises(ValueError, match="year"):
        add_months(date(9999, 12, 1), 1)


@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)), st.integers(-600, 600))
def test_months_are_counted(day: date, months: int) -> None:
    later = add_months(day, months)
    assert (later.year - day.year) * 12 + later.month - day.month == months
    last_of_its_month = CivilDate.parse(f"{later:%Y-%m}").latest
    assert later == last_of_its_month.replace(day=min(day.day, last_of_its_month.day))


def test_half_years() -> None:
    half = HalfYear.of(date(2018, 9, 19))
    assert (half.first_day, half.last_day) == (date(2018, 7, 1), date(2018, 12, 31))
    assert half.next() == HalfYear(year=2019, half=1)
    assert half.next().next().first_day == date(2019, 7, 1)
    assert HalfYear(year=9999, half=2).last_day == date.max


@given(st.dates(date(2, 1, 1)))
def test_a_day_is_in_its_half_year(day: date) -> None:
    half = HalfYear.of(day)
    assert half.first_day <= day <= half.last_day
    if half.last_day < date.max:
        assert (half.next().first_day - half.last_day).days == 1
