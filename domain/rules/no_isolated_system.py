"""G11 原则上不再批准单个部门建设孤立信息系统: no isolated system of a single department, by default.

源政发〔2018〕16号 三（一）. Isolated: the declaration neither needs anything from another department nor provides
anything that others may have. A project without a declaration is stopped by G03 and not judged here.
"""

from __future__ import annotations

from domain.case import Case
from domain.check import Failing, Rule
from domain.project import ShareType
from domain.rule import Gate, facts, text


def check(gate: Gate, case: Case) -> list[Failing]:
    """What was declared connects the project with at least one other department."""
    del gate
    sharing = case.project.sharing
    if case.project.filing is None or sharing is None or case.secrecy_exempt:
        return []
    shared = [r for r in sharing.provides if r.share_type is not ShareType.NOT_SHARED]
    if sharing.needs or shared:
        return []
    return [
        Failing(
            text(
                "既无部门间需求，也无可供他人使用的资源，属孤立系统",
                "it needs nothing from others and provides nothing to them: an isolated system",
            ),
            text(
                "补充共享需求或资源（sharing），或取得有文号的例外决定（exceptions）",
                "declare needs or resources (sharing), or record an exception decided by document (exceptions)",
            ),
            facts(needs=0, shared=0),
        )
    ]


NO_ISOLATED_SYSTEM = Rule("G11", check)
