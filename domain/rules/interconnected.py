"""G08 不能与其他部门互联互通信息的，一概不得通过验收: no acceptance without interconnection.

源政发〔2018〕16号 二（三）1. Each system of the project has a passed test with at least one other department.
"""

from __future__ import annotations

from domain.case import Case
from domain.check import Failing, Rule
from domain.rule import Gate, facts, text


def check(gate: Gate, case: Case) -> list[Failing]:
    """Every live system is connected with another department by the day."""
    del gate
    if case.project.filing is None or case.project.no_system is not None or case.secrecy_exempt:
        return []
    if not case.live_systems:
        return [
            Failing(
                text("项目没有登记信息系统，互联互通无从证明", "no system is registered, so no connection is shown"),
                text(
                    "登记系统（systems）并做互联互通测试；确无系统的，登记无系统说明（no-system）",
                    "register the system (systems) and test its connection, or state that there is none (no-system)",
                ),
            )
        ]
    owners = set(case.project.owners)
    failings = []
    for system in case.live_systems:
        others = [c for c in system.connected_by(case.decided_on) if c.department_uscc not in owners]
        if not others:
            failings.append(
                Failing(
                    text(
                        f"系统“{system.name}”未与其他部门互联互通",
                        f"system “{system.name}” is not connected with any other department",
                    ),
                    text(
                        "完成互联互通测试并登记（interconnections）",
                        "test the connection and record it (interconnections)",
                    ),
                    facts(system=system.id, tests=len(system.interconnections)),
                )
            )
    return failings


INTERCONNECTED = Rule("G08", check)
