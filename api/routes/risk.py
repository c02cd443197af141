"""风险评估."""

from __future__ import annotations

from fastapi import APIRouter

from api.acts import post_to
from application.risk import assess_privacy_impact, assess_sharing_risk
from domain.steps.risk import AssessPrivacyImpact, AssessSharingRisk

router = APIRouter(tags=["共享 sharing"])
post_to(
    router,
    "/projects/{subject}/sharing/risk-assessments",
    "risk",
    AssessSharingRisk,
    assess_sharing_risk,
    "共享利用风险评估 risk assessment of sharing",
)
post_to(
    router,
    "/projects/{subject}/sharing/privacy-assessments",
    "risk",
    AssessPrivacyImpact,
    assess_privacy_impact,
    "个人信息保护影响评估 privacy impact assessment",
)
