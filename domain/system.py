"""政务信息系统 A government information system: level protection, connection and supply belong to it."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from uuid import UUID

from domain.dates import CivilDate
from domain.event import Value
from domain.identifiers import FilingCertificateNumber
from domain.performed import Performed
from domain.project import CorrectionNote, RefusalNote


class ConnectionLevel(StrEnum):
    """网络通、数据通、业务通 (O11)."""

    NETWORK = "NETWORK"
    DATA = "DATA"
    BUSINESS = "BUSINESS"


class LevelFiling(Value):
    """等保备案 level and filing certificate. Never to be mixed up with the project's filing."""

    level: int
    certificate_no: FilingCertificateNumber | None
    filed_on: CivilDate


class SecurityTest(Value):
    """等级测评 One level-test report. The conclusion is of the scale of its template."""

    report_no: str
    agency: str
    agency_uscc: str | None
    certificate_no: FilingCertificateNumber
    level: int
    template: str
    conclusion: str
    unresolved_high_risks: int
    major_hazards: int
    rectification_plan: bool
    reported_on: CivilDate


class ClassifiedTest(Value):
    """涉密信息系统安全保密测评: number and day only, never findings."""

    report_no: str
    reported_on: CivilDate


class ExchangeRoute(StrEnum):
    """交换途径 By which way data reach the other department (G20)."""

    CITY_PLATFORM = "CITY_PLATFORM"  # 全市统一的数据共享交换平台
    DIRECT = "DIRECT"  # 系统间直连
    OWN_PLATFORM = "OWN_PLATFORM"  # 自建交换平台


class Interconnection(Value):
    """互联互通 A passed connection test with another department."""

    department: str
    department_uscc: str | None
    level: ConnectionLevel
    route: ExchangeRoute = ExchangeRoute.CITY_PLATFORM
    tested_on: CivilDate


class PlatformSupply(Value):
    """平台供数 A verified supply of one resource to the city sharing platform."""

    resource: str
    platform_code: str
    verified_on: CivilDate


class SupplyConfirmation(Value):
    """供数情况 The platform's word that a resource was updated on a day, and how often it was called (O31)."""

    resource: str
    updated_on: CivilDate
    calls: int | None


class CryptoStage(StrEnum):
    """密评阶段: the plan before building, the system before going live and yearly after."""

    PLAN = "PLAN"
    SYSTEM = "SYSTEM"


class CryptoAssessment(Value):
    """商用密码应用安全性评估 One assessment of a system's cryptography (密评)."""

    stage: CryptoStage
    report_no: str
    agency: str
    agency_uscc: str | None
    conclusion: str
    unresolved_high_risks: int
    assessed_on: CivilDate


class IncidentGrade(StrEnum):
    """安全事件分级, from the gravest (I) to the least (IV)."""

    I = "I"  # noqa: E741 (the grade's own name)
    II = "II"
    III = "III"
    IV = "IV"


class SecurityIncident(Value):
    """安全事件 A security incident, by its grade (G19)."""

    number: int
    grade: IncidentGrade
    occurred_on: CivilDate
    resolved_on: CivilDate | None = None


class GovSystem(Value):
    """系统状态 What is known of a system at a moment: the fold of its events."""

    id: UUID
    version: int = 0
    name: str = ""
    registered_on: CivilDate | None = None
    projects: tuple[UUID, ...] = ()
    classified: bool = False
    level_filing: LevelFiling | None = None
    tests: tuple[SecurityTest, ...] = ()
    classified_tests: tuple[ClassifiedTest, ...] = ()
    interconnections: tuple[Interconnection, ...] = ()
    supplies: tuple[PlatformSupply, ...] = ()
    confirmations: tuple[SupplyConfirmation, ...] = ()
    crypto_assessments: tuple[CryptoAssessment, ...] = ()
    incidents: tuple[SecurityIncident, ...] = ()
    changed_on: CivilDate | None = None
    """The day of the newest major change: level tests before it no longer serve (G14)."""
    retired_on: CivilDate | None = None
    refusals: tuple[RefusalNote, ...] = ()
    corrections: tuple[CorrectionNote, ...] = ()
    performed: tuple[Performed, ...] = ()

    def supplied_by(self, day: date) -> tuple[PlatformSupply, ...]:
        """Supplies that were verified on or before this day for certain."""
        return tuple(s for s in self.supplies if s.verified_on.certainly_on_or_before(day))

    def updated_by(self, resource: str, day: date) -> date | None:
        """The latest day up to the given one on which a resource was certainly supplied or updated, or None."""
        days = [s.verified_on for s in self.supplies if s.resource == resource]
        days += [c.updated_on for c in self.confirmations if c.resource == resource]
        return max((d.latest for d in days if d.certainly_on_or_before(day)), default=None)

    def connected_by(self, day: date) -> tuple[Interconnection, ...]:
        """Connections that were tested on or before this day for certain."""
        return tuple(c for c in self.interconnections if c.tested_on.certainly_on_or_before(day))
