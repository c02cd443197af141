"""登记簿查询 Reading the register."""

from __future__ import annotations

from projections.asking import Connection, Listing, Window, listing

_PROJECTS = """
    SELECT project_id, number, name, stage, owners, organisation, division, kind, categories, build_mode, classified,
           source, filed_on, approved_on, accepted_on, estimate_fen, approved_fen, arranged_fen, disbursed_fen,
           operation_fen, position
    FROM register_v1.projects
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
           (SELECT count(*) FROM register_v1.projects p
            WHERE p.log_id = u.log_id AND p.owners @> ARRAY[u.uscc]) AS projects, u.position
    FROM register_v1.units u WHERE u.log_id = %(log_id)s
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
) -> Listing:
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
    return listing(conn, _PROJECTS, parameters, window)


def find_units(conn: Connection, log_id: int, window: Window, *, q: str | None = None) -> Listing:
    """Units by name or code (part of it), with the number of their projects."""
    return listing(conn, _UNITS, {"log_id": log_id, "q": q, "pattern": like(q)}, window)


def like(q: str | None) -> str | None:
    """A pattern for ILIKE that matches the text anywhere, taken literally."""
    if q is None:
        return None
    escaped = q.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
