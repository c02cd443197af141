"""The use cases of the county's governance over a ledger in memory: what is read, guarded and recorded."""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid4

import pytest

from application.act import Act
from application.connection import set_obligation
from application.desk import Outcome, Reading
from application.enrolment import enrol_unit
from application.exceptions import grant_exception
from application.filing import file_project
from application.meetings import hold_meeting, record_decision
from application.oversight import lift_measure, take_measure
from application.ports import Desk
from application.responsibility import succeed_unit
from application.supervision import close_supervision_item, open_supervision_item, reply_to_item
from application.tasks import assign_task, complete_task
from domain.dates import CivilDate
from domain.faults import BadFieldError, UnknownSubjectError
from domain.meeting import AgendaItem, Attendee, MatterKind
from domain.oversight import Measure
from domain.project import Category
from domain.recorded import Actor, Evidence, Role
from domain.steps.connection import SetConnectionObligation
from domain.steps.enrolment import EnrolUnit
from domain.steps.exceptions import ExceptionGranted, GrantException
from domain.steps.filing import FileProject
from domain.steps.meetings import HoldMeeting, RecordDecision
from domain.steps.oversight import LiftMeasure, TakeMeasure
from domain.steps.responsibility import SucceedUnit
from domain.steps.supervision import CloseItem, OpenSupervisionItem, ReplyToItem, SupervisionItemOpened
from domain.steps.tasks import AssignTask, CompleteTask
from domain.streams import StreamKind, county_id
from domain.unit import UnitKind
from tests.memory import memory_desk
from tests.stages import FILING, OTHER, OWNER

PAPER = Evidence(sha256="a" * 64, title="完成报告")


def on(day: str, **circumstances: object) -> Act:
    actor = Actor(account="test", organisation="县智慧办", role=Role.SMART_OFFICE)
    return Act(actor=actor, happened_on=CivilDate.parse(day), **circumstances)  # type: ignore[arg-type]


@pytest.fixture
def desk() -> Desk:
    """Two enrolled units."""
    made = memory_desk()
    for uscc in (OWNER, OTHER):
        command = EnrolUnit(uscc=uscc, name="测试局", kind=UnitKind.COUNTY_DEPT, division="370323")
        enrol_unit(made, command, on("2018-10-01"))
    return made


def filed(desk: Desk) -> UUID:
    filing = FILING.but(categories=(Category.VIDEO_CONFERENCE,))
    return file_project(desk, FileProject.model_validate(filing.model_dump()), on("2019-01-05")).subject


def held(desk: Desk) -> Outcome:
    command = HoldMeeting(
        attendees=(Attendee(organisation="县政府办公室"),),
        agenda=(AgendaItem(kind=MatterKind.MAJOR_MATTER, title="例外"),),
        minutes_document="源智领纪〔2019〕1号",
    )
    return hold_meeting(desk, command, on("2019-01-20"))


def decided(desk: Desk, *projects: UUID, rule: str | None = "G02") -> Outcome:
    command = RecordDecision(
        meeting=1,
        kind=MatterKind.MAJOR_MATTER,
        document_no="源智领〔2019〕1号",
        content="同意单独建设",
        projects=projects,
        exception_rule=rule,
    )
    return record_decision(desk, command, on("2019-01-21"))


GRANT = GrantException(
    rule="G02", reason="集体研究同意", deciding_body="县领导小组", document_no="源智领〔2019〕1号", decision=1
)


class TestCitedDecision:
    """重大事项…集体研究: an exception may cite the decision that grants it."""

    @pytest.mark.clause("O02")
    def test_it_is_recorded_on_the_ground_of_the_county(self, desk: Desk) -> None:
        project = filed(desk)
        held(desk)
        decided(desk, project)
        outcome = grant_exception(desk, project, GRANT, on("2019-01-25"))
        event = outcome.events[0]
        assert isinstance(event, ExceptionGranted)
        assert event.decision == 1
        grounds = {(s.kind, s.id): s.version for s in outcome.recorded[0].circumstances.based_on}
        assert grounds[StreamKind.COUNTY, county_id("370323")] == 2
        (standing,) = Reading(desk, on("2019-01-25"), uuid4()).project(project).exceptions
        assert (standing.rule, standing.decision) == ("G02", 1)

    @pytest.mark.clause("O02")
    @pytest.mark.parametrize(
        ("changes", "pointer", "said"),
        [
            ({"decision": 2}, "/act/decision", "没有此序号的决定"),
            ({"rule": "G11"}, "/act/decision", "未同意G11"),
            ({"document_no": "源智领〔2019〕2号"}, "/act/document_no", "源智领〔2019〕1号"),
        ],
    )
    def test_it_must_be_that_decision(self, desk: Desk, changes: dict[str, object], pointer: str, said: str) -> None:
        project = filed(desk)
        held(desk)
        decided(desk, project)
        with pytest.raises(BadFieldError, match=said) as refused:
            grant_exception(desk, project, GRANT.but(**changes), on("2019-01-25"))
        assert refused.value.pointer == pointer

    def test_it_must_name_this_project_and_not_be_younger(self, desk: Desk) -> None:
        one, other = filed(desk), filed(desk)
        held(desk)
        decided(desk, one)
        with pytest.raises(BadFieldError, match="不涉及本项目"):
            grant_exception(desk, other, GRANT, on("2019-01-25"))
        with pytest.raises(BadFieldError, match="早于该决定") as refused:
            grant_exception(desk, one, GRANT, on("2019-01-20"))
        assert refused.value.pointer == "/happened_on"

    def test_without_a_decision_the_county_is_not_read(self, desk: Desk) -> None:
        outcome = grant_exception(desk, filed(desk), GRANT.but(decision=None), on("2019-01-25"))
        assert StreamKind.COUNTY not in {s.kind for s in outcome.recorded[0].circumstances.based_on}


def test_a_decision_names_known_projects_only(desk: Desk) -> None:
    held(desk)
    with pytest.raises(UnknownSubjectError):
        decided(desk, uuid4())
    assert decided(desk, rule=None).recorded[0].stream.kind is StreamKind.COUNTY


@pytest.mark.clause("O07")
def test_a_task_is_completed_with_its_papers(desk: Desk) -> None:
    task = AssignTask(
        item="迁移",
        responsible_post="局长",
        due_on=date(2018, 12, 31),
        issuer="县智慧办",
        document_no="源智办〔2018〕1号",
    )
    assign_task(desk, OWNER, task, on("2018-10-08"))
    outcome = complete_task(desk, OWNER, CompleteTask(task=1), on("2018-12-31", evidence=(PAPER,)))
    assert outcome.recorded[0].circumstances.evidence == (PAPER,)
    (done,) = Reading(desk, on("2019-01-01"), uuid4()).unit(OWNER).tasks
    assert done.overdue_days(date(2019, 6, 1)) == 0


@pytest.mark.clause("O18")
def test_an_item_goes_round_until_it_is_closed(desk: Desk) -> None:
    opening = OpenSupervisionItem(
        matter="核实", issuer="县政府督查室", document_no="源督〔2019〕1号", reply_within_working_days=5
    )
    event = open_supervision_item(desk, OWNER, opening, on("2019-09-27")).events[0]
    assert isinstance(event, SupervisionItemOpened)
    assert event.reply_due == date(2019, 10, 10)
    reply_to_item(desk, OWNER, ReplyToItem(item=1, reply="已核实"), on("2019-10-10"))
    again = CloseItem(item=1, accepted=False, reason="缺少佐证", reply_due=date(2019, 10, 31))
    close_supervision_item(desk, OWNER, again, on("2019-10-11"))
    reply_to_item(desk, OWNER, ReplyToItem(item=1, reply="附佐证"), on("2019-10-30"))
    close_supervision_item(desk, OWNER, CloseItem(item=1, accepted=True), on("2019-11-01"))
    item = Reading(desk, on("2019-11-01"), uuid4()).unit(OWNER).supervision_item(1)
    assert item is not None
    assert [str(item.state(date(2019, 11, d))) for d in (1, 30)] == ["CLOSED", "CLOSED"]


def test_an_unknown_unit_has_no_items_and_no_successor(desk: Desk) -> None:
    unknown = "91350100M000100Y43"
    opening = OpenSupervisionItem(
        matter="核实", issuer="县政府督查室", document_no="源督〔2019〕1号", reply_due=date(2019, 10, 10)
    )
    with pytest.raises(UnknownSubjectError):
        open_supervision_item(desk, unknown, opening, on("2019-09-27"))
    follow = SucceedUnit(successor_uscc=unknown, document_no="源编〔2019〕3号", since=date(2019, 3, 20))
    with pytest.raises(BadFieldError, match="未登记"):
        succeed_unit(desk, OWNER, follow, on("2019-03-20"))
    outcome = succeed_unit(desk, OWNER, follow.but(successor_uscc=OTHER), on("2019-03-20"))
    assert [s.version for s in outcome.recorded[0].circumstances.based_on] == [1]


@pytest.mark.clause("O18")
def test_measures_stand_in_the_project(desk: Desk) -> None:
    project = filed(desk)
    order = TakeMeasure(
        measure=Measure.RECTIFICATION, reason="滞后", document_no="源智办〔2019〕5号", due_on=date(2019, 5, 1)
    )
    take_measure(desk, project, order, on("2019-04-01"))
    take_measure(desk, project, order.but(measure=Measure.CRITICISM), on("2019-05-02"))
    lift_measure(
        desk, project, LiftMeasure(measure=2, document_no="源智办〔2019〕7号", reason="完成"), on("2019-06-01")
    )
    state = Reading(desk, on("2019-06-01"), uuid4()).project(project)
    assert [m.measure for m in state.open_measures(date(2019, 5, 31))] == [Measure.RECTIFICATION, Measure.CRITICISM]
    assert [m.measure for m in state.open_measures(date(2019, 6, 1))] == [Measure.RECTIFICATION]


def test_the_other_duties_of_a_unit_are_untouched(desk: Desk) -> None:
    obligation = SetConnectionObligation(
        system_name="老系统",
        requirement_document="淄政办发〔2017〕45号",
        issuer="市政府办公厅",
        due_on=date(2018, 12, 31),
    )
    set_obligation(desk, OWNER, obligation, on("2018-10-10"))
    assert len(Reading(desk, on("2018-10-10"), uuid4()).unit(OWNER).obligations) == 1
