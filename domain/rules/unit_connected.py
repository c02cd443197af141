"""G10 未按要求改造对接的，不审批新项目、不拨付运维经费: the sanction of a unit, not of a project.

源政发〔2018〕16号 三（一）. It begins the day after an unmet obligation fell due and ends by fact, not by request.
Any sanctioned owner unit blocks; a unit that merely uses the result does not. Build money of a project already
approved is not named by the clause, so this rule does not guard it.
"""

from __future__ import annotations

from domain.case import Case
from domain.check import Failing, Rule
from domain.rule import Gate, facts, text


def check(gate: Gate, case: Case) -> list[Failing]:
    """No owner unit has an overdue, unmet connection obligation on the day."""
    consequence = (
        text("不审批新项目", "no new approval")
        if gate is Gate.APPROVE
        else text("不拨付运维经费", "no operation money")
    )
    failings = []
    for unit in case.owner_units:
        overdue = unit.overdue_obligations(case.decided_on)
        if overdue:
            listed = "；".join(f"{o.system_name}（{o.requirement_document}，{o.due_on.isoformat()}）" for o in overdue)
            failings.append(
                Failing(
                    text(
                        f"{unit.name}逾期未改造对接：{listed}，{consequence.zh}",
                        f"{unit.name} has overdue connection obligations: {listed}: {consequence.en}",
                    ),
                    text(
                        "完成改造对接并登记（connection-obligations/…/met）",
                        "connect the systems and record it (connection-obligations/…/met)",
                    ),
                    facts(unit=unit.uscc, overdue=len(overdue), decided_on=case.decided_on),
                )
            )
    return failings


UNIT_CONNECTED = Rule("G10", check)
