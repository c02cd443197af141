"""Migrated databases for tests. One whose catalogues a test left as they were is emptied and serves the next."""

from __future__ import annotations

import shutil
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from infrastructure.bootstrap import Liuhen, wired
from infrastructure.migrations import migrate
from infrastructure.settings import Settings

MOST_BYTES = 24 << 20
"""Of a database that is used again: a new one has about 11 MiB, and what was deleted stays in the files."""
LEAVING_SECONDS = 0.5
"""How long a test's closed connections may take to be gone."""

CATALOGUES = """
SELECT format('SELECT %L::text, count(*), coalesce(max(xmin::text::bigint), 0) FROM %s', oid::regclass, oid::regclass)
FROM pg_class WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind = 'r' AND NOT relisshared ORDER BY oid
"""
OF_ITS_OWN = """
SELECT format('%s %s', datacl, datconnlimit) FROM pg_database WHERE datname = current_database()
UNION ALL SELECT format('%s %s', setrole, setconfig) FROM pg_db_role_setting s JOIN pg_database d ON d.oid = setdatabase
WHERE datname = current_database() ORDER BY 1
"""
TABLES = """
SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND pg_relation_size(c.oid) > 0
ORDER BY c.oid
"""
SEQUENCES = """
SELECT format('SELECT setval(%L, %s, %L)', c.oid::regclass, coalesce(s.last_value, s.start_value),
              s.last_value IS NOT NULL)
FROM pg_sequences s JOIN pg_class c ON c.relname = s.sequencename AND c.relnamespace = s.schemaname::regnamespace
ORDER BY c.oid
"""
TRIGGERS = """
SELECT tgname, tgenabled::text FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal AND tgenabled <> 'D'
"""
ENABLE = {"O": "ENABLE", "R": "ENABLE REPLICA", "A": "ENABLE ALWAYS"}

Connection = psycopg.Connection[tuple[object, ...]]
Name = tuple[str, str]
Rows = dict[Name, bytes]


@dataclass(frozen=True)
class Start:
    """What a new database holds: the template's name, its rows, and where its sequences stand."""

    template: str
    rows: Rows
    sequences: list[str]


class Databases:
    """The databases of a session's servers."""

    def __init__(self, folder: Path) -> None:
        """`folder`: for what recorded deployments keep beside their databases."""
        self._folder = folder
        self._starts: dict[str, Start] = {}
        self._idle: dict[str, list[tuple[str, object]]] = {}
        self._recorded: dict[tuple[str, str], str] = {}

    def new(self, server: str) -> str:
        """A migrated database, for good: a copy of a template."""
        if server not in self._starts:
            self._starts[server] = _template(server)
        return _copy(server, self._starts[server].template)

    def recorded(self, server: str, what: str, folder: Path, record: Callable[[Liuhen], object]) -> str:
        """A database, for good, in which `record` has recorded: a copy of one that was recorded once for all tests.

        What belongs to it in the data folder is copied to `folder`. Whoever asks for the same `what` records the same.
        """
        kept = self._folder / what
        if (server, what) not in self._recorded:
            first = self.new(server)
            shutil.rmtree(kept, ignore_errors=True)
            with wired(Settings(data_dir=kept, database_url=first), first) as deployment:
                record(deployment)
            self._recorded[server, what] = str(conninfo_to_dict(first)["dbname"])
        if kept.exists():
            shutil.copytree(kept, folder, dirs_exist_ok=True)
        return _copy(server, self._recorded[server, what])

    @contextmanager
    def lent(self, server: str) -> Iterator[str]:
        """A database as new, which goes to another test after the block if it can be made as new again."""
        idle = self._idle.setdefault(server, [])
        if idle:
            database, shape = idle.pop()
        else:
            database = self.new(server)
            migrate(database)  # grants what a copied database has not
            with psycopg.connect(database) as conn:
                shape = _shape(conn)
        yield database
        try:
            with psycopg.connect(database) as conn:
                kept = _made_as_new(conn, shape, self._starts[server])
        except psycopg.Error:  # what the test left holds locks, or is no longer there
            kept = None
        if kept is not None:
            idle.append((database, kept))


def named(server: str, name: str) -> str:
    """The connection string of another database of the server."""
    return make_conninfo(server, dbname=name)


def _copy(server: str, template: str) -> str:
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as conn:
        conn.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
    return named(server, name)


def _template(server: str) -> Start:
    conninfo = _copy(server, "template1")
    template = str(conninfo_to_dict(conninfo)["dbname"])
    with wired(Settings(database_url=conninfo), conninfo):
        pass  # migrates, and makes the tables of the views
    with psycopg.connect(conninfo) as inside:
        return Start(template, {table: _copied(inside, table) for table in _tables(inside)}, _sequences(inside))


def _shape(conn: Connection) -> object:
    """Of each catalogue, its number of rows and the last transaction that wrote one; whatever is defined changes them."""
    each = " UNION ALL ".join(str(row[0]) for row in conn.execute(CATALOGUES))
    return conn.execute(each.encode()).fetchall(), conn.execute(OF_ITS_OWN).fetchall()


def _made_as_new(conn: Connection, shape: object, start: Start) -> object | None:
    """Empty the database but for what a new one holds, and give its shape; None when it is not what it was."""
    if not _alone(conn) or _shape(conn) != shape:
        return None
    conn.execute("SET lock_timeout TO '2s'; SET session_replication_role TO replica; SELECT pg_stat_reset()")
    for table in {*_tables(conn), *start.rows}:
        content = start.rows.get(table, b"")
        if (_copied(conn, table) != content) if content else _holds_any(conn, table):
            _refill(conn, table, content)
    for statement in start.sequences:
        conn.execute(statement.encode())
    conn.commit()
    size = conn.execute("SELECT pg_database_size(current_database())").fetchone()
    return _shape(conn) if size is not None and isinstance(size[0], int) and size[0] <= MOST_BYTES else None


def _alone(conn: Connection) -> bool:
    """Has everybody else left the database?"""
    deadline = time.monotonic() + LEAVING_SECONDS
    others = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() LIMIT 1"
    while conn.execute(others).fetchone() is not None:
        if time.monotonic() > deadline:
            return False
        conn.rollback()  # the next look is at a new snapshot
        time.sleep(0.01)
    return conn.execute("SELECT 1 FROM pg_prepared_xacts WHERE database = current_database()").fetchone() is None


def _tables(conn: Connection) -> list[Name]:
    return [(str(schema), str(table)) for schema, table in conn.execute(TABLES)]


def _sequences(conn: Connection) -> list[str]:
    return [str(row[0]) for row in conn.execute(SEQUENCES)]


def _copied(conn: Connection, table: Name) -> bytes:
    with conn.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(*table))) as copy:
        return b"".join(bytes(part) for part in copy)


def _holds_any(conn: Connection, table: Name) -> bool:
    return conn.execute(sql.SQL("SELECT FROM {} LIMIT 1").format(sql.Identifier(*table))).fetchone() is not None


def _refill(conn: Connection, table: Name, content: bytes) -> None:
    name = sql.Identifier(*table)
    triggers = conn.execute(TRIGGERS, (name.as_string(conn),)).fetchall()
    if triggers:  # those of a record that is final fire whatever the role of the session
        conn.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(name))
    conn.execute(sql.SQL("DELETE FROM {}").format(name))
    if content:
        with conn.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(name)) as copy:
            copy.write(content)
    for trigger, enabled in triggers:
        how = sql.SQL(ENABLE[str(enabled)])
        conn.execute(sql.SQL("ALTER TABLE {} {} TRIGGER {}").format(name, how, sql.Identifier(str(trigger))))
