"""G03 共享情况是项目审核的必要条件: approval needs a sharing declaration in force. 源政发〔2018〕16号 二（三）1.

A new system whose resources are all 不予共享 has declared nothing that is shared (facts 8, question 1).
"""

from __future__ import annotations

from domain.case import Case
from domain.check import Failing, Rule
from domain.project import ProjectKind, ShareType
from domain.rule import Gate, facts, text


def check(gate: Gate, case: Case) -> list[Failing]:
    """A declaration is in force on the day and does not withhold everything."""
    del gate
    filing, sharing = case.project.filing, case.project.sharing
    if filing is None or case.secrecy_exempt:
        return []
    if sharing is None or not sharing.declared_on.certainly_on_or_before(case.decided_on):
        return [
            Failing(
                text("没有有效的共享声明", "no sharing declaration is in force"),
                text("先提交共享声明（sharing）", "declare the sharing first (sharing)"),
                facts(declared_on=sharing.declared_on if sharing else "-", decided_on=case.decided_on),
            )
        ]
    withheld = [r for r in sharing.provides if r.share_type is ShareType.NOT_SHARED]
    if filing.kind is ProjectKind.NEW and sharing.provides and len(withheld) == len(sharing.provides):
        return [
            Failing(
                text("新建系统的全部资源均为不予共享", "every resource of the new system is withheld"),
                text("至少声明一项可共享的资源", "declare at least one resource that is shared"),
                facts(provides=len(sharing.provides), withheld=len(withheld)),
            )
        ]
    return []


SHARING_DECLARED = Rule("G03", check)
