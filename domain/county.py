"""县 The county as a whole: its leading group, the holders of roles, and what is evaluated about all of it."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from domain.assessment import CountyEvaluation
from domain.dates import HalfYear
from domain.event import Value
from domain.expert import Expert
from domain.log_keeping import LogKey, LogRestart
from domain.meeting import Decision, HalfYearOfMeetings, Meeting
from domain.personal import Erasure, MasterKeyChange
from domain.project import CorrectionNote, Track
from domain.recorded import Role
from domain.role_holding import RoleHolding


class County(Value):
    """县状态 What is known of the county at a moment: the fold of its events."""

    id: UUID
    version: int = 0
    meetings: tuple[Meeting, ...] = ()
    decisions: tuple[Decision, ...] = ()
    roles: tuple[RoleHolding, ...] = ()
    experts: tuple[Expert, ...] = ()
    evaluations: tuple[CountyEvaluation, ...] = ()
    erasures: tuple[Erasure, ...] = ()
    master_keys: tuple[MasterKeyChange, ...] = ()
    """Changes of the master key of personal data."""
    log_keys: tuple[LogKey, ...] = ()
    log_restarts: tuple[LogRestart, ...] = ()
    corrections: tuple[CorrectionNote, ...] = ()

    def half_years(self, first_day: date, on: date) -> tuple[HalfYearOfMeetings, ...]:
        """Every half-year from that of `first_day` (when the rules took effect) to that of `on`, oldest first (O01)."""
        found = []
        half, last = HalfYear.of(first_day), HalfYear.of(on)
        while half.first_day <= last.first_day:
            held = tuple(m.number for m in self.meetings if m.held_in(half, on))
            found.append(HalfYearOfMeetings(half=half, meetings=held, ended=on > half.last_day))
            half = half.next()
        return tuple(found)

    def erasure(self, person: UUID) -> Erasure | None:
        """The erasure of a person's data, or None."""
        return next((e for e in self.erasures if e.person == person), None)

    def backups_opened(self) -> tuple[Erasure, ...]:
        """Erasures with no change of the master key since: a copy of the key table from before still opens the data."""
        changed = max((k.version for k in self.master_keys), default=0)
        return tuple(e for e in self.erasures if e.version > changed)

    def decision(self, number: int) -> Decision | None:
        """The decision with this number, or None."""
        return next((d for d in self.decisions if d.number == number), None)

    def holder(self, role: Role | str, day: date) -> RoleHolding | None:
        """Who holds a role, or a duty by its name, on a day; None when it is vacant. Of several the first assigned."""
        duty = "" if isinstance(role, Role) else role
        sought = role if isinstance(role, Role) else None
        return next((h for h in self.roles if h.same_office(sought, duty, None) and h.held(day)), None)

    def lead_bodies(self, track: Track, day: date) -> tuple[RoleHolding, ...]:
        """Which organisations lead a track on a day (O10)."""
        return tuple(h for h in self.roles if h.same_office(None, "", track) and h.held(day))

    def listed_experts(self, day: date) -> tuple[Expert, ...]:
        """The experts on the roster on a day (O24)."""
        return tuple(e for e in self.experts if e.listed(day))
