"""县级机制脚本 The demo's governance: meetings, roles, responsibility, tasks, supervision, assessments, evaluators.

Two half-years have no joint meeting, some tasks and replies are late, a few units never name their office, and an
evaluator has an interest: what a supervisor looks for is there to be found.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial

from application.assessment import assess, evaluate_whole_county
from application.evaluators import register_evaluator, state_evaluator_conflict
from application.experts import list_expert
from application.guidance_fund import contribute_to_fund
from application.meetings import hold_meeting, record_decision
from application.ports import Desk
from application.responsibility import appoint_head, check_unit_unifications, name_unit_contact
from application.roles import assign_role, end_role
from application.supervision import close_supervision_item, open_supervision_item, reply_to_item
from application.tasks import assign_task, complete_task, extend_task
from domain.dates import HalfYear
from domain.evaluator import InterestNature
from domain.meeting import AgendaItem, Attendee, MatterKind
from domain.money import Money, MoneyUnit
from domain.project import Track
from domain.recorded import Role
from domain.scheme import Score
from domain.steps.assessment import AssessUnit, EvaluateCounty
from domain.steps.evaluators import RegisterEvaluator, StateConflict
from domain.steps.experts import ListExpert
from domain.steps.guidance_fund import Contribute
from domain.steps.meetings import HoldMeeting, RecordDecision
from domain.steps.responsibility import AppointHead, CheckUnifications, NameContact
from domain.steps.roles import AssignRole, EndRole
from domain.steps.supervision import CloseItem, OpenSupervisionItem, ReplyToItem
from domain.steps.tasks import AssignTask, CompleteTask, ExtendTask
from infrastructure.demo.script import FIRST_DAY, SEED, Ask, Script, ask_as, body, code_of, unit_name

EVALUATOR = 960
"""Number of the made-up code of the evaluator that everybody engages."""
INTERESTED_EVALUATOR = 961
_MISSED = {HalfYear(year=2020, half=1), HalfYear(year=2024, half=1)}
_REFORM = date(2019, 1, 30)


def county(desk: Desk) -> Script:
    """Everything that is the county's own, in the order of days."""
    acts = [*_roles(desk), *_meetings(desk), *_evaluators(desk), *_county_evaluations(desk), *_fund(desk)]
    for ask in sorted(acts, key=lambda a: a.on):  # noqa: UP028 (the player sends outcomes, which a list cannot take)
        yield ask


def responsibility(desk: Desk, number: int) -> Script:
    """What is asked of one unit: head, contact, unifications, tasks, supervision, yearly assessment."""
    draw = random.Random(SEED - number - 1)  # noqa: S311 (a plausible county, not a secret)
    acts = [
        *_named(desk, number),
        *_tasks(desk, number, draw),
        *_supervised(desk, number),
        *_assessed(desk, number, draw),
    ]
    for ask in sorted(acts, key=lambda a: a.on):  # noqa: UP028 (the player sends outcomes, which a list cannot take)
        yield ask


def _roles(desk: Desk) -> Iterator[Ask]:
    holders = (
        (Role.SMART_OFFICE, "沂源县政府办公室（演示）"),
        (Role.FINANCE, body(Role.FINANCE)),
        (Role.DRC, body(Role.DRC)),
        (Role.PROJECT_AUTHORITY, body(Role.PROJECT_AUTHORITY)),
    )
    for role, organisation in holders:
        assigned = AssignRole(role=role, organisation=organisation, since=FIRST_DAY, document_no="源政发〔2018〕16号")
        yield ask_as(FIRST_DAY, Role.LEADING_GROUP, partial(assign_role, desk, assigned))
    leads = (
        (Track.GOVERNANCE_SERVICE, "沂源县政府办公室（演示）"),
        (Track.GOVERNANCE_SERVICE, "沂源县政务服务中心管理办公室（演示）"),
        (Track.INDUSTRY, "沂源县经济和信息化局（演示）"),
    )
    for track, organisation in leads:
        lead = AssignRole(track=track, organisation=organisation, since=FIRST_DAY, document_no="源政发〔2018〕16号")
        yield ask_as(FIRST_DAY, Role.LEADING_GROUP, partial(assign_role, desk, lead))
    # The institutional reform of 2019 renamed two of the leads: holdings 6 and 7.
    for holding, track, successor in (
        (6, Track.GOVERNANCE_SERVICE, "沂源县行政审批服务局（演示）"),
        (7, Track.INDUSTRY, "沂源县工业和信息化局（演示）"),
    ):
        ended = EndRole(
            holding=holding, until=_REFORM - timedelta(days=1), reason="机构改革（演示）", successor=successor
        )
        yield ask_as(_REFORM, Role.LEADING_GROUP, partial(end_role, desk, ended))
        taken = AssignRole(track=track, organisation=successor, since=_REFORM, document_no="源办发〔2019〕3号")
        yield ask_as(_REFORM, Role.LEADING_GROUP, partial(assign_role, desk, taken))
    for n, field in enumerate(("网络安全", "数据治理", "电子政务", "财政绩效", "软件工程"), 1):
        listed = ListExpert(number=f"ZJ-{n:03d}", field=field, organisation="演示高校")
        yield ask_as(date(2018, 11, 5), Role.LEADING_GROUP, partial(list_expert, desk, listed))


def _meetings(desk: Desk) -> Iterator[Ask]:
    half, number = HalfYear.of(FIRST_DAY), 0
    while half.first_day <= desk.today():
        if half not in _MISSED:
            number += 1
            on = half.first_day + timedelta(days=70 + number * 3 % 40)
            held = HoldMeeting(
                attendees=tuple(Attendee(organisation=unit_name(n), uscc=code_of(n)) for n in range(number % 5, 20, 3)),
                agenda=(
                    AgendaItem(kind=MatterKind.MAJOR_MATTER, title=f"{half}重点任务进展（演示）"),
                    AgendaItem(kind=MatterKind.MAJOR_PROBLEM, title="信息孤岛整治（演示）"),
                ),
                minutes_document=f"源智领纪〔{on.year}〕{number}号",
            )
            yield ask_as(on, Role.SMART_OFFICE, partial(hold_meeting, desk, held))
            decided = RecordDecision(
                meeting=number,
                kind=MatterKind.MAJOR_DECISION if number % 3 == 1 else MatterKind.MAJOR_PROBLEM,
                document_no=f"源智领决〔{on.year}〕{number}号",
                content="加快政务信息系统整合共享（演示）",
            )
            yield ask_as(on + timedelta(days=4), Role.SMART_OFFICE, partial(record_decision, desk, decided))
        half = half.next()


def _evaluators(desk: Desk) -> Iterator[Ask]:
    for number, name in ((EVALUATOR, body(Role.THIRD_PARTY)), (INTERESTED_EVALUATOR, "演示咨询有限公司")):
        registered = RegisterEvaluator(uscc=code_of(number), name=name, qualification="绩效评价（演示）")
        yield ask_as(date(2019, 2, 1), Role.SMART_OFFICE, partial(register_evaluator, desk, registered))
    for number in (0, 3, 7):
        interest = StateConflict(
            unit=code_of(number),
            nature=InterestNature.DESIGN_ADVICE,
            from_on=date(2018, 10, 1),
            note="参与设计（演示）",
        )
        code = code_of(INTERESTED_EVALUATOR)
        yield ask_as(date(2019, 2, 8), Role.SMART_OFFICE, partial(state_evaluator_conflict, desk, code, interest))


def _county_evaluations(desk: Desk) -> Iterator[Ask]:
    for year, marks in ((2021, ("18", "19", "17.5", "20")), (2023, ("21", "20.5", "19", "22"))):
        scores = tuple(Score(code=f"S{n}", score=mark) for n, mark in enumerate(marks, 1))
        rated = EvaluateCounty(year=year, evaluator="省级评估机构（演示）", scheme="shandong-stars", scores=scores)
        yield ask_as(date(year + 1, 4, 10), Role.SMART_OFFICE, partial(evaluate_whole_county, desk, rated))


def _fund(desk: Desk) -> Iterator[Ask]:
    """引导基金 Contributions to the guidance fund."""
    for year, contributor, amount in ((2018, "沂源县财政局（演示）", 2000), (2021, "演示社会资本", 1500)):
        given = Contribute(
            contributor=contributor,
            amount=Money.of(str(amount), MoneyUnit.WAN_YUAN),
            document_no=f"源基金〔{year}〕1号",
        )
        yield ask_as(date(year, 11, 1), Role.FINANCE, partial(contribute_to_fund, desk, given))


def _named(desk: Desk, number: int) -> Iterator[Ask]:
    code = code_of(number)
    on = FIRST_DAY + timedelta(days=20 + number)
    if number % 9 != 8:
        head = AppointHead(post="党组书记、局长（演示）", since=on)
        yield ask_as(on, Role.SMART_OFFICE, partial(appoint_head, desk, code, head))
        contact = NameContact(office="信息化科（演示）", since=on)
        yield ask_as(on, Role.SMART_OFFICE, partial(name_unit_contact, desk, code, contact))
    if number % 4 != 3:
        checked = CheckUnifications(
            one_body=True,
            one_plan=True,
            one_network=number % 3 != 1,
            one_software=number % 5 != 2,
            document_no=f"源智办检〔2019〕{number + 1}号",
        )
        day = date(2019, 5, 6) + timedelta(days=number)
        yield ask_as(day, Role.SMART_OFFICE, partial(check_unit_unifications, desk, code, checked))


def _tasks(desk: Desk, number: int, draw: random.Random) -> Iterator[Ask]:
    """One of the five groups of 2018 for each unit, and a yearly one: most in time, some late, a few never."""
    code = code_of(number)
    groups = [g for s in desk.rule_sets.all if not s.draft for g in s.task_groups]
    first = groups[number % len(groups)]
    set_on = FIRST_DAY + timedelta(days=15 + number % 7)
    wanted = [(first.id, first.name.zh, set_on, first.due_on)]
    wanted += [
        ("OTHER", f"{year}年度数据归集（演示）", date(year, 2, 20), date(year, 10, 31)) for year in range(2020, 2027, 2)
    ]
    for task, (group, item, on, due_on) in enumerate(wanted, 1):
        assigned = AssignTask(
            group=group,
            item=item,
            responsible_post="分管负责人（演示）",
            due_on=due_on,
            milestone="年中完成接口联调（演示）",
            issuer=body(Role.SMART_OFFICE),
            document_no=f"源智办〔{on.year}〕{number + 1}号",
        )
        yield ask_as(on, Role.SMART_OFFICE, partial(assign_task, desk, code, assigned))
        extended = (number + task) % 11 == 10
        if extended:
            later = ExtendTask(
                task=task,
                due_on=due_on + timedelta(days=60),
                document_no=f"源智办延〔{due_on.year}〕{number + 1}号",
                reason="接口改造延后（演示）",
            )
            yield ask_as(due_on - timedelta(days=9), Role.SMART_OFFICE, partial(extend_task, desk, code, later))
        if (number * 3 + task) % 8 != 7:
            late = draw.randint(5, 70) if extended or (number + task) % 6 == 5 else -draw.randint(1, 40)
            done = CompleteTask(task=task)
            yield Ask(
                due_on + timedelta(days=late),
                partial(complete_task, desk, code, done),
                Role.OWNER_UNIT,
                unit_name(number),
            )


def _supervised(desk: Desk, number: int) -> Iterator[Ask]:
    """督办 Every third unit once, answered late or never by some."""
    if number % 3:
        return
    code, on = code_of(number), date(2021 + number % 4, 3, 15)
    opened = OpenSupervisionItem(
        matter="信息孤岛整改（演示）",
        issuer="沂源县政府督查室（演示）",
        document_no=f"源督〔{on.year}〕{number + 1}号",
        reply_within_working_days=10,
    )
    yield ask_as(on, Role.SMART_OFFICE, partial(open_supervision_item, desk, code, opened))
    if number % 4 == 3:
        return
    replied = on + timedelta(days=35 if number % 2 else 9)
    reply = ReplyToItem(item=1, reply="已完成整改（演示）")
    yield Ask(replied, partial(reply_to_item, desk, code, reply), Role.OWNER_UNIT, unit_name(number))
    verdict = CloseItem(item=1, accepted=True)
    yield ask_as(replied + timedelta(days=6), Role.SMART_OFFICE, partial(close_supervision_item, desk, code, verdict))


def _assessed(desk: Desk, number: int, draw: random.Random) -> Iterator[Ask]:
    """责任目标考核 once a year, since the first whole one."""
    for year in range(2019, desk.today().year):
        mark = draw.randint(62, 98)
        assessment = AssessUnit(
            year=year,
            assessor="沂源县综合考核委员会（演示）",
            scale="县综合考核（演示）",
            grade="优" if mark >= 90 else "良" if mark >= 80 else "中",
            score=str(mark),
        )
        on = date(year + 1, 3, 1) + timedelta(days=number)
        yield ask_as(on, Role.SMART_OFFICE, partial(assess, desk, code_of(number), assessment))
