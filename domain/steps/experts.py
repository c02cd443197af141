"""专家名册: ListExpert -> ExpertListed; DelistExpert -> ExpertDelisted. 源政发〔2018〕16号 五（三） (O23, O24).

Only the roster is kept. Talent policy itself is outside this record.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import Field, SerializeAsAny

from domain.command import Command
from domain.county import County
from domain.event import Event
from domain.evolve import evolve
from domain.expert import Expert
from domain.faults import ActError, BadFieldError
from domain.personal import OF_EXPERT, Person, Sealed
from domain.recorded import Recorded
from domain.rule import text


class ListExpert(Command):
    """Ask to put an expert on the roster of the advisory committee, by number; the name only sealed."""

    number: str = Field(pattern=r"^[A-Z0-9][A-Z0-9-]{0,19}$", description="名册编号, a pseudonym, e.g. ZJ-001")
    field: str = Field(min_length=1, max_length=120, description="专业领域")
    organisation: str = Field(min_length=1, max_length=200, description="所在单位")
    person: SerializeAsAny[Person] | None = Field(default=None, description="专家本人, kept sealed")

    PERSONAL: ClassVar = {"person": "county.expert_listed/person"}


class DelistExpert(Command):
    """Ask to take an expert off the roster."""

    number: str = Field(pattern=r"^[A-Z0-9][A-Z0-9-]{0,19}$", description="名册编号")
    reason: str = Field(min_length=1, max_length=500, description="原因")


class ExpertListed(Event):
    """An expert was put on the roster."""

    TOPIC = "county.expert_listed"
    SCHEMA_VERSION = 2

    number: str
    field: str
    organisation: str
    person: Annotated[Sealed | None, OF_EXPERT] = None

    @staticmethod
    def upcast_v1_v2(body: dict[str, Any]) -> dict[str, Any]:
        """No person was named then."""
        return body


class ExpertDelisted(Event):
    """An expert was taken off the roster."""

    TOPIC = "county.expert_delisted"

    number: str
    reason: str


def enlist(county: County, command: ListExpert) -> ExpertListed:
    """List an expert. Raises ActError when the number was used before: a pseudonym stands for one expert for good."""
    if any(e.number == command.number for e in county.experts):
        raise ActError(text("名册编号已使用过", "the roster number was used before"), "/act/number")
    return ExpertListed(**dict(command))


def delist(county: County, command: DelistExpert) -> ExpertDelisted:
    """Delist an expert. Raises BadFieldError for an unknown number, ActError when it is off the roster already."""
    expert = next((e for e in county.experts if e.number == command.number), None)
    if expert is None:
        raise BadFieldError(text("名册中没有此编号", "no such number on the roster"), "/act/number")
    if expert.delisted_on is not None:
        raise ActError(text("该专家已移出名册", "the expert is off the roster already"), "/act/number")
    return ExpertDelisted(**dict(command))


@evolve.register
def _(event: ExpertListed, county: County, at: Recorded) -> County:
    return county.but(experts=(*county.experts, Expert(**dict(event), listed_on=at.happened_on)))


@evolve.register
def _(event: ExpertDelisted, county: County, at: Recorded) -> County:
    experts = (e.but(delisted_on=at.happened_on) if e.number == event.number else e for e in county.experts)
    return county.but(experts=tuple(experts))
