"""G18 网络信息安全同规划、同建设、同考核: security is planned before approval and built before acceptance.

源政发〔2018〕16号 五（四）. The third mark, in the assessment, follows acceptance: it is recorded and reminded of.
"""

from __future__ import annotations

from domain.case import Case
from domain.check import Failing, Rule
from domain.project import SecurityPhase
from domain.rule import Gate, facts, text


def check(gate: Gate, case: Case) -> list[Failing]:
    """The plan's mark at approval, the building's mark at acceptance."""
    filing = case.project.filing
    if filing is None:
        return []
    if gate is Gate.APPROVE:
        if filing.security_planned:
            return []
        return [
            Failing(
                text("网络信息安全没有同规划", "security was not planned together with the project"),
                text(
                    "在建设方案中同步规划安全，并在备案中标明（security_planned）",
                    "plan security in the project and say so in the filing (security_planned)",
                ),
                facts(security_planned=filing.security_planned),
            )
        ]
    marks = (m for m in case.project.security_marks if m.phase is SecurityPhase.BUILD)
    if any(m.marked_on.certainly_on_or_before(case.decided_on) for m in marks):
        return []
    return [
        Failing(
            text("没有网络信息安全同建设的记录", "nothing records that security was built together with the project"),
            text("登记同建设（security-marks，phase=BUILD）", "record it (security-marks with phase=BUILD)"),
        )
    ]


SECURITY_WENT_ALONG = Rule("G18", check)
