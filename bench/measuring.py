"""量法 Rounds of ours and theirs in turn, medians, ratios, and a JSON line for each figure."""

from __future__ import annotations

import json
import statistics
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

Measure = Callable[[], dict[str, float]]
"""One round: figures by name."""


@dataclass(frozen=True)
class Goal:
    """What a ratio must hold and should reach."""

    floor: float | None = None
    aim: float | None = None


@dataclass(frozen=True)
class Figure:
    """One line of output. `ratio` is above 1 where ours is better."""

    name: str
    unit: str
    median: float
    spread: float
    """Largest over smallest round."""
    baseline: str | None = None
    baseline_median: float | None = None
    ratio: float | None = None
    floor: float | None = None
    aim: float | None = None
    met: str | None = None
    settings: dict[str, Any] = field(default_factory=dict)


def rounds(number: int, measures: dict[str, Measure]) -> dict[str, dict[str, list[float]]]:
    """Run the measures in turn, `number` times after a first round that does not count."""
    taken: dict[str, dict[str, list[float]]] = {}
    for turn in range(number + 1):
        for name, measure in measures.items():
            for figure, value in measure().items():
                if turn:
                    taken.setdefault(name, {}).setdefault(figure, []).append(value)
    return taken


def compare(
    name: str,
    unit: str,
    ours: Sequence[float],
    baseline: str,
    theirs: Sequence[float],
    goal: Goal = Goal(),
    *,
    less_is_better: bool = False,
    **settings: Any,
) -> Figure:
    """Ours against theirs."""
    mine, other = statistics.median(ours), statistics.median(theirs)
    ratio = other / mine if less_is_better else mine / other
    met = None
    if goal.floor is not None:
        met = "aim" if goal.aim is not None and ratio >= goal.aim else "floor" if ratio >= goal.floor else "no"
    spread = round(max(ours) / min(ours), 2)
    return _print(
        Figure(
            name,
            unit,
            _short(mine),
            spread,
            baseline,
            _short(other),
            _short(ratio),
            goal.floor,
            goal.aim,
            met,
            settings,
        )
    )


def alone(name: str, unit: str, values: Sequence[float], **settings: Any) -> Figure:
    """A figure that is given for information."""
    spread = round(max(values) / min(values), 2)
    return _print(Figure(name, unit, _short(statistics.median(values)), spread, settings=settings))


def _short(value: float) -> float:
    return float(f"{value:.4g}")


def _print(figure: Figure) -> Figure:
    sys.stdout.write(json.dumps({k: v for k, v in asdict(figure).items() if v is not None}, ensure_ascii=False) + "\n")
    sys.stdout.flush()
    return figure


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of the values does not exceed."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]
