"""R02 验收前安排运维经费: operation money arranged or paid on a day on which nothing was accepted for certain."""

from __future__ import annotations

from collections.abc import Iterator

from domain.event import Event
from domain.project import FundPurpose
from domain.red_flags.flag import Dossier, RedFlag, Watch
from domain.rule import text
from domain.steps.acceptance import ProjectAccepted
from domain.steps.funding import FundsArranged, FundsDisbursed

LOOKS_AT: tuple[type[Event], ...] = (ProjectAccepted, FundsArranged, FundsDisbursed)
ARISES_FROM: tuple[type[Event], ...] = (FundsArranged, FundsDisbursed)
"""Without one of these in the project there is nothing to ask."""
FIRES_ON = text(
    "运维经费安排或拨付之日，没有确定已在先（含当日）的竣工验收。",
    "Operation money is arranged or paid on a day on which nothing had certainly been accepted.",
)


def raised(dossier: Dossier, watch: Watch) -> Iterator[RedFlag]:
    """One flag for each arrangement or payment that is dated before the acceptance."""
    accepted = dossier.of(ProjectAccepted)
    for money in dossier.of(FundsArranged, FundsDisbursed):
        day = money.happened_on.earliest
        if money.says["purpose"] != FundPurpose.OPERATION or any(
            a.happened_on.certainly_on_or_before(day) for a in accepted
        ):
            continue
        told = text(
            f"{money.happened_on.zh()}用于运维，验收：{accepted[0].happened_on.zh() if accepted else '无'}",
            f"operation money on {money.happened_on}; accepted: {accepted[0].happened_on if accepted else 'never'}",
        )
        yield watch.flag(dossier.project, f"v{money.stream.version}", told, [money, *accepted[:1]])
