"""Killed at any moment, service and database lose nothing that was acknowledged, and double nothing (F1, F2)."""

from __future__ import annotations

import signal
from pathlib import Path

from tests.faults.crash import rounds
from tests.faults.deployment import logged, running
from tests.faults.history import Outcome, violations

SEED = 1


def test_nothing_is_lost_or_doubled_whoever_is_killed(tmp_path: Path) -> None:
    """A few rounds; `make faults` runs a hundred."""
    print(f"seed {SEED}")
    with running(tmp_path) as (database, service):
        seen = rounds(database, service, number=6, seed=SEED)
        assert violations(seen.operations, logged(database.conninfo), seen.looks) == []
        service.end(signal.SIGTERM)
    assert seen.counts["resolved by key"], "no kill met a request on its way: the test is void"
    assert {o.outcome for o in seen.operations} >= {Outcome.OK, Outcome.FAIL}


def test_a_service_that_answers_before_the_commit_is_found_out(tmp_path: Path) -> None:
    with running(tmp_path, wrong="answers_before_the_commit") as (database, service):
        seen = rounds(database, service, number=1, seed=SEED, kill=False)
        service.end(signal.SIGKILL)
        found = violations(seen.operations, logged(database.conninfo))
    assert any("acknowledged and lost" in told for told in found)


def test_answers_that_are_lost_double_nothing_unless_the_key_is_another_each_time(tmp_path: Path) -> None:
    with running(tmp_path, wrong="loses_answers") as (database, service):
        seen = rounds(database, service, number=2, seed=SEED, kill=False)
        log = logged(database.conninfo)
        assert violations(seen.operations, log, seen.looks) == []
        assert seen.counts["resolved by key"]
        without = rounds(database, service, number=2, seed=SEED + 1, kill=False, with_keys=False)
        found = violations([*seen.operations, *without.operations], logged(database.conninfo))
    assert any("more than once" in told for told in found)
