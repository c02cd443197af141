"""共享与互联 Which systems are connected at which level, which resources are shared, which themes projects serve?"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from domain.project import Project
from domain.streams import StreamKind
from domain.system import ConnectionLevel
from projections.topics import ALL, topics
from projections.unit_names import NAMING, write_unit_names
from projections.unit_names import TABLE as UNIT_NAMES
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
    VERSION = 3
    HANDLES = (ALL - topics(*_IGNORED)) | NAMING
    IGNORES = topics(*_IGNORED) - NAMING
    TABLES = f"""
        {UNIT_NAMES}
        CREATE TABLE projects (
            log_id integer NOT NULL, project_id uuid NOT NULL, number text, name text NOT NULL, owners text[] NOT NULL,
            classified boolean NOT NULL, declared_on text,
            PRIMARY KEY (log_id, project_id));
        CREATE INDEX ON projects USING gin (owners);
        CREATE TABLE systems (
            log_id integer NOT NULL, system_id uuid NOT NULL, name text NOT NULL, projects uuid[] NOT NULL,
            registered_on text, network boolean NOT NULL, data boolean NOT NULL, business boolean NOT NULL,
            supplies integer NOT NULL, calls bigint NOT NULL, last_updated date, retired boolean NOT NULL,
            classified boolean NOT NULL,
            PRIMARY KEY (log_id, system_id));
        CREATE INDEX ON systems (log_id, name, system_id) WHERE NOT retired;
        CREATE INDEX ON systems USING gin (projects);
        CREATE TABLE connections (
            log_id integer NOT NULL, system_id uuid NOT NULL, number integer NOT NULL, department text NOT NULL,
            department_uscc text, level text NOT NULL, route text NOT NULL, tested_on text NOT NULL,
            PRIMARY KEY (log_id, system_id, number));
        CREATE TABLE resources (
            log_id integer NOT NULL, project_id uuid NOT NULL, name text NOT NULL, code text, kind text NOT NULL,
            share_type text NOT NULL, condition text, legal_basis text, open_attribute text,
            personal_information boolean NOT NULL, update_cycle_days integer, verified boolean NOT NULL,
            last_updated date, lapsed boolean NOT NULL,
            PRIMARY KEY (log_id, project_id, name));
        CREATE INDEX ON resources (log_id, name, project_id);
        CREATE TABLE needs (
            log_id integer NOT NULL, project_id uuid NOT NULL, number integer NOT NULL, provider text NOT NULL,
            resource text NOT NULL, purpose text NOT NULL,
            PRIMARY KEY (log_id, project_id, number));
        CREATE INDEX ON needs (log_id, resource);
        CREATE TABLE themes (
            log_id integer NOT NULL, project_id uuid NOT NULL, theme text NOT NULL, track text NOT NULL,
            PRIMARY KEY (log_id, project_id, theme));
    """

    def project(self, page: Page, cursor: Cursor) -> None:
        """Write the rows of the systems and projects that the page touches."""
        write_unit_names(page, cursor)
        systems = page.touched(StreamKind.SYSTEM)
        upsert(cursor, "systems", ("log_id", "system_id"), [_system(page, s) for s in systems])
        cursor.execute("DELETE FROM connections WHERE log_id = %s AND system_id = ANY(%s)", (page.log_id, systems))
        upsert(cursor, "connections", (), [c for s in systems for c in _connections(page, s)])
        projects = page.projects_concerned()
        states = [page.project(p) for p in projects]
        upsert(cursor, "projects", ("log_id", "project_id"), [_project(page.log_id, p) for p in states])
        # A later declaration or filing may name less than the one before.
        for table, rows in (
            ("resources", [r for p in states for r in _resources(page, p)]),
            ("needs", [n for p in states for n in _needs(page.log_id, p)]),
            ("themes", [t for p in states for t in _themes(page.log_id, p)]),
        ):
            cursor.execute(
                f"DELETE FROM {table} WHERE log_id = %s AND project_id = ANY(%s)".encode(), (page.log_id, projects)
            )
            # Two resources of one name in a declaration are one to share.
            upsert(cursor, table, _KEYS[table], rows)


_KEYS = {
    "resources": ("log_id", "project_id", "name"),
    "needs": ("log_id", "project_id", "number"),
    "themes": ("log_id", "project_id", "theme"),
}


def _project(log_id: int, project: Project) -> dict[str, Any]:
    return {
        "log_id": log_id,
        "project_id": project.id,
        "number": project.number,
        "name": project_name(project),
        "owners": list(project.owners),
        "classified": project.classified,
        "declared_on": str(project.sharing.declared_on) if project.sharing else None,
    }


def _system(page: Page, stream: UUID) -> dict[str, Any]:
    system = page.system(stream)
    reached = {c.level for c in system.interconnections}
    updates = [s.verified_on.latest for s in system.supplies] + [c.updated_on.latest for c in system.confirmations]
    return {
        "log_id": page.log_id,
        "system_id": stream,
        "name": system.name,
        "projects": list(system.projects),
        "registered_on": str(system.registered_on) if system.registered_on else None,
        "network": ConnectionLevel.NETWORK in reached,
        "data": ConnectionLevel.DATA in reached,
        "business": ConnectionLevel.BUSINESS in reached,
        "supplies": len({s.resource for s in system.supplies}),
        "calls": sum(c.calls or 0 for c in system.confirmations),
        "last_updated": max(updates, default=None),
        "retired": system.retired_on is not None,
        "classified": system.classified,
    }


def _connections(page: Page, stream: UUID) -> list[dict[str, Any]]:
    return [
        {
            "log_id": page.log_id,
            "system_id": stream,
            "number": number,
            "department": c.department,
            "department_uscc": c.department_uscc,
            "level": c.level,
            "route": c.route,
            "tested_on": str(c.tested_on),
        }
        for number, c in enumerate(page.system(stream).interconnections, 1)
    ]


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
                "code": resource.code,
                "kind": resource.kind,
                "share_type": resource.share_type,
                "condition": resource.condition,
                "legal_basis": resource.legal_basis,
                "open_attribute": resource.open_attribute,
                "personal_information": resource.personal_information,
                "update_cycle_days": resource.update_cycle_days,
                "verified": bool(supplied),
                "last_updated": max([*supplied, *updated], default=None),
                "lapsed": resource.name in project.sharing_lapses,
            }
        )
    return rows


def _needs(log_id: int, project: Project) -> list[dict[str, Any]]:
    return [
        {
            "log_id": log_id,
            "project_id": project.id,
            "number": number,
            "provider": need.provider,
            "resource": need.resource,
            "purpose": need.purpose,
        }
        for number, need in enumerate(project.sharing.needs if project.sharing else (), 1)
    ]


def _themes(log_id: int, project: Project) -> list[dict[str, Any]]:
    if project.filing is None:
        return []
    return [
        {
            "log_id": log_id,
            "project_id": project.id,
            "theme": theme,
            "track": project.filing.track,
        }
        for theme in dict.fromkeys(project.filing.themes)
    ]
