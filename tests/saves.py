"""Saves for the tests of the recorder, and what they must come to: the same rules, one save after the other."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from eventsourcing.persistence import StoredEvent

from application.ports import KeyReusedError, RequestKey, StreamMovedError
from domain.streams import StreamAt, StreamKind
from infrastructure.store.batch_writer import NotRecordedError, Result, Save, Saved
from infrastructure.store.mapper import as_uuid

PATIENCE = 60.0
"""Seconds after which senders that got no answer count as lost. Far above what an answer takes."""


def stream(name: object) -> UUID:
    return uuid5(UUID(int=0), str(name))


def save(
    *written: tuple[object, int],
    guards: Sequence[tuple[object, int]] = (),
    key: tuple[str, str] | None = None,
    **of: Any,
) -> Save:
    """A save of versions of streams that are named by anything; `key` is a request key and what was asked."""
    topic, state = of.get("topic", "topic"), of.get("state", b"{}")
    return Save(
        events=[StoredEvent(stream(name), version, topic, state) for name, version in written],
        kinds=["project"] * len(written),
        guards=[StreamAt(kind=StreamKind.UNIT, id=stream(name), version=version) for name, version in guards],
        request=RequestKey("client", *key) if key else None,
    )


@dataclass
class Model:
    """The record as a single sender would see it: saves are done one after the other."""

    heads: dict[UUID, int] = field(default_factory=dict)
    requests: dict[str, tuple[str, int, int]] = field(default_factory=dict)
    log: list[tuple[UUID, int]] = field(default_factory=list)

    def outcome(self, save: Save) -> Result:
        """What becomes of a save, as the record stands. Changes nothing."""
        if save.request is not None and save.request.key in self.requests:
            fingerprint, first, last = self.requests[save.request.key]
            if fingerprint != save.request.fingerprint:
                return KeyReusedError()
            return Saved(first, last, datetime.min.replace(tzinfo=UTC), repeated=True)
        if not save.events:
            return NotRecordedError()
        expected: dict[UUID, int] = {}
        for e in save.events:
            at = as_uuid(e.originator_id)
            if e.originator_version != expected.get(at, self.heads.get(at, 0)) + 1:
                return StreamMovedError()
            expected[at] = e.originator_version
        if any(self.heads.get(g.id, 0) != g.version for g in save.guards):
            return StreamMovedError()
        return Saved(len(self.log) + 1, len(self.log) + len(save.events), datetime.min.replace(tzinfo=UTC), False)

    def do(self, save: Save) -> Result:
        """What becomes of a save that is done now."""
        result = self.outcome(save)
        if isinstance(result, Saved) and not result.repeated:
            self.record(save, result)
        return result

    def record(self, save: Save, saved: Saved) -> None:
        """Add the events of a save, whatever there is already."""
        for e in save.events:
            self.heads[as_uuid(e.originator_id)] = e.originator_version
            self.log.append((as_uuid(e.originator_id), e.originator_version))
        if save.request is not None:
            self.requests[save.request.key] = (save.request.fingerprint, saved.first_position, saved.last_position)


def told(result: Result) -> tuple[object, ...]:
    """What a sender learns, without the time."""
    if isinstance(result, Saved):
        return ("repeated" if result.repeated else "saved", result.first_position, result.last_position)
    return (type(result),)


def all_of_them(*senders: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Run senders at once, each in a thread. Fails for those that do not come back, and for what they raise."""
    failures: list[BaseException] = []

    def sending(sender: Callable[[], object]) -> None:
        try:
            sender()
        except BaseException as error:  # noqa: BLE001 (told below)
            failures.append(error)

    threads = [threading.Thread(target=sending, args=(s,), daemon=True) for s in senders]
    for thread in threads:
        thread.start()
    patience = threading.Event()
    timer = threading.Timer(seconds, patience.set)
    timer.start()
    try:
        for thread in threads:
            while thread.is_alive() and not patience.is_set():
                thread.join(0.5)
    finally:
        timer.cancel()
    if failures:
        raise failures[0]
    lost = sum(thread.is_alive() for thread in threads)
    assert not lost, f"{lost} of {len(threads)} senders wait for ever"
