"""角色."""

from __future__ import annotations

from fastapi import APIRouter

from api.acts import post_new
from application.roles import assign_role, end_role
from domain.steps.roles import AssignRole, EndRole

router = APIRouter(tags=["县级 county"])
post_new(router, "/county/roles", "roles", AssignRole, assign_role, "登记角色承担单位 record who holds a role")
post_new(router, "/county/roles/ended", "roles", EndRole, end_role, "登记任职结束 record that a holding ended")
