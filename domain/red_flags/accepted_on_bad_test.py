"""R08 凭失效测评验收: no level test that is known now to be good served on the day of acceptance.

The gate accepted on what was known then. A report that was withdrawn or corrected since, or whose day turned out to be
another, leaves an acceptance that rests on nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from domain.correction import FactCorrected
from domain.dates import add_months
from domain.recorded import Recorded
from domain.red_flags.flag import Dossier, RedFlag, SystemRecord, Watch
from domain.rule import text
from domain.steps.acceptance import ProjectAccepted
from domain.steps.security import SecurityTested
from domain.system import SecurityTest


def raised(dossier: Dossier, watch: Watch) -> Iterator[RedFlag]:
    """One flag for each tested system without a test in date on the day of acceptance."""
    for accepted in dossier.of(ProjectAccepted):
        for record in dossier.systems:
            tested = [e for e in record.history if isinstance(e.event, SecurityTested)]
            corrected = _corrections(record, tested)
            if not tested or any(_good(test, accepted, watch) for test in record.system.tests):
                continue
            name = record.system.name or str(record.system.id)
            why_zh, why_en = (
                ("测评后被撤回或更正", "withdrawn or corrected later") if corrected else ("已过期", "expired")
            )
            told = text(
                f"{accepted.happened_on.zh()}验收时，系统“{name}”的测评{why_zh}",
                f"accepted on {accepted.happened_on}; the test of “{name}” was {why_en}",
            )
            key = f"v{accepted.stream.version}-{record.system.id}"
            yield watch.flag(dossier.project.id, key, told, [accepted, *tested, *corrected])


def _corrections(record: SystemRecord, tested: list[Recorded]) -> list[Recorded]:
    versions = {e.stream.version for e in tested}
    return [e for e in record.history if isinstance(e.event, FactCorrected) and e.event.target_version in versions]


def _good(test: SecurityTest, accepted: Recorded, watch: Watch) -> bool:
    day = accepted.happened_on.earliest
    rules = watch.rule_sets.in_force(day)
    months = rules.parameters.test_validity_months.get(str(test.level)) if rules else None
    return (
        months is not None
        and test.reported_on.certainly_on_or_before(day)
        and add_months(test.reported_on.earliest, months) >= day
    )
