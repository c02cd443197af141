"""建设."""

from __future__ import annotations

from fastapi import APIRouter

from api.acts import post_to
from application.building import record_change, report_progress
from domain.steps.building import RecordChange, ReportProgress

router = APIRouter(tags=["建设 building"])
post_to(router, "/projects/{subject}/progress", "building", ReportProgress, report_progress, "报告进度 report progress")
post_to(router, "/projects/{subject}/changes", "building", RecordChange, record_change, "登记变更 record a change")
