"""总账 The ledger: the event-sourcing library's application over our recorder and mapper."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from itertools import accumulate, groupby
from operator import itemgetter
from typing import NoReturn, cast
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.persistence import InfrastructureFactory, StoredEvent, TrackingRecorder
from eventsourcing.utils import Environment

from application.ports import (
    ALL_OF_IT,
    KeyReusedError,
    NewEvent,
    RequestKey,
    RowsRecordedError,
    StreamMovedError,
    UpTo,
    WrittenEvent,
)
from domain.correction import FactCorrected
from domain.recorded import Recorded
from domain.streams import StreamAt, StreamKind
from infrastructure import awaiting
from infrastructure.store.batch_writer import NotRecordedError, Pool, Row, RowsKnownError, Save, Saved
from infrastructure.store.mapper import (
    LedgerMapper,
    LoggedEvent,
    Undecodable,
    as_uuid,
    decoded_rows,
    recorded_history,
    to_recorded,
)
from infrastructure.store.recorder import LARGEST_BATCH, Commit, LedgerRecorder
from infrastructure.store.tracking import LedgerTrackingRecorder
from infrastructure.telemetry import Tracing


class UnsafeEnvironmentError(Exception):
    """A setting of the event-sourcing library would change how events are stored. Remove it."""


# Process-wide settings of the library that would bypass our recorder or mapper, or are known to lose events.
_FORBIDDEN_SETTINGS = (
    "PERSISTENCE_MODULE",
    "MAPPER_TOPIC",
    "APPLICATION_RECORDER_TOPIC",
    "CIPHER_TOPIC",
    "COMPRESSOR_TOPIC",
    "IS_SNAPSHOTTING_ENABLED",
    "POSTGRES_ENABLE_DB_FUNCTIONS",
)


def forbidden_settings() -> list[str]:
    """Settings of the library that are in the environment and may not be."""
    return [s for s in _FORBIDDEN_SETTINGS if any(s in key for key in os.environ)]


class LedgerFactory(InfrastructureFactory[TrackingRecorder]):
    """Gives the library our recorders; it offers nothing else."""

    def __init__(self, recorder: LedgerRecorder) -> None:
        super().__init__(Environment("ledger", {}))
        self._recorder = recorder

    def application_recorder(self) -> LedgerRecorder:
        """Our recorder."""
        return self._recorder

    def aggregate_recorder(self, purpose: str = "events") -> NoReturn:
        """Not offered: no snapshots."""
        raise NotImplementedError(purpose)

    def tracking_recorder(
        self, tracking_recorder_class: type[TrackingRecorder] | None = None
    ) -> LedgerTrackingRecorder:
        """The positions of a follower. The views of the service keep theirs themselves.

        Each follower has a class of its own, with its own `FOLLOWER`. Raises TypeError for a class of other tables.
        """
        kind = tracking_recorder_class or LedgerTrackingRecorder
        if not issubclass(kind, LedgerTrackingRecorder):
            raise TypeError(f"{kind.__name__} is no LedgerTrackingRecorder")
        return kind(self._recorder.pool, self._recorder.log_id)

    def process_recorder(self) -> NoReturn:
        """Not offered."""
        raise NotImplementedError


class EventLedger(Application[UUID]):
    """Implements the port `application.ports.Ledger`."""

    name = "ledger"

    def __init__(self, pool: Pool, log_id: int, tracing: Tracing | None = None) -> None:
        if set_here := forbidden_settings():
            raise UnsafeEnvironmentError(f"环境变量不允许 / not allowed in the environment: {', '.join(set_here)}")
        self._ledger_recorder = LedgerRecorder(pool, log_id)
        self._tracing = tracing
        if tracing is not None:
            self.watched(tracing.committed)
        super().__init__()

    def wakes(self, woken: Callable[[], None]) -> None:
        """Call something after each commit of this process: a hint for whoever follows the log."""
        self._ledger_recorder.wakes(woken)

    def wakes_not(self, woken: Callable[[], None]) -> None:
        """Call it no more."""
        self._ledger_recorder.wakes_not(woken)

    def watched(self, watching: Commit) -> None:
        """Let something be told of each commit of this process. It must not raise, and everybody waits for it."""
        self._ledger_recorder.watched(watching)

    @property
    def waiting(self) -> int:
        """How many saves wait for their commit."""
        return self._ledger_recorder.waiting

    @property
    def recorder_pool(self) -> Pool:
        """The connections that the ledger reads and writes by."""
        return self._ledger_recorder.pool

    def construct_factory(self, env: Environment) -> LedgerFactory:
        """Our factory, whatever the environment says."""
        del env
        return LedgerFactory(self._ledger_recorder)

    def construct_mapper(self) -> LedgerMapper:
        """Our mapper, whatever the environment says."""
        return LedgerMapper()

    def read(self, kind: StreamKind, stream: UUID, upto: UpTo = ALL_OF_IT, after: int = 0) -> Sequence[Recorded]:
        """The events of a stream after a version, in version order."""
        rows = awaiting.in_thread(self._ledger_recorder.select_stream, kind, stream, upto, after)
        return recorded_history(kind, stream, rows)

    def read_each(self, kind: StreamKind, streams: Sequence[UUID]) -> Mapping[UUID, Sequence[Recorded]]:
        """The events of those of the streams that have any, in one round trip."""
        rows = awaiting.in_thread(self._ledger_recorder.select_histories, kind, streams)
        return {
            stream: recorded_history(kind, stream, [row[1:] for row in found])
            for stream, found in groupby(rows, itemgetter(0))
        }

    def read_at(self, kind: StreamKind, stream: UUID, position: int) -> Sequence[Recorded]:
        """The events of a stream as it stood at a position."""
        return self.read(kind, stream, UpTo(position=position))

    def histories(self, streams: Collection[UUID], position: int) -> dict[UUID, list[Recorded]]:
        """The events of several streams as they stood at a position, in one read."""
        found: dict[UUID, list[Recorded]] = {}
        for logged in self.logged_histories(streams, position):
            found.setdefault(as_uuid(logged.originator_id), []).append(to_recorded(logged))
        return found

    def logged_histories(self, streams: Collection[UUID], position: int) -> Sequence[LoggedEvent]:
        """The same as they are stored, each stream's events together."""
        return self._ledger_recorder.select_streams(streams, position)

    def record(
        self, events: Sequence[NewEvent], *, guards: Sequence[StreamAt] = (), request: RequestKey | None = None
    ) -> Sequence[Recorded]:
        """Record events durably, all or none. Raises what `LedgerRecorder.append` raises."""
        save = Save(
            events=[self.mapper.to_stored_event(e) for e in events],  # type: ignore[arg-type]
            kinds=[e.stream.kind for e in events],
            guards=guards,
            request=request,
        )
        saved = self._append(save)
        if saved.repeated:
            return self.at_positions(saved.first_position, saved.last_position)
        return _in_place(events, save, saved)

    def record_rows(
        self, rows: Sequence[tuple[RequestKey, Sequence[NewEvent]]], guards: Sequence[StreamAt]
    ) -> Sequence[Sequence[Recorded]]:
        """Record the events of several requests in one transaction, all or none, each under its own key.

        Raises RowsRecordedError, and what `LedgerRecorder.append` raises.
        """
        events = [event for _, of_row in rows for event in of_row]
        ends = list(accumulate(len(of_row) for _, of_row in rows))
        save = Save(
            events=[self.mapper.to_stored_event(e) for e in events],  # type: ignore[arg-type]
            kinds=[e.stream.kind for e in events],
            guards=guards,
            rows=[Row(request, end - len(of_row), end - 1) for (request, of_row), end in zip(rows, ends, strict=True)],
        )
        try:
            saved = self._append(save)
        except RowsKnownError as error:
            known = {n: self._known(found) for n, found in error.known.items()}
            raise RowsRecordedError(known) from error
        recorded = _in_place(events, save, saved)
        return [recorded[row.first : row.last + 1] for row in save.rows]

    def _known(self, found: Saved | None) -> Sequence[Recorded] | KeyReusedError:
        return KeyReusedError() if found is None else self.at_positions(found.first_position, found.last_position)

    def record_each(self, events: Sequence[WrittenEvent]) -> Sequence[int | None]:
        """Record events of different streams, each alone, and give their positions. None where its stream has moved.

        As many as a transaction takes go in one save, which costs a fraction of as many saves. If any of their streams
        has moved, that save records nothing, and each goes by itself.

        Raises what `LedgerRecorder.append` raises; what was recorded before that stays.
        """
        stored = cast("LedgerMapper", self.mapper).to_stored_events(events)
        kinds: list[str] = [e.kind for e in events]
        positions: list[int | None] = []
        for begin in range(0, len(events), LARGEST_BATCH):
            part = slice(begin, begin + LARGEST_BATCH)
            try:
                saved = self._append(Save(stored[part], kinds[part]))
            except StreamMovedError:
                positions += self._record_alone(stored[part], kinds[part])
            else:
                positions += range(saved.first_position, saved.last_position + 1)
        return positions

    def _record_alone(self, stored: Sequence[StoredEvent], kinds: Sequence[str]) -> list[int | None]:
        saves = [Save([event], [kind]) for event, kind in zip(stored, kinds, strict=True)]
        positions: list[int | None] = []
        for result in awaiting.in_thread(self._ledger_recorder.append_each, saves):
            if isinstance(result, BaseException) and not isinstance(result, StreamMovedError):
                raise result
            positions.append(result.first_position if isinstance(result, Saved) else None)
        return positions

    def recall(self, request: RequestKey) -> Sequence[Recorded] | None:
        """What an earlier request of this key recorded, or None. Raises what `LedgerRecorder.append` raises."""
        try:
            saved = self._append(Save((), (), request=request))
        except NotRecordedError:
            return None
        return self.at_positions(saved.first_position, saved.last_position)

    def _append(self, save: Save) -> Saved:
        return self._send(save) if self._tracing is None else self._tracing.save(save, self._send)

    def _send(self, save: Save) -> Saved:
        if awaiting.in_loop():
            return awaiting.wait_for(self._ledger_recorder.append_from_loop(save))
        return self._ledger_recorder.append(save)

    def at_positions(self, first: int, last: int) -> list[Recorded]:
        """The events at positions first to last, both included."""
        logged = awaiting.in_thread(self._ledger_recorder.select_positions, first, last)
        return [to_recorded(entry) for entry in logged]

    def recorded_at(self, position: int) -> datetime:
        """When the event at a position was recorded, whether or not it can be decoded. Raises ValueError for none."""
        (logged,) = self.logged_after(position - 1, 1, position)
        return logged.recorded_at

    def among(self, positions: Sequence[int]) -> tuple[list[Recorded], list[LoggedEvent]]:
        """The events at these positions, in position order: those that can be decoded, and those that cannot."""
        entries, undecodable = [], []
        for logged in self._ledger_recorder.select_among(positions):
            try:
                entries.append(to_recorded(logged))
            except Exception:  # noqa: BLE001 (whatever is wrong with it, the others can be shown)
                undecodable.append(logged)
        return entries, undecodable

    def corrections_of(self, streams: Collection[UUID], position: int) -> list[Recorded]:
        """What corrects events of these streams, as it stood at a position, in position order."""
        found = self._ledger_recorder.select_of_topic(streams, FactCorrected.TOPIC, position)
        return [to_recorded(e) for e in found]

    def after(self, position: int, limit: int) -> list[Recorded]:
        """Up to `limit` events after a position, in position order. Raises what decoding one of them raises."""
        entries, undecodable, _ = self.decoded_after(position, limit)
        if undecodable:
            raise undecodable[0].error
        return entries

    def logged_after(self, position: int, limit: int, stop: int | None = None) -> Sequence[LoggedEvent]:
        """The same as they are stored, for who must live with one that cannot be decoded; none after `stop`."""
        return self._ledger_recorder.select_notifications(position + 1, limit, stop)

    def decoded_after(
        self, position: int, limit: int, stop: int | None = None
    ) -> tuple[list[Recorded], list[Undecodable], int]:
        """Up to `limit` events after a position, none after `stop`: those that can be decoded, and those that cannot.

        Also the position of the last of them; the given one when there are none.
        """
        rows = awaiting.in_thread(self._ledger_recorder.select_page, position, limit, stop)
        return *decoded_rows(rows), rows[-1][3] if rows else position

    def of_topics(self, topics: Sequence[str], position: int) -> list[Recorded]:
        """The events of some topics up to a position, in position order."""
        found = self._ledger_recorder.select_notifications(1, position, position, topics)
        return [to_recorded(e) for e in found]

    def close(self) -> None:
        """Answer everything that was accepted, then record no more."""
        self._ledger_recorder.close()
        super().close()

    def position(self) -> int:
        """Position of the last event of the log; 0 when it is empty."""
        return self._ledger_recorder.max_notification_id() or 0


class _Written(Recorded):
    """A recorded event as it was just written."""

    __slots__ = ("stored",)
    stored: bytes


def _in_place(events: Sequence[NewEvent], save: Save, saved: Saved) -> list[Recorded]:
    """The events where they were saved."""
    recorded: list[Recorded] = []
    for n, (e, stored) in enumerate(zip(events, save.events, strict=True)):
        written = _Written(
            stream=e.stream,
            position=saved.first_position + n,
            recorded_at=saved.recorded_at,
            circumstances=e.circumstances,
            event=e.event,
        )
        written.stored = stored.state
        recorded.append(written)
    return recorded
