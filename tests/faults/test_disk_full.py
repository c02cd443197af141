"""A disk fills up (F4): clear answers, nothing half recorded, reading goes on, and it goes on by itself afterwards."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.main import create_app
from domain.recorded import Role
from infrastructure.bootstrap import Liuhen, wired
from infrastructure.doctor import State, examine
from infrastructure.issuer import Holder, Issuer
from infrastructure.settings import Settings
from infrastructure.store.batch_writer import BatchWriter
from tests.api.conftest import PROJECT, Client
from tests.faults import wrong_services
from tests.faults.crash import UNIT
from tests.faults.deployment import logged, places
from tests.faults.disks import Ballast, small_disk
from tests.faults.history import Operation, Outcome, violations
from tests.faults.servers import Cluster, cluster, give, own_folder

ROOM = 256 * 1024
"""Bytes that the ballast leaves: some dozens of events."""


@contextmanager
def department(server: Cluster, folder: Path) -> Iterator[tuple[Client, Liuhen]]:
    """A department's program before the service, which gives up soon."""
    settings = Settings(data_dir=folder, database_url=server.conninfo(), poll_seconds=0.2)
    with wired(settings, server.conninfo()) as liuhen:
        liuhen.ledger._ledger_recorder._writer._give_up_after = 2.0
        liuhen.ledger.recorder_pool.timeout = 1.0
        issuer = Issuer(folder)
        with TestClient(create_app(liuhen, issuer), raise_server_exceptions=False) as http:
            yield Client(http, issuer.issue(Holder("c", "测试", frozenset(Role)), days=1)), liuhen


class Reporting:
    """Progress reports of a project, with what was told of each."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.operations: list[Operation] = []
        for path, act in (("/units", UNIT["act"]), ("/projects", PROJECT)):
            mark = f"begin-{path[1:]}"
            answer = client.post(path, "2019-01-05", act, headers={"X-Request-ID": mark, "Idempotency-Key": mark})
            assert answer.status_code == 201, answer.text
            self._note(mark, Outcome.OK, answer.json())
        self.project = answer.json()["subject"]

    def _note(self, mark: str, outcome: Outcome, body: Any) -> None:
        told = places(body) if outcome is Outcome.OK else ()
        now = time.monotonic_ns()
        self.operations = [o for o in self.operations if o.mark != mark]
        self.operations.append(Operation(mark, outcome, now, now, told, max(1, len(told))))

    def report(self, number: int) -> Any:
        """A report of 4,000 characters that do not compress; the same for a number each time."""
        mark, chance = f"report-{number}", random.Random(number)
        text = "".join(chr(chance.randrange(0x4E00, 0x9FA5)) for _ in range(4000))
        answer = self._client.post(
            f"/projects/{self.project}/progress", "2019-03-01", {"percent": 1, "summary": text},
            headers={"X-Request-ID": mark, "Idempotency-Key": mark},
        )  # fmt: skip
        kind = answer.json().get("type", "")
        outcome = Outcome.OK if answer.status_code == 201 else Outcome.FAIL
        self._note(mark, Outcome.UNKNOWN if kind == "/problems/outcome-unknown" else outcome, answer.json())
        return answer

    def until_refused(self, first: int) -> tuple[int, Any]:
        """Report until it is not acknowledged any more."""
        for number in range(first, first + 2000):
            answer = self.report(number)
            if answer.status_code != 201:
                assert answer.status_code == 503, answer.text
                assert answer.headers["retry-after"]
                assert answer.headers["content-type"] == "application/problem+json"
                return number, answer
        raise AssertionError("the disk does not fill up")

    def acknowledged(self) -> list[str]:
        return [o.mark for o in self.operations if o.outcome is Outcome.OK and o.mark.startswith("report")]

    def shown(self) -> list[str]:
        """The reports as the service shows them."""
        answer = self._client.get(f"/projects/{self.project}/history")
        assert answer.status_code == 200, answer.text
        return [e["correlation"] for e in answer.json()["events"] if e["topic"] == "project.progress_reported"]


def sound(server: Cluster, reporting: Reporting) -> None:
    assert violations(reporting.operations, logged(server.conninfo())) == []
    found = {f.name: f for f in examine(Settings(database_url=server.conninfo()), server.conninfo())}
    for name in ("head", "positions", "stream_heads", "recorded_at", "requests"):
        assert found[name].state is State.OK, found[name]


def test_a_full_data_disk_refuses_reads_on_and_goes_on(tmp_path: Path) -> None:
    with own_folder() as folder, small_disk(folder / "small", 160) as disk:
        give(disk)
        with cluster(folder, "server", disk / "data") as server:
            server.make("-X", folder / "wal")
            server.start(checkpoint_timeout="1h")
            with department(server, tmp_path) as (client, liuhen):
                reporting = Reporting(client)
                liuhen.engine.start()
                ballast = Ballast(disk, ROOM)
                number, refused = reporting.until_refused(0)
                assert refused.json()["type"] == "/problems/busy", "the server says itself that it cannot"
                assert reporting.shown() == reporting.acknowledged()
                assert client.http.get("/livez").status_code == 200
                ballast.remove()
                assert reporting.report(number).status_code == 201
                for n in range(number + 1, number + 30):
                    assert reporting.report(n).status_code == 201
                liuhen.engine.stop()
                assert reporting.shown() == reporting.acknowledged()
                sound(server, reporting)


def test_a_full_disk_of_the_log_stops_the_server_and_loses_nothing(tmp_path: Path) -> None:
    """PostgreSQL cannot go on without its log: it goes down, and is back when there is room and it is started."""
    with own_folder() as folder, small_disk(folder / "small", 48) as disk:
        give(disk)
        with cluster(folder, "server") as server:
            server.make("-X", disk / "wal")
            server.start(checkpoint_timeout="1h", wal_recycle="off")
            with department(server, tmp_path) as (client, _):
                reporting = Reporting(client)
                ballast = Ballast(disk, ROOM)
                number, _ = reporting.until_refused(0)
                server.wait_until_it_ends()
                assert "PANIC" in server.said()
                assert client.http.get("/livez").status_code == 200
                assert reporting.report(number).status_code == 503
                ballast.remove()
                server.stop(signal.SIGKILL)
                server.start()
                assert reporting.report(number).status_code == 201, "the same service, with the same key"
                assert reporting.report(number + 1).status_code == 201
                assert reporting.shown() == reporting.acknowledged()
                sound(server, reporting)


def test_a_writer_that_takes_a_full_disk_for_success_is_found_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tests above bite."""
    monkeypatch.setattr(BatchWriter, "_send", BatchWriter._send)  # put back afterwards
    with own_folder() as folder, small_disk(folder / "small", 160) as disk:
        give(disk)
        with cluster(folder, "server", disk / "data") as server:
            server.make("-X", folder / "wal")
            server.start(checkpoint_timeout="1h")
            with department(server, tmp_path) as (client, _):
                reporting = Reporting(client)
                wrong_services.takes_failures_for_success()
                ballast = Ballast(disk, ROOM)
                for number in range(200):
                    answer = reporting.report(number)
                    if answer.status_code != 201 or places(answer.json())[0].position >= wrong_services.MADE_UP:
                        break
                ballast.remove()
                found = violations(reporting.operations, logged(server.conninfo()))
    assert any("acknowledged and lost" in told for told in found)


def test_the_ballast_takes_the_room(tmp_path: Path) -> None:
    with small_disk(tmp_path / "small", 4) as disk:
        Ballast(disk, 0)
        with pytest.raises(OSError, match="No space left"):
            (disk / "more").write_bytes(b"x" * 65536)
