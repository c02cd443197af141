"""G01 全口径审核备案制度: every project is reviewed and filed. 源政发〔2018〕16号 二（三）1.

At filing: the filing is complete. At every later step: there is a filing. At acceptance and for money: the
project was reviewed, that is, an approval is in force on the day.
"""

from __future__ import annotations

from domain.case import Case
from domain.check import Failing, Rule
from domain.rule import Gate, facts, text

_REVIEWED = frozenset({Gate.ACCEPT, Gate.FUND_BUILD, Gate.FUND_OPERATION, Gate.FUND_SHARING_WORK, Gate.FUND_INVEST})
"""Gates that only a reviewed project passes."""


def check(gate: Gate, case: Case) -> list[Failing]:
    """Filed, filed completely, and reviewed where the step needs a reviewed project."""
    if gate is Gate.FILE:
        return _incomplete_filing(case)
    if case.project.filing is None:
        return [
            Failing(
                text("项目未备案", "the project is not filed"),
                text("先办理项目备案（filing）", "file the project first (filing)"),
                facts(stage=case.project.stage),
            )
        ]
    if gate in _REVIEWED:
        approval = case.project.approval
        if approval is None or not approval.approved_on.certainly_on_or_before(case.decided_on):
            return [
                Failing(
                    text("项目在办理之日没有有效的审核批准", "the project has no approval in force on that day"),
                    text("先通过立项审批（approval）", "obtain the approval first (approval)"),
                    facts(approved_on=approval.approved_on if approval else "-", decided_on=case.decided_on),
                )
            ]
    return []


def _incomplete_filing(case: Case) -> list[Failing]:
    filing = case.proposal.filing
    if filing is None or filing.classified:
        return []
    missing = [name for name, value in (("name", filing.name), ("estimate", filing.estimate)) if not value]
    unknown = [u.uscc or str(u.id) for u in case.owner_units if u.enrolled_on is None]
    failings = []
    if missing:
        failings.append(
            Failing(
                text(f"备案内容缺项：{'、'.join(missing)}", f"the filing lacks: {', '.join(missing)}"),
                text("补齐缺项后重新备案", "fill in what is missing and file again"),
                facts(missing=",".join(missing)),
            )
        )
    if unknown:
        failings.append(
            Failing(
                text("建设单位未登记", "an owner unit is not enrolled"),
                text("先登记建设单位（enrolment）", "enrol the owner unit first (enrolment)"),
                facts(unknown_units=",".join(unknown)),
            )
        )
    return failings


FILED_IN_FULL = Rule("G01", check)
