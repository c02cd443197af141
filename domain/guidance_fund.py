"""建设引导基金 The county's guidance fund: contributions and investments (F06–F08)."""

from __future__ import annotations

from uuid import UUID

from domain.event import Value
from domain.project import CorrectionNote, RefusalNote


class GuidanceFund(Value):
    """引导基金状态 What is known of the fund at a moment: the fold of its events. Amounts in 分."""

    id: UUID
    version: int = 0
    refusals: tuple[RefusalNote, ...] = ()
    corrections: tuple[CorrectionNote, ...] = ()
