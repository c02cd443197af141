"""被拒 A refusal is a fact: who asked for what, which rules said no, on which grounds."""

from __future__ import annotations

from domain.event import Event
from domain.rule import Judgement


class Refused(Event):
    """A step was asked for and refused. The judgement holds every finding; the request's texts are not kept."""

    TOPIC = "record.step_refused"

    step: str
    judgement: Judgement
