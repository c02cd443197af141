"""项目登记簿 Which projects and units are there, and how far has each come?"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from domain.project import FundPurpose
from domain.streams import StreamKind
from projections.topics import topics
from projections.view import Cursor, Page, Projection, project_name, upsert


class ProjectRegister(Projection):
    """One row per project, one per unit."""

    NAME = "register"
    VERSION = 1
    HANDLES = topics("project", "unit", "record")
    IGNORES = topics("system", "register", "county", "evaluator", "guidance_fund", "accounts")
    TABLES = """
        CREATE TABLE projects (
            log_id integer NOT NULL, project_id uuid NOT NULL, number text, name text NOT NULL, stage text NOT NULL,
            owners text[] NOT NULL, organisation text NOT NULL, division text, kind text, categories text[] NOT NULL,
            build_mode text, classified boolean NOT NULL, source text, filed_on text, approved_on text,
            accepted_on text, estimate_fen bigint, approved_fen bigint, arranged_fen bigint NOT NULL,
            disbursed_fen bigint NOT NULL, operation_fen bigint NOT NULL, position bigint NOT NULL,
            PRIMARY KEY (log_id, project_id));
        CREATE INDEX ON projects (log_id, number);
        CREATE INDEX ON projects USING gin (owners);
        CREATE TABLE units (
            log_id integer NOT NULL, uscc text NOT NULL, name text NOT NULL, kind text, division text NOT NULL,
            contact_office text NOT NULL, head_post text NOT NULL, position bigint NOT NULL,
            PRIMARY KEY (log_id, uscc));
    """

    def project(self, page: Page, cursor: Cursor) -> None:
        """Write the rows of the projects and units that the page touches."""
        projects = [_project_row(page, p) for p in page.touched(StreamKind.PROJECT)]
        upsert(cursor, "projects", ("log_id", "project_id"), projects)
        units = []
        for stream in page.touched(StreamKind.UNIT):
            unit = page.unit(stream)
            units.append(
                {
                    "log_id": page.log_id,
                    "uscc": unit.uscc,
                    "name": unit.name,
                    "kind": unit.kind,
                    "division": unit.division,
                    "contact_office": unit.contact_office,
                    "head_post": unit.head_post,
                    "position": page.last_position(StreamKind.UNIT, stream),
                }
            )
        upsert(cursor, "units", ("log_id", "uscc"), units)


def _project_row(page: Page, stream: UUID) -> dict[str, Any]:
    project = page.project(stream)
    filing, origin, approval = project.filing, project.origin, project.approval
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
        "estimate_fen": filing.estimate.fen if filing and filing.estimate else None,
        "approved_fen": approval.amount_in_force.fen if approval and approval.amount_in_force else None,
        "arranged_fen": sum(a.amount.fen for a in project.arrangements),
        "disbursed_fen": sum(a.disbursed_fen - a.refunded_fen for a in project.arrangements),
        "operation_fen": sum(a.amount.fen for a in project.arrangements if a.purpose is FundPurpose.OPERATION),
        "position": page.last_position(StreamKind.PROJECT, stream),
    }
