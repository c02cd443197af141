"""R05 重复建设: the county already has a project of the same category, with a like name or the same shared resource."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from domain.project import Category
from domain.red_flags.flag import RedFlag, Sketch, Watch, resemblance_bp
from domain.rule import text


def raised(sketch: Sketch, others: Iterable[Sketch], watch: Watch) -> Iterator[RedFlag]:
    """One flag for each earlier project of another unit that does the same. The later project is asked."""
    for other in others:
        same_category = set(other.categories) & set(sketch.categories) - {Category.OTHER}
        same_resource = sorted(set(other.provides) & set(sketch.provides))
        alike = resemblance_bp(other.name, sketch.name) >= watch.limit("resemblance_bp")
        if (
            other.project == sketch.project
            or not set(other.owners).isdisjoint(sketch.owners)
            or (other.filed_on.earliest, other.position) >= (sketch.filed_on.earliest, sketch.position)
            or not ((same_category and alike) or same_resource)
        ):
            continue
        shared = f"，目录资源相同：{'、'.join(same_resource)}" if same_resource else ""
        told = text(
            f"与此前备案的“{other.name}”功能相近{shared}",
            f"does what “{other.name}”, filed before, does"
            + (f"; same resources: {', '.join(same_resource)}" if shared else ""),
        )
        yield watch.flag(sketch.project, f"{other.project}", told, (), sketch, other).but(others=(other.project,))
