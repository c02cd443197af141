"""What clients saw, held against what the log holds at the end.

Every operation has a mark of its own, which all its events carry. Times are of one clock, so that what ended before
something else began came before it. After the faults end, the log is read once, past the service.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """What the client of an operation knows at the end."""

    OK = "ok"
    """Acknowledged: it is there, once, where the answer says."""
    FAIL = "fail"
    """Told that nothing was recorded: it is not there."""
    UNKNOWN = "unknown"
    """No answer, or one that says so: it is there once or not at all."""


@dataclass(frozen=True)
class Place:
    """Where an event stands."""

    position: int
    stream: str
    version: int


@dataclass(frozen=True)
class Operation:
    """An attempt to record something under a mark; one that was sent several times, as a whole."""

    mark: str
    outcome: Outcome
    began: int
    ended: int
    events: tuple[Place, ...] = ()
    """What the answer named."""
    expected: int = 1
    """How many events it is, when it is recorded."""


@dataclass(frozen=True)
class Look:
    """What a reading session saw of a stream: the marks of all its events."""

    session: str
    stream: str
    marks: tuple[str, ...]
    began: int
    ended: int


@dataclass(frozen=True)
class Logged:
    """An event as the log holds it."""

    place: Place
    mark: str
    rests_on: str | None = None
    """Mark of the event before it in its stream, as the decision read it; None when it read nothing."""
    says_what_it_read: bool = False
    guards: tuple[tuple[str, int], ...] = ()
    """Other streams that the decision read, with the versions that they had: they must have had them here."""


def violations(operations: Sequence[Operation], log: Sequence[Logged], looks: Sequence[Look] = ()) -> list[str]:
    """Everything that is not as promised. Empty when all is well."""
    return [
        *_of_the_log(log),
        *_of_outcomes(operations, log),
        *_of_order(operations),
        *_of_looks(operations, log, looks),
    ]


def _of_the_log(log: Sequence[Logged]) -> Iterable[str]:
    """Positions 1..n, versions 1..n in each stream, and each event rests on the one before it."""
    if [e.place.position for e in log] != list(range(1, len(log) + 1)):
        yield "positions are not 1..n"
    last: dict[str, Logged] = {}
    for event in log:
        before = last.get(event.place.stream)
        if event.place.version != (before.place.version if before else 0) + 1:
            yield f"{event.place}: a version is missing or twice there"
        if event.says_what_it_read and event.rests_on != (before.mark if before else None):
            yield f"{event.place}: lost update, it rests on {event.rests_on} and follows {before and before.mark}"
        for stream, version in event.guards:
            if version != (last[stream].place.version if stream in last else 0):
                yield f"{event.place}: decided on {stream} as of {version}, which had moved on"
        last[event.place.stream] = event


def _of_outcomes(operations: Sequence[Operation], log: Sequence[Logged]) -> Iterable[str]:
    found: defaultdict[str, list[Place]] = defaultdict(list)
    for event in log:
        found[event.mark].append(event.place)
    for mark, times in Counter(o.mark for o in operations).items():
        if times > 1:
            yield f"{mark}: the mark of {times} operations"
    for operation in operations:
        places = found.pop(operation.mark, [])
        if len(places) > operation.expected:
            yield f"{operation.mark}: recorded more than once: {places}"
        elif places and len(places) != operation.expected:
            yield f"{operation.mark}: recorded in part: {places}"
        if operation.outcome is Outcome.OK:
            if not places:
                yield f"{operation.mark}: acknowledged and lost"
            elif sorted(places, key=_position) != sorted(operation.events, key=_position):
                yield f"{operation.mark}: acknowledged at {operation.events}, recorded at {places}"
        elif operation.outcome is Outcome.FAIL and places:
            yield f"{operation.mark}: refused, and recorded at {places}"
    for mark, places in found.items():
        yield f"{mark}: recorded at {places}, and nobody sent it"


def _position(place: Place) -> int:
    return place.position


def _of_order(operations: Sequence[Operation]) -> Iterable[str]:
    """What was acknowledged before something else was sent stands before it: positions are a linearization."""
    done = [o for o in operations if o.outcome is Outcome.OK and o.events]
    ended = sorted(done, key=lambda o: o.ended)
    highest, latest, n = 0, "", 0
    for operation in sorted(done, key=lambda o: o.began):
        while n < len(ended) and ended[n].ended < operation.began:
            if (last := max(p.position for p in ended[n].events)) > highest:
                highest, latest = last, ended[n].mark
            n += 1
        if min(p.position for p in operation.events) < highest:
            yield f"{operation.mark}: stands before {latest}, which was acknowledged before it was sent"


def _of_looks(operations: Sequence[Operation], log: Sequence[Logged], looks: Sequence[Look]) -> Iterable[str]:
    """Everybody sees a beginning of the one log, holding all that was acknowledged before, and nobody goes back."""
    streams: defaultdict[str, list[str]] = defaultdict(list)
    for event in log:
        streams[event.place.stream].append(event.mark)
    acknowledged: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    for operation in operations:
        if operation.outcome is Outcome.OK:
            for place in operation.events:
                acknowledged[place.stream].append((operation.ended, place.version))
    seen: dict[tuple[str, str], int] = {}
    for look in sorted(looks, key=lambda k: k.began):
        where = f"{look.session} in {look.stream}"
        if list(look.marks) != streams[look.stream][: len(look.marks)]:
            yield f"{where}: another history than the log's"
        due = max((version for ended, version in acknowledged[look.stream] if ended < look.began), default=0)
        if len(look.marks) < due:
            yield f"{where}: saw {len(look.marks)} events, {due} were acknowledged before"
        if len(look.marks) < seen.get((look.session, look.stream), 0):
            yield f"{where}: went back to {len(look.marks)} events"
        seen[look.session, look.stream] = max(seen.get((look.session, look.stream), 0), len(look.marks))
