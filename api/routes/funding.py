"""拨款."""

from __future__ import annotations

from fastapi import APIRouter

from api.acts import post_to
from application.funding import arrange_funds, disburse_funds, record_budget, refund_funds
from domain.steps.funding import ArrangeFunds, DisburseFunds, RefundFunds, SetBudget

router = APIRouter(tags=["经费 funding"])
_PATH = "/projects/{subject}/funds"
post_to(router, f"{_PATH}/budgets", "funding", SetBudget, record_budget, "登记预算 set or revise a budget")
post_to(
    router, f"{_PATH}/arrangements", "funding", ArrangeFunds, arrange_funds, "安排经费 arrange money (gates FUND_…)"
)
post_to(router, f"{_PATH}/disbursements", "funding", DisburseFunds, disburse_funds, "拨付经费 disburse money")
post_to(router, f"{_PATH}/refunds", "funding", RefundFunds, refund_funds, "退回经费 record a refund")
