"""Random lifecycles over the real use cases and a ledger in memory: what must hold whatever anybody asks for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from application.acceptance import accept_project
from application.act import Act
from application.approval import approve_project, revoke_approval
from application.asking import AsOf, project_dossier
from application.connection import meet_obligation, set_obligation
from application.correcting import correct_fact
from application.desk import Outcome
from application.enrolment import enrol_unit
from application.filing import file_project
from application.funding import arrange_funds, disburse_funds, refund_funds
from application.interconnection import record_interconnection, record_supply
from application.ports import UpTo
from application.rejudging import is_decision, rejudge
from application.security import mark_security, record_level_filing, record_security_test
from application.sharing import declare_sharing, report_lapse, report_resumption, withdraw_sharing
from application.systems import register_system
from domain.correction import FactCorrected
from domain.dates import CivilDate
from domain.evolve import effective, fold
from domain.faults import ActError
from domain.money import Money
from domain.project import FundPurpose, FundSource, Project, SecurityPhase, SharedResource, ShareType
from domain.recorded import Actor, Recorded, Role
from domain.steps.acceptance import AcceptProject, ProjectAccepted
from domain.steps.approval import ApproveProject, RevokeApproval
from domain.steps.connection import MeetConnectionObligation, SetConnectionObligation
from domain.steps.correcting import CorrectFact
from domain.steps.enrolment import EnrolUnit
from domain.steps.filing import FileProject
from domain.steps.funding import ArrangeFunds, DisburseFunds, RefundFunds
from domain.steps.interconnection import RecordInterconnection, RecordSupply
from domain.steps.security import FileLevel, MarkSecurity, RecordSecurityTest
from domain.steps.sharing import DeclareSharing, ReportLapse, ReportResumption, WithdrawSharing
from domain.steps.systems import RegisterSystem
from domain.streams import StreamKind
from domain.unit import UnitKind
from tests.memory import memory_desk
from tests.plainly import plain_fold, stored_and_read
from tests.stages import CERTIFICATE, FILING, NEED, OTHER, OWNER, RESOURCE

FIRST = date(2019, 1, 1)
ACTOR = Actor(account="random", organisation="随机", role=Role.OWNER_UNIT)
UseCase = Callable[..., Outcome]


class Lifecycle(RuleBasedStateMachine):
    """One county clerk who asks for anything, on any day, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.desk = memory_desk()
        self.project: UUID | None = None
        self.system: UUID | None = None
        self.states: list[tuple[int, Project]] = []

    def ask(self, day: int, use_case: UseCase, *arguments: Any) -> Outcome | None:
        act = Act(actor=ACTOR, happened_on=CivilDate.on(FIRST + timedelta(days=day)))
        before = self.desk.ledger.position()
        try:
            outcome = use_case(self.desk, *arguments, act)
        except ActError:
            assert self.desk.ledger.position() == before, "an impossible act recorded something"
            return None
        if self.project is not None:
            self.states.append((self.desk.ledger.position(), project_dossier(self.desk, self.project).project))
        return outcome

    @initialize(day=st.integers(0, 30))
    def begin(self, day: int) -> None:
        self.ask(0, enrol_unit, EnrolUnit(uscc=OWNER, name="测试局", kind=UnitKind.COUNTY_DEPT, division="370323"))
        outcome = self.ask(day, file_project, FileProject.model_validate(FILING.model_dump()))
        assert outcome is not None
        self.project = outcome.subject
        outcome = self.ask(day, register_system, self.project, RegisterSystem(name="系统"))
        assert outcome is not None
        self.system = outcome.recorded[1].stream.id

    days = st.integers(0, 900)

    @rule(day=days, needs=st.booleans(), kind=st.sampled_from(ShareType))
    def declare(self, day: int, needs: bool, kind: ShareType) -> None:
        resource = SharedResource(name=RESOURCE.name, share_type=kind, condition="限", legal_basis="法")
        declaration = DeclareSharing(needs=(NEED,) if needs else (), provides=(resource,))
        self.ask(day, declare_sharing, self.project, declaration)

    @rule(day=days)
    def withdraw(self, day: int) -> None:
        self.ask(day, withdraw_sharing, self.project, WithdrawSharing(reason="撤回"))

    @rule(day=days, back=st.booleans())
    def lapse(self, day: int, back: bool) -> None:
        if back:
            self.ask(day, report_resumption, self.project, ReportResumption(resource=RESOURCE.name))
        else:
            self.ask(day, report_lapse, self.project, ReportLapse(resource=RESOURCE.name))

    @rule(day=days)
    def mark_security(self, day: int) -> None:
        self.ask(day, mark_security, self.project, MarkSecurity(phase=SecurityPhase.BUILD))

    @rule(day=days)
    def approve(self, day: int) -> None:
        self.ask(day, approve_project, self.project, ApproveProject(document_no="源审〔2019〕1号", approver="主管"))

    @rule(day=days)
    def revoke(self, day: int) -> None:
        self.ask(day, revoke_approval, self.project, RevokeApproval(document_no="源审〔2019〕2号", reason="撤销"))

    @rule(day=days, level=st.integers(1, 5))
    def file_level(self, day: int, level: int) -> None:
        self.ask(day, record_level_filing, self.system, FileLevel(level=level, certificate_no=CERTIFICATE))

    @rule(
        day=days,
        number=st.integers(1, 6),
        word=st.sampled_from(["符合", "基本符合", "不符合"]),
        level=st.integers(1, 5),
    )
    def test_security(self, day: int, number: int, word: str, level: int) -> None:
        report = RecordSecurityTest(
            report_no=f"T-{number}",
            agency="测评",
            certificate_no=CERTIFICATE,
            level=level,
            template="2015",
            conclusion=word,
        )
        self.ask(day, record_security_test, self.system, report)

    @rule(day=days, who=st.sampled_from([OWNER, OTHER]))
    def connect(self, day: int, who: str) -> None:
        self.ask(
            day, record_interconnection, self.system, RecordInterconnection(department="某局", department_uscc=who)
        )

    @rule(day=days, resource=st.sampled_from([RESOURCE.name, "别的"]))
    def supply(self, day: int, resource: str) -> None:
        self.ask(day, record_supply, self.system, RecordSupply(resource=resource, platform_code="ZB"))

    @rule(day=days)
    def accept(self, day: int) -> None:
        self.ask(day, accept_project, self.project, AcceptProject())

    @rule(day=days, due=days)
    def oblige(self, day: int, due: int) -> None:
        obligation = SetConnectionObligation(
            system_name="老系统", requirement_document="文件", issuer="市", due_on=FIRST + timedelta(days=due)
        )
        self.ask(day, set_obligation, OWNER, obligation)

    @rule(day=days, number=st.integers(1, 3))
    def meet(self, day: int, number: int) -> None:
        self.ask(day, meet_obligation, OWNER, MeetConnectionObligation(obligation=number))

    @rule(day=days, purpose=st.sampled_from(FundPurpose), fen=st.integers(1, 1000))
    def arrange(self, day: int, purpose: FundPurpose, fen: int) -> None:
        money = ArrangeFunds(purpose=purpose, year=2020, source=FundSource.GOV_BUDGET, amount=Money.fen_of(fen))
        self.ask(day, arrange_funds, self.project, money)

    @rule(day=days, number=st.integers(1, 3), fen=st.integers(1, 1000), back=st.booleans())
    def pay(self, day: int, number: int, fen: int, back: bool) -> None:
        amount = Money.fen_of(fen)
        if back:
            self.ask(day, refund_funds, self.project, RefundFunds(arrangement=number, amount=amount))
        else:
            self.ask(day, disburse_funds, self.project, DisburseFunds(arrangement=number, amount=amount))

    @rule(day=days, version=st.integers(1, 12), of_system=st.booleans())
    def withdraw_fact(self, day: int, version: int, of_system: bool) -> None:
        kind, stream = (StreamKind.SYSTEM, self.system) if of_system else (StreamKind.PROJECT, self.project)
        self.ask(day, correct_fact, kind, stream, CorrectFact(version=version, reason="误录"))

    @invariant()
    def no_money_appears_or_vanishes(self) -> None:
        if self.states:
            for arrangement in self.states[-1][1].arrangements:
                assert 0 <= arrangement.refunded_fen <= arrangement.disbursed_fen
                assert arrangement.disbursed_fen - arrangement.refunded_fen <= arrangement.amount.fen

    def teardown(self) -> None:
        if self.project is None or self.system is None:
            return
        history = list(self.desk.ledger.read(StreamKind.PROJECT, self.project))
        self._as_of_each_position_is_the_state_that_stood_then()
        self._as_of_each_day_is_the_fold_of_what_had_happened(history)
        self._stored_and_read_again_it_is_the_same(history)
        for entry in history:
            if isinstance(entry.event, ProjectAccepted):
                self._accepted_only_with_its_three_sharing_evidences(entry)
        for entry in self.desk.ledger.after(0, 10_000):
            if is_decision(entry):
                assert rejudge(self.desk, entry).is_same(), "a decision came out otherwise on the facts of its day"

    def _stored_and_read_again_it_is_the_same(self, history: list[Recorded]) -> None:
        """By the quick ways of reading and folding as by the plain ones."""
        assert self.project is not None
        read = stored_and_read(history)
        assert read == history
        assert [e.happened_on for e in read] == [e.happened_on for e in history]
        assert fold(Project(id=self.project), read) == plain_fold(Project(id=self.project), history)

    def _as_of_each_position_is_the_state_that_stood_then(self) -> None:
        assert self.project is not None
        for position, state in self.states:
            assert project_dossier(self.desk, self.project, AsOf(UpTo(position=position))).project == state

    def _as_of_each_day_is_the_fold_of_what_had_happened(self, history: list[Recorded]) -> None:
        assert self.project is not None
        for day in sorted({e.happened_on.latest for e in history}):
            asked = project_dossier(self.desk, self.project, AsOf(happened=day)).project
            kept = [
                e
                for e in effective(history)
                if isinstance(e.event, FactCorrected) or e.happened_on.certainly_on_or_before(day)
            ]
            expected = fold(Project(id=self.project), [e for e in kept if not isinstance(e.event, FactCorrected)])
            corrections = asked.corrections
            assert asked == expected.but(version=history[-1].stream.version, corrections=corrections)

    def _accepted_only_with_its_three_sharing_evidences(self, entry: Recorded) -> None:
        """Looked at as the record stood right before: declaration, interconnection, platform supply, each by the day."""
        assert self.project is not None
        then = AsOf(UpTo(position=entry.position - 1))
        dossier = project_dossier(self.desk, self.project, then)
        day = entry.happened_on.latest
        sharing = dossier.project.sharing
        assert sharing is not None
        assert sharing.declared_on.latest <= day
        for system in dossier.systems:
            assert any(c.tested_on.latest <= day and c.department_uscc != OWNER for c in system.interconnections)
            assert any(s.verified_on.latest <= day for s in system.supplies)
            shared = {r.name for r in sharing.provides if r.share_type is not ShareType.NOT_SHARED}
            assert shared <= {s.resource for s in system.supplies if s.verified_on.latest <= day}


Lifecycle.TestCase.settings = settings(
    max_examples=60, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)
TestLifecycle = Lifecycle.TestCase


def test_the_machine_can_reach_acceptance_and_operation() -> None:
    """The property above would be empty if no sequence ever got there."""
    machine = Lifecycle()
    machine.begin(1)
    machine.declare(2, needs=True, kind=ShareType.UNCONDITIONAL)
    machine.approve(10)
    machine.file_level(20, 3)
    machine.test_security(30, 1, "符合", 3)
    machine.connect(31, OTHER)
    machine.supply(32, RESOURCE.name)
    machine.mark_security(33)
    machine.accept(40)
    machine.arrange(400, FundPurpose.OPERATION, 100)
    machine.pay(401, 1, 100, back=False)
    machine.teardown()
    state = machine.states[-1][1]
    assert state.acceptance is not None
    assert state.arrangements[0].disbursed_fen == 100


def test_without_the_gates_rules_the_property_would_fail() -> None:
    """The check bites: with an acceptance gate that asks nothing, the invariant is violated and seen."""
    machine = Lifecycle()
    rules = machine.desk.rule_sets.all[0]
    toothless = rules.but(
        clauses=tuple(c for c in rules.clauses if c.rule not in {"G01", "G04", "G08", "G09", "G14", "G18"})
    )
    machine.desk = replace(machine.desk, rule_sets=type(machine.desk.rule_sets)([toothless]))
    machine.begin(1)
    machine.accept(40)
    assert machine.states[-1][1].acceptance is not None
    try:
        machine.teardown()
    except AssertionError:
        return
    raise AssertionError("an acceptance without evidence went unseen")
