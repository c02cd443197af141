"""R09 估算、合同、决算偏差过大: the amount of a stage lies too far above the stage before it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from domain.event import Event
from domain.project import AmountStage
from domain.red_flags.flag import Dossier, RedFlag, Watch
from domain.red_flags.trace import Trace
from domain.rule import text
from domain.steps.amounts import AmountStated
from domain.steps.filing import FilingAmended, ProjectFiled
from domain.steps.procurement import ContractRecorded

LOOKS_AT: tuple[type[Event], ...] = (ProjectFiled, FilingAmended, ContractRecorded, AmountStated)
ARISES_FROM: tuple[type[Event], ...] = (ContractRecorded, AmountStated)
"""Without one of these in the project there is nothing to ask."""

_NAMES = {AmountStage.ESTIMATE: "估算", AmountStage.CONTRACT: "合同", AmountStage.FINAL_ACCOUNT: "决算"}
FIRES_ON = text(
    "估算、合同（各合同之和）、决算依次相比，后者超出前者的比例大于`drift_bp`；未记录的阶段跳过，只比人民币金额。",
    "From estimate to contracts (their sum) to final account, the later exceeds the earlier by more than"
    " this; stages that are not recorded are passed over, and only amounts in yuan are compared.",
)


def raised(dossier: Dossier, watch: Watch) -> Iterator[RedFlag]:
    """A flag for each step between estimate, contracts (their sum) and final account that drifts too far."""
    known = _stages(dossier)
    stages = [stage for stage in _NAMES if stage in known]
    for earlier, later in pairwise(stages):
        (before, stated_before), (after, stated_after) = known[earlier], known[later]
        if before <= 0 or (after - before) * 10_000 <= before * watch.limit("drift_bp"):
            continue
        percent = (after - before) * 100 // before
        told = text(
            f"{_NAMES[later]}比{_NAMES[earlier]}高{percent}%",
            f"{later.lower()} is {percent}% above {earlier.lower()}",
        )
        yield watch.flag(dossier.project, f"{earlier}-{later}".lower(), told, [*stated_before, *stated_after])


def _stages(dossier: Dossier) -> dict[AmountStage, tuple[int, list[Trace]]]:
    """The newest amount of each stage in 分, with the events that state it. Other currencies are not compared."""
    known: dict[AmountStage, tuple[int, list[Trace]]] = {}
    for filed in dossier.of(ProjectFiled, FilingAmended):
        if filed.says["fen"] is not None:
            known[AmountStage.ESTIMATE] = (filed.says["fen"], [filed])
    contracts = [t for t in dossier.of(ContractRecorded) if t.says["fen"] is not None]
    if contracts:
        known[AmountStage.CONTRACT] = (sum(t.says["fen"] for t in contracts), contracts)
    for stated in dossier.of(AmountStated):
        stage = AmountStage(stated.says["stage"])
        if stage in _NAMES and stated.says["fen"] is not None:
            known[stage] = (stated.says["fen"], [stated])
    return known
