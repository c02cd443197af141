"""登记单位."""

from __future__ import annotations

from fastapi import APIRouter

from api.acts import post_new
from application.enrolment import enrol_unit
from domain.steps.enrolment import EnrolUnit

router = APIRouter(tags=["单位 units"])
post_new(router, "/units", "enrolment", EnrolUnit, enrol_unit, "登记单位 enrol a unit")
