"""G05 共享情况是运维经费安排的必要条件: operation money needs sharing kept up. 源政发〔2018〕16号 二（三）1.

Kept up: the project is accepted, every declared resource is still verified and was updated in time, and no lapse is
open. How many missed update cycles are a lapse is data of the rule set.
"""

from __future__ import annotations

from datetime import timedelta

from domain.case import Case
from domain.check import Failing, Rule
from domain.project import ShareType
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
    stale = _stale_resources(case)
    if accepted is not None and stale:
        listed = ",".join(stale)
        failings.append(
            Failing(
                text(f"超过更新周期未更新：{listed}", f"not updated within its cycle: {listed}"),
                text(
                    "更新供数并登记（platform-supplies/confirmations）",
                    "update the supply and record it (platform-supplies/confirmations)",
                ),
                facts(stale=listed, decided_on=case.decided_on),
            )
        )
    return failings


def _stale_resources(case: Case) -> list[str]:
    """Shared resources whose last update lies more than the allowed number of cycles back."""
    stale = []
    for resource in case.project.sharing.provides if case.project.sharing else ():
        if resource.share_type is ShareType.NOT_SHARED or not resource.update_cycle_days:
            continue
        updates = [day for s in case.live_systems if (day := s.updated_by(resource.name, case.decided_on)) is not None]
        allowed = timedelta(days=resource.update_cycle_days * case.rules.parameters.lapse_after_cycles)
        if updates and max(updates) + allowed < case.decided_on:
            stale.append(resource.name)
    return stale


SHARING_KEPT_UP = Rule("G05", check)
