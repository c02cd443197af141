"""What is known of streams: never a wrong decision by it, whoever else writes, and fewer reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.act import Act
from application.building import record_change, report_progress
from application.correcting import correct_fact
from application.desk import Reading
from application.enrolment import enrol_unit
from application.filing import file_project
from application.ports import Desk
from application.states import States
from domain.dates import CivilDate
from domain.evolve import fold
from domain.faults import BadFieldError, UnknownSubjectError
from domain.project import Category, Project
from domain.recorded import Actor, Recorded, Role
from domain.rule import text
from domain.steps.building import RecordChange, ReportProgress
from domain.steps.correcting import CorrectFact
from domain.steps.enrolment import EnrolUnit
from domain.steps.filing import FileProject
from domain.streams import StreamKind
from domain.unit import UnitKind
from tests.memory import MemoryLedger, memory_desk
from tests.stages import FILING, OWNER

KIND = StreamKind.PROJECT
EMPTY = memory_desk()


def on(day: str = "2019-03-01", **circumstances: Any) -> Act:
    actor = Actor(account="test", organisation="县智慧办", role=Role.SMART_OFFICE)
    return Act(actor=actor, happened_on=CivilDate.parse(day), **circumstances)


class Counting:
    """A ledger that counts how often it is read, and how many events were read."""

    def __init__(self, ledger: Any) -> None:
        self._ledger = ledger
        self.reads: list[int] = []

    def read(self, *args: Any, **kwargs: Any) -> Sequence[Recorded]:
        history: Sequence[Recorded] = self._ledger.read(*args, **kwargs)
        self.reads.append(len(history))
        return history

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ledger, name)


@pytest.fixture
def desks() -> tuple[Desk, Desk]:
    """Two processes on one log."""
    one = memory_desk()
    return one, replace(one, ledger=one.ledger)


def filed(desk: Desk) -> UUID:
    unit = EnrolUnit(uscc=OWNER, name="测试局", kind=UnitKind.COUNTY_DEPT, division="370323")
    enrol_unit(desk, unit, on("2018-10-01"))
    filing = FILING.but(categories=(Category.VIDEO_CONFERENCE,))
    return file_project(desk, FileProject.model_validate(filing.model_dump()), on("2019-01-05")).subject


def percent(desk: Desk, project: UUID) -> int | None:
    progress = Reading(desk, on(), uuid4()).project(project).progress
    return progress.percent if progress else None


def test_what_was_just_recorded_is_known_without_reading(desks: tuple[Desk, Desk]) -> None:
    project = filed(desks[0])
    counting = Counting(desks[0].ledger)
    desk = replace(desks[0], ledger=counting)
    report_progress(desk, project, ReportProgress(percent=10), on())
    counting.reads.clear()
    report_progress(desk, project, ReportProgress(percent=20), on())
    assert counting.reads == []
    assert percent(desk, project) == 20
    assert counting.reads == [0], "the newest state is what is known, carried forward by what came since"


def test_what_another_process_recorded_is_found_by_the_guarded_save(desks: tuple[Desk, Desk]) -> None:
    here, there = desks
    project = filed(here)
    report_progress(there, project, ReportProgress(percent=10), on())
    for n in range(11, 15):
        report_progress(here, project, ReportProgress(percent=n), on())
        report_progress(there, project, ReportProgress(percent=n + 50), on())
    versions = [e.stream.version for e in here.ledger.read(KIND, project)]
    assert versions == list(range(1, len(versions) + 1))
    assert percent(here, project) == percent(there, project) == 64


def test_a_fault_is_told_on_the_newest_state_only(desks: tuple[Desk, Desk]) -> None:
    """Here nothing is known of the project yet; there it was filed. The first decision would say: unknown."""
    here, there = desks
    wanted = on(key="k")
    missing = uuid4()
    with pytest.raises(UnknownSubjectError):
        report_progress(here, missing, ReportProgress(percent=1), wanted)
    project = filed(there)
    here.states._keep(KIND, Project(id=project))  # what a look before the filing left behind
    assert report_progress(here, project, ReportProgress(percent=1), on()).recorded


def test_a_dry_run_judges_the_newest_state(desks: tuple[Desk, Desk]) -> None:
    here, there = desks
    project = filed(here)
    report_progress(there, project, ReportProgress(percent=10), on())
    seen = []
    original = Reading.project

    def project_of(reading: Reading, *args: Any, **kwargs: Any) -> Project:
        state = original(reading, *args, **kwargs)
        seen.append(state.version)
        return state

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Reading, "project", project_of)
        report_progress(here, project, ReportProgress(percent=20), on(dry_run=True))
    assert seen == [2]


def test_a_repeated_request_keeps_its_answer_when_it_would_be_a_fault_today(desks: tuple[Desk, Desk]) -> None:
    """A key stands for what it recorded, also when the same act could not be taken any more."""
    here, _ = desks
    project = filed(here)
    change = RecordChange(reason="缩减范围", decided_by="主管部门", content="减少一个模块")
    first = record_change(here, project, change, on(key="k"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("application.building.change", _impossible)
        assert record_change(here, project, change, on(key="k")).recorded == first.recorded
        with pytest.raises(BadFieldError):
            record_change(here, project, change, on(key="another"))


def _impossible(*_: object) -> None:
    raise BadFieldError(text("不可办理", "impossible"), "/act")


def test_least_used_states_go_first() -> None:
    desk = memory_desk()
    states = States(desk.ledger, largest=2)
    ids = [uuid4() for _ in range(3)]
    for stream in ids:
        states.newest(KIND, Project(id=stream))
    assert [key[1] for key in states._known] == [stream.int for stream in ids[1:]]


@given(
    st.lists(
        st.tuples(
            st.integers(0, 1), st.sampled_from(["progress", "change", "withdraw", "replace"]), st.integers(0, 99)
        ),
        max_size=12,
    )
)
def test_what_is_known_equals_a_fold_of_the_whole_history(acts: list[tuple[int, str, int]]) -> None:
    """Two processes act in any order, with corrections: neither ever knows anything but what a fresh fold gives."""
    one = replace(EMPTY, ledger=MemoryLedger())
    desks = (one, replace(one, ledger=one.ledger))
    project = filed(one)
    for who, what, number in acts:
        desk = desks[who]
        history = desk.ledger.read(KIND, project)
        facts = [e for e in history if e.event.TOPIC == "project.progress_reported"]
        if what == "progress":
            report_progress(desk, project, ReportProgress(percent=number), on())
        elif what == "change":
            record_change(desk, project, RecordChange(reason="r", decided_by="d", content=str(number)), on())
        elif facts:
            target = facts[number % len(facts)].stream.version
            replacement = {"percent": number, "summary": ""} if what == "replace" else None
            command = CorrectFact(version=target, reason="误录", replacement=replacement)
            correct_fact(desk, KIND, project, command, on())
        fresh = fold(Project(id=project), desk.ledger.read(KIND, project))
        for each in desks:
            assert each.states.newest(KIND, Project(id=project)) == fresh
