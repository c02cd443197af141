"""计划 What a project's script knows of its project, and the numbers that it draws."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from application.act import Act
from application.desk import Outcome
from domain.money import Money, MoneyUnit
from domain.project import (
    BuildMode,
    Category,
    Filing,
    FundSource,
    NetworkKind,
    ProjectKind,
    Theme,
)
from infrastructure.demo.script import DIVISION, FIRST_DAY, SEED, UNITS, Ask, code_of

_THEMES: tuple[tuple[str, Category], ...] = (
    ("智慧教育云平台", Category.OTHER),
    ("视频会议系统", Category.VIDEO_CONFERENCE),
    ("民生服务一体化平台", Category.OTHER_CROSS_DEPT_APPLICATION),
    ("行政执法监督系统", Category.ADMIN_POWER_APPLICATION),
    ("协同办公系统", Category.COLLABORATIVE_OFFICE),
    ("不动产登记信息平台", Category.ADMIN_POWER_APPLICATION),
    ("智慧工地监管系统", Category.OTHER),
    ("公交智能调度系统", Category.OTHER),
    ("山洪灾害监测预警系统", Category.OTHER),
    ("门户网站集约化", Category.GOVERNMENT_WEBSITE),
    ("信用信息共享系统", Category.CROSS_DEPT_SHARING),
    ("机房服务器更新", Category.GENERAL_HARDWARE),
    ("全民健康信息平台", Category.OTHER),
    ("应急指挥平台", Category.OTHER_CROSS_DEPT_APPLICATION),
    ("一网通办前置系统", Category.ADMIN_POWER_APPLICATION),
    ("城市管理信息系统", Category.OTHER),
)
_SERVED = tuple(Theme)
# By number in each forty: money that is not the government's own (F10, F13).
_SOURCES = {1: FundSource.SOCIAL_CAPITAL, 13: FundSource.BANK_LOAN, 33: FundSource.INDUSTRY_FUND}


Own = Callable[[date, Callable[[Act], Outcome]], Ask]


@dataclass
class Plan:
    """What a script knows of its project, and the numbers that it draws."""

    number: int
    unit: int
    draw: random.Random
    day: date
    filing: Filing
    project: UUID | None = None
    evaluations: int = 0
    asked: bool = False
    """Was its approval asked for before?"""

    def later(self, low: int, high: int) -> date:
        """Move the script's day on by some days."""
        self.day += timedelta(days=self.draw.randint(low, high))
        return self.day


def wan(amount: int) -> Money:
    """An amount in 万元."""
    return Money.of(str(amount), MoneyUnit.WAN_YUAN)


def plan_of(number: int) -> Plan:
    """The plan of a project, which follows from its number alone."""
    draw = random.Random(SEED + number)  # noqa: S311 (a plausible county, not a secret)
    unit = (number * 7) % len(UNITS)
    theme, category = _THEMES[(number * 5 + number // len(_THEMES)) % len(_THEMES)]
    start = FIRST_DAY + timedelta(days=5 + number * 22 + draw.randint(0, 9))
    phase = ("", "一期", "二期", "升级改造")[number // 33]
    upgrade = phase == "升级改造"
    restricted = category is not Category.OTHER
    standalone = not restricted or number % 11 == 3
    hardware = category is Category.GENERAL_HARDWARE
    classified = number in {40, 97}
    filing = Filing(
        name="" if classified else f"{UNITS[unit][0]}{theme}{phase}（演示）",
        summary="" if classified else f"建设{theme}，演示数据，非真实项目。",
        owner_units=(code_of(unit),),
        division=DIVISION,
        kind=ProjectKind.UPGRADE if upgrade or hardware else ProjectKind.NEW,
        categories=(category,),
        build_mode=BuildMode.STANDALONE if standalone else BuildMode.CENTRALISED,
        sharing_related=category is Category.CROSS_DEPT_SHARING,
        estimate=None if classified else wan(draw.randint(30, 900)),
        operation_estimate=None if classified else wan(draw.randint(3, 60)),
        fund_source=FundSource.GOV_FIXED_ASSET
        if category is Category.CROSS_DEPT_SHARING
        else _SOURCES.get(number % 40, FundSource.GOV_BUDGET),
        plan_item=None if classified else "县总体规划（演示条目）",
        supports_city_platform=number % 23 != 5,
        public_base=number % 10 == 3,
        network=NetworkKind.ISOLATED if number % 43 == 21 else NetworkKind.EGOV_EXTRANET,
        serves_public=category is Category.ADMIN_POWER_APPLICATION and not classified,
        themes=() if classified else (_SERVED[number % len(_SERVED)], _SERVED[(number * 3 + 1) % len(_SERVED)]),
        phase=phase if phase in {"一期", "二期"} and not classified else "",
        security_planned=number % 37 != 11,
        performance_goal="" if classified else "提升办事效率（演示目标）",
        classified=classified,
        secrecy_document_no=f"演示保密〔{start.year}〕{number}号" if classified else None,
    )
    return Plan(number, unit, draw, start, filing)


def known(plan: Plan) -> UUID:
    """The identity of a project that was filed. Raises ValueError before."""
    if plan.project is None:
        raise ValueError("the project's script went on without a filing")
    return plan.project
