"""疑点答复: AnswerFlag -> FlagAnswered. The word of the flagged unit stands beside the flag, for good."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from domain.case import Case
from domain.command import Command
from domain.deciding import record
from domain.event import Event
from domain.evolve import evolve
from domain.project import FlagAnswer, Project
from domain.recorded import Recorded


class AnswerFlag(Command):
    """Ask to record what the unit answers to a red flag. A further answer to the same flag stands beside the first."""

    PLACEHOLDER_FIELDS: ClassVar[frozenset[str]] = frozenset({"flag", "key"})

    flag: str = Field(pattern=r"^R\d\d$", description="疑点规则, e.g. R01")
    key: str = Field(
        pattern=r"^[A-Za-z0-9_-]+$", max_length=120, description="疑点标识 what within the project the flag is about"
    )
    answer: str = Field(default="", max_length=4000, description="答复; empty for a classified project")


class FlagAnswered(Event):
    """The unit answered a red flag."""

    TOPIC = "project.flag_answered"

    flag: str
    key: str
    answer: str = ""


def answer(case: Case, command: AnswerFlag) -> Event:
    """Record an answer. It may come before or after the flag is seen: flags are derived, answers are facts."""
    return record("answering", case, command, FlagAnswered(**dict(command)))


@evolve.register
def _(event: FlagAnswered, project: Project, at: Recorded) -> Project:
    given = FlagAnswer(flag=event.flag, key=event.key, answer=event.answer, answered_on=at.happened_on)
    return project.but(flag_answers=(*project.flag_answers, given))
