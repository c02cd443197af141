"""对照的总账 The port `application.ports.Ledger` on the library's recorder, so that the same application runs on it.

Written plainly and in the recorder's favour: one look at each guarded stream, one insert, and nothing is looked up for
a request key unless the insert is refused. What it cannot do as the product does: a guarded stream may still move
between the look and the insert.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from struct import Struct
from uuid import UUID

import orjson
from eventsourcing.persistence import IntegrityError, StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder

from application.ports import ALL_OF_IT, KeyReusedError, NewEvent, RequestKey, StreamMovedError, UpTo, WrittenEvent
from domain.recorded import Recorded
from domain.steps import BY_TOPIC
from domain.streams import StreamAt, StreamKind, requested_id
from infrastructure import awaiting
from infrastructure.store.mapper import LedgerMapper, LoggedEvent, new_event, to_recorded

_REQUEST = "request"
_TIME = Struct(">d")  # seconds since 1970, before the product's own bytes of an event
_TOPICS = [f"{kind}:{topic}" for kind in StreamKind for topic in BY_TOPIC]
_NO_LIMIT = 2**31 - 1


class StockLedger:
    """A ledger on the library's tables. A request is a stream of one event, inserted with what it recorded."""

    def __init__(self, recorder: PostgresApplicationRecorder) -> None:
        self._recorder = recorder
        self._mapper = LedgerMapper()

    def read(self, kind: StreamKind, stream: UUID, upto: UpTo = ALL_OF_IT, after: int = 0) -> Sequence[Recorded]:
        """The events of a stream after a version. The library tells no positions here: they are 0."""
        return awaiting.in_thread(self._read, kind, stream, upto, after)

    def record(
        self, events: Sequence[NewEvent], *, guards: Sequence[StreamAt] = (), request: RequestKey | None = None
    ) -> Sequence[Recorded]:
        """Record events, all or none. Raises StreamMovedError, KeyReusedError."""
        return awaiting.in_thread(self._record, events, guards, request)

    def read_each(self, kind: StreamKind, streams: Sequence[UUID]) -> Mapping[UUID, Sequence[Recorded]]:
        """One after the other."""
        return {stream: history for stream in streams if (history := self.read(kind, stream))}

    def record_each(self, events: Sequence[WrittenEvent]) -> Sequence[int | None]:
        """One after the other."""
        positions: list[int | None] = []
        for event in events:
            try:
                positions += [r.position for r in self.record([new_event(event)])]
            except StreamMovedError:
                positions.append(None)
        return positions

    def recall(self, request: RequestKey) -> Sequence[Recorded] | None:
        """What an earlier request of this key recorded, or None. Raises KeyReusedError."""
        return awaiting.in_thread(self._recall, request)

    def after(self, position: int, limit: int) -> Sequence[Recorded]:
        """Up to `limit` events after a position."""
        found = self._recorder.select_notifications(position + 1, limit, topics=_TOPICS)
        return [stock_recorded(n, n.id) for n in found]

    def position(self) -> int:
        """Position of the last row; 0 when there is none."""
        return self._recorder.max_notification_id() or 0

    def _read(self, kind: StreamKind, stream: UUID, upto: UpTo, after: int) -> list[Recorded]:
        if upto.position is None:
            found = [stock_recorded(e, 0) for e in self._recorder.select_events(stream, gt=after or None)]
        else:  # only the log as a whole tells positions
            log = self._recorder.select_notifications(1, _NO_LIMIT, upto.position, _TOPICS)
            found = [stock_recorded(n, n.id) for n in log if n.originator_id == stream and n.originator_version > after]
        return [r for r in found if r.kind is kind and (upto.recorded_at is None or r.recorded_at <= upto.recorded_at)]

    def _record(
        self, events: Sequence[NewEvent], guards: Sequence[StreamAt], request: RequestKey | None
    ) -> Sequence[Recorded]:
        at = datetime.now(UTC)
        stored = [self._stored(event, at) for event in events]
        if request is not None:
            stored.append(_request_event(request, events))
        positions = self._inserted(stored, guards)
        if positions is None:
            known = self._recall(request) if request is not None else None
            if known is None:
                raise StreamMovedError
            return known
        return [
            Recorded(
                stream=new.stream,
                position=position,
                recorded_at=at,
                circumstances=new.circumstances,
                event=new.event,
            )
            for new, position in zip(events, positions, strict=False)  # the request's own row comes last
        ]

    def _inserted(self, stored: Sequence[StoredEvent], guards: Sequence[StreamAt]) -> Sequence[int] | None:
        """Positions of what was inserted; None when a stream has moved or the request is known."""
        if any(self._version(guard.id) != guard.version for guard in guards):
            return None
        try:
            positions: Sequence[int] | None = self._recorder.insert_events(stored)
        except IntegrityError:
            return None
        return positions

    def _recall(self, request: RequestKey) -> list[Recorded] | None:
        found = self._recorder.select_events(requested_id(request.client, request.key))
        if not found:
            return None
        fingerprint, places = orjson.loads(found[0].state)
        if fingerprint != request.fingerprint:
            raise KeyReusedError
        return [
            stock_recorded(stored, 0)
            for stream, version in places
            for stored in self._recorder.select_events(UUID(stream), gt=version - 1, lte=version)
        ]

    def _version(self, stream: UUID) -> int:
        last = self._recorder.select_events(stream, desc=True, limit=1)
        return last[0].originator_version if last else 0

    def _stored(self, new: NewEvent, at: datetime) -> StoredEvent:
        mapped = self._mapper.to_stored_event(new)
        return StoredEvent(
            originator_id=mapped.originator_id,
            originator_version=mapped.originator_version,
            topic=f"{new.stream.kind}:{mapped.topic}",
            state=_TIME.pack(at.timestamp()) + mapped.state,
        )


def _request_event(request: RequestKey, events: Sequence[NewEvent]) -> StoredEvent:
    places = [(str(e.stream.id), e.stream.version) for e in events]
    return StoredEvent(
        originator_id=requested_id(request.client, request.key),
        originator_version=1,
        topic=_REQUEST,
        state=orjson.dumps([request.fingerprint, places]),
    )


def stock_recorded(stored: StoredEvent, position: int) -> Recorded:
    """The recorded event of a row; the library tells positions of notifications only."""
    kind, _, topic = stored.topic.partition(":")
    (seconds,) = _TIME.unpack_from(stored.state)
    return to_recorded(
        LoggedEvent(
            originator_id=stored.originator_id,
            originator_version=stored.originator_version,
            topic=topic,
            state=stored.state[_TIME.size :],
            id=position,
            kind=kind,
            recorded_at=datetime.fromtimestamp(seconds, UTC),
        )
    )
