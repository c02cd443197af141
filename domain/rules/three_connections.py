"""O11 推进网络通、数据通、业务通: the three levels of connection, each with its test. 源政发〔2018〕16号 三（一）.

One level suffices for G08; the missing ones are noted.
"""

from __future__ import annotations

from domain.case import Case
from domain.check import Failing, Rule
from domain.rule import Gate, facts, text
from domain.system import ConnectionLevel


def check(gate: Gate, case: Case) -> list[Failing]:
    """Every live system is connected at all three levels by the day."""
    del gate
    if case.secrecy_exempt:
        return []
    failings = []
    for system in case.live_systems:
        reached = {c.level for c in system.connected_by(case.decided_on)}
        missing = [level for level in ConnectionLevel if level not in reached]
        if missing:
            failings.append(
                Failing(
                    text(
                        f"系统“{system.name}”尚未达到：{'、'.join(missing)}",
                        f"“{system.name}” is not yet connected at: {', '.join(missing)}",
                    ),
                    text("完成测试并登记（interconnections）", "test and record it (interconnections)"),
                    facts(system=system.id, missing=",".join(missing)),
                )
            )
    return failings


THREE_CONNECTIONS = Rule("O11", check)
