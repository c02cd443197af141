"""责任."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter
from pydantic import Field

from api.acts import UnitCode, post_to
from api.context import Reader
from api.moments import Day, day_asked
from api.routes.projects import Moment
from application.asking import history_of, unit_state
from application.responsibility import (
    appoint_head,
    check_unit_unifications,
    name_unit_contact,
    rename_unit,
    succeed_unit,
)
from domain.dates import CivilDate
from domain.event import Value
from domain.responsibility import Contact, UnificationCheck
from domain.steps.responsibility import AppointHead, CheckUnifications, NameContact, RenameUnit, SucceedUnit
from domain.streams import StreamKind, unit_id
from domain.supervision_item import SupervisionState
from domain.unit import without_contact

router = APIRouter(tags=["单位 units"])
_UNIT, _STEP = "/units/{uscc}", "responsibility"
post_to(router, f"{_UNIT}/heads", _STEP, AppointHead, appoint_head, "登记一把手职务 record the head's duty", UnitCode)
post_to(
    router, f"{_UNIT}/contacts", _STEP, NameContact, name_unit_contact, "登记责任机构或专人 name a contact", UnitCode
)
post_to(router, f"{_UNIT}/names", _STEP, RenameUnit, rename_unit, "登记单位更名 rename a unit", UnitCode)
post_to(router, f"{_UNIT}/succession", _STEP, SucceedUnit, succeed_unit, "登记承继单位 record a successor", UnitCode)
post_to(
    router,
    f"{_UNIT}/unifications",
    _STEP,
    CheckUnifications,
    check_unit_unifications,
    "登记“四统一”检查 check the four unifications",
    UnitCode,
)


class TaskAnswer(Value):
    """任务 as it stands on a day."""

    number: int
    group: str
    item: str
    responsible_post: str
    due_on: date = Field(description="当日有效的时限 due day in force on that day")
    completed_on: CivilDate | None
    overdue_days: int = Field(description="逾期天数 0 when it is done or not due")
    late_days: int = Field(description="完成时迟了多少天 0 in time or not completed")


class SupervisionAnswer(Value):
    """督办事项 as it stands on a day."""

    number: int
    matter: str
    reply_due: date
    state: SupervisionState


class ResponsibilityAnswer(Value):
    """责任 What a unit has named and owes on a day (O04–O07, O18)."""

    on: date
    name: str
    head_post: str | None
    contact: Contact | None
    contact_missing: bool
    unifications: UnificationCheck | None
    tasks: tuple[TaskAnswer, ...]
    supervision_items: tuple[SupervisionAnswer, ...]


@router.get("/units/{uscc}/responsibility", summary="单位责任 what a unit has named and owes on a day")
def read_responsibility(context: Reader, uscc: str, moment: Moment, on: Day = None) -> ResponsibilityAnswer:
    """Head, contact and unifications of the day; every task with its delay, every supervision item with its state."""
    desk, day = context.liuhen.desk, day_asked(context.liuhen, moment, on)
    history_of(desk, StreamKind.UNIT, unit_id(uscc), moment)
    unit = context.shown(StreamKind.UNIT, unit_id(uscc), unit_state(desk, uscc, moment))
    return ResponsibilityAnswer(
        on=day,
        name=unit.name_on(day),
        head_post=unit.head_post_on(day),
        contact=unit.contact_on(day),
        contact_missing=bool(without_contact((unit,), day)),
        unifications=unit.unifications_on(day),
        tasks=tuple(
            TaskAnswer(
                number=t.number,
                group=t.group,
                item=t.item,
                responsible_post=t.responsible_post,
                due_on=t.due(day),
                completed_on=t.completed_on,
                overdue_days=t.overdue_days(day),
                late_days=t.late_days(),
            )
            for t in unit.tasks
            if t.assigned_on.certainly_on_or_before(day)
        ),
        supervision_items=tuple(
            SupervisionAnswer(number=i.number, matter=i.matter, reply_due=i.current.reply_due, state=state)
            for i in unit.supervision_items
            if (state := i.state(day)) is not None
        ),
    )
