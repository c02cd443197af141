"""例外: GrantException, RevokeException. Only rules of default denial (原则上) yield to one."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from domain.case import Case
from domain.command import Command
from domain.county import County
from domain.dates import FullDate
from domain.deciding import record
from domain.event import Event
from domain.evolve import evolve
from domain.faults import ActError, BadFieldError
from domain.project import ExemptionGround, Project, RuleException
from domain.recorded import Recorded
from domain.rule import NormStrength, text


class GrantException(Command):
    """Ask to record an exception that a body decided by document."""

    rule: str = Field(pattern=r"^[A-Z]\d\d$", description="例外所针对的规则, e.g. G02")
    ground: ExemptionGround | None = Field(default=None, description="例外理由类别; required for G12")
    reason: str = Field(min_length=1, max_length=1000, description="理由")
    deciding_body: str = Field(min_length=1, max_length=200, description="决定机关")
    document_no: str = Field(min_length=1, max_length=120, description="决定文号")
    expires_on: FullDate | None = Field(default=None, description="有效期至, inclusive")
    decision: int | None = Field(default=None, ge=1, description="县领导小组决定序号 the decision that grants it (O02)")


class RevokeException(Command):
    """Ask to record that an exception was revoked."""

    rule: str = Field(pattern=r"^[A-Z]\d\d$")
    document_no: str = Field(min_length=1, max_length=120, description="被撤销例外的决定文号")
    reason: str = Field(min_length=1, max_length=1000)


class ExceptionGranted(Event):
    """An exception from a rule of default denial was granted."""

    TOPIC = "project.exception_granted"

    rule: str
    ground: ExemptionGround | None = None
    reason: str
    deciding_body: str
    document_no: str
    expires_on: date | None = None
    decision: int | None = None


class ExceptionRevoked(Event):
    """An exception was revoked."""

    TOPIC = "project.exception_revoked"

    rule: str
    document_no: str
    reason: str


def grant(case: Case, command: GrantException) -> Event:
    """Record an exception. Raises BadFieldError when the rule set does not let that rule yield to one."""
    clause = case.rules.clause(command.rule)
    if clause is None or clause.strength is not NormStrength.DEFAULT_DENY:
        raise BadFieldError(
            text(
                f"{command.rule}不是“原则上”条款，不得例外",
                f"{command.rule} is not a default denial, so there is no exception from it",
            ),
            "/act/rule",
        )
    if command.rule == "G12" and command.ground is None:
        raise BadFieldError(
            text(
                "孤网例外须选择理由类别（法律规定、涉密、其他）",
                "an isolated network needs the ground of its exception",
            ),
            "/act/ground",
        )
    return record("exceptions", case, command, ExceptionGranted(**command.model_dump()))


def check_cited(county: County, case: Case, command: GrantException) -> None:
    """Does the cited decision of the county grant this exception? Raises BadFieldError when not; none may be cited."""
    if command.decision is None:
        return
    decision = county.decision(command.decision)
    if decision is None:
        raise BadFieldError(text("没有此序号的决定", "no decision of that number"), "/act/decision")
    if decision.exception_rule != command.rule:
        raise BadFieldError(
            text(
                f"该决定（{decision.document_no}）未同意{command.rule}的例外",
                f"the decision ({decision.document_no}) grants no exception from {command.rule}",
            ),
            "/act/decision",
        )
    if case.project.id not in decision.projects:
        raise BadFieldError(
            text("该决定不涉及本项目", "the decision does not name this project"),
            "/act/decision",
        )
    if decision.document_no != command.document_no:
        raise BadFieldError(
            text(
                f"文号与决定不符，该决定的文号是{decision.document_no}",
                f"the document number differs from that of the decision, {decision.document_no}",
            ),
            "/act/document_no",
        )
    if not decision.decided_on.possibly_on_or_before(case.decided_on):
        raise BadFieldError(
            text("例外的日期早于该决定", "the exception is older than the decision that it cites"), "/happened_on"
        )


def revoke(case: Case, command: RevokeException) -> Event:
    """Record a revocation. Raises ActError when no such exception stands."""
    if not any(e.rule == command.rule and e.document_no == command.document_no for e in case.project.exceptions):
        raise ActError(text("没有此例外", "no such exception stands"), "/act/document_no")
    return record("exceptions", case, command, ExceptionRevoked(**command.model_dump()))


@evolve.register
def _(event: ExceptionGranted, project: Project, at: Recorded) -> Project:
    granted = RuleException(**dict(event), granted_on=at.happened_on)
    return project.but(exceptions=(*project.exceptions, granted))


@evolve.register
def _(event: ExceptionRevoked, project: Project, at: Recorded) -> Project:
    del at
    left = (e for e in project.exceptions if (e.rule, e.document_no) != (event.rule, event.document_no))
    return project.but(exceptions=tuple(left))
