"""What /metrics says, read as Prometheus reads it."""

from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def samples(text: str) -> Samples:
    """The series of an exposition with their values."""
    return {
        (s.name, frozenset(s.labels.items())): s.value
        for family in text_string_to_metric_families(text)
        for s in family.samples
    }


def by_worker(found: Samples, name: str, **labels: str) -> dict[str, float]:
    """The values of a series, by worker."""
    told: dict[str, float] = {}
    for (series, said), value in found.items():
        others = dict(said)
        worker = others.pop("worker", "")
        if series == name and others == labels:
            told[worker] = value
    return told
