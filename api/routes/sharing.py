"""共享."""

from __future__ import annotations

from fastapi import APIRouter

from api.acts import post_to
from application.sharing import declare_sharing, report_lapse, report_resumption, withdraw_sharing
from domain.steps.sharing import DeclareSharing, ReportLapse, ReportResumption, WithdrawSharing

router = APIRouter(tags=["共享 sharing"])
_PATH = "/projects/{subject}/sharing"
post_to(router, _PATH, "sharing", DeclareSharing, declare_sharing, "共享声明 declare sharing")
post_to(router, f"{_PATH}/withdrawal", "sharing", WithdrawSharing, withdraw_sharing, "撤回声明 withdraw it")
post_to(router, f"{_PATH}/lapse", "sharing-upkeep", ReportLapse, report_lapse, "共享中断 report a lapse")
post_to(router, f"{_PATH}/resumption", "sharing-upkeep", ReportResumption, report_resumption, "共享恢复 resume")
