"""绩效评价."""

from __future__ import annotations

from fastapi import APIRouter

from api.acts import post_to
from application.evaluation import (
    comment_on_evaluation,
    commission_evaluation,
    report_evaluation,
    use_evaluation,
    withdraw_commission,
)
from domain.steps.evaluation import (
    CommentOnEvaluation,
    CommissionEvaluation,
    ReportEvaluation,
    UseEvaluation,
    WithdrawCommission,
)

router = APIRouter(tags=["评价 evaluation"])
_PATH = "/projects/{subject}/evaluations"
post_to(
    router,
    f"{_PATH}/commissions",
    "commissioning",
    CommissionEvaluation,
    commission_evaluation,
    "委托评价 commission an evaluation",
)
post_to(
    router,
    f"{_PATH}/commissions/withdrawal",
    "commissioning",
    WithdrawCommission,
    withdraw_commission,
    "撤回委托 withdraw a commission",
)
post_to(
    router,
    f"{_PATH}/comments",
    "evaluation-comments",
    CommentOnEvaluation,
    comment_on_evaluation,
    "征求意见的答复 answer to a draft report",
)
post_to(router, _PATH, "evaluation", ReportEvaluation, report_evaluation, "评价报告 report an evaluation")
post_to(router, f"{_PATH}/use", "evaluation", UseEvaluation, use_evaluation, "结果运用 use of a result")
