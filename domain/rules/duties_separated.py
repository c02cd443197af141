"""S01 不相容岗位相互分离: who filed does not approve, who approved does not accept, who builds does not test.

《行政事业单位内部控制规范（试行）》（财会〔2012〕21号）第十二条（一）. Which duties exclude one another is the rule
set's. A person is the same in whichever account; what an account did of which no person is recorded is not judged.
"""

from __future__ import annotations

from domain.case import Case
from domain.check import Failing, Rule
from domain.rule import Gate, facts, text
from domain.streams import StreamKind

_HISTORIES = {
    StreamKind.PROJECT: text("项目历史", "a project's history"),
    StreamKind.SYSTEM: text("系统历史", "a system's history"),
}


def check(gate: Gate, case: Case) -> list[Failing]:
    """Whoever acts has done nothing in this project that must be another person's."""
    del gate
    if case.person is None or case.proposal.act is None:
        return []
    failings = []
    for duty, other in case.rules.apart_from(case.proposal.act):
        did = next((p for p in case.performed if p.person == case.person and p.act in other.acts), None)
        if did is not None:
            history = _HISTORIES[did.at.kind]
            failings.append(
                Failing(
                    text(
                        f"同一人已在本项目中承担“{other.name.zh}”（{history.zh}第{did.at.version}号事件），"
                        f"不得再承担“{duty.name.zh}”",
                        f"the same person performed {other.name.en} in this project (event {did.at.version} of "
                        f"{history.en}) and does not perform {duty.name.en}",
                    ),
                    text("由另一人办理，换账户不算", "let another person act; another account of the same is none"),
                    facts(
                        performed=did.act,
                        history=f"{did.at.kind}/{did.at.id}",
                        version=did.at.version,
                        duty=duty.id,
                        kept_apart_from=other.id,
                    ),
                )
            )
    return failings


DUTIES_SEPARATED = Rule("S01", check)
