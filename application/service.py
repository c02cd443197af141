"""政务服务: put services online, or exempt them."""

from __future__ import annotations

from uuid import UUID

from application.act import Act
from application.desk import Outcome, on_project
from application.ports import Desk
from domain.steps.service import ExemptService, OnboardService, exempt, onboard


def onboard_service(desk: Desk, project: UUID, command: OnboardService, act: Act) -> Outcome:
    """Judge at gate SERVE and record the services put online, or the refusal with all findings."""
    return on_project(desk, project, command, act, onboard, at_gate=True)


def exempt_service(desk: Desk, project: UUID, command: ExemptService, act: Act) -> Outcome:
    """Record why the services are not on the platform."""
    return on_project(desk, project, command, act, exempt)
