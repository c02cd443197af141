"""单位 A department, town or enterprise: connection obligations and the sanction of G10 attach to it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from uuid import UUID

from domain.assessment import Assessment
from domain.dates import CivilDate
from domain.event import Value
from domain.project import CorrectionNote
from domain.responsibility import Contact, HeadPost, Succession, UnificationCheck, UnitName, newest
from domain.supervision_item import SupervisionItem
from domain.task import Task


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
    """The newest named; `head_post_on` tells that of a day."""
    contact_office: str = ""
    """The newest named; `contact_on` tells that of a day."""
    enrolled_on: CivilDate | None = None
    obligations: tuple[ConnectionObligation, ...] = ()
    names: tuple[UnitName, ...] = ()
    """Names taken after enrolment."""
    enrolled_name: str = ""
    heads: tuple[HeadPost, ...] = ()
    contacts: tuple[Contact, ...] = ()
    succession: Succession | None = None
    unifications: tuple[UnificationCheck, ...] = ()
    tasks: tuple[Task, ...] = ()
    supervision_items: tuple[SupervisionItem, ...] = ()
    assessments: tuple[Assessment, ...] = ()
    corrections: tuple[CorrectionNote, ...] = ()

    def overdue_obligations(self, day: date) -> tuple[ConnectionObligation, ...]:
        """Obligations that put the unit under the sanction of G10 on this day."""
        return tuple(o for o in self.obligations if o.overdue(day))

    def name_on(self, day: date) -> str:
        """单位名称 What the unit was called on a day; before any renaming, the name it was enrolled under."""
        name = newest([n for n in self.names if n.since <= day])
        return name.name if name else self.enrolled_name

    def head_post_on(self, day: date) -> str | None:
        """一把手职务 The duty name of the head on a day (O06); None when none is recorded or the last has ended."""
        head = newest([h for h in self.heads if h.since <= day])
        return head.post if head and (head.until is None or day <= head.until) else None

    def contact_on(self, day: date) -> Contact | None:
        """明确的机构（科室）或专人 Whom the unit named, as of a day (O05), or None."""
        return newest([c for c in self.contacts if c.since <= day])

    def unifications_on(self, day: date) -> UnificationCheck | None:
        """四统一 The newest check of the four unifications by a day (O04), or None."""
        made = [c for c in self.unifications if c.checked_on.certainly_on_or_before(day)]
        return max(reversed(made), key=lambda c: c.checked_on.latest, default=None)

    def task(self, number: int) -> Task | None:
        """The task with this number, or None."""
        return next((t for t in self.tasks if t.number == number), None)

    def supervision_item(self, number: int) -> SupervisionItem | None:
        """The supervision item with this number, or None."""
        return next((i for i in self.supervision_items if i.number == number), None)


def without_contact(units: Iterable[Unit], day: date) -> tuple[Unit, ...]:
    """Enrolled units that have named neither an office nor a post by a day (O05). A succeeded unit needs none."""
    return tuple(
        u
        for u in units
        if u.enrolled_on is not None
        and u.enrolled_on.certainly_on_or_before(day)
        and u.contact_on(day) is None
        and (u.succession is None or u.succession.since > day)
    )


class Register(Value):
    """备案登记簿 The filing register of a division and year: numbers without gaps."""

    id: UUID
    version: int = 0
    last_serial: int = 0
