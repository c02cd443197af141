"""考核: assess a unit for a year, evaluate the county for a year."""

from __future__ import annotations

from application.act import Act
from application.desk import Outcome, on_county, on_unit
from application.ports import Desk
from domain.steps.assessment import AssessUnit, EvaluateCounty, assess_unit, evaluate_county


def assess(desk: Desk, uscc: str, command: AssessUnit, act: Act) -> Outcome:
    """Record the assessment of a unit for a year."""
    return on_unit(
        desk, uscc, command, act, lambda unit, asked: assess_unit(unit, desk.schemes, asked, act.happened_on)
    )


def evaluate_whole_county(desk: Desk, command: EvaluateCounty, act: Act) -> Outcome:
    """Record an evaluation of the county for a year."""
    return on_county(
        desk, command, act, lambda county, asked: evaluate_county(county, desk.schemes, asked, act.happened_on)
    )
