"""The sequencer on a real PostgreSQL: one tree whatever the batches, one signer, no second root, no signing on doubt."""

from __future__ import annotations

import random
import threading
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.conninfo import make_conninfo

from infrastructure.roles import WRITER
from infrastructure.tlog.agreement import TreeDisagreesError
from infrastructure.tlog.checkpoint import Checkpoint
from infrastructure.tlog.entry import Entry
from infrastructure.tlog.kept_checkpoint import KeptCheckpoint, kept_path
from infrastructure.tlog.note import open_note
from infrastructure.tlog.sequencer import BusyError, Duty
from infrastructure.tlog.store import NotInTreeError, TreeStore
from infrastructure.tlog.suite import SHA256_ED25519, SM3_SM2, SUITES, Suite
from infrastructure.tlog.tiles import RightEdge, Tile, decode_bundle
from infrastructure.tlog.tree import root, verify_consistency, verify_inclusion
from tests.conftest import NewDatabase
from tests.infrastructure.test_ledger import LOG, opened
from tests.tlog.sequencing import ORIGIN, agreeing, as_superuser, keys_of, record, sequencer, stream


def entries_by_hand(conninfo: str, suite: Suite) -> list[bytes]:
    """Each entry by itself, the previous position by SQL: not the way that the sequencer goes."""
    with psycopg.connect(conninfo) as conn:
        rows = conn.execute(
            "SELECT position, stream_id, stream_kind, stream_version, topic, recorded_at, state,"
            " coalesce(lag(position) OVER (PARTITION BY stream_id ORDER BY stream_version), 0)"
            " FROM liuhen.events WHERE log_id = %s ORDER BY position",
            (LOG,),
        ).fetchall()
    names = ("position", "stream", "kind", "version", "topic", "recorded_at", "state", "previous")
    return [Entry.of_event(suite, **dict(zip(names, row, strict=True))).encode() for row in rows]


def stored(conninfo: str) -> tuple[object, ...]:
    """Everything that the tree consists of, but not when it was signed."""
    with psycopg.connect(conninfo) as conn:
        return (
            conn.execute("SELECT level, index, hashes FROM liuhen.tiles ORDER BY 1, 2").fetchall(),
            conn.execute("SELECT size, hashes FROM liuhen.right_edges").fetchall(),
        )


@pytest.mark.parametrize("suite", SUITES.values(), ids=lambda suite: suite.name)
def test_the_tree_is_that_of_the_events(any_database: str, tmp_path: Path, suite: Suite) -> None:
    at: dict[object, int] = {}
    with opened(any_database) as ledger:
        record(ledger, [n % 7 for n in range(300)], at)
        own = sequencer(any_database, tmp_path, suite=suite.name)
        assert own.catch_up() == 300
        record(ledger, ["other", 3], at)
        assert own.catch_up() == 302
        entries = entries_by_hand(any_database, suite)
        store = TreeStore(ledger.recorder_pool, LOG)
        checkpoint = store.checkpoint()
        stated = Checkpoint.parse(open_note(checkpoint.published.encode(), keys_of(tmp_path)).text)
        assert stated == Checkpoint(ORIGIN, 302, root(suite, suite.leaf_hashes(entries)))
        assert decode_bundle(store.tile(Tile(-1, 1, 46))) == entries[256:]
        assert decode_bundle(store.tile(Tile(-1, 0, 256))) == entries[:256]
        assert store.tile(Tile(0, 1, 44)) == b"".join(suite.leaf_hashes(entries)[256:300]), "partial of an older size"
        for position in (1, 256, 257, 302):
            proof = store.inclusion(position)
            leaf = suite.leaf_hash(entries[position - 1])
            assert proof.leaf_hash == leaf
            verify_inclusion(suite, position - 1, 302, leaf, proof.hashes, stated.root)
        old = store.checkpoint(300)
        verify_consistency(suite, 300, 302, store.consistency(300, 302).hashes, old.root, stated.root)
        for beyond in (lambda: store.inclusion(1, 303), lambda: store.consistency(5, 303), lambda: store.tile(Tile(0, 1, 47)),
                       lambda: store.tile(Tile(-1, 1, 47)), lambda: store.checkpoint(301), lambda: store.tile(Tile(63, 0, 1))):  # fmt: skip
            with pytest.raises(NotInTreeError):
                beyond()
    assert agreeing(any_database, tmp_path, suite).size == 302


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 400), st.integers(1, 300)), min_size=1, max_size=4), st.integers(0, 2**32))
def test_whatever_the_batches_the_tree_is_the_same(
    embedded: str,
    new_database: NewDatabase,
    tmp_path_factory: pytest.TempPathFactory,
    rounds: list[tuple[int, int]],
    seed: int,
) -> None:
    conninfo, folder = new_database(embedded), tmp_path_factory.mktemp("batches")
    chance, at = random.Random(seed), dict[object, int]()
    with opened(conninfo) as ledger:
        for events, stretch in rounds:
            record(ledger, [chance.randrange(1, 40) for _ in range(events)], at)
            sequencer(conninfo, folder, stretch=stretch).catch_up()
    hashes = SHA256_ED25519.leaf_hashes(entries_by_hand(conninfo, SHA256_ED25519))
    once = RightEdge(SHA256_ED25519)
    full = once.extend(hashes)
    tiles, edges = stored(conninfo)
    assert tiles == [(t.level, t.number, made) for t, made in sorted(full)]
    assert edges == [(len(hashes), once.encode())]
    with psycopg.connect(conninfo) as conn:
        for size, signed in conn.execute("SELECT size, root FROM liuhen.checkpoints").fetchall():
            assert signed == root(SHA256_ED25519, hashes[:size])


class Crash(BaseException):
    """The process ends here."""


STEPS = ("checked", "read", "signed", "kept", "stored")


def test_a_crash_at_any_point_never_makes_a_second_root(database: str, tmp_path: Path) -> None:
    """A hundred crashes at chosen steps; between them events come, and sometimes the database loses the connection."""
    chance, at = random.Random(20), dict[object, int]()
    signed: dict[int, set[bytes]] = {}
    crashes = 0

    def kept() -> None:
        now = KeptCheckpoint(kept_path(tmp_path, LOG)).read()
        if now is not None:
            signed.setdefault(now.size, set()).add(now.root)

    with opened(database) as ledger:
        while crashes < 100:
            record(ledger, [chance.randrange(1, 20) for _ in range(chance.randrange(1, 60))], at)
            doomed, after = chance.choice(STEPS), chance.randrange(1, 3)

            def crash(step: str, doomed: str = doomed) -> None:
                nonlocal after
                kept()
                after -= step == doomed
                if after == 0:
                    raise Crash(step)

            try:
                sequencer(database, tmp_path, stretch=chance.choice((7, 33, 256)), at=crash).catch_up()
            except Crash:
                crashes += 1
        assert sequencer(database, tmp_path).catch_up() == ledger.position()
    kept()
    with psycopg.connect(database) as conn:
        for size, stated in conn.execute("SELECT size, root FROM liuhen.checkpoints").fetchall():
            signed.setdefault(size, set()).add(stated)
    assert all(len(roots) == 1 for roots in signed.values()), "two trees of one size were signed"
    assert agreeing(database, tmp_path, SHA256_ED25519).root() == root(
        SHA256_ED25519, SHA256_ED25519.leaf_hashes(entries_by_hand(database, SHA256_ED25519))
    )


def test_a_session_that_the_server_ends_is_taken_up_again(database: str, tmp_path: Path) -> None:
    at: dict[object, int] = {}
    ended = threading.Event()

    def end(step: str) -> None:
        if step == "kept" and not ended.is_set():
            ended.set()
            with psycopg.connect(database, autocommit=True) as conn:
                conn.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s", (LOG,)
                )

    own = sequencer(database, tmp_path, at=end)
    with opened(database) as ledger:
        record(ledger, range(20), at)
        own.start()
        try:
            assert reached(database, 20)
            record(ledger, range(5), at)
            assert reached(database, 25)
        finally:
            own.stop()
    assert ended.is_set()
    assert own.failure is None
    assert own.duty is Duty.STOPPED


def reached(conninfo: str, size: int, patience: float = 60) -> bool:
    given_up = threading.Event()
    timer = threading.Timer(patience, given_up.set)
    timer.start()
    try:
        with psycopg.connect(conninfo, autocommit=True) as conn:
            while not given_up.is_set():
                if conn.execute("SELECT size FROM liuhen.checkpoints WHERE size >= %s", (size,)).fetchone():
                    return True
                given_up.wait(0.02)
        return False
    finally:
        timer.cancel()


def test_one_signs_and_the_others_stand_by(database: str, tmp_path: Path) -> None:
    at: dict[object, int] = {}
    first, second = sequencer(database, tmp_path / "a"), sequencer(database, tmp_path / "a")
    with opened(database) as ledger:
        record(ledger, range(3), at)
        first.start()
        assert reached(database, 3)
        with pytest.raises(BusyError):
            second.catch_up()
        second.start()
        try:
            first.stop()
            record(ledger, range(3), at)
            assert reached(database, 6), "the second took over"
            assert second.duty is Duty.ACTIVE
        finally:
            second.stop()


@pytest.fixture
def signed(database: str, tmp_path: Path) -> str:
    at: dict[object, int] = {}
    with opened(database) as ledger:
        record(ledger, [n % 9 for n in range(300)], at)
    sequencer(database, tmp_path, stretch=270).catch_up()
    return database


DISAGREEMENTS = {
    "UPDATE liuhen.events SET state = replace(convert_from(state, 'UTF8'), '进展', '进度')::bytea WHERE position = 290": ("events", 290),
    "UPDATE liuhen.events SET topic = 'other' WHERE position = 200": ("events", 200),
    "UPDATE liuhen.events SET recorded_at = recorded_at - interval '1 day' WHERE position = 299": ("events", 299),
    "DELETE FROM liuhen.events WHERE position = 280": ("events", 280),
    "DELETE FROM liuhen.events WHERE position = 300; UPDATE liuhen.logs SET position = 299": ("head", 300),
    "DELETE FROM liuhen.tiles WHERE level = 0": ("tiles", None),
    "UPDATE liuhen.tiles SET hashes = set_byte(hashes, 1, get_byte(hashes, 1) # 1) WHERE level = 0": ("tiles", None),
    "UPDATE liuhen.right_edges SET hashes[1] = set_byte(hashes[1], 1, get_byte(hashes[1], 1) # 1)": ("root", None),
    "UPDATE liuhen.right_edges SET size = 299": ("edge", None),
    "DELETE FROM liuhen.checkpoints WHERE size = 300": ("checkpoint", None),
    "UPDATE liuhen.checkpoints SET root = set_byte(root, 1, get_byte(root, 1) # 1) WHERE size = 300": ("note", None),
    "UPDATE liuhen.checkpoints SET note = replace(note, '— ', '— x') WHERE size = 300": ("note", None),
    "DELETE FROM liuhen.right_edges": ("edge", None),
    "DELETE FROM liuhen.right_edges; DELETE FROM liuhen.checkpoints; DELETE FROM liuhen.trees": ("kept", 1),
}  # fmt: skip


@pytest.mark.parametrize("statement", DISAGREEMENTS)
def test_it_does_not_start_on_a_tree_that_disagrees_and_says_where(signed: str, tmp_path: Path, statement: str) -> None:
    as_superuser(signed, statement)
    what, position = DISAGREEMENTS[statement]
    with pytest.raises(TreeDisagreesError) as told:
        sequencer(signed, tmp_path).catch_up()
    assert (told.value.what, told.value.position) == (what, position)
    own = sequencer(signed, tmp_path)
    own.start()
    try:
        with opened(signed) as ledger:
            wait = threading.Event()
            while own.failure is None:
                wait.wait(0.01)
            if "DELETE FROM liuhen.events WHERE position = 300" not in statement:
                record(ledger, ["new"], {})
    finally:
        own.stop()
    assert own.failure == str(told.value)
    with psycopg.connect(signed) as conn:
        assert conn.execute("SELECT count(*) FROM liuhen.checkpoints WHERE size > 300").fetchone() == (0,)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE liuhen.events SET topic = 'other' WHERE position = 299", "UPDATE liuhen.right_edges SET hashes[1] = set_byte(hashes[1], 1, get_byte(hashes[1], 1) # 1)"],
)  # fmt: skip
def test_what_changes_while_it_runs_is_noticed(
    signed: str, tmp_path: Path, statement: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("infrastructure.tlog.sequencer.RECHECK_SECONDS", 0.0)
    own = sequencer(signed, tmp_path)
    own.start()
    try:
        wait = threading.Event()
        while own.duty is not Duty.ACTIVE:
            wait.wait(0.01)
        as_superuser(signed, statement)
        while own.failure is None:
            wait.wait(0.01)
    finally:
        own.stop()


def test_an_event_that_no_service_recorded_is_not_signed(signed: str, tmp_path: Path) -> None:
    as_superuser(
        signed,
        "INSERT INTO liuhen.events SELECT log_id, 301, stream_id, 99, stream_kind, topic, state, recorded_at FROM liuhen.events"
        " WHERE position = 5; UPDATE liuhen.logs SET position = 301",
    )
    with pytest.raises(TreeDisagreesError, match="301") as told:
        sequencer(signed, tmp_path).catch_up()
    assert told.value.position == 301


INTEGRATE = (
    "SELECT liuhen.integrate({log}, {start}, {size}, '{{{levels}}}', '{{{indexes}}}', {tiles}, {edge}, {root}, {note})"
)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, None),
        ({"start": 299}, "stands at 300"),
        ({"start": 300, "size": 299}, "cannot go from"),
        ({"size": 302}, "cannot go from"),
        ({"size": "NULL"}, "cannot go from"),
        ({"levels": "0", "indexes": "1", "tiles": f"ARRAY[decode('{'00' * 8192}', 'hex')]"}, "tiles that become full"),
        ({"levels": "0"}, "tiles that become full"),
        ({"edge": "ARRAY['\\x00'::bytea]"}, "no right edge"),
        ({"root": "'\\x00'"}, "does not state"),
        ({"note": "'x'"}, "does not state"),
        ({"log": 5}, "not at"),
        ({"size": 300}, "duplicate key"),
    ],
)
def test_the_database_refuses_what_no_sequencer_may_do(
    signed: str, tmp_path: Path, changed: dict[str, object], said: str | None
) -> None:
    with opened(signed) as ledger:
        record(ledger, ["new"], {})
    size = changed.get("size", 301)
    edge = [b"\0" * 32 * (45 if size == 301 else 44), b"\1" * 32]
    made, key = bytes(32), "AAAA"
    note = Checkpoint(ORIGIN, 301 if not isinstance(size, int) else size, made).text() + f"\n— x {key}\n"
    hexed = ", ".join(f"'\\x{e.hex()}'::bytea" for e in edge)
    told = {"log": LOG, "start": 300, "size": 301, "levels": "", "indexes": "", "tiles": "'{}'::bytea[]",
            "edge": f"ARRAY[{hexed}]", "root": f"'\\x{made.hex()}'", "note": f"'{note}'"} | changed  # fmt: skip
    with psycopg.connect(make_conninfo(signed, user=WRITER)) as conn:
        if said is None:
            conn.execute(INTEGRATE.format(**told).encode())
        else:
            with pytest.raises(psycopg.errors.DatabaseError, match=said):
                conn.execute(INTEGRATE.format(**told).encode())


def test_the_key_and_the_kept_checkpoint_are_private_files(signed: str, tmp_path: Path) -> None:
    for path in (kept_path(tmp_path, LOG), tmp_path / "keys" / f"log-{LOG}.key"):
        assert path.stat().st_mode & 0o077 == 0


def test_sm2_signs_with_its_own_key(database: str, tmp_path: Path) -> None:
    assert sequencer(database, tmp_path, suite=SM3_SM2.name).catch_up() == 0
    assert agreeing(database, tmp_path, SM3_SM2).size == 0
    assert sequencer(database, tmp_path, suite="sha256-ed25519").catch_up() == 0, (
        "the suite stays what it was made with"
    )
    assert stream(1) != stream(2)
