"""Clients post acts while service, database or both are killed at moments that a seed decides.

    python -m tests.faults.crash --rounds 100 --seed 1

Every act has a key; one whose answer did not come is sent again with its key until it is answered. After
the last round the log is read past the service and held against all that the clients saw.
"""

from __future__ import annotations

import argparse
import http.client
import random
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from tests.api.conftest import PROJECT
from tests.faults.deployment import Answer, Database, Line, Service, logged, places, running
from tests.faults.history import Look, Operation, Outcome, violations
from tests.stages import OWNER

VICTIMS = (("service",), ("database",), ("service", "database"), ("database", "service"))
LATEST_KILL = 0.4
"""Seconds after the clients are at work again."""
PROJECTS = 3
UNIT: dict[str, Any] = {
    "happened_on": "2018-10-01",
    "act": {"uscc": OWNER, "name": "测试局", "kind": "COUNTY_DEPT", "division": "370323"},
}
SOON = 0.02
"""Seconds after which a client whose line broke tries again."""


@dataclass
class Seen:
    """What all clients saw."""

    operations: list[Operation] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    recovery: list[float] = field(default_factory=list)
    """Seconds from each kill to the first acknowledgement of something sent after it."""


class Client:
    """Posts acts one after the other, and sees to it that each gets a definite answer."""

    def __init__(self, name: str, service: Service, projects: Sequence[str], *, with_keys: bool = True) -> None:
        self.name = name
        self._service = service
        self._line = Line(service)
        self._projects = projects
        self._with_keys = with_keys
        self._chance = random.Random(name)
        self._sent = 0
        self.operations: list[Operation] = []
        self.counts: Counter[str] = Counter()
        self.acknowledged = threading.Event()

    def work(self, stop: threading.Event) -> None:
        while not stop.is_set():
            self._do_one()
        self._line.close()

    def _do_one(self) -> None:
        """A progress report, a filing (two streams), one that may not be, or one that is sent once only."""
        self._sent += 1
        mark = f"{self.name}.{self._sent:06d}"
        project = self._chance.choice(self._projects)
        kind = self._chance.choices(("progress", "filing", "wrong", "once"), (12, 3, 1, 2))[0]
        report = {"happened_on": "2019-03-01", "act": {"percent": 101 if kind == "wrong" else 10, "summary": mark}}
        if kind == "filing":
            path, body = "/v1/projects", {"happened_on": "2019-01-05", "act": {**PROJECT, "name": mark}}
        else:
            path, body = f"/v1/projects/{project}/progress", report
        if kind == "once":
            self._send(mark, path, body)
        else:
            self._send_until_answered(mark, path, body, expected=2 if kind == "filing" else 1)

    def _send(self, mark: str, path: str, body: Any) -> None:
        """Once, and not again under its key: what breaks stays unknown."""
        began = time.monotonic_ns()
        answer = self._ask(path, body, mark, mark)
        self._note(mark, began, answer, 1)

    def _send_until_answered(self, mark: str, path: str, body: Any, expected: int) -> None:
        began, first = time.monotonic_ns(), True
        while True:
            answer = self._ask(path, body, mark, mark if self._with_keys else str(uuid4()))
            if answer is not None and answer.status != 503:
                break
            self.counts["sent again"] += first
            first = False
            threading.Event().wait(SOON)
        self._note(mark, began, answer, expected)
        if not first and answer.status == 201:
            self.counts["resolved by key"] += 1
            if answer.body["events"] and self._with_keys:
                other = self._ask(path, {**body, "happened_on": "2019-02-01"}, f"{mark}-other", mark)
                if other is not None:
                    self._note(f"{mark}-other", time.monotonic_ns(), other, expected)

    def _note(self, mark: str, began: int, answer: Answer | None, expected: int) -> None:
        ended = time.monotonic_ns()
        if answer is None or (answer.status == 503 and answer.body["type"] == "/problems/outcome-unknown"):
            operation = Operation(mark, Outcome.UNKNOWN, began, ended, expected=expected)
        elif answer.status == 201:
            operation = Operation(mark, Outcome.OK, began, ended, places(answer.body), expected)
            self.acknowledged.set()
        elif answer.status in {422, 503}:
            operation = Operation(mark, Outcome.FAIL, began, ended)
        else:
            raise AssertionError(f"{mark}: answered {answer.status} {answer.body}")
        self.counts[operation.outcome] += 1
        self.operations.append(operation)

    def _ask(self, path: str, body: Any, mark: str, key: str) -> Answer | None:
        try:
            return self._line.ask("POST", path, body, mark=mark, key=key)
        except (OSError, http.client.HTTPException):
            return None


class Reader:
    """Looks at the projects again and again, in one session."""

    def __init__(self, name: str, service: Service, projects: Sequence[str]) -> None:
        self.name = name
        self._line = Line(service)
        self._projects = projects
        self.looks: list[Look] = []

    def work(self, stop: threading.Event) -> None:
        while not stop.wait(0.1):
            for project in self._projects:
                began = time.monotonic_ns()
                try:
                    answer = self._line.ask("GET", f"/v1/projects/{project}/history")
                except (OSError, http.client.HTTPException):
                    continue
                if answer.status == 200:
                    own = [e["correlation"] for e in answer.body["events"] if e["stream_id"] == project]
                    self.looks.append(Look(self.name, project, tuple(own), began, time.monotonic_ns()))
        self._line.close()


def rounds(
    database: Database, service: Service, *, number: int, seed: int, clients: int = 6, wrong: str | None = None,
    with_keys: bool = True, kill: bool = True,
) -> Seen:  # fmt: skip
    """Let clients work through a number of kills, and give what they saw."""
    chance = random.Random(seed)
    seen = Seen()
    projects = begin(service, seed, seen)
    crowd = [Client(f"s{seed}.c{n}", service, projects, with_keys=with_keys) for n in range(clients)]
    reader = Reader(f"s{seed}.r", service, projects)
    with _at_work([*crowd, reader]) as stop:
        victims = [VICTIMS[n % len(VICTIMS)] for n in range(number)]
        chance.shuffle(victims)
        for victim in victims:
            if stop.wait(chance.uniform(0.0, LATEST_KILL)):
                break
            if kill:
                _kill(victim, database, service, wrong)
                seen.counts[f"killed {' then '.join(victim)}"] += 1
            seen.recovery.append(_until_all_are_acknowledged(crowd, stop))
    for client in crowd:
        seen.operations += client.operations
        seen.counts += client.counts
    seen.looks += reader.looks
    seen.counts["looks"] = len(seen.looks)
    return seen


@contextmanager
def _at_work(crowd: Sequence[Client | Reader]) -> Iterator[threading.Event]:
    """All of them work while the block runs, each in a thread. Raises what one of them raised."""
    stop = threading.Event()
    failures: list[BaseException] = []

    def working(one: Client | Reader) -> None:
        try:
            one.work(stop)
        except BaseException as error:  # noqa: BLE001 (told below)
            failures.append(error)
            stop.set()

    threads = [threading.Thread(target=working, args=(one,), daemon=True) for one in crowd]
    for thread in threads:
        thread.start()
    try:
        yield stop
    finally:
        stop.set()
        for thread in threads:
            thread.join(120)
    if failures:
        raise failures[0]


def _until_all_are_acknowledged(crowd: Sequence[Client], stop: threading.Event) -> float:
    """Seconds until each client has been acknowledged once more."""
    started = time.monotonic()
    for client in crowd:
        client.acknowledged.clear()
    for client in crowd:
        if not client.acknowledged.wait(60) and not stop.is_set():
            raise AssertionError(f"{client.name} got no acknowledgement within a minute")
    return time.monotonic() - started


def _kill(victim: Sequence[str], database: Database, service: Service, wrong: str | None) -> None:
    """One after the other, then start again what was killed; whoever is alive meanwhile has to cope."""
    for one in victim:
        if one == "service":
            service.end(signal.SIGKILL)
        else:
            database.kill()
    if "database" in victim:
        database.start()
    if "service" in victim:
        service.start(wrong)


def _until_answered(line: Line, path: str, body: Any, mark: str) -> Answer:
    while True:
        try:
            return line.ask("POST", path, body, mark=mark, key=mark)
        except (OSError, http.client.HTTPException):
            threading.Event().wait(SOON)


def begin(service: Service, seed: int | str, seen: Seen) -> list[str]:
    """A unit and the projects that everybody reports on."""
    line, projects = Line(service), []
    for n in range(PROJECTS + 1):
        mark, began = f"s{seed}.begin.{n}", time.monotonic_ns()
        filing = {"happened_on": "2019-01-05", "act": {**PROJECT, "name": mark}}
        path, body = ("/v1/projects", filing) if n else ("/v1/units", UNIT)
        answer = _until_answered(line, path, body, mark)
        if not n and answer.status == 409:
            continue  # enrolled by rounds before these
        assert answer.status == 201, answer.body
        if n:
            projects.append(str(UUID(answer.body["subject"])))
        told = places(answer.body)
        seen.operations.append(Operation(mark, Outcome.OK, began, time.monotonic_ns(), told, len(told)))
    line.close()
    return projects


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the rounds, print what was seen, and give 1 when something was not as promised."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 31))
    given = parser.parse_args(arguments)
    print(f"seed {given.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="liuhen-crash-") as folder, running(Path(folder)) as (database, service):
        began = time.monotonic()
        seen = rounds(database, service, number=given.rounds, seed=given.seed)
        log = logged(database.conninfo)
        wrong = violations(seen.operations, log, seen.looks)
        recovery = sorted(seen.recovery)
        print(f"{given.rounds} rounds in {time.monotonic() - began:.0f} s, {len(log)} events")
        for what, count in sorted(seen.counts.items()):
            print(f"  {what}: {count}")
        print(f"  seconds until everybody was acknowledged again: median {recovery[len(recovery) // 2]:.2f},"
              f" longest {recovery[-1]:.2f}")  # fmt: skip
        print(f"violations: {len(wrong)}", *wrong[:20], sep="\n  ")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
