"""迁移 Numbered SQL files, applied once each, in order, under a lock; a changed history is refused."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

import psycopg

FOLDER = Path(__file__).parent
_NAME = re.compile(r"(\d{4})_([a-z0-9_]+)\.sql")
_LOCK = 0x6C6975  # one number for "liuhen migrates this database"

_CREATE = """
CREATE SCHEMA IF NOT EXISTS liuhen;
CREATE TABLE IF NOT EXISTS liuhen.migrations (
    number integer PRIMARY KEY,
    name text NOT NULL,
    sha256 text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
)
"""


class MigrationHistoryError(Exception):
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


def migrate(conninfo: str, folder: Path = FOLDER) -> list[str]:
    """Apply what is missing, one transaction per file, and give the names applied.

    Raises MigrationHistoryError when an applied file was changed since, or the database is newer than the files.
    """
    files = available(folder)
    applied = []
    with psycopg.connect(conninfo, autocommit=True) as conn:
        conn.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))
        conn.execute(_CREATE)
        known: dict[int, str] = dict(
            conn.execute("SELECT number, sha256 FROM liuhen.migrations ORDER BY number").fetchall()
        )
        newer = sorted(set(known) - {m.number for m in files})
        if newer:
            raise MigrationHistoryError(
                f"数据库由更新的版本建立（迁移{newer}），请升级 / the database is newer (migrations {newer}): upgrade"
            )
        for migration in files:
            if migration.number in known:
                if known[migration.number] != migration.sha256:
                    raise MigrationHistoryError(
                        f"迁移{migration.number:04d}_{migration.name}在应用后被改动 / was changed after it was applied"
                    )
                continue
            with conn.transaction():
                conn.execute(migration.sql.encode())
                conn.execute(
                    "INSERT INTO liuhen.migrations (number, name, sha256) VALUES (%s, %s, %s)",
                    (migration.number, migration.name, migration.sha256),
                )
            applied.append(migration.name)
    return applied
