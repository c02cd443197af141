"""登记簿查询 Reading the register."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import Field

from domain.project import Category, Stage
from projections.asking import Row, Rows, TracedRow, of_streams
from projections.register.searching import pattern, sought, words


class ProjectRow(TracedRow):
    """登记簿一行 A project. Amounts in 分; a day is as exact as it is known."""

    project_id: UUID
    number: str | None = Field(description="备案号")
    name: str
    stage: str
    owners: list[str] = Field(description="建设单位 owner units, by unified social credit code")
    owner_names: list[str | None] = Field(description="建设单位名称，次序同上 names of the owner units, in their order")
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


class UnitRow(TracedRow):
    """单位一行 A unit, with the number of its projects."""

    uscc: str
    name: str
    kind: str | None
    division: str
    contact_office: str
    head_post: str
    projects: int
    position: int


class ProjectsAsked(Row):
    """What is looked for. An amount is what was approved, or else estimated, in 元."""

    q: str | None = None
    unit: str | None = None
    category: Category | None = None
    stage: Stage | None = None
    source: str | None = None
    least_yuan: Decimal | None = None
    most_yuan: Decimal | None = None


class UnitsAsked(Row):
    """Which units are looked for."""

    q: str | None = None


_COLUMNS = """p.project_id, p.number, p.name, p.stage, p.owners,
        ARRAY(SELECT u.name FROM unnest(p.owners) WITH ORDINALITY o(uscc, n)
              LEFT JOIN units u ON u.log_id = p.log_id AND u.uscc = o.uscc ORDER BY o.n) AS owner_names,
        p.organisation, p.division, p.kind, p.categories, p.build_mode, p.classified, p.source, p.filed_on,
        p.approved_on, p.accepted_on, p.estimate_fen, p.approved_fen, p.arranged_fen, p.disbursed_fen, p.operation_fen,
        p.position"""


def _matching(asked: dict[str, Any], of: str) -> list[tuple[str, ...]]:
    """For each word that is looked for, SQL conditions that hold of what is searched as `of` when it has the word.

    By its terms, where it is long enough to have any, the index finds it.
    """
    found: list[tuple[str, ...]] = []
    for n, word in enumerate(words(asked["q"] or "")):
        asked[f"word_{n}"], asked[f"terms_{n}"] = pattern(word), sought(word)
        has = f"{of}.searched LIKE %(word_{n})s"
        found.append((has, f"{of}.terms @> %(terms_{n})s::text[]") if asked[f"terms_{n}"] else (has,))
    return found


def _projects(asked: dict[str, Any]) -> str:
    """Only what is asked for stands in the query, so that the database can use its indexes."""
    where = ["p.log_id = %(log_id)s"]
    if not asked["classified"]:
        where.append("NOT p.classified")
    for of_project, of_unit in zip(_matching(asked, "p"), _matching(asked, "u"), strict=True):
        units = f"SELECT u.uscc FROM units u WHERE u.log_id = %(log_id)s AND {' AND '.join(of_unit)}"
        # Each by itself: what an index answers wholly, as it does the terms, is not looked at again in every row.
        where += [f"({condition} OR p.owners && ARRAY({units}))" for condition in of_project]
    if asked["unit"] is not None:
        where.append("p.owners @> ARRAY[%(unit)s::text]")
    if asked["category"] is not None:
        where.append("p.categories @> ARRAY[%(category)s::text]")
    if asked["stage"] is not None:
        where.append("p.stage = %(stage)s")
    if asked["source"] is not None:
        where.append("(p.source = %(source)s OR starts_with(p.source, %(source)s::text || '-'))")
    for name, compares in (("least_yuan", ">="), ("most_yuan", "<=")):
        if asked[name] is not None:
            asked[f"{name}_fen"] = int(asked[name] * 100)
            where.append(f"p.amount_fen {compares} %({name}_fen)s::bigint")
    return f"SELECT {_COLUMNS} FROM projects p WHERE {' AND '.join(where)}"


def _units(asked: dict[str, Any]) -> str:
    where = ["u.log_id = %(log_id)s", *(condition for word in _matching(asked, "u") for condition in word)]
    return f"""
        SELECT u.uscc, u.name, u.kind, u.division, u.contact_office, u.head_post, u.unit_id,
               (SELECT count(*) FROM projects p WHERE p.log_id = u.log_id AND p.owners @> ARRAY[u.uscc]) AS projects,
               u.position
        FROM units u WHERE {" AND ".join(where)}"""


PROJECTS = Rows(
    view="register",
    name="projects",
    row=ProjectRow,
    asked=ProjectsAsked,
    query=_projects,
    order="number, name, project_id",
    key=("project_id",),
    origin=of_streams("project_id"),
    walked=True,
)
"""Projects by name, number, organisation, category or unit (any part of it), stage, source and amount."""

UNITS = Rows(
    view="register",
    name="units",
    row=UnitRow,
    asked=UnitsAsked,
    query=_units,
    order="name, uscc",
    key=("uscc",),
    origin=f"""{of_streams("unit_id")} UNION ALL
        SELECT e.position FROM q JOIN projects p ON p.log_id = %(log_id)s AND p.owners @> ARRAY[q.uscc]
             AND (%(classified)s OR NOT p.classified)
        JOIN liuhen.events e ON e.log_id = %(log_id)s AND e.stream_id = p.project_id
         AND e.topic IN ('project.filed', 'project.filing_amended')""",
)
"""Units by name or code (part of it), with the number of their projects."""

LISTS: tuple[Rows[Any], ...] = (PROJECTS, UNITS)
