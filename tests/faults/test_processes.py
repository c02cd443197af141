"""Several processes on one database: one order of all saves, no gap, and no decision on what had moved."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from tests.conftest import NewDatabase
from tests.faults import appending
from tests.faults.history import Operation, violations
from tests.faults.recording import marked_log

THREADS, EACH = 16, 8


def history(conninfo: str, way: str = "right", threads: int = THREADS) -> list[Operation]:
    """Two processes at once, each with so many threads on the same three streams."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.faults.appending", conninfo, name, str(threads), str(EACH), way],
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        for name in ("p", "q")
    ]
    told = [process.communicate(timeout=180)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    operations = [operation for lines in told for operation in appending.read(lines)]
    assert len(operations) == 2 * threads * EACH
    return operations


def test_two_processes_of_sixteen_threads_come_to_one_order(debian: str, new_database: NewDatabase) -> None:
    """Every event says what its decision had read, in its stream and in another."""
    conninfo = new_database(debian)
    operations = history(conninfo)
    log = marked_log(conninfo)
    assert violations(operations, log) == []
    turns = sum(one.mark[0] != other.mark[0] for one, other in pairwise(log))
    assert turns > 10, "the processes did not work at once: the test is void"


@pytest.mark.parametrize(("way", "told"), [("without versions", "lost update"), ("without guards", "had moved on")])
def test_a_check_that_is_left_out_is_found_out(embedded: str, new_database: NewDatabase, way: str, told: str) -> None:
    conninfo = new_database(embedded)
    operations = history(conninfo, way, threads=6)
    assert any(told in violation for violation in violations(operations, marked_log(conninfo)))
