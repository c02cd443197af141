"""G09 不支持、不供数全市统一共享平台的，一概不予审批或验收: commitment to approve, verified supply to accept.

源政发〔2018〕16号 二（三）1. Two facts: the commitment in the filing, and supply verified for each system.
"""

from __future__ import annotations

from domain.case import Case
from domain.check import Failing, Rule
from domain.rule import Gate, facts, text


def check(gate: Gate, case: Case) -> list[Failing]:
    """Committed to support the platform; at acceptance, supplying it."""
    filing = case.project.filing
    if filing is None or case.secrecy_exempt:
        return []
    failings = []
    if not filing.supports_city_platform:
        failings.append(
            Failing(
                text("未承诺支持全市统一共享平台建设", "no commitment to support the city-wide sharing platform"),
                text("更正备案并作出承诺（filing）", "commit to it and amend the filing (filing)"),
                facts(supports_city_platform=filing.supports_city_platform),
            )
        )
    if gate is not Gate.ACCEPT or case.project.no_system is not None:
        return failings
    silent = [s for s in case.live_systems if not s.supplied_by(case.decided_on)]
    if silent or not case.live_systems:
        names = "、".join(s.name for s in silent) or "-"
        failings.append(
            Failing(
                text(f"未向全市统一共享平台提供信息：{names}", f"nothing supplied to the city platform: {names}"),
                text("登记供数核验记录（platform-supplies）", "record a verified supply (platform-supplies)"),
                facts(systems=len(case.live_systems), without_supply=len(silent)),
            )
        )
    return failings


CITY_PLATFORM = Rule("G09", check)
