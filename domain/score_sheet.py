"""评分表 What a scheme makes of a score sheet: total and grade are computed, and agree with what is stated."""

from __future__ import annotations

from decimal import Decimal

from domain.event import Value
from domain.faults import BadFieldError
from domain.marks import mark_text
from domain.rule import text
from domain.scheme import EvaluationScheme, SchemeRef, Schemes, Score, Subject, Weight, total
from domain.texts import ValueFault


class Stated(Value):
    """What a paper states of an outcome. None where it states nothing, or where the scheme is to say it."""

    scale: str | None = None
    grade: str | None = None
    score: str | None = None


class Result(Value):
    """结果 Scale, grade and score of an evaluation, and the scheme that they were computed by, if any."""

    scale: str
    grade: str
    score: str | None
    stars: int | None = None
    scheme: SchemeRef | None = None


def find_scheme(schemes: Schemes, subject: Subject, scheme: str, version: int | None) -> EvaluationScheme:
    """The scheme named by an act. Raises BadFieldError when it is not loaded, or not of this subject."""
    found = schemes.get(scheme, version)
    if found is None:
        raise BadFieldError(
            text("没有此评价方案或版本", "there is no such evaluation scheme or version"), "/act/scheme"
        )
    if found.subject is not subject:
        raise BadFieldError(
            text(f"方案{found.id}的评价对象是{found.subject}", f"the scheme {found.id} evaluates a {found.subject}"),
            "/act/scheme",
        )
    return found


def check_weights(scheme: EvaluationScheme, weights: tuple[Weight, ...]) -> dict[str, Decimal]:
    """The weights of a case. Raises BadFieldError when they do not fit the scheme."""
    try:
        return scheme.weights(weights)
    except ValueFault as fault:
        raise BadFieldError(fault.text, "/act/weights") from fault


def compute(scheme: EvaluationScheme, weights: tuple[Weight, ...], scores: tuple[Score, ...], stated: Stated) -> Result:
    """Total and grade of a score sheet. Raises BadFieldError when the sheet is wrong, or the paper disagrees."""
    by_code = check_weights(scheme, weights)
    try:
        scheme.check(scores, by_code)
    except ValueFault as fault:
        raise BadFieldError(fault.text, "/act/scores") from fault
    sum_of_scores = total(scores)
    band = scheme.grade(sum_of_scores)
    grade = band.name.zh if band else ""
    if stated.score is not None and Decimal(stated.score) != sum_of_scores:
        raise BadFieldError(
            text(
                f"总分应为{mark_text(sum_of_scores)}，报告为{stated.score}",
                f"the scores add up to {mark_text(sum_of_scores)}, not to the stated {stated.score}",
            ),
            "/act/score",
        )
    if stated.grade is not None and stated.grade != grade:
        raise BadFieldError(
            text(
                f"{mark_text(sum_of_scores)}分的等次应为“{grade}”，报告为“{stated.grade}”",
                f"the grade of {mark_text(sum_of_scores)} is “{grade}”, not the stated “{stated.grade}”",
            ),
            "/act/grade",
        )
    if stated.scale is not None and stated.scale != scheme.scale:
        raise BadFieldError(
            text(f"本方案的量表是{scheme.scale}", f"the scale of this scheme is {scheme.scale}"), "/act/scale"
        )
    return Result(
        scale=scheme.scale,
        grade=grade,
        score=stated.score if stated.score is not None else mark_text(sum_of_scores),
        stars=band.stars if band else None,
        scheme=scheme.ref(),
    )


def as_stated(scores: tuple[Score, ...], stated: Stated) -> Result:
    """The outcome of an evaluation without a scheme, as its paper states it. Raises BadFieldError for gaps."""
    if scores:
        raise BadFieldError(text("逐项得分须指明评价方案", "scores by indicator need a scheme"), "/act/scores")
    for field in ("scale", "grade"):
        if getattr(stated, field) is None:
            raise BadFieldError(
                text("没有评价方案时须写明量表和等次", "without a scheme, state the scale and the grade"),
                f"/act/{field}",
            )
    return Result(scale=stated.scale or "", grade=stated.grade or "", score=stated.score)
