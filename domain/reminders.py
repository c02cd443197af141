"""提醒 What falls due when, for whom, by which clause: deadlines that the recorded facts set.

A deadline whose length is policy keeps the day it counts from; the parameters of the rule set of the day of asking
make a due day of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from enum import StrEnum

from domain.county import County
from domain.dates import add_months
from domain.event import Value
from domain.project import EvaluationChannel, Project, SecurityPhase, ShareType
from domain.rule import Parameters, text
from domain.system import GovSystem
from domain.texts import Text
from domain.unit import Unit


class DeadlineKind(StrEnum):
    """What falls due."""

    CONNECTION_OBLIGATION = "CONNECTION_OBLIGATION"  # 改造对接
    TASK = "TASK"  # 任务
    SUPERVISION_REPLY = "SUPERVISION_REPLY"  # 督办回复
    MEASURE = "MEASURE"  # 整改等监管措施
    LEVEL_TEST = "LEVEL_TEST"  # 等级测评到期
    EXCEPTION = "EXCEPTION"  # 例外到期
    ACCEPTANCE = "ACCEPTANCE"  # 竣工验收
    SELF_EVALUATION = "SELF_EVALUATION"  # 自评价
    RESULT_USE = "RESULT_USE"  # 结果运用
    SECURITY_ASSESSMENT = "SECURITY_ASSESSMENT"  # 安全同考核
    SHARING_UPDATE = "SHARING_UPDATE"  # 供数更新
    INCIDENT = "INCIDENT"  # 安全事件处置
    CONTACT = "CONTACT"  # 承办机构或专人
    HEAD = "HEAD"  # 一把手
    UNIFICATIONS = "UNIFICATIONS"  # 四统一
    JOINT_MEETING = "JOINT_MEETING"  # 联席会议


class Policy(StrEnum):
    """Which parameter of the rule set gives a deadline its length."""

    TEST_VALIDITY = "TEST_VALIDITY"
    ACCEPTANCE = "ACCEPTANCE"
    SELF_EVALUATION = "SELF_EVALUATION"
    UPDATE_CYCLE = "UPDATE_CYCLE"


class Deadline(Value):
    """期限 One deadline: by which clause, what, and when it is due or was done."""

    kind: DeadlineKind
    rule: str
    ref: str
    told: Text
    due_on: date | None = None
    """The due day, where the facts state it."""
    policy: Policy | None = None
    counted_from: date | None = None
    measure: int | None = None
    """What the policy needs beside the day: the level of a test, or the days of an update cycle."""
    done_on: date | None = None

    def due(self, parameters: Parameters) -> date | None:
        """The due day under these parameters; None where they state none (a level without a validity)."""
        if self.counted_from is None or self.policy is None:
            return self.due_on
        match self.policy:
            case Policy.TEST_VALIDITY:
                months = parameters.test_validity_months.get(str(self.measure))
                return None if months is None else add_months(self.counted_from, months)
            case Policy.ACCEPTANCE:
                return add_months(self.counted_from, parameters.acceptance_within_months)
            case Policy.SELF_EVALUATION:
                return add_months(self.counted_from, parameters.self_evaluation_within_months[1])
            case Policy.UPDATE_CYCLE:
                return self.counted_from + timedelta(days=(self.measure or 0) * parameters.lapse_after_cycles)

    def open(self, day: date) -> bool:
        """Is it not done by this day?"""
        return self.done_on is None or self.done_on > day


def of_project(project: Project, systems: Iterable[GovSystem]) -> Iterator[Deadline]:
    """Deadlines of a project and of what it shares through its systems."""
    accepted = project.acceptance.accepted_on.latest if project.acceptance else None
    if project.approval is not None and project.approval.acceptance_due is not None:
        yield Deadline(
            kind=DeadlineKind.ACCEPTANCE,
            rule="G04",
            ref="approval",
            told=text("批复规定的竣工验收期限", "acceptance due by the approval"),
            due_on=project.approval.acceptance_due,
            done_on=accepted,
        )
    if project.completed_on is not None:
        yield Deadline(
            kind=DeadlineKind.ACCEPTANCE,
            rule="G04",
            ref="completion",
            told=text("竣工后申请验收", "acceptance after completion"),
            policy=Policy.ACCEPTANCE,
            counted_from=project.completed_on.latest,
            done_on=accepted,
        )
    for n, exception in enumerate(project.exceptions, 1):
        if exception.expires_on is not None:
            yield Deadline(
                kind=DeadlineKind.EXCEPTION,
                rule=exception.rule,
                ref=f"{n}",
                told=text(f"例外{exception.document_no}到期", f"exception {exception.document_no} expires"),
                due_on=exception.expires_on,
            )
    for measure in project.measures:
        if measure.due_on is not None:
            yield Deadline(
                kind=DeadlineKind.MEASURE,
                rule="O18",
                ref=f"{measure.number}",
                told=text(
                    f"{measure.measure.zh}（{measure.document_no}）", f"{measure.measure} ({measure.document_no})"
                ),
                due_on=measure.due_on,
                done_on=measure.lifted_on.latest if measure.lifted_on else None,
            )
    for evaluation in project.evaluations:
        yield Deadline(
            kind=DeadlineKind.RESULT_USE,
            rule="O20",
            ref=f"{evaluation.number}",
            told=text(f"第{evaluation.number}次评价的结果运用", f"use of the result of evaluation {evaluation.number}"),
            due_on=evaluation.reported_on.latest,
            done_on=evaluation.reported_on.latest if evaluation.use is not None else None,
        )
    if accepted is not None:
        yield from _after_acceptance(project, accepted)
    yield from _updates(project, list(systems))


def _after_acceptance(project: Project, accepted: date) -> Iterator[Deadline]:
    own = (e.reported_on.latest for e in project.evaluations if e.channel is EvaluationChannel.SELF_EVALUATION)
    yield Deadline(
        kind=DeadlineKind.SELF_EVALUATION,
        rule="O19",
        ref="1",
        told=text("验收后的自评价", "self-evaluation after acceptance"),
        policy=Policy.SELF_EVALUATION,
        counted_from=accepted,
        done_on=min((day for day in own if day >= accepted), default=None),
    )
    marks = (m.marked_on.latest for m in project.security_marks if m.phase is SecurityPhase.ASSESSMENT)
    yield Deadline(
        kind=DeadlineKind.SECURITY_ASSESSMENT,
        rule="G18",
        ref="1",
        told=text("网络信息安全同考核", "security in the assessment"),
        policy=Policy.SELF_EVALUATION,
        counted_from=accepted,
        done_on=min(marks, default=None),
    )


def _updates(project: Project, systems: list[GovSystem]) -> Iterator[Deadline]:
    for resource in project.sharing.provides if project.sharing else ():
        updates = [day for s in systems if (day := s.updated_by(resource.name, date.max)) is not None]
        if resource.share_type is not ShareType.NOT_SHARED and resource.update_cycle_days and updates:
            yield Deadline(
                kind=DeadlineKind.SHARING_UPDATE,
                rule="G05",
                ref=resource.name,
                told=text(f"更新共享资源“{resource.name}”", f"update of the shared resource “{resource.name}”"),
                policy=Policy.UPDATE_CYCLE,
                counted_from=max(updates),
                measure=resource.update_cycle_days,
            )


def of_system(system: GovSystem) -> Iterator[Deadline]:
    """Deadlines of a system that is in use."""
    if system.retired_on is not None:
        return
    if system.tests:
        newest = max(system.tests, key=lambda t: t.reported_on.latest)
        yield Deadline(
            kind=DeadlineKind.LEVEL_TEST,
            rule="G14",
            ref="newest",
            told=text(f"等级测评报告{newest.report_no}到期", f"level-test report {newest.report_no} expires"),
            policy=Policy.TEST_VALIDITY,
            counted_from=newest.reported_on.earliest,
            measure=newest.level,
        )
    for incident in system.incidents:
        yield Deadline(
            kind=DeadlineKind.INCIDENT,
            rule="G19",
            ref=f"{incident.number}",
            told=text(f"处置{incident.grade}级安全事件", f"security incident of grade {incident.grade}"),
            due_on=incident.occurred_on.latest,
            done_on=incident.resolved_on.latest if incident.resolved_on else None,
        )


def of_unit(unit: Unit) -> Iterator[Deadline]:
    """Deadlines of a unit, and what it has not named yet."""
    for obligation in unit.obligations:
        yield Deadline(
            kind=DeadlineKind.CONNECTION_OBLIGATION,
            rule="G10",
            ref=f"{obligation.number}",
            told=text(f"改造对接“{obligation.system_name}”", f"connect “{obligation.system_name}”"),
            due_on=obligation.due_on,
            done_on=obligation.met_on.latest if obligation.met_on else None,
        )
    for task in unit.tasks:
        yield Deadline(
            kind=DeadlineKind.TASK,
            rule="O07",
            ref=f"{task.number}",
            told=text(f"任务：{task.item}（{task.responsible_post}）", f"task: {task.item} ({task.responsible_post})"),
            due_on=task.due(date.max),
            done_on=task.completed_on.latest if task.completed_on else None,
        )
    for item in unit.supervision_items:
        replied = item.current.replied_on
        yield Deadline(
            kind=DeadlineKind.SUPERVISION_REPLY,
            rule="O18",
            ref=f"{item.number}",
            told=text(f"回复督办事项：{item.matter}", f"reply to the supervision item: {item.matter}"),
            due_on=item.current.reply_due,
            done_on=replied.latest if replied else None,
        )
    if unit.enrolled_on is None or unit.succession is not None:
        return
    enrolled = unit.enrolled_on.latest
    checks = (c.checked_on.latest for c in unit.unifications)
    for kind, rule, told, done in (
        (
            DeadlineKind.CONTACT,
            "O05",
            text("明确承办机构或专人", "name an office or a post"),
            min((c.since for c in unit.contacts), default=enrolled if unit.contact_office else None),
        ),
        (
            DeadlineKind.HEAD,
            "O06",
            text("登记一把手职务", "name the head's post"),
            min((h.since for h in unit.heads), default=enrolled if unit.head_post else None),
        ),
        (
            DeadlineKind.UNIFICATIONS,
            "O04",
            text("检查四统一", "check the four unifications"),
            min(checks, default=None),
        ),
    ):
        yield Deadline(kind=kind, rule=rule, ref="1", told=told, due_on=enrolled, done_on=done)


def of_county(county: County, first_day: date, day: date) -> Iterator[Deadline]:
    """A joint meeting for every half-year from that of `first_day` to that of `day` (O01)."""
    for half in county.half_years(first_day, day):
        held = [m.held_on.latest for m in county.meetings if m.number in half.meetings]
        yield Deadline(
            kind=DeadlineKind.JOINT_MEETING,
            rule="O01",
            ref=str(half.half),
            told=text(f"{half.half}联席会议", f"joint meeting of {half.half}"),
            due_on=half.half.last_day,
            done_on=min(held, default=None),
        )
