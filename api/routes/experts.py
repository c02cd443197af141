"""专家名册."""

from __future__ import annotations

from fastapi import APIRouter

from api.acts import post_new
from application.experts import delist_expert, list_expert
from domain.steps.experts import DelistExpert, ListExpert

router = APIRouter(tags=["县级 county"])
post_new(router, "/county/experts", "experts", ListExpert, list_expert, "列入专家名册 list an expert")
post_new(router, "/county/experts/delisted", "experts", DelistExpert, delist_expert, "移出专家名册 delist an expert")
