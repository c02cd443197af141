"""The stored form of every event ever released is read for good. `stored_events.jsonl` only ever grows."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import NoneType
from typing import Any, get_args
from uuid import UUID

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from application.ports import NewEvent
from domain.correction import FactCorrected
from domain.evolve import fold
from domain.project import HistoricalFact, Project, Stage
from domain.recorded import Circumstances, Recorded
from domain.states import beginning
from domain.steps import BY_TOPIC
from domain.steps.building import ProgressReported
from domain.streams import StreamAt, StreamKind
from infrastructure.store import mapper
from infrastructure.store.mapper import LedgerMapper, LoggedEvent, NewerEventError, UnknownTopicError, to_recorded
from infrastructure.tlog.suite import SHA256_ED25519
from tests.plainly import plain_fold, plainly_read

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
    states = {key: fold(beginning(*key), history) for key, history in streams().items()}
    assert any(isinstance(s, Project) and s.stage is Stage.IN_OPERATION for s in states.values())


def lost(then: Any, now: Any, where: str = "") -> list[str]:
    """Where something that was stored then would be stored otherwise now.

    Fields added since are empty defaults, and what is null may be left out.
    """
    if isinstance(then, dict) and isinstance(now, dict):
        gone = [f"{where}/{key}" for key in then if key not in now and then[key] is not None]
        added = [f"{where}/{key}" for key in now if key not in then and now[key] not in DEFAULTS]
        return gone + added + [x for key in then if key in now for x in lost(then[key], now[key], f"{where}/{key}")]
    if isinstance(then, list) and isinstance(now, list) and len(then) == len(now):
        return [x for i, (a, b) in enumerate(zip(then, now, strict=True)) for x in lost(a, b, f"{where}/{i}")]
    if where.endswith("/clause/reading") and isinstance(then, str):
        return [] if now in (then, {"zh": then, "en": then}) else [where]  # readings were of one language once
    return [] if then == now else [where]


DEFAULTS: tuple[object, ...] = (None, "", False, [], "DATA", "CITY_PLATFORM")


def test_what_was_stored_then_is_not_stored_otherwise_now() -> None:
    """As objects: a changed field name or default would silently fork the format."""
    for row, entry in zip(GOLDEN, HISTORY, strict=True):
        again = LedgerMapper().to_stored_event(NewEvent(entry.stream, entry.circumstances, entry.event))
        then = {**row["state"], "v": entry.event.SCHEMA_VERSION}  # upcast on reading
        now = json.loads(again.state)
        assert lost(then, {**now, "n": then.get("n")}) == [], row["topic"]


@pytest.mark.parametrize("entry", HISTORY, ids=lambda entry: entry.event.TOPIC)
def test_bytes_are_those_of_the_parts_as_plain_json(entry: Recorded) -> None:
    """An event is written without an intermediate form; it is the same JSON, to the byte."""
    stored = LedgerMapper().to_stored_event(NewEvent(entry.stream, entry.circumstances, entry.event))
    plain = {
        "v": entry.event.SCHEMA_VERSION,
        "c": entry.circumstances.model_dump(mode="json", exclude_defaults=True),
        "e": entry.event.model_dump(mode="json", exclude_none=True),
        "n": orjson.loads(stored.state)["n"],
    }
    assert stored.state == orjson.dumps(plain)
    assert len(base64.b64decode(f"{plain['n']}==", validate=True)) == 16


def nullable_with_a_default(kind: Any, seen: set[Any]) -> list[str]:
    """Fields within a type that may be null, and are something else when they are left out."""
    if not (isinstance(kind, type) and issubclass(kind, BaseModel)):
        return [x for part in get_args(kind) for x in nullable_with_a_default(part, seen)]
    if kind in seen:
        return []
    seen.add(kind)
    fields = kind.model_fields.items()
    found = [f"{kind.__name__}.{n}" for n, f in fields if NoneType in get_args(f.annotation) and f.default is not None]
    return found + [x for _, field in fields for x in nullable_with_a_default(field.annotation, seen)]


def test_what_is_null_may_be_left_out_in_every_event() -> None:
    class Wrong(BaseModel):
        required: int | None
        otherwise: int | None = 5

    assert nullable_with_a_default(tuple[Wrong, ...], set()) == ["Wrong.required", "Wrong.otherwise"]
    seen: set[Any] = set()
    assert [x for event_class in BY_TOPIC.values() for x in nullable_with_a_default(event_class, seen)] == []
    assert HistoricalFact in seen


def test_no_digest_confirms_a_guess_and_what_is_read_is_the_same() -> None:
    """Two states of one event differ by 128 random bits; one from before there were any is read as it was."""
    entry = HISTORY[0]
    new = NewEvent(entry.stream, entry.circumstances, entry.event)
    states = {LedgerMapper().to_stored_event(new).state for _ in range(50)}
    assert len({SHA256_ED25519.digest(state) for state in states}) == 50
    bare = orjson.dumps({part: value for part, value in orjson.loads(states.pop()).items() if part != "n"})
    for state in (*states, bare):
        at = entry.stream
        (read,) = mapper.recorded_history(
            at.kind, at.id, [(at.version, 1, entry.recorded_at, entry.event.TOPIC, state)]
        )
        assert (read.event, read.circumstances) == (entry.event, entry.circumstances)


@pytest.mark.parametrize(("number", "fits"), [(2**63 - 1, True), (-(2**63), True), (2**65 + 1, False), (10**40, False)])
def test_a_number_that_would_be_read_back_rounded_is_not_written(number: int, fits: bool) -> None:
    entry = next(e for e in HISTORY if isinstance(e.event, ProgressReported))
    new = NewEvent(entry.stream, entry.circumstances, entry.event.but(percent=number))
    if fits:
        assert orjson.loads(LedgerMapper().to_stored_event(new).state)["e"]["percent"] == number
    else:
        with pytest.raises(ValueError, match="64 bits"):
            LedgerMapper().to_stored_event(new)


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


def test_what_is_decoded_late_is_what_would_be_decoded_at_once() -> None:
    for row, entry in zip(GOLDEN, HISTORY, strict=True):
        at_once = Recorded(
            stream=StreamAt(kind=row["kind"], id=row["stream"], version=row["version"]),
            position=row["position"],
            recorded_at=entry.recorded_at,
            circumstances=Circumstances.model_validate(row["state"]["c"]),
            event=mapper.event_from(row["topic"], row["state"]["v"], row["state"]["e"]),
        )
        late = to_recorded(logged(row))
        assert late.happened_on == at_once.happened_on
        assert late == at_once
        assert hash(late) == hash(at_once)
        assert late.but(position=0) != late


@pytest.mark.parametrize("part", ["c", "e"])
def test_a_stored_part_that_does_not_fit_is_refused_when_it_is_read(part: str) -> None:
    """The event at once; what surrounds it when somebody looks at it: never a wrong value instead."""
    row = next(r for r in GOLDEN if r["topic"] == "project.progress_reported")
    broken = {**row["state"], part: {**row["state"][part], "unheard_of": 1}}
    with pytest.raises(ValidationError, match="unheard_of"):
        _ = to_recorded(logged({**row, "state": broken})).circumstances


def test_a_stored_day_that_is_none_is_refused_when_folded() -> None:
    row = next(r for r in GOLDEN if r["topic"] == "project.progress_reported")
    broken = {**row["state"], "c": {**row["state"]["c"], "happened_on": "2019-02-30"}}
    entry = to_recorded(logged({**row, "state": broken}))
    with pytest.raises(ValueError, match="2019-02-30"):
        fold(Project(id=entry.stream.id), [entry])


def streams() -> dict[tuple[StreamKind, UUID], list[Recorded]]:
    found: dict[tuple[StreamKind, UUID], list[Recorded]] = {}
    for entry in HISTORY:
        found.setdefault((entry.stream.kind, entry.stream.id), []).append(entry)
    return found


def test_the_quick_fold_is_the_plain_one_and_changes_nothing_it_was_given() -> None:
    for (kind, stream), history in streams().items():
        initial = beginning(kind, stream)
        untouched = initial.but()
        for cut in range(len(history) + 1):
            begun = fold(initial, history[:cut])
            kept = begun.but()
            whole = fold(begun, history[cut:])
            assert type(whole) is type(initial)
            assert begun == kept == plain_fold(initial, history[:cut])
            if not any(e.event.TOPIC == "record.fact_corrected" for e in history):
                assert whole == plain_fold(initial, history)
        assert initial == untouched


def test_a_step_that_fails_leaves_the_state_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    history = next(h for (kind, _), h in streams().items() if kind is StreamKind.PROJECT and len(h) > 2)
    state = fold(beginning(StreamKind.PROJECT, history[0].stream.id), history[:1])
    kept = state.but()
    broken = history[2].but(event=FactCorrected.made_of())
    with pytest.raises(AttributeError):
        fold(state, [history[1], broken])
    assert state == kept


def outcome(read: Callable[[LoggedEvent], Recorded], entry: LoggedEvent) -> Recorded | None:
    """What comes of reading an event and all that surrounds it; None when it is refused."""
    try:
        found = read(entry)
        _ = found.circumstances
    except (ValueError, KeyError, NewerEventError, TypeError):
        return None
    return found


PIECES = (
    *(b"", b" ", b"}", b'"', b"\\", b"\xff", b"\x00", b"1e999", b"NaN"),
    *(b'"e":', b'},"e":{', b'},"e":{},', b'"c":{},', b'"v":1,'),
    *(b'"happened_on":"2001-01-01",', b'{"happened_on":"2001-01-01"'),
)
"""What takes the place of a part of a stored state."""


@settings(max_examples=400)
@given(data=st.data())
def test_whatever_bytes_are_stored_the_quick_way_reads_what_the_plain_one_does(data: st.DataObject) -> None:
    """Cut, doubled and exchanged parts: the same event and circumstances, or a refusal; never something else."""
    entry = logged(data.draw(st.sampled_from(GOLDEN)))
    state = entry.state
    at = data.draw(st.integers(0, len(state)))
    until = data.draw(st.integers(at, min(len(state), at + 40)))
    piece = data.draw(st.sampled_from([*PIECES, state[at:until] * 2]))
    spoilt = replace(entry, state=state[:at] + piece + state[until:])
    quick, plain = outcome(to_recorded, spoilt), outcome(plainly_read, spoilt)
    assert quick is None or quick == plain
    if quick is not None and plain is not None:
        assert quick.happened_on == plain.happened_on


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        (b'"e":{', b'"e":{},"e":{'),
        (b'},"e":{', b'},"e":{"summary":"planted"},"e":{'),
        (b'"c":{', b'"c":{"correlation":"},\\"e\\":{"},"c":{'),
        (b'"happened_on":"', b'"happened_on":"2001-01-01","happened_on":"'),
        (b'{"v":1,', b'{ "v": 1,'),
        (b"}}", b'},"later":{}}'),
        (b"}}", b'},"c":{"happened_on":"2001-01-01"}}'),
        (b"}}", b"}}}"),
    ],
)
def test_doubled_and_foreign_parts_mislead_nobody(was: bytes, becomes: bytes) -> None:
    entry = logged(next(r for r in GOLDEN if r["topic"] == "project.progress_reported"))
    assert was in entry.state
    spoilt = replace(entry, state=entry.state.replace(was, becomes, 1))
    quick, plain = outcome(to_recorded, spoilt), outcome(plainly_read, spoilt)
    assert quick is None or quick == plain
    assert quick is None or plain is None or quick.happened_on == plain.happened_on
