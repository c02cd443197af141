"""角色 Which organisation holds which role of the county, from which day and by which document.

源政发〔2018〕16号 二（一） (O03), 三（一） (O10). A role is not an organisation: bodies are renamed and replaced
(经济和信息化局 became 工业和信息化局 in 2019), and decisions of a day are told by who held the role on that day.
"""

from __future__ import annotations

from datetime import date

from domain.dates import CivilDate
from domain.event import Value
from domain.identifiers import Uscc
from domain.project import Track
from domain.recorded import Role

SOLE_ROLES = frozenset(
    {
        Role.PROJECT_AUTHORITY,
        Role.DRC,
        Role.FINANCE,
        Role.SMART_OFFICE,
        Role.LEADING_GROUP,
        Role.PLATFORM_OPERATOR,
        Role.EXPERT_COMMITTEE,
    }
)
"""Roles that one organisation holds at a time. Owner units, test agencies, evaluators and auditors are many."""


class RoleHolding(Value):
    """任职 One organisation's holding of a role, of a named duty, or of the lead of a track (exactly one of them)."""

    number: int
    role: Role | None
    duty: str
    track: Track | None
    organisation: str
    uscc: Uscc | None
    since: date
    document_no: str
    until: date | None = None
    """Last day of the holding, itself included."""
    reason: str = ""
    successor: str = ""
    successor_uscc: Uscc | None = None
    assigned_on: CivilDate

    @property
    def sole(self) -> bool:
        """May only one hold it at a time? So for the sole roles and every named duty; a track may have two leads."""
        return self.role in SOLE_ROLES or bool(self.duty)

    def held(self, day: date) -> bool:
        """Is it held on this day (both ends included)?"""
        return self.since <= day and (self.until is None or day <= self.until)

    def same_office(self, role: Role | None, duty: str, track: Track | None) -> bool:
        """Is it a holding of this role, duty or track?"""
        return (self.role, self.duty, self.track) == (role, duty, track)
