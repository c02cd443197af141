"""G07 未明确部门间信息共享需求的，一概不予审批: a new system must state what it needs from other departments.

源政发〔2018〕16号 二（三）1. Only for new systems; "we need nothing" is not a statement of needs.
"""

from __future__ import annotations

from domain.case import Case
from domain.check import Failing, Rule
from domain.project import ProjectKind
from domain.rule import Gate, facts, text


def check(gate: Gate, case: Case) -> list[Failing]:
    """A new system's declaration lists at least one need from another department."""
    del gate
    filing, sharing = case.project.filing, case.project.sharing
    if filing is None or filing.kind is not ProjectKind.NEW or case.secrecy_exempt:
        return []
    if sharing is not None and sharing.needs and sharing.declared_on.certainly_on_or_before(case.decided_on):
        return []
    return [
        Failing(
            text("新建系统未明确部门间信息共享需求", "the new system states no sharing needs between departments"),
            text("在共享声明中列明对其他部门的需求", "state the needs from other departments in the declaration"),
            facts(kind=filing.kind, needs=len(sharing.needs) if sharing else 0),
        )
    ]


SHARING_NEEDS_STATED = Rule("G07", check)
