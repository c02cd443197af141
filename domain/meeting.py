"""联席会议 Joint meetings of the county leading group, and what they decide. 源政发〔2018〕16号 二（一） (O01, O02)."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from domain.dates import CivilDate, HalfYear
from domain.event import Value
from domain.identifiers import Uscc


class MatterKind(StrEnum):
    """重大决策、重大事项、重大问题 What is studied and decided collectively (O02)."""

    MAJOR_DECISION = "MAJOR_DECISION"  # 重大决策
    MAJOR_MATTER = "MAJOR_MATTER"  # 重大事项
    MAJOR_PROBLEM = "MAJOR_PROBLEM"  # 重大问题


class Attendee(Value):
    """参会单位 An organisation that attended; never a person."""

    organisation: str = Field(min_length=1, max_length=200, description="单位名称")
    uscc: Uscc | None = Field(default=None, description="统一社会信用代码")


class AgendaItem(Value):
    """议题 One item of the agenda."""

    kind: MatterKind
    title: str = Field(min_length=1, max_length=300, description="议题名称")


class Meeting(Value):
    """联席会议 One joint meeting."""

    number: int
    attendees: tuple[Attendee, ...]
    agenda: tuple[AgendaItem, ...]
    minutes_document: str
    held_on: CivilDate

    def held_in(self, half: HalfYear, on: date) -> bool:
        """Was it held for certain within the half-year, as is known on that day?"""
        within = half.first_day <= self.held_on.earliest and self.held_on.latest <= half.last_day
        return within and self.held_on.certainly_on_or_before(on)


class Decision(Value):
    """会议决定 What a meeting decided, and the exception that it grants if any (G02, G11, G12)."""

    number: int
    meeting: int
    kind: MatterKind
    document_no: str
    content: str
    projects: tuple[UUID, ...]
    exception_rule: str | None
    decided_on: CivilDate


class HalfYearOfMeetings(Value):
    """半年召开情况 Which meetings a half-year saw, as known on a day (O01)."""

    half: HalfYear
    meetings: tuple[int, ...]
    ended: bool
    """Is the half-year over on that day? Its last day still belongs to it."""

    @property
    def missed(self) -> bool:
        """预警 Did the half-year end without a meeting?"""
        return self.ended and not self.meetings
