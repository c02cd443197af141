"""共享查询 Reading who provides and needs what, how systems are connected, what has lapsed, and themes."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from domain.project import OpenAttribute, ResourceKind
from projections.asking import Row, Rows, TracedRow, of_arrays, of_streams
from projections.unit_names import name_of, names_of

ConnectionLevelName = Literal["NETWORK", "DATA", "BUSINESS"]


class ConnectedSystem(TracedRow):
    """系统 and the levels at which it is connected (O11); isolated when at none (O12)."""

    system_id: UUID
    name: str
    projects: list[UUID]
    owners: list[str] = Field(description="登记它的项目的建设单位 owner units of the project that registered it")
    network: bool = Field(description="网络通")
    data: bool = Field(description="数据通")
    business: bool = Field(description="业务通")
    isolated: bool = Field(description="信息孤岛 connected at no level")
    supplies: int = Field(description="已核验供数的资源数 resources verified as supplied")
    calls: int = Field(description="平台调用次数 calls over the platform (O31)")
    last_updated: date | None
    retired: bool


class Connection(TracedRow):
    """互联互通 A passed connection test of a system with another department, at a level, by a route (G08, G20, O11)."""

    system_id: UUID
    system_name: str
    owners: list[str]
    number: int
    department: str
    department_uscc: str | None
    level: str
    route: str
    tested_on: str


class Resource(TracedRow):
    """共享资源 as declared, whether it is supplied, and whether it has lapsed or is due to be updated."""

    project_id: UUID
    project_name: str
    owners: list[str]
    owner_names: list[str | None] = Field(description="建设单位名称，次序同上 names of the owner units, in their order")
    name: str
    code: str | None
    kind: str
    share_type: str
    condition: str | None = Field(description="共享条件")
    legal_basis: str | None = Field(description="不予共享的法律依据")
    open_attribute: str | None
    personal_information: bool
    update_cycle_days: int | None
    verified: bool
    last_updated: date | None
    lapsed: bool = Field(description="已登记失效 recorded as lapsed")
    update_due: date | None = Field(description="按更新周期与规则集应更新之日 by its cycle and the rule set of the day")
    days_overdue: int = Field(description="逾期未更新天数 days past that day")
    needed_by: int = Field(description="有此名称需求的项目数 projects that state a need of this name")


class Need(TracedRow):
    """共享需求 What a project needs from another department, and who in the county provides a resource of that name."""

    project_id: UUID
    project_name: str
    owners: list[str]
    owner_names: list[str | None] = Field(description="建设单位名称，次序同上 names of the owner units, in their order")
    number: int
    provider: str = Field(description="提供方，按声明 as declared")
    resource: str
    purpose: str
    provided_by: list[UUID] = Field(description="提供同名资源的项目 projects that provide a resource of that name")
    providers: list[str] = Field(description="这些项目的建设单位名称 names of their owner units")
    supplied: bool = Field(description="其中有已核验供数的 is it verified as supplied by any of them")


class ThemeCount(TracedRow):
    """主题 and how many projects serve it, by track (O10, O14, O16, O17, O30)."""

    theme: str
    track: str
    projects: int


class SystemsAsked(Row):
    """Which systems."""

    isolated: bool | None = None
    unit: str | None = None
    level: ConnectionLevelName | None = None


class ResourcesAsked(Row):
    """Which resources, as of which day, and after how many cycles one lapses."""

    on: date
    cycles: int = 1
    kind: ResourceKind | None = None
    open_attribute: OpenAttribute | None = None
    unit: str | None = None
    lapsed: bool | None = None


class NeedsAsked(Row):
    """Which needs."""

    unit: str | None = None
    provided: bool | None = None


class ThemesAsked(Row):
    """All themes."""


_VISIBLE = "p.log_id = %(log_id)s AND (%(classified)s OR NOT p.classified)"
_OWNERS = """coalesce((SELECT p.owners FROM projects p WHERE p.log_id = s.log_id AND p.project_id = s.projects[1]),
               ARRAY[]::text[]) AS owners"""
_OWNERS_OF_PROJECT = f"p.owners, {names_of('p.owners')} AS owner_names"
_PROVIDING = """FROM resources r JOIN projects o USING (log_id, project_id)
                         WHERE r.log_id = n.log_id AND r.name = n.resource AND r.project_id <> n.project_id
                           AND (%(classified)s OR NOT o.classified)"""
_DECLARING = "'project.sharing_declared', 'project.sharing_declaration_withdrawn', 'record.fact_corrected'"
_SUPPLYING = "'system.platform_supply_verified', 'system.supply_confirmed', 'record.fact_corrected'"
_OF_UNIT = """(%(unit)s::text IS NULL OR s.projects && ARRAY(SELECT p.project_id FROM projects p
               WHERE p.log_id = %(log_id)s AND p.owners @> ARRAY[%(unit)s::text]))"""

SYSTEMS = Rows(
    view="sharing",
    name="systems",
    row=ConnectedSystem,
    asked=SystemsAsked,
    query=f"""
        SELECT s.system_id, s.name, s.projects, {_OWNERS}, s.network, s.data, s.business,
               NOT (s.network OR s.data OR s.business) AS isolated, s.supplies, s.calls, s.last_updated, s.retired
        FROM systems s
        WHERE s.log_id = %(log_id)s AND NOT s.retired AND (%(classified)s OR NOT s.classified)
          AND (%(isolated)s::boolean IS NULL OR (NOT (s.network OR s.data OR s.business)) = %(isolated)s)
          AND {_OF_UNIT}
    """,
    order="name, system_id",
    key=("system_id",),
    origin=of_streams("system_id"),
)
"""Systems in use, by name; `isolated` picks those that are, or are not."""

CONNECTIONS = Rows(
    view="sharing",
    name="connections",
    row=Connection,
    asked=SystemsAsked,
    query=f"""
        SELECT c.system_id, s.name AS system_name, {_OWNERS}, c.number, c.department, c.department_uscc, c.level,
               c.route, c.tested_on
        FROM connections c JOIN systems s USING (log_id, system_id)
        WHERE c.log_id = %(log_id)s AND NOT s.retired AND (%(classified)s OR NOT s.classified)
          AND (%(level)s::text IS NULL OR c.level = %(level)s) AND {_OF_UNIT}
    """,
    order="system_name, system_id, number",
    key=("system_id", "number"),
    origin=of_streams("system_id", "system.interconnection_tested"),
)
"""Which system is connected with whom, at which level, by which route."""

RESOURCES = Rows(
    view="sharing",
    name="resources",
    row=Resource,
    asked=ResourcesAsked,
    query=f"""
        SELECT * FROM (
            SELECT p.project_id, p.name AS project_name, {_OWNERS_OF_PROJECT}, r.name, r.code, r.kind, r.share_type,
                   r.condition, r.legal_basis, r.open_attribute, r.personal_information, r.update_cycle_days,
                   r.verified, r.last_updated, r.lapsed, d.update_due,
                   greatest(%(on)s::date - d.update_due, 0) AS days_overdue,
                   (SELECT count(DISTINCT n.project_id) FROM needs n JOIN projects o USING (log_id, project_id)
                    WHERE n.log_id = r.log_id AND n.resource = r.name
                      AND (%(classified)s OR NOT o.classified)) AS needed_by
            FROM resources r JOIN projects p USING (log_id, project_id)
            CROSS JOIN LATERAL (
                SELECT CASE WHEN r.share_type <> 'NOT_SHARED' AND r.update_cycle_days > 0
                       THEN r.last_updated + r.update_cycle_days * %(cycles)s::integer END) d(update_due)
            WHERE {_VISIBLE} AND (%(kind)s::text IS NULL OR r.kind = %(kind)s)
              AND (%(open_attribute)s::text IS NULL OR r.open_attribute = %(open_attribute)s)
              AND (%(unit)s::text IS NULL OR p.owners @> ARRAY[%(unit)s::text])) r
        WHERE %(lapsed)s::boolean IS NULL OR (r.lapsed OR coalesce(r.days_overdue, 0) > 0) = %(lapsed)s
    """,
    order="name, project_id",
    key=("project_id", "name"),
    origin=f"""{
        of_streams(
            "project_id",
            "project.sharing_declared",
            "project.sharing_declaration_withdrawn",
            "project.sharing_lapsed",
            "project.sharing_resumed",
        )
    } UNION ALL SELECT e.position FROM q JOIN systems s ON s.log_id = %(log_id)s AND s.projects @> ARRAY[q.project_id]
        JOIN liuhen.events e ON e.log_id = %(log_id)s AND e.stream_id = s.system_id AND e.topic IN ({_SUPPLYING})
        UNION ALL SELECT e.position FROM q JOIN needs n ON n.log_id = %(log_id)s AND n.resource = q.name
        JOIN projects p ON p.log_id = n.log_id AND p.project_id = n.project_id AND {_VISIBLE}
        JOIN liuhen.events e ON e.log_id = %(log_id)s AND e.stream_id = p.project_id AND e.topic IN ({_DECLARING})""",
    picks={"name": "resource"},
)
"""Declared resources, by name; `lapsed` picks those recorded as lapsed, or not updated for too long on the day."""

NEEDS = Rows(
    view="sharing",
    name="needs",
    row=Need,
    asked=NeedsAsked,
    query=f"""
        SELECT * FROM (
            SELECT p.project_id, p.name AS project_name, {_OWNERS_OF_PROJECT}, n.number, n.provider, n.resource,
                   n.purpose,
                   ARRAY(SELECT r.project_id {_PROVIDING} ORDER BY r.project_id) AS provided_by,
                   ARRAY(SELECT DISTINCT coalesce({name_of("c.uscc")}, c.uscc) AS name
                         FROM (SELECT unnest(o.owners) AS uscc {_PROVIDING}) c ORDER BY name) AS providers,
                   EXISTS (SELECT 1 {_PROVIDING} AND r.verified AND NOT r.lapsed) AS supplied
            FROM needs n JOIN projects p USING (log_id, project_id)
            WHERE {_VISIBLE} AND (%(unit)s::text IS NULL OR p.owners @> ARRAY[%(unit)s::text])) n
        WHERE %(provided)s::boolean IS NULL OR (cardinality(n.provided_by) > 0) = %(provided)s
    """,
    order="resource, provider, project_id, number",
    key=("project_id", "number"),
    origin=f"""{
        of_streams("project_id", "project.sharing_declared", "project.sharing_declaration_withdrawn")
    } UNION ALL {
        of_arrays(
            "provided_by",
            "project.sharing_declared",
            "project.sharing_declaration_withdrawn",
            "project.sharing_lapsed",
            "project.sharing_resumed",
        )
    } UNION ALL SELECT e.position FROM q
        JOIN systems s ON s.log_id = %(log_id)s AND s.projects && q.provided_by
        JOIN liuhen.events e ON e.log_id = %(log_id)s AND e.stream_id = s.system_id AND e.topic IN ({_SUPPLYING})""",
)
"""Who needs what of whom, and whether anybody in the county provides it."""

THEMES = Rows(
    view="sharing",
    name="themes",
    row=ThemeCount,
    asked=ThemesAsked,
    query=f"""
        SELECT t.theme, t.track, count(*) AS projects, array_agg(t.project_id) AS project_ids
        FROM themes t JOIN projects p USING (log_id, project_id) WHERE {_VISIBLE} GROUP BY t.theme, t.track
    """,
    order="projects DESC, theme, track",
    key=("theme", "track"),
    origin=of_arrays("project_ids", "project.filed", "project.filing_amended"),
)
"""Themes with the number of their projects, the most frequent first."""

LISTS: tuple[Rows[Any], ...] = (SYSTEMS, CONNECTIONS, RESOURCES, NEEDS, THEMES)
