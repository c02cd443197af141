"""缺项 What is not there yet: what the next gate asks for, and what falls due, by the rule set of the day.

Nothing is listed here by name: gates find what is missing by their rules, and deadlines follow from recorded facts
(domain/reminders.py). So another rule set shows other absences.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from domain.case import Case
from domain.dates import CivilDate
from domain.event import Value
from domain.project import Project
from domain.reminders import Deadline, DeadlineKind, of_project, of_system
from domain.rule import Effect, Finding, Gate, Parameters, text
from domain.rules import judge
from domain.texts import Text

GATES_AHEAD: dict[Gate, Text] = {
    Gate.APPROVE: text("立项审批", "approval"),
    Gate.ACCEPT: text("竣工验收", "acceptance"),
    Gate.FUND_OPERATION: text("运维经费安排", "operation money"),
}
"""Gates that lie ahead of every filed project, in their order, and what passing them is called."""


class Absence(Value):
    """缺项 One thing that is not there yet, in a plain sentence, with the day by which it is due where there is one."""

    rule: str
    gate: Gate | None = None
    """The gate that asks for it; None for a deadline."""
    kind: DeadlineKind | None = None
    """Which deadline it is; None for what a gate asks for."""
    due_on: date | None
    days_overdue: int
    told: Text


def gate_ahead(project: Project) -> Gate | None:
    """The gate that a project has to pass next; money for operation is asked for again every year."""
    if project.filing is None:
        return None
    if project.approval is None:
        return Gate.APPROVE
    return Gate.ACCEPT if project.acceptance is None else Gate.FUND_OPERATION


def absences_of(case: Case) -> tuple[Absence, ...]:
    """What a project lacks on the day of the case: by the gate ahead of it, and by its deadlines; first due first."""
    project, day, parameters = case.project, case.decided_on, case.rules.parameters
    deadlines = [*of_project(project, case.systems), *(d for s in case.systems for d in of_system(s))]
    outstanding = list(outstanding_of(deadlines, parameters, day))
    gate = gate_ahead(project)
    if gate is None:
        return _ordered(outstanding)
    due = min(
        (a.due_on for a in outstanding if a.kind is DeadlineKind.ACCEPTANCE and a.due_on is not None),
        default=None,
    )
    found = judge(gate, case).findings
    asked = [_asked_for(f, gate, due if gate is Gate.ACCEPT else None, day) for f in found if f.effect is Effect.BLOCKS]
    return _ordered([*asked, *outstanding])


def outstanding_of(deadlines: Iterable[Deadline], parameters: Parameters, day: date) -> Iterator[Absence]:
    """Deadlines that are not met by a day, with the due days that these parameters give them."""
    for deadline in deadlines:
        due_on = deadline.due(parameters)
        if due_on is None or not deadline.open(day):
            continue
        when = _when(due_on, day)
        yield Absence(
            rule=deadline.rule,
            kind=deadline.kind,
            due_on=due_on,
            days_overdue=max(0, (day - due_on).days),
            told=text(
                f"待办：{deadline.told.zh}，{when.zh}（{deadline.rule}）",
                f"Outstanding: {deadline.told.en}, {when.en} ({deadline.rule})",
            ),
        )


def _asked_for(finding: Finding, gate: Gate, due_on: date | None, day: date) -> Absence:
    name = GATES_AHEAD[gate]
    when = text(f"应于{name.zh}前补齐", f"due before {name.en}") if due_on is None else _when(due_on, day)
    return Absence(
        rule=finding.rule,
        gate=gate,
        due_on=due_on,
        days_overdue=max(0, (day - due_on).days) if due_on else 0,
        told=text(
            f"尚缺：{finding.reason.zh}，{when.zh}；{finding.cure.zh}（{finding.rule}）",
            f"Not yet: {finding.reason.en}, {when.en}; {finding.cure.en} ({finding.rule})",
        ),
    )


def _when(due_on: date, day: date) -> Text:
    """The due day is itself in time."""
    zh, late = CivilDate.on(due_on).zh(), (day - due_on).days
    if late <= 0:
        return text(f"应于{zh}前", f"due {due_on}")
    return text(f"应于{zh}前，已逾期{late}天", f"due {due_on}, {late} days overdue")


def _ordered(found: list[Absence]) -> tuple[Absence, ...]:
    return tuple(sorted(found, key=lambda a: (a.due_on or date.max, a.gate is None, a.rule, a.told.zh)))
