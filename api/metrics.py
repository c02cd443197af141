"""指标 What Prometheus is told: what each process of the service has done, and where the views stand.

Any worker tells of all of them. Each series has the worker that it is of, so that sums over them are right whichever
was asked; `keeper` is the process that keeps the workers and makes the views.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from api.problems import TITLES
from infrastructure.bootstrap import Liuhen
from infrastructure.counting import ANSWERS, SLOTS, WITHIN, Board, Counts
from infrastructure.projecting.engine import Engine
from infrastructure.projecting.metrics import Views

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_BOUNDS = (*map(str, WITHIN), "+Inf")
Labelled = tuple[tuple[str, int], ...]


def count_views(counts: Counts, engine: Engine) -> None:
    """Let what an engine did for the views in this process be seen by the others."""
    counts.views(engine.counts, engine.names(), failing=[*engine.failures()], active=[*engine.held()])


def exposition(liuhen: Liuhen) -> bytes:
    """The metrics in the text form of Prometheus."""
    count_views(liuhen.counts, liuhen.engine)
    registry = CollectorRegistry()
    registry.register(_Processes(liuhen.counts.board, liuhen.engine.names()))
    registry.register(Views(liuhen.engine))
    return generate_latest(registry)


class _Processes(Collector):
    """What the processes have counted."""

    def __init__(self, board: Board, views: Sequence[str]) -> None:
        self._places = list(board.places())
        self._by_view: Labelled = tuple((view, n) for n, view in enumerate(views))

    def collect(self) -> Iterator[Metric]:
        """Each series by worker."""
        statuses: Labelled = tuple((str(status), n) for n, status in enumerate(ANSWERS))
        problems: Labelled = tuple((kind, n) for n, kind in enumerate(TITLES))
        yield self._gauge("liuhen_worker_started_seconds", "When it began, since 1970", SLOTS.started)
        yield self._counter("liuhen_worker_starts", "How often it was started", SLOTS.starts)
        yield self._gauge("liuhen_requests_present", "Requests that are worked on", SLOTS.present)
        yield self._counter("liuhen_answers", "Requests answered", SLOTS.answers, "status", statuses)
        told = "Problems told, as answers and of rows of batches and files"
        yield self._counter("liuhen_problems", told, SLOTS.problems, "type", problems)
        yield self._gauge("liuhen_saves_waiting", "Saves that wait for their commit", SLOTS.waiting)
        yield self._counter("liuhen_saves", "Saves that were sent to the database", SLOTS.saves)
        yield self._commits()
        yield self._counter("liuhen_view_pages", "Pages taken in", SLOTS.pages)
        yield self._counter("liuhen_view_events", "Events taken in", SLOTS.events)
        yield self._counter("liuhen_view_seconds", "Seconds spent on them", SLOTS.view_seconds)
        yield self._counter("liuhen_view_failures", "Failed attempts", SLOTS.failures, "view", self._by_view)
        for name, told, first in (
            ("liuhen_view_failing", "1 when the last attempt failed there", SLOTS.failing),
            ("liuhen_view_active", "1 when the process moves the view", SLOTS.active),
        ):
            gauge = GaugeMetricFamily(name, told, labels=["view", "worker"])
            for worker, values in self._places:
                for view, n in self._by_view:
                    gauge.add_metric([view, worker], values[first + n])
            yield gauge

    def _gauge(self, name: str, told: str, slot: int) -> Metric:
        gauge = GaugeMetricFamily(name, told, labels=["worker"])
        for worker, values in self._places:
            gauge.add_metric([worker], values[slot])
        return gauge

    def _counter(self, name: str, told: str, first: int, label: str = "", labelled: Labelled = ()) -> Metric:
        """Of what is told apart by a label, only what there was is told."""
        counter = CounterMetricFamily(name, told, labels=[label, "worker"] if label else ["worker"])
        for worker, values in self._places:
            if not label:
                counter.add_metric([worker], values[first])
            for said, n in labelled:
                if values[first + n]:
                    counter.add_metric([said, worker], values[first + n])
        return counter

    def _commits(self) -> Metric:
        histogram = HistogramMetricFamily("liuhen_commit_seconds", "How long commits took", labels=["worker"])
        for worker, values in self._places:
            within = accumulate(values[SLOTS.commits : SLOTS.commits + len(_BOUNDS)])
            buckets = list(zip(_BOUNDS, within, strict=True))
            histogram.add_metric([worker], buckets, values[SLOTS.commit_seconds])
        return histogram
