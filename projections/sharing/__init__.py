"""共享与互联 Which systems are connected at which level, which resources are shared, which themes projects serve?"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from domain.project import Project
from domain.streams import StreamKind
from domain.system import ConnectionLevel
from projections.topics import ALL, topics
from projections.view import Cursor, Page, Projection, project_name, upsert

_IGNORED = (
    "accounts",
    "project.progress_reported",
    "project.budget_set",
    "project.funds_arranged",
    "project.funds_disbursed",
    "project.funds_refunded",
    "project.funds_refused",
    "project.contract_recorded",
    "project.change_recorded",
    "project.amount_stated",
    "project.ppp_listed",
    "project.ppp_delisted",
    "project.ppp_listing_refused",
    "project.operation_reported",
    "project.evaluation_commissioned",
    "project.evaluation_commission_withdrawn",
    "project.evaluation_reported",
    "project.evaluation_commented",
    "project.evaluation_used",
    "project.satisfaction_survey_recorded",
    "project.oversight_measure_taken",
    "project.oversight_measure_lifted",
    "project.review_opinion_given",
    "register",
    "county",
    "unit",
    "evaluator",
    "guidance_fund",
)
"""What happens to a project, and elsewhere, without a bearing on connections, resources and themes."""


class Sharing(Projection):
    """One row per system, shared resource, and theme of a project."""

    NAME = "sharing"
    VERSION = 1
    HANDLES = ALL - topics(*_IGNORED)
    IGNORES = topics(*_IGNORED)
    TABLES = """
        CREATE TABLE systems (
            log_id integer NOT NULL, system_id uuid NOT NULL, name text NOT NULL, projects uuid[] NOT NULL,
            owners text[] NOT NULL, network boolean NOT NULL, data boolean NOT NULL, business boolean NOT NULL,
            supplies integer NOT NULL, calls bigint NOT NULL, last_updated date, retired boolean NOT NULL,
            classified boolean NOT NULL,
            PRIMARY KEY (log_id, system_id));
        CREATE TABLE resources (
            log_id integer NOT NULL, project_id uuid NOT NULL, name text NOT NULL, project_name text NOT NULL,
            owners text[] NOT NULL, code text, kind text NOT NULL, share_type text NOT NULL, open_attribute text,
            personal_information boolean NOT NULL, update_cycle_days integer, verified boolean NOT NULL,
            last_updated date, lapsed boolean NOT NULL, classified boolean NOT NULL,
            PRIMARY KEY (log_id, project_id, name));
        CREATE TABLE themes (
            log_id integer NOT NULL, project_id uuid NOT NULL, theme text NOT NULL, track text NOT NULL,
            classified boolean NOT NULL,
            PRIMARY KEY (log_id, project_id, theme));
    """

    def project(self, page: Page, cursor: Cursor) -> None:
        """Write the rows of the systems and projects that the page touches."""
        systems = page.touched(StreamKind.SYSTEM)
        upsert(cursor, "systems", ("log_id", "system_id"), [_system(page, s) for s in systems])
        projects = page.projects_concerned()
        # A later declaration or filing may name less than the one before.
        for table in ("resources", "themes"):
            cursor.execute(
                f"DELETE FROM {table} WHERE log_id = %s AND project_id = ANY(%s)".encode(), (page.log_id, projects)
            )
        resources = [r for p in projects for r in _resources(page, page.project(p))]
        upsert(cursor, "resources", ("log_id", "project_id", "name"), resources)
        themes = [t for p in projects for t in _themes(page, page.project(p))]
        upsert(cursor, "themes", ("log_id", "project_id", "theme"), themes)


def _system(page: Page, stream: UUID) -> dict[str, Any]:
    system = page.system(stream)
    reached = {c.level for c in system.interconnections}
    updates = [s.verified_on.latest for s in system.supplies] + [c.updated_on.latest for c in system.confirmations]
    return {
        "log_id": page.log_id,
        "system_id": stream,
        "name": system.name,
        "projects": list(system.projects),
        "owners": list(page.project(system.projects[0]).owners) if system.projects else [],
        "network": ConnectionLevel.NETWORK in reached,
        "data": ConnectionLevel.DATA in reached,
        "business": ConnectionLevel.BUSINESS in reached,
        "supplies": len({s.resource for s in system.supplies}),
        "calls": sum(c.calls or 0 for c in system.confirmations),
        "last_updated": max(updates, default=None),
        "retired": system.retired_on is not None,
        "classified": system.classified,
    }


def _resources(page: Page, project: Project) -> list[dict[str, Any]]:
    systems = [page.system(s) for s in project.systems]
    rows = []
    for resource in project.sharing.provides if project.sharing else ():
        supplied = [s.verified_on.latest for y in systems for s in y.supplies if s.resource == resource.name]
        updated = [c.updated_on.latest for y in systems for c in y.confirmations if c.resource == resource.name]
        rows.append(
            {
                "log_id": page.log_id,
                "project_id": project.id,
                "name": resource.name,
                "project_name": project_name(project),
                "owners": list(project.owners),
                "code": resource.code,
                "kind": resource.kind,
                "share_type": resource.share_type,
                "open_attribute": resource.open_attribute,
                "personal_information": resource.personal_information,
                "update_cycle_days": resource.update_cycle_days,
                "verified": bool(supplied),
                "last_updated": max([*supplied, *updated], default=None),
                "lapsed": resource.name in project.sharing_lapses,
                "classified": project.classified,
            }
        )
    return rows


def _themes(page: Page, project: Project) -> list[dict[str, Any]]:
    if project.filing is None:
        return []
    return [
        {
            "log_id": page.log_id,
            "project_id": project.id,
            "theme": theme,
            "track": project.filing.track,
            "classified": project.classified,
        }
        for theme in dict.fromkeys(project.filing.themes)
    ]
