"""县 The county as a whole: its leading group, the holders of roles, and what is evaluated about all of it."""

from __future__ import annotations

from uuid import UUID

from domain.assessment import CountyEvaluation
from domain.event import Value
from domain.project import CorrectionNote


class County(Value):
    """县状态 What is known of the county at a moment: the fold of its events."""

    id: UUID
    version: int = 0
    evaluations: tuple[CountyEvaluation, ...] = ()
    corrections: tuple[CorrectionNote, ...] = ()
