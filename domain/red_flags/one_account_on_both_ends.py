"""R07 一人办理两端: the account that asked also decided, that approved also accepted, or that paid also accepted."""

from __future__ import annotations

from collections.abc import Iterator

from domain.event import Event
from domain.red_flags.flag import Dossier, RedFlag, Watch
from domain.rule import text
from domain.steps.acceptance import ProjectAccepted
from domain.steps.approval import ProjectApproved
from domain.steps.filing import ProjectFiled
from domain.steps.funding import FundsArranged, FundsDisbursed

LOOKS_AT: tuple[type[Event], ...] = (ProjectFiled, ProjectApproved, ProjectAccepted, FundsArranged, FundsDisbursed)
ARISES_FROM: tuple[type[Event], ...] = (ProjectApproved, ProjectAccepted, FundsArranged, FundsDisbursed)
"""Without one of these in the project there is nothing to ask."""

_PAIRS = (
    ("filed-approved", (ProjectFiled,), (ProjectApproved,), text("备案与立项", "filing and approval")),
    ("approved-accepted", (ProjectApproved,), (ProjectAccepted,), text("立项与验收", "approval and acceptance")),
    (
        "accepted-paid",
        (ProjectAccepted,),
        (FundsArranged, FundsDisbursed),
        text("验收与经费", "acceptance and money"),
    ),
)
FIRES_ON = text(
    "同一账号既备案又批复，既批复又验收，或既验收又安排、拨付经费。",
    "The same account filed and approved, approved and accepted, or accepted and arranged or paid money.",
)


def raised(dossier: Dossier, watch: Watch) -> Iterator[RedFlag]:
    """One flag for each pair of acts that one account did both of."""
    for key, firsts, seconds, both in _PAIRS:
        ends = {t.account: t for t in dossier.of(*firsts)}
        for second in dossier.of(*seconds):
            first = ends.get(second.account)
            if first is not None:
                told = text(
                    f"{both.zh}由同一账号{second.account}办理", f"{both.en} by the same account {second.account}"
                )
                yield watch.flag(dossier.project, f"{key}-v{second.stream.version}", told, [first, second])
