"""指标 What Prometheus is told of the views: where each stands against the log itself."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from infrastructure.projecting.engine import Engine


class Views(Collector):
    """Looks when it is asked: nothing is told that was true some time ago."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The metrics of all views."""
        gauges = {
            "position": GaugeMetricFamily("liuhen_view_position", "Position reached in the log", labels=["view"]),
            "lag_events": GaugeMetricFamily("liuhen_view_lag_events", "Events behind the log", labels=["view"]),
            "lag_seconds": GaugeMetricFamily(
                "liuhen_view_lag_seconds", "Age of the oldest event not taken in", labels=["view"]
            ),
            "parked": GaugeMetricFamily("liuhen_view_parked", "Events parked", labels=["view"]),
        }
        for name, fresh in self._engine.all_freshness().items():
            for field, gauge in gauges.items():
                gauge.add_metric([name], getattr(fresh, field))
        yield from gauges.values()
