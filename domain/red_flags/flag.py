"""疑点 What a red flag is: a reason to ask, never a finding of guilt. The flagged unit has the next word."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, NamedTuple
from uuid import UUID

from pydantic import Field

from domain.dates import CivilDate
from domain.event import Event, Value
from domain.recorded import Recorded
from domain.red_flags.trace import Trace, Traces, trace_of
from domain.rule import RuleSets
from domain.steps.enrolment import UnitEnrolled
from domain.steps.systems import SystemRegistered
from domain.streams import StreamAt
from domain.texts import Text


class FlagRule(Value):
    """疑点规则 One reason to ask, with its version and parameters. Data: a site may state its own."""

    id: str = Field(pattern=r"^R\d\d$")
    version: int = Field(ge=1, description="raised whenever the meaning or a parameter changes")
    name: Text
    asks: Text = Field(description="what the unit is asked to explain")
    clauses: tuple[str, ...] = Field(description="rules of the document that it watches over")
    parameters: dict[str, int] = Field(default_factory=dict)


class FiredBy(Value):
    """An event that fired a flag: where it stands, and both times."""

    topic: str
    stream: StreamAt
    position: int
    happened_on: CivilDate
    recorded_at: datetime

    @classmethod
    def of(cls, trace: Trace) -> FiredBy:
        """The place and times of a trace."""
        return cls.made_of(
            topic=trace.topic,
            stream=trace.stream,
            position=trace.position,
            happened_on=trace.happened_on,
            recorded_at=trace.recorded_at,
        )


class RedFlag(Value):
    """疑点 A history that a rule asks about, with the events that fired it."""

    rule: str
    version: int
    project: UUID
    key: str = Field(description="what within the project it is about; rule and key name the flag for good")
    told: Text
    events: tuple[FiredBy, ...]
    others: tuple[UUID, ...] = ()
    """Other projects that it is about."""

    @property
    def positions(self) -> tuple[int, ...]:
        """Where the events stand in the log."""
        return tuple(e.position for e in self.events)


@dataclass(frozen=True)
class Lateness:
    """迟录 What was recorded too late in a project: how often, the most days, and the first of them."""

    count: int
    most_days: int
    limit_days: int
    first: tuple[FiredBy, ...]

    NAMED: ClassVar[int] = 10
    """So many are named; the others are counted."""

    def with_one(self, entry: Recorded, days: int, limit_days: int) -> Lateness:
        """The same with one more."""
        named = (*self.first, FiredBy.of(trace_of(entry))) if len(self.first) < self.NAMED else self.first
        worse = days > self.most_days
        return Lateness(
            self.count + 1, days if worse else self.most_days, limit_days if worse else self.limit_days, named
        )


@dataclass(frozen=True)
class SystemRecord:
    """A system of the project, and what is kept in mind of it."""

    id: UUID
    traces: Traces

    @property
    def name(self) -> str:
        """系统名称, or its identity when it has none."""
        names = [t.says_text("name") for t in self.traces.standing(SystemRegistered)]
        return next((name for name in reversed(names) if name), str(self.id))


@dataclass(frozen=True)
class UnitRecord:
    """An owner unit, and what is kept in mind of it."""

    uscc: str
    traces: Traces

    @property
    def name(self) -> str:
        """单位名称 under which it was enrolled, or its code."""
        names = [t.says_text("name") for t in self.traces.standing(UnitEnrolled)]
        return names[-1] if names else self.uscc


@dataclass(frozen=True)
class Dossier:
    """案卷 All that the flags of one project look at."""

    project: UUID
    traces: Traces
    systems: tuple[SystemRecord, ...] = ()
    owner_units: tuple[UnitRecord, ...] = ()
    late: Lateness | None = None

    def of(self, *events: type[Event]) -> list[Trace]:
        """The project's events of some kinds, with corrections applied."""
        return self.traces.standing(*events)


@dataclass(frozen=True)
class Sketch:
    """轮廓 What is compared of different projects. A classified one has no sketch: its texts are not here (G15)."""

    project: UUID
    name: str
    owners: tuple[str, ...]
    categories: tuple[str, ...]
    """Of the eight that are restricted. OTHER says nothing of what a project does."""
    filed_on: CivilDate
    estimate_fen: int | None
    provides: tuple[str, ...]
    filed: FiredBy

    @property
    def position(self) -> int:
        """Where its filing stands in the log."""
        return self.filed.position


class Like(NamedTuple):
    """相似之处 Where a project is found by others that may be compared with it, and where it looks for them."""

    sign: str
    owner: str
    same_owner: bool
    """Whether projects of the same unit are meant, or of all others."""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class Watch:
    """By what is flagged: one flag rule, and the rule sets whose parameters some flags share."""

    rule: FlagRule
    rule_sets: RuleSets

    def limit(self, name: str) -> int:
        """A parameter of the rule. Raises KeyError: loading sees to it that all are there."""
        return self.rule.parameters[name]

    def flag(
        self, project: UUID, key: str, told: Text, fired: Iterable[Trace | FiredBy], others: Iterable[UUID] = ()
    ) -> RedFlag:
        """The flag of these events."""
        events = {e.position: e if isinstance(e, FiredBy) else FiredBy.of(e) for e in fired}
        return RedFlag.made_of(
            rule=self.rule.id,
            version=self.rule.version,
            project=project,
            key=key,
            told=told,
            events=tuple(events.values()),
            others=tuple(others),
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


# Pairs that stand in many names come last, so that few names share what is looked up.
_FREQUENT = frozenset(
    ("系统", "平台", "信息", "管理", "建设", "项目", "工程", "服务", "数据", "智慧", "智能", "综合", "应用", "演示")
)


def rare_pairs(name: str, resemblance: int) -> list[str]:
    """Pairs of which two names share one, if they resemble each other by so many ten-thousandths at least.

    Two sets of which so large a part is common cannot differ in all of their first pairs, whatever order the pairs are
    brought into, if it is the same for all (the prefix filter of similarity joins).
    """
    pairs = sorted(_pairs(name), key=lambda p: (p in _FREQUENT, p))
    if not pairs:
        return [name]
    # With n pairs of its own, and a Dice coefficient of t, at least t / (2 - t) * n are common.
    common = -(-resemblance * len(pairs) // (20_000 - resemblance))
    return pairs[: len(pairs) - max(common, 1) + 1]
