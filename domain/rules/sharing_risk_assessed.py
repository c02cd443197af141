"""G16 推进政务信息资源共享利用风险评估: an assessment of the risks of sharing is on record by acceptance.

源政发〔2018〕16号 五（四）. A thing to advance: its absence is noted unless a rule set makes it stronger.
"""

from __future__ import annotations

from domain.case import Case
from domain.check import Failing, Rule
from domain.rule import Gate, text


def check(gate: Gate, case: Case) -> list[Failing]:
    """An assessment is recorded by the day, where anything is shared."""
    del gate
    project = case.project
    if project.sharing is None or not project.sharing.provides:
        return []
    if any(a.assessed_on.certainly_on_or_before(case.decided_on) for a in project.risk_assessments):
        return []
    return [
        Failing(
            text("没有共享利用风险评估", "no risk assessment of sharing is recorded"),
            text("评估并登记（sharing/risk-assessments）", "assess and record it (sharing/risk-assessments)"),
        )
    ]


SHARING_RISK_ASSESSED = Rule("G16", check)
