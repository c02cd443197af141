"""等保."""

from __future__ import annotations

from fastapi import APIRouter

from api.acts import post_to
from application.security import (
    mark_security,
    record_classified_test,
    record_crypto_assessment,
    record_incident,
    record_level_filing,
    record_security_test,
    resolve_incident,
)
from domain.steps.security import (
    FileLevel,
    MarkSecurity,
    RecordClassifiedTest,
    RecordCryptoAssessment,
    RecordIncident,
    RecordSecurityTest,
    ResolveIncident,
)

router = APIRouter(tags=["系统 systems"])
post_to(
    router, "/systems/{subject}/level-filings", "security", FileLevel, record_level_filing, "等保定级备案 file a level"
)
post_to(
    router,
    "/systems/{subject}/security-tests",
    "security",
    RecordSecurityTest,
    record_security_test,
    "等级测评 level test",
)
post_to(
    router,
    "/systems/{subject}/classified-tests",
    "security",
    RecordClassifiedTest,
    record_classified_test,
    "涉密系统测评编号 classified test, number only",
)
post_to(
    router,
    "/systems/{subject}/crypto-assessments",
    "security",
    RecordCryptoAssessment,
    record_crypto_assessment,
    "商用密码应用安全性评估 crypto assessment",
)
post_to(
    router, "/systems/{subject}/incidents", "incidents", RecordIncident, record_incident, "安全事件 security incident"
)
post_to(
    router,
    "/systems/{subject}/incidents/resolution",
    "incidents",
    ResolveIncident,
    resolve_incident,
    "安全事件处置 incident resolved",
)
post_to(
    router,
    "/projects/{subject}/security-marks",
    "security-marks",
    MarkSecurity,
    mark_security,
    "同建设、同考核 security went along",
)
