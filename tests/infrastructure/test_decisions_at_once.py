"""Two officers at once, on real PostgreSQL: what falls between judging and saving never lets a decision slip through."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from application.approval import approve_project
from application.connection import set_obligation
from application.desk import Act, Outcome
from application.enrolment import enrol_unit
from application.filing import file_project
from application.guidance_fund import contribute_to_fund, invest_from_fund
from application.sharing import declare_sharing
from domain.dates import CivilDate
from domain.evolve import fold
from domain.guidance_fund import GuidanceFund, InvestmentStage
from domain.money import Money
from domain.recorded import Actor, Recorded, Role
from domain.steps.approval import ApproveProject
from domain.steps.connection import SetConnectionObligation
from domain.steps.enrolment import EnrolUnit
from domain.steps.filing import FileProject
from domain.steps.guidance_fund import Contribute, Invest
from domain.steps.sharing import DeclareSharing
from domain.streams import StreamKind
from domain.unit import UnitKind
from infrastructure.bootstrap import Liuhen
from tests.stages import FILING, FUND, NEED, OWNER, RESOURCE


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


def test_a_sanction_between_judging_and_saving_is_seen(
    liuhen: Liuhen, project: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The unit's obligation is recorded after the approval was judged: the save is refused and judged again (G10)."""
    real = liuhen.ledger.record
    saves: list[int] = []

    def interrupted(*arguments: Any, **options: Any) -> Sequence[Recorded]:
        saves.append(len(saves))
        if len(saves) == 1:
            monkeypatch.setattr(liuhen.ledger, "record", real)
            set_obligation(liuhen.desk, OWNER, OBLIGATION, act("2018-10-10"))
            monkeypatch.setattr(liuhen.ledger, "record", interrupted)
        return real(*arguments, **options)

    monkeypatch.setattr(liuhen.ledger, "record", interrupted)
    outcome = approve_project(liuhen.desk, project, APPROVE, act("2019-02-01"))
    assert len(saves) == 2
    assert outcome.refused
    assert outcome.judgement is not None
    assert outcome.judgement.blocking() == ("G10",)


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
