"""节假日表 Loading the holidays of the years: those that ship, and those of the site, which take precedence."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from pathlib import Path

from pydantic import ValidationError

from domain.working_days import HolidayCalendar


class CalendarError(Exception):
    """A holiday file cannot be used. The text names the file, the place and what is wrong."""


def load_calendar(site: Path | None = None) -> HolidayCalendar:
    """The years that ship, with those of the site's file added or in their place. Raises CalendarError."""
    if site is None:
        return _shipped()
    try:
        text = site.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CalendarError(f"{site}: {error}") from error
    years = {y.year: y for y in (*_shipped().years, *read_calendar(text, str(site)).years)}
    return HolidayCalendar(years=tuple(years[year] for year in sorted(years)))


@cache
def _shipped() -> HolidayCalendar:
    shipped = files("domain").joinpath("calendar/holidays.toml")
    return read_calendar(shipped.read_text(encoding="utf-8"), shipped.name)


def read_calendar(text: str, name: str) -> HolidayCalendar:
    """Read one file. Raises CalendarError that names each place at fault."""
    try:
        return HolidayCalendar.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise CalendarError(f"{name}: {error}") from error
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise CalendarError(f"{name}: {faults}") from error
