"""痕迹 What a red flag keeps in mind of an event: where it stands, both times, whose account, and a few values.

A dossier of traces is carried forward event by event. A correction marks the trace that it is about: what was said
first stays beside what counts now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from domain.correction import FactCorrected
from domain.dates import CivilDate
from domain.event import Event
from domain.money import Money
from domain.project import Filing
from domain.recorded import Recorded
from domain.steps import EVENTS
from domain.steps.acceptance import ProjectAccepted
from domain.steps.amounts import AmountStated
from domain.steps.answering import FlagAnswered
from domain.steps.approval import ProjectApproved
from domain.steps.connection import ConnectionObligationMet, ConnectionObligationSet
from domain.steps.enrolment import UnitEnrolled
from domain.steps.filing import FilingAmended, ProjectFiled
from domain.steps.funding import FundsArranged, FundsDisbursed
from domain.steps.procurement import ContractRecorded
from domain.steps.security import SecurityTested
from domain.steps.sharing import SharingDeclarationWithdrawn, SharingDeclared
from domain.steps.systems import SystemListed, SystemRegistered
from domain.streams import StreamAt

Says = dict[str, Any]
"""Values of an event that rules look at, in forms that JSON has."""


def _filing(filing: Filing) -> Says:
    return {
        "name": filing.name,
        "owners": list(filing.owner_units),
        "categories": list(filing.categories),
        "fen": _fen(filing.estimate),
        "classified": filing.classified,
    }


def _fen(amount: Money | None) -> int | None:
    """The amount in 分; other currencies are not compared."""
    return amount.fen if amount is not None and amount.currency == "CNY" else None


_SAYS: dict[type[Event], Callable[[Any], Says]] = {
    ProjectFiled: lambda e: _filing(e.filing),
    FilingAmended: lambda e: _filing(e.filing),
    SharingDeclared: lambda e: {"provides": [p.name for p in e.provides]},
    SharingDeclarationWithdrawn: lambda _: {"provides": []},
    ProjectApproved: lambda _: {},
    ProjectAccepted: lambda _: {},
    FundsArranged: lambda e: {"purpose": e.purpose},
    FundsDisbursed: lambda e: {"purpose": e.purpose},
    ContractRecorded: lambda e: {"fen": _fen(e.amount)},
    AmountStated: lambda e: {"stage": e.stage, "fen": _fen(e.amount)},
    FlagAnswered: lambda e: {"flag": e.flag, "key": e.key, "answer": e.answer},
    SystemListed: lambda e: {"system": str(e.system)},
    SystemRegistered: lambda e: {"name": e.name, "project": str(e.project)},
    SecurityTested: lambda e: {"level": e.level},
    UnitEnrolled: lambda e: {"uscc": e.uscc, "name": e.name},
    ConnectionObligationSet: lambda e: {"number": e.number, "due_on": e.due_on.isoformat()},
    ConnectionObligationMet: lambda e: {"number": e.number},
    FactCorrected: lambda e: {"target": e.target_version, "topic": e.target_topic},
}
TRACED = frozenset(event.TOPIC for event in _SAYS)
"""Topics of the events that leave a trace."""
_BY_TOPIC = {event.TOPIC: event for event in EVENTS}


class Trace(NamedTuple):
    """One event, as far as flags look at it. What a correction made of it is in `happened_on` and `says`."""

    topic: str
    stream: StreamAt
    position: int
    recorded_at: datetime
    account: str
    happened_on: CivilDate
    says: Says
    first_happened_on: CivilDate | None = None
    """The day as it was recorded, where a correction gave another."""
    withdrawn: bool = False
    person: UUID | None = None
    """The pseudonym of the person whose account it was, where it is known."""
    organisation: str | None = None
    role: str | None = None
    """Who answered, and in which capacity: kept of answers alone, as readers see them beside the flag."""

    def says_text(self, name: str) -> str:
        """A value that is a text."""
        return str(self.says.get(name) or "")


def trace_of(entry: Recorded) -> Trace:
    """The trace of an event; of one that no rule looks into, it says nothing but that it happened."""
    event = entry.event
    read = _SAYS.get(event.__class__)
    actor = entry.circumstances.actor
    answered = isinstance(event, FlagAnswered)
    return Trace(
        event.TOPIC,
        entry.stream,
        entry.position,
        entry.recorded_at,
        actor.account,
        entry.happened_on,
        read(event) if read is not None else {},
        person=actor.person,
        organisation=actor.organisation if answered else None,
        role=actor.role if answered else None,
    )


@dataclass
class Traces:
    """痕迹集 The traces of one stream, in the order of its versions."""

    all: list[Trace] = field(default_factory=list)
    changed: set[int] = field(default_factory=set)
    """Versions that were added or corrected since it was made."""
    topics: set[str] = field(default_factory=set)
    """Of which there is a trace, withdrawn ones too."""

    @classmethod
    def of(cls, history: Iterable[Recorded]) -> Traces:
        """The traces of a history with its corrections as they came."""
        traces = cls()
        for entry in history:
            if entry.event.TOPIC in TRACED:
                traces.take(entry)
        return traces

    def keep(self, trace: Trace) -> None:
        """Take in the next trace, as it was kept."""
        self.all.append(trace)
        self.topics.add(trace.topic)

    def take(self, entry: Recorded, *, applied: bool = False) -> None:
        """Take in the next event. `applied`: the events come in the form that their corrections gave them."""
        if isinstance(entry.event, FactCorrected) and not applied:
            self._correct(entry.event)
        self.keep(trace_of(entry))
        self.changed.add(entry.stream.version)

    def _correct(self, correction: FactCorrected) -> None:
        for place, trace in enumerate(self.all):
            if trace.stream.version != correction.target_version:
                continue
            first = trace.first_happened_on or trace.happened_on
            if correction.replacement is None:
                corrected = trace._replace(withdrawn=True, happened_on=first, first_happened_on=None)
            else:
                event = _BY_TOPIC[trace.topic].model_validate(correction.replacement)
                read = _SAYS.get(type(event))
                day = correction.replacement_happened_on or first
                corrected = trace._replace(
                    says=read(event) if read is not None else {},
                    happened_on=day,
                    first_happened_on=None if day == first else first,
                    withdrawn=False,
                )
            self.all[place] = corrected
            self.changed.add(trace.stream.version)

    def standing(self, *events: type[Event]) -> list[Trace]:
        """Traces of some events that were not withdrawn."""
        topics = [e.TOPIC for e in events]
        if self.topics.isdisjoint(topics):
            return []
        return [t for t in self.all if t.topic in topics and not t.withdrawn]

    def once(self, *events: type[Event]) -> list[Trace]:
        """Traces of some events, withdrawn ones too."""
        topics = {e.TOPIC for e in events}
        if self.topics.isdisjoint(topics):
            return []
        return [t for t in self.all if t.topic in topics]
