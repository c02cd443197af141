"""F06 建立新型智慧城市建设引导基金: the fund invests what it has, never more. 源政发〔2018〕16号 四（二）."""

from __future__ import annotations

from domain.case import Case
from domain.check import Failing, Rule
from domain.rule import Gate, facts, text


def check(gate: Gate, case: Case) -> list[Failing]:
    """An investment stays within the fund's balance."""
    del gate
    asked = case.proposal.investment
    balance = case.fund.balance_fen if case.fund is not None else 0
    if asked is None or asked.amount_fen <= balance:
        return []
    return [
        Failing(
            text(
                f"投资{asked.amount_fen}分超过基金余额{balance}分",
                f"investing {asked.amount_fen} fen exceeds the fund's balance of {balance} fen",
            ),
            text("减少投资数额，或先出资（contributions）", "invest less, or contribute first (contributions)"),
            facts(amount_fen=asked.amount_fen, balance_fen=balance),
        )
    ]


FUND_NOT_OVERDRAWN = Rule("F06", check)
