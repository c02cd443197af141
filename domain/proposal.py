"""所请 What a step asks for, as far as rules look at it."""

from __future__ import annotations

from domain.event import Value
from domain.guidance_fund import InvestmentAsked
from domain.project import Arrangement, BudgetLine, Filing, FundPurpose, PppTerms


class Proposal(Value):
    """What the step at hand asks for."""

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
