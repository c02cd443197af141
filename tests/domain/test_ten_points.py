"""The ten points that are easily got wrong (reading points of the document), each by name."""

from __future__ import annotations

from datetime import date

import pytest

from domain.dates import CivilDate
from domain.evolve import fold
from domain.project import FundPurpose, FundSource, Project, ProjectKind, Stage
from domain.refusal import Refused
from domain.rule import Effect, NormStrength
from domain.steps import EVENTS
from domain.steps.acceptance import AcceptProject, ProjectAccepted, accept
from domain.steps.approval import ApprovalRefused, ApproveProject, ProjectApproved, approve
from domain.steps.connection import ConnectionObligationSet
from domain.steps.correcting import CorrectFact, correct
from domain.steps.exceptions import ExceptionGranted
from domain.steps.funding import ArrangeFunds, FundsArranged, arrange
from domain.steps.sharing import SharingDeclared, SharingLapsed
from domain.streams import StreamKind
from infrastructure.rule_sets import load_rule_sets
from tests.given import PROJECT, RULES, Dated, given, history
from tests.stages import (
    ACCEPTED,
    APPROVED,
    CONNECTED,
    ENROLLED,
    EVIDENCE,
    FILING,
    LEVEL,
    LISTED,
    MARKED,
    REGISTERED,
    RESOURCE,
    SHARED,
    SUPPLIED,
    WAN,
    filed,
    level_report,
)

APPROVE = ApproveProject(document_no="源审〔2019〕9号", approver="主管部门")
ACCEPT = AcceptProject(document_no="源验1号")
BUILD = ArrangeFunds(purpose=FundPurpose.BUILD, year=2019, source=FundSource.GOV_BUDGET, amount=WAN)
OPERATION = ArrangeFunds(purpose=FundPurpose.OPERATION, year=2020, source=FundSource.DEPT_BUDGET, amount=WAN)
RIPE = (filed(), SHARED, APPROVED, LISTED, MARKED)
OBLIGED: Dated = (
    "2018-10-10",
    ConnectionObligationSet(
        number=1, system_name="老系统", requirement_document="文件", issuer="市", due_on=date(2018, 12, 31)
    ),
)


def test_point_01_three_sharing_gates_need_three_evidences() -> None:
    """Declared opens only the first gate, verified only the second, kept up only the third."""
    given(filed(), SHARED).when(approve, APPROVE).then(ProjectApproved)
    unsupplied = (REGISTERED, LEVEL, level_report(), CONNECTED)
    given(*RIPE, system=unsupplied).when(accept, ACCEPT).refused_by("G04", "G09")
    given(*RIPE, system=(*unsupplied, SUPPLIED)).when(accept, ACCEPT).then(ProjectAccepted)
    lapsed = ("2020-01-10", SharingLapsed(resource=RESOURCE.name))
    kept = given(*RIPE, ACCEPTED, system=EVIDENCE, on="2020-03-01")
    kept.when(arrange, OPERATION).then(FundsArranged)
    given(*RIPE, ACCEPTED, lapsed, system=EVIDENCE, on="2020-03-01").when(arrange, OPERATION).refused_by("G05")


def test_point_02_the_sanction_is_about_the_unit() -> None:
    """A clean project of a sanctioned unit is refused; a project's own defect sanctions nobody."""
    given(filed(), SHARED, unit=(ENROLLED, OBLIGED)).when(approve, APPROVE).refused_by("G10")
    event = given(filed(), unit=(ENROLLED,)).when(approve, APPROVE).refused_by("G03", "G06", "G07")
    assert "G10" not in event.judgement.blocking()


def test_point_03_the_sanction_bars_new_approvals_and_operation_money_only() -> None:
    situation = given(*RIPE, ACCEPTED, system=EVIDENCE, unit=(ENROLLED, OBLIGED), on="2020-03-01")
    situation.when(arrange, BUILD).then(FundsArranged)
    situation.when(arrange, OPERATION).refused_by("G10")


def test_point_04_only_in_principle_takes_exceptions() -> None:
    """原则上 yields, 一概 does not, and the exception waives no prohibition on the same decision."""
    exception = ExceptionGranted(rule="G11", reason="x", deciding_body="县领导小组", document_no="源智领〔2019〕1号")
    granted, nothing = ("2019-02-01", exception), ("2019-01-20", SharingDeclared(needs=(), provides=()))
    event = given(filed(), nothing, granted).when(approve, APPROVE).refused_by("G07")
    assert [f.rule for f in event.judgement.findings if f.effect is Effect.YIELDS] == ["G11"]
    assert RULES.clause("G07").strength is NormStrength.PROHIBITION  # type: ignore[union-attr]


def test_point_05_a_denial_lists_every_failing_rule_with_clause_quote_and_facts() -> None:
    wanting = FILING.but(supports_city_platform=False, security_planned=False, plan_item=None)
    event = given(filed(wanting), unit=(ENROLLED, OBLIGED)).when(approve, APPROVE)
    refused = event.refused_by("G03", "G06", "G07", "G09", "G10", "G18", "G22")
    assert all(f.clause.quote and f.clause.section and f.reason.zh and f.cure.en for f in refused.judgement.findings)
    assert {f.rule for f in refused.judgement.findings if f.facts} >= {"G06", "G07", "G09", "G10"}


def test_point_06_a_decision_is_judged_at_its_moment() -> None:
    """A later fact does not make an earlier day's decision pass; it lets a new one pass."""
    situation = given(*RIPE, system=EVIDENCE)
    situation.on("2019-04-30").when(accept, ACCEPT).refused_by("G04", "G08", "G09", "G14")
    situation.on("2019-05-03").when(accept, ACCEPT).then(ProjectAccepted)


def test_point_07_the_rules_begin_on_their_day_and_reach_systems_then_under_construction() -> None:
    sets = load_rule_sets()
    assert sets.in_force(date(2018, 9, 18)) is None
    first = sets.in_force(date(2018, 9, 19))
    assert first is not None
    assert first.clauses[:-1] == RULES.clauses
    building = FILING.but(kind=ProjectKind.UNDER_CONSTRUCTION)
    silent = (REGISTERED, LEVEL, level_report(), SUPPLIED)
    given(filed(building), *RIPE[1:], system=silent).when(accept, ACCEPT).refused_by("G08")


def test_point_08_refused_attempts_are_evidence_apart_from_the_state() -> None:
    refused = given(filed()).when(approve, APPROVE).event
    assert isinstance(refused, ApprovalRefused)
    assert isinstance(refused, Refused)
    assert refused.asked is not None
    project = fold(Project(id=PROJECT), history(StreamKind.PROJECT, PROJECT, filed(), ("2019-01-10", refused)))
    assert project.stage is Stage.FILED
    assert project.approval is None
    assert [(n.step, n.rules) for n in project.refusals] == [("approval", ("G03", "G06", "G07"))]


def test_point_09_a_correction_is_not_a_deletion() -> None:
    """The wrong fact and its withdrawal both stand in the history; only the state changes."""
    entries = history(StreamKind.PROJECT, PROJECT, filed(), SHARED)
    case = given(filed(), SHARED).case
    withdrawn = correct(entries, CorrectFact(version=2, reason="误录"), case)
    entries += history(StreamKind.PROJECT, PROJECT, filed(), SHARED, ("2019-02-01", withdrawn))[2:]
    assert len(entries) == 3
    project = fold(Project(id=PROJECT), entries)
    assert project.sharing is None
    assert [(c.target_version, c.reason) for c in project.corrections] == [(2, "误录")]
    assert not any("delete" in e.TOPIC for e in EVENTS)


@pytest.mark.parametrize("kind", list(ProjectKind))
def test_point_10_new_building_and_existing_systems_are_told_apart(kind: ProjectKind) -> None:
    """G07 asks only new systems for needs; the kind is a required field of every filing."""
    provides_only = ("2019-01-20", SharingDeclared(needs=(), provides=(RESOURCE,)))
    asked = given(filed(FILING.but(kind=kind)), provides_only).when(approve, APPROVE)
    if kind is ProjectKind.NEW:
        asked.refused_by("G07")
    else:
        asked.then(ProjectApproved)
    assert type(FILING).model_fields["kind"].is_required()
    assert CivilDate.parse("2018-09-19").earliest == RULES.effective_from
