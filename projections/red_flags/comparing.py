"""比较 Flags among projects: when what is compared of one changes, those of all that are like it are made anew.

Others are found by signs that two projects to be compared share, so the county is never gone through.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from uuid import UUID

from domain.red_flags import duplicated_function, split_projects
from domain.red_flags.flag import Like, RedFlag, Sketch, Watch
from projections.red_flags.county import County, FlagKey, SketchChange

_SAME_OWNER = """
    SELECT DISTINCT s.project_id
    FROM unnest(%(signs)s::text[], %(owners)s::text[], %(since)s::date[], %(until)s::date[])
         l(sign, owner, since, until)
    JOIN signs s ON s.log_id = %(log_id)s AND s.sign = l.sign AND s.owner = l.owner
     AND s.filed_day BETWEEN l.since AND l.until
"""
# In two parts, so that each is a range of the index: those of the same owner, who may have many, are not looked at.
_OTHER_OWNERS = """
    SELECT s.project_id FROM unnest(%(signs)s::text[], %(owners)s::text[]) l(sign, owner)
    JOIN signs s ON s.log_id = %(log_id)s AND s.sign = l.sign AND s.owner < l.owner
    UNION
    SELECT s.project_id FROM unnest(%(signs)s::text[], %(owners)s::text[]) l(sign, owner)
    JOIN signs s ON s.log_id = %(log_id)s AND s.sign = l.sign AND s.owner > l.owner
"""


class Comparison:
    """The projects that those which changed can be compared with, as they stand at each change."""

    def __init__(self, county: County) -> None:
        self._county = county
        self._sketches: dict[UUID, Sketch] = {}
        self._under: dict[str, dict[str, set[UUID]]] = defaultdict(lambda: defaultdict(set))
        """Projects by sign and owner."""

    def make(self) -> None:
        """Raise, change and lift the flags among projects, change by change."""
        changes = self._county.sketch_changes
        if not changes:
            return
        self._read([s for c in changes for s in (c.old, c.new) if s is not None])
        # Whether others belong together with a third depends on those that are like them.
        self._read([s for s in self._sketches.values() if any(self._together(s, c) for c in changes)])
        for change in changes:
            self._replace(change)
            self._compare_pairs(change)
            self._compare_groups(change)

    def _likes(self, sketches: Iterable[Sketch]) -> list[Like]:
        return list(dict.fromkeys(like for s in sketches for like in self._county.likes(s)))

    def _read(self, sketches: Collection[Sketch]) -> None:
        """Read the projects that these are to be compared with, as they stood before the page."""
        likes = self._likes(sketches)
        same, others = [k for k in likes if k.same_owner], [k for k in likes if not k.same_owner]
        found: set[UUID] = {s.project for s in sketches}
        if same:
            found |= self._county.read_like(
                _SAME_OWNER,
                signs=[k.sign for k in same],
                owners=[k.owner for k in same],
                since=[k.since for k in same],
                until=[k.until for k in same],
            )
        if others:
            found |= self._county.read_like(
                _OTHER_OWNERS, signs=[k.sign for k in others], owners=[k.owner for k in others]
            )
        for sketch in self._county.read_sketches(found - self._sketches.keys()).values():
            self._add(sketch)

    def _add(self, sketch: Sketch) -> None:
        self._sketches[sketch.project] = sketch
        for like in self._likes([sketch]):
            self._under[like.sign][like.owner].add(sketch.project)

    def _replace(self, change: SketchChange) -> None:
        known = self._sketches.pop(change.project, None)
        for like in self._likes([known] if known is not None else []):
            self._under[like.sign][like.owner].discard(change.project)
        if change.new is not None:
            self._add(change.new)

    def _found(self, sketches: Iterable[Sketch | None], *, same_owner: bool) -> dict[UUID, Sketch]:
        """Others that stand under the signs of these."""
        found: dict[UUID, Sketch] = {}
        for like in self._likes(s for s in sketches if s is not None):
            if like.same_owner is same_owner:
                by_owner = self._under[like.sign]
                chosen = [like.owner] if same_owner else [o for o in by_owner if o != like.owner]
                found |= {p: self._sketches[p] for owner in chosen for p in by_owner.get(owner, ())}
        return found

    def _compare_pairs(self, change: SketchChange) -> None:
        """R05: each pair by itself. The later of the two is asked."""
        watch = self._watch("R05")
        if watch is None:
            return
        others = self._found((change.old, change.new), same_owner=False)
        others.pop(change.project, None)
        for other in others.values():
            raised: list[RedFlag] = []
            if change.new is not None:
                raised += duplicated_function.raised(change.new, [other], watch)
                raised += duplicated_function.raised(other, [change.new], watch)
            for flag in raised:
                self._county.hold(flag, change.position)
            held = {(f.project, f.key) for f in raised}
            for asked, key in ((change.project, str(other.project)), (other.project, str(change.project))):
                if (asked, key) not in held:
                    self._county.lift((asked, "R05", key), change.position)

    def _compare_groups(self, change: SketchChange) -> None:
        """R04: the project, and each that belongs or belonged together with it."""
        watch = self._watch("R04")
        if watch is None:
            return
        near = self._found((change.old, change.new), same_owner=True)
        near = {p: s for p, s in near.items() if p != change.project and self._together(s, change)}
        for asked in (change.project, *near):
            sketch = self._sketches.get(asked)
            others = self._found([sketch], same_owner=True).values()
            flags = list(split_projects.raised(sketch, others, watch)) if sketch is not None else []
            for flag in flags:
                self._county.hold(flag, change.position)
            if not flags:
                key: FlagKey = (asked, "R04", "split")
                self._county.lift(key, change.position)

    def _together(self, sketch: Sketch, change: SketchChange) -> bool:
        watch = self._watch("R04")
        return watch is not None and any(
            split_projects.together(sketch, s, watch) for s in (change.old, change.new) if s is not None
        )

    def _watch(self, rule: str) -> Watch | None:
        stated = self._county.rules.get(rule)
        return Watch(stated, self._county.rule_sets) if stated is not None else None
