"""Who is refused what, and by what: every way of changing the record, over real connections of every role.

The owner's sessions, and a superuser's, are stopped by the triggers from changing recorded events. What they can do is
stated below as ALLOWED: to add rows past the functions, and to take the triggers away. Therefore nobody logs in as
the owner, and `liuhen doctor` looks at what such a session would leave behind.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from application.ports import RequestKey, StreamMovedError
from infrastructure import roles
from infrastructure.bootstrap import wired
from infrastructure.doctor import State, examine
from infrastructure.embedded_postgres import EmbeddedPostgres
from infrastructure.migrations import FOLDER, MigrationError, available, migrate
from infrastructure.projecting.builds import digest_of
from infrastructure.projecting.engine import PROJECTIONS, made
from infrastructure.red_flags import load_flag_rules
from infrastructure.roles import OWNER, READER, WRITER, RolesError, as_writer, statements
from infrastructure.rule_sets import load_rule_sets
from infrastructure.settings import Settings
from infrastructure.store.mapper import LedgerMapper
from tests.conftest import NewDatabase
from tests.infrastructure.test_ledger import LOG, event, opened

DENIED = "permission denied|must be owner|must be superuser|must have admin option"
"""The server refuses: the role may not."""
FINAL = "never changed"
"""The trigger refuses, whoever asks."""
ALLOWED = None
"""Not refused: the reason why nobody works as this role."""

LAST = available()[-1].name
VALUES = f"VALUES ({LOG}, 99, gen_random_uuid(), 1, 'project', 't', '', now())"


@dataclass(frozen=True)
class Attempt:
    """A statement, and what stops each role from it."""

    statement: str
    writer: str | None = DENIED
    reader: str | None = DENIED
    owner: str | None = ALLOWED
    superuser: str | None = ALLOWED


ATTEMPTS = [
    # Recorded events and requests are never changed, by nobody.
    *(
        Attempt(statement, owner=FINAL, superuser=FINAL)
        for table in ("events", "requests")
        for statement in (
            f"UPDATE liuhen.{table} SET log_id = log_id",
            f"UPDATE liuhen.{table} SET log_id = log_id WHERE false",
            f"DELETE FROM liuhen.{table}",
            f"DELETE FROM ONLY liuhen.{table} WHERE log_id = 1",
            f"TRUNCATE liuhen.{table}",
            f"TRUNCATE liuhen.{table} RESTART IDENTITY CASCADE",
            f"WITH gone AS (DELETE FROM liuhen.{table} RETURNING *) SELECT count(*) FROM gone",
            f"MERGE INTO liuhen.{table} t USING (VALUES (1)) s(n) ON true WHEN MATCHED THEN DELETE",
            f"MERGE INTO liuhen.{table} t USING (VALUES (1)) s(n) ON true WHEN MATCHED THEN UPDATE SET log_id = s.n",
            f"INSERT INTO liuhen.{table} SELECT * FROM liuhen.{table} ON CONFLICT DO NOTHING; DELETE FROM liuhen.{table}",
        )
    ),
    Attempt(
        f"INSERT INTO liuhen.events {VALUES} ON CONFLICT (log_id, position) DO UPDATE SET topic = ''",
        owner=FINAL,
        superuser=FINAL,
    ),
    # Rows beside the functions: chosen positions, times and versions.
    Attempt(f"INSERT INTO liuhen.events {VALUES}"),
    Attempt("COPY liuhen.events FROM STDIN"),
    Attempt("COPY liuhen.events (log_id, position) FROM STDIN (FORMAT binary)"),
    Attempt(
        "MERGE INTO liuhen.logs t USING (VALUES (1)) s(n) ON t.log_id = s.n WHEN NOT MATCHED THEN INSERT VALUES (1)"
    ),
    Attempt("INSERT INTO liuhen.logs VALUES (1, 5, now())"),
    Attempt("UPDATE liuhen.logs SET position = 0"),
    Attempt("DELETE FROM liuhen.logs"),
    Attempt("TRUNCATE liuhen.logs"),
    Attempt(f"INSERT INTO liuhen.stream_heads VALUES ({LOG}, gen_random_uuid(), 7, 'project')"),
    Attempt("UPDATE liuhen.stream_heads SET version = 7"),
    Attempt("DELETE FROM liuhen.stream_heads"),
    Attempt(f"INSERT INTO liuhen.requests VALUES ({LOG}, 'c', 'other', 'f', 1, 1)"),
    Attempt("UPDATE liuhen.migrations SET sha256 = ''"),
    Attempt("DELETE FROM liuhen.migrations"),
    Attempt("SELECT * FROM liuhen.logs FOR UPDATE"),  # would hold up every save
    Attempt("LOCK TABLE liuhen.events IN ACCESS EXCLUSIVE MODE"),
    # The guards themselves.
    Attempt("ALTER TABLE liuhen.events DISABLE TRIGGER events_are_final"),
    Attempt("ALTER TABLE liuhen.events ENABLE TRIGGER events_are_final"),
    Attempt("ALTER TABLE liuhen.events DISABLE TRIGGER ALL", owner=ALLOWED),
    Attempt("DROP TRIGGER events_are_final ON liuhen.events"),
    Attempt("ALTER TRIGGER events_are_final ON liuhen.events RENAME TO other"),
    Attempt(
        "CREATE OR REPLACE FUNCTION liuhen.refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'"
    ),
    Attempt("DROP FUNCTION liuhen.refuse_change() CASCADE"),
    Attempt("ALTER FUNCTION liuhen.refuse_change() RENAME TO other"),
    Attempt("CREATE FUNCTION liuhen.other() RETURNS int LANGUAGE sql AS 'SELECT 1'"),
    Attempt("CREATE RULE silent AS ON INSERT TO liuhen.events DO INSTEAD NOTHING"),
    Attempt(
        "CREATE TRIGGER other BEFORE INSERT ON liuhen.events FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()"
    ),
    Attempt("DROP TABLE liuhen.events"),
    Attempt("DROP SCHEMA liuhen CASCADE"),
    Attempt("ALTER SCHEMA liuhen RENAME TO other", owner=DENIED),  # a new name needs CREATE in the database
    Attempt("ALTER TABLE liuhen.events RENAME TO other"),
    Attempt("ALTER TABLE liuhen.events ALTER COLUMN state TYPE bytea USING ''"),  # a rewrite passes no trigger
    Attempt("ALTER TABLE liuhen.events DROP COLUMN recorded_at"),
    Attempt("CREATE TABLE liuhen.other (n int)"),
    # The signed tree: final but for its right edge, which moves by the function alone.
    *(
        Attempt(statement, owner=FINAL, superuser=FINAL)
        for table in ("trees", "tiles", "checkpoints", "cosignatures", "documents", "reads")
        for statement in (
            f"UPDATE liuhen.{table} SET log_id = log_id WHERE false",
            f"DELETE FROM liuhen.{table}",
            f"TRUNCATE liuhen.{table} CASCADE",
        )
    ),
    Attempt(
        "INSERT INTO liuhen.reads (log_id, process, entry, kind, read_at, roles) SELECT 1, gen_random_uuid(), 0, 'READ', now(), '{}'"
    ),
    Attempt("INSERT INTO liuhen.trees VALUES (1, 'sha256-ed25519', 'x')"),
    Attempt("UPDATE liuhen.right_edges SET size = 0"),
    Attempt("DELETE FROM liuhen.right_edges"),
    # Becoming somebody else.
    Attempt(f"SET ROLE {OWNER}"),
    Attempt(f"ALTER ROLE {WRITER} CREATEDB", owner=DENIED),
    Attempt(f"GRANT {OWNER} TO {WRITER}", owner=DENIED),
    Attempt("SET session_replication_role = replica", owner=DENIED),
    Attempt("COPY (SELECT 1) TO PROGRAM 'cat > /dev/null'", owner=DENIED),
    # What is whose to read.
    Attempt("SELECT count(*) FROM liuhen.events", writer=ALLOWED, reader=ALLOWED),
    Attempt("SELECT count(*) FROM liuhen.requests", writer=ALLOWED),
    Attempt("SELECT count(*) FROM register_v3.projects", writer=ALLOWED, reader=ALLOWED, owner=DENIED),
    Attempt("UPDATE liuhen.projections SET moved_at = moved_at", writer=ALLOWED),
    Attempt("TRUNCATE register_v3.projects", writer=ALLOWED, owner=DENIED),
    # Where followers stand is theirs to move, not to forget.
    Attempt("INSERT INTO liuhen.tracking VALUES (1, 'f', 'a', 1)", writer=ALLOWED),
    Attempt("UPDATE liuhen.tracking SET position = 1", writer=ALLOWED),
    Attempt("DELETE FROM liuhen.tracking"),
    Attempt("TRUNCATE liuhen.tracking"),
]


def as_login(conninfo: str, login: str) -> str:
    return make_conninfo(conninfo, user=login)


def as_role(conninfo: str, role: str) -> str:
    return make_conninfo(conninfo, options=f"-c role={role}")


@pytest.fixture(scope="module", params=["embedded", "debian"])
def record(request: pytest.FixtureRequest, new_database: NewDatabase) -> str:
    """A database with an event and a request in it, as its superuser connects. The tests leave it as it is."""
    conninfo = new_database(request.getfixturevalue(request.param))
    with opened(as_login(conninfo, WRITER)) as ledger:
        ledger.record([event(uuid4(), 1)], request=RequestKey("c", "k", "f" * 64))
    return conninfo


@pytest.mark.parametrize("attempt", ATTEMPTS, ids=lambda attempt: attempt.statement)
def test_who_is_refused_what_and_by_what(record: str, attempt: Attempt) -> None:
    expected = {
        as_login(record, WRITER): attempt.writer,
        as_login(record, READER): attempt.reader,
        as_role(record, OWNER): attempt.owner,
        record: attempt.superuser,
    }
    outcomes = {conninfo: tried(conninfo, attempt.statement) for conninfo in expected}
    for conninfo, refused_by in expected.items():
        said = outcomes[conninfo]
        assert (said is None) == (refused_by is None), (conninfo, said)
        if said is not None and refused_by is not None:
            assert any(words in said for words in refused_by.split("|")), (conninfo, said)
    with opened(as_login(record, WRITER)) as ledger:
        assert ledger.position() == 1


def tried(conninfo: str, statement: str) -> str | None:
    """What the server says when it refuses, or None when it does not; then everything is taken back."""
    with psycopg.connect(conninfo) as conn:
        try:
            if statement.startswith("COPY liuhen"):
                with conn.cursor().copy(statement.encode()) as copy:
                    copy.write(b"PGCOPY\n\xff\r\n\x00" + bytes(8) + b"\xff\xff" if "binary" in statement else b"")
            else:
                conn.execute(statement.encode())
        except psycopg.errors.InsufficientPrivilege as error:
            return str(error)
        finally:
            conn.rollback()
    return None


def test_the_triggers_hold_where_others_are_skipped(record: str) -> None:
    """A superuser's session as of replication: ordinary triggers do not fire, these do."""
    with psycopg.connect(record) as conn:
        conn.execute("SET session_replication_role = replica")
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match=FINAL):
            conn.execute("DELETE FROM liuhen.events")


def test_a_grant_of_what_one_has_not_gives_nothing(record: str) -> None:
    """The server only warns here."""
    with psycopg.connect(as_login(record, WRITER)) as conn:
        conn.execute(f"GRANT INSERT, UPDATE ON liuhen.events TO {WRITER}")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            conn.execute("UPDATE liuhen.events SET topic = ''")


def test_the_functions_find_no_name_of_the_callers(any_database: str) -> None:
    """A clock, an operator and tables of the writer's own, before the system's on its path."""
    migrate(any_database)
    writer = as_login(any_database, WRITER)
    with psycopg.connect(writer) as conn:
        conn.execute(
            "CREATE SCHEMA attack;"
            "CREATE FUNCTION attack.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS $$ SELECT '1999-01-01'::timestamptz $$;"
            "CREATE FUNCTION attack.never(integer, integer) RETURNS boolean LANGUAGE sql AS 'SELECT false';"
            "CREATE OPERATOR attack.<> (FUNCTION = attack.never, LEFTARG = integer, RIGHTARG = integer);"
            "CREATE TABLE attack.events (LIKE liuhen.events); CREATE TABLE attack.logs (LIKE liuhen.logs)"
        )
    stream = uuid4()
    before = datetime.now(UTC)
    with opened(make_conninfo(writer, options="-c search_path=attack,pg_temp,pg_catalog")) as ledger:
        with ledger.recorder_pool.connection() as conn:
            fooled = conn.execute("SELECT clock_timestamp()::date::text, 1 <> 2").fetchone()
            assert fooled == ("1999-01-01", False), "the attack does not work where names are not pinned"
        recorded = ledger.record([event(stream, 1)])[0]
        assert recorded.recorded_at.year >= before.year
        with pytest.raises(StreamMovedError):
            ledger.record([event(stream, 7)])
        assert ledger.position() == 1
    with psycopg.connect(writer) as conn:
        assert conn.execute("SELECT count(*) FROM attack.events").fetchone() == (0,)


def test_no_function_takes_a_position_or_a_time(any_database: str) -> None:
    with psycopg.connect(any_database) as conn:
        callable_by_writer = conn.execute(
            "SELECT p.proname, ARRAY(SELECT a.name FROM unnest(p.proargnames, p.proargmodes) AS a(name, mode)"
            " WHERE coalesce(a.mode, 'i') IN ('i', 'b', 'v')) FROM pg_proc p WHERE p.pronamespace = 'liuhen'::regnamespace"
            " AND p.prorettype <> 'trigger'::regtype AND has_function_privilege(%s, p.oid, 'EXECUTE')",
            (WRITER,),
        ).fetchall()
        callable_by_reader = conn.execute(
            "SELECT p.proname FROM pg_proc p WHERE p.pronamespace = 'liuhen'::regnamespace"
            " AND has_function_privilege(%s, p.oid, 'EXECUTE')",
            (READER,),
        ).fetchall()
    assert callable_by_writer
    assert callable_by_reader == []
    for name, arguments in callable_by_writer:
        assert arguments, name
        assert not [a for a in arguments if "position" in a or "recorded" in a or "time" in a], name


def test_the_service_works_as_the_writer_whatever_its_login(any_database: str, tmp_path: Path) -> None:
    with wired(Settings(data_dir=tmp_path, database_url=any_database), any_database) as liuhen:
        with liuhen.pool.connection() as conn:
            assert conn.execute("SELECT current_user::text").fetchone() == (WRITER,)
            conn.execute("RESET ROLE")
            assert conn.execute("SELECT current_user::text").fetchone() == (WRITER,)
        liuhen.ledger.record([event(uuid4(), 1)])
    assert as_writer(as_login(any_database, WRITER)) == as_login(any_database, WRITER)
    with pytest.raises(RolesError, match=READER):
        as_writer(as_login(any_database, READER))


@pytest.fixture
def bare() -> Iterator[str]:
    """A server without our roles, as its superuser connects."""
    with tempfile.TemporaryDirectory(prefix="liuhen-") as folder, EmbeddedPostgres(Path(folder)) as server:
        yield server.conninfo


def test_roles_are_made_once_by_services_that_start_at_once(bare: str) -> None:
    with psycopg.connect(bare, autocommit=True) as conn:
        for n in range(4):
            conn.execute(f"CREATE DATABASE at_once_{n}".encode())
    names = [make_conninfo(bare, dbname=f"at_once_{n}") for n in range(4)]
    with ThreadPoolExecutor(4) as threads:
        applied = list(threads.map(migrate, names))
    assert len({tuple(a) for a in applied}) == 1
    assert applied[0][-1] == LAST


def test_an_external_database_is_set_up_with_what_the_administrator_is_told(bare: str) -> None:
    with psycopg.connect(bare, autocommit=True) as conn:
        conn.execute("CREATE ROLE site LOGIN; CREATE ROLE maker LOGIN CREATEROLE")
        for name in ("site", "maker"):
            conn.execute(f"CREATE DATABASE {name} OWNER {name}".encode())
        site, maker = (make_conninfo(bare, user=name, dbname=name) for name in ("site", "maker"))

        with pytest.raises(RolesError) as told:
            migrate(site)
        assert all(f"CREATE ROLE {role}" in str(told.value) for role in (OWNER, WRITER, READER))

        assert migrate(maker)[-1] == LAST  # a login that may make roles needs nobody

        with pytest.raises(RolesError) as told:
            migrate(site)
        asked = str(told.value).split("\n\n", 1)[1]
        assert asked == 'GRANT "liuhen_owner", "liuhen_writer" TO "site";'
        assert asked in statements("site", "site")
        conn.execute(asked.encode())
    assert migrate(site)[-1] == LAST
    assert migrate(site) == []

    writer = as_login(site, WRITER)
    assert migrate(writer) == [], "the service's own login looks, and finds nothing to do"
    with wired(Settings(database_url=writer, owner_url=site), writer) as liuhen:
        liuhen.ledger.record([event(uuid4(), 1)])
        liuhen.engine.catch_up()
    assert {f.name for f in examine(Settings(database_url=writer), writer) if f.state is not State.OK} == set()


def test_the_writer_cannot_migrate(embedded: str, new_database: NewDatabase) -> None:
    conninfo = new_database(embedded)
    with psycopg.connect(conninfo, autocommit=True) as conn:
        conn.execute("DROP SCHEMA liuhen CASCADE")
    with pytest.raises(RolesError, match="LIUHEN_OWNER_URL"):
        migrate(as_login(conninfo, WRITER))
    with pytest.raises((RolesError, MigrationError), match=READER):
        migrate(as_login(conninfo, READER))


@pytest.mark.usefixtures("durable")
def test_a_record_from_before_the_roles_goes_on(any_database: str, tmp_path: Path) -> None:
    """Everything belonged to the login that served: tables, views and their contents are kept."""
    before, stream = tmp_path / "before", uuid4()
    before.mkdir()
    for file in sorted(FOLDER.glob("000[1-3]_*.sql")):
        shutil.copy(file, before)
    with psycopg.connect(any_database, autocommit=True) as conn:
        for projection in PROJECTIONS:
            conn.execute(f"DROP SCHEMA {projection.schema()} CASCADE".encode())
        conn.execute("DROP SCHEMA liuhen CASCADE")
        assert len(migrate(any_database, before)) == 3
        stored = LedgerMapper().to_stored_event(event(stream, 1))
        conn.execute(
            "SELECT liuhen.append(%s, %s, '{1}', '{project}', %s, %s, '{}', '{}', null, null, null)",
            (LOG, [stream], [stored.topic], [stored.state]),
        )
        for view in made(load_flag_rules(), load_rule_sets()):  # as the service made them then, by the same login
            conn.execute(f"CREATE SCHEMA {view.schema()}; SET search_path TO {view.schema()}".encode())
            conn.execute(view.TABLES.encode())
            conn.execute(
                "INSERT INTO liuhen.projections (log_id, name, version, position, tables_sha256)"
                " VALUES (%s, %s, %s, 1, %s)",
                (LOG, view.NAME, view.VERSION, digest_of(view)),
            )
    with wired(Settings(database_url=any_database), any_database) as liuhen:
        with liuhen.pool.connection() as conn:
            owners = conn.execute(
                "SELECT DISTINCT pg_get_userbyid(c.relowner)::text, pg_get_userbyid(n.nspowner)::text FROM pg_class c"
                " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname ~ '_v[0-9]+$'"
            ).fetchall()
        assert owners == [(WRITER, WRITER)]
        assert {liuhen.engine.freshness(name).position for name in liuhen.engine.names()} == {1}
        liuhen.ledger.record([event(stream, 2)])
        liuhen.engine.catch_up()
    writer = as_login(any_database, WRITER)
    findings = examine(Settings(database_url=writer), writer)
    assert {f.name for f in findings if f.state is State.FAILURE} == set()


def test_what_later_migrations_make_is_guarded_too(embedded: str, new_database: NewDatabase, tmp_path: Path) -> None:
    conninfo = new_database(embedded)
    shutil.copytree(FOLDER, tmp_path / "later", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    number = len(list(FOLDER.glob("*.sql"))) + 1
    (tmp_path / "later" / f"{number:04d}_later.sql").write_text(
        "CREATE TABLE liuhen.later (n int);CREATE FUNCTION liuhen.later_too() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        encoding="utf-8",
    )
    assert migrate(conninfo, tmp_path / "later") == ["later"]
    assert tried(as_login(conninfo, WRITER), "SELECT liuhen.later_too() FROM liuhen.later") is None
    assert tried(as_login(conninfo, READER), "SELECT * FROM liuhen.later") is None
    assert tried(as_role(conninfo, OWNER), "DROP TABLE liuhen.later") is None, "it belongs to the owner"
    for login, statement in (
        (WRITER, "INSERT INTO liuhen.later VALUES (1)"),
        (READER, "SELECT liuhen.later_too()"),
        (WRITER, "DROP FUNCTION liuhen.later_too()"),
    ):
        assert tried(as_login(conninfo, login), statement) is not None, statement


def test_only_missing_roles_are_asked_for(embedded: str, new_database: NewDatabase) -> None:
    """Roles belong to the server, grants to the database: a restored one lacks only these."""
    conninfo = new_database(embedded)
    with psycopg.connect(conninfo) as conn:
        conn.execute(f"REVOKE CREATE ON DATABASE {conn.info.dbname} FROM {WRITER}".encode())
        needed = roles.needs(conn)
        assert (needed.of_migrating, len(needed.of_service)) == ([], 1)
        assert needed.of_service[0].startswith("GRANT CREATE ON DATABASE")
    migrate(conninfo)
    with psycopg.connect(conninfo) as conn:
        assert roles.needs(conn) == roles.Needs([], [])
