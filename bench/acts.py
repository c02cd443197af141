"""经HTTP办理 An act over HTTP, "report progress": with token, validation, rules and request keys, 32 clients.

Ours as the service runs it; the same application over the stock recorder, reading before it decides, on the framework's
ordinary routes and threads; and a server that answers without doing anything, for the ceiling.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import uvloop

from bench.measuring import Goal, alone, compare, percentile, rounds

CLIENTS = 32
GOAL = Goal(5, 8)
BODY = json.dumps(
    {"happened_on": "2026-01-20", "act": {"percent": 50, "summary": "进展" * 60}}, ensure_ascii=False
).encode()


@contextmanager
def _serving(kind: str) -> Iterator[dict[str, Any]]:
    """A server process of a kind (bench/serving.py), and what it says of itself once it listens."""
    with tempfile.TemporaryDirectory(prefix="liuhen-bench-") as folder, (Path(folder) / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "bench.serving", kind, folder],
            stdout=subprocess.PIPE,
            stdin=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        try:
            assert process.stdout is not None
            yield json.loads(process.stdout.readline())
        finally:
            assert process.stdin is not None
            process.stdin.close()  # tells it to stop
            process.wait(timeout=60)


def load(about: dict[str, Any], seconds: float) -> dict[str, float]:
    """Requests per second and p99 of closed-loop clients, run in a process of their own."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.acts", json.dumps({**about, "seconds": seconds})],
        capture_output=True,
        text=True,
        check=True,
        timeout=seconds + 120,
    )
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


async def _clients(about: dict[str, Any]) -> dict[str, float]:
    taken: list[float] = []
    until = time.perf_counter() + about["seconds"]
    subjects: list[str] = about["projects"]
    share = max(1, len(subjects) // CLIENTS)

    async def work(number: int) -> None:
        mine = subjects[number * share : (number + 1) * share] or subjects
        reader, writer = await asyncio.open_connection("127.0.0.1", about["port"])
        run, sent = uuid4().hex, 0
        while (begun := time.perf_counter()) < until:
            sent += 1
            head = (
                f"POST /v1/projects/{mine[sent % len(mine)]}/progress HTTP/1.1\r\nHost: bench\r\n"
                f"Authorization: Bearer {about['token']}\r\nIdempotency-Key: {run}-{sent}\r\n"
                f"Content-Type: application/json\r\nContent-Length: {len(BODY)}\r\n\r\n"
            )
            writer.write(head.encode() + BODY)
            answer = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = int(answer.split(b"content-length:")[1].split(b"\r\n")[0])
            body = await reader.readexactly(length)
            if answer[9:12] != b"201":
                raise RuntimeError(f"{answer[9:12].decode()}: {body[:300].decode()}")
            taken.append(time.perf_counter() - begun)
        writer.close()

    started = time.perf_counter()
    await asyncio.gather(*(work(n) for n in range(CLIENTS)))
    return {"rate": len(taken) / (time.perf_counter() - started), "p99": percentile(taken, 0.99) * 1000}


def run(number: int, seconds: float) -> None:
    """Print the figures of acts over HTTP."""
    with _serving("ours") as ours, _serving("stock") as stock, _serving("nothing") as nothing:
        taken = rounds(
            number,
            {
                "ours": lambda: load(ours, seconds),
                "stock": lambda: load(stock, seconds),
                "nothing": lambda: load({**ours, "port": nothing["port"]}, seconds),
            },
        )
    about: dict[str, Any] = {"clients": CLIENTS, "workers": 1, "seconds": seconds, "projects": len(ours["projects"])}
    compare(
        "acts.progress",
        "requests/s",
        taken["ours"]["rate"],
        "the same on the stock recorder",
        taken["stock"]["rate"],
        GOAL,
        **about,
    )
    compare(
        "acts.progress.p99",
        "ms",
        taken["ours"]["p99"],
        "the same on the stock recorder",
        taken["stock"]["p99"],
        less_is_better=True,
        **about,
    )
    alone("acts.nothing", "requests/s", taken["nothing"]["rate"], **about)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(uvloop.run(_clients(json.loads(sys.argv[1])))))
