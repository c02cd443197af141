"""绩效评价 Indicators computed from events, beside the scores that people gave, per project, unit and year."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from domain.county import County
from domain.evolve import effective
from domain.indicators import computed_rates
from domain.project import OWN_CHANNELS, Knowledge, Milestone, Project
from domain.recorded import Recorded
from domain.scheme import SchemeRef
from domain.steps.history import ProjectImported
from domain.streams import StreamKind
from domain.unit import Unit
from projections.performance import appearances
from projections.performance.indicators import schedule
from projections.topics import ALL, topics
from projections.unit_names import TABLE as UNIT_NAMES
from projections.unit_names import write_unit_names
from projections.view import Cursor, Page, Projection, project_name, upsert

_OWN = {Milestone.EVALUATED_OWN: True, Milestone.EVALUATED_INDEPENDENT: False}


class Performance(Projection):
    """Rows of indicators per project, of evaluations with their scale and who gave them, of units' assessments."""

    NAME = "performance"
    VERSION = 4
    HANDLES = topics("project", "unit", "record", "county.evaluated")
    IGNORES = ALL - HANDLES
    TABLES = f"""
        CREATE TABLE projects (
            log_id integer NOT NULL, project_id uuid NOT NULL, number text, name text NOT NULL, stage text NOT NULL,
            owners text[] NOT NULL, organisation text NOT NULL, classified boolean NOT NULL, source text,
            planned_end date, ended_on date, end_basis text, deviation_days integer, days_filed_to_approved integer,
            days_approved_to_accepted integer, approved_fen bigint, contracted_fen bigint NOT NULL,
            arranged_fen bigint NOT NULL, disbursed_fen bigint NOT NULL, execution_rate text, in_place_rate text,
            completion_rate text, cost_saving_rate text, satisfied_bp integer, respondents integer,
            refusals integer NOT NULL, changes integer NOT NULL, filed_year integer, approved_year integer,
            accepted_year integer, position bigint NOT NULL,
            PRIMARY KEY (log_id, project_id));
        CREATE INDEX ON projects (log_id, number, name, project_id);
        CREATE INDEX ON projects USING gin (owners);
        CREATE TABLE evaluations (
            log_id integer NOT NULL, project_id uuid NOT NULL, number integer NOT NULL, own boolean NOT NULL,
            channel text NOT NULL, evaluator text NOT NULL, scale text NOT NULL, grade text NOT NULL, score text,
            period text NOT NULL, reported_on text, used text, commission integer, scheme text,
            PRIMARY KEY (log_id, project_id, number));
        CREATE TABLE assessments (
            log_id integer NOT NULL, unit_id uuid NOT NULL, number integer NOT NULL, uscc text NOT NULL,
            name text NOT NULL, kind text NOT NULL, year integer NOT NULL, assessor text NOT NULL, scale text NOT NULL,
            grade text NOT NULL, score text, scheme text, assessed_on text NOT NULL,
            PRIMARY KEY (log_id, unit_id, number));
        CREATE INDEX ON assessments (log_id, year);
        CREATE TABLE county_evaluations (
            log_id integer NOT NULL, county_id uuid NOT NULL, number integer NOT NULL, year integer NOT NULL,
            evaluator text NOT NULL, scale text NOT NULL, grade text NOT NULL, score text NOT NULL, stars integer,
            scheme text NOT NULL, evaluated_on text NOT NULL,
            PRIMARY KEY (log_id, county_id, number));
        {appearances.TABLE}
        {UNIT_NAMES}
    """

    def project(self, page: Page, cursor: Cursor) -> None:
        """Write the rows of the projects and units that the page touches."""
        rows, evaluations = [], []
        touched = page.touched(StreamKind.PROJECT)
        for stream in touched:
            project = page.project(stream)
            rows.append(_project(page.log_id, project, page.last_position(StreamKind.PROJECT, stream)))
            evaluations += [
                {"log_id": page.log_id, "project_id": stream, **e}
                for e in (*_evaluations(project), *_imported(project))
            ]
        upsert(cursor, "projects", ("log_id", "project_id"), rows)
        # An evaluation that was corrected away has no row to replace it, so a project's rows are written anew.
        cursor.execute("DELETE FROM evaluations WHERE log_id = %s AND project_id = ANY(%s)", (page.log_id, touched))
        upsert(cursor, "evaluations", ("log_id", "project_id", "number"), evaluations)
        units = page.touched(StreamKind.UNIT)
        cursor.execute("DELETE FROM assessments WHERE log_id = %s AND unit_id = ANY(%s)", (page.log_id, units))
        assessments = [row for stream in units for row in _assessments(page.log_id, page.unit(stream))]
        upsert(cursor, "assessments", ("log_id", "unit_id", "number"), assessments)
        for stream in page.touched(StreamKind.COUNTY):
            county = cast("County", page.state(StreamKind.COUNTY, stream))
            cursor.execute("DELETE FROM county_evaluations WHERE log_id = %s AND county_id = %s", (page.log_id, stream))
            upsert(cursor, "county_evaluations", (), _county_evaluations(page.log_id, county))
        _record_appearances(page, cursor)
        write_unit_names(page, cursor)


def _record_appearances(page: Page, cursor: Cursor) -> None:
    """Write what the imported rows of the page say; of a project that the page corrects, all of them anew."""
    by_project: dict[UUID, list[Recorded]] = {}
    for entry in page.entries:
        if isinstance(entry.event, ProjectImported):
            by_project.setdefault(entry.originator_id, []).append(entry)
    corrected = [p for p in page.touched(StreamKind.PROJECT) if page.corrects(p)]
    for project in corrected:
        by_project[project] = effective(page.history(project))
    if corrected:
        cursor.execute("DELETE FROM appearances WHERE log_id = %s AND project_id = ANY(%s)", (page.log_id, corrected))
    found = [appearances.appearances(page.log_id, entries) for entries in by_project.values()]
    key = ("log_id", "project_id", "period")
    upsert(cursor, "appearances", key, [row for editions, _ in found for row in editions])
    # What an edition repeats of another period gives way to what that period's own edition says.
    upsert(cursor, "appearances", key, [row for _, repeated in found for row in repeated], unless="appearances.edition")


def _county_evaluations(log_id: int, county: County) -> list[dict[str, Any]]:
    return [
        {
            "log_id": log_id,
            "county_id": county.id,
            "number": e.number,
            "year": e.year,
            "evaluator": e.evaluator,
            "scale": e.scale,
            "grade": e.grade,
            "score": e.score,
            "stars": e.stars,
            "scheme": _scheme(e.scheme),
            "evaluated_on": str(e.evaluated_on),
        }
        for e in county.evaluations
    ]


def _project(log_id: int, project: Project, position: int) -> dict[str, Any]:
    times = schedule(project)
    approval = project.approval
    rates = {f"{rate.kind.lower()}_rate": rate.rate for rate in computed_rates(project)}
    survey = project.surveys[-1] if project.surveys else None
    return {
        "log_id": log_id,
        "project_id": project.id,
        "number": project.number,
        "name": project_name(project),
        "stage": project.stage,
        "owners": list(project.owners),
        "organisation": project.origin.organisation if project.origin else "",
        "classified": project.classified,
        "source": project.origin.source if project.origin else None,
        "planned_end": times.planned_end,
        "ended_on": times.end,
        "end_basis": times.basis,
        "deviation_days": times.deviation_days,
        "days_filed_to_approved": times.days_filed_to_approved,
        "days_approved_to_accepted": times.days_approved_to_accepted,
        "approved_fen": approval.amount_in_force.fen if approval and approval.amount_in_force else None,
        "contracted_fen": sum(c.amount.fen for c in project.contracts),
        "arranged_fen": sum(a.amount.fen for a in project.arrangements),
        "disbursed_fen": sum(a.disbursed_fen - a.refunded_fen for a in project.arrangements),
        **rates,
        "satisfied_bp": survey.satisfied_bp if survey else None,
        "respondents": survey.respondents if survey else None,
        "refusals": len(project.refusals),
        "changes": project.changes,
        "filed_year": project.filed_on.earliest.year if project.filed_on else None,
        "approved_year": approval.approved_on.earliest.year if approval else None,
        "accepted_year": project.acceptance.accepted_on.earliest.year if project.acceptance else None,
        "position": position,
    }


def _evaluations(project: Project) -> list[dict[str, Any]]:
    return [
        {
            "number": e.number,
            "own": e.channel in OWN_CHANNELS,
            "channel": e.channel,
            "evaluator": e.evaluator,
            "scale": e.scale,
            "grade": e.grade,
            "score": e.score,
            "period": e.period,
            "reported_on": str(e.reported_on),
            "used": e.use,
            "commission": e.commission,
            "scheme": _scheme(e.scheme),
        }
        for e in project.evaluations
    ]


def _imported(project: Project) -> list[dict[str, Any]]:
    """Ratings that another record states; numbered before those given here, so neither hides the other."""
    stated = [
        f for f in project.history if f.milestone in _OWN and f.knowledge is Knowledge.STATED and f.grade is not None
    ]
    return [
        {
            "number": -index,
            "own": _OWN[f.milestone],
            "channel": f.milestone,
            "evaluator": f.column,
            "scale": f.scale or "",
            "grade": f.grade,
            "score": None,
            "period": f.text or "",
            "reported_on": str(f.on) if f.on else None,
            "used": None,
            "commission": None,
            "scheme": None,
        }
        for index, f in enumerate(stated, 1)
    ]


def _assessments(log_id: int, unit: Unit) -> list[dict[str, Any]]:
    return [
        {
            "log_id": log_id,
            "unit_id": unit.id,
            "number": a.number,
            "uscc": unit.uscc,
            "name": unit.name,
            "kind": a.kind,
            "year": a.year,
            "assessor": a.assessor,
            "scale": a.scale,
            "grade": a.grade,
            "score": a.score,
            "scheme": _scheme(a.scheme),
            "assessed_on": str(a.assessed_on),
        }
        for a in unit.assessments
    ]


def _scheme(scheme: SchemeRef | None) -> str | None:
    return f"{scheme.id} {scheme.version}" if scheme else None
