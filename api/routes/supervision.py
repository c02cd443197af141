"""督办."""

from __future__ import annotations

from fastapi import APIRouter

from api.acts import UnitCode, post_to
from application.supervision import close_supervision_item, open_supervision_item, reply_to_item
from domain.steps.supervision import CloseItem, OpenSupervisionItem, ReplyToItem

router = APIRouter(tags=["单位 units"])
_PATH = "/units/{uscc}/supervision-items"
post_to(
    router,
    _PATH,
    "supervision",
    OpenSupervisionItem,
    open_supervision_item,
    "登记督办事项 open a supervision item",
    UnitCode,
)
post_to(
    router,
    f"{_PATH}/replies",
    "supervision-reply",
    ReplyToItem,
    reply_to_item,
    "回复督办事项 reply to an item",
    UnitCode,
)
post_to(
    router,
    f"{_PATH}/verdicts",
    "supervision",
    CloseItem,
    close_supervision_item,
    "办结或退回 judge the reply",
    UnitCode,
)
