"""督办: open supervision items, reply to them, and judge the replies."""

from __future__ import annotations

from application.act import Act
from application.desk import Outcome, Planned, Reading, on_unit, submit
from application.ports import Desk
from domain.steps.supervision import CloseItem, OpenSupervisionItem, ReplyToItem, close_item, open_item, reply
from domain.streams import StreamKind


def open_supervision_item(desk: Desk, uscc: str, command: OpenSupervisionItem, act: Act) -> Outcome:
    """Open an item; a period in working days is reckoned by the desk's calendar."""

    def plan(reading: Reading) -> list[Planned]:
        unit = reading.unit(uscc, must_exist=True)
        return [Planned(StreamKind.UNIT, unit.id, open_item(unit, command, act.happened_on, desk.calendar))]

    return submit(desk, act, uscc, command, plan)


def reply_to_item(desk: Desk, uscc: str, command: ReplyToItem, act: Act) -> Outcome:
    """Record a unit's reply."""
    return on_unit(desk, uscc, command, act, reply)


def close_supervision_item(desk: Desk, uscc: str, command: CloseItem, act: Act) -> Outcome:
    """Record the verdict on a reply."""

    def plan(reading: Reading) -> list[Planned]:
        unit = reading.unit(uscc, must_exist=True)
        return [Planned(StreamKind.UNIT, unit.id, close_item(unit, command, act.happened_on, desk.calendar))]

    return submit(desk, act, uscc, command, plan)
