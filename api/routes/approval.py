"""立项."""

from __future__ import annotations

from fastapi import APIRouter

from api.acts import post_to
from application.approval import approve_project, revoke_approval
from domain.steps.approval import ApproveProject, RevokeApproval

router = APIRouter(tags=["立项 approval"])
_PATH = "/projects/{subject}/approval"
post_to(router, _PATH, "approval", ApproveProject, approve_project, "立项审批 approve a project (gate APPROVE)")
post_to(router, f"{_PATH}/revocation", "approval", RevokeApproval, revoke_approval, "撤销批复 revoke the approval")
