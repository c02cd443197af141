"""指标 What Prometheus is told of the views: where each stands against the log itself, and what was done here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from infrastructure.projecting.engine import Engine


class _Views(Collector):
    """Looks when it is asked: nothing is told that was true some time ago."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def collect(self) -> Iterator[Any]:
        """The metrics of all views."""
        engine = self._engine
        gauges = {
            "position": GaugeMetricFamily("liuhen_view_position", "Position reached in the log", labels=["view"]),
            "lag_events": GaugeMetricFamily("liuhen_view_lag_events", "Events behind the log", labels=["view"]),
            "lag_seconds": GaugeMetricFamily(
                "liuhen_view_lag_seconds", "Age of the oldest event not taken in", labels=["view"]
            ),
            "parked": GaugeMetricFamily("liuhen_view_parked", "Events parked", labels=["view"]),
        }
        failing = GaugeMetricFamily("liuhen_view_failing", "1 when the last attempt failed here", labels=["view"])
        active = GaugeMetricFamily("liuhen_view_active", "1 when this process moves the view", labels=["view"])
        failures, held = engine.failures(), engine.held()
        for name, fresh in engine.all_freshness().items():
            for field, gauge in gauges.items():
                gauge.add_metric([name], getattr(fresh, field))
            failing.add_metric([name], name in failures)
            active.add_metric([name], name in held)
        yield from (*gauges.values(), failing, active)
        counts = engine.counts
        yield CounterMetricFamily("liuhen_view_pages", "Pages taken in here", value=counts.pages)
        yield CounterMetricFamily("liuhen_view_events", "Events taken in here", value=counts.events)
        yield CounterMetricFamily("liuhen_view_seconds", "Seconds spent on them", value=counts.seconds)
        failed = CounterMetricFamily("liuhen_view_failures", "Failed attempts here", labels=["view"])
        for name, count in counts.failures.items():
            failed.add_metric([name], count)
        yield failed


def exposition(engine: Engine) -> bytes:
    """The metrics in the text form of Prometheus."""
    registry = CollectorRegistry()
    registry.register(_Views(engine))
    return generate_latest(registry)
