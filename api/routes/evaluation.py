"""绩效评价."""

from __future__ import annotations

from fastapi import APIRouter

from api.acts import post_to
from application.evaluation import report_evaluation, use_evaluation
from domain.steps.evaluation import ReportEvaluation, UseEvaluation

router = APIRouter(tags=["评价 evaluation"])
_PATH = "/projects/{subject}/evaluations"
post_to(router, _PATH, "evaluation", ReportEvaluation, report_evaluation, "评价报告 report an evaluation")
post_to(router, f"{_PATH}/use", "evaluation", UseEvaluation, use_evaluation, "结果运用 use of a result")
