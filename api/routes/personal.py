"""个人信息."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter

from api.acts import post_to
from api.context import Reader
from application.asking import county_state
from application.personal import erase_personal_data
from domain.event import Value
from domain.faults import UnknownSubjectError
from domain.personal import Erasure, PersonState
from domain.rule import text
from domain.steps.personal import ErasePersonalData

router = APIRouter(tags=["个人信息 personal data"])
post_to(
    router,
    "/persons/{subject}/erasure",
    "erasure",
    ErasePersonalData,
    erase_personal_data,
    "删除个人信息 erase the data of a person",
)


class PersonAnswer(Value):
    """人员 Whether the data of a person are there; never the data."""

    person: UUID
    state: PersonState
    erasure: Erasure | None
    in_older_backups: bool
    """Would a copy of the persons' keys from before the erasure, with the master key of today, still open the data?"""


@router.get("/persons/{person}", summary="个人信息状态 whether the data of a person are there")
def read_person(context: Reader, person: UUID) -> PersonAnswer:
    """Sealed or erased, since when, by which document, and whether older backups still open the data."""
    desk = context.liuhen.desk
    state = desk.seals.state(person)
    if state is None:
        raise UnknownSubjectError(text("没有此人员标识", "no such person here"))
    county = county_state(desk)
    return PersonAnswer(
        person=person,
        state=PersonState.ERASED if state is PersonState.ERASED else PersonState.SEALED,
        erasure=county.erasure(person),
        in_older_backups=any(e.person == person for e in county.backups_opened()),
    )
