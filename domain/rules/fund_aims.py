"""F07 重点投向基础性、公益性领域: the fund aims at basic and public-good fields. 源政发〔2018〕16号 四（二）."""

from __future__ import annotations

from domain.case import Case
from domain.check import Failing, Rule
from domain.guidance_fund import FieldTag
from domain.rule import Gate, facts, text

_AIMS = frozenset({FieldTag.BASIC, FieldTag.PUBLIC_GOOD})


def check(gate: Gate, case: Case) -> list[Failing]:
    """An investment is tagged as basic or public good."""
    del gate
    asked = case.proposal.investment
    if asked is None or _AIMS & set(asked.fields):
        return []
    return [
        Failing(
            text("投资不在基础性、公益性领域", "the investment is in neither a basic nor a public-good field"),
            text("优先投向基础性、公益性领域", "prefer basic and public-good fields"),
            facts(fields=",".join(asked.fields) or "-"),
        )
    ]


FUND_AIMS = Rule("F07", check)
