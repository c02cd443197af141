"""督办: OpenSupervisionItem -> SupervisionItemOpened; ReplyToItem -> ..Replied; CloseItem -> ..Closed.

源政发〔2018〕16号 三（二） (O18). A period in working days is reckoned when it is set, and the day itself is recorded.
"""

from __future__ import annotations

from datetime import date

from pydantic import Field

from domain.command import Command
from domain.dates import CivilDate, FullDate, Precision
from domain.event import Event
from domain.evolve import evolve
from domain.faults import ActError, BadFieldError
from domain.numbering import next_number
from domain.recorded import Recorded
from domain.rule import text
from domain.supervision_item import SupervisionItem, SupervisionRound
from domain.unit import Unit
from domain.working_days import HolidayCalendar, NotPublishedError

_Due = Field(default=None, description="回复期限; the day itself is still in time")
_WithinDays = Field(default=None, ge=1, le=250, description="或：几个工作日内回复, counted from the next day")


class OpenSupervisionItem(Command):
    """Ask to open a supervision item of a unit, with a day or a number of working days for the reply."""

    matter: str = Field(min_length=1, max_length=1000, description="督办事项")
    issuer: str = Field(min_length=1, max_length=200, description="督办机关")
    document_no: str = Field(min_length=1, max_length=120, description="督办通知文号")
    reply_due: FullDate | None = _Due
    reply_within_working_days: int | None = _WithinDays


class ReplyToItem(Command):
    """Ask to record a unit's reply to a supervision item."""

    item: int = Field(ge=1, description="督办事项序号 number of the item within the unit")
    reply: str = Field(min_length=1, max_length=4000, description="办理情况")


class CloseItem(Command):
    """Ask to record the verdict on a reply: accepted closes the item, not accepted reopens it with a new due day."""

    item: int = Field(ge=1, description="督办事项序号 number of the item within the unit")
    accepted: bool = Field(description="是否同意办结")
    reason: str = Field(default="", max_length=1000, description="理由; required when not accepted")
    reply_due: FullDate | None = _Due
    reply_within_working_days: int | None = _WithinDays


class SupervisionItemOpened(Event):
    """A supervision item was opened."""

    TOPIC = "unit.supervision_item_opened"

    number: int
    matter: str
    issuer: str
    document_no: str
    reply_due: date


class SupervisionItemReplied(Event):
    """A unit replied to a supervision item."""

    TOPIC = "unit.supervision_item_replied"

    number: int
    reply: str


class SupervisionItemClosed(Event):
    """A reply was judged: accepted, or not accepted with a new due day."""

    TOPIC = "unit.supervision_item_closed"

    number: int
    accepted: bool
    reason: str = ""
    reply_due: date | None = None


def open_item(unit: Unit, command: OpenSupervisionItem, on: CivilDate, calendar: HolidayCalendar) -> Event:
    """Open an item on a day. Raises BadFieldError when the due day is missing, stated twice, past or not computable."""
    return SupervisionItemOpened(
        number=next_number(i.number for i in unit.supervision_items),
        matter=command.matter,
        issuer=command.issuer,
        document_no=command.document_no,
        reply_due=_due(command.reply_due, command.reply_within_working_days, on, calendar),
    )


def reply(unit: Unit, command: ReplyToItem) -> SupervisionItemReplied:
    """Reply to an item. Raises BadFieldError for an unknown one, ActError when it is closed or replied to."""
    item = _open(unit, command.item)
    if item.current.replied_on is not None:
        raise ActError(text("该事项已回复，尚待办结", "the item has a reply that awaits its verdict"), "/act/item")
    return SupervisionItemReplied(number=item.number, reply=command.reply)


def close_item(unit: Unit, command: CloseItem, on: CivilDate, calendar: HolidayCalendar) -> Event:
    """Judge the reply to an item on a day.

    Raises BadFieldError for an unknown item, a missing reason, or a due day that does not go with the verdict;
    ActError when the item is closed or has no reply.
    """
    item = _open(unit, command.item)
    if item.current.replied_on is None:
        raise ActError(text("该事项尚未回复，不能办结", "the item has no reply to judge"), "/act/item")
    due = None
    if command.accepted:
        if command.reply_due is not None or command.reply_within_working_days is not None:
            raise BadFieldError(
                text("同意办结时不再设回复期限", "an accepted item has no further due day"), "/act/reply_due"
            )
    else:
        if not command.reason:
            raise BadFieldError(text("请填写不同意办结的理由", "say why it is not accepted"), "/act/reason")
        due = _due(command.reply_due, command.reply_within_working_days, on, calendar)
    return SupervisionItemClosed(number=item.number, accepted=command.accepted, reason=command.reason, reply_due=due)


def _open(unit: Unit, number: int) -> SupervisionItem:
    item = unit.supervision_item(number)
    if item is None:
        raise BadFieldError(text("没有此序号的督办事项", "no supervision item of that number"), "/act/item")
    if item.closed:
        raise ActError(text("该事项已办结", "the item is closed"), "/act/item")
    return item


def _due(stated: date | None, working_days: int | None, on: CivilDate, calendar: HolidayCalendar) -> date:
    if (stated is None) == (working_days is None):
        raise BadFieldError(
            text("回复期限与工作日数须且只须填写一项", "state either the due day or a number of working days"),
            "/act/reply_due",
        )
    if stated is not None:
        if stated < on.earliest:
            raise BadFieldError(
                text("回复期限早于督办日期", "the reply would be due before it is asked for"), "/act/reply_due"
            )
        return stated
    if on.precision is not Precision.DAY:
        raise BadFieldError(
            text("按工作日计算期限，日期须精确到日", "a period in working days begins on an exact day"), "/happened_on"
        )
    try:
        return calendar.add_working_days(on.earliest, working_days or 0)
    except NotPublishedError as error:
        raise BadFieldError(error.text, "/act/reply_within_working_days") from error


def _replace(unit: Unit, changed: SupervisionItem) -> Unit:
    items = (changed if i.number == changed.number else i for i in unit.supervision_items)
    return unit.but(supervision_items=tuple(items))


@evolve.register
def _(event: SupervisionItemOpened, unit: Unit, at: Recorded) -> Unit:
    item = SupervisionItem(
        number=event.number,
        matter=event.matter,
        issuer=event.issuer,
        document_no=event.document_no,
        rounds=(SupervisionRound(reply_due=event.reply_due, begun_on=at.happened_on),),
    )
    return unit.but(supervision_items=(*unit.supervision_items, item))


@evolve.register
def _(event: SupervisionItemReplied, unit: Unit, at: Recorded) -> Unit:
    item = unit.supervision_item(event.number)
    return _replace(unit, item.with_current(replied_on=at.happened_on, reply=event.reply)) if item else unit


@evolve.register
def _(event: SupervisionItemClosed, unit: Unit, at: Recorded) -> Unit:
    item = unit.supervision_item(event.number)
    if item is None:
        return unit
    judged = item.with_current(judged_on=at.happened_on, accepted=event.accepted, reason=event.reason)
    if event.reply_due is not None:
        again = SupervisionRound(reply_due=event.reply_due, begun_on=at.happened_on)
        judged = judged.but(rounds=(*judged.rounds, again))
    return _replace(unit, judged)
