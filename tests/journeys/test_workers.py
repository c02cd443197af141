"""Several workers on one port: all of them answer, a dead one comes again, and all end with the one that keeps them."""

from __future__ import annotations

import os
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx2
import pytest

from api.workers import Workers, WorkersError
from infrastructure.bootstrap import Liuhen
from tests.journeys.test_process import Program
from tests.metrics import Samples, by_worker, samples
from tests.stages import OWNER

UNIT = {"uscc": OWNER, "name": "测试局", "kind": "COUNTY_DEPT", "division": "370323"}
PATIENCE = 60.0


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    program = Program(tmp_path / "data")
    program.environment["LIUHEN_WORKERS"] = "2"
    yield program
    if program.process is not None:
        program.end(signal.SIGKILL)
    if (pid := program.database_pid()) is not None:
        os.kill(pid, signal.SIGQUIT)


def workers_of(program: Program) -> set[int]:
    """Process ids of the keeper's workers."""
    assert program.process is not None
    children = Path(f"/proc/{program.process.pid}/task").glob("*/children")
    found = set()
    for pid in {int(pid) for file in children for pid in file.read_text().split()}:
        with suppress(FileNotFoundError, ProcessLookupError):  # one that was killed is gone at any moment
            if b"api.workers" in Path(f"/proc/{pid}/cmdline").read_bytes():
                found.add(pid)
    return found


def wait_until(true: Callable[[], Any]) -> None:
    for _ in range(int(PATIENCE / 0.05)):
        if true():
            return
        threading.Event().wait(0.05)
    raise AssertionError("it does not come about")


def is_gone(pid: int) -> bool:
    try:
        return "Z" in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return True


def test_a_dead_worker_comes_again_and_all_end_together(program: Program) -> None:
    program.start()
    workers = workers_of(program)
    assert len(workers) == 2
    assert program.ask("POST", "/units", {"happened_on": "2018-10-01", "act": UNIT}, "u").status_code == 201
    killed = min(workers)
    os.kill(killed, signal.SIGKILL)
    wait_until(lambda: len(workers_of(program) - {killed}) == 2)
    # Whichever worker is asked, also the one that comes new, gives the answer of the first time, and all are ready.
    for _ in range(12):
        again = program.ask("POST", "/units", {"happened_on": "2018-10-01", "act": UNIT}, "u")
        assert (again.status_code, again.json()["events"][0]["position"]) == (201, 1)
    wait_until(lambda: httpx2.get(f"{program.address}/readyz", timeout=30).json()["ready"])
    workers = workers_of(program)
    assert program.end(signal.SIGINT) == 0
    assert all(is_gone(pid) for pid in workers)
    assert program.database_pid() is None


def test_one_worker_may_answer_while_its_keeper_makes_the_views(program: Program) -> None:
    """What is recorded by the one is soon to be read in the views that the other makes, and both end together."""
    program.environment |= {"LIUHEN_WORKERS": "1", "LIUHEN_VIEWS_APART": "true"}
    program.start()
    (worker,) = workers_of(program)
    done = program.ask("POST", "/units", {"happened_on": "2018-10-01", "act": UNIT}, "u").json()
    position = done["events"][-1]["position"]
    found = program.ask("GET", f"/register/units?min_position={position}").json()
    assert [u["uscc"] for u in found["items"]] == [OWNER]
    status = program.ask("GET", "/projections").json()
    assert not any(view["active_here"] for view in status)
    assert program.end(signal.SIGINT) == 0
    assert is_gone(worker)


def test_workers_do_not_outlive_their_keeper(program: Program) -> None:
    program.start()
    workers = workers_of(program)
    program.end(signal.SIGKILL)
    wait_until(lambda: all(is_gone(pid) for pid in workers))


def test_a_worker_that_does_not_start_ends_the_service_loudly(liuhen: Liuhen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.workers.sys.executable", "/bin/false")
    liuhen.settings.port = 0
    with pytest.raises(WorkersError, match="exit code 1"):
        Workers(liuhen, 2).run(lambda: pytest.fail("it is not ready"))


def asked(program: Program) -> Samples:
    return samples(httpx2.get(f"{program.address}/metrics", timeout=30).text)


def test_two_workers_are_told_of_by_either(program: Program) -> None:
    program.start()
    assert program.ask("POST", "/units", {"happened_on": "2018-10-01", "act": UNIT}, "u").status_code == 201
    seen: Counter[int] = Counter()
    for n in range(40):  # each on a line of its own, which the system gives to either worker
        seen[httpx2.get(f"{program.address}/v1/register/units", timeout=30).status_code] += 1
        seen[program.ask("POST", "/units", {"happened_on": "x", "act": UNIT}, f"faulty-{n}").status_code] += 1
    assert seen == {401: 40, 422: 40}
    for _ in range(12):
        found = asked(program)
        for status in (401, 422):
            told = by_worker(found, "liuhen_answers_total", status=str(status))
            assert sum(told.values()) == 40
            assert set(told) == {"0", "1"}, "both have answered"
        assert sum(by_worker(found, "liuhen_problems_total", type="not-authenticated").values()) == 40
        assert sum(by_worker(found, "liuhen_problems_total", type="bad-request-body").values()) == 40
        assert sum(by_worker(found, "liuhen_answers_total", status="201").values()) == 1
        assert sum(by_worker(found, "liuhen_commit_seconds_count").values()) == 1
        assert by_worker(found, "liuhen_worker_starts_total") == {"0": 1, "1": 1, "keeper": 1}
    # What the keeper does for the views is told as well; it is counted when its page is done.
    wait_until(lambda: by_worker(asked(program), "liuhen_view_events_total")["keeper"] == 1)
    assert by_worker(asked(program), "liuhen_view_active", view="register") == {"0": 0, "1": 0, "keeper": 1}
    # A worker that dies takes no counts with it, and its successor goes on where it was.
    killed = min(workers_of(program))
    os.kill(killed, signal.SIGKILL)
    wait_until(lambda: len(workers_of(program) - {killed}) == 2)
    wait_until(lambda: sum(by_worker(asked(program), "liuhen_worker_starts_total").values()) == 4)
    found = asked(program)
    assert sum(by_worker(found, "liuhen_answers_total", status="401").values()) == 40
    present = by_worker(found, "liuhen_requests_present")
    assert sum(present.values()) == 1, "the one that asks"
