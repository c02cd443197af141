"""责任."""

from __future__ import annotations

from fastapi import APIRouter

from api.acts import UnitCode, post_to
from application.responsibility import (
    appoint_head,
    check_unit_unifications,
    name_unit_contact,
    rename_unit,
    succeed_unit,
)
from domain.steps.responsibility import AppointHead, CheckUnifications, NameContact, RenameUnit, SucceedUnit

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
