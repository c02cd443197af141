"""金额阶段."""

from __future__ import annotations

from fastapi import APIRouter

from api.acts import post_to
from application.amounts import state_amount
from domain.steps.amounts import StateAmount

router = APIRouter(tags=["经费 funding"])
post_to(router, "/projects/{subject}/amounts", "amounts", StateAmount, state_amount, "登记阶段金额 state an amount")
