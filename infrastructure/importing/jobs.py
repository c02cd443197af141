"""导入任务 Files that are being recorded: how far each is, and the answers to its rows, until they are fetched.

A runner has a job for itself for a while, and longer with each chunk that it finishes. One that died is succeeded when
its time is over; the rows of the chunk it was at have keys, so that what it recorded is not recorded again.
"""

from __future__ import annotations

import json
import secrets
import zlib
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from application.ports import KeyReusedError, SealingError
from domain.recorded import Role
from infrastructure.importing.tables import Table
from infrastructure.issuer import Holder
from infrastructure.sealing import MasterKeys
from infrastructure.store.batch_writer import Pool

LEASE = timedelta(seconds=30)
KEPT = timedelta(days=30)
"""How long a file and the answers to its rows are kept after it was sent."""
MOST_WAITING = 5
"""Files of one account that are not done."""
_NONCE = 12
_COLUMNS = (
    "id, account, holder, file_name, language, master_key, total, position, state, why, done, counts, created_at,"
    " started_at, ended_at, content IS NOT NULL AS kept"
)

log = structlog.get_logger(__name__)


class State(StrEnum):
    """How a job stands."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    DONE = "DONE"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


class TooManyJobsError(Exception):
    """The account has as many files waiting as one may have."""


@dataclass(frozen=True)
class Job:
    """A file that was sent, and how far it is."""

    id: UUID
    account: str
    holder: dict[str, Any]
    file_name: str
    language: str
    master_key: str
    total: int
    position: int
    state: str
    why: str
    done: int
    counts: dict[str, int]
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    kept: bool
    """Are file and answers still kept?"""

    @property
    def sent_by(self) -> Holder:
        """Who sent it, with the roles that it had then."""
        told = self.holder
        return Holder(
            account=self.account,
            organisation=told["organisation"],
            roles=frozenset(map(Role, told["roles"])),
            uscc=told["uscc"],
            demo=told["demo"],
            person=UUID(told["person"]) if told["person"] else None,
            divisions=tuple((Role(role), division) for role, division in told["divisions"]),
        )


class Jobs:
    """The jobs of one log."""

    def __init__(self, pool: Pool, log_id: int, keys: MasterKeys) -> None:
        self._pool, self._log_id, self._keys = pool, log_id, keys

    def add(
        self,
        holder: Holder,
        key: str,
        fingerprint: str,
        file_name: str,
        language: str,
        table: Table,
        plan: Any,
        at: int,
    ) -> Job:
        """Keep a file to be recorded; the one kept before under the same key.

        Raises KeyReusedError, TooManyJobsError, SealingError.
        """
        identity, master = uuid4(), self._keys.make()
        held = asdict(holder) | {"roles": sorted(holder.roles), "person": str(holder.person) if holder.person else None}
        content = {"columns": table.columns, "rows": table.rows, "plan": plan}
        with self._pool.connection() as conn, conn.transaction():
            conn.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended('liuhen.import_jobs/' || %s, 0))", (holder.account,)
            )
            known = conn.execute(
                "SELECT id, fingerprint FROM liuhen.import_jobs"
                " WHERE log_id = %s AND account = %s AND request_key = %s",
                (self._log_id, holder.account, key),
            ).fetchone()
            if known is not None and known[1] != fingerprint:
                raise KeyReusedError
            if known is None:
                waiting = conn.execute(
                    "SELECT count(*) FROM liuhen.import_jobs WHERE log_id = %s AND account = %s"
                    " AND state IN ('QUEUED', 'RUNNING')",
                    (self._log_id, holder.account),
                ).fetchone()
                if waiting is not None and waiting[0] >= MOST_WAITING:
                    raise TooManyJobsError
                conn.execute(
                    "INSERT INTO liuhen.import_jobs (log_id, id, account, request_key, fingerprint, holder, file_name,"
                    " language, master_key, content, total, position)"
                    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
                    (
                        self._log_id,
                        identity,
                        holder.account,
                        key,
                        fingerprint,
                        Jsonb(held),
                        file_name,
                        language,
                        master.id,
                        self._sealed(identity, master.id, "file", content),
                        len(table.rows),
                        at,
                    ),
                )
        found = self._select("id = %s", identity if known is None else known[0])
        return found[0]

    def find(self, identity: UUID, account: str) -> Job | None:
        """A job of an account, or None: those of others are as unknown as those that are not there."""
        found = self._select("id = %s AND account = %s", identity, account)
        return found[0] if found else None

    def of(self, account: str) -> list[Job]:
        """The jobs of an account, newest first."""
        return self._select("account = %s ORDER BY created_at DESC, id LIMIT 200", account)

    def take(self, runner: UUID) -> Job | None:
        """The oldest job that nobody runs, from now on run by this runner; None when there is none."""
        with self._pool.connection() as conn:
            found = conn.execute(
                "UPDATE liuhen.import_jobs SET state = 'RUNNING', runner = %s, lease_until = clock_timestamp() + %s,"
                " started_at = coalesce(started_at, clock_timestamp()) WHERE (log_id, id) = (SELECT log_id, id"
                " FROM liuhen.import_jobs WHERE log_id = %s AND state IN ('QUEUED', 'RUNNING')"
                " AND lease_until < clock_timestamp() ORDER BY created_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)"
                " RETURNING id",
                (runner, LEASE, self._log_id),
            ).fetchone()
        return None if found is None else self._select("id = %s", found[0])[0]

    def content(self, job: Job) -> tuple[Table, Any]:
        """The file of a job, and how its rows are to be read. Raises SealingError."""
        with self._pool.connection() as conn:
            row = conn.execute(
                "SELECT master_key, content FROM liuhen.import_jobs WHERE log_id = %s AND id = %s",
                (self._log_id, job.id),
            ).fetchone()
        if row is None or row[1] is None:
            raise SealingError("the file is not kept any more")
        kept = self._opened(job.id, row[0], "file", row[1])
        return Table(tuple(kept["columns"]), tuple(map(tuple, kept["rows"]))), kept["plan"]

    def finish_chunk(self, job: Job, runner: UUID, first: int, answers: list[Any], counts: dict[str, int]) -> bool:
        """Keep the answers to the next rows with the progress, in one transaction.

        False when the job is not this runner's any more: it was cancelled, another one took it over, or it was put
        under another master key, and has to be taken up again.
        """
        done = first + len(answers)
        with self._pool.connection() as conn, conn.transaction():
            moved = conn.execute(
                "UPDATE liuhen.import_jobs SET done = %s, counts = %s, lease_until = clock_timestamp() + %s,"
                " state = CASE WHEN %s = total THEN 'DONE' ELSE state END,"
                " ended_at = CASE WHEN %s = total THEN clock_timestamp() END"
                " WHERE log_id = %s AND id = %s AND runner = %s AND state = 'RUNNING' AND done = %s"
                " AND master_key = %s RETURNING id",
                (done, Jsonb(counts), LEASE, done, done, self._log_id, job.id, runner, first, job.master_key),
            ).fetchone()
            if moved is None:
                return False
            conn.execute(
                "INSERT INTO liuhen.import_chunks VALUES (%s, %s, %s, %s)",
                (self._log_id, job.id, first, self._sealed(job.id, job.master_key, _part(first), answers)),
            )
        return True

    def let_go(self, job: Job, runner: UUID, pause: timedelta) -> None:
        """Leave a job to whichever runner is next, not before a pause."""
        changes = "lease_until = clock_timestamp() + %s"
        self._update(changes, "runner = %s AND state = 'RUNNING'", job.id, runner, pause)

    def fail(self, job: Job, runner: UUID, why: str) -> None:
        """End a job that cannot go on."""
        self._update(
            "state = 'FAILED', ended_at = clock_timestamp(), why = %s",
            "runner = %s AND state = 'RUNNING'",
            job.id,
            runner,
            why,
        )

    def cancel(self, identity: UUID) -> None:
        """End a job that is not done. What it recorded stays recorded."""
        self._update("state = 'CANCELLED', ended_at = clock_timestamp()", "state IN ('QUEUED', 'RUNNING')", identity)

    def answers(self, job: Job) -> list[Any]:
        """The answers to the rows so far. Raises SealingError."""
        with self._pool.connection() as conn:
            rows = conn.execute(
                "SELECT j.master_key, c.first_row, c.answers FROM liuhen.import_chunks c JOIN liuhen.import_jobs j"
                " ON (j.log_id, j.id) = (c.log_id, c.job) WHERE c.log_id = %s AND c.job = %s ORDER BY c.first_row",
                (self._log_id, job.id),
            ).fetchall()
        return [
            answer for master, first, sealed in rows for answer in self._opened(job.id, master, _part(first), sealed)
        ]

    def reseal(self, newest: str) -> int:
        """Put what is kept under another master key, each job at once; gives how many jobs. Can be repeated.

        What does not open stays as it is: the key that it is under may come back.
        """
        with self._pool.connection() as conn:
            older = conn.execute(
                "SELECT id FROM liuhen.import_jobs WHERE log_id = %s AND content IS NOT NULL AND master_key <> %s",
                (self._log_id, newest),
            ).fetchall()
        return sum(self._resealed(identity, newest) for (identity,) in older)

    def _resealed(self, identity: UUID, newest: str) -> bool:
        with self._pool.connection() as conn, conn.transaction():
            row = conn.execute(
                "SELECT master_key, content FROM liuhen.import_jobs WHERE log_id = %s AND id = %s"
                " AND content IS NOT NULL AND master_key <> %s FOR UPDATE",
                (self._log_id, identity, newest),
            ).fetchone()
            if row is None:  # its time is over, or somebody else has done it
                return False
            chunks = conn.execute(
                "SELECT first_row, answers FROM liuhen.import_chunks WHERE log_id = %s AND job = %s",
                (self._log_id, identity),
            ).fetchall()
            parts = [("file", row[1]), *((_part(first), sealed) for first, sealed in chunks)]
            try:
                content, *answers = [
                    self._sealed(identity, newest, what, self._opened(identity, row[0], what, sealed))
                    for what, sealed in parts
                ]
            except SealingError as error:
                log.warning("import.not_resealed", job=str(identity), error=str(error))
                return False
            conn.execute(
                "UPDATE liuhen.import_jobs SET master_key = %s, content = %s WHERE log_id = %s AND id = %s",
                (newest, content, self._log_id, identity),
            )
            # Chunks are only ever added and let go of: nobody may change one.
            conn.execute("DELETE FROM liuhen.import_chunks WHERE log_id = %s AND job = %s", (self._log_id, identity))
            for (first, _), sealed in zip(chunks, answers, strict=True):
                conn.execute(
                    "INSERT INTO liuhen.import_chunks VALUES (%s, %s, %s, %s)", (self._log_id, identity, first, sealed)
                )
        return True

    def tidy(self) -> None:
        """Let go of files and answers whose time is over."""
        over = "log_id = %s AND state NOT IN ('QUEUED', 'RUNNING') AND created_at < clock_timestamp() - %s"
        with self._pool.connection() as conn, conn.transaction():
            conn.execute(
                "DELETE FROM liuhen.import_chunks WHERE (log_id, job) IN"
                f" (SELECT log_id, id FROM liuhen.import_jobs WHERE {over})".encode(),
                (self._log_id, KEPT),
            )
            conn.execute(
                f"UPDATE liuhen.import_jobs SET content = NULL WHERE content IS NOT NULL AND {over}".encode(),
                (self._log_id, KEPT),
            )

    def _sealed(self, job: UUID, master: str, what: str, value: Any) -> bytes:
        nonce = secrets.token_bytes(_NONCE)
        packed = zlib.compress(json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass"), 1)
        return nonce + AESGCM(self._key(job, master)).encrypt(nonce, packed, what.encode())

    def _opened(self, job: UUID, master: str, what: str, sealed: bytes) -> Any:
        try:
            packed = AESGCM(self._key(job, master)).decrypt(sealed[:_NONCE], sealed[_NONCE:], what.encode())
        except InvalidTag:
            raise SealingError(f"import {job}: {what} was changed") from None
        return json.loads(zlib.decompress(packed).decode("utf-8", "surrogatepass"))

    def _key(self, job: UUID, master: str) -> bytes:
        return self._keys.named(master).derived(f"import/{self._log_id}/{job}")

    def _select(self, where: str, *values: Any) -> list[Job]:
        with self._pool.connection() as conn, conn.cursor(row_factory=class_row(Job)) as cursor:
            query = f"SELECT {_COLUMNS} FROM liuhen.import_jobs WHERE log_id = %s AND {where}"
            return cursor.execute(query.encode(), (self._log_id, *values)).fetchall()

    def _update(self, changes: str, where: str, job: UUID, *values: Any) -> None:
        """`values`: of the conditions, then of the changes."""
        conditions = where.count("%s")
        with self._pool.connection() as conn:
            conn.execute(
                f"UPDATE liuhen.import_jobs SET {changes} WHERE log_id = %s AND id = %s AND {where}".encode(),
                (*values[conditions:], self._log_id, job, *values[:conditions]),
            )


def _part(first: int) -> str:
    """What the answers from a row on are sealed as."""
    return f"answers/{first}"
