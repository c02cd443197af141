"""还缺什么 The same gates asked without recording: what each next act still lacks, on a day."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from application.act import Act
from application.asking import NOW, AsOf, state_of
from application.desk import Reading, StateT
from application.ports import Desk
from domain.correction import FactCorrected
from domain.dates import CivilDate
from domain.event import Value
from domain.evolve import effective
from domain.recorded import Actor, Recorded
from domain.rule import Gate, Judgement
from domain.rules import judge
from domain.streams import StreamKind


class NextAct(Value):
    """One gate, whether it was passed already, and what it would find now."""

    gate: Gate
    passed: bool
    judgement: Judgement


def what_next(desk: Desk, project: UUID, actor: Actor, day: date | None = None, as_of: AsOf = NOW) -> list[NextAct]:
    """Judge every gate that lies before a filed or unfiled project, as of a moment. Raises UnknownSubjectError.

    FILE is left out: what a filing lacks depends on the filing itself, so dry-run it instead.
    """
    act = Act(actor=actor, happened_on=CivilDate.on(day or desk.today()), dry_run=True)
    reading = Reading(desk, act, project) if as_of == NOW else _ReadingOfThen(desk, act, as_of)
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


class _ReadingOfThen(Reading):
    """Reads what was known then, or what is known of that day."""

    def __init__(self, desk: Desk, act: Act, as_of: AsOf) -> None:
        super().__init__(desk, act)
        self._as_of = as_of

    def history(self, kind: StreamKind, stream: UUID) -> Sequence[Recorded]:
        """The events of a stream as of the moment."""
        entries = self.desk.ledger.read(kind, stream, self._as_of.upto)
        day = self._as_of.happened
        if day is None:
            return entries
        by_then = (e for e in effective(entries) if not isinstance(e.event, FactCorrected))
        return [e for e in by_then if e.happened_on.certainly_on_or_before(day)]

    def current(self, kind: StreamKind, stream: UUID, beginning: Callable[[], StateT]) -> StateT:
        """The state of a stream as of the moment."""
        del stream  # which the beginning names
        return state_of(self.desk, kind, beginning(), self._as_of)
