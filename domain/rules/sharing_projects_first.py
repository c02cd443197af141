"""F05 涉及政务信息资源共享和利用的项目，优先安排立项和建设运维资金: sharing projects come first.

源政发〔2018〕16号 五（二）. Only says that the priority applies; it asks for nothing.
"""

from __future__ import annotations

from domain.case import Case
from domain.check import Failing, Rule
from domain.rule import Gate, text


def check(gate: Gate, case: Case) -> list[Failing]:
    """Note the priority of a project that is filed as sharing-related; once for money, when it is arranged."""
    del gate
    filing = case.project.filing
    if filing is None or not filing.sharing_related or case.proposal.disburse_fen is not None:
        return []
    return [
        Failing(
            text("涉及共享和利用的项目，应优先安排", "a project of sharing and use is to come first"),
            text("在同期项目中优先考虑", "put it before the other projects of the period"),
        )
    ]


SHARING_PROJECTS_FIRST = Rule("F05", check)
