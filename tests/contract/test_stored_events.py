"""The stored form of every event ever released is read for good. `stored_events.jsonl` only ever grows."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest

from application.ports import NewEvent
from domain.evolve import fold
from domain.project import Project, Stage
from domain.recorded import Recorded
from domain.states import beginning
from domain.steps import BY_TOPIC
from domain.streams import StreamKind
from infrastructure.store import mapper
from infrastructure.store.mapper import LedgerMapper, LoggedEvent, NewerEventError, UnknownTopicError, to_recorded

GOLDEN = [
    json.loads(line)
    for line in (Path(__file__).parent / "stored_events.jsonl").read_text(encoding="utf-8").splitlines()
]


def logged(row: dict[str, Any]) -> LoggedEvent:
    return LoggedEvent(
        originator_id=UUID(row["stream"]),
        originator_version=row["version"],
        topic=row["topic"],
        state=orjson.dumps(row["state"]),
        id=row["position"],
        kind=row["kind"],
        recorded_at=datetime(2026, 11, 23, tzinfo=UTC),
    )


HISTORY = [to_recorded(logged(row)) for row in GOLDEN]


def test_every_event_and_version_has_a_stored_example() -> None:
    stored = {(row["topic"], row["state"]["v"]) for row in GOLDEN}
    known = {(topic, v) for topic, event in BY_TOPIC.items() for v in range(1, event.SCHEMA_VERSION + 1)}
    assert stored == known


def test_the_stored_examples_fold_into_states() -> None:
    streams: dict[tuple[StreamKind, UUID], list[Recorded]] = {}
    for entry in HISTORY:
        streams.setdefault((entry.stream.kind, entry.stream.id), []).append(entry)
    states = {key: fold(beginning(*key), history) for key, history in streams.items()}
    assert any(isinstance(s, Project) and s.stage is Stage.IN_OPERATION for s in states.values())


def test_what_is_stored_now_is_what_was_stored_then() -> None:
    """Byte for byte as objects: a changed field name or default would silently fork the format.

    A field that an event got later is not in its older examples; then it must hold its default.
    """
    for row, entry in zip(GOLDEN, HISTORY, strict=True):
        again = json.loads(
            LedgerMapper().to_stored_event(NewEvent(entry.stream, entry.circumstances, entry.event)).state
        )
        for name in set(again["e"]) - set(row["state"]["e"]):
            field = type(entry.event).model_fields[name]
            assert not field.is_required(), (row["topic"], name)
            assert getattr(entry.event, name) == field.default, (row["topic"], name)
            del again["e"][name]
        assert again == row["state"], row["topic"]


def test_an_unknown_topic_is_refused_and_never_imported() -> None:
    with pytest.raises(UnknownTopicError):
        to_recorded(logged({**GOLDEN[0], "topic": "subprocess:getoutput"}))


def test_a_newer_version_is_refused() -> None:
    newer = {**GOLDEN[0], "state": {**GOLDEN[0]["state"], "v": 99}}
    with pytest.raises(NewerEventError):
        to_recorded(logged(newer))


def test_a_missing_upcaster_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    event = BY_TOPIC["unit.enrolled"]
    monkeypatch.setattr(event, "SCHEMA_VERSION", 2)
    with pytest.raises(mapper.UpcasterChainError, match=r"unit\.enrolled"):
        LedgerMapper()
