"""F01 加强项目资金使用管理和监督: nothing is arranged beyond its budget or paid out that was not arranged.

源政发〔2018〕16号 二（三）1. Where no budget of the purpose, year and source is recorded, arranging has no bound here.
"""

from __future__ import annotations

from domain.case import Case
from domain.check import Failing, Rule
from domain.rule import Gate, facts, text


def check(gate: Gate, case: Case) -> list[Failing]:
    """An arrangement stays within what is left of its budget, a disbursement within what is left of its arrangement."""
    del gate
    return [*_beyond_budget(case), *_beyond_arrangement(case)]


def _beyond_budget(case: Case) -> list[Failing]:
    amount, line = case.proposal.arrange_fen, case.proposal.line
    budget = case.project.budget_fen(line) if line is not None else None
    if amount is None or budget is None:
        return []
    left = budget - sum(a.amount.fen for a in case.project.arrangements if a.line == line)
    if amount <= left:
        return []
    return [
        Failing(
            text(
                f"安排{amount}分超过预算余额{left}分",
                f"arranging {amount} fen exceeds the {left} fen left of the budget",
            ),
            text(
                "减少安排数额，或先调整预算（funds/budgets）",
                "arrange less, or revise the budget first (funds/budgets)",
            ),
            facts(amount_fen=amount, left_fen=left, budget_fen=budget),
        )
    ]


def _beyond_arrangement(case: Case) -> list[Failing]:
    amount, arrangement = case.proposal.disburse_fen, case.proposal.arrangement
    if amount is None or arrangement is None:
        return []
    left = arrangement.amount.fen - arrangement.disbursed_fen + arrangement.refunded_fen
    if amount <= left:
        return []
    return [
        Failing(
            text(
                f"拨付{amount}分超过安排余额{left}分",
                f"disbursing {amount} fen exceeds the {left} fen left of the arrangement",
            ),
            text("减少拨付数额，或先追加安排", "disburse less, or arrange more first"),
            facts(amount_fen=amount, left_fen=left, arrangement=arrangement.number),
        )
    ]


MONEY_WATCHED = Rule("F01", check)
