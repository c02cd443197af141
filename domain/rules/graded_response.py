"""G19 坚持动态调整、分级响应: incidents are recorded by grade and dealt with. 源政发〔2018〕16号 五（四）.

Level changes and expiring conclusions are judged by G14; what is noted here is an incident still open.
"""

from __future__ import annotations

from domain.case import Case
from domain.check import Failing, Rule
from domain.rule import Gate, facts, text


def check(gate: Gate, case: Case) -> list[Failing]:
    """No incident of a live system is open on the day."""
    del gate
    failings = []
    for system in case.live_systems:
        unresolved = [
            i
            for i in system.incidents
            if i.occurred_on.certainly_on_or_before(case.decided_on)
            and (i.resolved_on is None or not i.resolved_on.certainly_on_or_before(case.decided_on))
        ]
        if unresolved:
            gravest = min(i.grade for i in unresolved)
            failings.append(
                Failing(
                    text(
                        f"系统“{system.name}”有{len(unresolved)}起安全事件未处置，最高{gravest}级",
                        f"“{system.name}” has {len(unresolved)} unresolved incidents, the gravest of grade {gravest}",
                    ),
                    text("处置并登记（incidents/resolution）", "deal with them and record it (incidents/resolution)"),
                    facts(system=system.id, unresolved=len(unresolved)),
                )
            )
    return failings


GRADED_RESPONSE = Rule("G19", check)
