"""F08 优先支持涉及民生的智慧应用: livelihood applications come first. 源政发〔2018〕16号 四（二）.

Only says that the priority applies; it asks for nothing.
"""

from __future__ import annotations

from domain.case import Case
from domain.check import Failing, Rule
from domain.guidance_fund import FieldTag
from domain.rule import Gate, facts, text


def check(gate: Gate, case: Case) -> list[Failing]:
    """Note the priority of an investment that is tagged as livelihood."""
    del gate
    asked = case.proposal.investment
    if asked is None or FieldTag.LIVELIHOOD not in asked.fields:
        return []
    return [
        Failing(
            text("涉及民生的智慧应用，应优先支持", "a livelihood application is to be supported first"),
            text("在同期投资中优先考虑", "put it before the other investments of the period"),
            facts(fields=",".join(asked.fields)),
        )
    ]


LIVELIHOOD_FIRST = Rule("F08", check)
