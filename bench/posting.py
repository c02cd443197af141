"""接口 Progress reports posted over HTTP: token, form, rules, request key and commit, as a department's program posts.

Product and baseline are the same application with one worker; only the ledger differs, and neither makes views. A
server that does nothing takes its turns beside them. The product with its views comes alone, after them: between its
rounds the views are still being made, which would disturb the others.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from typing import IO, Any

from bench.measuring import Sample, Scale, Side, Standard, figure, interleave
from bench.projects import SUMMARY, project_id
from bench.report import Report
from bench.servers import Server

CLIENTS = 32
BESIDE_STOCK = Standard(5, 8)
ORDINARY = "stock, ordinary route"
TWO_WORKERS = "liuhen, 2 workers"
TAKING_TURNS = ("liuhen", "stock", ORDINARY, TWO_WORKERS, "no operation")
WITH_VIEWS = "liuhen with views"
VIEWS_APART = "liuhen with views apart"
"""By the process that keeps the worker."""
_END_SECONDS = 60


def run(own: Server, scale: Scale, report: Report) -> None:
    """Measure posts per second of 32 keep-alive clients."""
    with ExitStack() as stack:
        services = {side: stack.enter_context(started(own, side, scale)) for side in TAKING_TURNS}
        samples = interleave({side: posting(service, scale) for side, service in services.items()}, scale)
    for side in (WITH_VIEWS, VIEWS_APART):
        with started(own, side, scale) as service:
            samples = {**samples, **interleave({side: posting(service, scale)}, scale)}
    told = {"clients": CLIENTS, "workers": 1, "projects": scale.projects, "seconds": scale.seconds}
    rate = partial(figure, unit="posts/s", samples=samples, what="rate", settings=told)
    p99 = partial(figure, unit="ms", samples=samples, what="p99", better="lower", settings=told)
    report.add(rate("posting.rate", of="liuhen", beside="stock", standard=BESIDE_STOCK))
    report.add(rate("posting.ordinary", of="liuhen", beside=ORDINARY))
    report.add(rate("posting.workers", of=TWO_WORKERS, beside="liuhen"))
    report.add(p99("posting.p99", of="liuhen", beside="stock"))
    report.add(rate("posting.ceiling", of="liuhen", beside="no operation"))
    report.add(rate("posting.with_views", of=WITH_VIEWS, beside="liuhen"))
    report.add(rate("posting.views_apart", of=VIEWS_APART, beside=WITH_VIEWS))


@dataclass(frozen=True)
class Service:
    """A service in a process of its own, and what it logs."""

    process: subprocess.Popen[str]
    log: IO[bytes]

    @cached_property
    def told(self) -> dict[str, Any]:
        """What it says once it listens."""
        return self._listening()

    def listening(self) -> dict[str, Any]:
        """Wait until it listens, and give port and token. Raises RuntimeError when it ends instead."""
        return {"port": self.told["port"], "token": self.told["token"]}

    def _listening(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            self.log.seek(0)
            raise RuntimeError(f"the service did not start: {self.log.read()[-2000:].decode(errors='replace')}")
        told: dict[str, Any] = json.loads(line)
        return told


@contextmanager
def started(own: Server, side: str, scale: Scale) -> Iterator[Service]:
    """A service that is starting; it ends with the block."""
    with (
        tempfile.TemporaryFile() as log,
        subprocess.Popen(
            [sys.executable, "-m", "bench.posting_service"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as process,
    ):
        assert process.stdin is not None
        try:
            order = {"side": side, "conninfo": own.conninfo, "projects": scale.projects}
            process.stdin.write(json.dumps(order) + "\n")
            process.stdin.flush()
            yield Service(process, log)
        finally:
            process.stdin.close()
            try:
                process.wait(_END_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


def posting(
    service: Service, scale: Scale, clients: int = CLIENTS, rows: int | None = None, rate: float | None = None
) -> Side:
    """Clients of a service that has started, in another process for each round; with `rows`, they post batches.

    With `rate` they post no more than so many per second.
    """
    order = {
        **service.listening(),
        "rate": rate,
        "clients": clients,
        "rows": rows,
        "paths": [f"/v1/projects/{project_id(number)}/progress" for number in range(scale.projects)],
        "body": json.dumps(
            {"happened_on": "2019-06-01", "act": {"percent": 50, "summary": SUMMARY}}, ensure_ascii=False
        ),
    }
    return lambda seconds: _post({**order, "seconds": seconds})


def _post(order: dict[str, Any]) -> Sample:
    done = subprocess.run(
        [sys.executable, "-m", "bench.posting_clients"],
        input=json.dumps(order),
        capture_output=True,
        text=True,
        check=False,
        timeout=order["seconds"] + _END_SECONDS,
    )
    if done.returncode:
        raise RuntimeError(f"the clients ended with: {done.stderr[-2000:]}")
    sample: Sample = json.loads(done.stdout)
    return sample
