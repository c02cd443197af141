"""R06 补录过迟: recorded more days after it happened than the rule set of its day allows."""

from __future__ import annotations

from collections.abc import Iterator

from domain.dates import civil_day
from domain.red_flags.flag import Dossier, RedFlag, Watch
from domain.rule import text
from domain.steps.history import ProjectImported


def raised(dossier: Dossier, watch: Watch) -> Iterator[RedFlag]:
    """One flag for each event of the project. What was imported says itself that it is history."""
    for entry in dossier.history:
        recorded_on = civil_day(entry.recorded_at)
        rules = watch.rule_sets.in_force(entry.happened_on.latest) or watch.rule_sets.in_force(recorded_on)
        days = (recorded_on - entry.happened_on.latest).days
        if rules is None or days <= rules.parameters.backdating_limit_days or isinstance(entry.event, ProjectImported):
            continue
        told = text(
            f"{entry.happened_on.zh()}发生，{days}天后登记（上限{rules.parameters.backdating_limit_days}天）",
            f"happened on {entry.happened_on}, recorded {days} days later"
            f" (limit {rules.parameters.backdating_limit_days})",
        )
        yield watch.flag(dossier.project.id, f"v{entry.stream.version}", told, [entry])
