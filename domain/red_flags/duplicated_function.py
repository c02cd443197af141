"""R05 重复建设: the county already has a project of the same category, with a like name or the same shared resource."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from domain.event import Event
from domain.red_flags.flag import Like, RedFlag, Sketch, Watch, rare_pairs, resemblance_bp
from domain.rule import text
from domain.steps.filing import FilingAmended, ProjectFiled
from domain.steps.sharing import SharingDeclarationWithdrawn, SharingDeclared

LOOKS_AT: tuple[type[Event], ...] = (ProjectFiled, FilingAmended, SharingDeclared, SharingDeclarationWithdrawn)
FIRES_ON = text(
    "其他单位先备案的项目，有相同的8类限制类别之一且名称相似度不低于`resemblance_bp`，或申报共享的目录资源同名。问后备案的一方，每一对一个疑点。涉密项目不参与比较。",
    "A project of another unit, filed before, is of the same restricted category with a name so much"
    " alike, or declares a resource of the same name. The later one is asked, once for each pair. Classified"
    " projects are not compared.",
)


def likes(sketch: Sketch, watch: Watch) -> Iterator[Like]:
    """Where others are to be looked for that may do the same."""
    signs = [f"shares:{resource}" for resource in sketch.provides]
    if sketch.categories:
        pairs = rare_pairs(sketch.name, watch.limit("resemblance_bp"))
        signs += [f"{category}:{pair}" for category in sketch.categories for pair in pairs]
    for sign in dict.fromkeys(signs):
        for owner in sketch.owners:
            yield Like(sign=sign, owner=owner, same_owner=False)


def raised(sketch: Sketch, others: Iterable[Sketch], watch: Watch) -> Iterator[RedFlag]:
    """One flag for each earlier project of another unit that does the same. The later project is asked."""
    for other in others:
        same_resource = sorted(set(other.provides) & set(sketch.provides))
        if (
            other.project == sketch.project
            or not set(other.owners).isdisjoint(sketch.owners)
            or (other.filed_on.earliest, other.position) >= (sketch.filed_on.earliest, sketch.position)
            or not (same_resource or _same_function(sketch, other, watch))
        ):
            continue
        shared_zh = f"，目录资源相同：{'、'.join(same_resource)}" if same_resource else ""
        shared_en = f"; same resources: {', '.join(same_resource)}" if same_resource else ""
        told = text(
            f"与此前备案的“{other.name}”功能相近{shared_zh}", f"does what “{other.name}”, filed before, does{shared_en}"
        )
        yield watch.flag(sketch.project, str(other.project), told, [sketch.filed, other.filed], [other.project])


def _same_function(sketch: Sketch, other: Sketch, watch: Watch) -> bool:
    same_category = not set(other.categories).isdisjoint(sketch.categories)
    return same_category and resemblance_bp(other.name, sketch.name) >= watch.limit("resemblance_bp")
