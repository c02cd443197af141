"""Dates as papers state them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.dates import CivilDate, HalfYear, Precision, add_months, civil_day
from domain.texts import ValueFault


@pytest.mark.parametrize(
    "text",
    ["2018年9月19日", "2018-09-19", "2018-9-19", "2018/9/19", "2018.09.19", "20180919", " ２０１８年９月１９日 "],
)
def test_days(text: str) -> None:
    assert CivilDate.parse(text) == CivilDate(earliest=date(2018, 9, 19), precision=Precision.DAY)


@pytest.mark.parametrize("text", ["2018年9月", "2018-09", "2018-9", "2018/09"])
def test_months(text: str) -> None:
    month = CivilDate.parse(text)
    assert (month.earliest, month.latest, str(month)) == (date(2018, 9, 1), date(2018, 9, 30), "2018-09")


def test_years() -> None:
    year = CivilDate.parse("2018年")
    assert (year.earliest, year.latest, str(year), year.zh()) == (
        date(2018, 1, 1),
        date(2018, 12, 31),
        "2018",
        "2018年",
    )


@pytest.mark.parametrize(
    "text", ["", "2018-13", "2018-02-30", "18-09-19", "2018-09/19", "TBC", "2018年9月19", "201809"]
)
def test_what_is_no_date(text: str) -> None:
    with pytest.raises(ValueFault):
        CivilDate.parse(text)


@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)), st.sampled_from(Precision))
def test_what_is_written_is_read_again(day: date, precision: Precision) -> None:
    length = {Precision.DAY: 10, Precision.MONTH: 7, Precision.YEAR: 4}[precision]
    civil = CivilDate.parse(day.isoformat()[:length])
    assert CivilDate.parse(str(civil)) == civil == CivilDate.parse(civil.zh())
    assert CivilDate.model_validate_json(civil.model_dump_json()) == civil
    assert civil.earliest <= day <= civil.latest
    assert civil.certainly_on_or_before(civil.latest)
    assert not civil.certainly_on_or_before(civil.earliest) or civil.precision is Precision.DAY


def test_an_instant_is_not_a_day() -> None:
    with pytest.raises(ValueError, match="日期"):
        CivilDate.model_validate(datetime(2018, 9, 19, tzinfo=UTC))


def test_the_civil_day_is_that_of_shanghai() -> None:
    assert civil_day(datetime(2018, 9, 18, 16, 0, tzinfo=UTC)) == date(2018, 9, 19)
    assert civil_day(datetime(2018, 9, 18, 15, 59, tzinfo=UTC)) == date(2018, 9, 18)
    with pytest.raises(ValueFault):
        civil_day(datetime(2018, 9, 18))  # noqa: DTZ001 (that is the point)


def test_months_are_clamped() -> None:
    assert add_months(date(2019, 8, 31), 6) == date(2020, 2, 29)
    assert add_months(date(2019, 12, 15), 1) == date(2020, 1, 15)
    assert add_months(date(2020, 1, 31), -2) == date(2019, 11, 30)


def test_half_years() -> None:
    half = HalfYear.of(date(2018, 9, 19))
    assert (half.first_day, half.last_day) == (date(2018, 7, 1), date(2018, 12, 31))
    assert half.previous().last_day == date(2018, 6, 30)
    assert half.previous().previous() == HalfYear(year=2017, half=2)
