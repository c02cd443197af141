"""过程监督 What is blocked and why, overdue, out of order, refused, excepted, and owed by units and the county?"""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from psycopg.types.json import Jsonb

from domain.county import County
from domain.dates import civil_day
from domain.evolve import effective
from domain.recorded import Recorded
from domain.refusal import Refused
from domain.rule import Effect
from domain.steps.exceptions import ExceptionGranted, ExceptionRevoked
from domain.streams import StreamKind
from domain.unit import Unit
from projections.supervision.ordering import disorders
from projections.tallies import Tally
from projections.topics import ALL, topics
from projections.unit_names import TABLE as UNIT_NAMES
from projections.unit_names import write_unit_names
from projections.view import Cursor, Page, Projection, invested_in, project_name, upsert, write_hidden

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


EXCEPTION_DAYS = Tally(
    "exception_days",
    ("deciding_body", "rule", "classified", "day"),
    ("exceptions", "projects", "revoked", "ended"),
    """WITH x AS (SELECT e.*, p.classified, row_number() OVER (
                      PARTITION BY e.project_id, e.deciding_body, e.rule ORDER BY e.position) = 1 AS first,
                      greatest(e.granted_to, least(e.expires_on + 1, e.revoked_to)) AS ends
                  FROM exceptions e JOIN projects p USING (log_id, project_id)
                  WHERE e.log_id = %(log_id)s AND e.project_id = ANY(%(of)s))
       SELECT deciding_body, rule, classified, granted_to AS day, 1 AS exceptions, first::integer AS projects,
              (revoked_by IS NOT NULL)::integer AS revoked, 0 AS ended FROM x
       UNION ALL
       SELECT deciding_body, rule, classified, ends, 0, 0, 0, 1 FROM x
       WHERE coalesce(expires_on, revoked_to) IS NOT NULL""",
)
"""Exceptions of a body from a rule, by the days on which they begin and end: whether they hold is asked for a day."""


class Supervision(Projection):
    """Rows from which the board is read on any day: what is overdue depends on the day of asking."""

    NAME = "supervision"
    VERSION = 5
    HANDLES = ALL - topics("accounts")
    IGNORES = topics("accounts")
    TABLES = f"""
        {UNIT_NAMES}
        CREATE TABLE projects (
            log_id integer NOT NULL, project_id uuid NOT NULL, number text, name text NOT NULL, stage text NOT NULL,
            owners text[] NOT NULL, source text, classified boolean NOT NULL, acceptance_due date,
            accepted boolean NOT NULL, disorders jsonb NOT NULL, position bigint NOT NULL,
            PRIMARY KEY (log_id, project_id));
        CREATE INDEX ON projects (log_id, acceptance_due, project_id) WHERE NOT accepted;
        CREATE INDEX ON projects (log_id, name, project_id) WHERE disorders <> '[]'::jsonb;
        CREATE TABLE refusals (
            log_id integer NOT NULL, position bigint NOT NULL, stream_id uuid NOT NULL, project_id uuid NOT NULL,
            step text NOT NULL, gate text NOT NULL, rules text[] NOT NULL, findings jsonb NOT NULL,
            rule_set text NOT NULL, happened_on text NOT NULL, recorded_at timestamptz NOT NULL,
            organisation text NOT NULL, role text NOT NULL, passed_by bigint,
            PRIMARY KEY (log_id, position));
        CREATE INDEX ON refusals (log_id, project_id, gate, position);
        CREATE INDEX ON refusals (log_id, stream_id) WHERE passed_by IS NULL;
        CREATE INDEX ON refusals (log_id, position) WHERE passed_by IS NULL;
        CREATE TABLE exceptions (
            log_id integer NOT NULL, position bigint NOT NULL, project_id uuid NOT NULL, rule text NOT NULL,
            ground text, reason text NOT NULL, deciding_body text NOT NULL, document_no text NOT NULL,
            decision integer, organisation text NOT NULL, granted_on text NOT NULL, granted_to date NOT NULL,
            expires_on date, revoked_on text, revoked_to date, revoked_by bigint,
            PRIMARY KEY (log_id, position));
        CREATE INDEX ON exceptions (log_id, project_id);
        CREATE TABLE exception_days (
            log_id integer NOT NULL, deciding_body text NOT NULL, rule text NOT NULL, classified boolean NOT NULL,
            day date NOT NULL, exceptions bigint NOT NULL, projects bigint NOT NULL, revoked bigint NOT NULL,
            ended bigint NOT NULL,
            PRIMARY KEY (log_id, deciding_body, rule, classified, day));
        CREATE TABLE obligations (
            log_id integer NOT NULL, uscc text NOT NULL, number integer NOT NULL, unit_id uuid NOT NULL,
            unit_name text NOT NULL, system_name text NOT NULL, requirement_document text NOT NULL,
            issuer text NOT NULL, due_on date NOT NULL, set_on date NOT NULL, met_on date,
            PRIMARY KEY (log_id, uscc, number));
        CREATE INDEX ON obligations (log_id, due_on, uscc, number);
        CREATE TABLE tasks (
            log_id integer NOT NULL, uscc text NOT NULL, number integer NOT NULL, term integer NOT NULL,
            unit_id uuid NOT NULL, unit_name text NOT NULL, task_group text NOT NULL, item text NOT NULL,
            responsible_post text NOT NULL, milestone text NOT NULL, issuer text NOT NULL, document_no text NOT NULL,
            due_on date NOT NULL, first_due_on date NOT NULL, since date NOT NULL, until date, completed_on date,
            PRIMARY KEY (log_id, uscc, number, term));
        CREATE INDEX ON tasks (log_id, due_on, uscc, number);
        CREATE TABLE items (
            log_id integer NOT NULL, uscc text NOT NULL, number integer NOT NULL, round integer NOT NULL,
            unit_id uuid NOT NULL, unit_name text NOT NULL, matter text NOT NULL, issuer text NOT NULL,
            document_no text NOT NULL, reply_due date NOT NULL, since date NOT NULL, until date, replied_on date,
            closed_on date,
            PRIMARY KEY (log_id, uscc, number, round));
        CREATE INDEX ON items (log_id, reply_due, uscc, number);
        CREATE TABLE meetings (
            log_id integer NOT NULL, county_id uuid NOT NULL, number integer NOT NULL, held_from date NOT NULL,
            held_to date NOT NULL, minutes_document text NOT NULL,
            PRIMARY KEY (log_id, county_id, number));
        CREATE TABLE late_entries (
            log_id integer NOT NULL, position bigint NOT NULL, stream_kind text NOT NULL, stream_id uuid NOT NULL,
            about_id uuid NOT NULL, topic text NOT NULL, happened_on text NOT NULL, recorded_on date NOT NULL,
            days_late integer NOT NULL,
            PRIMARY KEY (log_id, position));
        CREATE INDEX ON late_entries (log_id, days_late DESC, position);
        CREATE TABLE hidden (
            log_id integer NOT NULL, stream_id uuid NOT NULL,
            PRIMARY KEY (log_id, stream_id));
        CREATE TABLE decision_reads (
            log_id integer NOT NULL, position bigint NOT NULL, project_id uuid NOT NULL, topic text NOT NULL,
            read_stream uuid NOT NULL, read_version integer NOT NULL,
            PRIMARY KEY (log_id, position, read_stream));
        CREATE INDEX ON decision_reads (log_id, read_stream, read_version);
    """

    def project(self, page: Page, cursor: Cursor) -> None:
        """Write the rows that follow from the page."""
        touched = page.touched(StreamKind.PROJECT)
        EXCEPTION_DAYS.take_out(cursor, page.log_id, touched)
        upsert(cursor, "projects", ("log_id", "project_id"), [_project(page, p) for p in touched])
        by_stream = _by_stream(page, cursor)
        _record_refusals(page, by_stream, cursor)
        _record_exceptions(page, by_stream, cursor)
        EXCEPTION_DAYS.put_in(cursor, page.log_id, touched)
        _record_units(page, cursor)
        write_unit_names(page, cursor)
        _record_meetings(page, cursor)
        upsert(cursor, "late_entries", ("log_id", "position"), [row for e in page.entries for row in _late(page, e)])
        write_hidden(page, cursor)
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
        "source": project.origin.source if project.origin else None,
        "classified": project.classified,
        "acceptance_due": project.approval.acceptance_due if project.approval else None,
        "accepted": project.acceptance is not None,
        "disorders": Jsonb([d.model_dump() for d in disorders(project)]),
        "position": page.last_position(StreamKind.PROJECT, stream),
    }


def _by_stream(page: Page, cursor: Cursor) -> dict[UUID, list[Recorded]]:
    """The entries of each stream that change rows. Of a stream that the page corrects all count, and its rows go."""
    by_stream: dict[UUID, list[Recorded]] = {}
    for entry in page.entries:
        by_stream.setdefault(entry.originator_id, []).append(entry)
    corrected = [stream for stream in by_stream if page.corrects(stream)]
    for stream in corrected:
        by_stream[stream] = effective(page.history(stream))
    if corrected:
        for table, column in (("refusals", "stream_id"), ("exceptions", "project_id")):
            cursor.execute(
                f"DELETE FROM {table} WHERE log_id = %s AND {column} = ANY(%s)".encode(), (page.log_id, corrected)
            )
    return by_stream


def _record_refusals(page: Page, by_stream: dict[UUID, list[Recorded]], cursor: Cursor) -> None:
    """Write the refusals, and close those that are passed: each is open until a later event passes its gate.

    Within a stream, and for the fund within what concerns one project.
    """
    refusals = []
    passes: dict[tuple[UUID, UUID, str | None], list[int]] = {}
    awaited: set[tuple[UUID, UUID, str | None]] = set()
    for entry in (e for entries in by_stream.values() for e in entries):
        project = _project_of(page, entry)
        if project is None:
            continue
        stream = entry.originator_id
        if isinstance(entry.event, Refused):
            refusals.append(_refusal(page.log_id, entry, entry.event, project))
            gate = entry.event.judgement.gate
            awaited.add((stream, project, gate if gate in _PASSED_BY else None))
            continue
        judgement = getattr(entry.event, "judgement", None)
        topic = entry.event.TOPIC
        passed = [
            gate
            for gate, passing in _PASSED_BY.items()
            if topic in passing and (judgement is None or judgement.gate == gate)
        ]
        for key in ((stream, project, gate) for gate in (*passed, None)):
            # The first after each refusal of the page, and the first of the page for those of earlier pages.
            if key in awaited or key not in passes:
                passes.setdefault(key, []).append(entry.position)
                awaited.discard(key)
    upsert(cursor, "refusals", ("log_id", "position"), refusals)
    if not passes:
        return
    streams, projects, gates, positions = zip(*((*key, p) for key, at in passes.items() for p in at), strict=True)
    cursor.execute(
        "UPDATE refusals r SET passed_by = m.passed_by FROM (SELECT x.position, min(p.position) AS passed_by"
        " FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::bigint[]) AS p(stream_id, project_id, gate, position)"
        " JOIN refusals x ON x.log_id = %s AND x.passed_by IS NULL AND x.stream_id = p.stream_id"
        " AND x.project_id = p.project_id AND x.position < p.position"
        " AND (x.gate = p.gate OR p.gate IS NULL AND x.gate <> ALL(%s)) GROUP BY x.position) m"
        " WHERE r.log_id = %s AND r.position = m.position",
        (list(streams), list(projects), list(gates), list(positions), page.log_id, list(_PASSED_BY), page.log_id),
    )


def _project_of(page: Page, entry: Recorded) -> UUID | None:
    """The project that a refusal, or what passes a gate, is about."""
    match entry.kind:
        case StreamKind.PROJECT:
            return entry.originator_id
        case StreamKind.SYSTEM:
            # A paper may be older than the registration of its system: as it was on a day between, no project had it.
            return next(iter(page.projects_of(entry.originator_id)), None)
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
        "passed_by": None,
    }


def _record_exceptions(page: Page, by_stream: dict[UUID, list[Recorded]], cursor: Cursor) -> None:
    """Write the exceptions that were granted, and mark those that were revoked: both stay on the board."""
    granted, revoked = [], []
    for entry in (e for entries in by_stream.values() for e in entries):
        event = entry.event
        if isinstance(event, ExceptionGranted):
            granted.append(
                {
                    "log_id": page.log_id,
                    "position": entry.position,
                    "project_id": entry.originator_id,
                    **event.model_dump(),
                    "organisation": entry.circumstances.actor.organisation,
                    "granted_on": str(entry.happened_on),
                    "granted_to": entry.happened_on.latest,
                    "revoked_on": None,
                    "revoked_to": None,
                    "revoked_by": None,
                }
            )
        elif isinstance(event, ExceptionRevoked):
            on = entry.happened_on
            key = (page.log_id, entry.originator_id, event.rule, event.document_no, entry.position)
            revoked.append((str(on), on.latest, entry.position, *key))
    upsert(cursor, "exceptions", ("log_id", "position"), granted)
    cursor.executemany(
        "UPDATE exceptions SET revoked_on = %s, revoked_to = %s, revoked_by = %s WHERE log_id = %s AND project_id = %s"
        " AND rule = %s AND document_no = %s AND position < %s AND revoked_by IS NULL",
        revoked,
    )


def _record_units(page: Page, cursor: Cursor) -> None:
    """Write anew what the touched units owe: what was corrected away leaves no row."""
    units = [page.unit(u) for u in page.touched(StreamKind.UNIT)]
    if not units:
        return
    codes = [u.uscc for u in units]
    for table, rows in (("obligations", _obligations), ("tasks", _tasks), ("items", _items)):
        cursor.execute(f"DELETE FROM {table} WHERE log_id = %s AND uscc = ANY(%s)".encode(), (page.log_id, codes))
        upsert(cursor, table, (), [{**_owed(page.log_id, unit), **row} for unit in units for row in rows(unit)])


def _record_meetings(page: Page, cursor: Cursor) -> None:
    for stream in page.touched(StreamKind.COUNTY):
        county = cast("County", page.state(StreamKind.COUNTY, stream))
        cursor.execute("DELETE FROM meetings WHERE log_id = %s AND county_id = %s", (page.log_id, stream))
        rows = [
            {
                "log_id": page.log_id,
                "county_id": stream,
                "number": m.number,
                "held_from": m.held_on.earliest,
                "held_to": m.held_on.latest,
                "minutes_document": m.minutes_document,
            }
            for m in county.meetings
        ]
        upsert(cursor, "meetings", (), rows)


def _owed(log_id: int, unit: Unit) -> dict[str, Any]:
    return {"log_id": log_id, "uscc": unit.uscc, "unit_id": unit.id, "unit_name": unit.name}


def _obligations(unit: Unit) -> list[dict[str, Any]]:
    return [
        {
            "number": o.number,
            "system_name": o.system_name,
            "requirement_document": o.requirement_document,
            "issuer": o.issuer,
            "due_on": o.due_on,
            "set_on": o.set_on.latest,
            "met_on": o.met_on.latest if o.met_on else None,
        }
        for o in unit.obligations
    ]


def _tasks(unit: Unit) -> list[dict[str, Any]]:
    """A row for each due day that a task had: a later one holds from the day on which it was decided."""
    rows = []
    for task in unit.tasks:
        terms = [(task.due_on, task.assigned_on.latest)] + [(e.due_on, e.extended_on.latest) for e in task.extensions]
        rows += [
            {
                "number": task.number,
                "term": n,
                "task_group": task.group,
                "item": task.item,
                "responsible_post": task.responsible_post,
                "milestone": task.milestone,
                "issuer": task.issuer,
                "document_no": task.document_no,
                "due_on": due_on,
                "first_due_on": task.due_on,
                "since": max(since, task.assigned_on.latest),
                "until": min((later for _, later in terms[n + 1 :]), default=None),
                "completed_on": task.completed_on.latest if task.completed_on else None,
            }
            for n, (due_on, since) in enumerate(terms)
        ]
    return rows


def _items(unit: Unit) -> list[dict[str, Any]]:
    """A row for each round of a supervision item: a reply that is not accepted begins another."""
    return [
        {
            "number": item.number,
            "round": n,
            "matter": item.matter,
            "issuer": item.issuer,
            "document_no": item.document_no,
            "reply_due": r.reply_due,
            "since": r.begun_on.latest,
            "until": min((later.begun_on.latest for later in item.rounds[n + 1 :]), default=None),
            "replied_on": r.replied_on.latest if r.replied_on else None,
            "closed_on": r.judged_on.latest if r.accepted and r.judged_on else None,
        }
        for item in unit.supervision_items
        for n, r in enumerate(item.rounds)
    ]


def _late(page: Page, entry: Recorded) -> list[dict[str, Any]]:
    """How many days after it happened an event was recorded. Readers choose the limit: it is data of a rule set."""
    recorded_on = civil_day(entry.recorded_at)
    days_late = (recorded_on - entry.happened_on.latest).days
    if days_late <= 0:
        return []
    return [
        {
            "log_id": page.log_id,
            "position": entry.position,
            "stream_kind": entry.stream.kind,
            "stream_id": entry.stream.id,
            "about_id": invested_in(entry) or entry.stream.id,
            "topic": entry.event.TOPIC,
            "happened_on": str(entry.happened_on),
            "recorded_on": recorded_on,
            "days_late": days_late,
        }
    ]


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
