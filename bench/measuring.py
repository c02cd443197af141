"""测量的公用部分 Rounds that take turns, and the figures that are made of them."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from statistics import median
from typing import Any, Literal
from uuid import UUID, uuid4

import uvloop

EVENTS_PER_STREAM = 10
PAYLOAD_BYTES = 616

Sample = Mapping[str, float]
"""What one round gave: figures by name."""
Side = Callable[[float], Sample]
"""One of those that are compared: works for so many seconds and gives a sample."""
Settings = Mapping[str, Any]


@dataclass(frozen=True)
class Scale:
    """How long and how much is measured."""

    rounds: int = 3
    """Rounds that count, of each side."""
    seconds: float = 5.0
    """Length of a round."""
    warm_up: float = 1.0
    """Length of the round before them, which does not count."""
    projects: int = 2000
    """Projects that HTTP clients report on."""
    rows: int = 60_000
    """Rows of a file that is imported; one event each."""
    rebuilt: int = 1_000_000
    """Events of the log from which all views are built anew."""
    listed: int = 200_000
    """Projects of the large county whose pages are read."""
    small: int = 10_000
    grown: int = 5_000_000
    """Events of the logs whose append rates are compared."""


FULL = Scale()
QUICK = replace(FULL, seconds=0.6, warm_up=0.2, projects=200, rows=1000, grown=200_000, rebuilt=20_000, listed=20_000)


@dataclass(frozen=True)
class Standard:
    """What a release must hold (`floor`) and what is aimed at, of the ratio to the baseline or of the median."""

    floor: float
    aim: float | None = None
    of: Literal["ratio", "median"] = "ratio"


@dataclass(frozen=True)
class Figure:
    """One measured figure. `ratio` is above 1 when the product is better, whichever direction that is."""

    name: str
    median: float
    unit: str
    baseline: str | None = None
    baseline_median: float | None = None
    ratio: float | None = None
    floor: float | None = None
    aim: float | None = None
    judged: str | None = None
    """Whether floor and aim are of the ratio or of the median."""
    met: bool | None = None
    """Whether the floor is held; None for information."""
    spread: float = 1.0
    """Largest round by smallest."""
    baseline_spread: float | None = None
    settings: Settings = field(default_factory=dict)


Samples = Mapping[str, Sequence[Sample]]


def interleave(sides: Mapping[str, Side], scale: Scale) -> Samples:
    """Let the sides take turns, so that what disturbs the machine disturbs all. The first round is dropped."""
    for side in sides.values():
        side(scale.warm_up)
    taken: dict[str, list[Sample]] = {name: [] for name in sides}
    for _ in range(scale.rounds):
        for name, side in sides.items():
            taken[name].append(side(scale.seconds))
    return taken


def figure(
    name: str,
    unit: str,
    samples: Samples,
    what: str,
    *,
    of: str,
    beside: str | None = None,
    better: Literal["higher", "lower"] = "higher",
    standard: Standard | None = None,
    settings: Settings | None = None,
) -> Figure:
    """The figure `what` of side `of`, beside another side."""
    values = [sample[what] for sample in samples[of]]
    made = Figure(
        name=name,
        median=median(values),
        unit=unit,
        spread=_spread(values),
        settings={"rounds": len(values), **(settings or {})},
    )
    if beside is not None:
        others = [sample[what] for sample in samples[beside]]
        ratio = made.median / median(others)
        made = replace(
            made,
            baseline=beside,
            baseline_median=median(others),
            baseline_spread=_spread(others),
            ratio=ratio if better == "higher" else 1 / ratio,
        )
    if standard is not None:
        judged = made.ratio if standard.of == "ratio" else made.median
        if judged is None:
            raise ValueError(f"{name}: a ratio needs a baseline")
        made = replace(made, floor=standard.floor, aim=standard.aim, judged=standard.of, met=judged >= standard.floor)
    return made


def _spread(values: Sequence[float]) -> float:
    return max(values) / min(values)


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which a share of them lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def save_by_threads(count: int, save: Callable[[UUID, int], object], seconds: float) -> Sample:
    """Let threads save one event after the other, ten to a stream. `save` is given stream and version.

    Gives the rate of saves per second, and `p50` and `p99` of their times in milliseconds.
    """
    together = threading.Barrier(count)

    def work() -> tuple[list[float], float, float]:
        took: list[float] = []
        together.wait()
        began = now = time.perf_counter()
        while True:
            stream = uuid4()
            for version in range(1, EVENTS_PER_STREAM + 1):
                before = now
                save(stream, version)
                now = time.perf_counter()
                took.append(now - before)
                if now - began >= seconds:
                    return took, began, now

    with ThreadPoolExecutor(count) as threads:
        done = [future.result() for future in [threads.submit(work) for _ in range(count)]]
    took = [one for times, _, _ in done for one in times]
    elapsed = max(ended for _, _, ended in done) - min(began for _, began, _ in done)
    return {"rate": len(took) / elapsed, **latencies(took)}


def save_by_tasks(count: int, save: Callable[[UUID, int], Awaitable[object]], seconds: float) -> Sample:
    """The same, by tasks of one event loop, as the service's requests are. Gives what `save_by_threads` gives."""

    async def work(began: float) -> list[float]:
        took: list[float] = []
        now = time.perf_counter()
        while True:
            stream = uuid4()
            for version in range(1, EVENTS_PER_STREAM + 1):
                before = now
                await save(stream, version)
                now = time.perf_counter()
                took.append(now - before)
                if now - began >= seconds:
                    return took

    async def together() -> Sample:
        began = time.perf_counter()
        done = await asyncio.gather(*(work(began) for _ in range(count)))
        elapsed = time.perf_counter() - began
        took = [one for times in done for one in times]
        return {"rate": len(took) / elapsed, **latencies(took)}

    return uvloop.run(together())


def repeated(work: Callable[[], object]) -> Side:
    """A side that does a piece of work again and again, and gives the rate per second."""

    def side(seconds: float) -> Sample:
        began = now = time.perf_counter()
        count = 0
        while now - began < seconds:
            work()
            count += 1
            now = time.perf_counter()
        return {"rate": count / (now - began)}

    return side


def latencies(took: Sequence[float]) -> Sample:
    """Percentiles of times, in milliseconds."""
    return {"p50": percentile(took, 0.5) * 1000, "p99": percentile(took, 0.99) * 1000}
