"""考核与县级评价 What is known of the yearly assessment of a unit, and of an evaluation of the whole county."""

from __future__ import annotations

from enum import StrEnum

from domain.dates import CivilDate
from domain.event import Value
from domain.scheme import SchemeRef, Score, Weight


class AssessmentKind(StrEnum):
    """考核类别 What a yearly assessment is part of."""

    TARGET_DUTY = "TARGET_DUTY"  # 责任目标考核 (O23)
    COMPREHENSIVE = "COMPREHENSIVE"  # 全县经济社会发展综合考核 (O09)


class Assessment(Value):
    """考核 The outcome of a unit's assessment for a year. Grades of different scales are never compared."""

    number: int
    kind: AssessmentKind
    year: int
    assessor: str
    scale: str
    grade: str
    score: str | None
    scheme: SchemeRef | None
    weights: tuple[Weight, ...] = ()
    scores: tuple[Score, ...] = ()
    assessed_on: CivilDate


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
