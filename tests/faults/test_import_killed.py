"""The service is killed while it records a file (F1): the job goes on, each row is recorded once, the report is whole.

It is killed where it hurts most: the rows of a chunk are in the log, and nobody has been told so yet.
"""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import psycopg
import pytest

from api.import_runner import ROWS_AT_ONCE
from infrastructure.importing.jobs import LEASE
from infrastructure.importing.tables import CSV
from tests.faults.crash import Seen, begin
from tests.faults.deployment import ANSWER_SECONDS, Database, Service, running
from tests.faults.load import processes
from tests.journeys.test_workers import is_gone, wait_until

ROWS = 4 * ROWS_AT_ONCE + 50
PLAN = {
    "path": "/v1/projects/{project}/progress",
    "happened_on": "2019-03-01",
    "act": {"percent": 10, "summary": "{row}"},
}


class Sender:
    """Whoever sends a file of reports on a project, and asks what became of it."""

    def __init__(self, service: Service, name: str, project: str) -> None:
        self._service = service
        self.rows = [f"{name}-{n:04d}" for n in range(ROWS)]
        self._content = "row,project\n" + "".join(f"{row},{project}\n" for row in self.rows)

    def send(self, key: str) -> str:
        """The job."""
        query = urlencode({"file_name": "reports.csv", "plan": json.dumps(PLAN)})
        headers = {"Content-Type": CSV, "Idempotency-Key": key}
        return str(json.loads(self._ask(f"?{query}", self._content.encode(), headers))["id"])

    def job(self, job: str) -> Any:
        return json.loads(self._ask(f"/{job}"))

    def report(self, job: str) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self._ask(f"/{job}/report.csv").decode("utf-8-sig"))))

    def _ask(self, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> bytes:
        host, port = self._service.address
        given = {"Authorization": f"Bearer {self._service.token}", **(headers or {})}
        request = Request(f"http://{host}:{port}/v1/import-jobs{path}", body, given)
        with urlopen(request, timeout=ANSWER_SECONDS) as answer:
            content: bytes = answer.read()
        return content


def times_recorded(database: Database, rows: Sequence[str]) -> Counter[str]:
    """How often each row is in the log."""
    with psycopg.connect(database.conninfo) as conn:
        found = conn.execute("SELECT state FROM liuhen.events WHERE topic = 'project.progress_reported'").fetchall()
    told = Counter(json.loads(state)["e"]["summary"] for (state,) in found)
    return Counter({row: told[row] for row in rows if told[row]})


@contextmanager
def recorded_and_not_told(database: Database, sender: Sender, job: str) -> Iterator[None]:
    """In the block, rows of a chunk are in the log, and what came of them cannot be kept."""
    with psycopg.connect(database.conninfo) as conn:
        done = 0
        while done < ROWS_AT_ONCE:
            conn.rollback()
            threading.Event().wait(0.002)
            row = conn.execute("SELECT done FROM liuhen.import_jobs WHERE id = %s FOR UPDATE", (job,)).fetchone()
            done = row[0] if row else 0
        assert done < ROWS, "the file is done: the test is void"
        wait_until(lambda: times_recorded(database, sender.rows).total() > done)
        yield
        conn.rollback()


def kill(service: Service, database: Database, victim: str) -> None:
    """Both workers, which their keeper starts again; or the keeper, too."""
    workers = [pid for pid, name in processes(service, database).items() if name.startswith("worker")]
    assert len(workers) == 2
    if victim == "service":
        service.end(signal.SIGKILL)
    for pid in workers:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    wait_until(lambda: all(is_gone(pid) for pid in workers))


@dataclass
class Told:
    """What came of a file whose service was killed, and of the same file sent once more."""

    recorded: Counter[str]
    rows: list[str]
    job: Any
    report: list[dict[str, str]]
    again: Any


def killed_in_the_midst(database: Database, service: Service, victim: str, wrong: str | None = None) -> Told:
    project, *_ = begin(service, f"of-{victim}", Seen())
    sender = Sender(service, victim, project)
    job = sender.send(f"{victim}-first")
    with recorded_and_not_told(database, sender, job):
        kill(service, database, victim)
    with psycopg.connect(database.conninfo) as conn:  # time goes by
        conn.execute("UPDATE liuhen.import_jobs SET lease_until = lease_until - %s WHERE id = %s", (LEASE, job))
    if victim == "service":
        service.start(wrong)
    wait_until(lambda: sender.job(job)["state"] != "RUNNING")
    told = sender.job(job), sender.report(job)
    assert sender.send(f"{victim}-first") == job
    again = sender.send(f"{victim}-second")
    wait_until(lambda: sender.job(again)["state"] == "DONE")
    return Told(times_recorded(database, sender.rows), sender.rows, *told, sender.job(again))


@pytest.fixture(scope="module")
def two_workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Database, Service]]:
    with running(tmp_path_factory.mktemp("import"), LIUHEN_WORKERS="2") as both:
        yield both


@pytest.mark.parametrize("victim", ["workers", "service"])
def test_the_job_goes_on_and_each_row_is_recorded_once(two_workers: tuple[Database, Service], victim: str) -> None:
    told = killed_in_the_midst(*two_workers, victim)
    assert told.recorded == Counter(told.rows)
    assert [told.job[n] for n in ("state", "total", "done", "recorded", "faulty")] == ["DONE", ROWS, ROWS, ROWS, 0]
    assert [row["row"] for row in told.report] == told.rows
    assert {row["结果 result"] for row in told.report} == {"已记录 recorded"}
    assert len({row["位置 position"] for row in told.report}) == ROWS
    assert [told.again[n] for n in ("done", "repeated", "recorded")] == [ROWS, ROWS, 0]


def test_a_service_that_forgets_keys_is_found_out(tmp_path: Path) -> None:
    with running(tmp_path, wrong="forgets_keys", LIUHEN_WORKERS="2") as (database, service):
        told = killed_in_the_midst(database, service, "service", "forgets_keys")
    assert max(told.recorded.values()) > 1
