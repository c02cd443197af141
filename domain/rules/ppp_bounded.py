"""F12 建立重点工程 PPP 项目库，明确风险责任、收益边界，加强绩效评价: no entry without all of them.

源政发〔2018〕16号 四（三）. The library is for works of strategic weight and long investment; why, is asked too.
"""

from __future__ import annotations

from domain.case import Case
from domain.check import Failing, Rule
from domain.rule import Gate, facts, text

_CONDITIONS = {
    "risk_allocation": text("风险责任", "the allocation of risk"),
    "return_boundary": text("收益边界", "the boundary of returns"),
    "evaluation_plan": text("绩效评价方案", "the plan of performance evaluation"),
    "reason": text("战略意义大、投资周期长的理由", "the reason: strategic weight and long investment"),
}


def check(gate: Gate, case: Case) -> list[Failing]:
    """An entry states risk allocation, return boundary, evaluation plan, and the reason."""
    del gate
    terms = case.proposal.ppp
    missing = [name for name in _CONDITIONS if terms is not None and not getattr(terms, name)]
    if not missing:
        return []
    zh = "、".join(_CONDITIONS[name].zh for name in missing)
    en = "; ".join(_CONDITIONS[name].en for name in missing)
    return [
        Failing(
            text(f"PPP项目入库条件不全，缺：{zh}", f"the PPP entry lacks {en}"),
            text("补齐后重新申请入库（ppp/listing）", "state them and ask for the entry again (ppp/listing)"),
            facts(missing=",".join(missing)),
        )
    ]


PPP_BOUNDED = Rule("F12", check)
