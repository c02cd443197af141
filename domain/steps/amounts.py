"""金额阶段: StateAmount -> AmountStated. 估算、概算、预算、合同价、结算、决算 never overwrite one another."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from domain.case import Case
from domain.command import Command
from domain.deciding import record
from domain.event import Event
from domain.evolve import evolve
from domain.money import Money
from domain.project import AmountStage, AmountStatement, Project
from domain.recorded import Recorded
from domain.yuan import positive_yuan


class StateAmount(Command):
    """Ask to record what a paper states as the amount of a stage. A later statement of the stage revises it."""

    PLACEHOLDER_FIELDS: ClassVar[frozenset[str]] = frozenset({"stage", "document_no"})

    stage: AmountStage = Field(description="金额阶段")
    amount: Money = Field(description="该阶段金额; more than nothing")
    document_no: str | None = Field(default=None, max_length=120, description="文号")
    stated_total: str | None = Field(
        default=None, max_length=60, description="文件所列合计原文, where rounded lines do not add up to it"
    )


class AmountStated(Event):
    """A paper stated the amount of a stage. Earlier statements of the stage stay."""

    TOPIC = "project.amount_stated"

    stage: AmountStage
    amount: Money
    document_no: str | None = None
    stated_total: str | None = None


def state_amount(case: Case, command: StateAmount) -> Event:
    """Record a statement. Raises BadFieldError for an amount that is not more than nothing, or not in CNY."""
    positive_yuan(command.amount)
    return record("amounts", case, command, AmountStated(**dict(command)))


@evolve.register
def _(event: AmountStated, project: Project, at: Recorded) -> Project:
    statement = AmountStatement(**dict(event), stated_on=at.happened_on)
    return project.but(amounts=(*project.amounts, statement))
