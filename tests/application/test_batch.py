"""A batch gives what its acts give one after the other, whatever it holds and whoever writes meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from application.act import Act
from application.approval import approve_project
from application.batch import Answer, record_rows
from application.building import report_progress
from application.correcting import correct_fact
from application.desk import BusyError, Outcome
from application.enrolment import enrol_unit
from application.filing import file_project
from application.funding import arrange_funds
from application.ports import Desk, KeyReusedError, NewEvent, RequestKey
from application.sharing import declare_sharing
from application.systems import register_system
from domain.dates import CivilDate
from domain.faults import ActError
from domain.money import Money, MoneyUnit
from domain.project import Category, FundPurpose, FundSource
from domain.recorded import Actor, Recorded, Role
from domain.steps.approval import ApproveProject
from domain.steps.building import ReportProgress
from domain.steps.correcting import CorrectFact
from domain.steps.enrolment import EnrolUnit
from domain.steps.filing import FileProject
from domain.steps.funding import ArrangeFunds
from domain.steps.sharing import DeclareSharing
from domain.steps.systems import RegisterSystem
from domain.streams import StreamAt, StreamKind, requested_id
from domain.unit import UnitKind
from tests.memory import MemoryLedger, memory_desk
from tests.stages import FILING, NEED, OTHER, OWNER, RESOURCE

ACTOR = Actor(account="batch", organisation="县智慧办", role=Role.SMART_OFFICE)
EMPTY = memory_desk()

Step = tuple[str, int, str, int]
"""Which act, on which project, under which key, and a number that makes requests differ."""
ACTS = ("enrol", "file", "progress", "share", "approve", "system", "arrange", "correct", "wrong kind")
PERSONS = (UUID(int=11), UUID(int=12), None)
"""Whoever acts, by the number of the step: what one person did in the rows before counts against it (S01)."""
STEPS = st.lists(
    st.tuples(st.sampled_from(ACTS), st.integers(0, 1), st.sampled_from("abcdefgh"), st.integers(1, 3)), max_size=8
)


def project(number: int) -> UUID:
    """The project that is filed under the key p0 or p1."""
    return requested_id("batch", f"p{number}")


def row(step: Step) -> Callable[[Desk], Outcome]:
    what, number, key, variant = step
    subject = project(number)
    actor = ACTOR.but(person=PERSONS[variant % 3])
    act = Act(actor, CivilDate.parse("2019-06-01"), key=f"p{number}" if what == "file" else key)
    match what:
        case "enrol":
            unit = EnrolUnit(uscc=OTHER, name=f"单位{variant}", kind=UnitKind.COUNTY_DEPT, division="370323")
            return lambda desk: enrol_unit(desk, unit, act)
        case "file":
            filing = FileProject.model_validate(FILING.but(categories=(Category.OTHER,)).model_dump())
            return lambda desk: file_project(desk, filing, act)
        case "progress":
            return lambda desk: report_progress(desk, subject, ReportProgress(percent=variant), act)
        case "share":
            sharing = DeclareSharing(needs=(NEED,), provides=(RESOURCE,))
            return lambda desk: declare_sharing(desk, subject, sharing, act)
        case "approve":
            asked = ApproveProject(document_no=f"源审〔2019〕{variant}号", approver="主管部门")
            return lambda desk: approve_project(desk, subject, asked, act)
        case "system":
            return lambda desk: register_system(desk, subject, RegisterSystem(name=f"系统{variant}"), act)
        case "arrange":
            amount = Money.of(str(variant), MoneyUnit.WAN_YUAN)
            funds = ArrangeFunds(purpose=FundPurpose.BUILD, year=2019, source=FundSource.DEPT_BUDGET, amount=amount)
            return lambda desk: arrange_funds(desk, subject, funds, act)
        case "correct":
            correction = CorrectFact(version=variant, reason="录入有误")
            return lambda desk: correct_fact(desk, StreamKind.PROJECT, subject, correction, act)
        case _:
            return lambda desk: correct_fact(desk, StreamKind.SYSTEM, subject, CorrectFact(version=1, reason="错"), act)


def by_itself(desk: Desk, step: Step) -> Answer:
    try:
        return row(step)(desk)
    except (ActError, KeyReusedError) as error:
        return error


def told(answer: Answer) -> Any:
    if isinstance(answer, Outcome):
        return answer.subject, answer.events, [(r.stream, r.position, r.circumstances) for r in answer.recorded]
    return type(answer), getattr(answer, "text", None), getattr(answer, "pointer", None)


def log(desk: Desk) -> list[Any]:
    return [(r.stream, r.position, r.circumstances, r.event) for r in desk.ledger.after(0, 1000)]


def begun(before: Sequence[Step]) -> Desk:
    desk = replace(EMPTY, ledger=MemoryLedger())
    unit = EnrolUnit(uscc=OWNER, name="测试局", kind=UnitKind.COUNTY_DEPT, division="370323")
    enrol_unit(desk, unit, Act(ACTOR, CivilDate.parse("2018-10-01"), key="owner"))
    for step in before:
        by_itself(desk, step)
    return desk


def recorded(desk: Desk, steps: Sequence[Step], *, together: bool = False) -> list[Answer]:
    assert isinstance(desk.ledger, MemoryLedger)
    return record_rows(desk, desk.ledger, [row(s) for s in steps], together=together)


@settings(max_examples=60)
@given(STEPS, STEPS)
def test_a_batch_is_its_acts_one_after_the_other(before: list[Step], steps: list[Step]) -> None:
    one, many = begun(before), begun(before)
    singly = [told(by_itself(one, step)) for step in steps]
    assert [told(a) for a in recorded(many, steps)] == singly
    assert log(many) == log(one)
    # Sent again, it is answered as one act after the other is, and nothing is recorded twice.
    assert [told(a) for a in recorded(many, steps)] == [told(by_itself(one, step)) for step in steps]
    assert log(many) == log(one)
    # What is known afterwards is what is recorded.
    for number in (0, 1):
        kind, step = StreamKind.PROJECT, ("progress", number, "z", 9)
        assert told(by_itself(many, step)) == told(by_itself(one, step)), kind


@settings(max_examples=60)
@given(STEPS, STEPS)
def test_all_or_nothing(before: list[Step], steps: list[Step]) -> None:
    one, many = begun(before), begun(before)
    at_first = log(many)
    singly = [by_itself(one, step) for step in steps]
    together = recorded(many, steps, together=True)
    if all(isinstance(a, Outcome) and not a.refused for a in singly):
        assert [told(a) for a in together] == [told(a) for a in singly]
        assert log(many) == log(one)
    else:
        assert log(many) == at_first
        assert any(not isinstance(a, Outcome) or a.refused for a in together)


class Meddling:
    """A ledger in which another process writes while a batch is decided."""

    def __init__(self, ledger: MemoryLedger, times: int, meddle: Callable[[], object]) -> None:
        self._ledger, self._times, self._meddle = ledger, times, meddle

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ledger, name)

    def record_rows(
        self, rows: Sequence[tuple[RequestKey, Sequence[NewEvent]]], guards: Sequence[StreamAt]
    ) -> Sequence[Sequence[Recorded]]:
        if self._times:
            self._times -= 1
            self._meddle()
        return self._ledger.record_rows(rows, guards)


FILED: list[Step] = [("file", 0, "", 1)]
ROWS: list[Step] = [("progress", 0, "a", 1), ("share", 0, "b", 1), ("progress", 0, "c", 2), ("system", 0, "d", 1)]


@pytest.mark.parametrize("times", [1, 3])
def test_what_moves_meanwhile_is_decided_on(times: int) -> None:
    desk = begun(FILED)
    assert isinstance(desk.ledger, MemoryLedger)

    def meddle() -> None:
        act = Act(ACTOR, CivilDate.parse("2019-06-01"))
        report_progress(
            desk.drafting(desk.ledger, type(desk.states)(desk.ledger)), project(0), ReportProgress(percent=9), act
        )

    answers = record_rows(desk, Meddling(desk.ledger, times, meddle), [row(s) for s in ROWS], together=True)
    first = next(r for a in answers if isinstance(a, Outcome) for r in a.recorded)
    assert first.stream.version == 2 + times
    versions = [r.stream.version for r in desk.ledger.read(StreamKind.PROJECT, project(0))]
    assert versions == list(range(1, len(versions) + 1))


def test_endless_meddling_is_told_as_busy_and_records_nothing() -> None:
    desk = begun(FILED)
    assert isinstance(desk.ledger, MemoryLedger)
    act = Act(ACTOR, CivilDate.parse("2019-06-01"))
    meddling = Meddling(
        desk.ledger,
        10_000,
        lambda: report_progress(begun_on(desk), project(0), ReportProgress(percent=9), act),
    )
    with pytest.raises(BusyError):
        record_rows(desk, meddling, [row(s) for s in ROWS], together=False)
    assert desk.ledger.recall(RequestKey("batch", "a", "")) is None


def begun_on(desk: Desk) -> Desk:
    """Another process on the same ledger."""
    return desk.drafting(desk.ledger, type(desk.states)(desk.ledger))


def test_a_row_without_a_key_is_refused() -> None:
    desk = begun(FILED)
    act = Act(ACTOR, CivilDate.parse("2019-06-01"))
    assert isinstance(desk.ledger, MemoryLedger)
    with pytest.raises(ValueError, match="key"):
        record_rows(
            desk,
            desk.ledger,
            [lambda d: report_progress(d, project(0), ReportProgress(percent=1), act)],
            together=False,
        )


def test_nothing_at_all_is_recorded_of_no_rows() -> None:
    desk = begun(())
    assert recorded(desk, []) == []
    assert isinstance(by_itself(desk, ("progress", 0, uuid4().hex, 1)), ActError)
    assert desk.ledger.position() == 1


class Counting:
    """A ledger that notes how it is read."""

    def __init__(self, ledger: MemoryLedger) -> None:
        self._ledger = ledger
        self.singly: list[UUID] = []
        self.together: list[int] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ledger, name)

    def read(self, kind: StreamKind, stream: UUID, *args: Any, **kwargs: Any) -> Sequence[Recorded]:
        self.singly.append(stream)
        return self._ledger.read(kind, stream, *args, **kwargs)

    def read_each(self, kind: StreamKind, streams: Sequence[UUID]) -> Mapping[UUID, Sequence[Recorded]]:
        self.together.append(len(streams))
        return self._ledger.read_each(kind, streams)


@pytest.mark.parametrize("wrong", [False, True])
def test_what_the_rows_lack_is_read_in_one_go_for_each_kind(*, wrong: bool) -> None:
    """Also when a row is a fault, so that all is decided on the newest states."""
    filed: list[Step] = [("file", 0, "", 1), ("system", 0, "s0", 1), ("file", 1, "", 1), ("system", 1, "s1", 1)]
    desk = begun(filed)
    assert isinstance(desk.ledger, MemoryLedger)
    counting = Counting(desk.ledger)
    cold = replace(desk, ledger=counting)
    steps: list[Step] = [("progress", n % 2, f"k{n}", n + 1) for n in range(20)]
    rows = [row(step) for step in steps]
    if wrong:
        act, missing = Act(ACTOR, CivilDate.parse("2019-06-01"), key="wrong"), uuid4()
        rows.append(lambda desk: report_progress(desk, missing, ReportProgress(percent=1), act))
    answers = record_rows(cold, counting, rows, together=False)
    assert [isinstance(a, Outcome) for a in answers] == [True] * 20 + [False] * wrong
    assert counting.singly == []
    projects, systems, units = 2 + wrong, 2, 1
    assert sorted(counting.together) == sorted([projects] * (1 + wrong) + [systems, units])


def test_a_row_that_asks_for_something_else_each_time_does_not_go_on_for_ever() -> None:
    desk = begun(FILED)
    assert isinstance(desk.ledger, MemoryLedger)
    act = Act(ACTOR, CivilDate.parse("2019-06-01"), key="k")
    asking = lambda desk: report_progress(desk, uuid4(), ReportProgress(percent=1), act)  # noqa: E731
    with pytest.raises(BusyError):
        record_rows(desk, desk.ledger, [asking], together=False)


def test_what_was_read_for_a_batch_is_known_afterwards() -> None:
    desk = begun(FILED)
    assert isinstance(desk.ledger, MemoryLedger)
    counting = Counting(desk.ledger)
    cold = replace(desk, ledger=counting)
    record_rows(cold, counting, [row(("progress", 0, "a", 1))], together=False)
    counting.together.clear()
    record_rows(cold, counting, [row(("progress", 0, "b", 2))], together=False)
    assert (counting.singly, counting.together) == ([], [])
