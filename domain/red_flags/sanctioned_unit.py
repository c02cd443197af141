"""R03 向受制裁单位批项目、拨经费: as is known now, an owner unit was under the sanction of G10 on the day.

The gate refuses what was known then. This flag is for what came to be known, or was corrected, afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator

from domain.project import FundPurpose
from domain.red_flags.flag import Dossier, RedFlag, Watch
from domain.rule import text
from domain.steps.approval import ProjectApproved
from domain.steps.connection import ConnectionObligationSet
from domain.steps.funding import FundsArranged, FundsDisbursed


def raised(dossier: Dossier, watch: Watch) -> Iterator[RedFlag]:
    """One flag for each approval and each operation payment, per sanctioned owner unit."""
    for act in dossier.of(ProjectApproved, FundsArranged, FundsDisbursed):
        if getattr(act.event, "purpose", FundPurpose.OPERATION) is not FundPurpose.OPERATION:
            continue
        day = act.happened_on.earliest
        for unit, history in dossier.owner_units:
            overdue = {o.number for o in unit.overdue_obligations(day)}
            if not overdue:
                continue
            set_by = [e for e in history if isinstance(e.event, ConnectionObligationSet) and e.event.number in overdue]
            told = text(
                f"{act.happened_on.zh()}办理时，{unit.name}有{len(overdue)}项改造对接义务逾期",
                f"on {act.happened_on} {unit.name} had {len(overdue)} overdue connection obligations",
            )
            yield watch.flag(dossier.project.id, f"v{act.stream.version}-{unit.uscc}", told, [act, *set_by])
