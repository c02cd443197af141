"""C02 变更超过批复概算一定比例的，应重新报批: changes beyond a share of the approved amount need a new approval.

Not of the founding document: only rule sets with a limit state it (国办发〔2019〕57号). Changes are measured together
against the amount as approved, so that many small ones do not pass where one large one would not.
"""

from __future__ import annotations

from domain.amounts import basis_points
from domain.case import Case
from domain.check import Failing, Rule
from domain.rule import Gate, facts, text


def check(gate: Gate, case: Case) -> list[Failing]:
    """What the changes by the day made of the approved amount stays within the limit, up or down."""
    del gate
    limit, approval = case.rules.parameters.change_limit_bp, case.project.approval
    if limit is None or approval is None or approval.amount is None:
        return []
    known = [c for c in approval.changed_amounts if c.changed_on.certainly_on_or_before(case.decided_on)]
    if not known:
        return []
    changed = basis_points(abs(known[-1].amount.fen - approval.amount.fen), approval.amount.fen)
    if changed is None or changed <= limit:
        return []
    return [
        Failing(
            text(
                f"变更后的数额与批复相差{changed / 100:g}%，超过{limit / 100:g}%而未重新报批",
                f"the changed amount differs by {changed / 100:g} % from the approved one, more than {limit / 100:g} %",
            ),
            text(
                "撤销原批复后重新立项审批（approval/revocation、approval）",
                "revoke the approval and approve the project anew (approval/revocation, approval)",
            ),
            facts(
                approved_fen=approval.amount.fen, changed_fen=known[-1].amount.fen, changed_bp=changed, limit_bp=limit
            ),
        )
    ]


CHANGES_WITHIN_LIMIT = Rule("C02", check)
