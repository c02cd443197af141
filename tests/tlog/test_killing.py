"""A hundred sequencers are killed at random points: one root for each size, and it always comes to the end."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from infrastructure.tlog.suite import SHA256_ED25519
from infrastructure.tlog.tree import root
from tests.tlog.killing import kill_rounds
from tests.tlog.sequencing import agreeing
from tests.tlog.test_sequencer import entries_by_hand


def test_killed_a_hundred_times_there_is_one_root_for_each_size(database: str, tmp_path: Path) -> None:
    seen = kill_rounds(database, tmp_path, kills=100, seed=5)
    assert (seen.killed, seen.complaints, seen.forked) == (100, [], [])
    hashes = SHA256_ED25519.leaf_hashes(entries_by_hand(database, SHA256_ED25519))
    assert agreeing(database, tmp_path, SHA256_ED25519).size == len(hashes) == max(seen.roots)
    for size, roots in seen.roots.items():
        assert roots == {root(SHA256_ED25519, hashes[:size])}, "what was signed is not the tree of the events"
    with psycopg.connect(database) as conn:
        stored = conn.execute("SELECT count(*) FROM liuhen.checkpoints").fetchone()
    assert stored is not None
    assert 10 < stored[0] <= len(seen.roots)


@pytest.mark.parametrize("wrong", ["torn", "forgetful"])
def test_a_wrong_sequencer_is_found_out(database: str, tmp_path: Path, wrong: str) -> None:
    seen = kill_rounds(database, tmp_path, kills=100, seed=5, wrong=wrong)
    assert seen.complaints or seen.forked, "killing it so did not show what is wrong with it"
