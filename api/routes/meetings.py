"""联席会议."""

from __future__ import annotations

from fastapi import APIRouter

from api.acts import post_new
from application.meetings import hold_meeting, record_decision
from domain.steps.meetings import HoldMeeting, RecordDecision

router = APIRouter(tags=["县级 county"])
post_new(router, "/county/meetings", "meetings", HoldMeeting, hold_meeting, "登记联席会议 record a joint meeting")
post_new(router, "/county/decisions", "meetings", RecordDecision, record_decision, "登记会议决定 record a decision")
