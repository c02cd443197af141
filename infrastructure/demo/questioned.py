"""疑点脚本 One unit's projects that auditors would ask about, what the unit answered, and what became of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from uuid import UUID

from application.acceptance import accept_project
from application.act import Act
from application.answering import answer_flag
from application.approval import approve_project
from application.connection import meet_obligation, set_obligation
from application.correcting import correct_fact
from application.desk import Outcome
from application.filing import amend_filing, file_project
from application.interconnection import record_interconnection, record_supply
from application.ports import Desk
from application.security import mark_security, record_level_filing, record_security_test
from application.sharing import declare_sharing
from application.systems import register_system
from domain.project import (
    BuildMode,
    Category,
    NetworkKind,
    ProjectKind,
    SecurityPhase,
    SharedResource,
    ShareType,
    SharingNeed,
)
from domain.recorded import Role
from domain.steps.acceptance import AcceptProject
from domain.steps.answering import AnswerFlag
from domain.steps.approval import ApproveProject
from domain.steps.connection import MeetConnectionObligation, SetConnectionObligation
from domain.steps.correcting import CorrectFact
from domain.steps.filing import AmendFiling, FileProject
from domain.steps.interconnection import RecordInterconnection, RecordSupply
from domain.steps.security import FileLevel, MarkSecurity, RecordSecurityTest
from domain.steps.sharing import DeclareSharing
from domain.steps.systems import RegisterSystem
from domain.streams import StreamKind, unit_id
from infrastructure.demo.plan import wan
from infrastructure.demo.script import DIVISION, UNITS, Ask, Script, ask_as, body, code_of, unit_name

_UNIT = 5
_CERTIFICATE = f"370323{_UNIT:05d}-90001"


def questioned(desk: Desk) -> Script:
    """Three small projects that look like one: hastily approved, answered for, amended, accepted on a bad report."""
    code = code_of(_UNIT)
    oblige = SetConnectionObligation(
        system_name=f"{UNITS[_UNIT][0]}执法视频系统（演示）",
        requirement_document="淄政办发〔2017〕45号",
        issuer="淄博市人民政府办公厅",
        due_on=date(2021, 12, 31),
    )
    owed = yield ask_as(date(2020, 6, 1), Role.SMART_OFFICE, partial(set_obligation, desk, code, oblige))
    first = yield _own(date(2021, 3, 2), partial(file_project, desk, _file("一期", 60)))
    project = first.subject
    yield _own(date(2021, 3, 2), partial(declare_sharing, desk, project, _SHARING))
    approved = yield ask_as(
        date(2021, 3, 4), Role.PROJECT_AUTHORITY, partial(approve_project, desk, project, _APPROVAL)
    )
    hasty = AnswerFlag(
        flag="R10", key=f"v{approved.recorded[0].stream.version}", answer="上级限期启动，备案前已组织会审（演示）"
    )
    yield _own(date(2021, 4, 1), partial(answer_flag, desk, project, hasty))
    second = yield _own(date(2021, 5, 20), partial(file_project, desk, _file("二期", 55)))
    apart = AnswerFlag(flag="R04", key="split", answer="两期点位不同，资金分属两个年度（演示）")
    yield _own(date(2021, 6, 10), partial(answer_flag, desk, project, apart))
    yield _own(date(2021, 6, 30), partial(file_project, desk, _file("三期", 50)))
    larger = AmendFiling(filing=_file("二期", 180).filing(), reason="并入通信链路（演示）")
    yield _own(date(2021, 7, 10), partial(amend_filing, desk, second.subject, larger))
    # The due day was recorded a year too late: as is known now, the unit was under sanction when it was approved.
    event = owed.recorded[0]
    right = event.event.model_dump(mode="json") | {"due_on": "2020-12-31"}
    correction = CorrectFact(version=event.stream.version, reason="到期日录入有误（演示）", replacement=right)
    yield ask_as(
        date(2021, 8, 2), Role.SMART_OFFICE, partial(correct_fact, desk, StreamKind.UNIT, unit_id(code), correction)
    )
    met = MeetConnectionObligation(obligation=event.event.model_dump()["number"])
    yield ask_as(date(2021, 8, 6), Role.PLATFORM_OPERATOR, partial(meet_obligation, desk, code, met))
    yield from _accepted_on_what_was_withdrawn(desk, project)


def _accepted_on_what_was_withdrawn(desk: Desk, project: UUID) -> Script:
    """Everything that acceptance asks for, the acceptance, and the end of the report that it rested on."""
    marked = MarkSecurity(phase=SecurityPhase.BUILD)
    yield _own(date(2021, 8, 20), partial(mark_security, desk, project, marked))
    name = RegisterSystem(name=f"{_file('一期', 60).name}系统")
    registered = yield _own(date(2021, 8, 21), partial(register_system, desk, project, name))
    system = registered.recorded[1].stream.id
    level = FileLevel(level=2, certificate_no=_CERTIFICATE)
    yield _own(date(2021, 9, 1), partial(record_level_filing, desk, system, level))
    report = RecordSecurityTest(
        report_no="DEMO-900-A",
        agency="演示测评有限公司",
        agency_uscc=code_of(950),
        certificate_no=_CERTIFICATE,
        level=2,
        template="2021",
        conclusion="良",
        score="83",
    )
    tested = yield _own(date(2021, 9, 20), partial(record_security_test, desk, system, report))
    link = RecordInterconnection(department="沂源县大数据中心（演示）", department_uscc=code_of(800))
    yield ask_as(date(2021, 9, 25), Role.PLATFORM_OPERATOR, partial(record_interconnection, desk, system, link))
    supply = RecordSupply(resource=_SHARING.provides[0].name, platform_code="ZB-DEMO-900")
    yield ask_as(date(2021, 9, 26), Role.PLATFORM_OPERATOR, partial(record_supply, desk, system, supply))
    opinion = AcceptProject(document_no="源验〔2021〕900号", conclusion="合格（演示）")
    yield ask_as(date(2021, 10, 11), Role.PROJECT_AUTHORITY, partial(accept_project, desk, project, opinion))
    gone = CorrectFact(version=tested.recorded[0].stream.version, reason="测评机构函告：报告未经其出具（演示）")
    yield ask_as(date(2022, 5, 9), Role.SMART_OFFICE, partial(correct_fact, desk, StreamKind.SYSTEM, system, gone))


def _own(on: date, run: Callable[[Act], Outcome]) -> Ask:
    return Ask(on, run, Role.OWNER_UNIT, unit_name(_UNIT))


def _file(phase: str, estimate: int) -> FileProject:
    return FileProject(
        name=f"{UNITS[_UNIT][0]}矿山视频监管{phase}（演示）",
        summary="建设视频监管点位，演示数据，非真实项目。",
        owner_units=(code_of(_UNIT),),
        division=DIVISION,
        kind=ProjectKind.NEW,
        categories=(Category.OTHER,),
        build_mode=BuildMode.STANDALONE,
        estimate=wan(estimate),
        operation_estimate=wan(5),
        plan_item="县总体规划（演示条目）",
        supports_city_platform=True,
        network=NetworkKind.EGOV_EXTRANET,
        security_planned=True,
        phase=phase,
    )


_SHARING = DeclareSharing(
    needs=(SharingNeed(provider="沂源县大数据中心（演示）", resource="人口基础信息"),),
    provides=(
        SharedResource(
            name="矿山视频点位900",
            share_type=ShareType.UNCONDITIONAL,
            update_cycle_days=90,
            code="306001/00900",
        ),
    ),
)
_APPROVAL = ApproveProject(
    document_no="源审〔2021〕900号",
    approver=body(Role.PROJECT_AUTHORITY),
    amount=wan(60),
    acceptance_due=date(2021, 12, 31),
)
