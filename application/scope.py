"""范围 Which objects a holder reaches in a role: those of its own unit, those under its division codes.

What is out of reach is answered like what does not exist, by the same error with the same words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from domain.faults import BadFieldError, UnknownSubjectError
from domain.project import Filing, Project
from domain.recorded import Role
from domain.rule import text
from domain.streams import evaluator_id, unit_id
from domain.system import GovSystem
from domain.unit import Unit

BOUND_TO_UNIT = frozenset({Role.OWNER_UNIT, Role.THIRD_PARTY})
"""Roles that reach what is their own organisation's: its projects, or those that it is commissioned to evaluate."""


class OutOfScopeError(UnknownSubjectError):
    """The object is out of the holder's reach. Told like an unknown one; what it was is for the security log."""

    def __init__(self, reached: UUID | str) -> None:
        super().__init__(text("没有此标识的记录", "nothing is recorded under that identity"))
        self.reached = reached


class Looking(Protocol):
    """Where the states are had from."""

    def project(self, project: UUID, *, must_exist: bool = True) -> Project:
        """A project's state."""
        ...

    def system(self, system: UUID, *, must_exist: bool = True) -> GovSystem:
        """A system's state."""
        ...

    def unit(self, uscc: str, *, must_exist: bool = False) -> Unit:
        """A unit's state."""
        ...


@dataclass(frozen=True)
class Scope:
    """How far a role reaches. Both restrictions count; an empty one is none."""

    role: Role
    unit: str | None = None
    """Unified social credit code of the only unit whose objects are reached."""
    divisions: tuple[str, ...] = ("",)
    """How the division codes of the objects begin."""

    @property
    def whole(self) -> bool:
        """Does it reach everything?"""
        return self.unit is None and "" in self.divisions

    def reaches_project(self, project: Project) -> bool:
        """Does it reach a project, as it stands?"""
        if self.unit is not None:
            commissioned = self.role is Role.THIRD_PARTY and any(
                c.evaluator_uscc == self.unit for c in project.commissions
            )
            if not commissioned and (self.role is Role.THIRD_PARTY or self.unit not in project.owners):
                return False
        return "" in self.divisions or (project.filing is not None and self._under(project.filing.division))

    def reaches_system(self, system: GovSystem, looking: Looking) -> bool:
        """Does it reach a system: by one of the projects that it belongs to?"""
        return any(self.reaches_project(looking.project(p, must_exist=False)) for p in system.projects)

    def reaches_unit(self, unit: Unit) -> bool:
        """Does it reach a unit?"""
        return self.unit in {None, unit.uscc} and ("" in self.divisions or self._under(unit.division))

    def reaches(self, subject: UUID | str, looking: Looking) -> bool:
        """Does it reach what a request names: a project, system or unit by identity, a unit or evaluator by code?"""
        if isinstance(subject, str):
            return self.reaches_unit(looking.unit(subject)) or (self.role is Role.THIRD_PARTY and subject == self.unit)
        if self.unit is not None and subject in (unit_id(self.unit), evaluator_id(self.unit)):
            return True
        project = looking.project(subject, must_exist=False)
        if project.version:
            return self.reaches_project(project)
        return self.reaches_system(looking.system(subject, must_exist=False), looking)

    def check_act(self, subject: UUID | str, command: Any, looking: Looking) -> None:
        """Raises OutOfScopeError for an act on what is out of reach, BadFieldError for a filing for others alone."""
        asked = command.__dict__  # its fields: to ask the class for one that it lacks costs ten times as much
        filing = asked.get("filing")
        stated = filing.__dict__ if isinstance(filing, Filing) else asked
        owners = stated.get("owner_units")
        if self.unit is not None and owners is not None and self.unit not in owners:
            raise BadFieldError(
                text("建设单位须含本单位", "your own unit must be among the owner units"), "/act/owner_units"
            )
        division = stated.get("division")
        if isinstance(division, str) and "" not in self.divisions and not self._under(division):
            raise BadFieldError(
                text("区划不在授权范围内", "the division is beyond what is granted to you"), "/act/division"
            )
        if subject in _OF_THE_LOG or (isinstance(subject, str) and subject == asked.get("uscc")):
            return  # nothing that exists is named: the command's own fields say what it is about
        if not self.reaches(subject, looking) and not (owners is not None and _unowned(subject, looking)):
            raise OutOfScopeError(subject)

    def _under(self, division: str) -> bool:
        return division.startswith(self.divisions)


_OF_THE_LOG = frozenset({"new", "county", "guidance-fund", "accounts"})
"""What use cases call a subject that is not one of many."""


def _unowned(subject: UUID | str, looking: Looking) -> bool:
    """Is it a project that nobody has filed yet, so that whoever owns it may?"""
    return isinstance(subject, UUID) and looking.project(subject).filing is None
