"""疑点查询 Reading red flags: what is asked, by which events, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row
from pydantic import Field

from domain.streams import StreamAt
from projections.asking import Connection, Row, Rows, TracedRow, trace_of


class Status(StrEnum):
    """疑点状态 What became of a flag. It is never deleted."""

    OPEN = "OPEN"  # 未答复
    ANSWERED = "ANSWERED"  # 已答复
    STANDS = "STANDS"  # 答复之后又有事件使之改变，疑点仍在
    LIFTED = "LIFTED"  # 后来的事件使之不再成立


class FlaggedBy(Row):
    """疑点所据事件 An event that fired the flag, with both times."""

    topic: str
    stream: StreamAt
    position: int
    happened_on: str
    recorded_at: datetime


class OtherProject(Row):
    """疑点所涉的其他项目."""

    project_id: UUID
    number: str | None
    name: str


class Answer(Row):
    """答复 The word of the flagged unit."""

    answer: str
    organisation: str = Field(description="谁答复 who answered")
    role: str = Field(
        description="以何身份；县智慧办可代录 in which capacity; the smart-city office may record it, too"
    )
    answered_on: str
    recorded_at: datetime
    position: int


class FlagRow(TracedRow):
    """疑点一行 A reason to ask, never a finding of guilt. Rule and key name it for good, also for an answer."""

    project_id: UUID
    number: str | None
    name: str
    owners: list[str]
    rule: str
    version: int = Field(description="规则版本 version of the rule")
    key: str = Field(description="疑点标识 what within the project it is about")
    status: Status
    told_zh: str
    told_en: str
    events: list[FlaggedBy]
    others: list[OtherProject]
    answers: list[Answer]
    raised_at: int = Field(description="提出疑点的事件位置 position of the event that raised it")
    changed_at: int = Field(description="最近一次改变的事件位置 position of the event that last changed it")
    lifted_at: int | None = Field(description="使之不再成立的事件位置 position of the event that lifted it")
    answered_at: int | None = Field(description="最近一次答复的位置 position of the last answer")


class FlagCount(Row):
    """疑点计数 Flags of a rule by status."""

    rule: str
    status: Status
    flags: int


_VISIBLE = "f.log_id = %(log_id)s AND (%(classified)s OR NOT f.classified)"

_FLAGS = f"""
    SELECT f.project_id, p.number, p.name, p.owners, f.rule, f.version, f.key, f.status, f.told_zh, f.told_en, f.events,
           f.raised_at, f.changed_at, f.lifted_at, f.answered_at,
           (SELECT coalesce(jsonb_agg(jsonb_build_object('project_id', o.project_id, 'number', o.number, 'name', o.name)
                ORDER BY o.number, o.project_id), '[]') FROM projects o
            WHERE o.log_id = f.log_id AND o.project_id = ANY(f.others)) AS others,
           CASE WHEN f.answers = 0 THEN '[]'::jsonb ELSE
           (SELECT jsonb_agg(jsonb_build_object('answer', t.says ->> 'answer', 'answered_on', t.happened_on,
                'organisation', t.organisation, 'role', t.role,
                'recorded_at', t.recorded_at, 'position', t.position) ORDER BY t.position) FROM traces t
            WHERE t.log_id = f.log_id AND t.stream_id = f.project_id AND t.topic = 'project.flag_answered'
              AND NOT t.withdrawn AND t.says ->> 'flag' = f.rule AND t.says ->> 'key' = f.key) END AS answers
    FROM flags f LEFT JOIN projects p ON p.log_id = f.log_id AND p.project_id = f.project_id
    WHERE {_VISIBLE}
      AND (%(rule)s::text IS NULL OR f.rule = %(rule)s)
      AND (%(status)s::text IS NULL OR f.status = %(status)s)
      AND (%(project)s::uuid IS NULL OR f.project_id = %(project)s)
      AND (%(about)s::uuid IS NULL OR f.others <> '{{}}' AND f.others @> ARRAY[%(about)s::uuid])
      AND (%(unit)s::text IS NULL OR p.owners @> ARRAY[%(unit)s::text])
"""


class Filter(Row):
    """Which flags are asked for."""

    rule: str | None = None
    status: Status | None = None
    project: UUID | None = None
    about: UUID | None = None
    unit: str | None = None


FLAGS = Rows(
    view="red_flags",
    name="flags",
    row=FlagRow,
    asked=Filter,
    query=_FLAGS,
    order="raised_at DESC, project_id, rule, key",
    key=("project_id", "rule", "key"),
    origin=(
        "SELECT (e ->> 'position')::bigint AS position FROM q, jsonb_array_elements(q.events) e"
        " UNION SELECT q.lifted_at FROM q WHERE q.lifted_at IS NOT NULL"
        " UNION SELECT (a ->> 'position')::bigint FROM q, jsonb_array_elements(q.answers) a"
    ),
)
"""Flags, the newest first. Behind a flag are the events that fired it, that lifted it, and the answers."""
LISTS: tuple[Rows[FlagRow], ...] = (FLAGS,)


def traced(moment: Sequence[tuple[str, str]] = (), **which: Any) -> str:
    """Where the events behind some flags together are read."""
    return trace_of(FLAGS, Filter(**which), moment=moment)


def counts(conn: Connection, log_id: int, *, classified: bool) -> list[FlagCount]:
    """Flags counted by rule and status."""
    with conn.cursor(row_factory=dict_row) as cursor:
        cursor.execute(
            f"SELECT f.rule, f.status, sum(f.flags)::bigint AS flags FROM counts f WHERE {_VISIBLE}"
            " GROUP BY f.rule, f.status ORDER BY f.rule, f.status".encode(),
            {"log_id": log_id, "classified": classified},
        )
        return [FlagCount.model_validate(row) for row in cursor.fetchall()]
