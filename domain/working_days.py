"""工作日 Working days by the State Council's yearly notices: holidays, and weekend days worked in their place.

A year whose notice is not loaded has no answer: nothing is guessed. The last week of December depends on the next
year's notice as well, because New Year's Day is often joined with it (2018-12-31 was off by the notice for 2019).
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cached_property

from pydantic import Field, model_validator

from domain.event import Value
from domain.faults import ActError
from domain.rule import text

_SATURDAY = 5
_LAST_WEEK = (12, 25)
_ONE_DAY = timedelta(days=1)


class NotPublishedError(ActError):
    """The holiday notice that the question depends on is not loaded, or not published yet."""

    def __init__(self, year: int) -> None:
        super().__init__(
            text(
                f"未载入{year}年的节假日安排（或尚未公布），不能推算工作日：请直接填写日期",
                f"the holidays of {year} are not loaded or not yet published: state the day itself",
            )
        )
        self.year = year


class HolidayYear(Value):
    """一年的节假日安排 One year's holidays and worked weekend days, with the notices that say so."""

    year: int = Field(ge=1949, le=9999)
    sources: tuple[str, ...] = Field(min_length=1, description="发文字号 of the notices")
    holidays: tuple[date, ...] = Field(description="放假 every day off, weekend days within the holiday included")
    working_weekends: tuple[date, ...] = Field(description="调休上班 weekend days that are worked")

    @model_validator(mode="after")
    def _hold_together(self) -> HolidayYear:
        named = (*self.holidays, *self.working_weekends)
        if len(set(named)) < len(named):
            raise ValueError(f"{self.year}: 日期重复 / a day is named twice")
        if any(day.year != self.year for day in named):
            raise ValueError(f"{self.year}: 日期不在本年 / a day of another year")
        if any(day.weekday() < _SATURDAY for day in self.working_weekends):
            raise ValueError(f"{self.year}: 调休上班日不是周末 / a worked weekend day is no weekend day")
        return self


class HolidayCalendar(Value):
    """节假日表 The years that are loaded."""

    years: tuple[HolidayYear, ...]

    @model_validator(mode="after")
    def _one_entry_per_year(self) -> HolidayCalendar:
        if len({y.year for y in self.years}) < len(self.years):
            raise ValueError("年份重复 / a year is stated twice")
        return self

    @cached_property
    def _by_year(self) -> dict[int, tuple[frozenset[date], frozenset[date]]]:
        return {y.year: (frozenset(y.holidays), frozenset(y.working_weekends)) for y in self.years}

    def is_working_day(self, day: date) -> bool:
        """Is work done on this day? Raises NotPublishedError when a year that it depends on is not loaded."""
        if day.year not in self._by_year:
            raise NotPublishedError(day.year)
        if (day.month, day.day) >= _LAST_WEEK and day.year + 1 not in self._by_year:
            raise NotPublishedError(day.year + 1)
        holidays, worked = self._by_year[day.year]
        return day in worked if day.weekday() >= _SATURDAY else day not in holidays

    def add_working_days(self, day: date, count: int) -> date:
        """The `count`-th working day after a day; the day itself is not counted (Civil Code art. 201).

        Raises NotPublishedError when the way leads through a year that is not loaded, ValueError for a count below 1.
        """
        if count < 1:
            raise ValueError("工作日数须为正数 / the number of working days must be positive")
        while count:
            day += _ONE_DAY
            count -= self.is_working_day(day)
        return day
