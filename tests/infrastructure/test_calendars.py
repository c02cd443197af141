"""The holiday calendar is data: a site adds the next year's notice as a file, and faults name their place."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from domain.working_days import NotPublishedError
from infrastructure.calendars import CalendarError, load_calendar, read_calendar
from infrastructure.settings import Settings

NEXT = """
[[years]]
year = 2027
sources = ["site"]
holidays = [2027-01-01]
working_weekends = [2027-01-03]
"""


def test_a_sites_file_adds_a_year_and_settles_the_december_before(tmp_path: Path) -> None:
    file = tmp_path / "holidays.toml"
    file.write_text(NEXT, encoding="utf-8")
    with pytest.raises(NotPublishedError):
        load_calendar().is_working_day(date(2026, 12, 31))
    calendar = load_calendar(file)
    assert calendar.is_working_day(date(2026, 12, 31))
    assert calendar.is_working_day(date(2027, 1, 3))
    assert not calendar.is_working_day(date(2027, 1, 1))


def test_a_sites_year_takes_the_place_of_a_shipped_one(tmp_path: Path) -> None:
    file = tmp_path / "holidays.toml"
    file.write_text(NEXT.replace("2027", "2026"), encoding="utf-8-sig")
    assert load_calendar(file).is_working_day(date(2026, 10, 1))


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("[[years]]", "[[years]", "site.toml"),
        ("year = 2027", "year = 1900", "years.0.year"),
        ('sources = ["site"]', "", "years.0.sources"),
        ("2027-01-01", "2026-12-31", "another year"),
    ],
)
def test_a_faulty_file_names_the_place(old: str, new: str, place: str) -> None:
    with pytest.raises(CalendarError, match=place.replace(".", r"\.")):
        read_calendar(NEXT.replace(old, new, 1), "site.toml")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CalendarError, match=r"none\.toml"):
        load_calendar(tmp_path / "none.toml")


def test_the_setting_names_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIUHEN_HOLIDAYS_FILE", "next.toml")
    assert Settings().holidays_file == Path("next.toml")
