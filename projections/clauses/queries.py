"""条款查询 Reading what was recorded under each clause, and the deadlines as they stand on a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row
from pydantic import Field

from domain.reminders import Deadline
from projections.asking import Connection, Row, Rows, TracedRow, of_position, of_streams, trace_of


class ClauseCount(TracedRow):
    """条款计数 How often something was recorded under a clause, and how often it stopped a step."""

    rule: str
    recorded: int = Field(description="记录数 events that keep track of it, those corrected left out")
    blocked: int = Field(description="拦下次数 findings that blocked")
    yielded: int = Field(description="依例外放行次数 findings that yielded to an exception")
    noted: int = Field(description="提示次数 findings that were noted")
    last_on: date | None


class ClauseAct(TracedRow):
    """条款下的一项记录 One event, or one finding of a decision, under a clause."""

    position: int
    rule: str
    effect: str = Field(description="RECORDED, or what the finding did: BLOCKS, YIELDS, NOTES")
    topic: str
    stream_kind: str
    stream_id: UUID
    happened_on: str
    organisation: str
    zh: str | None
    en: str | None
    exception: str | None
    corrected: bool


class StoredDeadline(Row):
    """期限 with whose it is."""

    stream_kind: str
    stream_id: UUID
    name: str
    owners: list[str]
    deadline: Deadline
    trace: str = ""
    """Where the events behind it are read."""


class ActsAsked(Row):
    """Under which clause, recorded or found with which effect."""

    rule: str
    effect: str | None = None


class DeadlinesAsked(Row):
    """Of which stream."""

    stream_id: UUID


ACTS = Rows(
    view="clauses",
    name="records",
    row=ClauseAct,
    asked=ActsAsked,
    query="""
        SELECT position, number, rule, effect, topic, stream_kind, stream_id, happened_on, organisation, zh, en,
               exception, corrected
        FROM acts a
        WHERE log_id = %(log_id)s AND rule = %(rule)s AND (%(effect)s::text IS NULL OR effect = %(effect)s)
          AND (%(classified)s OR NOT EXISTS (SELECT 1 FROM hidden h
               WHERE h.log_id = a.log_id AND h.stream_id IN (a.stream_id, a.about_id)))
    """,
    order="position DESC, number",
    key=("position",),
    origin=of_position(),
)
"""What stands under a clause, newest first."""

DEADLINES = Rows(
    view="clauses",
    name="deadlines",
    row=StoredDeadline,
    asked=DeadlinesAsked,
    query="""
        SELECT stream_id, kind, ref FROM deadlines
        WHERE log_id = %(log_id)s AND stream_id = %(stream_id)s AND (%(classified)s OR NOT classified)
    """,
    order="kind, ref",
    key=("kind", "ref"),
    origin=of_streams("stream_id"),
)
"""Deadlines of a stream. They are traced, never listed: when one is due, the rule set of the day says."""

LISTS: tuple[Rows[Any], ...] = (ACTS, DEADLINES)


def clause_counts(
    conn: Connection, log_id: int, *, classified: bool, moment: Sequence[tuple[str, str]] = ()
) -> list[ClauseCount]:
    """The clauses under which anything stands, in the order of their numbers."""
    with conn.cursor(row_factory=dict_row) as cursor:
        cursor.execute(
            """SELECT rule, count(*) FILTER (WHERE effect = 'RECORDED' AND NOT corrected) AS recorded,
                      count(*) FILTER (WHERE effect = 'BLOCKS') AS blocked,
                      count(*) FILTER (WHERE effect = 'YIELDS') AS yielded,
                      count(*) FILTER (WHERE effect = 'NOTES') AS noted, max(happened_from) AS last_on
                 FROM acts a WHERE log_id = %(log_id)s AND (%(classified)s OR NOT EXISTS (SELECT 1 FROM hidden h
                      WHERE h.log_id = a.log_id AND h.stream_id IN (a.stream_id, a.about_id)))
             GROUP BY rule ORDER BY rule""",
            {"log_id": log_id, "classified": classified},
        )
        return [
            ClauseCount(**row, trace=trace_of(ACTS, ActsAsked(rule=row["rule"]), moment=moment))
            for row in cursor.fetchall()
        ]


def open_deadlines(
    conn: Connection,
    log_id: int,
    on: date,
    *,
    rule: str | None,
    unit: str | None,
    classified: bool,
    moment: Sequence[tuple[str, str]] = (),
) -> list[StoredDeadline]:
    """Deadlines not done by a day, in no order: when they are due, the rule set of the day says."""
    with conn.cursor(row_factory=dict_row) as cursor:
        cursor.execute(
            """SELECT stream_kind, stream_id, name, owners, kind, ref, rule, zh, en, due_on, policy, counted_from,
                      measure, done_on
                 FROM deadlines
                WHERE log_id = %(log_id)s AND (done_on IS NULL OR done_on > %(on)s)
                  AND (%(rule)s::text IS NULL OR rule = %(rule)s)
                  AND (%(unit)s::text IS NULL OR %(unit)s = ANY(owners))
                  AND (%(classified)s OR NOT classified)""",
            {"log_id": log_id, "on": on, "rule": rule, "unit": unit, "classified": classified},
        )
        return [_stored(row, moment) for row in cursor.fetchall()]


def _stored(row: dict[str, Any], moment: Sequence[tuple[str, str]]) -> StoredDeadline:
    whose = {k: row.pop(k) for k in ("stream_kind", "stream_id", "name", "owners")}
    told = {"zh": row.pop("zh"), "en": row.pop("en")}
    asked = DeadlinesAsked(stream_id=whose["stream_id"])
    trace = trace_of(DEADLINES, asked, row["kind"], row["ref"], moment=moment)
    return StoredDeadline(**whose, deadline=Deadline(**row, told=told), trace=trace)
