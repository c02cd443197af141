"""等保."""

from __future__ import annotations

from fastapi import APIRouter

from api.acts import post_to
from application.security import record_classified_test, record_level_filing, record_security_test
from domain.steps.security import FileLevel, RecordClassifiedTest, RecordSecurityTest

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
