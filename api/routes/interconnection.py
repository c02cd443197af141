"""互联互通与供数."""

from __future__ import annotations

from fastapi import APIRouter

from api.acts import post_to
from application.interconnection import confirm_supply, record_interconnection, record_supply
from domain.steps.interconnection import ConfirmSupply, RecordInterconnection, RecordSupply

router = APIRouter(tags=["系统 systems"])
post_to(
    router,
    "/systems/{subject}/interconnections",
    "interconnection",
    RecordInterconnection,
    record_interconnection,
    "互联互通测试 connection tested",
)
post_to(
    router,
    "/systems/{subject}/platform-supplies",
    "interconnection",
    RecordSupply,
    record_supply,
    "平台供数核验 platform supply verified",
)
post_to(
    router,
    "/systems/{subject}/platform-supplies/confirmations",
    "interconnection",
    ConfirmSupply,
    confirm_supply,
    "供数更新 supplied resource updated",
)
