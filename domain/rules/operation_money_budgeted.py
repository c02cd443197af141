"""F04 运行维护工作经费纳入各部门预算统筹安排: operation money is in each department's budget.

源政发〔2018〕16号 五（二）.
"""

from __future__ import annotations

from domain.case import Case
from domain.check import Failing, Rule
from domain.project import FundSource
from domain.rule import Gate, facts, text


def check(gate: Gate, case: Case) -> list[Failing]:
    """Operation money is arranged from a department's budget."""
    del gate
    line = case.proposal.line
    if line is None or line.source is FundSource.DEPT_BUDGET:
        return []
    return [
        Failing(
            text("运行维护经费未纳入部门预算", "operation money is not in the department's budget"),
            text("改由部门预算安排（source=DEPT_BUDGET）", "arrange it from the department's budget"),
            facts(source=line.source),
        )
    ]


OPERATION_MONEY_BUDGETED = Rule("F04", check)
