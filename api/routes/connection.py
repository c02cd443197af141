"""改造对接."""

from __future__ import annotations

from fastapi import APIRouter

from api.acts import UnitCode, post_to
from application.connection import meet_obligation, set_obligation
from domain.steps.connection import MeetConnectionObligation, SetConnectionObligation

router = APIRouter(tags=["单位 units"])
_PATH = "/units/{uscc}/connection-obligations"
post_to(
    router, _PATH, "connection", SetConnectionObligation, set_obligation, "设定改造对接义务 oblige to connect", UnitCode
)
post_to(
    router,
    f"{_PATH}/met",
    "connection",
    MeetConnectionObligation,
    meet_obligation,
    "登记义务已完成 obligation met",
    UnitCode,
)
