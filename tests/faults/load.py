"""Many clients at once for minutes, reading and writing, against several workers; memory is watched meanwhile.

    python -m tests.faults.load --clients 200 --seconds 180 --workers 2 --seed 1

Whoever is told to come again later does so after the time that he is told; any other failure is an error. At the end
the log is read past the service and held against all that the clients saw. A JSON line tells what came of it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import signal
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import linear_regression, mean
from typing import Any

from domain.recorded import Role
from infrastructure.issuer import Holder, Issuer
from tests.api.conftest import PROJECT
from tests.faults.crash import Seen, begin
from tests.faults.deployment import Answer, Database, Service, logged, places, running
from tests.faults.history import Look, Operation, Outcome, Place, violations

BUSY = frozenset(
    {"/problems/busy", "/problems/too-many-requests", "/problems/outcome-unknown", "/problems/view-behind"}
)
"""What a client may be told instead of an answer, each with the seconds after which it may come again (429, 503)."""
UNKNOWN = "/problems/outcome-unknown"
SHARED = 12
"""Projects that all clients report on."""
ROWS = 8
"""Rows of a batch."""
LONGEST_HISTORY = 40
"""Events of a client's own project, after which it files another one."""
PATIENCE = 60.0
IDLE = 1.0
"""Seconds after which the server may have closed a line that nothing was asked on; then it is made anew."""
LOOK = 1.0
"""Seconds between two looks at the processes."""
WARM_UP = 1 / 3
"""Share of the time in which memory may grow: caches fill."""
FLAT = 0.03
"""Share of its size by which a process may grow per minute after that."""
MOST_FILES = 16
"""Open files and sockets that a process may have more at the end than after the warm-up."""


@dataclass(frozen=True)
class Form:
    """How many, how long, and on what."""

    clients: int = 200
    seconds: float = 180.0
    workers: int = 2
    crowd: int = 50
    """So many of the clients come by one account, and so may be told that it sends too much."""
    settings: dict[str, str] = field(default_factory=dict)


@dataclass
class Told:
    """What all clients saw of a run."""

    operations: list[Operation] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    waits: Counter[str] = field(default_factory=Counter)
    took: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    """Milliseconds by what was done; of what was told to come again, nothing."""
    wrong: list[str] = field(default_factory=list)


class AsyncLine:
    """A keep-alive line of one client."""

    def __init__(self, service: Service, token: str) -> None:
        self._service, self._token = service, token
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._used = 0.0

    async def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        """Raises OSError or EOFError when the line breaks."""
        if time.monotonic() - self._used > IDLE:
            self.close()
        if self._streams is None:
            self._streams = await asyncio.open_connection(*self._service.address, limit=1 << 22)
        reader, writer = self._streams
        told = {"Host": "load", "Authorization": f"Bearer {self._token}", "Content-Length": str(len(body)), **headers}
        head = f"{method} {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in told.items())
        try:
            writer.write(head.encode() + b"\r\n" + body)
            first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            came = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
            content = await reader.readexactly(int(came.get("content-length", 0)))
        except (OSError, EOFError):
            self.close()
            raise
        self._used = time.monotonic()
        if came.get("connection", "").lower() == "close":
            self.close()
        return Answer(int(first.split()[1]), _parsed(content, came.get("content-type", "")), came)

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


def _parsed(content: bytes, media_type: str) -> Any:
    if "ndjson" in media_type:
        return [json.loads(line) for line in content.splitlines()]
    return json.loads(content) if "json" in media_type else content.decode()


@dataclass
class Own:
    """A project of one client, and the version that its last answer named."""

    identity: str
    version: int
    tag: str = ""


class Client:
    """Reads and writes as its seed decides, one thing after the other."""

    def __init__(self, name: str, line: AsyncLine, shared: Sequence[str], told: Told) -> None:
        self.name = name
        self._line = line
        self._shared = shared
        self._told = told
        self._chance = random.Random(name)
        self._sent = 0
        self._own: Own | None = None
        self._last: tuple[str, bytes, dict[str, str], Answer] | None = None
        self._filed: tuple[str, int] | None = None
        self._feed = self._size = 0

    async def work(self, until: float) -> None:
        turns = {
            self._report: 30, self._shared_report: 6, self._file: 3, self._batch: 2, self._again: 4, self._state: 16,
            self._history: 8, self._find: 6, self._search: 8, self._follow: 6, self._checkpoint: 3, self._board: 2,
        }  # fmt: skip
        try:
            while time.monotonic() < until:
                if self._own is None or self._own.version > LONGEST_HISTORY:
                    await self._file()
                    continue
                await self._chance.choices(list(turns), list(turns.values()))[0]()
        finally:
            self._line.close()

    def _the_own(self) -> Own:
        assert self._own is not None
        return self._own

    def _mark(self) -> str:
        return f"{self.name}.{self._sent:06d}"

    # Writing

    async def _file(self) -> None:
        mark = self._mark()
        body = {"happened_on": "2019-01-05", "act": {**PROJECT, "name": mark}}
        answer = await self._write("filing", "/v1/projects", body, {}, 2)
        if answer is not None:
            project = answer.body["subject"]
            version = max(e["version"] for e in answer.body["events"] if e["stream_id"] == project)
            self._own = Own(project, version)
            self._filed = (mark, max(e["position"] for e in answer.body["events"]))

    async def _shared_report(self) -> None:
        path = f"/v1/projects/{self._chance.choice(self._shared)}/progress"
        await self._write("shared", path, _report(self._mark()), {"If-Match": "*"}, 1)

    async def _report(self) -> None:
        """On a version: nobody else writes there, so it must be the present one."""
        own = self._the_own()
        on = {"If-Match": f'"{own.version}"'}
        answer = await self._write("report", f"/v1/projects/{own.identity}/progress", _report(self._mark()), on, 1)
        if answer is not None:
            own.version = answer.body["events"][-1]["version"]

    async def _batch(self) -> None:
        own = self._the_own()
        mark, path = self._mark(), f"/v1/projects/{own.identity}/progress"
        rows = [{"path": path, "idempotency_key": f"{mark}-{n}", "if_match": "*", **_report(mark)} for n in range(ROWS)]
        answer = await self._write("batch", "/v1/batch?mode=all", rows, {}, ROWS)
        if answer is not None:
            own.version = max(e["version"] for row in answer.body for e in row["answer"]["events"])

    async def _write(
        self, what: str, path: str, act: dict[str, Any] | list[Any], headers: dict[str, str], expected: int
    ) -> Answer | None:
        """Until it is answered for good. Gives the receipt; None when there is none, which is an error."""
        mark, began = self._mark(), time.monotonic_ns()
        self._sent += 1
        headers = {"X-Request-ID": mark, "Idempotency-Key": mark, "Content-Type": "application/json", **headers}
        if isinstance(act, list):
            headers["Content-Type"] = "application/x-ndjson"
        rows = act if isinstance(act, list) else [act]
        body = b"\n".join(json.dumps(row, ensure_ascii=False).encode() for row in rows)
        answer, unknown = await self._until_answered(what, path, body, headers)
        ended = time.monotonic_ns()
        if answer is not None and (recorded := _recorded(answer)):
            self._told.operations.append(Operation(mark, Outcome.OK, began, ended, recorded, expected))
            self._last = (path, body, headers, answer)
            return answer
        if answer is not None:
            self._told.wrong.append(f"{mark}: {what} answered {answer.status} {str(answer.body)[:300]}")
        outcome = Outcome.UNKNOWN if unknown or answer is None or answer.status >= 500 else Outcome.FAIL
        self._told.operations.append(Operation(mark, outcome, began, ended, expected=expected))
        return None

    async def _until_answered(
        self, what: str, path: str, body: bytes, headers: dict[str, str]
    ) -> tuple[Answer | None, bool]:
        """The answer, and whether an earlier attempt may have recorded it without saying so."""
        unknown, over = False, time.monotonic() + PATIENCE
        while True:
            answer = await self._asked(what, "POST", path, body, headers)
            if answer is None or (again := self._to_come_again(what, answer)) is None:
                return answer, unknown
            unknown = unknown or answer.status == 200 or answer.body["type"] == UNKNOWN
            if time.monotonic() > over:
                return answer, unknown
            await asyncio.sleep(again)

    async def _again(self) -> None:
        """What was acknowledged, sent once more under its key: the answer is that of the first time."""
        if self._last is None:
            return
        path, body, headers, first = self._last
        answer, _ = await self._until_answered(
            "again", path, body, {**headers, "X-Request-ID": self._mark() + "-again"}
        )
        if answer is not None and _recorded(answer) != _recorded(first):
            self._told.wrong.append(f"{headers['Idempotency-Key']}: sent again, answered {answer.status} {answer.body}")

    # Reading

    async def _read(self, what: str, path: str, **headers: str) -> Answer | None:
        """Once; None when it was told to come again."""
        answer = await self._asked(what, "GET", path, b"", headers)
        if answer is None or self._to_come_again(what, answer) is not None:
            return None
        if answer.status not in {200, 304}:
            self._told.wrong.append(f"{self.name}: {what} answered {answer.status} {str(answer.body)[:300]}")
            return None
        return answer

    async def _state(self) -> None:
        own = self._the_own()
        asked = {"If-None-Match": own.tag} if own.tag and self._chance.random() < 0.5 else {}
        answer = await self._read("state", f"/v1/projects/{own.identity}", **asked)
        if answer is None:
            return
        changed = own.tag != answer.headers["etag"]
        if answer.status == 304 and changed:
            self._told.wrong.append(f"{self.name}: {own} answered as unchanged")
        elif answer.status == 200 and answer.body["project"]["version"] != own.version:
            self._told.wrong.append(f"{self.name}: {own} answered with version {answer.body['project']['version']}")
        own.tag = answer.headers["etag"]

    async def _history(self) -> None:
        own, began = self._the_own(), time.monotonic_ns()
        answer = await self._read("history", f"/v1/projects/{own.identity}/history")
        if answer is not None:
            marks = tuple(e["correlation"] for e in answer.body["events"] if e["stream_id"] == own.identity)
            self._told.looks.append(Look(self.name, own.identity, marks, began, time.monotonic_ns()))

    async def _find(self) -> None:
        """The project that was filed last, in the register, which may lag behind unless one asks to wait."""
        if self._filed is None:
            return
        name, position = self._filed
        asked = f"/v1/register/projects?q={name}&min_position={position}"
        answer = await self._read("own write", asked, Prefer="wait=10")
        if answer is not None and [row["name"] for row in answer.body["items"]] != [name]:
            self._told.wrong.append(f"{name}: acknowledged at {position}, and not in the register: {answer.body}")

    async def _search(self) -> None:
        await self._read("register", f"/v1/register/projects?limit=20&q={self._chance.randrange(100)}")

    async def _board(self) -> None:
        await self._read("board", "/v1/supervision/overdue?limit=20")

    async def _follow(self) -> None:
        answer = await self._read("feed", f"/v1/feed?after={self._feed}&limit=50")
        if answer is not None:
            end = int(answer.body["end"])
            at = [int(event["sequence"]) for event in answer.body["events"]]
            if at != sorted(set(at)) or (at and at[0] <= self._feed) or end < answer.body["next"]:
                self._told.wrong.append(f"{self.name}: the feed after {self._feed} gave {at} of {end}")
            # Now and then it goes to the end, as a client does that has been fed before.
            self._feed = answer.body["next"] if self._chance.random() < 0.8 else end

    async def _checkpoint(self) -> None:
        answer = await self._read("checkpoint", "/v1/log/checkpoint")
        if answer is not None:
            size = int(answer.body.split("\n")[1])
            if size < self._size:
                self._told.wrong.append(f"{self.name}: the log went back from {self._size} to {size}")
            self._size = size

    # Both

    async def _asked(self, what: str, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer | None:
        """One request. None when the line breaks or nothing comes, which is an error."""
        began = time.perf_counter()
        try:
            async with asyncio.timeout(PATIENCE):
                answer = await self._line.ask(method, path, body, **headers)
        except (OSError, EOFError, TimeoutError) as error:
            self._line.close()
            self._told.wrong.append(f"{self.name}: {what} {path} broke off: {type(error).__name__}")
            return None
        self._told.answers[str(answer.status)] += 1
        if answer.status not in {429, 503}:
            self._told.took[what].append((time.perf_counter() - began) * 1000)
        return answer

    def _to_come_again(self, what: str, answer: Answer) -> float | None:
        """Seconds after which it may be sent again; None when it is answered for good."""
        if answer.status == 200 and isinstance(answer.body, list):
            later = [row["answer"]["type"] for row in answer.body if row["status"] in {429, 503}]
            self._told.waits.update(f"row {kind}" for kind in later)
            return 1.0 if later else None
        if answer.status not in {429, 503}:
            return None
        kind = answer.body["type"]
        self._told.waits[f"{answer.status} {kind} ({what})"] += 1
        if kind not in BUSY:
            self._told.wrong.append(f"{self.name}: {what} answered {answer.status} {answer.body}")
        if (after := answer.headers.get("retry-after", "")).isdecimal():
            return float(after) + self._chance.random()
        self._told.wrong.append(
            f"{self.name}: {what} answered {answer.status} {kind} without saying when to come again"
        )
        return 1.0


def _report(mark: str) -> dict[str, Any]:
    return {"happened_on": "2019-03-01", "act": {"percent": 10, "summary": mark}}


def _recorded(answer: Answer) -> tuple[Place, ...]:
    """Where what was acknowledged stands; nothing where it was not, or not all of it."""
    if answer.status == 201:
        return places(answer.body)
    if answer.status == 200 and all(row["status"] == 201 for row in answer.body):
        return tuple(place for row in answer.body for place in places(row["answer"]))
    return ()


# Memory


@dataclass(frozen=True)
class Sample:
    """What a process held at a moment."""

    at: float
    """Seconds since the clients began."""
    bytes: int
    """Of its own: what it shares with others, as the database's buffers, is counted once, by nobody."""
    files: int


Samples = dict[str, list[Sample]]


def processes(service: Service, database: Database) -> dict[int, str]:
    """What there is to be watched: each process of the service by its name, and all of the database as one."""
    assert service.process is not None
    named = {service.process.pid: "keeper"}
    for pid in sorted(_descendants(service.process.pid)):
        command = Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8", errors="replace")
        kind = "worker" if "api.workers" in command else "signing" if "sign" in command else "other"
        same = sum(name.partition(" ")[0] == kind for name in named.values())
        named[pid] = f"{kind} {same + 1}" if kind != "signing" else kind
    root = database.pid()
    return named | dict.fromkeys([root, *_descendants(root)], "database")


def _descendants(pid: int) -> list[int]:
    found = []
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, file.read_text().split()):
            found += [child, *_descendants(child)]
    return found


def look(service: Service, database: Database, at: float) -> dict[str, Sample]:
    """What each process holds now; those of one name in sum."""
    held: dict[str, Sample] = {}
    for pid, name in processes(service, database).items():
        with suppress(OSError):  # a backend that ended meanwhile
            status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
            own = sum(int(line.split()[1]) for line in status.splitlines() if line.startswith("RssAnon:")) * 1024
            files = len(list(Path(f"/proc/{pid}/fd").iterdir()))
            before = held.get(name, Sample(at, 0, 0))
            held[name] = Sample(at, before.bytes + own, before.files + files)
    return held


@dataclass(frozen=True)
class Memory:
    """How a process went on after the warm-up."""

    mib: float
    """Mean."""
    first_mib: float
    """When the clients began."""
    begun_mib: float
    """Mean of the first quarter after the warm-up."""
    ended_mib: float
    """Mean of the last quarter."""
    mib_per_minute: float
    files: int
    more_files: int


def memory_of(samples: Sequence[Sample]) -> Memory:
    """Of the samples after the warm-up."""
    after = [s for s in samples if s.at >= samples[0].at + (samples[-1].at - samples[0].at) * WARM_UP]
    slope = linear_regression([s.at for s in after], [s.bytes for s in after]).slope
    begun, ended = after[: len(after) // 4 + 1], after[-(len(after) // 4 + 1) :]
    return Memory(
        mean(s.bytes for s in after) / 2**20,
        samples[0].bytes / 2**20,
        mean(s.bytes for s in begun) / 2**20,
        mean(s.bytes for s in ended) / 2**20,
        slope * 60 / 2**20,
        after[-1].files,
        round(mean(s.files for s in ended) - mean(s.files for s in begun)),
    )


def growing(samples: Samples) -> list[str]:
    """Processes that do not stay as they are. Empty when memory is flat."""
    wrong = []
    for name, memory in {name: memory_of(of_one) for name, of_one in samples.items()}.items():
        if memory.mib_per_minute > memory.mib * FLAT:
            wrong.append(f"{name} grows by {memory.mib_per_minute:.1f} of {memory.mib:.0f} MiB a minute")
        if memory.more_files > MOST_FILES:
            wrong.append(f"{name} has {memory.more_files} more files open at the end")
    return wrong


# All of it


@dataclass
class Run:
    """What came of a run."""

    form: Form
    seed: int
    told: Told
    samples: Samples
    events: int
    wrong: list[str]

    def line(self) -> str:
        """For programs."""
        writes = [*self.told.took["report"], *self.told.took["shared"], *self.told.took["filing"]]
        reads = [one for what in ("state", "history", "register", "feed", "board") for one in self.told.took[what]]
        return json.dumps(
            {
                "name": "load",
                "seed": self.seed,
                "clients": self.form.clients,
                "seconds": self.form.seconds,
                "workers": self.form.workers,
                "requests_per_second": round(sum(self.told.answers.values()) / self.form.seconds),
                "acknowledged": sum(o.outcome is Outcome.OK for o in self.told.operations),
                "events": self.events,
                "answers": dict(self.told.answers),
                "told_to_come_again": dict(self.told.waits),
                "write_ms": _percentiles(writes),
                "read_ms": _percentiles(reads),
                "memory": {name: _rounded(memory_of(of_one)) for name, of_one in self.samples.items()},
                "wrong": len(self.wrong),
            },
            ensure_ascii=False,
        )


def _percentiles(took: Sequence[float]) -> dict[str, float]:
    ordered = sorted(took) or [0.0]
    return {name: round(ordered[int((len(ordered) - 1) * share)], 1) for name, share in (("p50", 0.5), ("p99", 0.99))}


def _rounded(memory: Memory) -> dict[str, float]:
    return {name: round(value, 2) for name, value in vars(memory).items()}


def load(folder: Path, form: Form, seed: int, wrong: str | None = None) -> Run:
    """Let the clients work, and hold what they saw against the log. Memory is not judged here."""
    settings = {"LIUHEN_WORKERS": str(form.workers), "LIUHEN_RATE_LIMIT": "12000", **form.settings}
    with running(folder, wrong=wrong, **settings) as (database, service):
        seen = Seen()
        shared = [p for n in range(-(-SHARED // 3)) for p in begin(service, seed * 100 + n, seen)]
        told = Told(operations=seen.operations)
        before = set(processes(service, database))
        samples = asyncio.run(_work(database, service, shared, form, seed, told))
        gone = [pid for pid in before if not Path(f"/proc/{pid}").exists()]
        told.wrong += [f"process {pid} has ended" for pid in gone]
        service.end(signal.SIGTERM)
        log = logged(database.conninfo)
    found = violations(told.operations, log, told.looks)
    return Run(form, seed, told, samples, len(log), [*told.wrong, *found])


async def _work(
    database: Database, service: Service, shared: Sequence[str], form: Form, seed: int, told: Told
) -> Samples:
    issuer = Issuer(service.folder)
    began = time.monotonic()
    until = began + form.seconds

    def line(number: int) -> AsyncLine:
        account = "crowd" if number < form.crowd else f"client-{number}"
        return AsyncLine(service, issuer.issue(Holder(account, "测试", frozenset(Role)), days=1))

    clients = [Client(f"load-{seed}.{n}", line(n), shared, told) for n in range(form.clients)]
    watching = asyncio.create_task(_watch(database, service, began))
    try:
        async with asyncio.TaskGroup() as group:
            for client in clients:
                group.create_task(client.work(until))
    finally:
        watching.cancel()
    return await watching


async def _watch(database: Database, service: Service, began: float) -> Samples:
    """Look at the processes until it is cancelled."""
    samples: Samples = defaultdict(list)
    with suppress(asyncio.CancelledError):
        while True:
            for name, sample in look(service, database, time.monotonic() - began).items():
                samples[name].append(sample)
            await asyncio.sleep(LOOK)
    return dict(samples)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it, print what was seen, and give 1 when something was not as promised."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=180.0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 20))
    given = parser.parse_args(arguments)
    sys.stderr.write(f"seed {given.seed}\n")
    form = Form(given.clients, given.seconds, given.workers, crowd=given.clients // 4)
    with tempfile.TemporaryDirectory(prefix="liuhen-load-") as folder:
        run = load(Path(folder), form, given.seed)
    run.wrong += growing(run.samples)
    print(run.line(), flush=True)
    sys.stderr.write("".join(f"{told}\n" for told in run.wrong[:20]))
    return 1 if run.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
