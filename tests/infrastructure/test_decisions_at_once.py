"""Two officers at once, on real PostgreSQL: what falls between judging and saving never lets a decision slip through."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from application.acceptance import accept_project
from application.act import Act
from application.approval import approve_project
from application.connection import set_obligation
from application.correcting import correct_fact
from application.desk import Outcome
from application.enrolment import enrol_unit
from application.exceptions import grant_exception, revoke_exception
from application.filing import amend_filing, file_project
from application.funding import arrange_funds
from application.guidance_fund import contribute_to_fund, invest_from_fund
from application.interconnection import record_interconnection, record_supply
from application.security import mark_security, record_level_filing, record_security_test
from application.sharing import declare_sharing, withdraw_sharing
from application.systems import record_major_change, register_system
from domain.dates import CivilDate
from domain.evolve import fold
from domain.guidance_fund import GuidanceFund, InvestmentStage
from domain.money import Money
from domain.project import Category, FundPurpose, FundSource, SecurityPhase
from domain.recorded import Actor, Recorded, Role
from domain.steps.acceptance import AcceptProject
from domain.steps.approval import ApproveProject
from domain.steps.connection import SetConnectionObligation
from domain.steps.correcting import CorrectFact
from domain.steps.enrolment import EnrolUnit
from domain.steps.exceptions import GrantException, RevokeException
from domain.steps.filing import AmendFiling, FileProject
from domain.steps.funding import ArrangeFunds
from domain.steps.guidance_fund import Contribute, Invest
from domain.steps.interconnection import RecordInterconnection, RecordSupply
from domain.steps.security import FileLevel, MarkSecurity, RecordSecurityTest
from domain.steps.sharing import DeclareSharing, WithdrawSharing
from domain.steps.systems import RecordMajorChange, RegisterSystem
from domain.streams import StreamKind
from domain.unit import UnitKind
from infrastructure.bootstrap import Liuhen
from tests.stages import CERTIFICATE, FILING, FUND, NEED, OTHER, OWNER, RESOURCE, WAN


def act(on: str, key: str | None = None) -> Act:
    return Act(
        actor=Actor(account="a", organisation="测试", role=Role.SMART_OFFICE), happened_on=CivilDate.parse(on), key=key
    )


@pytest.fixture
def project(liuhen: Liuhen) -> UUID:
    """Filed and shared by an enrolled unit: ready to be approved."""
    unit = EnrolUnit(uscc=OWNER, name="测试局", kind=UnitKind.COUNTY_DEPT, division="370323")
    enrol_unit(liuhen.desk, unit, act("2018-10-01"))
    filed = file_project(liuhen.desk, FileProject.model_validate(FILING.model_dump()), act("2019-01-05"))
    declare_sharing(liuhen.desk, filed.subject, DeclareSharing(needs=(NEED,), provides=(RESOURCE,)), act("2019-01-06"))
    return filed.subject


OBLIGATION = SetConnectionObligation(
    system_name="老系统", requirement_document="文件", issuer="市", due_on=date(2018, 12, 31)
)
APPROVE = ApproveProject(document_no="源审〔2019〕1号", approver="主管部门")


class Interruption:
    """Lets one act be recorded after a decision was judged and before it is saved."""

    def __init__(self, liuhen: Liuhen, monkeypatch: pytest.MonkeyPatch) -> None:
        self.liuhen, self.monkeypatch = liuhen, monkeypatch
        self.saves = 0

    def by(self, meanwhile: Callable[[], Outcome]) -> None:
        real = self.liuhen.ledger.record

        def interrupted(*arguments: Any, **options: Any) -> Sequence[Recorded]:
            self.saves += 1
            if self.saves == 1:
                self.monkeypatch.setattr(self.liuhen.ledger, "record", real)
                meanwhile()
                self.monkeypatch.setattr(self.liuhen.ledger, "record", interrupted)
            return real(*arguments, **options)

        self.monkeypatch.setattr(self.liuhen.ledger, "record", interrupted)


@pytest.fixture
def interruption(liuhen: Liuhen, monkeypatch: pytest.MonkeyPatch) -> Interruption:
    return Interruption(liuhen, monkeypatch)


def judged(outcome: Outcome, interruption: Interruption) -> tuple[str, ...]:
    """The rules that blocked, after the first save was refused and the decision judged again."""
    assert interruption.saves == 2
    assert outcome.refused
    assert outcome.judgement is not None
    return outcome.judgement.blocking()


@pytest.mark.clause("G10")
def test_a_sanction_between_judging_and_saving_is_seen(
    liuhen: Liuhen, project: UUID, interruption: Interruption
) -> None:
    """The unit's obligation, long due, is recorded after the approval was judged."""
    interruption.by(lambda: set_obligation(liuhen.desk, OWNER, OBLIGATION, act("2018-10-10")))
    outcome = approve_project(liuhen.desk, project, APPROVE, act("2019-02-01"))
    assert judged(outcome, interruption) == ("G10",)


@pytest.mark.clause("G02")
def test_the_last_exception_revoked_between_judging_and_saving_is_seen(
    liuhen: Liuhen, project: UUID, interruption: Interruption
) -> None:
    alone = FILING.but(categories=(Category.VIDEO_CONFERENCE,))
    amend_filing(liuhen.desk, project, AmendFiling(filing=alone, reason="更正"), act("2019-01-10"))
    paper = {"rule": "G02", "document_no": "源智领〔2019〕1号", "reason": "专项"}
    granted = GrantException.model_validate({**paper, "deciding_body": "领导小组"})
    grant_exception(liuhen.desk, project, granted, act("2019-01-20"))
    revoked = RevokeException.model_validate(paper)
    interruption.by(lambda: revoke_exception(liuhen.desk, project, revoked, act("2019-01-30")))
    outcome = approve_project(liuhen.desk, project, APPROVE, act("2019-02-01"))
    assert judged(outcome, interruption) == ("G02",)


@pytest.fixture
def ripe(liuhen: Liuhen, project: UUID) -> tuple[UUID, UUID, int]:
    """Approved, with all that acceptance asks for. Gives the project, its system and the version of its test."""
    desk = liuhen.desk
    approve_project(desk, project, APPROVE, act("2019-02-01"))
    registered = register_system(desk, project, RegisterSystem(name="系统"), act("2019-03-01"))
    system = registered.recorded[1].stream.id
    mark_security(desk, project, MarkSecurity(phase=SecurityPhase.BUILD), act("2019-04-01"))
    record_level_filing(desk, system, FileLevel(level=3, certificate_no=CERTIFICATE), act("2019-03-10"))
    link = RecordInterconnection(department="公安局", department_uscc=OTHER)
    record_interconnection(desk, system, link, act("2019-05-02"))
    record_supply(desk, system, RecordSupply(resource=RESOURCE.name, platform_code="ZB-1"), act("2019-05-03"))
    report = RecordSecurityTest(
        report_no="T-1", agency="机构", certificate_no=CERTIFICATE, level=3, template="2015", conclusion="符合"
    )
    tested = record_security_test(desk, system, report, act("2019-05-01"))
    return project, system, tested.recorded[0].stream.version


@pytest.mark.clause("G14")
@pytest.mark.parametrize("how", ["withdrawn", "expired", "changed"])
def test_a_test_that_no_longer_serves_between_judging_and_saving_is_seen(
    liuhen: Liuhen, ripe: tuple[UUID, UUID, int], interruption: Interruption, how: str
) -> None:
    """The report is withdrawn, or turns out to be older than its validity, or the system has changed since."""
    project, system, version = ripe
    older = {
        "report_no": "T-1",
        "agency": "机构",
        "certificate_no": CERTIFICATE,
        "level": 3,
        "template": "2015",
        "conclusion": "符合",
    }
    correction = CorrectFact(
        version=version,
        reason="误录",
        replacement=older if how == "expired" else None,
        replacement_happened_on=CivilDate.parse("2018-05-31") if how == "expired" else None,
    )
    change = RecordMajorChange(description="更换数据库")
    meanwhile: dict[str, Callable[[], Outcome]] = {
        "withdrawn": lambda: correct_fact(liuhen.desk, StreamKind.SYSTEM, system, correction, act("2019-05-20")),
        "expired": lambda: correct_fact(liuhen.desk, StreamKind.SYSTEM, system, correction, act("2019-05-20")),
        "changed": lambda: record_major_change(liuhen.desk, system, change, act("2019-05-20")),
    }
    interruption.by(meanwhile[how])
    outcome = accept_project(liuhen.desk, project, AcceptProject(), act("2019-06-01"))
    assert judged(outcome, interruption) == ("G14",)


@pytest.mark.clause("G06")
def test_sharing_withdrawn_between_judging_and_paying_is_seen(
    liuhen: Liuhen, project: UUID, interruption: Interruption
) -> None:
    approve_project(liuhen.desk, project, APPROVE, act("2019-02-01"))
    withdrawal = WithdrawSharing(reason="误报")
    interruption.by(lambda: withdraw_sharing(liuhen.desk, project, withdrawal, act("2019-02-20")))
    money = ArrangeFunds(purpose=FundPurpose.BUILD, year=2019, source=FundSource.GOV_BUDGET, amount=WAN)
    outcome = arrange_funds(liuhen.desk, project, money, act("2019-03-01"))
    assert judged(outcome, interruption) == ("G06",)


def test_without_guards_the_approval_would_slip_through(
    liuhen: Liuhen, project: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The test above bites: with the guards taken away, the outdated approval is saved."""
    real = liuhen.ledger.record

    def unguarded(events: Any, *, guards: Any = (), request: Any = None) -> Sequence[Recorded]:
        monkeypatch.setattr(liuhen.ledger, "record", real)
        set_obligation(liuhen.desk, OWNER, OBLIGATION, act("2018-10-10"))
        return real(events, request=request)

    monkeypatch.setattr(liuhen.ledger, "record", unguarded)
    assert not approve_project(liuhen.desk, project, APPROVE, act("2019-02-01")).refused


def test_filings_at_once_take_each_number_once(liuhen: Liuhen, project: UUID) -> None:
    command = FileProject.model_validate(FILING.model_dump())

    def file(number: int) -> Outcome:
        return file_project(liuhen.desk, command, act("2019-03-01", key=f"k-{number}"))

    with ThreadPoolExecutor(6) as threads:
        outcomes = list(threads.map(file, range(24)))
    numbers = sorted(o.events[0].model_dump()["number"] for o in outcomes)
    assert [n.split("-")[3] for n in numbers] == [f"{n:06d}" for n in range(2, 26)]


def test_two_approvals_at_once_give_one(liuhen: Liuhen, project: UUID) -> None:
    with ThreadPoolExecutor(4) as threads:
        asked = [
            threads.submit(approve_project, liuhen.desk, project, APPROVE, act("2019-02-01", key=f"k-{n}"))
            for n in range(4)
        ]
        done = [future for future in asked if future.exception() is None]
    assert len(done) == 1


@pytest.mark.clause("F06")
def test_investments_at_once_never_overdraw_the_fund(liuhen: Liuhen, project: UUID) -> None:
    approve_project(liuhen.desk, project, APPROVE, act("2019-02-01"))
    contribution = Contribute(contributor="县财政局", amount=Money.fen_of(100), document_no="源财〔2019〕1号")
    contribute_to_fund(liuhen.desk, contribution, act("2019-02-02"))
    command = Invest(project=project, amount=Money.fen_of(30), stage=InvestmentStage.BUILD)

    def invest(number: int) -> Outcome:
        return invest_from_fund(liuhen.desk, command, act("2019-03-01", key=f"k-{number}"))

    with ThreadPoolExecutor(6) as threads:
        outcomes = list(threads.map(invest, range(12)))
    assert sum(not o.refused for o in outcomes) == 3
    assert {o.judgement.blocking() for o in outcomes if o.judgement is not None and o.refused} == {("F06",)}
    fund = fold(GuidanceFund(id=FUND), liuhen.ledger.read(StreamKind.GUIDANCE_FUND, FUND))
    assert fund.balance_fen == 10
    assert len(fund.refusals) == 9
