"""风险评估: of sharing, and of its impact on personal information."""

from __future__ import annotations

from uuid import UUID

from application.act import Act
from application.desk import Outcome, on_project
from application.ports import Desk
from domain.steps.risk import AssessPrivacyImpact, AssessSharingRisk, assess_privacy, assess_risk


def assess_sharing_risk(desk: Desk, project: UUID, command: AssessSharingRisk, act: Act) -> Outcome:
    """Record an assessment of the risks of sharing and use."""
    return on_project(desk, project, command, act, assess_risk)


def assess_privacy_impact(desk: Desk, project: UUID, command: AssessPrivacyImpact, act: Act) -> Outcome:
    """Record an impact assessment of a shared resource."""
    return on_project(desk, project, command, act, assess_privacy)
