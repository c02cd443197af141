"""Many clients at once, on several workers: nothing fails but by documented back-pressure, and nothing is lost (F10, F20).

`python -m tests.faults.load` does it with two hundred clients for three minutes (docs/performance.md).
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.faults.load import FLAT, MOST_FILES, Form, Sample, growing, load

SEED = 7
FORM = Form(
    clients=20,
    seconds=4.0,
    workers=2,
    crowd=10,
    settings={"LIUHEN_RATE_LIMIT": "90", "LIUHEN_MOST_REQUESTS": "6"},
)
"""So little room that both kinds of back-pressure come."""


def test_a_crowd_meets_nothing_but_documented_back_pressure(tmp_path: Path) -> None:
    print(f"seed {SEED}")
    run = load(tmp_path, FORM, SEED)
    assert run.wrong == []
    told = json.loads(run.line())
    assert {"200", "201", "429", "503"} <= set(told["answers"])
    assert told["acknowledged"] > FORM.clients
    assert any("too-many-requests" in kind for kind in told["told_to_come_again"])
    assert any("busy" in kind for kind in told["told_to_come_again"])
    assert set(told["memory"]) == {"keeper", "worker 1", "worker 2", "signing", "database"}


@pytest.mark.parametrize(
    ("wrong", "found"),
    [
        ("loses_a_save", "acknowledged and lost"),
        ("forgets_keys", "sent again, answered"),
        ("hides_when_to_come_again", "without saying when to come again"),
    ],
)
def test_a_service_that_is_wrong_is_found_out(tmp_path: Path, wrong: str, found: str) -> None:
    print(f"seed {SEED}")
    room = {"LIUHEN_MOST_REQUESTS": "4"} if wrong == "hides_when_to_come_again" else {}
    run = load(tmp_path, Form(clients=16, seconds=3.0, workers=2, crowd=0, settings=room), SEED, wrong)
    assert [told for told in run.wrong if found in told], run.wrong[:10]


def samples(*mib: float, files: int = 40, more: float = 0.0) -> list[Sample]:
    """One a second."""
    return [Sample(n, int(m * 2**20), int(files + more * n)) for n, m in enumerate(mib)]


def test_memory_that_settles_is_flat() -> None:
    """It grows while caches fill, and goes up and down afterwards."""
    filling = [100 + n for n in range(60)]
    assert growing({"worker 1": samples(*filling, *(160 + n % 3 for n in range(120)))}) == []


def test_memory_that_goes_on_growing_is_told() -> None:
    per_second = 160 * FLAT * 1.5 / 60
    (told,) = growing({"worker 1": samples(*(160 + n * per_second for n in range(180)))})
    assert "worker 1 grows by" in told


def test_files_that_are_left_open_are_told() -> None:
    (told,) = growing({"keeper": samples(*[100] * 180, more=MOST_FILES / 80)})
    assert "more files open" in told
