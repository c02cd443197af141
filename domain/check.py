"""检查 What a rule does: look at a case, and say everything about it that does not keep the rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from domain.case import Case
from domain.rule import Fact, Gate
from domain.texts import Text


@dataclass(frozen=True)
class Failing:
    """What a rule's check gives when the rule is not kept."""

    reason: Text
    cure: Text
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True)
class Rule:
    """A rule: its number in the document's clause list, and its check. The check gives all failings, or none."""

    id: str
    check: Callable[[Gate, Case], list[Failing]]
