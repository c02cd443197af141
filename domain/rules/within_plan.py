"""G22 在全县新型智慧城市总体规划框架下: a project cites its plan item, or says why it lies outside.

源政发〔2018〕16号 二（二）、四（一）. A classified project cannot say it here and is not asked.
"""

from __future__ import annotations

from domain.case import Case
from domain.check import Failing, Rule
from domain.rule import Gate, text


def check(gate: Gate, case: Case) -> list[Failing]:
    """The filing names a plan item or the reason for being outside the plan."""
    filing = case.proposal.filing if gate is Gate.FILE else case.project.filing
    if filing is None or filing.classified or filing.plan_item or filing.outside_plan_reason:
        return []
    return [
        Failing(
            text("未注明总体规划条目，也没有规划外理由", "neither a plan item nor a reason for being outside the plan"),
            text(
                "填写总体规划条目（plan_item）或规划外理由（outside_plan_reason）",
                "give the plan item (plan_item) or the reason (outside_plan_reason)",
            ),
        )
    ]


WITHIN_PLAN = Rule("G22", check)
