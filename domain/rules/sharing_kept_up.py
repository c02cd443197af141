"""G05 共享情况是运维经费安排的必要条件: operation money needs sharing kept up. 源政发〔2018〕16号 二（三）1.

Kept up: the project is accepted, every declared resource is still verified, and no lapse is open.
"""

from __future__ import annotations

from domain.case import Case
from domain.check import Failing, Rule
from domain.rule import Gate, facts, text
from domain.rules.sharing_verified import unverified_resources


def check(gate: Gate, case: Case) -> list[Failing]:
    """Accepted, verified, and not lapsed."""
    del gate
    project = case.project
    if project.filing is None:
        return []
    failings = []
    accepted = project.acceptance
    if accepted is None or not accepted.accepted_on.certainly_on_or_before(case.decided_on):
        failings.append(
            Failing(
                text("项目未通过竣工验收，共享未经核验", "the project is not accepted, so its sharing is not verified"),
                text("先通过竣工验收（acceptance）", "pass the completion acceptance first (acceptance)"),
                facts(accepted_on=accepted.accepted_on if accepted else "-", decided_on=case.decided_on),
            )
        )
    if case.secrecy_exempt:
        return failings
    if project.sharing is None:
        failings.append(
            Failing(
                text("共享声明已不在有效状态", "the sharing declaration is no longer in force"),
                text("重新提交共享声明（sharing）", "declare the sharing again (sharing)"),
            )
        )
    if project.sharing_lapses:
        lapsed = ",".join(project.sharing_lapses)
        failings.append(
            Failing(
                text(f"共享中断：{lapsed}", f"sharing has lapsed: {lapsed}"),
                text("恢复供数并登记（sharing/resumption）", "resume the supply and record it (sharing/resumption)"),
                facts(lapsed=lapsed),
            )
        )
    missing = unverified_resources(case) if project.no_system is None else []
    if accepted is not None and missing:
        failings.append(
            Failing(
                text(f"已声明共享但未核验：{'、'.join(missing)}", f"declared but not verified: {', '.join(missing)}"),
                text(
                    "逐项登记向共享平台供数的核验记录（platform-supplies）",
                    "record a verified platform supply for each resource (platform-supplies)",
                ),
                facts(unverified=",".join(missing)),
            )
        )
    return failings


SHARING_KEPT_UP = Rule("G05", check)
