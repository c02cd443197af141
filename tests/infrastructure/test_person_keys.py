"""The database destroys a person's key with the event that says so, or does neither."""

from __future__ import annotations

from uuid import UUID, uuid4

import psycopg
import pytest

from infrastructure.doctor import State, examine
from infrastructure.settings import Settings

LOG, PERSON = 370323, UUID(int=5)
KEEP = "SELECT * FROM liuhen.keep_person_key(%s, %s, 'AES-256-GCM', %s, %s)"
ERASE = (
    "INSERT INTO liuhen.events (log_id, position, stream_id, stream_version, stream_kind, topic, state, recorded_at)"
    " VALUES (%s, 1, gen_random_uuid(), 1, 'county', 'county.personal_data_erased', %s, now())"
)
OTHER_CONDITION = (
    "CREATE OR REPLACE TRIGGER erasures_destroy_keys AFTER INSERT ON liuhen.events FOR EACH ROW"
    " WHEN (NEW.topic = 'other') EXECUTE FUNCTION liuhen.destroy_erased_key();"
    " ALTER TABLE liuhen.events ENABLE ALWAYS TRIGGER erasures_destroy_keys"
)
STATE = b'{"v":1,"c":{},"e":{"person":"%s"}}' % str(PERSON).encode()


def kept(conn: psycopg.Connection[tuple[object, ...]]) -> tuple[object, ...] | None:
    return conn.execute(
        "SELECT wrapped, destroyed_at IS NOT NULL FROM liuhen.person_keys WHERE log_id = %s AND person = %s",
        (LOG, PERSON),
    ).fetchone()


def test_the_key_goes_with_the_event_or_stays_without_it(any_database: str) -> None:
    with psycopg.connect(any_database, autocommit=True) as conn:
        conn.execute(KEEP, (LOG, PERSON, "m1", b"wrapped"))
        with conn.transaction(force_rollback=True):
            conn.execute(ERASE, (LOG, STATE))
            assert kept(conn) == (None, True)
        assert kept(conn) == (b"wrapped", False)
        conn.execute(ERASE, (LOG + 1, STATE))  # of another log's person of that name
        assert kept(conn) == (b"wrapped", False)
        # Not even a session that leaves triggers out, as replication does, keeps it.
        conn.execute("SET session_replication_role = replica")
        conn.execute(ERASE, (LOG, STATE))
        assert kept(conn) == (None, True)
        assert conn.execute(KEEP, (LOG, PERSON, "m1", b"again")).fetchone() == ("AES-256-GCM", "m1", None)


def test_a_key_is_made_under_the_master_key_in_use_only(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as conn:
        first = conn.execute(KEEP, (LOG, PERSON, "m1", b"wrapped")).fetchone()
        assert conn.execute(KEEP, (LOG, PERSON, "m1", b"another")).fetchone() == first
        assert conn.execute(KEEP, (LOG, uuid4(), "m2", b"w")).fetchone() is None
        rewrap = "SELECT liuhen.rewrap_person_keys(%s, %s, %s, %s, %s)"
        assert conn.execute(rewrap, (LOG, "m0", "m2", [PERSON], [b"new"])).fetchone() == (False,)
        with pytest.raises(psycopg.errors.SerializationFailure):
            conn.execute(rewrap, (LOG, "m1", "m2", [uuid4()], [b"new"]))
        assert kept(conn) == (b"wrapped", False)
        assert conn.execute(rewrap, (LOG, "m1", "m2", [PERSON], [b"new"])).fetchone() == (True,)
        assert kept(conn) == (b"new", False)


@pytest.mark.parametrize(
    ("tampering", "check"),
    [
        ("ALTER TABLE liuhen.events DISABLE TRIGGER erasures_destroy_keys", "triggers"),
        (
            OTHER_CONDITION,
            "personal_data",
        ),
        ("GRANT SELECT ON liuhen.person_keys TO liuhen_reader", "reader"),
        ("GRANT UPDATE ON liuhen.person_keys TO liuhen_writer", "writer"),
        (
            f"INSERT INTO liuhen.person_keys VALUES ({LOG}, gen_random_uuid(), 'AES-256-GCM', 'gone', 'w')",
            "master_key",
        ),
    ],
)
@pytest.mark.usefixtures("liuhen", "durable")
def test_the_doctor_finds_what_would_keep_keys_alive_or_lose_them(database: str, tampering: str, check: str) -> None:
    with psycopg.connect(database) as conn:
        conn.execute(tampering.encode())
    failing = {f.name for f in examine(Settings(database_url=database), database) if f.state is State.FAILURE}
    assert failing == {check}


def test_the_service_itself_cannot_change_or_read_around_the_functions(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as conn:
        for role, statement in (
            ("liuhen_writer", "UPDATE liuhen.person_keys SET wrapped = NULL"),
            ("liuhen_writer", "DELETE FROM liuhen.person_keys"),
            ("liuhen_writer", "UPDATE liuhen.master_keys SET master_key = ''"),
            ("liuhen_reader", "SELECT * FROM liuhen.person_keys"),
            ("liuhen_reader", "SELECT * FROM liuhen.master_keys"),
            ("liuhen_reader", f"SELECT liuhen.complete_erasures({LOG})"),
        ):
            conn.execute(f"SET ROLE {role}".encode())
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                conn.execute(statement.encode())
            conn.execute("RESET ROLE")
