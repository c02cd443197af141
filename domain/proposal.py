"""所请 What a step asks for, as far as rules look at it. A refusal keeps it, so that it can be judged again."""

from __future__ import annotations

from typing import Self

from domain.event import Value
from domain.guidance_fund import InvestmentAsked
from domain.project import Arrangement, BudgetLine, CommissionTerms, Filing, FundPurpose, PppTerms
from domain.recorded import Role


class Proposal(Value):
    """What the step at hand asks for."""

    act: str | None = None
    """Stored name of the fact that it would be (`Event.duty_act`); None when only asking what is missing."""
    filing: Filing | None = None
    free_text: tuple[str, ...] = ()
    """Names of filled fields that hold free text or papers, which a classified project must not carry."""
    purpose: FundPurpose | None = None
    line: BudgetLine | None = None
    arrange_fen: int | None = None
    disburse_fen: int | None = None
    arrangement: Arrangement | None = None
    investment: InvestmentAsked | None = None
    ppp: PppTerms | None = None
    commission: CommissionTerms | None = None
    acting_as: Role | None = None
    """The capacity of who decides; None when only asking what is missing."""
    demanded_again: tuple[str, ...] = ()
    """Materials demanded for a service although sharing supplies them (G21)."""

    def kept(self) -> Self:
        """What of it may be recorded: of a classified filing only the placeholder and the names of filled fields."""
        if self.filing is None or not self.filing.classified:
            return self
        names = (*self.filing.free_text(), *self.free_text)
        return self.but(filing=self.filing.placeholder(), free_text=names)
