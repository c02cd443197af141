"""迁移 Numbered SQL files, applied once each, in order, under a lock; a changed history is refused.

Once the record belongs to its owner, migrations act as the owner, so that what they make belongs to it, too.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from infrastructure import roles

FOLDER = Path(__file__).parent
_NAME = re.compile(r"(\d{4})_([a-z0-9_]+)\.sql")
_LOCK = 0x6C6975  # one number for "liuhen migrates this database"
LOCK_SECONDS = 30
"""Longest wait for another process that migrates, or that holds a table which a migration changes."""

_CREATE = """
CREATE SCHEMA liuhen;
CREATE TABLE liuhen.migrations (
    number integer PRIMARY KEY,
    name text NOT NULL,
    sha256 text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
)
"""


class MigrationError(Exception):
    """A migration cannot be applied now. The text says why; the file that failed left nothing behind."""


class MigrationHistoryError(MigrationError):
    """The database's history of migrations does not agree with the files. Nothing was changed."""


@dataclass(frozen=True)
class Migration:
    """One numbered file."""

    number: int
    name: str
    sql: str

    @property
    def sha256(self) -> str:
        """Digest of the file's text, hexadecimal."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def available(folder: Path = FOLDER) -> list[Migration]:
    """The files of a folder in order. Raises MigrationHistoryError when a number is missing or used twice."""
    found = [
        Migration(int(match[1]), match[2], path.read_text(encoding="utf-8"))
        for path in sorted(folder.glob("*.sql"))
        if (match := _NAME.fullmatch(path.name))
    ]
    if [m.number for m in found] != list(range(1, len(found) + 1)):
        raise MigrationHistoryError(f"迁移编号不连续 / numbers are not contiguous: {[m.number for m in found]}")
    return found


def pending(files: Sequence[Migration], applied: dict[int, str]) -> list[Migration]:
    """The files that are still to be applied, given the digests of those that were.

    Raises MigrationHistoryError when an applied file was changed since, or the database is newer than the files.
    """
    newer = sorted(set(applied) - {m.number for m in files})
    if newer:
        raise MigrationHistoryError(
            f"数据库由更新的版本建立（迁移{newer}），请升级 / the database is newer (migrations {newer}): upgrade"
        )
    for migration in files:
        if applied.get(migration.number, migration.sha256) != migration.sha256:
            raise MigrationHistoryError(
                f"迁移{migration.number:04d}_{migration.name}在应用后被改动 / was changed after it was applied"
            )
    return [m for m in files if m.number not in applied]


def applied(conn: psycopg.Connection[Any]) -> dict[int, str]:
    """Digest by number of what was applied to a database; empty when it holds no record yet."""
    if conn.execute("SELECT to_regclass('liuhen.migrations')").fetchone() == (None,):
        return {}
    return dict(conn.execute("SELECT number, sha256 FROM liuhen.migrations ORDER BY number").fetchall())


def migrate(conninfo: str, folder: Path = FOLDER) -> list[str]:
    """Set up the roles, apply what is missing, one transaction per file, and give the names applied.

    A login that may change nothing will do when there is nothing to change. Raises MigrationHistoryError,
    MigrationError when the login may not or others hold a lock for LOCK_SECONDS, RolesError.
    """
    files = available(folder)
    with psycopg.connect(conninfo, autocommit=True) as conn:
        conn.execute("SET search_path TO pg_catalog, pg_temp")  # Only what is named with its schema is found.
        if not pending(files, applied(conn)) and not roles.needs(conn).of_service:
            return []
        conn.execute(f"SET lock_timeout TO '{LOCK_SECONDS}s'")
        try:
            conn.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))  # Held until the connection is closed.
            roles.set_up(conn)
            if conn.execute("SELECT to_regclass('liuhen.migrations')").fetchone() == (None,):
                conn.execute(_CREATE)
            to_do = pending(files, applied(conn))
            for migration in to_do:
                _apply(conn, migration)
        except psycopg.errors.LockNotAvailable as error:
            raise MigrationError(
                f"等待{LOCK_SECONDS}秒后，仍有别的进程在迁移，或占用所涉的表；请稍后重试 / for {LOCK_SECONDS} s "
                f"another process has been migrating, or has held a table that a migration changes: try later ({error})"
            ) from error
        except psycopg.errors.InsufficientPrivilege as error:
            raise MigrationError(
                f"登录角色{conn.info.user}无权迁移数据库；请在LIUHEN_OWNER_URL中给出有权的登录 / the login "
                f"{conn.info.user} may not migrate the database: give one that may in LIUHEN_OWNER_URL ({error})"
            ) from error
    return [m.name for m in to_do]


def _apply(conn: psycopg.Connection[Any], migration: Migration) -> None:
    with conn.transaction():
        row = conn.execute("SELECT pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname = 'liuhen'").fetchone()
        if row == (roles.OWNER,):
            conn.execute(f"SET LOCAL ROLE {roles.OWNER}")
        conn.execute(migration.sql.encode())
        conn.execute(
            "INSERT INTO liuhen.migrations (number, name, sha256) VALUES (%s, %s, %s)",
            (migration.number, migration.name, migration.sha256),
        )
