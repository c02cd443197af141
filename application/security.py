"""等保: level filings and tests of a system."""

from __future__ import annotations

from uuid import UUID

from application.desk import Act, Outcome, on_system
from application.ports import Desk
from domain.steps.security import (
    FileLevel,
    RecordClassifiedTest,
    RecordSecurityTest,
    classified_test,
    file_level,
    level_test,
)


def record_level_filing(desk: Desk, system: UUID, command: FileLevel, act: Act) -> Outcome:
    """Record a system's level and filing certificate."""
    return on_system(desk, system, command, act, lambda case, _, asked: file_level(case, asked))


def record_security_test(desk: Desk, system: UUID, command: RecordSecurityTest, act: Act) -> Outcome:
    """Record a level-test report."""
    return on_system(desk, system, command, act, level_test)


def record_classified_test(desk: Desk, system: UUID, command: RecordClassifiedTest, act: Act) -> Outcome:
    """Record the number of a classified system's test report."""
    return on_system(desk, system, command, act, lambda case, _, asked: classified_test(case, asked))
