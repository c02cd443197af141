"""考核: AssessUnit -> UnitAssessed (O09, O23); EvaluateCounty -> CountyEvaluated (facts 5.3 to 5.5)."""

from __future__ import annotations

from pydantic import Field

from domain.assessment import Assessment, AssessmentKind, CountyEvaluation
from domain.command import Command
from domain.county import County
from domain.dates import CivilDate
from domain.event import Event
from domain.evolve import evolve
from domain.faults import ActError, BadFieldError
from domain.marks import Mark
from domain.recorded import Recorded
from domain.rule import text
from domain.scheme import SchemeRef, Schemes, Score, Subject, Weight
from domain.score_sheet import Stated, as_stated, compute, find_scheme
from domain.texts import Text
from domain.unit import Unit

_Year = Field(ge=2000, le=2999, description="考核年度 the year that is assessed")


class AssessUnit(Command):
    """Ask to record the yearly assessment of a unit: by a scheme for units, or plainly as its paper states it."""

    kind: AssessmentKind = Field(default=AssessmentKind.TARGET_DUTY, description="考核类别")
    year: int = _Year
    assessor: str = Field(min_length=1, max_length=200, description="考核机关")
    scheme: str | None = Field(default=None, min_length=1, max_length=60, description="评价方案标识")
    scheme_version: int | None = Field(default=None, ge=1, description="方案版本; the newest when left out")
    weights: tuple[Weight, ...] = Field(
        default=(), max_length=500, description="权重, where the scheme leaves them open"
    )
    scores: tuple[Score, ...] = Field(default=(), max_length=500, description="逐项得分, by a scheme")
    scale: str | None = Field(default=None, min_length=1, max_length=60, description="量表")
    grade: str | None = Field(default=None, min_length=1, max_length=40, description="等次")
    score: Mark | None = Field(default=None, description="得分, as printed")


class EvaluateCounty(Command):
    """Ask to record an evaluation of the county as a whole, by a scheme for counties."""

    year: int = _Year
    evaluator: str = Field(min_length=1, max_length=200, description="评价机构")
    scheme: str = Field(min_length=1, max_length=60, description="评价方案标识")
    scheme_version: int | None = Field(default=None, ge=1, description="方案版本; the newest when left out")
    weights: tuple[Weight, ...] = Field(
        default=(), max_length=500, description="权重, where the scheme leaves them open"
    )
    scores: tuple[Score, ...] = Field(min_length=1, max_length=500, description="逐项得分")
    grade: str | None = Field(default=None, min_length=1, max_length=40, description="等次或星级, e.g. 四星")
    score: Mark | None = Field(default=None, description="总分, as printed")


class UnitAssessed(Event):
    """A unit was assessed for a year."""

    TOPIC = "unit.assessed"

    number: int
    kind: AssessmentKind
    year: int
    assessor: str
    scale: str
    grade: str
    score: str | None = None
    scheme: SchemeRef | None = None
    weights: tuple[Weight, ...] = ()
    scores: tuple[Score, ...] = ()


class CountyEvaluated(Event):
    """The county was evaluated for a year."""

    TOPIC = "county.evaluated"

    number: int
    year: int
    evaluator: str
    scale: str
    grade: str
    score: str
    stars: int | None = None
    scheme: SchemeRef
    weights: tuple[Weight, ...] = ()
    scores: tuple[Score, ...]


def assess_unit(unit: Unit, schemes: Schemes, command: AssessUnit, on: CivilDate) -> UnitAssessed:
    """Record an assessment of an enrolled unit.

    Raises ActError when the unit is not enrolled, or assessed for that year already; BadFieldError for a year that
    had not begun, an unknown scheme, or a score sheet that does not fit it.
    """
    if unit.enrolled_on is None:
        raise ActError(text("单位未登记", "the unit is not enrolled"))
    _check_year(command.year, on)
    if any((a.kind, a.year) == (command.kind, command.year) for a in unit.assessments):
        raise ActError(_again(command.year), "/act/year")
    stated = Stated(scale=command.scale, grade=command.grade, score=command.score)
    if command.scheme is None:
        if command.weights:
            raise BadFieldError(text("权重须指明评价方案", "weights need a scheme"), "/act/weights")
        result = as_stated(command.scores, stated)
    else:
        scheme = find_scheme(schemes, Subject.UNIT, command.scheme, command.scheme_version)
        result = compute(scheme, command.weights, command.scores, stated)
    return UnitAssessed(
        number=max((a.number for a in unit.assessments), default=0) + 1,
        kind=command.kind,
        year=command.year,
        assessor=command.assessor,
        weights=command.weights,
        scores=command.scores,
        **result.model_dump(exclude={"stars"}),
    )


def evaluate_county(county: County, schemes: Schemes, command: EvaluateCounty, on: CivilDate) -> CountyEvaluated:
    """Record an evaluation of the county.

    Raises ActError when it was evaluated by that scheme for that year already; BadFieldError for a year that had not
    begun, an unknown scheme, or a score sheet that does not fit it.
    """
    _check_year(command.year, on)
    scheme = find_scheme(schemes, Subject.COUNTY, command.scheme, command.scheme_version)
    if any((e.scheme.id, e.year) == (scheme.id, command.year) for e in county.evaluations):
        raise ActError(_again(command.year), "/act/year")
    stated = Stated(grade=command.grade, score=command.score)
    return CountyEvaluated(
        number=max((e.number for e in county.evaluations), default=0) + 1,
        year=command.year,
        evaluator=command.evaluator,
        weights=command.weights,
        scores=command.scores,
        **compute(scheme, command.weights, command.scores, stated).model_dump(),
    )


def _check_year(year: int, on: CivilDate) -> None:
    if year > on.latest.year:
        raise BadFieldError(text("考核年度尚未开始", "the year had not begun on that day"), "/act/year")


def _again(year: int) -> Text:
    return text(f"{year}年度已有记录；有误的请更正", f"{year} is recorded already: correct it if it is wrong")


@evolve.register
def _(event: UnitAssessed, unit: Unit, at: Recorded) -> Unit:
    return unit.but(assessments=(*unit.assessments, Assessment(**dict(event), assessed_on=at.happened_on)))


@evolve.register
def _(event: CountyEvaluated, county: County, at: Recorded) -> County:
    evaluation = CountyEvaluation(**dict(event), evaluated_on=at.happened_on)
    return county.but(evaluations=(*county.evaluations, evaluation))
