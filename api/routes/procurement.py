"""采购、合同."""

from __future__ import annotations

from fastapi import APIRouter

from api.acts import post_to
from application.procurement import record_contract
from domain.steps.procurement import RecordContract

router = APIRouter(tags=["建设 building"])
post_to(
    router,
    "/projects/{subject}/contracts",
    "procurement",
    RecordContract,
    record_contract,
    "登记合同 record a contract",
)
