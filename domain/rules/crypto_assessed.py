"""C01 商用密码应用安全性评估: from a level that the rule set states, a passing assessment that is in date.

Not of the founding document: only rule sets with a crypto policy state it (密码法; 商用密码管理条例, 国务院令第760号).
Off is no clause, recording is a clause that is only tracked, requiring is one of required evidence.
"""

from __future__ import annotations

from domain.case import Case
from domain.check import Failing, Rule
from domain.dates import add_months
from domain.rule import Conclusion, Gate, facts, text
from domain.system import CryptoStage, GovSystem


def check(gate: Gate, case: Case) -> list[Failing]:
    """Every live system of a high enough level has an assessment that serves on the day."""
    del gate
    policy = case.rules.parameters.crypto
    if policy is None or case.project.classified:
        return []
    asked = [s for s in case.live_systems if s.level_filing is not None and s.level_filing.level >= policy.from_level]
    return [
        Failing(
            text(
                f"系统“{system.name}”没有合格且在有效期内的密码应用安全性评估",
                f"“{system.name}” has no passing assessment of its cryptography that is in date",
            ),
            text("评估并登记（crypto-assessments）", "have it assessed and record it (crypto-assessments)"),
            facts(system=system.id, assessments=len(system.crypto_assessments), decided_on=case.decided_on),
        )
        for system in asked
        if not _serves(system, case)
    ]


def _serves(system: GovSystem, case: Case) -> bool:
    policy, day = case.rules.parameters.crypto, case.decided_on
    return policy is not None and any(
        a.stage is CryptoStage.SYSTEM
        and a.assessed_on.certainly_on_or_before(day)
        and add_months(a.assessed_on.earliest, policy.validity_months) >= day
        and policy.conclusions.get(a.conclusion, Conclusion.FAIL) is not Conclusion.FAIL
        and a.unresolved_high_risks == 0
        for a in system.crypto_assessments
    )


CRYPTO_ASSESSED = Rule("C01", check)
