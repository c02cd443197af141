"""建设引导基金."""

from __future__ import annotations

from fastapi import APIRouter

from api.acts import post_new
from application.guidance_fund import contribute_to_fund, invest_from_fund, return_investment
from domain.steps.guidance_fund import Contribute, Invest, ReturnInvestment

router = APIRouter(tags=["引导基金 guidance fund"])
_PATH = "/guidance-fund"
post_new(router, f"{_PATH}/contributions", "guidance-fund", Contribute, contribute_to_fund, "出资 contribute")
post_new(router, f"{_PATH}/investments", "guidance-fund", Invest, invest_from_fund, "投资 invest (gate FUND_INVEST)")
post_new(router, f"{_PATH}/returns", "guidance-fund", ReturnInvestment, return_investment, "回收 money came back")
