"""立项: approve a project, revoke an approval."""

from __future__ import annotations

from uuid import UUID

from application.act import Act
from application.desk import Outcome, on_project
from application.ports import Desk
from domain.steps.approval import ApproveProject, RevokeApproval, approve, revoke


def approve_project(desk: Desk, project: UUID, command: ApproveProject, act: Act) -> Outcome:
    """Judge at gate APPROVE and record the approval, or the refusal with all findings."""
    return on_project(desk, project, command, act, approve, at_gate=True)


def revoke_approval(desk: Desk, project: UUID, command: RevokeApproval, act: Act) -> Outcome:
    """Record that the approval in force was revoked."""
    return on_project(desk, project, command, act, revoke)
