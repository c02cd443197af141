"""疑点视图 Which histories raise which red flag, by which events, and what did the unit answer?

The traces that rules look at are kept in a table and carried forward event by event, so what is flagged, from where on,
and where it was lifted again are the same whatever the pages. A flag that no longer holds is lifted, never deleted.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from domain.correction import FactCorrected
from domain.recorded import Recorded
from domain.red_flags import FlagRules
from domain.red_flags.back_dated import lateness
from domain.red_flags.trace import TRACED
from domain.rule import RuleSets
from domain.streams import StreamKind
from projections.red_flags.comparing import Comparison
from projections.red_flags.county import County
from projections.tallies import Tally
from projections.topics import ALL, topics
from projections.view import Cursor, Page, Projection, project_name, upsert

_HANDLED = (
    "project",
    "record",
    "system.registered",
    "system.security_tested",
    "unit.enrolled",
    "unit.connection_obligation_set",
    "unit.connection_obligation_met",
)
"""All that happens to projects, since any of it may be recorded too late; and what else rules look at."""


COUNTS = Tally(
    "counts",
    ("rule", "status", "classified"),
    ("flags",),
    "SELECT rule, status, classified, 1 AS flags FROM flags WHERE log_id = %(log_id)s AND project_id = ANY(%(of)s)",
)
"""How many flags there are of a rule, by what became of them."""


class RedFlags(Projection):
    """One row per flag; beside it what is kept in mind of each stream, and where projects are found by others."""

    NAME = "red_flags"
    VERSION = 4
    HANDLES = topics(*_HANDLED)
    IGNORES = ALL - topics(*_HANDLED)
    TABLES = """
        CREATE TABLE projects (
            log_id integer NOT NULL, project_id uuid NOT NULL, number text, name text NOT NULL, owners text[] NOT NULL,
            classified boolean NOT NULL,
            PRIMARY KEY (log_id, project_id));
        CREATE INDEX ON projects USING gin (owners);
        CREATE TABLE dossiers (
            log_id integer NOT NULL, project_id uuid NOT NULL, late jsonb, sketch jsonb,
            PRIMARY KEY (log_id, project_id));
        CREATE TABLE traces (
            log_id integer NOT NULL, stream_id uuid NOT NULL, version integer NOT NULL, stream_kind text NOT NULL,
            topic text NOT NULL, position bigint NOT NULL, recorded_at timestamptz NOT NULL, account text NOT NULL,
            happened_on text NOT NULL, says jsonb NOT NULL, first_happened_on text, withdrawn boolean NOT NULL,
            person uuid, organisation text, role text,
            PRIMARY KEY (log_id, stream_id, version));
        CREATE TABLE signs (
            log_id integer NOT NULL, sign text NOT NULL, owner text NOT NULL, filed_day date NOT NULL,
            project_id uuid NOT NULL,
            PRIMARY KEY (log_id, sign, owner, filed_day, project_id));
        CREATE INDEX ON signs (log_id, project_id);
        CREATE TABLE flags (
            log_id integer NOT NULL, project_id uuid NOT NULL, rule text NOT NULL, key text NOT NULL,
            version integer NOT NULL, status text NOT NULL, told_zh text NOT NULL, told_en text NOT NULL,
            events jsonb NOT NULL, others uuid[] NOT NULL, raised_at bigint NOT NULL, changed_at bigint NOT NULL,
            lifted_at bigint, answered_at bigint, answers integer NOT NULL, classified boolean NOT NULL,
            PRIMARY KEY (log_id, project_id, rule, key));
        CREATE INDEX ON flags (log_id, raised_at DESC);
        CREATE INDEX ON flags (log_id, rule, raised_at DESC);
        CREATE INDEX ON flags (log_id, status, raised_at DESC);
        CREATE INDEX ON flags USING gin (others) WHERE others <> '{}';
        CREATE TABLE counts (
            log_id integer NOT NULL, rule text NOT NULL, status text NOT NULL, classified boolean NOT NULL,
            flags bigint NOT NULL,
            PRIMARY KEY (log_id, rule, status, classified));
    """

    def __init__(self, rules: FlagRules | None = None, rule_sets: RuleSets | None = None) -> None:
        """Flag by these rules, with the parameters of these rule sets. Without rules nothing is flagged.

        The tables carry their digest: other rules are other tables, which are filled anew.
        """
        self._rules = rules
        self._rule_sets = rule_sets
        if rules is not None and rule_sets is not None:
            self.TABLES = f"/* {rules.digest(rule_sets)} */{RedFlags.TABLES}"  # type: ignore[misc]

    def project(self, page: Page, cursor: Cursor) -> None:
        """Write the flags that the page's events raise, change or lift, in the order of the events."""
        if self._rules is None or self._rule_sets is None:
            return
        county = County(page.log_id, cursor, self._rules, self._rule_sets)
        kept = [
            (entry, late)
            for entry in page.entries
            if (late := self._late(entry)) is not None or entry.event.TOPIC in TRACED
        ]
        county.read([entry for entry, _ in kept if entry.event.TOPIC in TRACED])
        county.read_projects({entry.originator_id for entry, late in kept if late is not None})
        for entry, late in kept:
            corrects = isinstance(entry.event, FactCorrected) and page.corrects(entry.originator_id)
            county.take(entry, late, applied=not corrects)
        county.settle_late()
        Comparison(county).make()
        turned = _write_heads(page, cursor)
        concerned = county.flags_changed() | _about(page, turned, cursor)
        COUNTS.take_out(cursor, page.log_id, concerned)
        county.write()
        _hide(page, concerned, cursor)
        COUNTS.put_in(cursor, page.log_id, concerned)

    def _late(self, entry: Recorded) -> tuple[int, int] | None:
        if entry.kind is not StreamKind.PROJECT or self._rule_sets is None:
            return None
        return lateness(entry, self._rule_sets)


def _write_heads(page: Page, cursor: Cursor) -> set[UUID]:
    """Write whose flags they are; gives the projects that are classified now and were not, or are no more."""
    heads = [_head(page, p) for p in page.touched(StreamKind.PROJECT)]
    cursor.execute(
        "SELECT project_id FROM projects WHERE log_id = %s AND project_id = ANY(%s) AND classified",
        (page.log_id, [head["project_id"] for head in heads]),
    )
    before = {project for (project,) in cursor.fetchall()}
    upsert(cursor, "projects", ("log_id", "project_id"), heads)
    return before ^ {head["project_id"] for head in heads if head["classified"]}


def _about(page: Page, projects: set[UUID], cursor: Cursor) -> set[UUID]:
    """Projects with flags that name any of these."""
    if not projects:
        return set()
    cursor.execute(
        "SELECT DISTINCT project_id FROM flags WHERE log_id = %s AND others <> '{}' AND others && %s",
        (page.log_id, list(projects)),
    )
    return projects | {project for (project,) in cursor.fetchall()}


def _hide(page: Page, projects: set[UUID], cursor: Cursor) -> None:
    """Mark flags that concern a classified project, as the one asked or as another: they are not for all (G15)."""
    if projects:
        cursor.execute(
            "UPDATE flags f SET classified = n.now FROM (SELECT g.project_id, g.rule, g.key, EXISTS (SELECT FROM"
            " projects p WHERE p.log_id = g.log_id AND p.project_id = ANY(g.others || g.project_id) AND p.classified)"
            " AS now FROM flags g WHERE g.log_id = %(log_id)s AND g.project_id = ANY(%(of)s)) n"
            " WHERE f.log_id = %(log_id)s AND (f.project_id, f.rule, f.key) = (n.project_id, n.rule, n.key)"
            " AND f.classified <> n.now",
            {"log_id": page.log_id, "of": list(projects)},
        )


def _head(page: Page, stream: UUID) -> dict[str, Any]:
    project = page.project(stream)
    return {
        "log_id": page.log_id,
        "project_id": stream,
        "number": project.number,
        "name": project_name(project),
        "owners": list(project.owners),
        "classified": project.classified,
    }
