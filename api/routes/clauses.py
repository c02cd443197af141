"""条款与提醒 Each clause of the document: its words, where it acts, what stands under it, and what falls due by it."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from api.context import Context, Reader
from api.lists import Part
from api.moments import At, Moment, On
from api.routes.views import NOTHING_THEN, ViewAnswer, answer, reading, rules_of, view_answer
from application.asking import AsOf, county_state
from application.ports import UpTo
from domain.clauses import OUTSIDE, RECORDED, REPORTS
from domain.event import Value
from domain.reminders import DeadlineKind, of_county
from domain.rule import Clause, Gate, RuleSet
from domain.rules import GATES
from domain.streams import StreamKind, county_id
from domain.texts import Text
from projections.asking import Listing, TracedRow, Window, part_of, trace_of
from projections.clauses import queries
from projections.timeline.queries import ABSENCES
from projections.timeline.queries import Asked as Subject
from projections.view import Freshness

router = APIRouter(tags=["条款 clauses"], responses=NOTHING_THEN)


class ClausePlace(Value):
    """条款 One clause as the rule set of the day states it, where it acts, and what stands under it."""

    clause: Clause
    bases: tuple[str, ...] = Field(description="依据文件 documents that it rests on")
    gates: tuple[Gate, ...] = Field(description="关口 gates where it is judged")
    recorded_by: tuple[str, ...] = Field(description="以何种事件记录 topics of the events that keep track of it")
    reports: tuple[str, ...] = Field(description="报表 lists made for it")
    outside: Text | None = Field(description="不在此办理的部分 what this record does not do about it")
    count: queries.ClauseCount | None


class ClausesAnswer(Value):
    """全部条款."""

    freshness: Freshness
    rule_set: str
    clauses: list[ClausePlace]


class Reminder(TracedRow):
    """提醒 A deadline that is not met, as of a day."""

    kind: DeadlineKind
    rule: str
    due_on: date
    days_overdue: int = Field(description="逾期天数 0 on the due day and before")
    stream_kind: str
    stream_id: str
    name: str
    owners: list[str]
    told: Text


@router.get("/clauses", summary="全部条款及落点 every clause and where it acts")
def read_clauses(context: Reader, at: At, on: On) -> ClausesAnswer:
    """Every clause in force on the day: words, strength, gates, events, lists, and how often it acted."""
    rules = rules_of(context, on)
    with reading(context, "clauses", at) as view:
        counted = queries.clause_counts(view.conn, context.log_id, classified=context.sees_classified, moment=at.said())
        counts = {c.rule: c for c in counted}
        places = [
            ClausePlace(
                clause=clause,
                bases=rules.bases_of(clause.rule),
                gates=tuple(g for g, guards in GATES.items() if any(r.id == clause.rule for r in guards)),
                recorded_by=RECORDED.get(clause.rule, ()),
                reports=REPORTS.get(clause.rule, ()),
                outside=OUTSIDE.get(clause.rule),
                count=counts.get(clause.rule),
            )
            for clause in rules.clauses
        ]
        return ClausesAnswer(freshness=view.freshness, rule_set=rules.id, clauses=places)


@router.get("/clauses/{rule}/records", summary="条款下的记录 what stands under a clause")
def read_clause_records(
    context: Reader,
    at: At,
    rule: str,
    part: Part,
    effect: Annotated[str | None, Query(pattern="^(RECORDED|BLOCKS|YIELDS|NOTES)$")] = None,
) -> ViewAnswer[queries.ClauseAct]:
    """Events that keep track of the clause and findings of decisions by it, newest first."""
    return answer(context, queries.ACTS, queries.ActsAsked(rule=rule, effect=effect), part, at)


@router.get("/reminders", summary="提醒 what is due or overdue")
def read_reminders(
    context: Reader,
    at: At,
    part: Part,
    on: On,
    within_days: Annotated[int, Query(ge=0, le=3660, description="含此后多少天内到期的 due within so many days")] = 30,
    rule: Annotated[str | None, Query(max_length=3, description="条款 clause")] = None,
    unit: Annotated[str | None, Query(max_length=40, description="单位统一社会信用代码")] = None,
) -> ViewAnswer[Reminder]:
    """Deadlines not met by the day and due by then or soon, the longest overdue first."""
    rules = rules_of(context, on)
    with reading(context, "clauses", at) as view:
        stored = queries.open_deadlines(
            view.conn,
            context.log_id,
            on,
            rule=rule,
            unit=unit,
            classified=context.sees_classified,
            moment=at.said(),
        )
        as_of = AsOf(UpTo(position=view.freshness.position), at.as_of.happened)
        county = () if unit else _of_county(context, at, as_of, on, rule)
        found = [_reminder(d, rules, on) for d in [*stored, *county]]
        due = sorted(
            (r for r in found if r is not None and (r.due_on - on).days <= within_days),
            key=_place,
        )

        def fetch(window: Window) -> Listing[Reminder]:
            shown = part_of(due, _place, window)
            return Listing[Reminder](total=len(due), items=list(shown.items), after=shown.after)

        return view_answer(view, Reminder, part, fetch)


def _place(reminder: Reminder) -> tuple[str, ...]:
    """Where a reminder stands in the list; dates in this form are in order as texts."""
    told = (reminder.name, reminder.told.zh, reminder.stream_id, str(reminder.kind), reminder.trace)
    return (reminder.due_on.isoformat(), reminder.rule, *told)


def _of_county(context: Context, at: Moment, as_of: AsOf, day: date, rule: str | None) -> list[queries.StoredDeadline]:
    """Joint meetings that were not held; whether one was missed is known only on the day of asking."""
    desk = context.liuhen.desk
    county = county_state(desk, as_of)
    return [
        queries.StoredDeadline(
            stream_kind=StreamKind.COUNTY,
            stream_id=county_id(desk.division),
            name="",
            owners=[],
            deadline=d,
            trace=trace_of(ABSENCES, Subject(subject=county_id(desk.division)), moment=at.said()),
        )
        for d in of_county(county, desk.rule_sets.all[0].effective_from, day)
        if rule in {None, d.rule} and d.open(day)
    ]


def _reminder(stored: queries.StoredDeadline, rules: RuleSet, day: date) -> Reminder | None:
    due_on = stored.deadline.due(rules.parameters)
    if due_on is None:
        return None
    return Reminder(
        kind=stored.deadline.kind,
        rule=stored.deadline.rule,
        due_on=due_on,
        days_overdue=max(0, (day - due_on).days),
        stream_kind=stored.stream_kind,
        stream_id=str(stored.stream_id),
        name=stored.name,
        owners=stored.owners,
        told=stored.deadline.told,
        trace=stored.trace,
    )
