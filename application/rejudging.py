"""重新判断 Past decisions judged again: by their own rule set, by another, or as of another day.

Judged again by its own rule set on what it read, a decision must come out as it was recorded. Another set or another
day tells what would have been decided, and why; nothing is recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from application.act import Act
from application.asking import history_of
from application.desk import Reading, StateT
from application.ports import ALL_OF_IT, Desk, Ledger, UpTo
from domain.case import Case
from domain.correction import FactCorrected
from domain.dates import CivilDate
from domain.event import Event, Value
from domain.evolve import effective, fold
from domain.guidance_fund import InvestmentAsked
from domain.project import BudgetLine, Project
from domain.proposal import Proposal
from domain.recorded import Recorded
from domain.refusal import Refused
from domain.rule import Effect, Judgement, RuleSet
from domain.rules import judge
from domain.steps.evaluation import EvaluationCommissioned
from domain.steps.filing import ProjectFiled
from domain.steps.funding import FundsArranged, FundsDisbursed
from domain.steps.guidance_fund import FundInvested
from domain.steps.ppp import PppListed
from domain.streams import StreamKind

PAGE = 1000
"""Events read at a time."""
REMEMBERED = 500
"""Streams kept while all decisions are judged again."""


class Rejudged(Value):
    """再判 A recorded decision beside the judgement of the same request now."""

    position: int
    topic: str
    happened_on: CivilDate
    recorded: Judgement
    judged: Judgement | None
    """None when it cannot be judged again; `why_not` says why."""
    why_not: str = ""

    def is_same(self) -> bool:
        """Did it come out as it was recorded: allowed or not, and the same findings of the same rules?"""
        return self.judged is not None and _outcome(self.recorded) == _outcome(self.judged)


def _outcome(judgement: Judgement) -> tuple[bool, list[tuple[str, Effect, str, str | None]]]:
    return judgement.allowed, [(f.rule, f.effect, f.reason.zh, f.exception) for f in judgement.findings]


def rejudge_project(
    desk: Desk, project: UUID, *, rule_set: RuleSet | None = None, as_of: date | None = None
) -> list[Rejudged]:
    """Judge every decision of a project again.

    With nothing else: by the rule set it names, on what it read. With `rule_set`: by that one instead. With `as_of`:
    on what is known now to have happened by that day, under the set in force then. Raises UnknownSubjectError.
    """
    history = history_of(desk, StreamKind.PROJECT, project)
    for system in fold(Project(id=project), history).systems:
        history += desk.ledger.read(StreamKind.SYSTEM, system)
    decisions = sorted((e for e in history if is_decision(e)), key=lambda e: e.position)
    return [rejudge(desk, entry, rule_set=rule_set, as_of=as_of) for entry in decisions]


def rejudge_all(desk: Desk) -> Iterator[Rejudged]:
    """Judge every decision of the log again, by its own rule set, in position order."""
    remembering = replace(desk, ledger=_Remembering(desk.ledger))
    position = 0
    while page := desk.ledger.after(position, PAGE):
        yield from (rejudge(remembering, entry) for entry in page if is_decision(entry))
        position = page[-1].position


class _Remembering:
    """A ledger to read only, that keeps the newest streams: decisions close in the log read the same ones."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._read = lru_cache(maxsize=REMEMBERED)(ledger.read)

    def read(self, kind: StreamKind, stream: UUID, upto: UpTo = ALL_OF_IT, after: int = 0) -> Sequence[Recorded]:
        """The events of a stream, as they stood when it was first read."""
        return self._read(kind, stream, upto, after)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ledger, name)


def is_decision(entry: Recorded) -> bool:
    """Was it judged by rules?"""
    return "judgement" in type(entry.event).model_fields


def rejudge(desk: Desk, entry: Recorded, *, rule_set: RuleSet | None = None, as_of: date | None = None) -> Rejudged:
    """Judge one decision again, as `rejudge_project` does."""
    decided: Judgement = entry.event.judgement  # type: ignore[attr-defined]
    result = Rejudged(
        position=entry.position,
        topic=entry.event.TOPIC,
        happened_on=entry.happened_on,
        recorded=decided,
        judged=None,
    )
    rules = rule_set
    if rules is None and as_of is not None:
        rules = desk.rule_sets.in_force(as_of)
    elif rules is None:
        rules = next((s for s in desk.rule_sets.all if s.ref() == decided.rule_set), None)
    if rules is None:
        return result.but(why_not=f"规则集未载入 the rule set is not loaded: {decided.rule_set.id}")
    past = _PastReading(desk, entry, as_of)
    proposal = proposal_of(entry.event, past)
    if proposal is not None and not isinstance(entry.event, Refused):
        proposal = proposal.but(act=entry.event.duty_act)
    if proposal is None:
        return result.but(why_not="所请未保存 what was asked for is not kept")
    return result.but(judged=judge(decided.gate, past.case_under(rules, proposal)))


def proposal_of(event: Event, past: _PastReading) -> Proposal | None:
    """What was asked for, from the decision itself; None when a refusal of an early version kept nothing of it."""
    match event:
        case Refused():
            return event.asked
        case ProjectFiled():
            return Proposal(filing=event.filing)
        case EvaluationCommissioned():
            return Proposal(commission=event.terms())
        case FundsArranged():
            line = BudgetLine(purpose=event.purpose, year=event.year, source=event.source)
            return Proposal(purpose=event.purpose, line=line, arrange_fen=event.amount.fen)
        case FundsDisbursed():
            arrangement = past.project(past.decision.stream.id).arrangement(event.arrangement)
            return Proposal(disburse_fen=event.amount.fen, arrangement=arrangement)
        case FundInvested():
            investment = InvestmentAsked(
                project=event.project, amount_fen=event.amount.fen, fields=event.fields, stage=event.stage
            )
            return Proposal(investment=investment)
        case PppListed():
            return Proposal(ppp=event.terms)
        case _:
            return Proposal()


class _PastReading(Reading):
    """What a decision read: the streams at the versions that it names, its own up to itself.

    With a day: what is known now of the same streams to have happened by then, without the decision itself.
    """

    def __init__(self, desk: Desk, decision: Recorded, as_of: date | None) -> None:
        of_then = decision.circumstances
        day = CivilDate.on(as_of) if as_of is not None else decision.happened_on
        act = Act(actor=of_then.actor, happened_on=day, authority=of_then.authority, evidence=of_then.evidence)
        super().__init__(desk, act, decision.stream.id)
        self.decision = decision
        self.day = as_of or decision.event.judgement.judged_on  # type: ignore[attr-defined]
        self.as_of = as_of
        self._then = {(s.kind, s.id): s.version for s in of_then.based_on}
        self._then[decision.stream.kind, decision.stream.id] = decision.stream.version - 1

    def history(self, kind: StreamKind, stream: UUID) -> Sequence[Recorded]:
        """The events that the decision read of a stream, or those that happened by the day."""
        entries = super().history(kind, stream)
        if self.as_of is not None:
            itself = self.decision.stream
            by_then = (e for e in effective(entries) if not isinstance(e.event, FactCorrected))
            return [e for e in by_then if e.stream != itself and e.happened_on.certainly_on_or_before(self.as_of)]
        return [e for e in entries if e.stream.version <= self._then.get((kind, stream), 0)]

    def current(self, kind: StreamKind, stream: UUID, beginning: Callable[[], StateT]) -> StateT:
        """The state that the decision read."""
        return fold(beginning(), self.history(kind, stream))

    def case_under(self, rules: RuleSet, proposal: Proposal) -> Case:
        """The case that was judged, under a rule set."""
        self._rules = rules
        subject = self.decision.stream.id
        if self.decision.stream.kind is StreamKind.SYSTEM:
            return self.case_of_system(self.system(subject), at_gate=True, proposal=proposal)
        if proposal.investment is not None:
            subject = proposal.investment.project
        case = self.case(self.project(subject, must_exist=False), at_gate=True, proposal=proposal)
        if proposal.investment is not None:
            case = replace(case, fund=self.guidance_fund())
        return case

    def decision_day(self) -> date:
        """The day that was judged, or that is asked about."""
        return self.day

    def rule_set(self, day: date, *, at_gate: bool) -> RuleSet:
        """The set that is asked about, whatever was in force."""
        del day, at_gate
        return self._rules
