"""Working days: the yearly notices, and no answer where there is none."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.working_days import HolidayCalendar, HolidayYear, NotPublishedError
from infrastructure.calendars import load_calendar

CALENDAR = load_calendar()
NOTICE = ("国办发明电〔2017〕12号",)


def day(text: str) -> date:
    return date.fromisoformat(text)


def test_the_shipped_years_are_those_since_the_document() -> None:
    assert [y.year for y in CALENDAR.years] == list(range(2018, 2027))
    assert all(source.startswith("国办发明电〔") for y in CALENDAR.years for source in y.sources)


@pytest.mark.parametrize(
    ("on", "working"),
    [
        ("2018-09-19", True),  # a Wednesday
        ("2018-09-22", False),  # a Saturday, 中秋节
        ("2018-09-29", True),  # a worked Saturday
        ("2018-10-05", False),  # 国庆节
        ("2018-12-29", True),  # worked, by the notice for 2019
        ("2018-12-31", False),  # off, by the notice for 2019
        ("2019-05-03", False),  # 劳动节 as changed
        ("2019-05-05", True),
        ("2020-01-31", False),  # 春节 as prolonged
        ("2020-02-01", False),  # a Saturday that was to be worked before it was prolonged
        ("2020-02-03", True),
        ("2024-02-09", True),  # 除夕, not off in 2024
        ("2025-01-28", False),  # 除夕, off since 2025
        ("2025-10-08", False),
        ("2026-01-04", True),
        ("2026-02-23", False),
        ("2026-12-24", True),
    ],
)
def test_a_day_is_what_its_notice_says(on: str, working: bool) -> None:
    assert CALENDAR.is_working_day(day(on)) is working


def test_a_year_without_a_notice_has_no_answer() -> None:
    for unknown, year in (("2017-12-29", 2017), ("2027-01-04", 2027), ("2026-12-31", 2027), ("2026-12-25", 2027)):
        with pytest.raises(NotPublishedError) as refused:
            CALENDAR.is_working_day(day(unknown))
        assert refused.value.year == year
        assert str(year) in refused.value.text.zh
        assert str(year) in refused.value.text.en


def test_the_first_day_is_not_counted_and_the_last_is() -> None:
    assert CALENDAR.add_working_days(day("2018-09-28"), 1) == day("2018-09-29")
    assert CALENDAR.add_working_days(day("2018-09-30"), 1) == day("2018-10-08")
    assert CALENDAR.add_working_days(day("2018-12-28"), 2) == day("2019-01-02")
    assert CALENDAR.add_working_days(day("2017-12-31"), 1) == day("2018-01-02")


def test_no_way_leads_through_a_year_that_is_not_loaded() -> None:
    with pytest.raises(NotPublishedError):
        CALENDAR.add_working_days(day("2026-12-20"), 10)
    with pytest.raises(ValueError, match="positive"):
        CALENDAR.add_working_days(day("2018-09-28"), 0)


@given(st.dates(date(2018, 1, 1), date(2025, 12, 31)), st.integers(1, 60), st.integers(1, 60))
def test_periods_add_up_and_end_on_a_working_day(start: date, first: int, second: int) -> None:
    there = CALENDAR.add_working_days(start, first)
    assert CALENDAR.is_working_day(there)
    assert CALENDAR.add_working_days(there, second) == CALENDAR.add_working_days(start, first + second)


@pytest.mark.parametrize(
    ("holidays", "worked", "fault"),
    [
        (("2018-01-01", "2018-01-01"), (), "named twice"),
        (("2018-02-11",), ("2018-02-11",), "named twice"),
        (("2019-01-01",), (), "another year"),
        ((), ("2018-02-12",), "no weekend day"),
    ],
)
def test_a_year_holds_together(holidays: tuple[str, ...], worked: tuple[str, ...], fault: str) -> None:
    with pytest.raises(ValidationError, match=fault):
        HolidayYear.model_validate({"year": 2018, "sources": NOTICE, "holidays": holidays, "working_weekends": worked})


def test_a_year_names_its_notice_and_stands_once() -> None:
    with pytest.raises(ValidationError, match="sources"):
        HolidayYear(year=2018, sources=(), holidays=(), working_weekends=())
    year = HolidayYear(year=2018, sources=NOTICE, holidays=(), working_weekends=())
    with pytest.raises(ValidationError, match="twice"):
        HolidayCalendar(years=(year, year))
