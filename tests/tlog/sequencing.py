"""A log that is recorded and signed, for the tests of the sequencer, the audit and the drill."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import psycopg

from application.ports import NewEvent
from infrastructure.bootstrap import service_login
from infrastructure.settings import Settings
from infrastructure.store.ledger import EventLedger
from infrastructure.tlog.agreement import check_agreement
from infrastructure.tlog.kept_checkpoint import KeptCheckpoint, kept_path
from infrastructure.tlog.note import Verifier
from infrastructure.tlog.operator_key import OperatorKeys, operator_keys, operator_verifiers
from infrastructure.tlog.sequencer import Sequencer
from infrastructure.tlog.store import Tree
from infrastructure.tlog.suite import Suite
from infrastructure.tlog.tiles import RightEdge
from tests.infrastructure.test_ledger import LOG, event

ORIGIN = "liuhen.local/log/370323"


def stream(name: object) -> UUID:
    return uuid5(UUID(int=1), str(name))


def record(ledger: EventLedger, streams: Sequence[object], at: dict[object, int]) -> None:
    """One event in each stream, in one save each; `at` holds their versions."""
    events: list[NewEvent] = []
    for name in streams:
        at[name] = at.get(name, 0) + 1
        events.append(event(stream(name), at[name], at[name] % 100))
    for start in range(0, len(events), 50):
        ledger.record(events[start : start + 50])


def sequencer(
    conninfo: str,
    folder: Path,
    *,
    suite: str = "sha256-ed25519",
    stretch: int = 65_536,
    at: Callable[[str], None] = lambda step: None,
) -> Sequencer:
    """A sequencer of the tests' log, as the service makes one."""

    def keys(tree: Tree) -> OperatorKeys:
        return operator_keys(folder, LOG, tree.origin, tree.suite)

    return Sequencer(
        service_login(Settings(database_url=conninfo), conninfo),
        LOG,
        suite=suite,
        origin=ORIGIN,
        keys=keys,
        kept=KeptCheckpoint(kept_path(folder, LOG)),
        stretch=stretch,
        round_seconds=0.02,
        at=at,
    )


def agreeing(conninfo: str, folder: Path, suite: Suite) -> RightEdge:
    """The edge of a tree that agrees with everything. Raises TreeDisagreesError."""
    with psycopg.connect(conninfo, autocommit=True) as conn:
        kept = KeptCheckpoint(kept_path(folder, LOG)).read()
        return check_agreement(conn, LOG, Tree(suite, ORIGIN), operator_verifiers(folder, LOG), kept)


def keys_of(folder: Path) -> list[Verifier]:
    return operator_verifiers(folder, LOG)


def as_superuser(conninfo: str, *statements: str) -> Any:
    """Do as an administrator may: with all triggers off."""
    tables = ("events", "requests", "trees", "tiles", "checkpoints", "cosignatures")
    with psycopg.connect(conninfo, autocommit=True) as conn:
        for table in tables:
            conn.execute(f"ALTER TABLE liuhen.{table} DISABLE TRIGGER USER".encode())
        result = None
        for statement in statements:
            done = conn.execute(statement.encode())
            result = done.fetchone() if done.description else None
        for table in tables:
            conn.execute(f"ALTER TABLE liuhen.{table} ENABLE ALWAYS TRIGGER {table}_are_final".encode())
        return result
