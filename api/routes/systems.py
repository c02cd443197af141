"""系统登记."""

from __future__ import annotations

from fastapi import APIRouter

from api.acts import post_to
from application.systems import record_major_change, register_system, retire_system, state_that_no_system
from domain.steps.systems import RecordMajorChange, RegisterSystem, RetireSystem, StateNoSystem

router = APIRouter(tags=["系统 systems"])
post_to(router, "/projects/{subject}/systems", "systems", RegisterSystem, register_system, "登记系统 register a system")
post_to(
    router,
    "/projects/{subject}/no-system",
    "systems",
    StateNoSystem,
    state_that_no_system,
    "声明无系统 state there is none",
)
post_to(router, "/systems/{subject}/retirement", "systems", RetireSystem, retire_system, "系统停用 retire a system")
post_to(
    router,
    "/systems/{subject}/changes",
    "systems",
    RecordMajorChange,
    record_major_change,
    "系统重大变更 major change of a system",
)
