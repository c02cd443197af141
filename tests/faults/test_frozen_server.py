"""A server that stops running while its lines stay open: answers come all the same, and say that it is down."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from api.routes import health
from infrastructure.store import connections
from tests.faults.servers import Cluster, cluster, own_folder
from tests.faults.test_disk_full import Reporting, department, sound
from tests.saves import PATIENCE

SOON = 0.3
"""Seconds that a server is waited for here."""


@pytest.fixture(scope="module")
def server() -> Iterator[Cluster]:
    with own_folder() as folder, cluster(folder, "server") as server:
        server.make()
        server.start()
        yield server


@pytest.fixture(autouse=True)
def impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "READ_SECONDS", SOON)
    monkeypatch.setattr(health, "_PATIENCE", SOON)
    monkeypatch.setattr(connections, "LONGEST_CHECK", SOON)
    monkeypatch.setattr(connections, "LONGEST_WAIT", SOON)
    monkeypatch.setitem(connections.DEAD_LINES, "connect_timeout", 2)  # seconds: the least that libpq knows


@contextmanager
def frozen(server: Cluster) -> Iterator[None]:
    server.signal_all(signal.SIGSTOP)
    try:
        yield
    finally:
        server.signal_all(signal.SIGCONT)


def test_while_the_server_is_frozen_all_is_answered_and_afterwards_all_goes_on(server: Cluster, tmp_path: Path) -> None:
    with department(server, tmp_path) as (client, liuhen):
        reporting = Reporting(client)
        liuhen.engine.start()
        assert reporting.report(0).status_code == 201
        project = f"/projects/{reporting.project}"
        with frozen(server):
            refused = reporting.report(1)
            assert refused.json()["type"] in {"/problems/busy", "/problems/outcome-unknown"}
            reads = [client.get(path) for path in ("/register/projects", f"{project}/history")]
            for answer in (refused, *reads):
                assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
                assert answer.headers["retry-after"]
            assert client.http.get("/livez").status_code == 200
            assert client.http.get("/readyz").status_code == 503
        assert reporting.report(1).status_code == 201, "the same report, with the same key"
        assert reporting.report(2).status_code == 201
        assert reporting.shown() == reporting.acknowledged() == ["report-0", "report-1", "report-2"]
        liuhen.engine.stop()
        sound(server, reporting)


def test_a_view_that_is_being_read_when_the_server_freezes_is_answered(server: Cluster, tmp_path: Path) -> None:
    with department(server, tmp_path) as (client, liuhen), ThreadPoolExecutor(1) as reader:
        liuhen.engine.catch_up()
        with psycopg.connect(server.conninfo()) as locking:
            schema = liuhen.engine.schema("register", locking)
            locking.execute(f"LOCK TABLE {schema}.projects IN ACCESS EXCLUSIVE MODE".encode())
            reading = reader.submit(client.get, "/register/projects")
            until_somebody_waits(server)
            with frozen(server):
                answer = reading.result(PATIENCE)
        assert (answer.status_code, answer.json()["type"]) == (503, "/problems/busy")
        assert client.get("/register/projects").status_code == 200


def until_somebody_waits(server: Cluster) -> None:
    for _ in range(int(PATIENCE / 0.02)):
        if server.value("SELECT count(*) FROM pg_locks WHERE NOT granted"):
            return
        threading.Event().wait(0.02)
    raise AssertionError("nobody waits for the table")
