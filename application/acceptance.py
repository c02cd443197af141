"""验收."""

from __future__ import annotations

from uuid import UUID

from application.act import Act
from application.desk import Outcome, on_project
from application.ports import Desk
from domain.steps.acceptance import AcceptProject, accept


def accept_project(desk: Desk, project: UUID, command: AcceptProject, act: Act) -> Outcome:
    """Judge at gate ACCEPT and record the acceptance, or the refusal with all findings."""
    return on_project(desk, project, command, act, accept, at_gate=True)
