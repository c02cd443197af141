"""R04 化整为零: one unit files similar projects close together, each below a threshold that they reach together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta

from domain.event import Event
from domain.red_flags.flag import Like, RedFlag, Sketch, Watch, resemblance_bp
from domain.rule import text
from domain.steps.filing import FilingAmended, ProjectFiled

LOOKS_AT: tuple[type[Event], ...] = (ProjectFiled, FilingAmended)
_NAMED = 5
"""So many of the others are named; all are listed."""
FIRES_ON = text(
    "同一建设单位、备案日相距不超过`within_days`天、名称相似度不低于`resemblance_bp`的项目，投资估算各低于`threshold_fen`而合计达到它。每个项目各有一个"
    "疑点，列出其余。涉密项目不参与比较。",
    "Projects of one owner unit, filed within so many days, with names so much alike, whose estimates"
    " are each below the threshold and reach it together. Each has a flag that lists the others. Classified"
    " projects are not compared.",
)


def likes(sketch: Sketch, watch: Watch) -> Iterator[Like]:
    """Where others are to be looked for that may belong together with it."""
    if _small(sketch, watch):
        days = timedelta(days=watch.limit("within_days"))
        day = sketch.filed_on.earliest
        for owner in sketch.owners:
            yield Like(sign="small", owner=owner, same_owner=True, since=day - days, until=day + days)


def together(sketch: Sketch, other: Sketch, watch: Watch) -> bool:
    """Do two projects belong together? It is the same from either side."""
    return (
        other.project != sketch.project
        and _small(sketch, watch)
        and _small(other, watch)
        and not set(other.owners).isdisjoint(sketch.owners)
        and abs((other.filed_on.earliest - sketch.filed_on.earliest).days) <= watch.limit("within_days")
        and resemblance_bp(other.name, sketch.name) >= watch.limit("resemblance_bp")
    )


def raised(sketch: Sketch, others: Iterable[Sketch], watch: Watch) -> Iterator[RedFlag]:
    """At most one flag, naming the projects that belong together with it, in the order of their filing."""
    threshold = watch.limit("threshold_fen")
    alike = sorted((o for o in others if together(sketch, o, watch)), key=lambda o: o.position)
    total = sum(s.estimate_fen or 0 for s in (sketch, *alike))
    if alike and total >= threshold:
        names = "、".join(f"“{o.name}”" for o in alike[:_NAMED]) + ("等" if len(alike) > _NAMED else "")
        told = text(
            f"与{names}相似、时间相近，{len(alike) + 1}个项目合计达到{threshold // 1_000_000}万元",
            f"similar to {names}, filed close together; the {len(alike) + 1} together reach {threshold // 100} yuan",
        )
        fired = [sketch.filed, *(o.filed for o in alike)]
        yield watch.flag(sketch.project, "split", told, fired, [o.project for o in alike])


def _small(sketch: Sketch, watch: Watch) -> bool:
    return sketch.estimate_fen is not None and sketch.estimate_fen < watch.limit("threshold_fen")
