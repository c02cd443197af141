"""疑点答复."""

from __future__ import annotations

from fastapi import APIRouter

from api.acts import post_to
from application.answering import answer_flag
from domain.steps.answering import AnswerFlag

router = APIRouter(tags=["疑点 red flags"])
post_to(router, "/projects/{subject}/flag-answers", "answering", AnswerFlag, answer_flag, "答复疑点 answer a red flag")
