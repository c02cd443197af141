"""given(history).when(act).then(event) / .refused_by("G06"): the domain's tests in its own words, without I/O."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from domain.case import Case
from domain.dates import CivilDate
from domain.event import Event
from domain.evolve import fold
from domain.project import Filing, Project
from domain.proposal import Proposal
from domain.recorded import Actor, Circumstances, Recorded, Role
from domain.refusal import Refused
from domain.rule import RuleSet
from domain.streams import StreamAt, StreamKind
from domain.system import GovSystem
from domain.unit import Unit
from infrastructure.rule_sets import load_rule_sets

PROJECT, SYSTEM, UNIT = UUID(int=1), UUID(int=2), UUID(int=3)
RULES = load_rule_sets().all[0]

Dated = tuple[str, Event]


def history(kind: StreamKind, stream: UUID, *events: Dated) -> list[Recorded]:
    """Dated events as they would be recorded."""
    return [
        Recorded(
            stream=StreamAt(kind=kind, id=stream, version=n),
            position=n,
            recorded_at=datetime(2026, 1, 1, tzinfo=UTC),
            circumstances=Circumstances(
                happened_on=CivilDate.parse(on),
                actor=Actor(account="test", organisation="测试", role=Role.OWNER_UNIT),
            ),
            event=event,
        )
        for n, (on, event) in enumerate(events, 1)
    ]


@dataclass(frozen=True)
class Given:
    """A situation: what happened to the project, its system and its owner unit."""

    case: Case

    def on(self, day: str) -> Given:
        return Given(replace(self.case, decided_on=date.fromisoformat(day)))

    def filing(self, filing: Filing) -> Given:
        return Given(replace(self.case, proposal=Proposal(filing=filing)))

    def acting_as(self, role: Role | None) -> Given:
        return Given(replace(self.case, proposal=self.case.proposal.but(acting_as=role)))

    def when(self, decide: Callable[..., Event], *arguments: Any) -> Then:
        return Then(decide(self.case, *arguments))


@dataclass(frozen=True)
class Then:
    """What came of it."""

    event: Event

    def then(self, kind: type[Event]) -> Event:
        assert type(self.event) is kind, self.event
        return self.event

    def refused_by(self, *rules: str) -> Refused:
        assert isinstance(self.event, Refused), self.event
        assert self.event.judgement.blocking() == rules
        return self.event


def given(
    *project: Dated,
    system: tuple[Dated, ...] = (),
    unit: tuple[Dated, ...] = (),
    on: str = "2019-06-01",
    rules: RuleSet = RULES,
) -> Given:
    """The situation after these dated events, decided on a day."""
    systems = (fold(GovSystem(id=SYSTEM), history(StreamKind.SYSTEM, SYSTEM, *system)),) if system else ()
    return Given(
        Case(
            decided_on=date.fromisoformat(on),
            rules=rules,
            project=fold(Project(id=PROJECT), history(StreamKind.PROJECT, PROJECT, *project)),
            systems=systems,
            owner_units=(fold(Unit(id=UNIT), history(StreamKind.UNIT, UNIT, *unit)),),
        )
    )
