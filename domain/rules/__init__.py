"""关口表 Which rule guards which gate. Read this table first; each rule is a file of this folder.

`judge` asks every rule of a gate and lists everything that fails, never only the first failing.
"""

from __future__ import annotations

from domain.case import Case
from domain.rule import Effect, Finding, Gate, Judgement, NormStrength
from domain.rules.build_money_budgeted import BUILD_MONEY_BUDGETED
from domain.rules.changes_within_limit import CHANGES_WITHIN_LIMIT
from domain.rules.city_exchange_used import CITY_EXCHANGE_USED
from domain.rules.city_platform import CITY_PLATFORM
from domain.rules.crypto_assessed import CRYPTO_ASSESSED
from domain.rules.duties_separated import DUTIES_SEPARATED
from domain.rules.evaluator_independent import EVALUATOR_INDEPENDENT
from domain.rules.filed_in_full import FILED_IN_FULL
from domain.rules.fund_aims import FUND_AIMS
from domain.rules.fund_not_overdrawn import FUND_NOT_OVERDRAWN
from domain.rules.graded_response import GRADED_RESPONSE
from domain.rules.interconnected import INTERCONNECTED
from domain.rules.livelihood_first import LIVELIHOOD_FIRST
from domain.rules.money_watched import MONEY_WATCHED
from domain.rules.networked import NETWORKED
from domain.rules.no_isolated_system import NO_ISOLATED_SYSTEM
from domain.rules.no_repeated_material import NO_REPEATED_MATERIAL
from domain.rules.no_sharing_no_money import NO_SHARING_NO_MONEY
from domain.rules.not_built_alone import NOT_BUILT_ALONE
from domain.rules.operation_money_budgeted import OPERATION_MONEY_BUDGETED
from domain.rules.oversight_heeded import OVERSIGHT_HEEDED
from domain.rules.ppp_bounded import PPP_BOUNDED
from domain.rules.privacy_protected import PRIVACY_PROTECTED
from domain.rules.secrecy_kept import SECRECY_KEPT
from domain.rules.security_tested import SECURITY_TESTED
from domain.rules.security_went_along import SECURITY_WENT_ALONG
from domain.rules.services_on_platform import SERVICES_ON_PLATFORM
from domain.rules.sharing_declared import SHARING_DECLARED
from domain.rules.sharing_kept_up import SHARING_KEPT_UP
from domain.rules.sharing_needs_stated import SHARING_NEEDS_STATED
from domain.rules.sharing_projects_by_drc import SHARING_PROJECTS_BY_DRC
from domain.rules.sharing_projects_first import SHARING_PROJECTS_FIRST
from domain.rules.sharing_risk_assessed import SHARING_RISK_ASSESSED
from domain.rules.sharing_verified import SHARING_VERIFIED
from domain.rules.sharing_work_first import SHARING_WORK_FIRST
from domain.rules.three_connections import THREE_CONNECTIONS
from domain.rules.unit_connected import UNIT_CONNECTED
from domain.rules.within_plan import WITHIN_PLAN

GATES = {
    Gate.FILE: (FILED_IN_FULL, WITHIN_PLAN, SECRECY_KEPT, DUTIES_SEPARATED),
    Gate.APPROVE: (
        FILED_IN_FULL,
        NOT_BUILT_ALONE,
        SHARING_DECLARED,
        NO_SHARING_NO_MONEY,
        SHARING_NEEDS_STATED,
        CITY_PLATFORM,
        UNIT_CONNECTED,
        NO_ISOLATED_SYSTEM,
        NETWORKED,
        OVERSIGHT_HEEDED,
        SECRECY_KEPT,
        SECURITY_WENT_ALONG,
        WITHIN_PLAN,
        SHARING_PROJECTS_BY_DRC,
        SHARING_PROJECTS_FIRST,
        DUTIES_SEPARATED,
    ),
    Gate.ACCEPT: (
        FILED_IN_FULL,
        SHARING_VERIFIED,
        INTERCONNECTED,
        CITY_PLATFORM,
        SERVICES_ON_PLATFORM,
        SECURITY_TESTED,
        OVERSIGHT_HEEDED,
        SECRECY_KEPT,
        SHARING_RISK_ASSESSED,
        PRIVACY_PROTECTED,
        SECURITY_WENT_ALONG,
        GRADED_RESPONSE,
        CITY_EXCHANGE_USED,
        THREE_CONNECTIONS,
        CRYPTO_ASSESSED,
        CHANGES_WITHIN_LIMIT,
        DUTIES_SEPARATED,
    ),
    Gate.FUND_BUILD: (
        FILED_IN_FULL,
        NO_SHARING_NO_MONEY,
        MONEY_WATCHED,
        OVERSIGHT_HEEDED,
        SECRECY_KEPT,
        BUILD_MONEY_BUDGETED,
        SHARING_PROJECTS_FIRST,
        CHANGES_WITHIN_LIMIT,
        DUTIES_SEPARATED,
    ),
    Gate.FUND_OPERATION: (
        FILED_IN_FULL,
        SHARING_KEPT_UP,
        NO_SHARING_NO_MONEY,
        UNIT_CONNECTED,
        MONEY_WATCHED,
        OVERSIGHT_HEEDED,
        SECRECY_KEPT,
        GRADED_RESPONSE,
        CRYPTO_ASSESSED,
        OPERATION_MONEY_BUDGETED,
        SHARING_PROJECTS_FIRST,
        DUTIES_SEPARATED,
    ),
    Gate.FUND_SHARING_WORK: (
        FILED_IN_FULL,
        NO_SHARING_NO_MONEY,
        MONEY_WATCHED,
        OVERSIGHT_HEEDED,
        SECRECY_KEPT,
        SHARING_WORK_FIRST,
        DUTIES_SEPARATED,
    ),
    Gate.FUND_INVEST: (
        FILED_IN_FULL,
        NO_SHARING_NO_MONEY,
        FUND_NOT_OVERDRAWN,
        OVERSIGHT_HEEDED,
        SECRECY_KEPT,
        FUND_AIMS,
        LIVELIHOOD_FIRST,
        DUTIES_SEPARATED,
    ),
    Gate.PPP_LIST: (FILED_IN_FULL, SECRECY_KEPT, PPP_BOUNDED, DUTIES_SEPARATED),
    Gate.SERVE: (FILED_IN_FULL, SECRECY_KEPT, NO_REPEATED_MATERIAL, DUTIES_SEPARATED),
    Gate.EVALUATE: (FILED_IN_FULL, EVALUATOR_INDEPENDENT, SECRECY_KEPT, DUTIES_SEPARATED),
    Gate.RECORD: (FILED_IN_FULL, SECRECY_KEPT, DUTIES_SEPARATED),
}


def judge(gate: Gate, case: Case) -> Judgement:
    """Judge a case at a gate. Every failing rule that the case's rule set states gives a finding.

    A default denial (原则上) yields to an exception from that rule in force on the day; nothing else yields.
    Priorities and things merely promoted are noted and never block.
    """
    findings = []
    for rule in GATES[gate]:
        clause = case.rules.clause(rule.id)
        if clause is None:
            continue
        for failing in rule.check(gate, case):
            exception = next(
                (e for e in case.project.exceptions if e.rule == rule.id and e.in_force(case.decided_on)), None
            )
            if clause.strength in {NormStrength.PRIORITY, NormStrength.TRACK_ONLY}:
                effect = Effect.NOTES
            elif clause.strength is NormStrength.DEFAULT_DENY and exception is not None:
                effect = Effect.YIELDS
            else:
                effect = Effect.BLOCKS
            findings.append(
                Finding(
                    rule=rule.id,
                    clause=clause,
                    effect=effect,
                    reason=failing.reason,
                    cure=failing.cure,
                    facts=failing.facts,
                    exception=exception.document_no if exception and effect is Effect.YIELDS else None,
                )
            )
    return Judgement.made_of(
        gate=gate,
        allowed=not any(f.effect is Effect.BLOCKS for f in findings),
        judged_on=case.decided_on,
        rule_set=case.rules.ref(),
        findings=tuple(findings),
    )
