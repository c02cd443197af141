"""个人信息: erase the data of a person; record a change of the master key."""

from __future__ import annotations

from uuid import UUID

from application.act import Act
from application.desk import Outcome, Planned, Reading, on_county, submit
from application.ports import Desk
from domain.faults import UnknownSubjectError
from domain.rule import text
from domain.steps.personal import (
    AlreadyErasedError,
    AlreadyRotatedError,
    ErasePersonalData,
    PersonalDataErased,
    RotateMasterKey,
    erase,
    rotate,
)
from domain.streams import StreamKind, county_id


def erase_personal_data(desk: Desk, person: UUID, command: ErasePersonalData, act: Act) -> Outcome:
    """Record the erasure; the store destroys the person's key in the same transaction.

    For a person whose data are erased already it gives what was recorded then. Raises UnknownSubjectError.
    """

    def plan(reading: Reading) -> list[Planned]:
        county = reading.county()
        erased = erase(county, person, command)
        if desk.seals.state(person) is None:
            raise UnknownSubjectError(text("没有此人员标识", "no such person here"))
        return [Planned(StreamKind.COUNTY, county.id, erased)]

    try:
        return submit(desk, act, person, command, plan)
    except AlreadyErasedError:
        history = desk.ledger.read(StreamKind.COUNTY, county_id(desk.division))
        before = [r for r in history if isinstance(r.event, PersonalDataErased) and r.event.person == person]
        if not before:
            raise
        return Outcome(before[0].stream.id, (before[0].event,), (before[0],))


def record_rotation(desk: Desk, command: RotateMasterKey, act: Act) -> Outcome | None:
    """Record that the persons' keys are under another master key. None when that is recorded already."""
    try:
        return on_county(desk, command, act, rotate)
    except AlreadyRotatedError:
        return None
