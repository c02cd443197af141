"""R08 凭失效测评验收: no level test that is known now to be good served on the day of acceptance.

The gate accepted on what was known then. A report that was withdrawn or corrected since, or whose day turned out to be
another, leaves an acceptance that rests on nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from domain.correction import FactCorrected
from domain.dates import add_months
from domain.event import Event
from domain.red_flags.flag import Dossier, RedFlag, Watch
from domain.red_flags.trace import Trace
from domain.rule import text
from domain.steps.acceptance import ProjectAccepted
from domain.steps.security import SecurityTested
from domain.steps.systems import SystemListed, SystemRegistered

LOOKS_AT: tuple[type[Event], ...] = (ProjectAccepted, SystemListed, SystemRegistered, SecurityTested)
ARISES_FROM: tuple[type[Event], ...] = (ProjectAccepted,)
"""Without one of these in the project there is nothing to ask."""
FIRES_ON = text(
    "按现在所知，验收之日没有一份在有效期内的等级测评报告：已过期（`test_validity_months`，按验收日的规则集），或登记后被撤回、更正。每个系统一个疑点。",
    "As is known now, no level test was in date on the day of acceptance: it had expired, or was withdrawn"
    " or corrected later. One flag for each system.",
)


def raised(dossier: Dossier, watch: Watch) -> Iterator[RedFlag]:
    """One flag for each tested system without a test in date on the day of acceptance."""
    for accepted in dossier.of(ProjectAccepted):
        for system in dossier.systems:
            tested = system.traces.once(SecurityTested)
            corrections = [t for t in system.traces.once(FactCorrected) if t.says["topic"] == SecurityTested.TOPIC]
            good = any(_good(test, accepted, watch) for test in tested if not test.withdrawn)
            if good or not (tested or corrections):
                continue
            why_zh, why_en = (
                ("登记后被撤回或更正", "withdrawn or corrected later") if corrections else ("已过期", "expired")
            )
            told = text(
                f"{accepted.happened_on.zh()}验收时，系统“{system.name}”的测评报告{why_zh}",
                f"accepted on {accepted.happened_on}; the test of “{system.name}” was {why_en}",
            )
            key = f"v{accepted.stream.version}-{system.id}"
            yield watch.flag(dossier.project, key, told, [accepted, *tested, *corrections])


def _good(test: Trace, accepted: Trace, watch: Watch) -> bool:
    day = accepted.happened_on.earliest
    rules = watch.rule_sets.in_force(day)
    months = rules.parameters.test_validity_months.get(str(test.says["level"])) if rules else None
    return (
        months is not None
        and test.happened_on.certainly_on_or_before(day)
        and add_months(test.happened_on.earliest, months) >= day
    )
