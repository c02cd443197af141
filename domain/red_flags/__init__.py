"""疑点目录 What auditors ask about (facts 2.5), one file per reason.

`OF_A_PROJECT` and `AMONG_PROJECTS` are the tables.

A flag is derived from recorded events under a versioned rule; it decides nothing. Its rules and parameters are data
(flags.toml); `FlagRules` sees to it that each stated rule is known here and has its parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from domain.project import Project
from domain.recorded import Recorded
from domain.red_flags import (
    accepted_on_bad_test,
    amount_drift,
    back_dated,
    duplicated_function,
    fast_approval,
    money_before_acceptance,
    money_before_approval,
    one_account_on_both_ends,
    sanctioned_unit,
    split_projects,
)
from domain.red_flags.flag import Dossier, FlagRule, RedFlag, Sketch, Watch
from domain.rule import RuleSets
from domain.steps.filing import ProjectFiled

OF_A_PROJECT: dict[str, Callable[[Dossier, Watch], Iterator[RedFlag]]] = {
    "R01": money_before_approval.raised,
    "R02": money_before_acceptance.raised,
    "R03": sanctioned_unit.raised,
    "R06": back_dated.raised,
    "R07": one_account_on_both_ends.raised,
    "R08": accepted_on_bad_test.raised,
    "R09": amount_drift.raised,
    "R10": fast_approval.raised,
}
AMONG_PROJECTS: dict[str, Callable[[Sketch, Iterable[Sketch], Watch], Iterator[RedFlag]]] = {
    "R04": split_projects.raised,
    "R05": duplicated_function.raised,
}
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
            if rule.id not in OF_A_PROJECT and rule.id not in AMONG_PROJECTS:
                raise ValueError(f"没有此疑点规则 / no such flag rule: {rule.id}")
            expected = PARAMETERS.get(rule.id, frozenset())
            if set(rule.parameters) != expected:
                given = sorted(rule.parameters)
                raise ValueError(f"{rule.id}的参数应为 / parameters of {rule.id} are: {sorted(expected)}, not {given}")

    def get(self, rule: str) -> FlagRule | None:
        """The rule with this id, or None."""
        return next((r for r in self.all if r.id == rule), None)

    def raised(self, dossier: Dossier, others: Iterable[Sketch], rule_sets: RuleSets) -> list[RedFlag]:
        """All flags of a project. `others` are the county's projects; none is compared with a classified one (G15)."""
        own = sketch_of(dossier.project, dossier.facts)
        among = list(others)
        flags: list[RedFlag] = []
        for rule in self.all:
            watch = Watch(rule, rule_sets)
            if rule.id in OF_A_PROJECT:
                flags += OF_A_PROJECT[rule.id](dossier, watch)
            elif own is not None:
                flags += AMONG_PROJECTS[rule.id](own, among, watch)
        return flags


def sketch_of(project: Project, facts: Iterable[Recorded]) -> Sketch | None:
    """What others are compared with; None for a project that is not filed, or is classified."""
    filed = next((e for e in facts if isinstance(e.event, ProjectFiled)), None)
    if project.filing is None or project.filed_on is None or project.classified or filed is None:
        return None
    return Sketch(
        project=project.id,
        name=project.filing.name,
        owners=project.filing.owner_units,
        categories=project.filing.categories,
        filed_on=project.filed_on,
        estimate=project.filing.estimate,
        provides=tuple(p.name for p in project.sharing.provides) if project.sharing else (),
        filed=filed.stream,
        position=filed.position,
    )
