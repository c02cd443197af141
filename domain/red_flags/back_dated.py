"""R06 补录过迟: recorded more days after it happened than the rule set of its day allows."""

from __future__ import annotations

from collections.abc import Iterator

from domain.dates import civil_day
from domain.event import Event
from domain.recorded import Recorded
from domain.red_flags.flag import Dossier, RedFlag, Watch
from domain.rule import RuleSets, text
from domain.steps.history import ProjectImported

LOOKS_AT: tuple[type[Event], ...] = ()
"""Every event of the project: what came too late is told by `Dossier.late`."""
ARISES_FROM: tuple[type[Event], ...] = ()
FIRES_ON = text(
    "项目的事件在发生后超过规则集规定的天数（`backdating_limit_days`，按发生日的规则集）才登记。每个项目一个疑点，给出件数、最多天数和最先十件；导入的历史不算，更正不使其变"
    "为及时。",
    "Events of the project were recorded more days after they happened than the rule set of the day allows."
    " One flag for a project, with the number, the most days and the first ten; imported history does"
    " not count, and a correction does not make an event timely.",
)


def raised(dossier: Dossier, watch: Watch) -> Iterator[RedFlag]:
    """One flag for a project, told anew with each event that comes too late. A correction does not make it timely."""
    late = dossier.late
    if late is None:
        return
    told = text(
        f"{late.count}件事项补录，最迟在发生{late.most_days}天后登记（上限{late.limit_days}天）",
        f"{late.count} recorded late, at most {late.most_days} days after it happened (limit {late.limit_days})",
    )
    yield watch.flag(dossier.project, "late", told, late.first)


def lateness(entry: Recorded, rule_sets: RuleSets) -> tuple[int, int] | None:
    """Days from the event to its recording, and the limit that they pass, or None when it came in time.

    What was imported says itself that it is history.
    """
    recorded_on = civil_day(entry.recorded_at)
    happened_on = entry.happened_on.latest
    days = (recorded_on - happened_on).days
    if days <= 0 or isinstance(entry.event, ProjectImported):
        return None
    rules = rule_sets.in_force(happened_on) or rule_sets.in_force(recorded_on)
    if rules is None or days <= rules.parameters.backdating_limit_days:
        return None
    return days, rules.parameters.backdating_limit_days
