"""政务服务."""

from __future__ import annotations

from fastapi import APIRouter

from api.acts import post_to
from application.service import exempt_service, onboard_service
from domain.steps.service import ExemptService, OnboardService

router = APIRouter(tags=["政务服务 services"])
_PATH = "/projects/{subject}/services"
post_to(router, _PATH, "service", OnboardService, onboard_service, "接入政务服务平台 services online (gate SERVE)")
post_to(router, f"{_PATH}/exemption", "service", ExemptService, exempt_service, "豁免接入 exempt from the platform")
