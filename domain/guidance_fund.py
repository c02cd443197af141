"""建设引导基金 The county's guidance fund: contributions and investments (F06–F08)."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from domain.dates import CivilDate
from domain.event import Value
from domain.project import CorrectionNote, RefusalNote


class FieldTag(StrEnum):
    """投向 The fields that the fund aims at (F07) and puts first (F08)."""

    BASIC = "BASIC"  # 基础性
    PUBLIC_GOOD = "PUBLIC_GOOD"  # 公益性
    LIVELIHOOD = "LIVELIHOOD"  # 民生


class InvestmentStage(StrEnum):
    """环节 Whether the money supports building or operating (F09)."""

    BUILD = "BUILD"
    OPERATION = "OPERATION"


class InvestmentAsked(Value):
    """所请投资 An investment that is asked for. Amount in 分."""

    project: UUID
    amount_fen: int
    fields: tuple[FieldTag, ...]
    stage: InvestmentStage


class Investment(Value):
    """投资 An investment, and how much of it came back. Amounts in 分."""

    number: int
    project: UUID
    amount_fen: int
    fields: tuple[FieldTag, ...]
    stage: InvestmentStage
    invested_on: CivilDate
    returned_fen: int = 0


class GuidanceFund(Value):
    """引导基金状态 What is known of the fund at a moment: the fold of its events. Amounts in 分."""

    id: UUID
    version: int = 0
    contributed_fen: int = 0
    investments: tuple[Investment, ...] = ()
    refusals: tuple[RefusalNote, ...] = ()
    corrections: tuple[CorrectionNote, ...] = ()

    @property
    def balance_fen(self) -> int:
        """What can still be invested: contributed − invested + returned."""
        return self.contributed_fen - sum(i.amount_fen - i.returned_fen for i in self.investments)

    def investment(self, number: int) -> Investment | None:
        """The investment with this number, or None."""
        return next((i for i in self.investments if i.number == number), None)
