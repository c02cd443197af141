"""规则集比较 What differs between two rule sets: clauses, parameters, bases."""

from __future__ import annotations

from typing import Any

from domain.event import Value
from domain.rule import RuleSet


class Difference(Value):
    """差异 One place where two sets differ; None where a set does not have it."""

    place: str
    before: str | None
    after: str | None


def differences(before: RuleSet, after: RuleSet) -> tuple[Difference, ...]:
    """Every place where the sets differ, by the name of the place: clauses by rule, bases by number."""
    old, new = _places(before), _places(after)
    return tuple(
        Difference(place=place, before=old.get(place), after=new.get(place))
        for place in sorted(old.keys() | new.keys())
        if old.get(place) != new.get(place)
    )


def _places(rule_set: RuleSet) -> dict[str, str]:
    shown = rule_set.model_dump(mode="json")
    shown["separated"] = [f"{one}+{other}" for one, other in rule_set.separated]
    for table, key in (
        ("clauses", "rule"),
        ("bases", "number"),
        ("task_groups", "id"),
        ("leads", "track"),
        ("duties", "id"),
    ):
        shown[table] = {row[key]: row for row in shown[table]}
    return dict(_leaves(shown, ""))


def _leaves(value: Any, place: str) -> list[tuple[str, str]]:
    if isinstance(value, dict):
        return [leaf for k, v in value.items() for leaf in _leaves(v, f"{place}.{k}" if place else str(k))]
    return [] if value is None else [(place, "、".join(map(str, value)) if isinstance(value, list) else str(value))]
