"""日期 Calendar days in Asia/Shanghai, as exactly as a paper states them: to the day, the month or the year.

以前、以内 include the day named (Civil Code art. 1259), so the comparisons below are "on or before".
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    ValidationInfo,
    field_validator,
    model_serializer,
    model_validator,
)

from domain.texts import ValueFault, clipped, half_width

SHANGHAI = ZoneInfo("Asia/Shanghai")
"""Legal dates are days of this zone (UTC+8)."""

# ASCII: \d alone would also take the digits of other scripts.
_CHINESE = re.compile(r"(\d{4})年(?:(\d{1,2})月(?:(\d{1,2})日)?)?", re.ASCII)
_SEPARATED = re.compile(r"(\d{4})(?:([-/.])(\d{1,2})(?:\2(\d{1,2}))?)?", re.ASCII)
_PLAIN = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)


class Precision(StrEnum):
    """How exactly a date is known."""

    DAY = "DAY"
    MONTH = "MONTH"
    YEAR = "YEAR"


_WRITTEN_TO = {"DAY": 10, "MONTH": 7, "YEAR": 4}
"""Characters of an ISO date that state it as exactly as it is known."""


class CivilDate(BaseModel):
    """A date as the paper states it: 2018-09-19, 2018-09 or 2018. `earliest` is its first possible day.

    Made from such a text, from a date, or from both fields; always written as the text. A month or year
    that does not begin with its first day is a ValueFault: the text could not say so.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    earliest: date
    precision: Precision = Precision.DAY

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> Any:
        # A record is full of equal days, and they cannot be changed: one of each is enough.
        read = handler(source)
        from_json = {
            "type": "function-wrap",
            "function": {"type": "no-info", "function": cls._from_json},
            "schema": read,
        }
        named = f"{cls.__module__}.{cls.__qualname__}:0"  # so that documents refer to it by its name
        return {"type": "json-or-python", "json_schema": from_json, "python_schema": read, "ref": named}

    @classmethod
    def _from_json(cls, value: Any, read: Callable[[Any], CivilDate]) -> CivilDate:
        return _civil(value) if isinstance(value, str) and len(value) <= _LONGEST_KEPT else read(value)

    @model_validator(mode="before")
    @classmethod
    def _read(cls, value: Any) -> Any:
        if isinstance(value, str):
            return _parts(value)
        if isinstance(value, datetime):
            raise ValueFault("需要日期而不是时刻", "a calendar day is needed, not an instant")
        if isinstance(value, date):
            return {"earliest": value, "precision": Precision.DAY}
        return value

    @field_validator("precision")
    @classmethod
    def _begin_with_the_first_day(cls, precision: Precision, others: ValidationInfo) -> Precision:
        earliest = others.data.get("earliest")
        if earliest is None or precision is Precision.DAY:
            return precision
        first = earliest.replace(day=1, month=earliest.month if precision is Precision.MONTH else 1)
        if earliest != first:
            raise ValueFault(
                f"精度为{precision}的日期，其首日应为{first}，而不是{earliest}",
                f"a date known to the {precision} begins on {first}, not on {earliest}",
            )
        return precision

    @model_serializer
    def _write(self) -> str:
        return str(self)

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: Any, handler: Any) -> dict[str, Any]:
        del core_schema, handler
        return {
            "type": "string",
            "description": "日期，可精确到日、月或年 a date known to the day, month or year",
            "pattern": r"^\d{4}(-\d{2}(-\d{2})?)?$",
            "examples": ["2018-09-19", "2018-09", "2018"],
        }

    @classmethod
    def parse(cls, text: str) -> CivilDate:
        """Read 2018年9月19日, 2018年9月, 2018年, 2018-09-19, 2018/9/19, 2018.09.19, 20180919, 2018-9, 2018.

        Full-width forms and surrounding spaces are accepted. Raises ValueFault for anything else and for days
        that do not exist.
        """
        return _civil(text) if len(text) <= _LONGEST_KEPT else cls.model_validate(_parts(text))

    @classmethod
    def on(cls, day: date) -> CivilDate:
        """Exactly this day."""
        return cls(earliest=day, precision=Precision.DAY)

    @property
    def latest(self) -> date:
        """The last possible day."""
        if self.precision is Precision.YEAR:
            return date(self.earliest.year, 12, 31)
        if self.precision is Precision.MONTH:
            return _month_end(self.earliest)
        return self.earliest

    def certainly_on_or_before(self, day: date) -> bool:
        """Is even the last possible day not after `day`?"""
        return self.latest <= day

    def possibly_on_or_before(self, day: date) -> bool:
        """Is the first possible day not after `day`?"""
        return self.earliest <= day

    def zh(self) -> str:
        """The date as Chinese papers write it: 2018年9月19日."""
        year, month, day = self.earliest.year, self.earliest.month, self.earliest.day
        forms = {
            Precision.DAY: f"{year}年{month}月{day}日",
            Precision.MONTH: f"{year}年{month}月",
            Precision.YEAR: f"{year}年",
        }
        return forms[self.precision]

    def __str__(self) -> str:
        return self.earliest.isoformat()[: _WRITTEN_TO[self.precision._value_]]


def _parts(text: str) -> dict[str, Any]:
    plain = half_width(text).strip()
    if found := _CHINESE.fullmatch(plain) or _PLAIN.fullmatch(plain):
        year, month, day = found.groups()
    elif found := _SEPARATED.fullmatch(plain):
        year, month, day = found.group(1), found.group(3), found.group(4)
    else:
        raise ValueFault(
            f"日期应写作2018-09-19、2018-09或2018（或2018年9月19日），而不是“{clipped(text)}”",
            f"write a date as 2018-09-19, 2018-09 or 2018 (or 2018年9月19日), not “{clipped(text)}”",
        )
    precision = Precision.DAY if day else Precision.MONTH if month else Precision.YEAR
    try:
        earliest = date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        raise ValueFault(f"没有这一天：{plain}", f"there is no such day: {plain}") from None
    return {"earliest": earliest, "precision": precision}


_LONGEST_KEPT = 16
"""Characters of a text whose day is kept: all forms without needless spaces are shorter."""


@lru_cache(maxsize=8192)
def _civil(text: str) -> CivilDate:
    return CivilDate.model_validate(_parts(text))


def _month_end(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def add_months(day: date, months: int) -> date:
    """The same day of the month `months` later (or earlier, if negative), at most that month's last day.

    Raises ValueError when that is outside the years 1 to 9999.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = _month_end(date(year, month + 1, 1))
    return last.replace(day=min(day.day, last.day))


def civil_day(instant: datetime) -> date:
    """The day in Asia/Shanghai of an instant. Raises ValueFault for an instant without a zone."""
    if instant.tzinfo is None:
        raise ValueFault("时刻须带时区", "an instant needs a time zone")
    return instant.astimezone(SHANGHAI).date()


class HalfYear(BaseModel):
    """半年 A half-year (O01): H1 is 01-01 to 06-30, H2 is 07-01 to 12-31."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    year: int = Field(ge=1, le=9999)
    half: Literal[1, 2]

    @classmethod
    def of(cls, day: date) -> HalfYear:
        """The half-year of a day."""
        return cls(year=day.year, half=1 if day.month <= 6 else 2)

    @property
    def first_day(self) -> date:
        """Its first day."""
        return date(self.year, 1 if self.half == 1 else 7, 1)

    @property
    def last_day(self) -> date:
        """Its last day."""
        return date(self.year, 6, 30) if self.half == 1 else date(self.year, 12, 31)

    def next(self) -> HalfYear:
        """The half-year after. Raises ValidationError after the year 9999."""
        return HalfYear(year=self.year + self.half - 1, half=2 if self.half == 1 else 1)

    def __str__(self) -> str:
        """As papers and lists name it here: 2018H2."""
        return f"{self.year}H{self.half}"
