"""被拒 A refusal is a fact: who asked for what, which rules said no, on which grounds."""

from __future__ import annotations

from domain.event import Event
from domain.proposal import Proposal
from domain.rule import Judgement


class Refused(Event):
    """A step was asked for and refused. The judgement holds every finding, `asked` what was judged."""

    TOPIC = "record.step_refused"

    @property
    def duty_act(self) -> str:
        """What was refused was not done."""
        return ""

    step: str
    judgement: Judgement
    asked: Proposal | None = None
    """What the rules looked at, so that the refusal can be judged again; nothing of a classified content."""
