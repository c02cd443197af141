"""原库 The event-sourcing library's recorder as it comes, in its default, correct form."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TypeVar
from uuid import UUID

from eventsourcing.persistence import IntegrityError, StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg.conninfo import conninfo_to_dict

from application.ports import ALL_OF_IT, NewEvent, RequestKey, StreamMovedError, UpTo
from domain.evolve import Foldable, fold
from domain.recorded import Recorded
from domain.streams import StreamAt, StreamKind
from infrastructure.store.mapper import LedgerMapper, LoggedEvent, to_recorded

TABLE = "stock_events"

StateT = TypeVar("StateT", bound=Foldable)


def recorder(conninfo: str, connections: int) -> PostgresApplicationRecorder:
    """The stock recorder, with its table lock, and as many connections as there are savers."""
    given = conninfo_to_dict(conninfo)
    store = PostgresDatastore(
        dbname=str(given["dbname"]),
        host=str(given["host"]),
        port=str(given.get("port", 5432)),
        user=str(given["user"]),
        password=str(given.get("password", "")),
        pool_size=connections,
        originator_id_type="uuid",
    )
    made = PostgresApplicationRecorder(store, events_table_name=TABLE)
    made.create_table()
    return made


class StockLedger:
    """The port `application.ports.Ledger` over the stock recorder, as one would write it."""

    def __init__(self, conninfo: str, connections: int) -> None:
        self._recorder = recorder(conninfo, connections)
        self._mapper = LedgerMapper()
        with self._recorder.datastore.get_connection() as conn, conn.cursor() as cursor:
            cursor.execute(
                "CREATE TABLE IF NOT EXISTS stock_keys (client text, key text, fingerprint text, first bigint,"
                " last bigint, PRIMARY KEY (client, key))"
            )

    def read(self, kind: StreamKind, stream: UUID, upto: UpTo = ALL_OF_IT, after: int = 0) -> Sequence[Recorded]:
        """The events of a stream."""
        del upto
        return [_recorded(e, kind) for e in self._recorder.select_events(stream, gt=after or None)]

    def record(
        self, events: Sequence[NewEvent], *, guards: Sequence[StreamAt] = (), request: RequestKey | None = None
    ) -> Sequence[Recorded]:
        """Check the guards, insert the events, note the key."""
        for guard in guards:
            last = self._recorder.select_events(guard.id, desc=True, limit=1)
            if (last[0].originator_version if last else 0) != guard.version:
                raise StreamMovedError
        try:
            positions = self._recorder.insert_events([self._mapper.to_stored_event(e) for e in events])
        except IntegrityError as error:
            raise StreamMovedError from error
        assert positions is not None
        if request is not None:
            with self._recorder.datastore.get_connection() as conn, conn.cursor() as cursor:
                cursor.execute(
                    "INSERT INTO stock_keys VALUES (%s, %s, %s, %s, %s)",
                    (request.client, request.key, request.fingerprint, positions[0], positions[-1]),
                )
        return [
            Recorded(
                stream=e.stream,
                position=position,
                recorded_at=datetime.now(UTC),
                circumstances=e.circumstances,
                event=e.event,
            )
            for e, position in zip(events, positions, strict=True)
        ]

    def recall(self, request: RequestKey) -> Sequence[Recorded] | None:
        """Whether the key was used: the acts of the bench are all new."""
        with self._recorder.datastore.get_connection() as conn, conn.cursor() as cursor:
            cursor.execute("SELECT first FROM stock_keys WHERE client = %s AND key = %s", (request.client, request.key))
            return [] if cursor.fetchone() else None

    def after(self, position: int, limit: int) -> Sequence[Recorded]:
        """Not asked for here."""
        raise NotImplementedError

    def position(self) -> int:
        """Position of the last event."""
        return self._recorder.max_notification_id() or 0


class ReadEachTime:
    """Stands for `application.states.States`: nothing is known, each decision reads whole histories."""

    def __init__(self, ledger: StockLedger) -> None:
        self._ledger = ledger

    def newest(self, kind: StreamKind, initial: StateT) -> StateT:
        """The state, read and folded."""
        return fold(initial, self._ledger.read(kind, initial.id))

    known = newest

    def learn(self, recorded: Sequence[Recorded]) -> None:
        """Nothing is kept."""


def _recorded(event: StoredEvent, kind: StreamKind) -> Recorded:
    return to_recorded(
        LoggedEvent(
            originator_id=event.originator_id,
            originator_version=event.originator_version,
            topic=event.topic,
            state=event.state,
            id=0,
            kind=kind,
            recorded_at=datetime.now(UTC),
        )
    )
