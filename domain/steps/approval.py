"""立项: ApproveProject -> ProjectApproved | ApprovalRefused. Gate APPROVE. Revocation ends an approval."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from pydantic import Field

from domain.case import Case
from domain.command import Command
from domain.dates import FullDate
from domain.deciding import decide, record
from domain.event import Event
from domain.evolve import evolve
from domain.faults import ActError
from domain.identifiers import DocumentNo
from domain.money import Money
from domain.project import Approval, Project
from domain.recorded import Recorded
from domain.refusal import Refused
from domain.rule import Gate, Judgement, text


class ApproveProject(Command):
    """Ask to approve (establish) a project."""

    PLACEHOLDER_FIELDS: ClassVar[frozenset[str]] = frozenset({"document_no", "approver"})

    document_no: DocumentNo = Field(description="批复文号")
    approver: str = Field(min_length=1, max_length=200, description="批准机关")
    amount: Money | None = Field(default=None, description="批复概算")
    acceptance_due: FullDate | None = Field(default=None, description="应完成竣工验收的日期")


class RevokeApproval(Command):
    """Ask to record that the approval in force was revoked."""

    PLACEHOLDER_FIELDS: ClassVar[frozenset[str]] = frozenset({"document_no"})

    document_no: DocumentNo = Field(description="撤销决定文号")
    reason: str = Field(default="", max_length=1000, description="撤销理由")


class ProjectApproved(Event):
    """A project was approved; the judgement says under which rules and with which exceptions."""

    TOPIC = "project.approved"

    document_no: DocumentNo
    approver: str
    amount: Money | None = None
    acceptance_due: date | None = None
    judgement: Judgement


class ApprovalRefused(Refused):
    """An approval was asked for and refused."""

    TOPIC = "project.approval_refused"


class ApprovalRevoked(Event):
    """The approval in force was revoked."""

    TOPIC = "project.approval_revoked"

    document_no: DocumentNo
    reason: str = ""


def approve(case: Case, command: ApproveProject) -> Event:
    """Judge at gate APPROVE. Raises ActError when an approval is in force already."""
    if case.project.approval is not None:
        raise ActError(text("项目已立项", "the project is approved already"))
    return decide(
        Gate.APPROVE,
        "approval",
        case,
        lambda judgement: ProjectApproved(
            document_no=command.document_no,
            approver=command.approver,
            amount=command.amount,
            acceptance_due=command.acceptance_due,
            judgement=judgement,
        ),
        ApprovalRefused,
        act=ProjectApproved.TOPIC,
    )


def revoke(case: Case, command: RevokeApproval) -> Event:
    """Record a revocation. Raises ActError when no approval is in force."""
    if case.project.approval is None:
        raise ActError(text("没有有效的立项批复可撤销", "no approval is in force"))
    return record("approval", case, command, ApprovalRevoked(**command.model_dump()))


@evolve.register
def _(event: ProjectApproved, project: Project, at: Recorded) -> Project:
    return project.but(
        approval=Approval(
            approved_on=at.happened_on,
            document_no=event.document_no,
            approver=event.approver,
            amount=event.amount,
            acceptance_due=event.acceptance_due,
        )
    )


@evolve.register
def _(event: ApprovalRevoked, project: Project, at: Recorded) -> Project:
    del event, at
    return project.but(approval=None)
