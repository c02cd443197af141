"""过程监督 What is blocked and why, what is overdue, what is out of order, which attempts were refused?"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from domain.dates import civil_day
from domain.recorded import Recorded
from domain.refusal import Refused
from domain.rule import Effect
from domain.streams import StreamKind
from projections.supervision.ordering import disorders
from projections.topics import ALL, topics
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
    VERSION = 2
    HANDLES = ALL - topics("accounts")
    IGNORES = topics("accounts")
    TABLES = """
        CREATE TABLE projects (
            log_id integer NOT NULL, project_id uuid NOT NULL, number text, name text NOT NULL, stage text NOT NULL,
            owners text[] NOT NULL, classified boolean NOT NULL, acceptance_due date, accepted boolean NOT NULL,
            disorders jsonb NOT NULL, position bigint NOT NULL,
            PRIMARY KEY (log_id, project_id));
        CREATE TABLE refusals (
            log_id integer NOT NULL, position bigint NOT NULL, stream_id uuid NOT NULL, project_id uuid NOT NULL,
            step text NOT NULL, gate text NOT NULL, rules text[] NOT NULL, findings jsonb NOT NULL,
            rule_set text NOT NULL, happened_on text NOT NULL, recorded_at timestamptz NOT NULL,
            organisation text NOT NULL, role text NOT NULL, open boolean NOT NULL,
            PRIMARY KEY (log_id, position));
        CREATE INDEX ON refusals (log_id, project_id) WHERE open;
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
        _record_refusals(page, cursor)
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


def _record_refusals(page: Page, cursor: Cursor) -> None:
    """Write the refusals of the page, and close those that it passes: each is open until a later event passes its gate.

    Within a stream, and for the fund within what concerns one project.
    """
    refusals = []
    passed: dict[tuple[UUID, UUID, str | None], int] = {}
    for entry in page.entries:
        project = _project_of(page, entry)
        if project is None:
            continue
        if isinstance(entry.event, Refused):
            refusals.append(_refusal(page.log_id, entry, entry.event, project))
            continue
        judgement = getattr(entry.event, "judgement", None)
        for gate, passing in _PASSED_BY.items():
            if entry.event.TOPIC in passing and (judgement is None or judgement.gate == gate):
                passed[entry.originator_id, project, gate] = entry.position
        passed[entry.originator_id, project, None] = entry.position
    upsert(cursor, "refusals", ("log_id", "position"), refusals)
    if not passed:
        return
    streams, projects, gates, positions = zip(*((*key, at) for key, at in passed.items()), strict=True)
    cursor.execute(
        "UPDATE refusals r SET open = false FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::bigint[])"
        " AS p(stream_id, project_id, gate, position) WHERE r.log_id = %s AND r.open AND r.position < p.position"
        " AND r.stream_id = p.stream_id AND r.project_id = p.project_id"
        " AND (r.gate = p.gate OR p.gate IS NULL AND r.gate <> ALL(%s))",
        (list(streams), list(projects), list(gates), list(positions), page.log_id, list(_PASSED_BY)),
    )


def _project_of(page: Page, entry: Recorded) -> UUID | None:
    """The project that a refusal, or what passes a gate, is about."""
    match entry.kind:
        case StreamKind.PROJECT:
            return entry.originator_id
        case StreamKind.SYSTEM:
            return page.projects_of(entry.originator_id)[0]
        case _:
            return invested_in(entry)


def _refusal(log_id: int, entry: Recorded, event: Refused, project: UUID) -> dict[str, Any]:
    judgement = event.judgement
    return {
        "log_id": log_id,
        "position": entry.position,
        "stream_id": entry.originator_id,
        "project_id": project,
        "step": event.step,
        "gate": judgement.gate,
        "rules": list(judgement.blocking()),
        "findings": Jsonb([f.model_dump(mode="json") for f in judgement.findings if f.effect is Effect.BLOCKS]),
        "rule_set": judgement.rule_set.id,
        "happened_on": str(entry.happened_on),
        "recorded_at": entry.recorded_at,
        "organisation": entry.circumstances.actor.organisation,
        "role": entry.circumstances.actor.role,
        "open": True,
    }


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
