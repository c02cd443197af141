"""资金查询 Reading the ledger, the fund, the library and the drifts. Amounts in 分, shares in basis points."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from psycopg.rows import dict_row
from pydantic import Field

from domain.project import FundPurpose, FundSource
from projections.asking import Connection, Listing, Row, Window, listing


class OfProject(Row):
    """Which project a row is about."""

    project_id: UUID
    number: str | None
    name: str
    owners: list[str]


class Sums(Row):
    """四个环节的合计 Sums over lines. A budget of None is one that nobody recorded, not one of nothing."""

    budget_fen: int | None = Field(description="预算")
    arranged_fen: int = Field(description="安排")
    disbursed_fen: int = Field(description="拨付")
    refunded_fen: int = Field(description="退回")


class Line(OfProject, Sums):
    """台账一行 What stands in a line of a project."""

    purpose: str
    year: int
    source: str
    over_budget_fen: int | None = Field(description="安排超过预算的数额 arranged beyond a recorded budget (F01)")


class YearSums(Sums):
    """年度合计."""

    year: int
    lines: int


class SourceSums(Sums):
    """渠道合计 Sums by source (F03, F04, F06, F10, F13)."""

    source: str
    lines: int


class UnitSums(Sums):
    """单位合计 Sums over the projects of an owner unit. A project of several owners counts for each."""

    uscc: str
    projects: int


class OperationShare(Row):
    """建设与运营 What was spent (disbursed − refunded) on building and operating in a budget year (F09)."""

    year: int
    build_fen: int
    operation_fen: int
    operation_bp: int | None = Field(
        description="运维占比，万分比 operation ÷ (build + operation); absent when nothing was spent"
    )


class FundFigures(Row):
    """引导基金余额 Over everything, investments in classified projects included: a balance must be right."""

    contributed_fen: int
    invested_fen: int
    returned_fen: int
    balance_fen: int
    contributions: int
    investments: int


class Movement(Row):
    """基金变动 A contribution, an investment, or a return."""

    version: int
    kind: str = Field(description="CONTRIBUTED, INVESTED or RETURNED")
    number: int | None = Field(description="投资序号")
    project_id: UUID | None
    project_number: str | None
    project_name: str | None
    contributor: str | None
    fen: int
    fields: list[str] = Field(description="BASIC, PUBLIC_GOOD, LIVELIHOOD (F07, F08)")
    stage: str | None = Field(description="BUILD or OPERATION")
    document_no: str | None
    happened_on: str


class Report(Row):
    """运营报告 (O32)."""

    year: int
    summary: str
    user_paid_fen: int | None
    reported_on: str


class LibraryEntry(OfProject):
    """PPP项目库一行 (F12)."""

    entry: int
    regime: str
    risk_allocation: str
    return_boundary: str
    evaluation_plan: str
    reason: str
    listed_on: str
    delisted_on: str | None
    reports: list[Report]


class StageRow(OfProject):
    """阶段金额一行 An amount of a stage, and where it is known from."""

    stage: str
    origin: str = Field(description="FILING, APPROVAL, CONTRACTS or STATED")
    fen: int
    currency: str
    document_no: str | None
    stated_total: str | None
    stated_on: str | None
    revised: bool = Field(description="是否已被后来的数额修订 revised by a later amount of the stage")


class DriftRow(OfProject):
    """金额变化一行 From a known stage to the next known one."""

    earlier: str
    later: str
    earlier_fen: int
    later_fen: int
    change_fen: int
    change_bp: int | None
    exceeds: bool = Field(description="后一阶段是否超过前一阶段 does the later exceed the earlier")


_PROJECT = "p.project_id, p.number, p.name, p.owners"
_SUMS = (
    "sum(l.budget_fen) AS budget_fen, sum(l.arranged_fen) AS arranged_fen, sum(l.disbursed_fen) AS disbursed_fen,"
    " sum(l.refunded_fen) AS refunded_fen"
)
_VISIBLE = "p.log_id = %(log_id)s AND (%(classified)s OR NOT p.classified)"
_FROM = "FROM lines l JOIN projects p USING (log_id, project_id)"
_WHERE = f"""
    WHERE {_VISIBLE}
      AND (%(project)s::uuid IS NULL OR l.project_id = %(project)s)
      AND (%(unit)s::text IS NULL OR p.owners @> ARRAY[%(unit)s::text])
      AND (%(year)s::integer IS NULL OR l.year = %(year)s)
      AND (%(source)s::text IS NULL OR l.source = %(source)s)
      AND (%(purpose)s::text IS NULL OR l.purpose = %(purpose)s)
"""

_LINES = f"""
    SELECT {_PROJECT}, l.purpose, l.year, l.source, l.budget_fen, l.arranged_fen, l.disbursed_fen, l.refunded_fen,
           CASE WHEN l.budget_fen IS NOT NULL THEN greatest(l.arranged_fen - l.budget_fen, 0) END AS over_budget_fen
    {_FROM} {_WHERE}
    ORDER BY l.year DESC, p.number NULLS LAST, p.project_id, l.purpose, l.source
"""
_YEARS = f"SELECT l.year, count(*) AS lines, {_SUMS} {_FROM} {_WHERE} GROUP BY l.year ORDER BY l.year DESC"
_SOURCES = f"SELECT l.source, count(*) AS lines, {_SUMS} {_FROM} {_WHERE} GROUP BY l.source ORDER BY l.source"
_UNITS = f"""
    SELECT u.uscc, count(DISTINCT l.project_id) AS projects, {_SUMS}
    {_FROM} CROSS JOIN LATERAL unnest(p.owners) AS u(uscc) {_WHERE}
    GROUP BY u.uscc ORDER BY u.uscc
"""

# div() of numerics is exact and truncates: half away from zero, as domain.amounts.basis_points rounds.
_SHARES = f"""
    SELECT s.year, s.build_fen, s.operation_fen,
           CASE WHEN s.build_fen + s.operation_fen > 0
                THEN div(20000 * s.operation_fen + s.build_fen + s.operation_fen, 2 * (s.build_fen + s.operation_fen))
           END AS operation_bp
    FROM (SELECT l.year,
                 coalesce(sum(l.disbursed_fen - l.refunded_fen) FILTER (WHERE l.purpose = 'BUILD'), 0) AS build_fen,
                 coalesce(sum(l.disbursed_fen - l.refunded_fen) FILTER (WHERE l.purpose = 'OPERATION'), 0)
                     AS operation_fen
          {_FROM} {_WHERE} GROUP BY l.year) s
    ORDER BY s.year DESC
"""

_FUND = """
    SELECT s.*, s.contributed_fen - s.invested_fen + s.returned_fen AS balance_fen
    FROM (SELECT coalesce(sum(fen) FILTER (WHERE kind = 'CONTRIBUTED'), 0) AS contributed_fen,
                 coalesce(sum(fen) FILTER (WHERE kind = 'INVESTED'), 0) AS invested_fen,
                 coalesce(sum(fen) FILTER (WHERE kind = 'RETURNED'), 0) AS returned_fen,
                 count(*) FILTER (WHERE kind = 'CONTRIBUTED') AS contributions,
                 count(*) FILTER (WHERE kind = 'INVESTED') AS investments
          FROM fund_movements WHERE log_id = %(log_id)s) s
"""
_MOVEMENTS = """
    SELECT m.version, m.kind, m.number, m.project_id, p.number AS project_number, p.name AS project_name,
           m.contributor, m.fen, m.fields, m.stage, m.document_no, m.happened_on
    FROM fund_movements m LEFT JOIN projects p USING (log_id, project_id)
    WHERE m.log_id = %(log_id)s AND (%(classified)s OR p.classified IS NOT TRUE)
      AND (%(project)s::uuid IS NULL OR m.project_id = %(project)s)
    ORDER BY m.happened_from DESC, m.version DESC
"""

_LIBRARY = f"""
    SELECT {_PROJECT}, e.entry, e.regime, e.risk_allocation, e.return_boundary, e.evaluation_plan, e.reason,
           e.listed_on, e.delisted_on,
           (SELECT coalesce(jsonb_agg(jsonb_build_object('year', r.year, 'summary', r.summary,
                'user_paid_fen', r.user_paid_fen, 'reported_on', r.reported_on) ORDER BY r.year DESC), '[]')
            FROM operation_reports r WHERE r.log_id = p.log_id AND r.project_id = p.project_id) AS reports
    FROM ppp_entries e JOIN projects p USING (log_id, project_id)
    WHERE {_VISIBLE} AND (%(delisted)s OR e.delisted_on IS NULL)
      AND (%(regime)s::text IS NULL OR e.regime = %(regime)s)
    ORDER BY p.number NULLS LAST, p.project_id, e.entry
"""

_STAGES = f"""
    SELECT {_PROJECT}, s.stage, s.origin, s.fen, s.currency, s.document_no, s.stated_total, s.stated_on, s.revised
    FROM stages s JOIN projects p USING (log_id, project_id)
    WHERE {_VISIBLE} AND (%(project)s::uuid IS NULL OR s.project_id = %(project)s)
    ORDER BY p.number NULLS LAST, p.project_id, s.ordinal
"""
_DRIFTS = f"""
    SELECT {_PROJECT}, d.earlier, d.later, d.earlier_fen, d.later_fen, d.change_fen, d.change_bp, d.exceeds
    FROM drifts d JOIN projects p USING (log_id, project_id)
    WHERE {_VISIBLE} AND (NOT %(exceeding)s OR d.exceeds)
      AND (%(project)s::uuid IS NULL OR d.project_id = %(project)s)
    ORDER BY p.number NULLS LAST, p.project_id, d.ordinal
"""


class Filter(Row):
    """Which lines are asked for; None is all."""

    classified: bool
    project: UUID | None = None
    unit: str | None = None
    year: int | None = None
    source: FundSource | None = None
    purpose: FundPurpose | None = None

    def parameters(self, log_id: int) -> dict[str, Any]:
        """The parameters of a query over the lines of a log."""
        return {"log_id": log_id, **dict(self)}


def lines(conn: Connection, log_id: int, window: Window, which: Filter) -> Listing[Line]:
    """Rows per project, purpose, year and source."""
    return listing(conn, Line, _LINES, which.parameters(log_id), window)


def by_year(conn: Connection, log_id: int, window: Window, which: Filter) -> Listing[YearSums]:
    """Sums per budget year, newest first."""
    return listing(conn, YearSums, _YEARS, which.parameters(log_id), window)


def by_source(conn: Connection, log_id: int, window: Window, which: Filter) -> Listing[SourceSums]:
    """Sums per source."""
    return listing(conn, SourceSums, _SOURCES, which.parameters(log_id), window)


def by_unit(conn: Connection, log_id: int, window: Window, which: Filter) -> Listing[UnitSums]:
    """Sums per owner unit."""
    return listing(conn, UnitSums, _UNITS, which.parameters(log_id), window)


def operation_shares(conn: Connection, log_id: int, window: Window, which: Filter) -> Listing[OperationShare]:
    """What was spent on building and operating per budget year, and the share of operating (F09)."""
    return listing(conn, OperationShare, _SHARES, which.parameters(log_id), window)


def fund_figures(conn: Connection, log_id: int) -> FundFigures:
    """What the fund received, invested and got back, and what it can still invest."""
    with conn.cursor(row_factory=dict_row) as cursor:
        cursor.execute(_FUND.encode(), {"log_id": log_id})
        return FundFigures.model_validate(cursor.fetchone())


def fund_movements(
    conn: Connection, log_id: int, window: Window, *, classified: bool, project: UUID | None
) -> Listing[Movement]:
    """Movements of the fund, newest first."""
    parameters = {"log_id": log_id, "classified": classified, "project": project}
    return listing(conn, Movement, _MOVEMENTS, parameters, window)


def ppp_library(
    conn: Connection, log_id: int, window: Window, *, classified: bool, delisted: bool, regime: str | None
) -> Listing[LibraryEntry]:
    """Entries of the library with their operation reports; those that left it only when asked for."""
    parameters = {"log_id": log_id, "classified": classified, "delisted": delisted, "regime": regime}
    return listing(conn, LibraryEntry, _LIBRARY, parameters, window)


def amount_stages(
    conn: Connection, log_id: int, window: Window, *, classified: bool, project: UUID | None
) -> Listing[StageRow]:
    """Every amount of every stage, revised ones too."""
    return listing(conn, StageRow, _STAGES, {"log_id": log_id, "classified": classified, "project": project}, window)


def amount_drifts(
    conn: Connection, log_id: int, window: Window, *, classified: bool, project: UUID | None, exceeding: bool
) -> Listing[DriftRow]:
    """Changes from stage to stage; with `exceeding` only those where the later exceeds the earlier."""
    parameters = {"log_id": log_id, "classified": classified, "project": project, "exceeding": exceeding}
    return listing(conn, DriftRow, _DRIFTS, parameters, window)
