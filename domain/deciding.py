"""决定 The common form of deciding: judge, then give the fact or the refusal."""

from __future__ import annotations

from collections.abc import Callable

from domain.case import Case
from domain.command import Command
from domain.event import Event
from domain.refusal import Refused
from domain.rule import Gate, Judgement
from domain.rules import judge


def decide(
    gate: Gate,
    step: str,
    case: Case,
    fact: Callable[[Judgement], Event],
    refused: type[Refused] = Refused,
    *,
    act: str,
) -> Event:
    """Judge the case at the gate and give `fact(judgement)`, or the refusal with all findings.

    `act` is the stored name of the fact, by which duties know it.
    """
    case = case.but(proposal=case.proposal.but(act=act))
    judgement = judge(gate, case)
    if judgement.allowed:
        return fact(judgement)
    return refused(step=step, judgement=judgement, asked=case.proposal.kept())


def record(step: str, case: Case, command: Command, event: Event) -> Event:
    """A step without a gate of its own: refused only by what binds every step (G01, G15)."""
    proposal = case.proposal.but(free_text=(*case.proposal.free_text, *command.free_text()))
    return decide(Gate.RECORD, step, case.but(proposal=proposal), lambda _: event, act=event.duty_act)
