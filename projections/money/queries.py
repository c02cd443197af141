"""资金查询 Reading the ledger, the fund, the library and the drifts. Amounts in 分, shares in basis points."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from psycopg.rows import dict_row
from pydantic import Field, computed_field

from domain.amounts import basis_points
from domain.project import FundPurpose, FundSource
from projections.asking import Connection, Row, Rows, RowT, TracedRow, of_position, of_streams
from projections.unit_names import name_of


def yuan(fen: int) -> str:
    """An amount in 元 as an exact decimal with two places, however large."""
    whole, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{whole}.{rest:02d}"


class OfProject(TracedRow):
    """Which project a row is about."""

    project_id: UUID
    number: str | None
    name: str
    owners: list[str]


class Sums(Row):
    """四个环节的合计 Sums over lines, in 分 and as exact decimals in 元.

    A budget of None is one that nobody recorded, not one of nothing.
    """

    budget_fen: int | None = Field(description="预算")
    arranged_fen: int = Field(description="安排")
    disbursed_fen: int = Field(description="拨付")
    refunded_fen: int = Field(description="退回")

    @computed_field(description="预算，元 as a decimal string")  # type: ignore[prop-decorator]
    @property
    def budget_yuan(self) -> str | None:
        """The budget in 元."""
        return yuan(self.budget_fen) if self.budget_fen is not None else None

    @computed_field(description="安排，元")  # type: ignore[prop-decorator]
    @property
    def arranged_yuan(self) -> str:
        """What was arranged, in 元."""
        return yuan(self.arranged_fen)

    @computed_field(description="拨付，元")  # type: ignore[prop-decorator]
    @property
    def disbursed_yuan(self) -> str:
        """What was disbursed, in 元."""
        return yuan(self.disbursed_fen)

    @computed_field(description="退回，元")  # type: ignore[prop-decorator]
    @property
    def refunded_yuan(self) -> str:
        """What was refunded, in 元."""
        return yuan(self.refunded_fen)


class SumsWithShare(Sums):
    """四个环节的合计，及建设与运维之比 The sums, and what was spent (disbursed − refunded) on which."""

    build_fen: int = Field(description="建设支出 spent on building")
    operation_fen: int = Field(description="运维支出 spent on operating")

    @computed_field(description="运维占比，万分比；无支出则无 operation ÷ (build + operation)")  # type: ignore[prop-decorator]
    @property
    def operation_bp(self) -> int | None:
        """The share of operating, in basis points."""
        return basis_points(self.operation_fen, self.build_fen + self.operation_fen)


class MoneyMovement(OfProject):
    """资金变动 An event that set a budget, or arranged, disbursed or refunded money; lines are their sums."""

    position: int
    kind: str = Field(description="BUDGET, ARRANGED, DISBURSED or REFUNDED")
    purpose: str
    year: int
    source: str
    fen: int
    happened_on: str
    document_no: str | None
    payee: str | None

    @computed_field(description="数额，元")  # type: ignore[prop-decorator]
    @property
    def yuan(self) -> str:
        """The amount in 元."""
        return yuan(self.fen)


class PurposeSums(Sums, TracedRow):
    """用途合计 Sums by purpose: building, operating, the work of sharing."""

    purpose: str
    lines: int


class Line(OfProject, Sums):
    """台账一行 What stands in a line of a project."""

    purpose: str
    year: int
    source: str
    over_budget_fen: int | None = Field(description="安排超过预算的数额 arranged beyond a recorded budget (F01)")


class YearSums(SumsWithShare, TracedRow):
    """年度合计."""

    year: int
    lines: int


class SourceSums(SumsWithShare, TracedRow):
    """渠道合计 Sums by source (F03, F04, F06, F10, F13)."""

    source: str
    lines: int


class UnitSums(SumsWithShare, TracedRow):
    """单位合计 Sums over the projects of an owner unit. A project of several owners counts for each."""

    uscc: str
    unit_name: str | None = Field(description="单位名称 name of the unit, where it is enrolled")
    projects: int


class OperationShare(TracedRow):
    """建设与运营 What was spent (disbursed − refunded) on building and operating in a budget year (F09)."""

    year: int
    build_fen: int
    operation_fen: int
    build_yuan: str
    operation_yuan: str
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


class Movement(TracedRow):
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


class Filter(Row):
    """Which lines are asked for; None is all."""

    project: UUID | None = None
    unit: str | None = None
    year: int | None = None
    source: FundSource | None = None
    purpose: FundPurpose | None = None


class ProjectAsked(Row):
    """Of which project; None is all."""

    project: UUID | None = None
    exceeding: bool = False


class LibraryAsked(Row):
    """Which entries of the library."""

    delisted: bool = False
    regime: str | None = None


_PROJECT = "p.project_id, p.number, p.name, p.owners"


def _spent(alias: str) -> str:
    """What was spent on building and on operating, of the rows that are summed up."""
    spent = f"coalesce(sum({alias}.disbursed_fen - {alias}.refunded_fen) FILTER (WHERE {alias}.purpose = '{{}}'), 0)"
    return f"{spent.format(FundPurpose.BUILD)} AS build_fen, {spent.format(FundPurpose.OPERATION)} AS operation_fen"


_SUMS = (
    "sum(l.budget_fen) AS budget_fen, sum(l.arranged_fen) AS arranged_fen, sum(l.disbursed_fen) AS disbursed_fen,"
    f" sum(l.refunded_fen) AS refunded_fen, {_spent('l')}"
)
_VISIBLE = "p.log_id = %(log_id)s AND (%(classified)s OR NOT p.classified)"
_WHERE = f"""
    WHERE {_VISIBLE}
      AND (%(project)s::uuid IS NULL OR l.project_id = %(project)s)
      AND (%(unit)s::text IS NULL OR p.owners @> ARRAY[%(unit)s::text])
      AND (%(year)s::integer IS NULL OR l.year = %(year)s)
      AND (%(source)s::text IS NULL OR l.source = %(source)s)
      AND (%(purpose)s::text IS NULL OR l.purpose = %(purpose)s)
"""
_FROM = "FROM lines l JOIN projects p USING (log_id, project_id)"


def _of(table: str, alias: str) -> str:
    """Rows of a table that says itself which of them are for all: counting them need not look at their projects."""
    return f"""FROM {table} {alias} LEFT JOIN projects p USING (log_id, project_id)
        WHERE log_id = %(log_id)s AND (%(classified)s OR NOT {alias}.classified)
          AND (%(project)s::uuid IS NULL OR project_id = %(project)s)"""


def _moved(*same: str) -> str:
    """The movements behind rows of lines that are grouped by these columns, under the filter of the lines."""
    joined = "".join(f" AND l.{column} = q.{column}" for column in same)
    return f"""SELECT l.position FROM q JOIN movements l ON l.log_id = %(log_id)s{joined}
        JOIN projects p ON p.log_id = l.log_id AND p.project_id = l.project_id {_WHERE}"""


_TALLIED = (
    "CASE WHEN sum(s.budgets) > 0 THEN sum(s.budget_fen) END AS budget_fen, sum(s.arranged_fen) AS arranged_fen,"
    f" sum(s.disbursed_fen) AS disbursed_fen, sum(s.refunded_fen) AS refunded_fen, {_spent('s')}"
)


def _tallied(asked: dict[str, Any], table: str) -> str:
    """The sums that are kept of lines, under the filter of the lines; of a single project there are none."""
    where = ["s.log_id = %(log_id)s"]
    if not asked["classified"]:
        where.append("NOT s.classified")
    if asked["unit"] is not None:
        where.append("s.uscc = %(unit)s::text")
    for name, kind in (("year", "integer"), ("source", "text"), ("purpose", "text")):
        if asked[name] is not None:
            where.append(f"s.{name} = %({name})s::{kind}")
    return f"FROM {table} s WHERE {' AND '.join(where)}"


def _grouped(name: str, row: type[RowT], column: str, order: str) -> Rows[RowT]:
    def query(asked: dict[str, Any]) -> str:
        if asked["project"] is not None:
            return f"SELECT l.{column}, count(*) AS lines, {_SUMS} {_FROM} {_WHERE} GROUP BY l.{column}"
        sums = _tallied(asked, "sums" if asked["unit"] is None else "unit_sums")
        return f"SELECT s.{column}, sum(s.lines)::bigint AS lines, {_TALLIED} {sums} GROUP BY s.{column}"

    return Rows(
        view="money",
        name=name,
        row=row,
        asked=Filter,
        query=query,
        order=order,
        key=(column,),
        origin=_moved(column),
    )


def _units(asked: dict[str, Any]) -> str:
    """The projects of a unit are counted for the units that are shown only."""
    if asked["project"] is not None:
        return f"""
            SELECT u.uscc, {name_of("u.uscc")} AS unit_name, count(DISTINCT l.project_id) AS projects, {_SUMS}
            {_FROM} CROSS JOIN LATERAL unnest(p.owners) AS u(uscc) {_WHERE} GROUP BY u.uscc"""
    return f"""
        SELECT g.*, {name_of("g.uscc")} AS unit_name,
               (SELECT count(DISTINCT l.project_id) {_FROM} {_WHERE} AND p.owners @> ARRAY[g.uscc]) AS projects
        FROM (SELECT s.uscc, {_TALLIED} {_tallied(asked, "unit_sums")} GROUP BY s.uscc) g"""


def _shares(asked: dict[str, Any]) -> str:
    source = f"{_FROM} {_WHERE}"
    if asked["project"] is None:
        source = f"FROM (SELECT s.* {_tallied(asked, 'sums' if asked['unit'] is None else 'unit_sums')}) l"
    # div() of numerics is exact and truncates: half away from zero, as domain.amounts.basis_points rounds.
    return f"""
        SELECT s.year, s.build_fen, s.operation_fen, (s.build_fen / 100)::numeric(30, 2)::text AS build_yuan,
               (s.operation_fen / 100)::numeric(30, 2)::text AS operation_yuan,
               CASE WHEN s.build_fen + s.operation_fen > 0
                    THEN div(20000 * s.operation_fen + s.build_fen + s.operation_fen,
                             2 * (s.build_fen + s.operation_fen))
               END AS operation_bp
        FROM (SELECT l.year, {_spent("l")} {source} GROUP BY l.year) s"""


LINES = Rows(
    view="money",
    name="lines",
    row=Line,
    asked=Filter,
    query=f"""
        SELECT l.project_id, l.number, p.name, p.owners, l.purpose, l.year, l.source, l.budget_fen,
               l.arranged_fen, l.disbursed_fen, l.refunded_fen,
               CASE WHEN l.budget_fen IS NOT NULL THEN greatest(l.arranged_fen - l.budget_fen, 0) END
                   AS over_budget_fen
        {_of("lines", "l")}
          AND (%(unit)s::text IS NULL OR p.owners @> ARRAY[%(unit)s::text])
          AND (%(year)s::integer IS NULL OR l.year = %(year)s)
          AND (%(source)s::text IS NULL OR l.source = %(source)s)
          AND (%(purpose)s::text IS NULL OR l.purpose = %(purpose)s)
    """,
    order="year DESC, number, project_id, purpose, source",
    key=("project_id", "purpose", "year", "source"),
    origin=_moved("project_id", "purpose", "year", "source"),
)
"""Rows per project, purpose, year and source."""

MOVEMENTS = Rows(
    view="money",
    name="movements",
    row=MoneyMovement,
    asked=Filter,
    query=f"""
        SELECT {_PROJECT}, l.position, l.kind, l.purpose, l.year, l.source, l.fen, l.happened_on, l.happened_from,
               l.document_no, l.payee
        FROM movements l JOIN projects p USING (log_id, project_id) {_WHERE}
    """,
    order="happened_from DESC, position DESC",
    key=("position",),
    origin=of_position(),
)
"""What moved money, newest first."""

YEARS = _grouped("years", YearSums, "year", "year DESC")
SOURCES = _grouped("sources", SourceSums, "source", "source")
PURPOSES = _grouped("purposes", PurposeSums, "purpose", "purpose")

UNITS = Rows(
    view="money",
    name="units",
    row=UnitSums,
    asked=Filter,
    query=_units,
    order="uscc",
    key=("uscc",),
    origin=f"""SELECT l.position FROM q JOIN projects p ON p.owners @> ARRAY[q.uscc]
        JOIN movements l ON l.log_id = p.log_id AND l.project_id = p.project_id {_WHERE}""",
)
"""Sums per owner unit. A project of several owners counts for each."""

SHARES = Rows(
    view="money",
    name="operation-shares",
    row=OperationShare,
    asked=Filter,
    query=_shares,
    order="year DESC",
    key=("year",),
    origin=_moved("year"),
)
"""What was spent on building and operating per budget year, and the share of operating (F09)."""

FUND_MOVEMENTS = Rows(
    view="money",
    name="fund-movements",
    row=Movement,
    asked=ProjectAsked,
    query="""
        SELECT m.version, m.kind, m.number, m.project_id, p.number AS project_number, p.name AS project_name,
               m.contributor, m.fen, m.fields, m.stage, m.document_no, m.happened_on, m.happened_from, m.fund_id
        FROM fund_movements m LEFT JOIN projects p USING (log_id, project_id)
        WHERE m.log_id = %(log_id)s AND (%(classified)s OR p.classified IS NOT TRUE)
          AND (%(project)s::uuid IS NULL OR m.project_id = %(project)s)
    """,
    order="happened_from DESC, version DESC",
    key=("version",),
    origin="""SELECT e.position FROM q JOIN liuhen.events e
        ON e.log_id = %(log_id)s AND e.stream_id = q.fund_id AND e.stream_version = q.version""",
)
"""Movements of the fund, newest first."""

LIBRARY = Rows(
    view="money",
    name="ppp",
    row=LibraryEntry,
    asked=LibraryAsked,
    query=f"""
        SELECT {_PROJECT}, e.entry, e.regime, e.risk_allocation, e.return_boundary, e.evaluation_plan, e.reason,
               e.listed_on, e.delisted_on,
               (SELECT coalesce(jsonb_agg(jsonb_build_object('year', r.year, 'summary', r.summary,
                    'user_paid_fen', r.user_paid_fen, 'reported_on', r.reported_on) ORDER BY r.year DESC), '[]')
                FROM operation_reports r WHERE r.log_id = p.log_id AND r.project_id = p.project_id) AS reports
        FROM ppp_entries e JOIN projects p USING (log_id, project_id)
        WHERE {_VISIBLE} AND (%(delisted)s OR e.delisted_on IS NULL)
          AND (%(regime)s::text IS NULL OR e.regime = %(regime)s)
    """,
    order="number, project_id, entry",
    key=("project_id", "entry"),
    origin=of_streams("project_id", "project.ppp_listed", "project.ppp_delisted", "project.operation_reported"),
)
"""Entries of the library with their operation reports; those that left it only when asked for."""

_OF_STAGES = of_streams(
    "project_id",
    "project.filed",
    "project.filing_amended",
    "project.approved",
    "project.approval_revoked",
    "project.change_recorded",
    "project.contract_recorded",
    "project.amount_stated",
)

STAGES = Rows(
    view="money",
    name="stages",
    row=StageRow,
    asked=ProjectAsked,
    query=f"""
        SELECT s.project_id, s.number, p.name, p.owners, s.ordinal, s.stage, s.origin, s.fen, s.currency, s.document_no,
               s.stated_total, s.stated_on, s.revised
        {_of("stages", "s")}
    """,
    order="number, project_id, ordinal",
    key=("project_id", "ordinal"),
    origin=_OF_STAGES,
)
"""Every amount of every stage, revised ones too."""

DRIFTS = Rows(
    view="money",
    name="drifts",
    row=DriftRow,
    asked=ProjectAsked,
    query=f"""
        SELECT d.project_id, d.number, p.name, p.owners, d.ordinal, d.earlier, d.later, d.earlier_fen, d.later_fen,
               d.change_fen, d.change_bp, d.exceeds
        {_of("drifts", "d")} AND (NOT %(exceeding)s OR d.exceeds)
    """,
    order="number, project_id, ordinal",
    key=("project_id", "ordinal"),
    origin=_OF_STAGES,
)
"""Changes from stage to stage; with `exceeding` only those where the later exceeds the earlier."""

LISTS: tuple[Rows[Any], ...] = (
    LINES,
    MOVEMENTS,
    YEARS,
    SOURCES,
    PURPOSES,
    UNITS,
    SHARES,
    FUND_MOVEMENTS,
    LIBRARY,
    STAGES,
    DRIFTS,
)

_FUND = """
    SELECT s.*, s.contributed_fen - s.invested_fen + s.returned_fen AS balance_fen
    FROM (SELECT coalesce(sum(fen) FILTER (WHERE kind = 'CONTRIBUTED'), 0) AS contributed_fen,
                 coalesce(sum(fen) FILTER (WHERE kind = 'INVESTED'), 0) AS invested_fen,
                 coalesce(sum(fen) FILTER (WHERE kind = 'RETURNED'), 0) AS returned_fen,
                 count(*) FILTER (WHERE kind = 'CONTRIBUTED') AS contributions,
                 count(*) FILTER (WHERE kind = 'INVESTED') AS investments
          FROM fund_movements WHERE log_id = %(log_id)s) s
"""


def fund_figures(conn: Connection, log_id: int) -> FundFigures:
    """What the fund received, invested and got back, and what it can still invest."""
    with conn.cursor(row_factory=dict_row) as cursor:
        cursor.execute(_FUND.encode(), {"log_id": log_id})
        return FundFigures.model_validate(cursor.fetchone())
