"""F02 共享相关工作经费纳入部门财政预算，给予优先安排: sharing work is in the department's budget, first in line.

源政发〔2018〕16号 二（三）1. One finding says that the priority applies, another that the source is a different one.
"""

from __future__ import annotations

from domain.case import Case
from domain.check import Failing, Rule
from domain.project import FundSource
from domain.rule import Gate, facts, text


def check(gate: Gate, case: Case) -> list[Failing]:
    """Note the priority when money of sharing work is arranged, and a source other than the department's budget."""
    del gate
    if case.proposal.disburse_fen is not None:
        return []
    failings = [
        Failing(
            text("共享相关工作经费，应优先安排", "money for sharing work is to be arranged first"),
            text("在同期安排中优先考虑", "put it before the other arrangements of the period"),
        )
    ]
    line = case.proposal.line
    if line is not None and line.source is not FundSource.DEPT_BUDGET:
        failings.append(
            Failing(
                text("共享相关工作经费未纳入部门财政预算", "money for sharing work is not in the department's budget"),
                text("改由部门预算安排（source=DEPT_BUDGET）", "arrange it from the department's budget"),
                facts(source=line.source),
            )
        )
    return failings


SHARING_WORK_FIRST = Rule("F02", check)
