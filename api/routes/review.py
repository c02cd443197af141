"""审核意见."""

from __future__ import annotations

from fastapi import APIRouter

from api.acts import post_to
from application.review import give_opinion
from domain.steps.review import GiveOpinion

router = APIRouter(tags=["立项 approval"])
post_to(router, "/projects/{subject}/opinions", "review", GiveOpinion, give_opinion, "审核意见 give an opinion")
