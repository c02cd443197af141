"""还缺什么 The same gates asked without recording: what each next act still lacks, on a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

from application.desk import Act, Reading
from application.ports import Desk
from domain.dates import CivilDate
from domain.event import Value
from domain.recorded import Actor
from domain.rule import Gate, Judgement
from domain.rules import judge


class NextAct(Value):
    """One gate, whether it was passed already, and what it would find now."""

    gate: Gate
    passed: bool
    judgement: Judgement


def what_next(desk: Desk, project: UUID, actor: Actor, day: date | None = None) -> list[NextAct]:
    """Judge every gate that lies before a filed or unfiled project. Raises UnknownSubjectError.

    FILE is left out: what a filing lacks depends on the filing itself, so dry-run it instead.
    """
    act = Act(actor=actor, happened_on=CivilDate.on(day or desk.today()), dry_run=True)
    reading = Reading(desk, act, project)
    subject = reading.project(project)
    passed = {
        Gate.APPROVE: subject.approval is not None,
        Gate.FUND_BUILD: False,
        Gate.ACCEPT: subject.acceptance is not None,
        Gate.FUND_OPERATION: False,
        Gate.FUND_SHARING_WORK: False,
    }
    case = reading.case(subject, at_gate=True)
    case = replace(case, proposal=case.proposal.but(acting_as=None))
    return [NextAct(gate=gate, passed=done, judgement=judge(gate, case)) for gate, done in passed.items()]
