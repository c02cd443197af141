"""The doctor finds a healthy database healthy, and each tampering by the check that is for it, by no other."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, tzinfo
from types import SimpleNamespace
from uuid import uuid4

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from application.ports import RequestKey
from infrastructure import doctor
from infrastructure.doctor import CHECKS, State, examine, functions_of
from infrastructure.migrations import available, migrate
from infrastructure.roles import OWNER, READER, WRITER
from infrastructure.settings import Settings
from tests.conftest import NewDatabase
from tests.contract.proofs import ROOT
from tests.infrastructure.test_ledger import LOG, event, opened

pytestmark = pytest.mark.usefixtures("durable")

LAST = len(available())


@pytest.fixture
def superuser(database: str) -> str:
    """A database with five events of three streams and a request, as its superuser connects."""
    migrate(database)
    first, second = uuid4(), uuid4()
    with opened(make_conninfo(database, user=WRITER)) as ledger:
        ledger.record([event(first, 1), event(first, 2)], request=RequestKey("c", "k", "f" * 64))
        ledger.record([event(second, 1)])
        ledger.record([event(first, 3), event(uuid4(), 1)])
    return database


def found(conninfo: str, *, login: str = WRITER, pool_size: int = 8) -> dict[str, State]:
    """The checks that are not ok."""
    given = make_conninfo(conninfo, user=login)
    findings = examine(Settings(database_url=given, pool_size=pool_size), given)
    for finding in findings:
        assert (finding.remedy is None) == (finding.state is State.OK)
        assert finding.detail.zh
        assert finding.detail.en
    return {f.name: f.state for f in findings if f.state is not State.OK}


def failing(*names: str) -> dict[str, State]:
    return dict.fromkeys(names, State.FAILURE)


def test_healthy_all_is_well(superuser: str) -> None:
    assert found(superuser) == {}


def test_healthy_on_a_server_of_its_own(debian: str, new_database: NewDatabase) -> None:
    conninfo = new_database(debian)
    migrate(conninfo)
    assert found(conninfo) == {"data_checksums": State.WARNING}  # as that server was made


FINAL = "ALTER TABLE liuhen.events DISABLE TRIGGER events_are_final; {}; ALTER TABLE liuhen.events ENABLE ALWAYS TRIGGER events_are_final"

TAMPERINGS: dict[str, dict[str, State]] = {
    "ALTER TABLE liuhen.events DISABLE TRIGGER events_are_final": failing("triggers"),
    "ALTER TABLE liuhen.events ENABLE TRIGGER events_are_final": failing("triggers"),
    "DROP TRIGGER requests_are_final ON liuhen.requests": failing("triggers"),
    "DROP TRIGGER requests_are_final ON liuhen.requests; CREATE TRIGGER requests_are_final BEFORE UPDATE ON"
    " liuhen.requests EXECUTE FUNCTION liuhen.refuse_change();"
    " ALTER TABLE liuhen.requests ENABLE ALWAYS TRIGGER requests_are_final": failing("triggers"),
    "CREATE TRIGGER other BEFORE INSERT ON liuhen.events FOR EACH ROW"
    " EXECUTE FUNCTION suppress_redundant_updates_trigger()": failing("triggers"),
    "CREATE RULE silent AS ON INSERT TO liuhen.stream_heads DO INSTEAD NOTHING": failing("triggers"),
    "CREATE OR REPLACE FUNCTION liuhen.refuse_change() RETURNS trigger LANGUAGE plpgsql"
    " SET search_path = pg_catalog, liuhen, pg_temp AS 'BEGIN RETURN NULL; END'": failing("functions"),
    "ALTER FUNCTION liuhen.refuse_change() RESET search_path": failing("functions"),
    "DO $$ DECLARE f regprocedure; BEGIN SELECT oid INTO f FROM pg_proc WHERE pronamespace = 'liuhen'::regnamespace"
    " AND prosecdef; EXECUTE 'ALTER FUNCTION ' || f || ' SECURITY INVOKER'; END $$": failing("functions"),
    "ALTER TABLE liuhen.requests SET UNLOGGED": failing("tables"),
    "ALTER TABLE liuhen.requests DROP CONSTRAINT requests_pkey": failing("tables"),
    "ALTER TABLE liuhen.events DROP CONSTRAINT events_log_id_stream_id_stream_version_key": failing("tables"),
    "ALTER TABLE liuhen.stream_heads DROP CONSTRAINT stream_heads_pkey, ADD PRIMARY KEY (log_id, stream_id) DEFERRABLE":
        failing("tables"),
    "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA liuhen TO PUBLIC": failing("functions"),
    f"SET ROLE {OWNER}; CREATE FUNCTION liuhen.other() RETURNS int LANGUAGE sql SECURITY DEFINER"
    " SET search_path = pg_catalog, liuhen, pg_temp AS 'SELECT 1'": failing("functions"),
    f"GRANT INSERT ON liuhen.events TO {WRITER}": failing("writer"),
    f"GRANT UPDATE (state) ON liuhen.events TO {WRITER}": failing("writer"),
    f"REVOKE UPDATE ON liuhen.projections FROM {WRITER}": failing("writer"),
    f"GRANT CREATE ON SCHEMA liuhen TO {WRITER}": failing("writer"),
    f"GRANT SELECT ON liuhen.requests TO {READER}": failing("reader"),
    f"REVOKE SELECT ON liuhen.events FROM {READER}": failing("reader"),
    "GRANT DELETE ON liuhen.events TO pg_monitor": failing("others"),
    "GRANT UPDATE (topic) ON liuhen.events TO pg_monitor": failing("others"),
    "GRANT UPDATE ON liuhen.logs TO PUBLIC": failing("others", "reader", "writer"),
    "ALTER TABLE liuhen.stream_heads OWNER TO pg_monitor": failing("owners", "others"),
    "UPDATE liuhen.migrations SET sha256 = '0' WHERE number = 1": failing("migrations"),
    f"DELETE FROM liuhen.migrations WHERE number = {LAST}": failing("migrations"),
    "INSERT INTO liuhen.migrations (number, name, sha256) VALUES (9999, 'later', '0')": failing("migrations"),
    "UPDATE liuhen.logs SET position = position + 1": failing("head"),
    "DELETE FROM liuhen.logs": failing("head"),
    "UPDATE liuhen.stream_heads SET version = version + 1": failing("stream_heads"),
    "DELETE FROM liuhen.stream_heads": failing("stream_heads"),
    "UPDATE liuhen.stream_heads SET kind = 'system'": failing("stream_heads"),
    FINAL.format("UPDATE liuhen.events SET stream_kind = 'system' WHERE position = 2"): failing("stream_heads"),
    f"INSERT INTO liuhen.requests VALUES ({LOG}, 'c', 'other', 'f', 5, 6)": failing("requests"),
    # A hole in the log alone, then one in a stream, too.
    FINAL.format("DELETE FROM liuhen.stream_heads USING liuhen.events e WHERE stream_heads.stream_id = e.stream_id"
                 " AND e.position = 3; DELETE FROM liuhen.events WHERE position = 3"): failing("positions"),
    FINAL.format("DELETE FROM liuhen.events WHERE position = 4"): failing("positions", "stream_heads"),
    FINAL.format("UPDATE liuhen.events SET recorded_at = '2001-01-01' WHERE position = 3"): failing("recorded_at"),
    FINAL.format("UPDATE liuhen.events SET recorded_at = '2101-01-01' WHERE position = 5"): failing("recorded_at"),
}  # fmt: skip


@pytest.mark.parametrize("tampering", TAMPERINGS, ids=lambda sql: sql[:80])
def test_each_tampering_is_found_by_its_check(superuser: str, tampering: str) -> None:
    with psycopg.connect(superuser) as conn:
        conn.execute(tampering.encode())
    assert found(superuser) == TAMPERINGS[tampering]


@contextmanager
def for_a_while(conninfo: str, done: str, undone: str) -> Iterator[None]:
    """Roles are the server's: what is done to them is taken back, for the other tests."""
    with psycopg.connect(conninfo, autocommit=True) as conn:
        conn.execute(done.encode())
        try:
            yield
        finally:
            conn.execute(undone.encode())


def test_roles_that_may_too_much(superuser: str) -> None:
    with for_a_while(superuser, f"ALTER ROLE {OWNER} LOGIN", f"ALTER ROLE {OWNER} NOLOGIN"):
        assert found(superuser) == failing("roles")
    with for_a_while(superuser, f"ALTER ROLE {READER} CREATEROLE", f"ALTER ROLE {READER} NOCREATEROLE"):
        assert found(superuser) == failing("roles")
    with for_a_while(superuser, f"GRANT {WRITER} TO {READER}", f"REVOKE {WRITER} FROM {READER}"):
        assert found(superuser) == failing("roles", "reader")
    with for_a_while(superuser, f"GRANT {OWNER} TO {WRITER}", f"REVOKE {OWNER} FROM {WRITER}"):
        assert found(superuser) == {**failing("roles", "writer"), "login": State.WARNING}
    mighty = "CREATE ROLE doctor_test LOGIN; GRANT pg_write_all_data TO doctor_test"
    with for_a_while(superuser, mighty, "DROP ROLE doctor_test"):
        assert found(superuser) == failing("others")


def test_a_login_that_can_take_the_role_off_is_weaker(superuser: str) -> None:
    login = psycopg.conninfo.conninfo_to_dict(superuser)["user"]
    assert found(superuser, login=str(login)) == {"login": State.WARNING}
    assert found(superuser, login=READER)["login"] is State.FAILURE


@pytest.mark.parametrize("value", ["off", "local", "remote_write"])
def test_a_commit_that_does_not_wait_is_told(superuser: str, value: str) -> None:
    assert found(make_conninfo(superuser, options=f"-c synchronous_commit={value}")) == failing("synchronous_commit")


def test_more_connections_than_the_server_has(superuser: str) -> None:
    assert found(superuser, pool_size=200) == {"connections": State.WARNING}


def test_a_clock_that_is_off(superuser: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Ahead(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Ahead:
            return cls.fromtimestamp((datetime.now(UTC) + timedelta(hours=1)).timestamp(), UTC)

    monkeypatch.setattr(doctor, "datetime", Ahead)
    assert found(superuser) == {"clock": State.WARNING}


@pytest.mark.parametrize(("free", "state"), [(1 << 30, State.WARNING), (1 << 20, State.FAILURE)])
def test_a_disk_that_fills_up(
    superuser: str, free: int, state: State, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    findings = examine(Settings(data_dir=tmp_path_factory.mktemp("data")), superuser)
    assert {f.name: f.state for f in findings if f.state is not State.OK} == {"disk": state}


def test_forbidden_settings_are_found(superuser: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEDGER_MAPPER_TOPIC", "x:y")
    assert found(superuser) == failing("environment")


def test_a_database_without_the_record_is_told_check_by_check(embedded: str) -> None:
    """The server's own database: nothing of ours is in it, and every question is still answered."""
    conninfo = make_conninfo(embedded, dbname="postgres")
    told = {f.name: f.state for f in examine(Settings(database_url=conninfo), conninfo)}
    assert list(told) == [check.name for check in CHECKS if check.name != "disk"]
    assert told["migrations"] is told["triggers"] is told["head"] is State.FAILURE
    assert told["version"] is told["fsync"] is State.OK


def test_a_server_that_is_away(tmp_path_factory: pytest.TempPathFactory) -> None:
    nowhere = f"host={tmp_path_factory.mktemp('nowhere')} dbname=x user=y"
    (finding,) = examine(Settings(database_url=nowhere), nowhere)
    assert (finding.name, finding.state) == ("connection", State.FAILURE)


def test_every_check_is_documented() -> None:
    documented = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    assert [check.name for check in CHECKS if f"`{check.name}`" not in documented] == []


def test_the_bodies_come_from_the_migrations(superuser: str) -> None:
    bodies = functions_of(available())
    with psycopg.connect(superuser) as conn:
        stored = conn.execute("SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'liuhen'::regnamespace")
        assert dict(stored.fetchall()) == bodies
    assert "refuse_change" in bodies
