"""R01 立项前用款: build money arranged or paid on a day on which no approval was in force for certain."""

from __future__ import annotations

from collections.abc import Iterator

from domain.event import Event
from domain.project import FundPurpose
from domain.red_flags.flag import Dossier, RedFlag, Watch
from domain.red_flags.trace import Trace
from domain.rule import text
from domain.steps.approval import ProjectApproved
from domain.steps.funding import FundsArranged, FundsDisbursed

LOOKS_AT: tuple[type[Event], ...] = (ProjectApproved, FundsArranged, FundsDisbursed)
ARISES_FROM: tuple[type[Event], ...] = (FundsArranged, FundsDisbursed)
"""Without one of these in the project there is nothing to ask."""
FIRES_ON = text(
    "建设资金安排或拨付之日，没有确定已在先（含当日）的立项批复；日期只到月的批复，不能确定早于该月内的某日。",
    "Build money is arranged or paid on a day on which no approval had certainly been given; one known"
    " to the month only is not certainly before a day of that month.",
)


def raised(dossier: Dossier, watch: Watch) -> Iterator[RedFlag]:
    """One flag for each arrangement or payment that is dated before every approval."""
    approvals = dossier.of(ProjectApproved)
    for money in dossier.of(FundsArranged, FundsDisbursed):
        if money.says["purpose"] != FundPurpose.BUILD or _approved_by(money, approvals):
            continue
        day = approvals[0].happened_on.zh() if approvals else "无"
        told = text(
            f"{money.happened_on.zh()}用款，最早的立项批复：{day}",
            f"money on {money.happened_on}; first approval: {approvals[0].happened_on if approvals else 'none'}",
        )
        yield watch.flag(dossier.project, f"v{money.stream.version}", told, [money, *approvals[:1]])


def _approved_by(money: Trace, approvals: list[Trace]) -> bool:
    return any(a.happened_on.certainly_on_or_before(money.happened_on.earliest) for a in approvals)
