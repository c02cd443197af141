"""第三方专业评估机构 A third-party evaluator: qualification, and interests that keep it from evaluating (O33)."""

from __future__ import annotations

from uuid import UUID

from domain.event import Value
from domain.project import CorrectionNote


class Evaluator(Value):
    """评估机构状态 What is known of an evaluator at a moment: the fold of its events."""

    id: UUID
    version: int = 0
    uscc: str = ""
    corrections: tuple[CorrectionNote, ...] = ()
