"""资金视图 The ledger by line, the guidance fund, the PPP library, and the amounts of the stages (F01–F13)."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from domain.amounts import drift, stages
from domain.evolve import effective
from domain.guidance_fund import GuidanceFund
from domain.ledger import Account, Balance
from domain.project import BudgetLine, Project
from domain.recorded import Recorded
from domain.steps.funding import BudgetSet, FundsArranged, FundsDisbursed, FundsRefunded
from domain.steps.guidance_fund import FundContributed, FundInvested, InvestmentReturned
from domain.streams import StreamKind
from projections.tallies import Tally
from projections.topics import ALL, topics
from projections.unit_names import NAMING, write_unit_names
from projections.unit_names import TABLE as UNIT_NAMES
from projections.view import Cursor, Page, Projection, project_name, upsert

_OF_PROJECT = ("lines", "stages", "drifts", "ppp_entries", "operation_reports")
"""Tables whose rows are written anew for each project that a page touches: a correction may leave fewer rows."""


_KINDS = {BudgetSet: "BUDGET", FundsArranged: "ARRANGED", FundsDisbursed: "DISBURSED", FundsRefunded: "REFUNDED"}
_MOVING = tuple(_KINDS)

_IGNORED = (
    "accounts",
    "project.progress_reported",
    "project.sharing_declared",
    "project.sharing_declaration_withdrawn",
    "project.sharing_lapsed",
    "project.sharing_resumed",
    "project.sharing_risk_assessed",
    "project.privacy_impact_assessed",
    "project.security_marked",
    "project.system_listed",
    "project.no_system_stated",
    "project.service_exempted",
    "project.service_onboarded",
    "project.service_refused",
    "project.evaluation_commissioned",
    "project.evaluation_commission_withdrawn",
    "project.evaluation_reported",
    "project.evaluation_commented",
    "project.evaluation_used",
    "project.satisfaction_survey_recorded",
    "project.oversight_measure_taken",
    "project.oversight_measure_lifted",
    "project.review_opinion_given",
    "system",
    "register",
    "county",
    "unit",
    "evaluator",
)
"""What happens to a project, and elsewhere, without moving money or an amount."""


_SUMS = ("lines", "budgets", "budget_fen", "arranged_fen", "disbursed_fen", "refunded_fen")
_ADDED = """l.classified, l.year, l.source, l.purpose, 1 AS lines, (l.budget_fen IS NOT NULL)::integer AS budgets,
    coalesce(l.budget_fen, 0) AS budget_fen, l.arranged_fen, l.disbursed_fen, l.refunded_fen
    FROM lines l JOIN projects p USING (log_id, project_id)"""
_OF = "WHERE l.log_id = %(log_id)s AND l.project_id = ANY(%(of)s)"

TALLIES = (
    Tally("sums", ("classified", "year", "source", "purpose"), _SUMS, f"SELECT {_ADDED} {_OF}"),
    Tally(
        "unit_sums",
        ("uscc", "classified", "year", "source", "purpose"),
        _SUMS,
        f"SELECT u.uscc, {_ADDED} CROSS JOIN LATERAL unnest(p.owners) AS u(uscc) {_OF}",
    ),
)
"""What all lines come to, and those of the projects of each owner unit."""


class Money(Projection):
    """Rows per project and line, per movement of the fund, per entry of the library, per stage and its drift."""

    NAME = "money"
    VERSION = 5
    HANDLES = (ALL - topics(*_IGNORED)) | NAMING
    IGNORES = topics(*_IGNORED) - NAMING
    TABLES = f"""
        {UNIT_NAMES}
        CREATE TABLE projects (
            log_id integer NOT NULL, project_id uuid NOT NULL, number text, name text NOT NULL, owners text[] NOT NULL,
            classified boolean NOT NULL,
            PRIMARY KEY (log_id, project_id));
        CREATE INDEX ON projects USING gin (owners);
        CREATE TABLE movements (
            log_id integer NOT NULL, position bigint NOT NULL, project_id uuid NOT NULL, kind text NOT NULL,
            purpose text NOT NULL, year integer NOT NULL, source text NOT NULL, fen numeric NOT NULL,
            happened_on text NOT NULL, happened_from date NOT NULL, document_no text, payee text,
            PRIMARY KEY (log_id, position));
        CREATE INDEX ON movements (log_id, project_id);
        CREATE INDEX ON movements (log_id, year, source);
        CREATE INDEX ON movements (log_id, happened_from DESC, position DESC);
        CREATE TABLE lines (
            log_id integer NOT NULL, project_id uuid NOT NULL, purpose text NOT NULL, year integer NOT NULL,
            source text NOT NULL, budget_fen numeric, arranged_fen numeric NOT NULL, disbursed_fen numeric NOT NULL,
            refunded_fen numeric NOT NULL, number text,
            classified boolean NOT NULL,
            PRIMARY KEY (log_id, project_id, purpose, year, source));
        CREATE INDEX ON lines (log_id, year DESC, number, project_id, purpose, source);
        CREATE TABLE sums (
            log_id integer NOT NULL, classified boolean NOT NULL, year integer NOT NULL, source text NOT NULL,
            purpose text NOT NULL, lines bigint NOT NULL, budgets bigint NOT NULL, budget_fen numeric NOT NULL,
            arranged_fen numeric NOT NULL, disbursed_fen numeric NOT NULL, refunded_fen numeric NOT NULL,
            PRIMARY KEY (log_id, classified, year, source, purpose));
        CREATE TABLE unit_sums (
            log_id integer NOT NULL, uscc text NOT NULL, classified boolean NOT NULL, year integer NOT NULL,
            source text NOT NULL, purpose text NOT NULL, lines bigint NOT NULL, budgets bigint NOT NULL,
            budget_fen numeric NOT NULL, arranged_fen numeric NOT NULL, disbursed_fen numeric NOT NULL,
            refunded_fen numeric NOT NULL,
            PRIMARY KEY (log_id, uscc, classified, year, source, purpose));
        CREATE INDEX ON unit_sums (log_id) WHERE lines = 0;
        CREATE TABLE stages (
            log_id integer NOT NULL, project_id uuid NOT NULL, ordinal integer NOT NULL, stage text NOT NULL,
            origin text NOT NULL, fen numeric NOT NULL, currency text NOT NULL, document_no text, stated_total text,
            stated_on text, revised boolean NOT NULL, number text,
            classified boolean NOT NULL,
            PRIMARY KEY (log_id, project_id, ordinal));
        CREATE INDEX ON stages (log_id, number, project_id, ordinal);
        CREATE TABLE drifts (
            log_id integer NOT NULL, project_id uuid NOT NULL, ordinal integer NOT NULL, earlier text NOT NULL,
            later text NOT NULL, earlier_fen numeric NOT NULL, later_fen numeric NOT NULL, change_fen numeric NOT NULL,
            change_bp numeric, exceeds boolean NOT NULL, number text,
            classified boolean NOT NULL,
            PRIMARY KEY (log_id, project_id, ordinal));
        CREATE INDEX ON drifts (log_id, number, project_id, ordinal);
        CREATE INDEX ON drifts (log_id, number, project_id, ordinal) WHERE exceeds;
        CREATE TABLE ppp_entries (
            log_id integer NOT NULL, project_id uuid NOT NULL, entry integer NOT NULL, regime text NOT NULL,
            risk_allocation text NOT NULL, return_boundary text NOT NULL, evaluation_plan text NOT NULL,
            reason text NOT NULL, listed_on text NOT NULL, delisted_on text,
            PRIMARY KEY (log_id, project_id, entry));
        CREATE TABLE operation_reports (
            log_id integer NOT NULL, project_id uuid NOT NULL, year integer NOT NULL, summary text NOT NULL,
            user_paid_fen numeric, reported_on text NOT NULL,
            PRIMARY KEY (log_id, project_id, year));
        CREATE TABLE fund_movements (
            log_id integer NOT NULL, fund_id uuid NOT NULL, version integer NOT NULL, kind text NOT NULL,
            number integer, project_id uuid, contributor text, fen numeric NOT NULL, fields text[] NOT NULL, stage text,
            document_no text, happened_on text NOT NULL, happened_from date NOT NULL,
            PRIMARY KEY (log_id, fund_id, version));
    """

    def project(self, page: Page, cursor: Cursor) -> None:
        """Write the rows of the projects and of the fund that the page touches."""
        touched = page.touched(StreamKind.PROJECT)
        heads: list[dict[str, Any]] = []
        rows: dict[str, list[dict[str, Any]]] = {table: [] for table in _OF_PROJECT}
        for stream in touched:
            project = page.project(stream)
            key = {"log_id": page.log_id, "project_id": stream}
            heads.append({**key, **_head(project)})
            ordered = {**key, "number": project.number, "classified": project.classified}
            rows["lines"] += [{**ordered, **r} for r in _lines(project, page.balance(stream))]
            rows["stages"] += [{**ordered, **r} for r in _stages(project)]
            rows["drifts"] += [{**ordered, **r} for r in _drifts(project)]
            rows["ppp_entries"] += [{**key, **r} for r in _entries(project)]
            rows["operation_reports"] += [{**key, **r} for r in _reports(project)]
        for tally in TALLIES:
            tally.take_out(cursor, page.log_id, touched)
        upsert(cursor, "projects", ("log_id", "project_id"), heads)
        for table in _OF_PROJECT:
            cursor.execute(f"DELETE FROM {table} WHERE log_id = %s AND project_id = ANY(%s)", (page.log_id, touched))
            upsert(cursor, table, (), rows[table])
        for tally in TALLIES:
            tally.put_in(cursor, page.log_id, touched)
        _record_movements(page, cursor)
        write_unit_names(page, cursor)
        for stream in page.touched(StreamKind.GUIDANCE_FUND):
            entries = page.of(stream)
            if page.corrects(stream):
                cursor.execute("DELETE FROM fund_movements WHERE log_id = %s AND fund_id = %s", (page.log_id, stream))
                entries = effective(page.history(stream))
            fund = cast("GuidanceFund", page.state(StreamKind.GUIDANCE_FUND, stream))
            upsert(cursor, "fund_movements", ("log_id", "fund_id", "version"), _movements(page.log_id, fund, entries))


def _record_movements(page: Page, cursor: Cursor) -> None:
    """Write a row for each event that moves a project's money; of a project that the page corrects, all anew."""
    by_project: dict[UUID, list[Recorded]] = {}
    for entry in page.entries:
        if isinstance(entry.event, _MOVING):
            by_project.setdefault(entry.originator_id, []).append(entry)
    corrected = [p for p in page.touched(StreamKind.PROJECT) if page.corrects(p)]
    for project in corrected:
        by_project[project] = effective(page.history(project))
    if corrected:
        cursor.execute("DELETE FROM movements WHERE log_id = %s AND project_id = ANY(%s)", (page.log_id, corrected))
    rows = [
        row
        for stream, entries in by_project.items()
        for entry in entries
        if (row := _moved(page.log_id, page.project(stream), entry)) is not None
    ]
    upsert(cursor, "movements", ("log_id", "position"), rows)


def _moved(log_id: int, project: Project, entry: Recorded) -> dict[str, Any] | None:
    """What an event moves, on which line; None when it moves nothing, or names an arrangement that is no more."""
    event = entry.event
    match event:
        case BudgetSet() | FundsArranged():
            line = BudgetLine(purpose=event.purpose, year=event.year, source=event.source)
        case FundsDisbursed() | FundsRefunded():
            arrangement = project.arrangement(event.arrangement)
            if arrangement is None:
                return None
            line = arrangement.line
        case _:
            return None
    return {
        "log_id": log_id,
        "position": entry.position,
        "project_id": project.id,
        "kind": _KINDS[type(event)],
        "purpose": line.purpose,
        "year": line.year,
        "source": line.source,
        "fen": event.amount.fen,
        "happened_on": str(entry.happened_on),
        "happened_from": entry.happened_on.earliest,
        "document_no": getattr(event, "document_no", None),
        "payee": getattr(event, "payee", None),
    }


def _head(project: Project) -> dict[str, Any]:
    return {
        "number": project.number,
        "name": project_name(project),
        "owners": list(project.owners),
        "classified": project.classified,
    }


def _lines(project: Project, balance: Balance) -> list[dict[str, Any]]:
    """What the book says of each line; a budget of None is one that nobody recorded."""
    lines = dict.fromkeys([*(b.line for b in project.budgets), *(a.line for a in project.arrangements)])
    rows = []
    for line in lines:
        disbursed, refunded = balance.of(Account.DISBURSED, line), -balance.of(Account.REFUNDED, line)
        rows.append(
            {
                "purpose": line.purpose,
                "year": line.year,
                "source": line.source,
                "budget_fen": project.budget_fen(line),
                "arranged_fen": balance.of(Account.UNDISBURSED, line) + disbursed - refunded,
                "disbursed_fen": disbursed,
                "refunded_fen": refunded,
            }
        )
    return rows


def _stages(project: Project) -> list[dict[str, Any]]:
    return [
        {
            "ordinal": ordinal,
            "stage": a.stage,
            "origin": a.origin,
            "fen": a.fen,
            "currency": a.currency,
            "document_no": a.document_no,
            "stated_total": a.stated_total,
            "stated_on": str(a.on) if a.on is not None else None,
            "revised": a.revised,
        }
        for ordinal, a in enumerate(stages(project), 1)
    ]


def _drifts(project: Project) -> list[dict[str, Any]]:
    return [{"ordinal": ordinal, **d.model_dump(mode="json")} for ordinal, d in enumerate(drift(project), 1)]


def _entries(project: Project) -> list[dict[str, Any]]:
    return [
        {
            "entry": number,
            "regime": e.regime,
            **e.terms.model_dump(),
            "listed_on": str(e.listed_on),
            "delisted_on": str(e.delisted_on) if e.delisted_on is not None else None,
        }
        for number, e in enumerate(project.ppp_entries, 1)
    ]


def _reports(project: Project) -> list[dict[str, Any]]:
    # A correction may leave two reports of one year; the later one counts.
    newest = {r.year: r for r in project.operation_reports}
    return [r.model_dump(mode="json") for r in newest.values()]


def _movements(log_id: int, fund: GuidanceFund, entries: list[Recorded]) -> list[dict[str, Any]]:
    """One row per movement of money; investments that were refused moved none."""
    rows = []
    projects = {i.number: i.project for i in fund.investments}
    for entry in entries:
        event = entry.event
        row: dict[str, Any] = {"number": None, "project_id": None, "contributor": None, "fields": [], "stage": None}
        match event:
            case FundContributed():
                row |= {"kind": "CONTRIBUTED", "contributor": event.contributor}
            case FundInvested():
                row |= {"kind": "INVESTED", "number": event.number, "project_id": event.project}
                row |= {"fields": list(event.fields), "stage": event.stage}
            case InvestmentReturned():
                row |= {"kind": "RETURNED", "number": event.investment, "project_id": projects.get(event.investment)}
            case _:
                continue
        rows.append(
            {
                "log_id": log_id,
                "fund_id": fund.id,
                "version": entry.originator_version,
                **row,
                "fen": event.amount.fen,
                "document_no": event.document_no,
                "happened_on": str(entry.happened_on),
                "happened_from": entry.happened_on.earliest,
            }
        )
    return rows
