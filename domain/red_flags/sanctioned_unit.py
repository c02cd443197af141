"""R03 向受制裁单位批项目、拨经费: as is known now, an owner unit was under the sanction of G10 on the day.

The gate refuses what was known then. This flag is for what came to be known, or was corrected, afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from domain.event import Event
from domain.project import FundPurpose
from domain.red_flags.flag import Dossier, RedFlag, UnitRecord, Watch
from domain.red_flags.trace import Trace
from domain.rule import text
from domain.steps.approval import ProjectApproved
from domain.steps.connection import ConnectionObligationMet, ConnectionObligationSet
from domain.steps.enrolment import UnitEnrolled
from domain.steps.filing import FilingAmended, ProjectFiled
from domain.steps.funding import FundsArranged, FundsDisbursed
from domain.unit import ConnectionObligation

LOOKS_AT: tuple[type[Event], ...] = (
    ProjectFiled,
    FilingAmended,
    ProjectApproved,
    FundsArranged,
    FundsDisbursed,
    UnitEnrolled,
    ConnectionObligationSet,
    ConnectionObligationMet,
)
ARISES_FROM: tuple[type[Event], ...] = (ProjectApproved, FundsArranged, FundsDisbursed)
"""Without one of these in the project there is nothing to ask."""
FIRES_ON = text(
    "按现在所知，批复立项，或安排、拨付运维等经费之日，建设单位有已逾期未履行的改造对接义务（到期日当日不算）。办理之日已知的，关口当时即拒绝；本条针对事后登记或更正的。",
    "As is known now, an owner unit had an overdue connection obligation on the day of an approval or"
    " of operation money (the due day itself is in time). The gate refuses what was known then; this"
    " is for what was recorded or corrected afterwards.",
)


def raised(dossier: Dossier, watch: Watch) -> Iterator[RedFlag]:
    """One flag for each approval and each operation payment, per sanctioned owner unit."""
    for act in dossier.of(ProjectApproved, FundsArranged, FundsDisbursed):
        if act.says.get("purpose", FundPurpose.OPERATION) != FundPurpose.OPERATION:
            continue
        for unit in dossier.owner_units:
            overdue = _overdue(unit, act.happened_on.earliest)
            if not overdue:
                continue
            told = text(
                f"{act.happened_on.zh()}办理时，{unit.name}有{len(overdue)}项改造对接义务逾期",
                f"on {act.happened_on} {unit.name} had {len(overdue)} overdue connection obligations",
            )
            yield watch.flag(dossier.project, f"v{act.stream.version}-{unit.uscc}", told, [act, *overdue])


def _overdue(unit: UnitRecord, day: date) -> list[Trace]:
    """What set the obligations that were overdue on a day."""
    met = {t.says["number"]: t.happened_on for t in unit.traces.standing(ConnectionObligationMet)}
    found = []
    for trace in unit.traces.standing(ConnectionObligationSet):
        number, due_on = trace.says["number"], date.fromisoformat(trace.says["due_on"])
        obligation = ConnectionObligation(
            number=number,
            system_name="",
            requirement_document="",
            issuer="",
            due_on=due_on,
            set_on=trace.happened_on,
            met_on=met.get(number),
        )
        found += [trace] if obligation.overdue(day) else []
    return found
