"""R04 化整为零: one unit files similar projects close together, each below a threshold that they reach together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from domain.red_flags.flag import RedFlag, Sketch, Watch, resemblance_bp
from domain.rule import text


def raised(sketch: Sketch, others: Iterable[Sketch], watch: Watch) -> Iterator[RedFlag]:
    """At most one flag, naming all projects that belong together."""
    threshold = watch.limit("threshold_fen")
    if not _small(sketch, threshold):
        return
    alike = [
        other
        for other in others
        if other.project != sketch.project
        and _small(other, threshold)
        and not set(other.owners).isdisjoint(sketch.owners)
        and abs((other.filed_on.earliest - sketch.filed_on.earliest).days) <= watch.limit("within_days")
        and resemblance_bp(other.name, sketch.name) >= watch.limit("resemblance_bp")
    ]
    total = sum(s.estimate.fen for s in (sketch, *alike) if s.estimate is not None)
    if alike and total >= threshold:
        names = "、".join(f"“{o.name}”" for o in alike)
        told = text(
            f"与{names}相似、时间相近，合计达到{threshold // 1_000_000}万元",
            f"similar to {names}, filed close together; the sum reaches {threshold // 100} yuan",
        )
        yield watch.flag(sketch.project, "split", told, (), sketch, *alike).but(others=tuple(o.project for o in alike))


def _small(sketch: Sketch, threshold: int) -> bool:
    return sketch.estimate is not None and sketch.estimate.currency == "CNY" and sketch.estimate.fen < threshold
