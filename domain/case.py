"""案情 All that a gate may look at, gathered before the judgement so that judging is a pure function."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from domain.evaluator import Evaluator
from domain.guidance_fund import GuidanceFund
from domain.performed import Performed
from domain.project import Project
from domain.proposal import Proposal
from domain.rule import RuleSet
from domain.system import GovSystem
from domain.unit import Unit


@dataclass(frozen=True)
class Case:
    """The facts known at a decision, the day it is judged on, and the rule set in force."""

    decided_on: date
    rules: RuleSet
    project: Project
    systems: tuple[GovSystem, ...] = ()
    owner_units: tuple[Unit, ...] = ()
    evaluator: Evaluator | None = None
    """What the register knows of the evaluator that is to be commissioned."""
    proposal: Proposal = field(default_factory=Proposal)
    fund: GuidanceFund | None = None
    """The guidance fund, where an investment of it is judged."""

    person: UUID | None = None
    """Whoever acts, where it is recorded which person that is."""
    performed_elsewhere: tuple[Performed, ...] = ()
    """Acts in the further projects of a system that several projects share."""

    def but(self, **changes: Any) -> Case:
        """The same case with some parts replaced."""
        made = object.__new__(Case)
        made.__dict__.update(self.__dict__, **changes)
        return made

    @property
    def secrecy_exempt(self) -> bool:
        """Is the project classified, with the secrecy office's document recorded? Then sharing is not asked for."""
        filing = self.project.filing
        return filing is not None and filing.classified and bool(filing.secrecy_document_no)

    @property
    def performed(self) -> tuple[Performed, ...]:
        """What persons have done in the project and its systems."""
        of_systems = [p for system in self.systems for p in system.performed]
        return (*self.project.performed, *of_systems, *self.performed_elsewhere)

    @property
    def live_systems(self) -> tuple[GovSystem, ...]:
        """The project's systems that are not retired."""
        return tuple(s for s in self.systems if s.retired_on is None)
