"""考核与县级评价."""

from __future__ import annotations

from fastapi import APIRouter

from api.acts import UnitCode, post_new, post_to
from api.context import Reader
from api.routes.projects import Moment
from application.asking import county_state
from application.assessment import assess, evaluate_whole_county
from domain.assessment import CountyEvaluation
from domain.steps.assessment import AssessUnit, EvaluateCounty

router = APIRouter(tags=["评价 evaluation"])
post_to(router, "/units/{uscc}/assessments", "assessment", AssessUnit, assess, "单位考核 assess a unit", UnitCode)
post_new(
    router,
    "/county/evaluations",
    "assessment",
    EvaluateCounty,
    evaluate_whole_county,
    "县级评价 evaluate the county",
)


@router.get("/county/evaluations", summary="县级评价 evaluations of the county")
def read_county_evaluations(context: Reader, moment: Moment) -> tuple[CountyEvaluation, ...]:
    """The evaluations of the county as a whole, in the order of recording, as of a moment."""
    return county_state(context.liuhen.desk, moment).evaluations
