"""更正."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter

from api.acts import UnitCode, post_to
from application.correcting import correct_fact
from application.desk import Act, Outcome
from application.ports import Desk
from domain.steps.correcting import CorrectFact
from domain.streams import StreamKind, unit_id

router = APIRouter(tags=["更正 correction"])


class CorrectProjectFact(CorrectFact):
    """Ask to withdraw or replace a fact in a project's history."""


class CorrectSystemFact(CorrectFact):
    """Ask to withdraw or replace a fact in a system's history."""


class CorrectUnitFact(CorrectFact):
    """Ask to withdraw or replace a fact in a unit's history."""


def _project(desk: Desk, subject: UUID, command: CorrectProjectFact, act: Act) -> Outcome:
    return correct_fact(desk, StreamKind.PROJECT, subject, command, act)


def _system(desk: Desk, subject: UUID, command: CorrectSystemFact, act: Act) -> Outcome:
    return correct_fact(desk, StreamKind.SYSTEM, subject, command, act)


def _unit(desk: Desk, uscc: str, command: CorrectUnitFact, act: Act) -> Outcome:
    return correct_fact(desk, StreamKind.UNIT, unit_id(uscc), command, act)


post_to(
    router, "/projects/{subject}/corrections", "correcting", CorrectProjectFact, _project, "更正项目事实 correct a fact"
)
post_to(
    router, "/systems/{subject}/corrections", "correcting", CorrectSystemFact, _system, "更正系统事实 correct a fact"
)
post_to(
    router, "/units/{uscc}/corrections", "correcting", CorrectUnitFact, _unit, "更正单位事实 correct a fact", UnitCode
)
