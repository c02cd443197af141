"""接收端 The receivers: who set them up, what each asked for, how far each has got, and what it refused."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from application.feed import Selection
from domain.recorded import Role
from infrastructure.issuer import Holder
from infrastructure.sealing import MasterKeys
from infrastructure.store.batch_writer import Pool

MOST_PER_ACCOUNT = 20
"""Receivers of one account that are not removed."""
OVERLAP = timedelta(days=1)
"""How long deliveries are signed with the former secret, too, after a new one was asked for."""
_COLUMNS = (
    "id, account, holder, url, topics, streams, secret, former_until, standing, why, position, tries, failing_since,"
    " next_try, last_error, delivered, created_at"
)


class Standing(StrEnum):
    """Is a receiver being sent to?"""

    ACTIVE = "ACTIVE"
    PAUSED = "PAUSED"
    REMOVED = "REMOVED"


class TooManyWebhooksError(Exception):
    """The account has as many receivers as one may have."""


@dataclass(frozen=True)
class Endpoint:
    """A receiver."""

    id: UUID
    account: str
    holder: dict[str, Any]
    url: str
    topics: list[str]
    streams: list[UUID]
    secret: int
    former_until: datetime | None
    standing: str
    why: str
    position: int
    tries: int
    failing_since: datetime | None
    next_try: datetime
    last_error: str
    delivered: int
    created_at: datetime

    @property
    def selection(self) -> Selection:
        """Which events it asked for."""
        return Selection(frozenset(self.topics), frozenset(self.streams))

    @property
    def shown_to(self) -> Holder:
        """As whom it is shown them."""
        return Holder(
            account=self.account,
            organisation=self.holder["organisation"],
            roles=frozenset(Role(r) for r in self.holder["roles"]),
            uscc=self.holder["uscc"],
        )


@dataclass(frozen=True)
class Undelivered:
    """An event that a receiver refused."""

    position: int
    tries: int
    error: str
    since: datetime


class Endpoints:
    """The receivers of one log."""

    def __init__(self, pool: Pool, log_id: int, keys: MasterKeys) -> None:
        self._pool = pool
        self._log_id = log_id
        self._keys = keys

    def add(self, identity: UUID, holder: Holder, url: str, selection: Selection, position: int) -> Endpoint:
        """Set a receiver up, to be sent what comes after a position. Raises TooManyWebhooksError."""
        told = {"organisation": holder.organisation, "uscc": holder.uscc, "roles": sorted(holder.roles)}
        with self._pool.connection() as conn, conn.transaction():
            conn.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended('liuhen.webhooks/' || %s, 0))", (holder.account,)
            )
            counted = conn.execute(
                "SELECT count(*) FROM liuhen.webhooks WHERE log_id = %s AND account = %s AND standing <> 'REMOVED'",
                (self._log_id, holder.account),
            ).fetchone()
            if counted is not None and counted[0] >= MOST_PER_ACCOUNT:
                raise TooManyWebhooksError
            conn.execute(
                "INSERT INTO liuhen.webhooks (log_id, id, account, holder, url, topics, streams, position)"
                " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
                (
                    self._log_id,
                    identity,
                    holder.account,
                    Jsonb(told),
                    url,
                    sorted(selection.topics),
                    sorted(selection.streams),
                    position,
                ),
            )
        found = self.find(identity, holder.account)
        assert found is not None  # noqa: S101 (just made, and rows are never deleted)
        return found

    def find(self, identity: UUID, account: str) -> Endpoint | None:
        """The receiver of an account, or None: those of others are as unknown as those that are not there."""
        found = self._select("id = %s AND account = %s AND standing <> 'REMOVED'", identity, account)
        return found[0] if found else None

    def of(self, account: str) -> list[Endpoint]:
        """The receivers of an account, oldest first."""
        return self._select("account = %s AND standing <> 'REMOVED' ORDER BY created_at, id", account)

    def due(self) -> list[Endpoint]:
        """The receivers that something may be sent to now."""
        return self._select("standing = 'ACTIVE' AND next_try <= clock_timestamp() ORDER BY id")

    def secrets(self, endpoint: Endpoint, now: datetime) -> list[str]:
        """The secrets that a delivery is signed with, the newest first. Raises SealingError."""
        numbers = [endpoint.secret]
        if endpoint.former_until is not None and now < endpoint.former_until:
            numbers.append(endpoint.secret - 1)
        return [self.secret(endpoint.id, number) for number in numbers]

    def secret(self, identity: UUID, number: int) -> str:
        """A secret as its owner is told it. Raises SealingError."""
        key = self._keys.make()
        return "whsec_" + base64.b64encode(key.derived(f"webhook/{self._log_id}/{identity}/{number}")).decode()

    def rotate(self, identity: UUID) -> None:
        """A new secret; the former one goes on for a while."""
        self._update(identity, "secret = secret + 1, former_until = clock_timestamp() + %s", OVERLAP)

    def pause(self, identity: UUID, why: str) -> None:
        """Send nothing for the time being."""
        self._update(identity, "standing = 'PAUSED', why = %s", why)

    def resume(self, identity: UUID) -> None:
        """Go on where it stopped, now."""
        self._update(
            identity,
            "standing = 'ACTIVE', why = '', tries = 0, failing_since = NULL, next_try = 'epoch', last_error = ''",
        )

    def remove(self, identity: UUID) -> None:
        """Send nothing any more, and forget what it refused. What it was stays on file."""
        with self._pool.connection() as conn, conn.transaction():
            conn.execute("DELETE FROM liuhen.undelivered WHERE log_id = %s AND webhook = %s", (self._log_id, identity))
            conn.execute(
                "UPDATE liuhen.webhooks SET standing = 'REMOVED', why = '' WHERE log_id = %s AND id = %s",
                (self._log_id, identity),
            )

    def replay(self, identity: UUID, position: int) -> None:
        """Send again what comes after a position."""
        self._update(identity, "position = %s, tries = 0, failing_since = NULL, next_try = 'epoch'", position)

    def passed(self, identity: UUID, before: int, position: int, delivered: int) -> None:
        """Everything up to a position is dealt with, unless its owner has moved it meanwhile."""
        self._update(
            identity,
            "position = %s, delivered = delivered + %s, tries = 0, failing_since = NULL, next_try = 'epoch',"
            " last_error = ''",
            position,
            delivered,
            and_position=before,
        )

    def failed(self, identity: UUID, before: int, error: str, wait: timedelta) -> None:
        """The event after a position could not be delivered: try again after a while."""
        self._update(
            identity,
            "tries = tries + 1, failing_since = coalesce(failing_since, clock_timestamp()), last_error = %s,"
            " next_try = clock_timestamp() + %s",
            error,
            wait,
            and_position=before,
        )

    def set_aside(self, endpoint: Endpoint, position: int, error: str) -> None:
        """An event that the receiver refuses: keep it for its owner, and go on after it."""
        with self._pool.connection() as conn, conn.transaction():
            moved = conn.execute(
                "UPDATE liuhen.webhooks SET position = %s, tries = 0, failing_since = NULL, next_try = 'epoch',"
                " last_error = %s WHERE log_id = %s AND id = %s AND position = %s AND standing = 'ACTIVE'",
                (position, error, self._log_id, endpoint.id, endpoint.position),
            )
            if moved.rowcount:
                conn.execute(
                    "INSERT INTO liuhen.undelivered (log_id, webhook, position, tries, error)"
                    " VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
                    (self._log_id, endpoint.id, position, endpoint.tries + 1, error),
                )

    def undelivered(self, identity: UUID) -> list[Undelivered]:
        """What a receiver refused, in the order of the log."""
        with self._pool.connection() as conn, conn.cursor(row_factory=class_row(Undelivered)) as cursor:
            return cursor.execute(
                "SELECT position, tries, error, since FROM liuhen.undelivered"
                " WHERE log_id = %s AND webhook = %s ORDER BY position LIMIT 1000",
                (self._log_id, identity),
            ).fetchall()

    def settled(self, identity: UUID, position: int) -> bool:
        """Forget one that was refused: it was delivered after all, or given up. False when there is none."""
        with self._pool.connection() as conn:
            gone = conn.execute(
                "DELETE FROM liuhen.undelivered WHERE log_id = %s AND webhook = %s AND position = %s",
                (self._log_id, identity, position),
            )
            return bool(gone.rowcount)

    def _select(self, condition: str, *parameters: Any) -> list[Endpoint]:
        with self._pool.connection() as conn, conn.cursor(row_factory=class_row(Endpoint)) as cursor:
            query = f"SELECT {_COLUMNS} FROM liuhen.webhooks WHERE log_id = %s AND {condition}"
            return cursor.execute(query.encode(), (self._log_id, *parameters)).fetchall()

    def _update(self, identity: UUID, change: str, *parameters: Any, and_position: int | None = None) -> None:
        with self._pool.connection() as conn:
            conn.execute(
                f"UPDATE liuhen.webhooks SET {change} WHERE log_id = %s AND id = %s AND standing <> 'REMOVED'"
                " AND position = coalesce(%s, position)".encode(),
                (*parameters, self._log_id, identity, and_position),
            )
