"""等保: level filings and tests of a system."""

from __future__ import annotations

from uuid import UUID

from application.act import Act
from application.desk import Outcome, on_project, on_system
from application.ports import Desk
from domain.steps.security import (
    FileLevel,
    MarkSecurity,
    RecordClassifiedTest,
    RecordCryptoAssessment,
    RecordIncident,
    RecordSecurityTest,
    ResolveIncident,
    classified_test,
    crypto,
    file_level,
    incident,
    level_test,
    mark,
    resolve,
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


def record_crypto_assessment(desk: Desk, system: UUID, command: RecordCryptoAssessment, act: Act) -> Outcome:
    """Record an assessment of a system's cryptography."""
    return on_system(desk, system, command, act, crypto)


def record_incident(desk: Desk, system: UUID, command: RecordIncident, act: Act) -> Outcome:
    """Record a security incident of a system, by its grade."""
    return on_system(desk, system, command, act, incident)


def resolve_incident(desk: Desk, system: UUID, command: ResolveIncident, act: Act) -> Outcome:
    """Record that an incident has been dealt with."""
    return on_system(desk, system, command, act, resolve)


def mark_security(desk: Desk, project: UUID, command: MarkSecurity, act: Act) -> Outcome:
    """Record that security went along in a phase of the project."""
    return on_project(desk, project, command, act, mark)
