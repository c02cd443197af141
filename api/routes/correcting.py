"""更正."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter

from api.acts import UnitCode, post_new, post_to
from application.act import Act
from application.correcting import correct_fact
from application.desk import Outcome
from application.ports import Desk
from domain.steps.correcting import CorrectFact
from domain.streams import StreamKind, county_id, evaluator_id, guidance_fund_id, unit_id

router = APIRouter(tags=["更正 correction"])


class CorrectProjectFact(CorrectFact):
    """Ask to withdraw or replace a fact in a project's history."""


class CorrectSystemFact(CorrectFact):
    """Ask to withdraw or replace a fact in a system's history."""


class CorrectUnitFact(CorrectFact):
    """Ask to withdraw or replace a fact in a unit's history."""


class CorrectCountyFact(CorrectFact):
    """Ask to withdraw or replace a fact in the county's history."""


class CorrectEvaluatorFact(CorrectFact):
    """Ask to withdraw or replace a fact in an evaluator's history."""


class CorrectFundFact(CorrectFact):
    """Ask to withdraw or replace a fact in the guidance fund's history."""


def _project(desk: Desk, subject: UUID, command: CorrectProjectFact, act: Act) -> Outcome:
    return correct_fact(desk, StreamKind.PROJECT, subject, command, act)


def _system(desk: Desk, subject: UUID, command: CorrectSystemFact, act: Act) -> Outcome:
    return correct_fact(desk, StreamKind.SYSTEM, subject, command, act)


def _unit(desk: Desk, uscc: str, command: CorrectUnitFact, act: Act) -> Outcome:
    return correct_fact(desk, StreamKind.UNIT, unit_id(uscc), command, act)


def _county(desk: Desk, command: CorrectCountyFact, act: Act) -> Outcome:
    return correct_fact(desk, StreamKind.COUNTY, county_id(desk.division), command, act)


def _evaluator(desk: Desk, uscc: str, command: CorrectEvaluatorFact, act: Act) -> Outcome:
    return correct_fact(desk, StreamKind.EVALUATOR, evaluator_id(uscc), command, act)


def _fund(desk: Desk, command: CorrectFundFact, act: Act) -> Outcome:
    return correct_fact(desk, StreamKind.GUIDANCE_FUND, guidance_fund_id(desk.division), command, act)


post_to(
    router, "/projects/{subject}/corrections", "correcting", CorrectProjectFact, _project, "更正项目事实 correct a fact"
)
post_to(
    router, "/systems/{subject}/corrections", "correcting", CorrectSystemFact, _system, "更正系统事实 correct a fact"
)
post_to(
    router, "/units/{uscc}/corrections", "correcting", CorrectUnitFact, _unit, "更正单位事实 correct a fact", UnitCode
)
post_new(router, "/county/corrections", "correcting", CorrectCountyFact, _county, "更正县级事实 correct a fact")
post_to(
    router,
    "/evaluators/{uscc}/corrections",
    "correcting",
    CorrectEvaluatorFact,
    _evaluator,
    "更正评估机构事实 correct a fact",
    UnitCode,
)
post_new(router, "/guidance-fund/corrections", "correcting", CorrectFundFact, _fund, "更正引导基金事实 correct a fact")
