"""F01 加强项目资金使用管理和监督: nothing is paid out that was not arranged. 源政发〔2018〕16号 二（三）1."""

from __future__ import annotations

from domain.case import Case
from domain.check import Failing, Rule
from domain.rule import Gate, facts, text


def check(gate: Gate, case: Case) -> list[Failing]:
    """A disbursement stays within what is left of its arrangement."""
    del gate
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
