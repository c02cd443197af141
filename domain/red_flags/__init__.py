"""疑点目录 What auditors ask about (facts 2.5), one file per reason.

`OF_A_PROJECT` and `AMONG_PROJECTS` are the tables.

A flag is derived from recorded events under a versioned rule; it decides nothing. Its rules and parameters are data
(flags.toml); `FlagRules` sees to it that each stated rule is known here and has its parameters.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from types import ModuleType
from uuid import UUID

from domain.red_flags import (
    accepted_on_bad_test,
    amount_drift,
    back_dated,
    duplicated_function,
    fast_approval,
    money_before_acceptance,
    money_before_approval,
    one_person_on_both_ends,
    sanctioned_unit,
    split_projects,
)
from domain.red_flags.flag import Dossier, FiredBy, FlagRule, Like, RedFlag, Sketch, Watch
from domain.red_flags.trace import Traces
from domain.rule import RuleSets
from domain.steps.filing import FilingAmended, ProjectFiled
from domain.steps.sharing import SharingDeclarationWithdrawn, SharingDeclared
from domain.texts import Text

OF_A_PROJECT: dict[str, Callable[[Dossier, Watch], Iterator[RedFlag]]] = {
    "R01": money_before_approval.raised,
    "R02": money_before_acceptance.raised,
    "R03": sanctioned_unit.raised,
    "R06": back_dated.raised,
    "R07": one_person_on_both_ends.raised,
    "R08": accepted_on_bad_test.raised,
    "R09": amount_drift.raised,
    "R10": fast_approval.raised,
}
AMONG_PROJECTS: dict[str, Callable[[Sketch, Iterable[Sketch], Watch], Iterator[RedFlag]]] = {
    "R04": split_projects.raised,
    "R05": duplicated_function.raised,
}
_MODULES: dict[str, ModuleType] = {
    "R01": money_before_approval,
    "R02": money_before_acceptance,
    "R03": sanctioned_unit,
    "R04": split_projects,
    "R05": duplicated_function,
    "R06": back_dated,
    "R07": one_person_on_both_ends,
    "R08": accepted_on_bad_test,
    "R09": amount_drift,
    "R10": fast_approval,
}
LOOKS_AT: dict[str, frozenset[str]] = {
    rule: frozenset(event.TOPIC for event in module.LOOKS_AT) for rule, module in _MODULES.items()
}
"""Topics of the events that can change what a rule says. R06 looks at when each event of a project was recorded."""
ARISES_FROM: dict[str, frozenset[str]] = {
    rule: frozenset(event.TOPIC for event in _MODULES[rule].ARISES_FROM) for rule in OF_A_PROJECT
}
"""Topics of which a project must have one for a rule to ask anything; none for R06, which looks at all."""
FIRES_ON: dict[str, Text] = {rule: module.FIRES_ON for rule, module in _MODULES.items()}
"""What fires a rule, in words."""
PARAMETERS: dict[str, frozenset[str]] = {
    "R04": frozenset({"threshold_fen", "within_days", "resemblance_bp"}),
    "R05": frozenset({"resemblance_bp"}),
    "R09": frozenset({"drift_bp"}),
    "R10": frozenset({"fewest_days"}),
}


class FlagRules:
    """The flag rules of a site."""

    def __init__(self, rules: Iterable[FlagRule]) -> None:
        """Take the rules. Raises ValueError for one stated twice, unknown here, or with other parameters."""
        self.all = tuple(sorted(rules, key=lambda r: r.id))
        ids = [r.id for r in self.all]
        if len(set(ids)) < len(ids):
            raise ValueError(f"疑点规则重复 / flag rule stated twice: {ids}")
        for rule in self.all:
            if rule.id not in _MODULES:
                raise ValueError(f"没有此疑点规则 / no such flag rule: {rule.id}")
            expected = PARAMETERS.get(rule.id, frozenset())
            if set(rule.parameters) != expected:
                given = sorted(rule.parameters)
                raise ValueError(f"{rule.id}的参数应为 / parameters of {rule.id} are: {sorted(expected)}, not {given}")

        within = [r.id for r in self.all if r.id in OF_A_PROJECT]
        looked_at = {topic for rule in within for topic in LOOKS_AT[rule]}
        self._looking_at = {t: frozenset(rule for rule in within if t in LOOKS_AT[rule]) for t in looked_at}

    def get(self, rule: str) -> FlagRule | None:
        """The rule with this id, or None."""
        return next((r for r in self.all if r.id == rule), None)

    def digest(self, rule_sets: RuleSets) -> str:
        """SHA-256 of all that flags depend on besides the events: these rules and the rule sets, hexadecimal."""
        told = [rule.model_dump_json() for rule in self.all] + [s.digest for s in rule_sets.all]
        return hashlib.sha256("\n".join(told).encode()).hexdigest()

    def looking_at(self, topic: str) -> frozenset[str]:
        """Rules within a project that an event of a topic can concern."""
        return self._looking_at.get(topic, frozenset())

    def arising(self, rules: Iterable[str], topics: Collection[str]) -> frozenset[str]:
        """Those of some rules that can ask anything in a project with events of these topics."""
        return frozenset(r for r in rules if not ARISES_FROM[r] or not ARISES_FROM[r].isdisjoint(topics))

    def within(self, dossier: Dossier, rule_sets: RuleSets, rules: Iterable[str] | None = None) -> list[RedFlag]:
        """The flags that follow from a project's own histories; of some rules, or of all."""
        chosen = self.arising(OF_A_PROJECT.keys() if rules is None else rules, dossier.traces.topics)
        return [
            flag
            for rule in self.all
            if rule.id in chosen
            for flag in OF_A_PROJECT[rule.id](dossier, Watch(rule, rule_sets))
        ]

    def among(self, sketch: Sketch, others: Sequence[Sketch], rule_sets: RuleSets) -> list[RedFlag]:
        """The flags that a project raises beside others of the county. A classified one has no sketch (G15)."""
        return [
            flag
            for rule in self.all
            if rule.id in AMONG_PROJECTS
            for flag in AMONG_PROJECTS[rule.id](sketch, others, Watch(rule, rule_sets))
        ]

    def likes(self, sketch: Sketch, rule_sets: RuleSets) -> list[Like]:
        """Where to look for the projects that a project is to be compared with."""
        return [
            like
            for rule in self.all
            if rule.id in AMONG_PROJECTS
            for like in _MODULES[rule.id].likes(sketch, Watch(rule, rule_sets))
        ]


def sketch_of(project: UUID, traces: Traces) -> Sketch | None:
    """What others are compared with; None for a project that is not filed, or is classified."""
    filed = next(iter(traces.standing(ProjectFiled)), None)
    filings = traces.standing(ProjectFiled, FilingAmended)
    if filed is None or filings[-1].says["classified"]:
        return None
    newest, sharing = filings[-1].says, traces.standing(SharingDeclared, SharingDeclarationWithdrawn)
    return Sketch(
        project=project,
        name=newest["name"],
        owners=tuple(newest["owners"]),
        categories=tuple(c for c in newest["categories"] if c != "OTHER"),
        filed_on=filed.happened_on,
        estimate_fen=newest["fen"],
        provides=tuple(sharing[-1].says["provides"]) if sharing else (),
        filed=FiredBy.of(filed),
    )
