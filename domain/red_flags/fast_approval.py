"""R10 审批异常迅速: approved fewer days after the filing than a review takes."""

from __future__ import annotations

from collections.abc import Iterator

from domain.event import Event
from domain.red_flags.flag import Dossier, RedFlag, Watch
from domain.rule import text
from domain.steps.approval import ProjectApproved
from domain.steps.filing import ProjectFiled

LOOKS_AT: tuple[type[Event], ...] = (ProjectFiled, ProjectApproved)
ARISES_FROM: tuple[type[Event], ...] = (ProjectApproved,)
"""Without one of these in the project there is nothing to ask."""
FIRES_ON = text(
    "批复距备案不足`fewest_days`天。",
    "The approval came fewer days than this after the filing.",
)


def raised(dossier: Dossier, watch: Watch) -> Iterator[RedFlag]:
    """One flag for each approval that came too soon after the filing."""
    filed = next(iter(dossier.of(ProjectFiled)), None)
    if filed is None:
        return
    for approved in dossier.of(ProjectApproved):
        days = (approved.happened_on.earliest - filed.happened_on.latest).days
        if 0 <= days < watch.limit("fewest_days"):
            told = text(f"备案后第{days}天即批复", f"approved {days} days after the filing")
            yield watch.flag(dossier.project, f"v{approved.stream.version}", told, [filed, approved])
