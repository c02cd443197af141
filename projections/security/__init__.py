"""安全视图 Levels, test reports and until when they count, hazards, incidents, and whether security went along.

How long a test is good for, and what its conclusion is worth, are parameters of the rule set of the day of asking; so
rows keep what the reports say.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from domain.correction import FactCorrected
from domain.evolve import effective
from domain.project import Project, SecurityPhase
from domain.recorded import Recorded
from domain.steps.security import ClassifiedSystemTested, CryptoAssessed, SecurityTested
from domain.streams import StreamKind
from domain.system import GovSystem, IncidentGrade, SecurityTest
from projections.topics import ALL, topics
from projections.view import Cursor, Page, Projection, project_name, upsert

_HANDLED = (
    "system",
    "record.fact_corrected",
    "record.step_refused",
    "project.filed",
    "project.filing_amended",
    "project.filing_refused",
    "project.system_listed",
    "project.security_marked",
)
"""What happens to systems; who owns them; and the marks of projects."""
_GRADES = tuple(IncidentGrade)
"""From the gravest to the least."""


class Security(Projection):
    """One row per system, per report, per incident, and per filed project."""

    NAME = "security"
    VERSION = 1
    HANDLES = topics(*_HANDLED)
    IGNORES = ALL - topics(*_HANDLED)
    TABLES = """
        CREATE TABLE systems (
            log_id integer NOT NULL, system_id uuid NOT NULL, name text NOT NULL, projects uuid[] NOT NULL,
            owners text[] NOT NULL, retired boolean NOT NULL, classified boolean NOT NULL, level integer,
            certificate_no text, filed_on text, changed_on text, report_no text, test_level integer, template text,
            conclusion text, reported_on date, fits boolean, rectification_plan boolean NOT NULL,
            unresolved_high_risks integer NOT NULL, major_hazards integer NOT NULL, crypto_report_no text,
            open_incidents integer NOT NULL, gravest_open_incident text, position bigint NOT NULL,
            PRIMARY KEY (log_id, system_id));
        CREATE INDEX ON systems (log_id, name, system_id);
        CREATE INDEX ON systems USING gin (owners);
        CREATE INDEX ON systems USING gin (projects);
        CREATE TABLE tests (
            log_id integer NOT NULL, system_id uuid NOT NULL, version integer NOT NULL, kind text NOT NULL,
            level integer NOT NULL, report_no text NOT NULL, agency text, template text, conclusion text,
            unresolved_high_risks integer, major_hazards integer, rectification_plan boolean, happened_on text NOT NULL,
            reported_on date NOT NULL, position bigint NOT NULL, standing text NOT NULL, corrected_by bigint,
            corrected_why text, covering boolean NOT NULL,
            PRIMARY KEY (log_id, system_id, version));
        CREATE INDEX ON tests (log_id, reported_on DESC, position DESC);
        CREATE INDEX ON tests (log_id, kind, level, reported_on) WHERE covering;
        CREATE INDEX ON tests (log_id, standing, reported_on DESC, position DESC) WHERE standing <> 'STANDS';
        CREATE TABLE incidents (
            log_id integer NOT NULL, system_id uuid NOT NULL, number integer NOT NULL, grade text NOT NULL,
            occurred_on text NOT NULL, occurred_from date NOT NULL, resolved_on text,
            PRIMARY KEY (log_id, system_id, number));
        CREATE INDEX ON incidents (log_id, occurred_from DESC, system_id, number);
        CREATE INDEX ON incidents (log_id, occurred_from DESC, system_id, number) WHERE resolved_on IS NULL;
        CREATE TABLE projects (
            log_id integer NOT NULL, project_id uuid NOT NULL, number text, name text NOT NULL, owners text[] NOT NULL,
            classified boolean NOT NULL, planned boolean NOT NULL, built_on text, assessed_on text,
            systems integer NOT NULL,
            PRIMARY KEY (log_id, project_id));
        CREATE INDEX ON projects (log_id, number, project_id);
        CREATE INDEX ON projects USING gin (owners);
    """

    def project(self, page: Page, cursor: Cursor) -> None:
        """Write the rows of the projects and systems that the page touches, and of the projects' systems."""
        projects = page.touched(StreamKind.PROJECT)
        # A filing that was withdrawn leaves no row.
        cursor.execute("DELETE FROM projects WHERE log_id = %s AND project_id = ANY(%s)", (page.log_id, projects))
        states = [page.project(p) for p in projects]
        upsert(cursor, "projects", (), [_project(page.log_id, p) for p in states if p.filing is not None])
        # A correction may take a system off a project, or the name of the owner with it.
        own = [s for p in states for s in p.systems]
        systems = list(dict.fromkeys([*page.touched(StreamKind.SYSTEM), *own, *_listed(cursor, page, projects)]))
        systems = [s for s in systems if page.system(s).version]  # Its project may list it before it is registered.
        if not systems:
            return
        upsert(cursor, "systems", ("log_id", "system_id"), [_system(page, s) for s in systems])
        _write_tests(page, cursor)
        key = (page.log_id, systems)
        cursor.execute("DELETE FROM incidents WHERE log_id = %s AND system_id = ANY(%s)", key)
        upsert(cursor, "incidents", (), [row for s in systems for row in _incidents(page.log_id, page.system(s))])
        cursor.execute(_COVERING.encode(), key)


_COVERING = """
    UPDATE tests t SET covering = NOT t.covering FROM systems s
     WHERE s.log_id = t.log_id AND s.system_id = t.system_id AND t.log_id = %s AND t.system_id = ANY(%s)
       AND t.covering <> (NOT s.retired AND t.standing = 'STANDS' AND coalesce(
           CASE t.kind WHEN 'LEVEL' THEN t.report_no = s.report_no WHEN 'CRYPTO' THEN t.report_no = s.crypto_report_no
           END, false))
"""


def _listed(cursor: Cursor, page: Page, projects: Sequence[UUID]) -> list[UUID]:
    """Systems whose rows name a project."""
    if not projects:
        return []
    cursor.execute(
        "SELECT DISTINCT system_id FROM systems WHERE log_id = %s AND projects && %s::uuid[] ORDER BY 1",
        (page.log_id, list(projects)),
    )
    return [system for (system,) in cursor.fetchall()]


def _project(log_id: int, project: Project) -> dict[str, Any]:
    marked = {m.phase: str(m.marked_on) for m in project.security_marks}
    return {
        "log_id": log_id,
        "project_id": project.id,
        "number": project.number,
        "name": project_name(project),
        "owners": list(project.owners),
        "classified": project.classified,
        "planned": project.filing is not None and project.filing.security_planned,
        "built_on": marked.get(SecurityPhase.BUILD),
        "assessed_on": marked.get(SecurityPhase.ASSESSMENT),
        "systems": len(set(project.systems)),
    }


def _system(page: Page, stream: UUID) -> dict[str, Any]:
    system = page.system(stream)
    level, test = system.level_filing, _newest_fitting(system)
    crypto = max(system.crypto_assessments, key=lambda c: c.assessed_on.earliest, default=None)
    unsolved = [i.grade for i in system.incidents if i.resolved_on is None]
    return {
        "log_id": page.log_id,
        "system_id": stream,
        "name": system.name,
        "projects": list(dict.fromkeys(system.projects)),
        "owners": list(dict.fromkeys(o for p in system.projects for o in page.project(p).owners)),
        "retired": system.retired_on is not None,
        "classified": system.classified,
        "level": level.level if level else None,
        "certificate_no": level.certificate_no if level else None,
        "filed_on": str(level.filed_on) if level else None,
        "changed_on": str(system.changed_on) if system.changed_on else None,
        "report_no": test.report_no if test else None,
        "test_level": test.level if test else None,
        "template": test.template if test else None,
        "conclusion": test.conclusion if test else None,
        "reported_on": test.reported_on.earliest if test else None,
        "fits": _fits(test, system) if test else None,
        "rectification_plan": test is not None and test.rectification_plan,
        "unresolved_high_risks": test.unresolved_high_risks if test else 0,
        "major_hazards": test.major_hazards if test else 0,
        "crypto_report_no": crypto.report_no if crypto else None,
        "open_incidents": len(unsolved),
        "gravest_open_incident": min(unsolved, default=None, key=_GRADES.index),
        "position": page.last_position(StreamKind.SYSTEM, stream),
    }


def _newest_fitting(system: GovSystem) -> SecurityTest | None:
    """The report by which the system is seen: the newest that fits it, or else the newest."""
    return max(system.tests, key=lambda t: (_fits(t, system), t.reported_on.earliest), default=None)


def _fits(test: SecurityTest, system: GovSystem) -> bool:
    """Is it of the system's level and certificate, and not older than its level filing and last major change (G14)?"""
    level = system.level_filing
    return (
        level is not None
        and (test.level, test.certificate_no) == (level.level, level.certificate_no)
        and test.reported_on.latest >= level.filed_on.earliest
        and (system.changed_on is None or test.reported_on.latest >= system.changed_on.earliest)
    )


def _incidents(log_id: int, system: GovSystem) -> list[dict[str, Any]]:
    # Of two incidents of one number, which a correction may leave, the later one counts.
    newest = {i.number: i for i in system.incidents}
    return [
        {
            "log_id": log_id,
            "system_id": system.id,
            "number": i.number,
            "grade": i.grade,
            "occurred_on": str(i.occurred_on),
            "occurred_from": i.occurred_on.earliest,
            "resolved_on": str(i.resolved_on) if i.resolved_on else None,
        }
        for i in newest.values()
    ]


def _write_tests(page: Page, cursor: Cursor) -> None:
    """One row per report. A report that was corrected keeps its row, and says by what."""
    rows: list[dict[str, Any]] = []
    corrected = [s for s in page.touched(StreamKind.SYSTEM) if page.corrects(s)]
    cursor.execute("DELETE FROM tests WHERE log_id = %s AND system_id = ANY(%s)", (page.log_id, corrected))
    for stream in page.touched(StreamKind.SYSTEM):
        if stream in corrected:
            rows += _corrected_tests(page.log_id, page.history(stream))
        else:
            rows += _tests(page.log_id, page.of(stream))
    upsert(cursor, "tests", ("log_id", "system_id", "version"), rows)


def _tests(log_id: int, entries: Iterable[Recorded]) -> list[dict[str, Any]]:
    rows = []
    for entry in entries:
        event = entry.event
        row: dict[str, Any] = {"level": 0, "agency": None, "template": None, "conclusion": None}
        row |= {"unresolved_high_risks": None, "major_hazards": None, "rectification_plan": None}
        match event:
            case SecurityTested():
                row |= {name: getattr(event, name) for name in row}
                row["kind"] = "LEVEL"
            case CryptoAssessed():
                row |= {"kind": "CRYPTO", "agency": event.agency, "template": event.stage}
                row |= {"conclusion": event.conclusion, "unresolved_high_risks": event.unresolved_high_risks}
            case ClassifiedSystemTested():
                row["kind"] = "CLASSIFIED"
            case _:
                continue
        rows.append(
            {
                "log_id": log_id,
                "system_id": entry.stream.id,
                "version": entry.stream.version,
                "report_no": event.report_no,
                **row,
                "happened_on": str(entry.happened_on),
                "reported_on": entry.happened_on.earliest,
                "position": entry.position,
                "standing": "STANDS",
                "corrected_by": None,
                "corrected_why": None,
                "covering": False,
            }
        )
    return rows


def _corrected_tests(log_id: int, history: Sequence[Recorded]) -> list[dict[str, Any]]:
    """Reports as they stand; those withdrawn as they were recorded."""
    newest = {e.event.target_version: (e, e.event) for e in history if isinstance(e.event, FactCorrected)}
    rows = {row["version"]: row for row in _tests(log_id, history)}
    rows |= {row["version"]: row for row in _tests(log_id, effective(history))}
    for version, row in rows.items():
        if version in newest:
            entry, correction = newest[version]
            row["standing"] = "WITHDRAWN" if correction.replacement is None else "REPLACED"
            row["corrected_by"], row["corrected_why"] = entry.position, correction.reason
    return list(rows.values())
