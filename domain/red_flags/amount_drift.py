"""R09 估算、合同、决算偏差过大: the amount of a stage lies too far above the stage before it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from domain.project import AmountStage
from domain.recorded import Recorded
from domain.red_flags.flag import Dossier, RedFlag, Watch
from domain.rule import text
from domain.steps.amounts import AmountStated
from domain.steps.filing import FilingAmended, ProjectFiled
from domain.steps.procurement import ContractRecorded

_NAMES = {AmountStage.ESTIMATE: "估算", AmountStage.CONTRACT: "合同", AmountStage.FINAL_ACCOUNT: "决算"}


def raised(dossier: Dossier, watch: Watch) -> Iterator[RedFlag]:
    """A flag for each step between estimate, contracts (their sum) and final account that drifts too far."""
    known = _stages(dossier)
    stages = [stage for stage in _NAMES if stage in known]
    for earlier, later in pairwise(stages):
        (before, paid_before), (after, paid_after) = known[earlier], known[later]
        if before <= 0 or (after - before) * 10_000 <= before * watch.limit("drift_bp"):
            continue
        percent = (after - before) * 100 // before
        told = text(
            f"{_NAMES[later]}比{_NAMES[earlier]}高{percent}%",
            f"{later.lower()} is {percent}% above {earlier.lower()}",
        )
        key = f"{earlier}-{later}".lower()
        yield watch.flag(dossier.project.id, key, told, [*paid_before, *paid_after])


def _stages(dossier: Dossier) -> dict[AmountStage, tuple[int, list[Recorded]]]:
    """The newest amount of each stage in 分, with the events that state it. Other currencies are not compared."""
    known: dict[AmountStage, tuple[int, list[Recorded]]] = {}
    for entry in dossier.of(ProjectFiled, FilingAmended):
        estimate = entry.event.filing.estimate if isinstance(entry.event, ProjectFiled | FilingAmended) else None
        if estimate is not None and estimate.currency == "CNY":
            known[AmountStage.ESTIMATE] = (estimate.fen, [entry])
    contracts = [
        e
        for e in dossier.of(ContractRecorded)
        if isinstance(e.event, ContractRecorded) and e.event.amount.currency == "CNY"
    ]
    if contracts:
        total = sum(e.event.amount.fen for e in contracts if isinstance(e.event, ContractRecorded))
        known[AmountStage.CONTRACT] = (total, contracts)
    for entry in dossier.of(AmountStated):
        event = entry.event
        if isinstance(event, AmountStated) and event.stage in _NAMES and event.amount.currency == "CNY":
            known[event.stage] = (event.amount.fen, [entry])
    return known
