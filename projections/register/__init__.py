"""项目登记簿 Which projects and units are there, and how far has each come?"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from domain.project import FundPurpose, Project
from domain.streams import StreamKind
from projections.register.searching import CATEGORIES, searched, terms
from projections.topics import topics
from projections.view import Cursor, Page, Projection, project_name, upsert


class ProjectRegister(Projection):
    """One row per project, one per unit."""

    NAME = "register"
    VERSION = 3
    HANDLES = topics("project", "unit", "record")
    IGNORES = topics("system", "register", "county", "evaluator", "guidance_fund", "accounts")
    OF_STATES = True
    TABLES = """
        CREATE TABLE projects (
            log_id integer NOT NULL, project_id uuid NOT NULL, number text, name text NOT NULL, stage text NOT NULL,
            owners text[] NOT NULL, organisation text NOT NULL, division text, kind text, categories text[] NOT NULL,
            build_mode text, classified boolean NOT NULL, source text, filed_on text, approved_on text,
            accepted_on text, estimate_fen bigint, approved_fen bigint, arranged_fen bigint NOT NULL,
            disbursed_fen bigint NOT NULL, operation_fen bigint NOT NULL, amount_fen bigint, searched text NOT NULL,
            terms text[] NOT NULL, position bigint NOT NULL,
            PRIMARY KEY (log_id, project_id));
        CREATE INDEX ON projects (log_id, number, name, project_id);
        CREATE INDEX ON projects (log_id, stage, number, name, project_id);
        CREATE INDEX ON projects (log_id, source, number, name, project_id);
        CREATE INDEX ON projects (log_id, amount_fen);
        CREATE INDEX ON projects USING gin (owners);
        CREATE INDEX ON projects USING gin (categories);
        CREATE INDEX ON projects USING gin (terms);
        CREATE TABLE units (
            log_id integer NOT NULL, uscc text NOT NULL, name text NOT NULL, kind text, division text NOT NULL,
            contact_office text NOT NULL, head_post text NOT NULL, unit_id uuid NOT NULL, searched text NOT NULL,
            terms text[] NOT NULL, position bigint NOT NULL,
            PRIMARY KEY (log_id, uscc));
        CREATE INDEX ON units (log_id, name, uscc);
        CREATE INDEX ON units USING gin (terms);
    """

    def project(self, page: Page, cursor: Cursor) -> None:
        """Write the rows of the projects and units that the page touches."""
        projects = [_project_row(page, p) for p in page.touched(StreamKind.PROJECT)]
        upsert(cursor, "projects", ("log_id", "project_id"), projects)
        units = []
        for stream in page.touched(StreamKind.UNIT):
            unit = page.unit(stream)
            found_by = searched([unit.uscc, unit.name, unit.enrolled_name, *(n.name for n in unit.names)])
            units.append(
                {
                    "log_id": page.log_id,
                    "uscc": unit.uscc,
                    "name": unit.name,
                    "kind": unit.kind,
                    "division": unit.division,
                    "contact_office": unit.contact_office,
                    "head_post": unit.head_post,
                    "unit_id": stream,
                    "searched": found_by,
                    "terms": terms(found_by),
                    "position": page.last_position(StreamKind.UNIT, stream),
                }
            )
        upsert(cursor, "units", ("log_id", "uscc"), units)


def _project_row(page: Page, stream: UUID) -> dict[str, Any]:
    project = page.project(stream)
    filing, origin, approval = project.filing, project.origin, project.approval
    estimate_fen = filing.estimate.fen if filing and filing.estimate else None
    approved_fen = approval.amount_in_force.fen if approval and approval.amount_in_force else None
    found_by = _searched(project)
    return {
        "log_id": page.log_id,
        "project_id": stream,
        "number": project.number,
        "name": project_name(project),
        "stage": project.stage,
        "owners": list(project.owners),
        "organisation": origin.organisation if origin else "",
        "division": filing.division if filing else None,
        "kind": filing.kind if filing else None,
        "categories": [str(c) for c in filing.categories] if filing else [],
        "build_mode": filing.build_mode if filing else None,
        "classified": project.classified,
        "source": origin.source if origin else None,
        "filed_on": str(project.filed_on) if project.filed_on else None,
        "approved_on": str(approval.approved_on) if approval else None,
        "accepted_on": str(project.acceptance.accepted_on) if project.acceptance else None,
        "estimate_fen": estimate_fen,
        "approved_fen": approved_fen,
        "amount_fen": approved_fen if approved_fen is not None else estimate_fen,
        "searched": found_by,
        "terms": terms(found_by),
        "arranged_fen": sum(a.amount.fen for a in project.arrangements),
        "disbursed_fen": sum(a.disbursed_fen - a.refunded_fen for a in project.arrangements),
        "operation_fen": sum(a.amount.fen for a in project.arrangements if a.purpose is FundPurpose.OPERATION),
        "position": page.last_position(StreamKind.PROJECT, stream),
    }


def _searched(project: Project) -> str:
    """What a project is found by, besides the names of its units, which may change without it."""
    origin = project.origin
    categories = project.filing.categories if project.filing else ()
    return searched(
        [
            project.number,
            project_name(project),
            *project.owners,
            *(name for c in categories for name in CATEGORIES[c]),
            *((origin.key, origin.name, origin.organisation, origin.area) if origin else ()),
        ]
    )
