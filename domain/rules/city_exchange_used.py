"""G20 使用全市统一的数据共享交换平台: data go over the city's platform, never over one of one's own.

源政发〔2018〕16号 三（一）. A county or department exchange platform is itself a restricted project (category 6, G02).
"""

from __future__ import annotations

from domain.case import Case
from domain.check import Failing, Rule
from domain.rule import Gate, facts, text
from domain.system import ExchangeRoute


def check(gate: Gate, case: Case) -> list[Failing]:
    """No live system exchanges data over an own platform without the city's."""
    del gate
    if case.secrecy_exempt:
        return []
    failings = []
    for system in case.live_systems:
        routes = {c.route for c in system.connected_by(case.decided_on)}
        if ExchangeRoute.OWN_PLATFORM in routes and ExchangeRoute.CITY_PLATFORM not in routes:
            failings.append(
                Failing(
                    text(
                        f"系统“{system.name}”经自建平台交换数据，未使用全市统一平台",
                        f"“{system.name}” exchanges data over an own platform and not over the city's",
                    ),
                    text(
                        "改经全市统一的数据共享交换平台，重新测试并登记（interconnections）",
                        "connect it over the city's platform, test again and record it (interconnections)",
                    ),
                    facts(system=system.id, routes=",".join(sorted(routes))),
                )
            )
    return failings


CITY_EXCHANGE_USED = Rule("G20", check)
