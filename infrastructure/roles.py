"""角色 The database's roles: who owns the record, who may add to it, who may only read.

Roles belong to a server and grants to a database, so both are looked at on every start; what is there is left alone.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

import psycopg
import structlog
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

OWNER = "liuhen_owner"
"""Owns schema, tables and functions of the record. Nobody logs in as it; migrations act as it."""
WRITER = "liuhen_writer"
"""The service: reads the record, adds to it by the append functions only, and owns the tables of the views."""
READER = "liuhen_reader"
"""Reads the record and the views, without the clients' request keys."""

WRITER_WRITES = {
    "projections": frozenset({"INSERT", "UPDATE", "DELETE"}),
    "tracking": frozenset({"INSERT", "UPDATE"}),
    "parked": frozenset({"INSERT", "UPDATE", "DELETE"}),
    "discarded": frozenset({"INSERT"}),
    "webhooks": frozenset({"INSERT", "UPDATE"}),
    "undelivered": frozenset({"INSERT", "DELETE"}),
    "documents": frozenset({"INSERT"}),
}
"""What the writer may do to a table by itself, beside reading all of them."""
READER_READS_NOT = frozenset(
    {"requests", "person_keys", "master_keys", "webhooks", "undelivered", "documents", "reads"}
)
"""Tables that are closed to the reader: they name clients, or hold the wrapped keys of persons."""

_KINDS = {OWNER: "NOLOGIN", WRITER: "LOGIN", READER: "LOGIN"}

log = structlog.get_logger(__name__)

Connection = psycopg.Connection[Any]


class RolesError(Exception):
    """The database's roles are not as the service needs them. The text says what to run, and who can."""


@dataclass(frozen=True)
class Needs:
    """Statements that a server, a database and a login still need."""

    of_service: list[str]
    of_migrating: list[str]


def needs(conn: Connection) -> Needs:
    """What the connection's server, database and login still need."""
    row = conn.execute(
        "SELECT ARRAY(SELECT rolname::text FROM pg_roles WHERE rolname = ANY(%s)), session_user::text,"
        " current_database()::text, has_database_privilege(session_user, current_database(), 'CREATE'),"
        " (SELECT has_database_privilege(oid, current_database(), 'CREATE') FROM pg_roles WHERE rolname = %s)",
        (list(_KINDS), WRITER),
    ).fetchone()
    assert row is not None  # noqa: S101 (a query without FROM gives one row)
    known, login, database, may_create, writer_may_create = row
    of_service = [_making(role) for role in _KINDS if role not in known]
    if not writer_may_create:
        of_service.append(_creating(database, WRITER))
    of_migrating = [] if may_create else [_creating(database, login)]
    if not all(role in known and may_become(conn, role) for role in (OWNER, WRITER)):
        of_migrating.append(_membership(login))
    return Needs(of_service, of_migrating)


def statements(login: str, database: str) -> list[str]:
    """What an administrator runs once, so that a login may migrate a database and the service may work in it."""
    return [*map(_making, _KINDS), _membership(login), _creating(database, WRITER), _creating(database, login)]


def _making(role: str) -> str:
    return f"CREATE ROLE {role} {_KINDS[role]};"


def _membership(login: str) -> str:
    return sql.SQL("GRANT {}, {} TO {};").format(*map(sql.Identifier, (OWNER, WRITER, login))).as_string()


def _creating(database: str, login: str) -> str:
    return sql.SQL("GRANT CREATE ON DATABASE {} TO {};").format(*map(sql.Identifier, (database, login))).as_string()


def set_up(conn: Connection) -> None:
    """Make the roles, and the grants that a migration cannot make. Raises RolesError with the statements left to do.

    The connection commits each statement by itself: two services that start at once may both try.
    """
    login, database = conn.info.user, conn.info.dbname
    if login == WRITER:
        raise RolesError(
            f"数据库需要迁移，而{WRITER}不能迁移；请在LIUHEN_OWNER_URL中给出可迁移的登录，或先运行liuhen migrate / "
            f"the database has to be migrated, which {WRITER} may not do: give a login that may in LIUHEN_OWNER_URL, "
            "or run liuhen migrate first"
        )
    wanted = needs(conn)
    for statement in (*wanted.of_service, *wanted.of_migrating):
        try:
            conn.execute(statement.encode())
        except (psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation):
            log.info("roles.made_by_another", statement=statement)
        except psycopg.errors.InsufficientPrivilege:
            break
    wanted = needs(conn)
    if left := [*wanted.of_service, *wanted.of_migrating]:
        raise RolesError(
            f"登录角色{login}无权建立数据库角色；请数据库管理员在库{database}中执行下列语句，然后重试 / "
            f"the login {login} may not set up the roles: have an administrator run these statements in the database "
            f"{database}, then try again:\n\n" + "\n".join(left)
        )


def may_become(conn: Connection, role: str) -> bool:
    """May the connection's login act as a role that exists? Until version 16 every member may."""
    how = "SET" if conn.info.server_version >= 160000 else "MEMBER"
    row = conn.execute("SELECT pg_has_role(session_user, %s, %s)", (role, how)).fetchone()
    return row == (True,)


def exists(conn: Connection, role: str) -> bool:
    """Is there a role of this name on the server?"""
    return conn.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone() is not None


def as_writer(conninfo: str) -> str:
    """The connection string by which the service works: always as the writer, whatever login it is given.

    Another login than the writer becomes it as the connection is made; RESET ROLE keeps it there, and only an
    explicit SET ROLE leaves it. Raises RolesError when the login may not become the writer.
    """
    with psycopg.connect(conninfo, autocommit=True) as conn:
        login = conn.info.user
        if login == WRITER:
            return conninfo
        if not (exists(conn, WRITER) and may_become(conn, WRITER)):
            raise RolesError(
                f"登录角色{login}不是{WRITER}的成员；请以{WRITER}登录，或由管理员授予 / the login {login} is no member "
                f"of {WRITER}: log in as {WRITER}, or have an administrator grant it to the login"
            )
    options = conninfo_to_dict(conninfo).get("options") or os.environ.get("PGOPTIONS", "")
    return make_conninfo(conninfo, options=f"{options} -c role={WRITER}".strip())
