"""G04 共享情况是竣工验收的必要条件: acceptance needs sharing verified. 源政发〔2018〕16号 二（三）1.

Verified: each resource declared for sharing is supplied to the city platform, by a supply record of one of
the project's systems dated on or before the day of acceptance.
"""

from __future__ import annotations

from domain.case import Case
from domain.check import Failing, Rule
from domain.project import ShareType
from domain.rule import Gate, facts, text


def unverified_resources(case: Case) -> list[str]:
    """Names of the resources declared for sharing that no supply record covers by the day."""
    sharing = case.project.sharing
    if sharing is None:
        return []
    supplied = {s.resource for system in case.live_systems for s in system.supplied_by(case.decided_on)}
    return [r.name for r in sharing.provides if r.share_type is not ShareType.NOT_SHARED and r.name not in supplied]


def check(gate: Gate, case: Case) -> list[Failing]:
    """Declared, and every declared resource verified as supplied."""
    del gate
    if case.project.filing is None or case.secrecy_exempt:
        return []
    sharing = case.project.sharing
    if sharing is None or not sharing.declared_on.certainly_on_or_before(case.decided_on):
        return [
            Failing(
                text("没有有效的共享声明，共享情况无从核验", "no sharing declaration is in force to be verified"),
                text("先提交共享声明（sharing）", "declare the sharing first (sharing)"),
            )
        ]
    if case.project.no_system is not None:
        return []
    missing = unverified_resources(case)
    if missing:
        return [
            Failing(
                text(f"已声明共享但未核验：{'、'.join(missing)}", f"declared but not verified: {', '.join(missing)}"),
                text(
                    "逐项登记向共享平台供数的核验记录（platform-supplies）",
                    "record a verified platform supply for each resource (platform-supplies)",
                ),
                facts(unverified=",".join(missing)),
            )
        ]
    return []


SHARING_VERIFIED = Rule("G04", check)
