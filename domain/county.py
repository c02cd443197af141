"""县 The county as a whole: its leading group, the holders of roles, and what is evaluated about all of it."""

from __future__ import annotations

from uuid import UUID

from domain.dates import CivilDate
from domain.event import Value
from domain.project import CorrectionNote
from domain.scheme import SchemeRef, Score, Weight


class CountyEvaluation(Value):
    """县级评价 An evaluation of the county as a whole for a year, by points, grade or stars."""

    number: int
    year: int
    evaluator: str
    scale: str
    grade: str
    score: str
    stars: int | None
    scheme: SchemeRef
    weights: tuple[Weight, ...] = ()
    scores: tuple[Score, ...]
    evaluated_on: CivilDate


class County(Value):
    """县状态 What is known of the county at a moment: the fold of its events."""

    id: UUID
    version: int = 0
    evaluations: tuple[CountyEvaluation, ...] = ()
    corrections: tuple[CorrectionNote, ...] = ()
