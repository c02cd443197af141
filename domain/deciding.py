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
    free_text: tuple[str, ...] = (),
) -> Event:
    """Judge the case at the gate and give `fact(judgement)`, or the refusal with all findings.

    `act` is the stored name of the fact, by which duties know it. `free_text` names what is filled besides (G15).
    """
    proposal = case.proposal
    case = case.but(proposal=proposal.but(act=act, free_text=(*proposal.free_text, *free_text)))
    judgement = judge(gate, case)
    if judgement.allowed:
        return fact(judgement)
    return refused(step=step, judgement=judgement, asked=case.proposal.kept())


def record(step: str, case: Case, command: Command, event: Event) -> Event:
    """A step without a gate of its own: refused only by what binds every step (G01, G15)."""
    return decide(Gate.RECORD, step, case, lambda _: event, act=event.duty_act, free_text=command.free_text())
