"""PPP项目库: ListPpp -> PppListed | PppListingRefused; DelistPpp -> PppDelisted; ReportOperation -> OperationReported.

Gate PPP_LIST (F12). The regime is kept with each entry, because the library changed hands: until 2023 it was the
finance ministry's; since 国办函〔2023〕115号 new projects are concessions under the DRC. 源政发〔2018〕16号 四（三）.
"""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from pydantic import Field

from domain.case import Case
from domain.command import Command
from domain.deciding import decide, record
from domain.event import Event
from domain.evolve import evolve
from domain.faults import ActError, BadFieldError
from domain.money import Money
from domain.project import OperationReport, PppEntry, PppTerms, Project
from domain.recorded import Recorded
from domain.refusal import Refused
from domain.rule import Gate, Judgement, text


class ListPpp(PppTerms, Command):
    """Ask to enter a project into the PPP library."""

    regime: str = Field(
        min_length=1,
        max_length=60,
        description="项目库及其制度 library and regime, e.g. MOF-LIBRARY before 2023, DRC-CONCESSION after",
    )

    def terms(self) -> PppTerms:
        """What the library asks for."""
        return PppTerms.model_validate(self.model_dump(exclude={"regime"}))


class DelistPpp(Command):
    """Ask to record that a project left the PPP library."""

    PLACEHOLDER_FIELDS: ClassVar[frozenset[str]] = frozenset({"document_no"})

    reason: str = Field(min_length=1, max_length=1000, description="出库理由")
    document_no: str | None = Field(default=None, max_length=120, description="出库文号")


class ReportOperation(Command):
    """Ask to record how a PPP project operated in a year (O32)."""

    year: int = Field(ge=2000, le=2100, description="运营年度, a calendar year")
    summary: str = Field(min_length=1, max_length=4000, description="运营情况")
    user_paid: Money | None = Field(default=None, description="使用者付费收入; nothing or more")


class PppListed(Event):
    """A project entered the PPP library."""

    TOPIC = "project.ppp_listed"

    terms: PppTerms
    regime: str
    judgement: Judgement


class PppListingRefused(Refused):
    """Entry into the PPP library was asked for and refused."""

    TOPIC = "project.ppp_listing_refused"


class PppDelisted(Event):
    """A project left the PPP library."""

    TOPIC = "project.ppp_delisted"

    reason: str
    document_no: str | None = None


class OperationReported(Event):
    """The operation of a PPP project in a year was reported."""

    TOPIC = "project.operation_reported"

    year: int
    summary: str
    user_paid: Money | None = None


def enter(case: Case, command: ListPpp) -> Event:
    """Judge at gate PPP_LIST. Raises ActError when the project is in the library already."""
    if case.project.ppp is not None:
        raise ActError(text("项目已在PPP项目库中", "the project is in the PPP library already"))
    # What is asked for is kept with a refusal; a classified project's texts must not be.
    terms = PppTerms() if case.project.classified else command.terms()
    carried = (*case.proposal.free_text, *command.free_text())
    asking = replace(case, proposal=case.proposal.but(free_text=carried, ppp=terms))
    return decide(
        Gate.PPP_LIST,
        "ppp",
        asking,
        lambda judgement: PppListed(terms=terms, regime=command.regime, judgement=judgement),
        PppListingRefused,
        act=PppListed.TOPIC,
    )


def leave(case: Case, command: DelistPpp) -> Event:
    """Record that the project left the library. Raises ActError when it is not in it."""
    _check_listed(case)
    return record("ppp", case, command, PppDelisted(**dict(command)))


def report_operation(case: Case, command: ReportOperation) -> Event:
    """Record a yearly report. Raises ActError when the project is not in the library or the year is reported already,
    BadFieldError for a year to come or income below nothing."""
    _check_listed(case)
    if command.year > case.decided_on.year:
        raise BadFieldError(text("运营年度在未来", "the year lies in the future"), "/act/year")
    if any(r.year == command.year for r in case.project.operation_reports):
        raise ActError(text("该年度已报告；有误请更正", "that year is reported already: correct it"), "/act/year")
    if command.user_paid is not None and command.user_paid.fen < 0:
        raise BadFieldError(text("收入不能为负", "income cannot be negative"), "/act/user_paid")
    if command.user_paid is not None and command.user_paid.currency != "CNY":
        raise BadFieldError(text("只接受人民币", "only CNY is accepted"), "/act/user_paid/currency")
    return record("ppp", case, command, OperationReported(**dict(command)))


def _check_listed(case: Case) -> None:
    if case.project.ppp is None:
        raise ActError(text("项目不在PPP项目库中", "the project is not in the PPP library"))


@evolve.register
def _(event: PppListed, project: Project, at: Recorded) -> Project:
    entry = PppEntry(terms=event.terms, regime=event.regime, listed_on=at.happened_on)
    return project.but(ppp_entries=(*project.ppp_entries, entry))


@evolve.register
def _(event: PppDelisted, project: Project, at: Recorded) -> Project:
    del event
    *earlier, last = project.ppp_entries or (None,)
    if last is None:
        return project
    return project.but(ppp_entries=(*earlier, last.but(delisted_on=at.happened_on)))


@evolve.register
def _(event: OperationReported, project: Project, at: Recorded) -> Project:
    report = OperationReport(
        year=event.year,
        summary=event.summary,
        user_paid_fen=event.user_paid.fen if event.user_paid is not None else None,
        reported_on=at.happened_on,
    )
    return project.but(operation_reports=(*project.operation_reports, report))
