"""绩效评价 Indicators computed from events, beside the scores that people gave, per project and per unit."""

from __future__ import annotations

from typing import Any

from domain.project import OWN_CHANNELS, Knowledge, Milestone, Project
from domain.streams import StreamKind
from projections.performance.indicators import schedule
from projections.view import Cursor, Page, Projection, project_name, upsert

_OWN = {Milestone.EVALUATED_OWN: True, Milestone.EVALUATED_INDEPENDENT: False}


class Performance(Projection):
    """One row of indicators per project, and one row per evaluation with its scale and who gave it."""

    NAME = "performance"
    VERSION = 1
    TABLES = """
        CREATE TABLE projects (
            log_id integer NOT NULL, project_id uuid NOT NULL, number text, name text NOT NULL, stage text NOT NULL,
            owners text[] NOT NULL, organisation text NOT NULL, classified boolean NOT NULL, source text,
            planned_end date, ended_on date, end_basis text, deviation_days integer, days_filed_to_approved integer,
            days_approved_to_accepted integer, approved_fen bigint, contracted_fen bigint NOT NULL,
            arranged_fen bigint NOT NULL, disbursed_fen bigint NOT NULL, refusals integer NOT NULL,
            changes integer NOT NULL, position bigint NOT NULL,
            PRIMARY KEY (log_id, project_id));
        CREATE TABLE evaluations (
            log_id integer NOT NULL, project_id uuid NOT NULL, number integer NOT NULL, own boolean NOT NULL,
            channel text NOT NULL, evaluator text NOT NULL, scale text NOT NULL, grade text NOT NULL, score text,
            period text NOT NULL, reported_on text, used text,
            PRIMARY KEY (log_id, project_id, number));
    """

    def project(self, page: Page, cursor: Cursor) -> None:
        """Write the rows of the projects that the page touches."""
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


def _project(log_id: int, project: Project, position: int) -> dict[str, Any]:
    times = schedule(project)
    approval = project.approval
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
        "approved_fen": approval.amount.fen if approval and approval.amount else None,
        "contracted_fen": sum(c.amount.fen for c in project.contracts),
        "arranged_fen": sum(a.amount.fen for a in project.arrangements),
        "disbursed_fen": sum(a.disbursed_fen - a.refunded_fen for a in project.arrangements),
        "refusals": len(project.refusals),
        "changes": project.changes,
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
        }
        for index, f in enumerate(stated, 1)
    ]
