"""疑点 What a red flag is: a reason to ask, never a finding of guilt. The flagged unit has the next word."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from pydantic import Field

from domain.dates import CivilDate
from domain.event import Event, Value
from domain.evolve import effective
from domain.money import Money
from domain.project import Category, Project
from domain.recorded import Recorded
from domain.rule import RuleSets
from domain.streams import StreamAt
from domain.system import GovSystem
from domain.texts import Text
from domain.unit import Unit


class FlagRule(Value):
    """疑点规则 One reason to ask, with its version and parameters. Data: a site may state its own."""

    id: str = Field(pattern=r"^R\d\d$")
    version: int = Field(ge=1, description="raised whenever the meaning or a parameter changes")
    name: Text
    asks: Text = Field(description="what the unit is asked to explain")
    clauses: tuple[str, ...] = Field(description="rules of the document that it watches over")
    parameters: dict[str, int] = Field(default_factory=dict)


class RedFlag(Value):
    """疑点 A history that a rule asks about, with the events that fired it."""

    rule: str
    version: int
    project: UUID
    key: str = Field(description="what within the project it is about; rule and key name the flag for good")
    told: Text
    events: tuple[StreamAt, ...]
    positions: tuple[int, ...]
    others: tuple[UUID, ...] = ()
    """Other projects that it is about."""


@dataclass(frozen=True)
class SystemRecord:
    """A system of the project, as it is known now, with its history."""

    system: GovSystem
    history: Sequence[Recorded]


@dataclass(frozen=True)
class Dossier:
    """案卷 All that the flags of one project look at. Histories are whole, corrections and all."""

    project: Project
    history: Sequence[Recorded]
    systems: tuple[SystemRecord, ...] = ()
    owner_units: tuple[tuple[Unit, Sequence[Recorded]], ...] = ()

    @cached_property
    def facts(self) -> list[Recorded]:
        """The project's events with corrections applied."""
        return effective(self.history)

    def of(self, *kinds: type[Event]) -> Iterator[Recorded]:
        """The project's events of some kinds, with corrections applied."""
        return (entry for entry in self.facts if isinstance(entry.event, kinds))


@dataclass(frozen=True)
class Sketch:
    """轮廓 What is compared of different projects. A classified one has no sketch: its texts are not here (G15)."""

    project: UUID
    name: str
    owners: tuple[str, ...]
    categories: tuple[Category, ...]
    filed_on: CivilDate
    estimate: Money | None
    provides: tuple[str, ...]
    filed: StreamAt
    position: int


@dataclass(frozen=True)
class Watch:
    """By what is flagged: one flag rule, and the rule sets whose parameters some flags share."""

    rule: FlagRule
    rule_sets: RuleSets

    def limit(self, name: str) -> int:
        """A parameter of the rule. Raises KeyError: loading sees to it that all are there."""
        return self.rule.parameters[name]

    def flag(self, project: UUID, key: str, told: Text, fired: Iterable[Recorded], *others: Sketch) -> RedFlag:
        """The flag of these events."""
        entries = list({entry.position: entry for entry in fired}.values())
        return RedFlag(
            rule=self.rule.id,
            version=self.rule.version,
            project=project,
            key=key,
            told=told,
            events=(*(e.stream for e in entries), *(o.filed for o in others)),
            positions=(*(e.position for e in entries), *(o.position for o in others)),
            others=tuple(o.project for o in others),
        )


def resemblance_bp(one: str, other: str) -> int:
    """How alike two names are, in ten-thousandths: the Dice coefficient of their pairs of neighbouring characters."""
    pairs, others = _pairs(one), _pairs(other)
    if not pairs or not others:
        return 10_000 if one == other else 0
    return 20_000 * len(pairs & others) // (len(pairs) + len(others))


def _pairs(name: str) -> set[str]:
    letters = "".join(c for c in name.casefold() if c.isalnum())
    return {letters[n : n + 2] for n in range(len(letters) - 1)}
