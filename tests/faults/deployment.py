"""A database server and the service as processes of their own, to be killed and started again."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from domain.recorded import Role
from infrastructure.embedded_postgres import EmbeddedPostgres
from infrastructure.issuer import Holder, Issuer
from tests.faults.history import Logged, Place

LOG = 370323
ANSWER_SECONDS = 60.0
"""Longer than any answer takes: who waits that long was forgotten."""


class Database:
    """The embedded server as somebody else runs it; the service only knows its address."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server = EmbeddedPostgres(folder)

    @property
    def conninfo(self) -> str:
        return self._server.conninfo

    def start(self) -> None:
        self._server = EmbeddedPostgres(self._folder)
        self._server.start()

    def pid(self) -> int:
        """Of the process that all others of it come from."""
        pid = self._server._server_pid()
        assert pid is not None
        return pid

    def kill(self) -> None:
        """SIGKILL. Its other processes notice it and end."""
        os.kill(self.pid(), signal.SIGKILL)
        self._server.stop()

    def stop(self) -> None:
        self._server.stop()


class Service:
    """`liuhen serve`, or a version of it that is wrong on purpose."""

    def __init__(self, folder: Path, database_url: str, **settings: str) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._environment = {
            **os.environ,
            "LIUHEN_DATA_DIR": str(folder),
            "LIUHEN_DATABASE_URL": database_url,
            "LIUHEN_PORT": "0",
            "LIUHEN_RATE_LIMIT": "0",  # one account stands for all clients here
            "PYTHONUNBUFFERED": "1",
            **settings,
        }
        self.process: subprocess.Popen[str] | None = None
        self.address = ("127.0.0.1", 0)
        self.token = Issuer(folder).issue(Holder("client", "测试", frozenset(Role)), days=1)

    def start(self, wrong: str | None = None) -> None:
        """Start it and wait for its address; `wrong` names a function of tests/faults/wrong_services.py."""
        wrongs = f"wrong_services.{wrong}(); wrong_services.in_workers('{wrong}')"
        first = f"from tests.faults import wrong_services; {wrongs}; " if wrong else ""
        program = f"{first}import sys; sys.argv = ['liuhen', 'serve']; from api.cli import main; main()"
        with (self.folder / "service.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", program], env=self._environment, stdout=subprocess.PIPE, stderr=log, text=True,
                cwd=Path(__file__).parents[2],
            )  # fmt: skip
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if found := re.search(r"http://127\.0\.0\.1:(\d+)$", line.strip()):
                self.address = ("127.0.0.1", int(found[1]))
                return
        raise AssertionError(f"the service did not start: {(self.folder / 'service.log').read_text()[-2000:]}")

    def end(self, how: signal.Signals) -> None:
        if self.process is None:
            return
        self.process.send_signal(how)
        self.process.wait(timeout=ANSWER_SECONDS)
        assert self.process.stdout is not None
        self.process.stdout.close()
        self.process = None

    def resident_bytes(self) -> int:
        """Memory that the service holds now."""
        assert self.process is not None
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8")
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        assert found is not None
        return int(found[1]) * 1024


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    body: Any
    headers: dict[str, str]


class Line:
    """A keep-alive connection of one client. Raises OSError or http.client.HTTPException when it breaks."""

    def __init__(self, service: Service, seconds: float = ANSWER_SECONDS) -> None:
        self._service = service
        self._seconds = seconds
        self._connection: http.client.HTTPConnection | None = None
        self._address = service.address

    def ask(self, method: str, path: str, body: Any = None, *, mark: str = "", key: str | None = None) -> Answer:
        if self._connection is None or self._address != self._service.address:
            self._address = self._service.address
            self._connection = http.client.HTTPConnection(*self._address, timeout=self._seconds)
        headers = {"Authorization": f"Bearer {self._service.token}", "Content-Type": "application/json"}
        headers |= {"X-Request-ID": mark} if mark else {}
        headers |= {"Idempotency-Key": key, "If-Match": "*"} if key else {}
        try:
            self._connection.request(method, path, json.dumps(body) if body is not None else None, headers)
            response = self._connection.getresponse()
            content = response.read()
        except (OSError, http.client.HTTPException):
            self.close()
            raise
        return Answer(response.status, json.loads(content or "null"), {k.lower(): v for k, v in response.getheaders()})

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def places(body: Any) -> tuple[Place, ...]:
    """Where an answer says that the events of an act stand."""
    return tuple(Place(e["position"], e["stream_id"], e["version"]) for e in body["events"])


def logged(conninfo: str, after: int = 0) -> list[Logged]:
    """The log as the database holds it. An event's mark is the id of the request that recorded it first."""
    with psycopg.connect(conninfo) as conn:
        rows = conn.execute(
            "SELECT position, stream_id::text, stream_version, state FROM liuhen.events"
            " WHERE log_id = %s AND position > %s ORDER BY position",
            (LOG, after),
        ).fetchall()
    return [Logged(Place(*place), json.loads(state)["c"]["correlation"]) for *place, state in rows]


@contextmanager
def running(folder: Path, *, wrong: str | None = None, **settings: str) -> Iterator[tuple[Database, Service]]:
    """Database and service, both ended with the block whatever happened to them."""
    database = Database(folder / "database")
    database.start()
    try:
        service = Service(folder / "service", database.conninfo, **settings)
        try:
            service.start(wrong)
            yield database, service
        finally:
            service.end(signal.SIGKILL)
    finally:
        database.stop()
