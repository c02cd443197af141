"""G12 坚持联网通办是原则，孤网是例外: an isolated network only by exception. 源政发〔2018〕16号 三（一）.

The grounds of an exception are statute, secrecy, or another that the deciding document states.
"""

from __future__ import annotations

from domain.case import Case
from domain.check import Failing, Rule
from domain.project import NetworkKind
from domain.rule import Gate, facts, text


def check(gate: Gate, case: Case) -> list[Failing]:
    """The filed way of networking is not an isolated one."""
    del gate
    filing = case.project.filing
    if filing is None or filing.network is not NetworkKind.ISOLATED or case.secrecy_exempt:
        return []
    return [
        Failing(
            text("备案的联网方式为孤网", "the project is filed as an isolated network"),
            text(
                "改为联网并修改备案（filing/amendment），或登记写明理由类别的例外决定（exceptions）",
                "connect it and amend the filing (filing/amendment), or record an exception (exceptions)",
            ),
            facts(network=filing.network),
        )
    ]


NETWORKED = Rule("G12", check)
