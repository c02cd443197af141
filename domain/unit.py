"""单位 A department, town or enterprise: connection obligations and the sanction of G10 attach to it."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from uuid import UUID

from domain.assessment import Assessment
from domain.dates import CivilDate
from domain.event import Value
from domain.project import CorrectionNote


class UnitKind(StrEnum):
    """Who is bound by the document (facts 1.0)."""

    TOWN_GOV = "TOWN_GOV"  # 各镇人民政府
    SUBDISTRICT = "SUBDISTRICT"  # 各街道办事处
    DEV_ZONE = "DEV_ZONE"  # 开发区管委会
    COUNTY_DEPT = "COUNTY_DEPT"  # 县政府各部门
    ENTERPRISE_INSTITUTION = "ENTERPRISE_INSTITUTION"  # 各有关企事业单位


class ConnectionObligation(Value):
    """改造对接义务 A duty to retrofit and connect a system, by a document, until a day."""

    number: int
    system_name: str
    requirement_document: str
    issuer: str
    due_on: date
    set_on: CivilDate
    met_on: CivilDate | None = None

    def overdue(self, day: date) -> bool:
        """Is the day past the due day, with the duty not met for certain by then? The due day itself is in time."""
        met = self.met_on is not None and self.met_on.certainly_on_or_before(day)
        return day > self.due_on and not met and self.set_on.certainly_on_or_before(day)


class Unit(Value):
    """单位状态 What is known of a unit at a moment: the fold of its events."""

    id: UUID
    version: int = 0
    uscc: str = ""
    name: str = ""
    kind: UnitKind | None = None
    division: str = ""
    head_post: str = ""
    contact_office: str = ""
    enrolled_on: CivilDate | None = None
    obligations: tuple[ConnectionObligation, ...] = ()
    assessments: tuple[Assessment, ...] = ()
    corrections: tuple[CorrectionNote, ...] = ()

    def overdue_obligations(self, day: date) -> tuple[ConnectionObligation, ...]:
        """Obligations that put the unit under the sanction of G10 on this day."""
        return tuple(o for o in self.obligations if o.overdue(day))


class Register(Value):
    """备案登记簿 The filing register of a division and year: numbers without gaps."""

    id: UUID
    version: int = 0
    last_serial: int = 0
