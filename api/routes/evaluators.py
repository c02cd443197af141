"""评估机构登记."""

from __future__ import annotations

from fastapi import APIRouter

from api.acts import UnitCode, post_new, post_to
from api.context import Reader
from api.routes.projects import Moment
from application.asking import evaluator_state, history_of
from application.evaluators import end_evaluator_conflict, register_evaluator, state_evaluator_conflict
from domain.evaluator import Evaluator
from domain.steps.evaluators import EndConflict, RegisterEvaluator, StateConflict
from domain.streams import StreamKind, evaluator_id

router = APIRouter(tags=["评价 evaluation"])
_PATH = "/evaluators/{uscc}/conflicts"
post_new(
    router, "/evaluators", "evaluators", RegisterEvaluator, register_evaluator, "登记评估机构 register an evaluator"
)
post_to(
    router,
    _PATH,
    "evaluator-conflicts",
    StateConflict,
    state_evaluator_conflict,
    "登记利益冲突 state a conflict of interest",
    UnitCode,
)
post_to(
    router,
    f"{_PATH}/ended",
    "evaluator-conflicts",
    EndConflict,
    end_evaluator_conflict,
    "登记冲突终止 end a conflict of interest",
    UnitCode,
)


@router.get("/evaluators/{uscc}", summary="评估机构状态 state of an evaluator")
def read_evaluator(context: Reader, uscc: str, moment: Moment) -> Evaluator:
    """An evaluator as of a moment: qualification and conflicts of interest."""
    history_of(context.liuhen.desk, StreamKind.EVALUATOR, evaluator_id(uscc), moment)
    evaluator = evaluator_state(context.liuhen.desk, uscc, moment)
    return context.shown(StreamKind.EVALUATOR, evaluator.id, evaluator)
