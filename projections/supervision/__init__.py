"""过程监督 What is blocked and why, what is overdue, what is out of order, which attempts were refused?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from domain.dates import civil_day
from domain.recorded import Recorded
from domain.refusal import Refused
from domain.rule import Effect
from domain.streams import StreamKind
from projections.supervision.ordering import disorders
from projections.view import Cursor, Page, Projection, invested_in, project_name, upsert

# Gates that are passed once. A refusal there is over when the project has passed; at the money gates it is over when
# money for that purpose was given later.
_PASSED_BY = {
    "FILE": {"project.filed", "project.filing_amended"},
    "APPROVE": {"project.approved"},
    "ACCEPT": {"project.accepted"},
    "FUND_BUILD": {"project.funds_arranged", "project.funds_disbursed"},
    "FUND_OPERATION": {"project.funds_arranged", "project.funds_disbursed"},
    "FUND_SHARING_WORK": {"project.funds_arranged", "project.funds_disbursed"},
    "FUND_INVEST": {"guidance_fund.invested"},
    "PPP_LIST": {"project.ppp_listed"},
}


class Supervision(Projection):
    """Rows from which the board is read on any day: what is overdue depends on the day of asking."""

    NAME = "supervision"
    VERSION = 1
    TABLES = """
        CREATE TABLE projects (
            log_id integer NOT NULL, project_id uuid NOT NULL, number text, name text NOT NULL, stage text NOT NULL,
            owners text[] NOT NULL, classified boolean NOT NULL, acceptance_due date, accepted boolean NOT NULL,
            disorders jsonb NOT NULL, position bigint NOT NULL,
            PRIMARY KEY (log_id, project_id));
        CREATE TABLE refusals (
            log_id integer NOT NULL, position bigint NOT NULL, project_id uuid NOT NULL, step text NOT NULL,
            gate text NOT NULL, rules text[] NOT NULL, findings jsonb NOT NULL, rule_set text NOT NULL,
            happened_on text NOT NULL, recorded_at timestamptz NOT NULL, organisation text NOT NULL,
            role text NOT NULL, open boolean NOT NULL,
            PRIMARY KEY (log_id, position));
        CREATE INDEX ON refusals (log_id, project_id);
        CREATE TABLE obligations (
            log_id integer NOT NULL, uscc text NOT NULL, number integer NOT NULL, unit_name text NOT NULL,
            system_name text NOT NULL, requirement_document text NOT NULL, issuer text NOT NULL, due_on date NOT NULL,
            set_on date NOT NULL, met_on date,
            PRIMARY KEY (log_id, uscc, number));
        CREATE TABLE late_entries (
            log_id integer NOT NULL, position bigint NOT NULL, stream_kind text NOT NULL, stream_id uuid NOT NULL,
            topic text NOT NULL, happened_on text NOT NULL, recorded_on date NOT NULL, days_late integer NOT NULL,
            classified boolean NOT NULL,
            PRIMARY KEY (log_id, position));
        CREATE TABLE decision_reads (
            log_id integer NOT NULL, position bigint NOT NULL, project_id uuid NOT NULL, topic text NOT NULL,
            read_stream uuid NOT NULL, read_version integer NOT NULL,
            PRIMARY KEY (log_id, position, read_stream));
        CREATE INDEX ON decision_reads (log_id, read_stream, read_version);
    """

    def project(self, page: Page, cursor: Cursor) -> None:
        """Write the rows that follow from the page."""
        touched = page.touched(StreamKind.PROJECT)
        upsert(cursor, "projects", ("log_id", "project_id"), [_project(page, p) for p in touched])
        systems = page.touched(StreamKind.SYSTEM)
        refusals = [r for p in touched for r in _refusals(page, page.history(StreamKind.PROJECT, p), p)]
        for system in systems:
            history = page.history(StreamKind.SYSTEM, system)
            refusals += _refusals(page, history, page.projects_of(system)[0])
        refusals += [r for f in page.touched(StreamKind.GUIDANCE_FUND) for r in _refused_investments(page, f)]
        upsert(cursor, "refusals", ("log_id", "position"), refusals)
        units = page.touched(StreamKind.UNIT)
        upsert(cursor, "obligations", ("log_id", "uscc", "number"), [o for u in units for o in _obligations(page, u)])
        upsert(cursor, "late_entries", ("log_id", "position"), [_late(page, e) for e in page.entries])
        reads = [row for e in page.entries if hasattr(e.event, "judgement") for row in _reads(page, e)]
        upsert(cursor, "decision_reads", ("log_id", "position", "read_stream"), reads)


def _project(page: Page, stream: UUID) -> dict[str, Any]:
    project = page.project(stream)
    return {
        "log_id": page.log_id,
        "project_id": stream,
        "number": project.number,
        "name": project_name(project),
        "stage": project.stage,
        "owners": list(project.owners),
        "classified": project.classified,
        "acceptance_due": project.approval.acceptance_due if project.approval else None,
        "accepted": project.acceptance is not None,
        "disorders": Jsonb([d.model_dump() for d in disorders(project)]),
        "position": page.last_position(StreamKind.PROJECT, stream),
    }


def _refused_investments(page: Page, fund: UUID) -> list[dict[str, Any]]:
    """All refusals of the fund; each is open until it invests in that project."""
    about: dict[UUID, list[Recorded]] = {}
    for entry in page.history(StreamKind.GUIDANCE_FUND, fund):
        project = invested_in(entry)
        if project is not None:
            about.setdefault(project, []).append(entry)
    return [row for project, entries in about.items() for row in _refusals(page, entries, project)]


def _refusals(page: Page, history: Sequence[Recorded], project: UUID) -> list[dict[str, Any]]:
    """All refusals in a history; each is open until a later event passes its gate."""
    rows = []
    for index, entry in enumerate(history):
        if not isinstance(entry.event, Refused):
            continue
        judgement = entry.event.judgement
        passed = any(_passes(later, judgement.gate) for later in history[index + 1 :])
        rows.append(
            {
                "log_id": page.log_id,
                "position": entry.position,
                "project_id": project,
                "step": entry.event.step,
                "gate": judgement.gate,
                "rules": list(judgement.blocking()),
                "findings": Jsonb([f.model_dump(mode="json") for f in judgement.findings if f.effect is Effect.BLOCKS]),
                "rule_set": judgement.rule_set.id,
                "happened_on": str(entry.happened_on),
                "recorded_at": entry.recorded_at,
                "organisation": entry.circumstances.actor.organisation,
                "role": entry.circumstances.actor.role,
                "open": not passed,
            }
        )
    return rows


def _passes(entry: Recorded, gate: str) -> bool:
    if isinstance(entry.event, Refused):
        return False
    topics = _PASSED_BY.get(gate)
    if topics is None:
        return True
    judgement = getattr(entry.event, "judgement", None)
    return entry.event.TOPIC in topics and (judgement is None or judgement.gate == gate)


def _obligations(page: Page, stream: UUID) -> list[dict[str, Any]]:
    unit = page.unit(stream)
    return [
        {
            "log_id": page.log_id,
            "uscc": unit.uscc,
            "number": o.number,
            "unit_name": unit.name,
            "system_name": o.system_name,
            "requirement_document": o.requirement_document,
            "issuer": o.issuer,
            "due_on": o.due_on,
            "set_on": o.set_on.latest,
            "met_on": o.met_on.latest if o.met_on else None,
        }
        for o in unit.obligations
    ]


def _late(page: Page, entry: Recorded) -> dict[str, Any]:
    """How many days after it happened an event was recorded. Readers choose the limit: it is data of a rule set."""
    recorded_on = civil_day(entry.recorded_at)
    return {
        "log_id": page.log_id,
        "position": entry.position,
        "stream_kind": entry.stream.kind,
        "stream_id": entry.stream.id,
        "topic": entry.event.TOPIC,
        "happened_on": str(entry.happened_on),
        "recorded_on": recorded_on,
        "classified": page.classified(entry),
        "days_late": (recorded_on - entry.happened_on.latest).days,
    }


def _reads(page: Page, entry: Recorded) -> list[dict[str, Any]]:
    own = (entry.stream.id, entry.stream.version - 1)
    others = [(r.id, r.version) for r in entry.circumstances.based_on]
    return [
        {
            "log_id": page.log_id,
            "position": entry.position,
            "project_id": invested_in(entry) or entry.stream.id,
            "topic": entry.event.TOPIC,
            "read_stream": stream,
            "read_version": version,
        }
        for stream, version in (own, *others)
    ]
