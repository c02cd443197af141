"""G06 不共享，不立项，不拨款: no sharing, no establishment, no money. 源政发〔2018〕16号 二（三）1.

Guards approval and all money. No role may override it; only a new fact can change the outcome.
"""

from __future__ import annotations

from domain.case import Case
from domain.check import Failing, Rule
from domain.rule import Gate, facts, text


def check(gate: Gate, case: Case) -> list[Failing]:
    """A sharing declaration is in force on the day of approval, arrangement or disbursement."""
    if case.project.filing is None or case.secrecy_exempt:
        return []
    sharing = case.project.sharing
    if sharing is not None and sharing.declared_on.certainly_on_or_before(case.decided_on):
        return []
    consequence = text("不立项", "no establishment") if gate is Gate.APPROVE else text("不拨款", "no money")
    return [
        Failing(
            text(f"未共享：没有有效的共享声明，{consequence.zh}", f"no sharing declaration in force: {consequence.en}"),
            text("先提交共享声明（sharing）", "declare the sharing first (sharing)"),
            facts(declared_on=sharing.declared_on if sharing else "-", decided_on=case.decided_on),
        )
    ]


NO_SHARING_NO_MONEY = Rule("G06", check)
