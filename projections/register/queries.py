"""登记簿查询 Reading the register."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field

from projections.asking import Connection, Listing, Row, Window, listing


class ProjectRow(Row):
    """登记簿一行 A project. Amounts in 分; a day is as exact as it is known."""

    project_id: UUID
    number: str | None = Field(description="备案号")
    name: str
    stage: str
    owners: list[str] = Field(description="建设单位 owner units, by unified social credit code")
    organisation: str = Field(description="组织 of an imported project, as its record names it")
    division: str | None
    kind: str | None
    categories: list[str]
    build_mode: str | None
    classified: bool
    source: str | None = Field(description="导入来源 for a project brought in as history")
    filed_on: str | None
    approved_on: str | None
    accepted_on: str | None
    estimate_fen: int | None
    approved_fen: int | None
    arranged_fen: int
    disbursed_fen: int = Field(description="拨付减退回 disbursed less refunded")
    operation_fen: int = Field(description="运维经费安排 arranged for operation")
    position: int = Field(description="最后一个事件的位置")


class UnitRow(Row):
    """单位一行 A unit, with the number of its projects."""

    uscc: str
    name: str
    kind: str | None
    division: str
    contact_office: str
    head_post: str
    projects: int
    position: int


_PROJECTS = """
    SELECT project_id, number, name, stage, owners, organisation, division, kind, categories, build_mode, classified,
           source, filed_on, approved_on, accepted_on, estimate_fen, approved_fen, arranged_fen, disbursed_fen,
           operation_fen, position
    FROM projects
    WHERE log_id = %(log_id)s
      AND (%(classified)s OR NOT classified)
      AND (%(q)s::text IS NULL OR name ILIKE %(pattern)s OR number ILIKE %(pattern)s OR organisation ILIKE %(pattern)s)
      AND (%(unit)s::text IS NULL OR owners @> ARRAY[%(unit)s::text])
      AND (%(category)s::text IS NULL OR categories @> ARRAY[%(category)s::text])
      AND (%(stage)s::text IS NULL OR stage = %(stage)s)
      AND (%(source)s::text IS NULL OR source = %(source)s)
    ORDER BY number NULLS LAST, name, project_id
"""

_UNITS = """
    SELECT u.uscc, u.name, u.kind, u.division, u.contact_office, u.head_post,
           (SELECT count(*) FROM projects p
            WHERE p.log_id = u.log_id AND p.owners @> ARRAY[u.uscc]) AS projects, u.position
    FROM units u WHERE u.log_id = %(log_id)s
      AND (%(q)s::text IS NULL OR u.name ILIKE %(pattern)s OR u.uscc ILIKE %(pattern)s)
    ORDER BY u.name, u.uscc
"""


def find_projects(
    conn: Connection,
    log_id: int,
    window: Window,
    *,
    classified: bool,
    q: str | None = None,
    unit: str | None = None,
    category: str | None = None,
    stage: str | None = None,
    source: str | None = None,
) -> Listing[ProjectRow]:
    """Projects by name, number or organisation (part of it), owner unit, category, stage and source."""
    parameters = {
        "log_id": log_id,
        "classified": classified,
        "q": q,
        "pattern": like(q),
        "unit": unit,
        "category": category,
        "stage": stage,
        "source": source,
    }
    return listing(conn, ProjectRow, _PROJECTS, parameters, window)


def find_units(conn: Connection, log_id: int, window: Window, *, q: str | None = None) -> Listing[UnitRow]:
    """Units by name or code (part of it), with the number of their projects."""
    return listing(conn, UnitRow, _UNITS, {"log_id": log_id, "q": q, "pattern": like(q)}, window)


def like(q: str | None) -> str | None:
    """A pattern for ILIKE that matches the text anywhere, taken literally."""
    if q is None:
        return None
    escaped = q.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
