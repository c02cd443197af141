"""评价方案 The schemes that evaluations are scored by, in full."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.context import Reader
from domain.event import Value
from domain.faults import UnknownSubjectError
from domain.rule import text
from domain.scheme import EvaluationScheme, Subject

router = APIRouter(tags=["评价 evaluation"])


class SchemeAnswer(Value):
    """评价方案 with the digest that records name it by."""

    digest: str
    weights_by_case: bool
    """Whether the weights are left to each case."""
    scheme: EvaluationScheme


@router.get("/evaluation-schemes", summary="全部评价方案 all evaluation schemes")
def read_schemes(
    context: Reader, subject: Annotated[Subject | None, Query(description="评价对象 of what")] = None
) -> list[SchemeAnswer]:
    """Every loaded scheme and version, or those of one kind of subject."""
    return [_answer(s) for s in context.liuhen.desk.schemes.all if subject is None or s.subject is subject]


@router.get("/evaluation-schemes/{scheme_id}", summary="一个评价方案 one evaluation scheme")
def read_scheme(
    context: Reader,
    scheme_id: str,
    version: Annotated[int | None, Query(ge=1, description="版本，缺省为最新 the newest when left out")] = None,
) -> SchemeAnswer:
    """One scheme: its indicators with their weights, its floors and grades, and where each comes from."""
    found = context.liuhen.desk.schemes.get(scheme_id, version)
    if found is None:
        raise UnknownSubjectError(text("没有此评价方案或版本", "there is no such evaluation scheme or version"))
    return _answer(found)


def _answer(scheme: EvaluationScheme) -> SchemeAnswer:
    return SchemeAnswer(digest=scheme.digest, weights_by_case=scheme.weights_by_case, scheme=scheme)
