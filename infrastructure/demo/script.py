"""脚本 What the demo's scripts share: acts asked for on days, and the made-up bodies of the county."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import date

from application.act import Act
from application.desk import Outcome
from domain.identifiers import uscc
from domain.recorded import Role
from domain.unit import UnitKind

DIVISION = "370323"
FIRST_DAY = date(2018, 9, 19)
SEED = 20180919

UNITS: tuple[tuple[str, UnitKind], ...] = (
    ("教育和体育局", UnitKind.COUNTY_DEPT),
    ("公安局", UnitKind.COUNTY_DEPT),
    ("民政局", UnitKind.COUNTY_DEPT),
    ("司法局", UnitKind.COUNTY_DEPT),
    ("人力资源和社会保障局", UnitKind.COUNTY_DEPT),
    ("自然资源局", UnitKind.COUNTY_DEPT),
    ("住房和城乡建设局", UnitKind.COUNTY_DEPT),
    ("交通运输局", UnitKind.COUNTY_DEPT),
    ("水利局", UnitKind.COUNTY_DEPT),
    ("农业农村局", UnitKind.COUNTY_DEPT),
    ("商务局", UnitKind.COUNTY_DEPT),
    ("文化和旅游局", UnitKind.COUNTY_DEPT),
    ("卫生健康局", UnitKind.COUNTY_DEPT),
    ("应急管理局", UnitKind.COUNTY_DEPT),
    ("市场监督管理局", UnitKind.COUNTY_DEPT),
    ("行政审批服务局", UnitKind.COUNTY_DEPT),
    ("综合行政执法局", UnitKind.COUNTY_DEPT),
    ("医疗保障局", UnitKind.COUNTY_DEPT),
    ("生态环境分局", UnitKind.COUNTY_DEPT),
    ("大数据中心", UnitKind.ENTERPRISE_INSTITUTION),
    ("开发区管委会", UnitKind.DEV_ZONE),
    ("历山街道办事处", UnitKind.SUBDISTRICT),
    ("南麻街道办事处", UnitKind.SUBDISTRICT),
    ("鲁村镇人民政府", UnitKind.TOWN_GOV),
    ("东里镇人民政府", UnitKind.TOWN_GOV),
)


@dataclass(frozen=True)
class Ask:
    """An act that a script asks for on a day."""

    on: date
    run: Callable[[Act], Outcome]
    role: Role
    organisation: str
    document_no: str | None = None
    account: str | None = None
    """Of whom, where it is not the one account that the demo has for the role."""


Script = Generator[Ask, Outcome, None]


def code_of(number: int) -> str:
    """A made-up unified social credit code with right checks; MBDEM marks it as demo."""
    first = f"11{DIVISION}MBDEM{number:03d}"
    first += uscc.inner_check(first[8:16])
    return first + uscc.outer_check(first)


def unit_name(number: int) -> str:
    """The name of a unit of the county."""
    return f"沂源县{UNITS[number][0]}（演示）"


def body(role: Role) -> str:
    """The made-up organisation that acts in a role."""
    names = {
        Role.SMART_OFFICE: "沂源县智慧办（演示）",
        Role.PROJECT_AUTHORITY: "沂源县项目主管部门（演示）",
        Role.DRC: "沂源县发展和改革局（演示）",
        Role.FINANCE: "沂源县财政局（演示）",
        Role.LEADING_GROUP: "沂源县新型智慧城市建设领导小组（演示）",
        Role.PLATFORM_OPERATOR: "淄博市共享平台运行方（演示）",
        Role.THIRD_PARTY: "演示第三方评价机构",
        Role.EXPERT_COMMITTEE: "沂源县专家咨询委员会（演示）",
    }
    return names[role]


def ask_as(
    on: date, role: Role, run: Callable[[Act], Outcome], document_no: str | None = None, account: str | None = None
) -> Ask:
    """An act of the organisation that holds a role."""
    return Ask(on, run, role, body(role), document_no, account)
