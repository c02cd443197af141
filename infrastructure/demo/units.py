"""单位脚本 The demo's units: enrolment, and connection obligations that fall due unmet."""

from __future__ import annotations

from datetime import date
from functools import partial

from application.connection import meet_obligation, set_obligation
from application.enrolment import enrol_unit
from application.ports import Desk
from domain.dates import add_months
from domain.recorded import Role
from domain.steps.connection import MeetConnectionObligation, SetConnectionObligation
from domain.steps.enrolment import EnrolUnit
from infrastructure.demo.script import DIVISION, FIRST_DAY, UNITS, Ask, Script, ask_as, code_of, unit_name

# Units whose connection obligations fall due unmet: unit number, due day, day met (None: not yet).
_OBLIGATIONS: tuple[tuple[int, date, date | None], ...] = (
    (2, date(2018, 12, 31), date(2019, 7, 15)),
    (6, date(2020, 6, 30), date(2021, 3, 1)),
    (10, date(2018, 12, 31), date(2018, 12, 20)),
    (14, date(2022, 9, 30), date(2023, 11, 8)),
    (21, date(2024, 6, 30), None),
    (24, date(2026, 3, 31), None),
)


def units(desk: Desk) -> Script:
    """Enrol every unit, then set and meet connection obligations."""
    for number, (_, kind) in enumerate(UNITS):
        enrol = EnrolUnit(
            uscc=code_of(number),
            name=unit_name(number),
            kind=kind,
            division=DIVISION,
            head_post="主要负责人（演示）",
            contact_office="" if number % 9 == 8 else "办公室（演示）",
        )
        yield ask_as(FIRST_DAY, Role.SMART_OFFICE, partial(enrol_unit, desk, enrol))
    steps: list[tuple[date, Ask]] = []
    for number, due, met in _OBLIGATIONS:
        oblige = SetConnectionObligation(
            system_name=f"{UNITS[number][0]}业务系统",
            requirement_document="淄政办发〔2017〕45号",
            issuer="淄博市人民政府办公厅",
            due_on=due,
        )
        code, set_on = code_of(number), max(FIRST_DAY, add_months(due, -9))
        steps.append((set_on, ask_as(set_on, Role.SMART_OFFICE, partial(set_obligation, desk, code, oblige))))
        if met is not None:
            done = MeetConnectionObligation(obligation=1)
            steps.append((met, ask_as(met, Role.PLATFORM_OPERATOR, partial(meet_obligation, desk, code, done))))
    for _, ask in sorted(steps, key=lambda step: step[0]):
        yield ask
