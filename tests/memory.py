"""A ledger in memory that keeps bytes, so that what is stored and read is exercised without a database."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from uuid import UUID, uuid4

from pydantic import SecretStr

from application.ports import (
    ALL_OF_IT,
    Desk,
    KeyReusedError,
    NewEvent,
    RequestKey,
    RowsRecordedError,
    StreamMovedError,
    UpTo,
    WrittenEvent,
)
from domain.identifiers import DivisionSpell, DivisionTable
from domain.recorded import Recorded
from domain.streams import StreamAt, StreamKind
from infrastructure.account_directory import AccountDirectory
from infrastructure.calendars import load_calendar
from infrastructure.counting import Board
from infrastructure.foreign_issuers import ForeignIssuers
from infrastructure.rule_sets import load_rule_sets
from infrastructure.schemes import load_schemes
from infrastructure.sealing import KeyRow, MasterKeys, PersonSeals
from infrastructure.settings import Settings
from infrastructure.store.mapper import LedgerMapper, LoggedEvent, new_event, to_recorded

START = datetime(2018, 9, 19, tzinfo=UTC)


class MemoryLedger:
    """Implements `application.ports.Ledger`. Each save is recorded one second after the last."""

    def __init__(self) -> None:
        self.log: list[LoggedEvent] = []
        self._mapper = LedgerMapper()
        self._requests: dict[tuple[str, str], tuple[str, int, int]] = {}

    def read(self, kind: StreamKind, stream: UUID, upto: UpTo = ALL_OF_IT, after: int = 0) -> Sequence[Recorded]:
        return [
            to_recorded(e)
            for e in self.log
            if e.originator_id == stream
            and e.kind == kind
            and e.originator_version > after
            and (upto.position is None or e.id <= upto.position)
            and (upto.recorded_at is None or e.recorded_at <= upto.recorded_at)
        ]

    def record(
        self, events: Sequence[NewEvent], *, guards: Sequence[StreamAt] = (), request: RequestKey | None = None
    ) -> Sequence[Recorded]:
        if request is not None and (known := self.recall(request)) is not None:
            return known
        heads = {e.originator_id: e.originator_version for e in self.log}
        expected = {e.stream.id: e.stream.version - 1 for e in reversed(events)} | {g.id: g.version for g in guards}
        if any(heads.get(stream, 0) != version for stream, version in expected.items()):
            raise StreamMovedError
        first, at = len(self.log) + 1, START + timedelta(seconds=len(self.log))
        for n, new in enumerate(events):
            stored = self._mapper.to_stored_event(new)
            self.log.append(
                LoggedEvent(
                    originator_id=stored.originator_id,
                    originator_version=stored.originator_version,
                    topic=stored.topic,
                    state=stored.state,
                    id=first + n,
                    kind=new.stream.kind,
                    recorded_at=at,
                )
            )
        if request is not None:
            self._requests[request.client, request.key] = (request.fingerprint, first, len(self.log))
        return [to_recorded(e) for e in self.log[first - 1 :]]

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

    def record_rows(
        self, rows: Sequence[tuple[RequestKey, Sequence[NewEvent]]], guards: Sequence[StreamAt]
    ) -> Sequence[Sequence[Recorded]]:
        known: dict[int, Sequence[Recorded] | KeyReusedError] = {}
        for n, (request, _) in enumerate(rows):
            try:
                before = self.recall(request)
            except KeyReusedError as error:
                known[n] = error
            else:
                if before is not None:
                    known[n] = before
        if known:
            raise RowsRecordedError(known)
        recorded = self.record([event for _, events in rows for event in events], guards=guards)
        at = recorded[0].position
        told = []
        for request, events in rows:
            self._requests[request.client, request.key] = (request.fingerprint, at, at + len(events) - 1)
            told.append(recorded[at - recorded[0].position :][: len(events)])
            at += len(events)
        return told

    def recall(self, request: RequestKey) -> Sequence[Recorded] | None:
        known = self._requests.get((request.client, request.key))
        if known is None:
            return None
        if known[0] != request.fingerprint:
            raise KeyReusedError
        return [to_recorded(e) for e in self.log[known[1] - 1 : known[2]]]

    def after(self, position: int, limit: int) -> Sequence[Recorded]:
        return [to_recorded(e) for e in self.log[position : position + limit]]

    def position(self) -> int:
        return len(self.log)


class MemoryKeys:
    """Wrapped keys of persons in memory."""

    def __init__(self) -> None:
        self.rows: dict[UUID, KeyRow] = {}
        self.master: str | None = None

    def find(self, persons: Iterable[UUID]) -> Mapping[UUID, KeyRow]:
        return {p: self.rows[p] for p in persons if p in self.rows}

    def keep(self, person: UUID, row: KeyRow) -> KeyRow | None:
        self.master = self.master or row.master_key
        if person not in self.rows and row.master_key != self.master:
            return None
        return self.rows.setdefault(person, row)

    def current(self) -> str | None:
        return self.master

    def destroy(self, person: UUID) -> None:
        self.rows[person] = replace(self.rows[person], wrapped=None)


def memory_seals(suite: str = "AES-256-GCM", keys: MemoryKeys | None = None, master: int = 7) -> PersonSeals:
    """Seals over keys in memory, under a master key of the environment."""
    given = SecretStr(base64.b64encode(bytes([master]) * 32).decode())
    return PersonSeals(keys or MemoryKeys(), MasterKeys(Settings(master_key=given)), 370323, suite)


TODAY = date(2026, 11, 23)


def memory_desk(today: date = TODAY) -> Desk:
    """A desk over a ledger in memory, on a fixed day."""
    return Desk(
        ledger=MemoryLedger(),
        rule_sets=load_rule_sets(),
        calendar=load_calendar(),
        schemes=load_schemes(),
        divisions=DivisionTable([DivisionSpell("370323", "沂源县", 1989, None)]),
        division="370323",
        today=lambda: today,
        new_id=uuid4,
        seals=memory_seals(),
    )


def memory_service(desk: Desk) -> SimpleNamespace:
    """What requests are answered with, over a desk in memory: no views, no log, nobody's accounts but of tokens."""
    return SimpleNamespace(
        desk=desk,
        settings=Settings(),
        foreign=ForeignIssuers(()),
        directory=AccountDirectory(desk),
        suite=None,
        access_log=SimpleNamespace(admit=lambda: None, note=lambda read: None),
        ledger=SimpleNamespace(waiting=0),
        counts=Board().place(0),
        tracing=None,
    )
