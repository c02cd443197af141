"""问题页 The pages that the types of problems lead to. They tell nothing of what is recorded, and need no token."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException
from fastapi.responses import HTMLResponse

from api.problem_pages import as_html, as_html_list
from api.problems import TITLES

router = APIRouter(tags=["问题 problems"])


@router.get("/problems", summary="所有问题 all types of problems", response_class=HTMLResponse)
async def read_problems() -> str:
    """The types of problems, each with the address of its page."""
    return as_html_list()


@router.get(
    "/problems/{kind}",
    summary="一种问题 a type of problem",
    response_class=HTMLResponse,
    responses={404: {"description": "没有此种问题 no such type"}},
)
async def read_problem(kind: str) -> str:
    """What the problem means and what to do, in Chinese and in English."""
    if kind not in TITLES:
        raise HTTPException(404)
    return as_html(kind)
