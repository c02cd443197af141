"""满意度调查."""

from __future__ import annotations

from fastapi import APIRouter

from api.acts import post_to
from application.satisfaction import record_survey
from domain.steps.satisfaction import RecordSurvey

router = APIRouter(tags=["评价 evaluation"])
post_to(
    router,
    "/projects/{subject}/satisfaction-surveys",
    "satisfaction",
    RecordSurvey,
    record_survey,
    "满意度调查 satisfaction survey",
)
