"""共享查询 Reading connections, shared resources and themes."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import Field

from projections.asking import Connection, Listing, Row, Window, listing


class ConnectedSystem(Row):
    """系统 and the levels at which it is connected (O11); isolated when at none (O12)."""

    system_id: UUID
    name: str
    projects: list[UUID]
    owners: list[str]
    network: bool = Field(description="网络通")
    data: bool = Field(description="数据通")
    business: bool = Field(description="业务通")
    isolated: bool = Field(description="信息孤岛 connected at no level")
    supplies: int = Field(description="已核验供数的资源数 resources verified as supplied")
    calls: int = Field(description="平台调用次数 calls over the platform (O31)")
    last_updated: date | None
    retired: bool


class Resource(Row):
    """共享资源 as declared, and whether it is supplied."""

    project_id: UUID
    project_name: str
    owners: list[str]
    name: str
    code: str | None
    kind: str
    share_type: str
    open_attribute: str | None
    personal_information: bool
    update_cycle_days: int | None
    verified: bool
    last_updated: date | None
    lapsed: bool


class ThemeCount(Row):
    """主题 and how many projects serve it, by track (O10, O14, O16, O17, O30)."""

    theme: str
    track: str
    projects: int


def systems(
    conn: Connection, log_id: int, part: Window, *, isolated: bool | None, unit: str | None, classified: bool
) -> Listing[ConnectedSystem]:
    """Systems in use, by name; `isolated` picks those that are, or are not."""
    return listing(
        conn,
        ConnectedSystem,
        """SELECT system_id, name, projects, owners, network, data, business,
                  NOT (network OR data OR business) AS isolated, supplies, calls, last_updated, retired
             FROM systems
            WHERE log_id = %(log_id)s AND NOT retired AND (%(classified)s OR NOT classified)
              AND (%(isolated)s::boolean IS NULL OR (NOT (network OR data OR business)) = %(isolated)s)
              AND (%(unit)s::text IS NULL OR %(unit)s = ANY(owners))
            ORDER BY name, system_id""",
        {"log_id": log_id, "isolated": isolated, "unit": unit, "classified": classified},
        part,
    )


def resources(
    conn: Connection,
    log_id: int,
    part: Window,
    *,
    kind: str | None,
    open_attribute: str | None,
    unit: str | None,
    classified: bool,
) -> Listing[Resource]:
    """Declared resources, by name."""
    return listing(
        conn,
        Resource,
        """SELECT project_id, project_name, owners, name, code, kind, share_type, open_attribute,
                  personal_information, update_cycle_days, verified, last_updated, lapsed
             FROM resources
            WHERE log_id = %(log_id)s AND (%(classified)s OR NOT classified)
              AND (%(kind)s::text IS NULL OR kind = %(kind)s)
              AND (%(open_attribute)s::text IS NULL OR open_attribute = %(open_attribute)s)
              AND (%(unit)s::text IS NULL OR %(unit)s = ANY(owners))
            ORDER BY name, project_id""",
        {"log_id": log_id, "kind": kind, "open_attribute": open_attribute, "unit": unit, "classified": classified},
        part,
    )


def themes(conn: Connection, log_id: int, part: Window, *, classified: bool) -> Listing[ThemeCount]:
    """Themes with the number of their projects, the most frequent first."""
    return listing(
        conn,
        ThemeCount,
        """SELECT theme, track, count(*) AS projects FROM themes
            WHERE log_id = %(log_id)s AND (%(classified)s OR NOT classified)
            GROUP BY theme, track ORDER BY count(*) DESC, theme, track""",
        {"log_id": log_id, "classified": classified},
        part,
    )
