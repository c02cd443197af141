"""变更流 The feed: what was recorded after a position, as far as its reader may see it.

The position in the log is the only cursor. A page says where to go on even when nothing in it may be seen, so that a
reader is never held up by what is hidden from it, and cannot tell from the feed what that was.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from application.ports import Desk
from domain.evolve import Foldable
from domain.recorded import Recorded
from domain.states import beginning
from domain.streams import StreamKind

LARGEST_PAGE = 500
"""Positions that one page may cover."""


class Sight(Protocol):
    """What a reader may see, as decided where the other answers are decided, too."""

    def sees(self, kind: StreamKind, state: Foldable) -> bool:
        """May the reader see a stream that now stands like this?"""
        ...


@dataclass(frozen=True)
class Selection:
    """Which events a reader asks for. Empty: all."""

    topics: frozenset[str] = frozenset()
    streams: frozenset[UUID] = frozenset()

    def holds(self, event: Recorded) -> bool:
        """Is the event asked for?"""
        return (not self.topics or event.event.TOPIC in self.topics) and (
            not self.streams or event.stream.id in self.streams
        )


EVERYTHING = Selection()


@dataclass(frozen=True)
class FeedEvent:
    """An event of the feed, with the state of its stream now."""

    recorded: Recorded
    state: Foldable


@dataclass(frozen=True)
class FeedPage:
    """A part of the feed."""

    events: Sequence[FeedEvent]
    next: int
    """Position after which the next part begins."""
    end: int
    """Position of the last event of the log when the part was read."""


def feed_after(desk: Desk, sight: Sight, position: int, limit: int, selection: Selection = EVERYTHING) -> FeedPage:
    """The events at the next `limit` positions that are asked for and may be seen, in the order of recording."""
    end = desk.ledger.position()
    read = desk.ledger.after(position, min(limit, LARGEST_PAGE))
    asked = [event for event in read if selection.holds(event)]
    states = _states_of(desk, {(event.stream.kind, event.stream.id) for event in asked})
    seen = [
        FeedEvent(event, state)
        for event in asked
        if sight.sees(event.stream.kind, state := states[event.stream.kind, event.stream.id])
    ]
    reached = read[-1].position if read else position
    return FeedPage(seen, reached, max(end, reached))


def _states_of(desk: Desk, streams: Collection[tuple[StreamKind, UUID]]) -> dict[tuple[StreamKind, UUID], Foldable]:
    """The newest states: what was open when an event was recorded may be classified by now."""
    return {(kind, stream): desk.states.newest(kind, beginning(kind, stream)) for kind, stream in streams}
