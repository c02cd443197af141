"""G21 能共享的材料不得要求重复提交: a service must not demand papers that sharing supplies.

源政发〔2018〕16号 三（一）. This record keeps the rule itself: a paper is named by its digest, and once
named it is never asked for again.
"""

from __future__ import annotations

from domain.case import Case
from domain.check import Failing, Rule
from domain.rule import Gate, facts, text


def check(gate: Gate, case: Case) -> list[Failing]:
    """None of the papers that the service demands is obtainable by sharing."""
    del gate
    again = case.proposal.demanded_again
    if not again:
        return []
    return [
        Failing(
            text(
                f"要求提交能通过共享取得的材料：{'、'.join(again)}",
                f"papers are demanded that sharing supplies: {', '.join(again)}",
            ),
            text("从要件中删去这些材料，改为共享取得", "take these papers off the list and obtain them by sharing"),
            facts(demanded_again=",".join(again)),
        )
    ]


NO_REPEATED_MATERIAL = Rule("G21", check)
