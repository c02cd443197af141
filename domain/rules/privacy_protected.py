"""G17 完善个人隐私保护措施: a shared resource with personal information has an impact assessment by acceptance.

源政发〔2018〕16号 五（四）、三（一）. The assessment itself is a duty of the personal-information protection law.
"""

from __future__ import annotations

from domain.case import Case
from domain.check import Failing, Rule
from domain.project import ShareType
from domain.rule import Gate, facts, text


def check(gate: Gate, case: Case) -> list[Failing]:
    """Every shared resource flagged with personal information was assessed by the day."""
    del gate
    sharing = case.project.sharing
    if sharing is None:
        return []
    assessed = {
        a.resource for a in case.project.privacy_assessments if a.assessed_on.certainly_on_or_before(case.decided_on)
    }
    missing = [
        r.name
        for r in sharing.provides
        if r.personal_information and r.share_type is not ShareType.NOT_SHARED and r.name not in assessed
    ]
    if not missing:
        return []
    return [
        Failing(
            text(
                f"含个人信息而没有影响评估：{'、'.join(missing)}",
                f"personal information without an impact assessment: {', '.join(missing)}",
            ),
            text(
                "完成个人信息保护影响评估并登记（sharing/privacy-assessments）",
                "assess the impact and record it (sharing/privacy-assessments)",
            ),
            facts(unassessed=",".join(missing)),
        )
    ]


PRIVACY_PROTECTED = Rule("G17", check)
