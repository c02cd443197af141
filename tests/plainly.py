"""The plain ways of reading and folding, with nothing left out: what the quick ones must come to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import orjson

from application.ports import NewEvent
from domain.evolve import effective, evolve
from domain.recorded import Circumstances, Recorded
from domain.streams import StreamAt
from infrastructure.store.mapper import LedgerMapper, LoggedEvent, as_uuid, event_from, recorded_history

MAPPER = LedgerMapper()


def plain_fold(initial: Any, history: Iterable[Recorded]) -> Any:
    """Each step gives a state of its own; none is changed."""
    entries = list(history)
    state = initial
    for entry in effective(entries):
        state = evolve(entry.event, state, entry)
    return state.but(version=entries[-1].stream.version) if entries else state


def plainly_read(logged: LoggedEvent) -> Recorded:
    """Everything parsed and validated at once."""
    stored = orjson.loads(logged.state)
    return Recorded(
        stream=StreamAt.model_validate(
            {"kind": logged.kind, "id": as_uuid(logged.originator_id), "version": logged.originator_version}
        ),
        position=logged.id,
        recorded_at=logged.recorded_at,
        circumstances=Circumstances.model_validate(stored["c"]),
        event=event_from(logged.topic, stored["v"], stored["e"]),
    )


def stored_and_read(history: Sequence[Recorded]) -> list[Recorded]:
    """The history of one stream as it comes back from the store."""
    stored = [MAPPER.to_stored_event(NewEvent(e.stream, e.circumstances, e.event)) for e in history]
    first = history[0].stream
    return recorded_history(
        first.kind,
        first.id,
        [(e.stream.version, e.position, e.recorded_at, s.topic, s.state) for e, s in zip(history, stored, strict=True)],
    )
