"""A unit: who answers for it, its tasks, and the supervision it is under."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest
from pydantic import ValidationError

from domain.dates import CivilDate
from domain.faults import ActError, BadFieldError
from domain.steps.enrolment import UnitEnrolled
from domain.steps.responsibility import (
    AppointHead,
    CheckUnifications,
    ContactNamed,
    HeadAppointed,
    NameContact,
    RenameUnit,
    SucceedUnit,
    UnificationsChecked,
    UnitRenamed,
    UnitSucceeded,
    appoint,
    check_unifications,
    name_contact,
    rename,
    succeed,
)
from domain.steps.supervision import (
    CloseItem,
    OpenSupervisionItem,
    ReplyToItem,
    SupervisionItemClosed,
    SupervisionItemOpened,
    SupervisionItemReplied,
    close_item,
    open_item,
    reply,
)
from domain.steps.tasks import (
    AssignTask,
    CompleteTask,
    ExtendTask,
    TaskAssigned,
    TaskCompleted,
    TaskExtended,
    assign,
    complete,
    extend,
)
from domain.supervision_item import SupervisionState
from domain.unit import Unit, UnitKind, without_contact
from infrastructure.calendars import load_calendar
from tests.folding import unit
from tests.given import Dated
from tests.stages import ENROLLED, OTHER

CALENDAR = load_calendar()
PROBE = UUID(int=99)


def day(text: str) -> date:
    return date.fromisoformat(text)


class TestHead:
    """各级行政首长负责; 各级各部门各单位要实行“一把手”负责制"""

    @pytest.mark.clause("O06")
    @pytest.mark.clause("O26")
    def test_the_head_of_a_day_is_a_duty_with_its_days(self) -> None:
        first = HeadAppointed(post="局长", since=day("2019-01-10"), until=day("2020-12-31"))
        acting = HeadAppointed(post="主持工作的副局长", since=day("2021-02-01"))
        state = unit(ENROLLED, ("2019-01-10", first), ("2021-02-01", acting))
        told = {
            "2019-01-09": None,
            "2019-01-10": "局长",
            "2020-12-31": "局长",
            "2021-01-01": None,
            "2021-02-01": "主持工作的副局长",
        }
        assert {d: state.head_post_on(day(d)) for d in told} == told
        assert state.head_post == "主持工作的副局长"

    def test_the_head_named_at_enrolment_counts_from_then(self) -> None:
        on, enrolled = ENROLLED
        state = unit((on, enrolled.but(head_post="镇长", contact_office="党政办")))
        assert state.head_post_on(day("2018-09-30")) is None
        assert state.head_post_on(day("2018-10-01")) == "镇长"
        contact = state.contact_on(day("2018-10-01"))
        assert contact is not None
        assert contact.office == "党政办"

    def test_of_two_from_the_same_day_the_last_recorded_counts(self) -> None:
        day_one = day("2018-10-01")
        state = unit(
            (ENROLLED[0], ENROLLED[1].but(head_post="镇长", contact_office="党政办")),
            ("2018-10-02", HeadAppointed(post="代镇长", since=day_one)),
            ("2018-10-02", ContactNamed(office="信息办", since=day_one)),
        )
        assert (state.head_post, state.head_post_on(day_one)) == ("代镇长", "代镇长")
        assert state.contact_office == "信息办"

    def test_a_duty_does_not_end_before_it_begins(self) -> None:
        command = AppointHead(post="局长", since=day("2019-01-10"), until=day("2019-01-09"))
        with pytest.raises(BadFieldError, match="早于"):
            appoint(unit(ENROLLED), command)
        assert appoint(unit(ENROLLED), command.but(until=None)) == HeadAppointed(post="局长", since=day("2019-01-10"))


class TestContact:
    """明确统一的机构（科室）或专人负责，层层建立责任制"""

    @pytest.mark.clause("O05")
    def test_a_unit_without_an_office_or_post_is_listed_as_missing(self) -> None:
        named = unit(
            ENROLLED, ("2019-01-11", name_contact(unit(ENROLLED), NameContact(post="科长", since=day("2019-01-11"))))
        )
        bare = unit(ENROLLED)
        assert without_contact([named, bare], day("2019-01-10")) == (named, bare)
        assert without_contact([named, bare], day("2019-01-11")) == (bare,)
        assert without_contact([bare, Unit(id=bare.id)], day("2018-09-30")) == ()
        assert named.contact_office == "科长"

    @pytest.mark.clause("O05")
    def test_an_office_or_a_post_is_needed(self) -> None:
        with pytest.raises(BadFieldError, match="机构（科室）或专人"):
            name_contact(unit(ENROLLED), NameContact(since=day("2019-01-11")))

    def test_the_newest_contact_of_the_day_counts(self) -> None:
        later = ("2019-01-01", ContactNamed(office="大数据科", since=day("2020-01-01")))
        earlier = ("2019-02-01", ContactNamed(office="信息科", since=day("2019-02-01")))
        state = unit(ENROLLED, later, earlier)
        found = [state.contact_on(day(d)) for d in ("2019-12-31", "2020-01-01")]
        assert [c and c.office for c in found] == ["信息科", "大数据科"]
        assert state.contact_office == "大数据科"


class TestReform:
    """The county reform of 2019: bodies are renamed, or follow each other."""

    def test_a_name_counts_from_its_day(self) -> None:
        renamed = rename(
            unit(ENROLLED), RenameUnit(name="新名局", document_no="源编〔2019〕1号", since=day("2019-02-01"))
        )
        state = unit(ENROLLED, ("2019-02-01", renamed))
        assert (state.name_on(day("2019-01-31")), state.name_on(day("2019-02-01"))) == ("测试局", "新名局")
        assert state.name == "新名局"
        with pytest.raises(BadFieldError, match="已用此名称"):
            rename(state, RenameUnit(name="新名局", document_no="?", since=day("2020-01-01")))
        assert rename(state, RenameUnit(name="测试局", document_no="?", since=day("2020-01-01"))) == UnitRenamed(
            name="测试局", document_no="?", since=day("2020-01-01")
        )

    def test_an_enrolled_unit_follows_once(self) -> None:
        command = SucceedUnit(successor_uscc=OTHER, document_no="源编〔2019〕3号", since=day("2019-03-20"))
        gone = unit(ENROLLED)
        enrolled = UnitEnrolled(uscc=OTHER, name="承继局", kind=UnitKind.COUNTY_DEPT, division="370323")
        successor = unit(("2019-01-01", enrolled)).but(id=PROBE)
        event = succeed(gone, command, successor)
        assert event == UnitSucceeded(
            successor_uscc=OTHER, successor="承继局", document_no="源编〔2019〕3号", since=day("2019-03-20")
        )
        state = unit(ENROLLED, ("2019-03-20", event))
        assert without_contact([state], day("2019-03-19")) == (state,)
        assert without_contact([state], day("2019-03-20")) == ()
        with pytest.raises(ActError, match="已登记由承继局承继"):
            succeed(state, command, successor)
        with pytest.raises(BadFieldError, match="自身"):
            succeed(gone, command, gone)
        with pytest.raises(BadFieldError, match="未登记"):
            succeed(gone, command, Unit(id=PROBE))


@pytest.mark.clause("O04")
def test_the_four_unifications_are_checked_item_by_item() -> None:
    """统一机构、统一规划、统一网络、统一软件"""
    command = CheckUnifications(
        one_body=True, one_plan=True, one_network=False, one_software=True, document_no="源智办〔2019〕2号"
    )
    first = check_unifications(unit(ENROLLED), command)
    second = UnificationsChecked(**dict(command.but(one_network=True)))
    state = unit(ENROLLED, ("2019-02-02", first), ("2020-02-02", second))
    assert state.unifications_on(day("2019-02-01")) is None
    then, now = state.unifications_on(day("2020-02-01")), state.unifications_on(day("2020-02-02"))
    assert then is not None
    assert now is not None
    assert (then.complete, then.one_network, now.complete) == (False, False, True)
    with pytest.raises(ValidationError, match="one_software"):
        CheckUnifications.model_validate({"one_body": True, "one_plan": True, "one_network": True, "document_no": "?"})


TASK = AssignTask(
    group="SYSTEM_MIGRATION",
    item="业务系统迁移整合",
    responsible_post="局长",
    due_on=date(2018, 12, 31),
    milestone="2018年11月完成清查",
    issuer="县智慧办",
    document_no="源智办〔2018〕1号",
)
ASSIGNED: Dated = ("2018-10-08", TaskAssigned(number=1, **dict(TASK)))


class TestTasks:
    """明确完成时间表和路线图，细化责任清单; 分解细化任务，明确完成时限"""

    def overdue(self, on: str, *events: Dated) -> int:
        task = unit(ENROLLED, ASSIGNED, *events).task(1)
        assert task is not None
        return task.overdue_days(day(on))

    @pytest.mark.clause("O07")
    @pytest.mark.clause("O08")
    def test_the_due_day_itself_is_in_time(self) -> None:
        """2018年年底以前"""
        assert [self.overdue(on) for on in ("2018-10-07", "2018-12-31", "2019-01-01", "2019-01-31")] == [0, 0, 1, 31]
        state = unit(ENROLLED, ASSIGNED)
        assert [t.overdue_days(day("2018-12-31")) for t in state.tasks if t.number == 1] == [0]
        assert [(t.number, t.group) for t in state.tasks if t.overdue_days(day("2019-01-01"))] == [
            (1, "SYSTEM_MIGRATION")
        ]

    @pytest.mark.clause("O07")
    def test_a_completed_task_is_overdue_no_more_but_stays_late(self) -> None:
        done: Dated = ("2019-01-10", TaskCompleted(number=1))
        assert [self.overdue(on, done) for on in ("2019-01-09", "2019-01-10")] == [9, 0]
        task = unit(ENROLLED, ASSIGNED, done).task(1)
        assert task is not None
        assert task.late_days() == 10
        in_time = unit(ENROLLED, ASSIGNED, ("2018-12", TaskCompleted(number=1))).task(1)
        assert in_time is not None
        assert in_time.late_days() == 0
        assert in_time.but(completed_on=None).late_days() == 0

    @pytest.mark.clause("O22")
    def test_an_extension_counts_from_the_day_it_was_decided(self) -> None:
        later: Dated = (
            "2019-01-05",
            TaskExtended(number=1, due_on=day("2019-01-31"), document_no="源智办〔2019〕1号", reason="市平台升级"),
        )
        assert [self.overdue(on, later) for on in ("2019-01-04", "2019-01-05", "2019-01-31", "2019-02-01")] == [
            4,
            0,
            0,
            1,
        ]

    @pytest.mark.clause("O35")
    @pytest.mark.parametrize("post", ["", "  "])
    def test_a_task_without_an_answerable_post_is_no_task(self, post: str) -> None:
        """责任机构明确，上下政令统一"""
        with pytest.raises(ValidationError, match="responsible_post"):
            AssignTask.model_validate({**TASK.model_dump(), "responsible_post": post})

    @pytest.mark.clause("O22")
    def test_every_task_has_its_term(self) -> None:
        with pytest.raises(ValidationError, match="due_on"):
            AssignTask.model_validate({k: v for k, v in TASK.model_dump().items() if k != "due_on"})

    def test_tasks_are_numbered_completed_once_and_only_prolonged(self) -> None:
        state = unit(ENROLLED, ASSIGNED)
        assert assign(unit(ENROLLED), TASK) == ASSIGNED[1]
        assert assign(state, TASK).number == 2
        assert complete(state, CompleteTask(task=1)) == TaskCompleted(number=1)
        prolong = ExtendTask(task=1, due_on=day("2019-01-31"), document_no="源智办〔2019〕1号", reason="市平台升级")
        extended = extend(state, prolong)
        with pytest.raises(BadFieldError, match="晚于现时限2018-12-31"):
            extend(state, prolong.but(due_on=day("2018-12-31")))
        with pytest.raises(BadFieldError, match="晚于现时限2019-01-31"):
            extend(unit(ENROLLED, ASSIGNED, ("2018-12-20", extended)), prolong)
        with pytest.raises(BadFieldError, match="没有此序号"):
            complete(state, CompleteTask(task=2))
        done = unit(ENROLLED, ASSIGNED, ("2018-12-20", TaskCompleted(number=1)))
        with pytest.raises(ActError, match="已完成"):
            complete(done, CompleteTask(task=1))
        with pytest.raises(ActError, match="已完成"):
            extend(done, prolong)

    def test_an_extension_of_an_unknown_task_changes_nothing(self) -> None:
        stray: Dated = ("2019-01-05", TaskExtended(number=9, due_on=day("2019-01-31"), document_no="?", reason="?"))
        assert unit(ENROLLED, stray).tasks == ()


OPENED: Dated = (
    "2019-03-04",
    SupervisionItemOpened(
        number=1,
        matter="核实数据质量",
        issuer="县政府督查室",
        document_no="源督〔2019〕1号",
        reply_due=date(2019, 3, 11),
    ),
)
REPLIED: Dated = ("2019-03-08", SupervisionItemReplied(number=1, reply="已核实"))
RETURNED: Dated = (
    "2019-03-12",
    SupervisionItemClosed(number=1, accepted=False, reason="缺少佐证", reply_due=date(2019, 3, 19)),
)
CLOSED: Dated = ("2019-03-12", SupervisionItemClosed(number=1, accepted=True))


class TestSupervision:
    """纳入县政府重点督查考核内容"""

    def state(self, on: str, *events: Dated) -> SupervisionState | None:
        item = unit(ENROLLED, OPENED, *events).supervision_item(1)
        assert item is not None
        return item.state(day(on))

    @pytest.mark.clause("O18")
    def test_an_item_without_a_reply_is_overdue_after_its_due_day(self) -> None:
        assert self.state("2019-03-03") is None
        assert self.state("2019-03-11") is SupervisionState.OPEN
        assert self.state("2019-03-12") is SupervisionState.OVERDUE

    @pytest.mark.clause("O18")
    def test_a_reply_that_is_accepted_closes_it(self) -> None:
        told = {"2019-03-07": "OPEN", "2019-03-08": "REPLIED", "2019-03-11": "REPLIED", "2019-03-12": "CLOSED"}
        assert {on: str(self.state(on, REPLIED, CLOSED)) for on in told} == told

    @pytest.mark.clause("O18")
    def test_a_reply_that_is_not_accepted_reopens_it_with_a_new_day(self) -> None:
        told = {"2019-03-11": "REPLIED", "2019-03-12": "OPEN", "2019-03-19": "OPEN", "2019-03-20": "OVERDUE"}
        assert {on: str(self.state(on, REPLIED, RETURNED)) for on in told} == told
        item = unit(ENROLLED, OPENED, REPLIED, RETURNED).supervision_item(1)
        assert item is not None
        assert [(r.reply_due, r.accepted) for r in item.rounds] == [
            (day("2019-03-11"), False),
            (day("2019-03-19"), None),
        ]

    ASK = OpenSupervisionItem(matter="核实数据质量", issuer="县政府督查室", document_no="源督〔2019〕1号")
    ON = CivilDate.parse("2019-04-26")

    @pytest.mark.clause("O18")
    def test_a_period_in_working_days_becomes_a_day(self) -> None:
        """28 April and 5 May 2019 were worked Sundays, 1 to 4 May were off."""
        event = open_item(unit(ENROLLED), self.ASK.but(reply_within_working_days=5), self.ON, CALENDAR)
        assert isinstance(event, SupervisionItemOpened)
        assert event.reply_due == day("2019-05-06")

    def test_no_day_is_guessed_in_a_year_without_a_notice(self) -> None:
        late = CivilDate.parse("2026-12-22")
        with pytest.raises(BadFieldError, match="未载入2027年") as refused:
            open_item(unit(ENROLLED), self.ASK.but(reply_within_working_days=5), late, CALENDAR)
        assert refused.value.pointer == "/act/reply_within_working_days"

    def test_the_due_day_is_stated_in_one_way_and_not_past(self) -> None:
        both = self.ASK.but(reply_due=day("2019-05-06"), reply_within_working_days=5)
        for unclear in (self.ASK, both):
            with pytest.raises(BadFieldError, match="只须填写一项"):
                open_item(unit(ENROLLED), unclear, self.ON, CALENDAR)
        with pytest.raises(BadFieldError, match="早于督办日期"):
            open_item(unit(ENROLLED), self.ASK.but(reply_due=day("2019-04-25")), self.ON, CALENDAR)
        month = CivilDate.parse("2019-04")
        with pytest.raises(BadFieldError, match="精确到日"):
            open_item(unit(ENROLLED), self.ASK.but(reply_within_working_days=5), month, CALENDAR)
        event = open_item(unit(ENROLLED, OPENED), self.ASK.but(reply_due=day("2019-04-26")), self.ON, CALENDAR)
        assert isinstance(event, SupervisionItemOpened)
        assert (event.number, event.reply_due) == (2, day("2019-04-26"))

    def test_an_item_is_replied_to_once_per_round(self) -> None:
        command = ReplyToItem(item=1, reply="已核实")
        assert reply(unit(ENROLLED, OPENED), command) == REPLIED[1]
        with pytest.raises(ActError, match="已回复"):
            reply(unit(ENROLLED, OPENED, REPLIED), command)
        assert reply(unit(ENROLLED, OPENED, REPLIED, RETURNED), command) == REPLIED[1]
        with pytest.raises(BadFieldError, match="没有此序号"):
            reply(unit(ENROLLED), command)
        with pytest.raises(ActError, match="已办结"):
            reply(unit(ENROLLED, OPENED, REPLIED, CLOSED), command)

    def test_a_verdict_needs_a_reply_and_a_refusal_its_reason_and_day(self) -> None:
        on, replied = CivilDate.parse("2019-03-12"), unit(ENROLLED, OPENED, REPLIED)
        accepted = CloseItem(item=1, accepted=True)
        assert close_item(replied, accepted, on, CALENDAR) == CLOSED[1]
        with pytest.raises(ActError, match="尚未回复"):
            close_item(unit(ENROLLED, OPENED), accepted, on, CALENDAR)
        with pytest.raises(BadFieldError, match="不再设"):
            close_item(replied, accepted.but(reply_within_working_days=5), on, CALENDAR)
        returned = CloseItem(item=1, accepted=False, reason="缺少佐证", reply_within_working_days=5)
        assert close_item(replied, returned, on, CALENDAR) == RETURNED[1]
        with pytest.raises(BadFieldError, match="理由"):
            close_item(replied, returned.but(reason=""), on, CALENDAR)
        with pytest.raises(BadFieldError, match="只须填写一项"):
            close_item(replied, returned.but(reply_within_working_days=None), on, CALENDAR)

    def test_an_event_that_names_an_unknown_item_changes_nothing(self) -> None:
        assert unit(ENROLLED, REPLIED, CLOSED).supervision_items == ()
