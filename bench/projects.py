"""项目 Projects as they come before the measuring begins: filed, shared, approved, building a system, reported on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import islice
from uuid import UUID, uuid5

from application.ports import Ledger, NewEvent
from domain.dates import CivilDate
from domain.event import Event
from domain.money import Money, MoneyUnit
from domain.project import BuildMode, Category, Filing, ProjectKind, SharedResource, ShareType, SharingNeed
from domain.recorded import Actor, Circumstances, Role
from domain.rule import Gate, Judgement, RuleSetRef
from domain.steps.approval import ProjectApproved
from domain.steps.building import ProgressReported
from domain.steps.enrolment import UnitEnrolled
from domain.steps.filing import ProjectFiled
from domain.steps.sharing import SharingDeclared
from domain.steps.systems import SystemListed, SystemRegistered
from domain.streams import StreamAt, StreamKind, unit_id
from domain.unit import UnitKind

OWNER = "113703230042123426"
SUMMARY = "机房与网络改造完成，应用系统正在联调，数据目录已编制，共享接口按计划测试，无逾期事项。" * 2
"""What a report says: with its circumstances about 600 bytes are stored."""

_ACTOR = Actor(account="owner-unit", organisation="测量局", uscc=OWNER, role=Role.OWNER_UNIT)
_DAY = CivilDate.parse("2019-06-01")
_AMOUNT = Money.of("100", MoneyUnit.WAN_YUAN)
_FILING = Filing(
    name="测量项目",
    owner_units=(OWNER,),
    division="370323",
    kind=ProjectKind.NEW,
    categories=(Category.OTHER,),
    build_mode=BuildMode.STANDALONE,
    estimate=_AMOUNT,
    plan_item="总体规划 3.2",
    supports_city_platform=True,
    security_planned=True,
)
_ROOT = UUID("6c697568-656e-5f6c-8967-000000000be7")
_PROJECTS_PER_SAVE = 25


def project_id(number: int) -> UUID:
    """Identity of a project by its number."""
    return uuid5(_ROOT, f"project/{number}")


def system_id(number: int) -> UUID:
    """Identity of a project's system."""
    return uuid5(_ROOT, f"system/{number}")


def _passed(gate: Gate) -> Judgement:
    day = date(2019, 1, 1)
    return Judgement(
        gate=gate, allowed=True, judged_on=day, rule_set=RuleSetRef(id="bench", digest="0" * 64), findings=()
    )


def _project_facts(number: int) -> Iterator[Event]:
    """What happens to a project: four steps, then one report after the other."""
    yield ProjectFiled(number="ZH-370323-2019-000001-7", filing=_FILING, judgement=_passed(Gate.FILE))
    yield SharingDeclared(
        needs=(SharingNeed(provider="公安局", resource="户籍信息"),),
        provides=(SharedResource(name="业务数据", share_type=ShareType.UNCONDITIONAL),),
    )
    yield ProjectApproved(
        document_no="源审〔2019〕1号", approver="主管部门", amount=_AMOUNT, judgement=_passed(Gate.APPROVE)
    )
    yield SystemListed(system=system_id(number), name="测量系统")
    percent = 0
    while True:
        percent = percent % 99 + 1
        yield ProgressReported(percent=percent, summary=SUMMARY)


def project_events(number: int, count: int) -> list[NewEvent]:
    """The first `count` events of a project."""
    based_on = (
        StreamAt(kind=StreamKind.SYSTEM, id=system_id(number), version=1),
        StreamAt(kind=StreamKind.UNIT, id=unit_id(OWNER), version=1),
    )
    circumstances = Circumstances(happened_on=_DAY, actor=_ACTOR, based_on=based_on)
    return [
        NewEvent(StreamAt(kind=StreamKind.PROJECT, id=project_id(number), version=version), circumstances, fact)
        for version, fact in enumerate(islice(_project_facts(number), count), 1)
    ]


def reports(stream: UUID, count: int) -> list[NewEvent]:
    """Reports as the first events of a stream: for those who only store them."""
    circumstances = Circumstances(happened_on=_DAY, actor=_ACTOR)
    return [
        NewEvent(
            StreamAt(kind=StreamKind.PROJECT, id=stream, version=version),
            circumstances,
            ProgressReported(percent=version % 100, summary=SUMMARY),
        )
        for version in range(1, count + 1)
    ]


def record_county(ledger: Ledger, projects: int) -> None:
    """Record an owner unit, and projects that are being built, with their systems."""
    circumstances = Circumstances(happened_on=_DAY, actor=_ACTOR)
    unit = UnitEnrolled(uscc=OWNER, name="测量局", kind=UnitKind.COUNTY_DEPT, division="370323")
    ledger.record([NewEvent(StreamAt(kind=StreamKind.UNIT, id=unit_id(OWNER), version=1), circumstances, unit)])
    for first in range(0, projects, _PROJECTS_PER_SAVE):
        together: list[NewEvent] = []
        for number in range(first, min(first + _PROJECTS_PER_SAVE, projects)):
            registered = SystemRegistered(name="测量系统", project=project_id(number))
            at = StreamAt(kind=StreamKind.SYSTEM, id=system_id(number), version=1)
            together += [NewEvent(at, circumstances, registered), *project_events(number, 4)]
        ledger.record(together)
