"""PPP项目库."""

from __future__ import annotations

from fastapi import APIRouter

from api.acts import post_to
from application.ppp import delist_ppp, list_ppp, report_ppp_operation
from domain.steps.ppp import DelistPpp, ListPpp, ReportOperation

router = APIRouter(tags=["PPP项目库 PPP library"])
_PATH = "/projects/{subject}/ppp"
post_to(router, f"{_PATH}/listing", "ppp", ListPpp, list_ppp, "PPP项目入库 enter the library (gate PPP_LIST)")
post_to(router, f"{_PATH}/delisting", "ppp", DelistPpp, delist_ppp, "PPP项目出库 leave the library")
post_to(
    router,
    f"{_PATH}/operation-reports",
    "ppp-operation",
    ReportOperation,
    report_ppp_operation,
    "年度运营报告 report a year's operation",
)
