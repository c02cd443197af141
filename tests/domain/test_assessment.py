"""Units are assessed for a year, the county is evaluated for a year: by a scheme, or plainly as the paper states it."""

from __future__ import annotations

from typing import Any

import pytest

from domain.assessment import AssessmentKind
from domain.dates import CivilDate
from domain.faults import ActError, BadFieldError
from domain.scheme import Weight
from domain.steps.assessment import (
    AssessUnit,
    CountyEvaluated,
    EvaluateCounty,
    UnitAssessed,
    assess_unit,
    evaluate_county,
)
from tests.folding import county, unit
from tests.given import Dated
from tests.schemes import PLAIN, SCHEMES, STARS, scores, shipped
from tests.stages import ENROLLED

ON = CivilDate.parse("2021-01-20")
BY_SCHEME = AssessUnit(
    year=2020, assessor="县政府", scheme="unit-targets", scores=scores({"1.1": "35", "1.2": "19.5", "2": "30"})
)


def assessed(on: str = "2021-01-20", **changes: Any) -> Dated:
    return on, assess_unit(unit(ENROLLED), SCHEMES, PLAIN, ON).but(**changes)


@pytest.mark.clause("O09")
@pytest.mark.clause("O23")
class TestUnits:
    """纳入全县经济社会发展综合考核指标体系；责任目标考核机制"""

    def test_a_plain_assessment_is_recorded_as_its_paper_states_it(self) -> None:
        event = assess_unit(unit(ENROLLED), SCHEMES, PLAIN, ON)
        assert isinstance(event, UnitAssessed)
        assert (event.kind, event.year, event.grade, event.score) == (AssessmentKind.TARGET_DUTY, 2020, "优秀", "95.5")
        assert (event.scheme, event.scores) == (None, ())

    def test_an_assessment_by_a_scheme_is_computed(self) -> None:
        event = assess_unit(unit(ENROLLED), SCHEMES, BY_SCHEME, ON)
        assert (event.score, event.grade, event.scale) == ("84.5", "合格", "县责任目标考核")
        assert event.scheme is not None
        assert event.scheme.id == "unit-targets"
        with pytest.raises(BadFieldError, match="等次应为“合格”"):
            assess_unit(unit(ENROLLED), SCHEMES, BY_SCHEME.but(grade="优秀"), ON)

    def test_each_year_and_kind_is_assessed_once(self) -> None:
        known = unit(ENROLLED, assessed())
        assert [(a.year, str(a.assessed_on)) for a in known.assessments] == [(2020, "2021-01-20")]
        with pytest.raises(ActError, match="2020年度已有记录"):
            assess_unit(known, SCHEMES, PLAIN, ON)
        other_kind = PLAIN.but(kind=AssessmentKind.COMPREHENSIVE)
        assert assess_unit(known, SCHEMES, other_kind, ON).number == 2
        assert assess_unit(known, SCHEMES, PLAIN.but(year=2021), ON).number == 2

    def test_a_year_that_has_not_begun_is_not_assessed(self) -> None:
        with pytest.raises(BadFieldError, match="尚未开始"):
            assess_unit(unit(ENROLLED), SCHEMES, PLAIN.but(year=2022), ON)

    def test_only_enrolled_units_are_assessed(self) -> None:
        with pytest.raises(ActError, match="单位未登记"):
            assess_unit(unit(), SCHEMES, PLAIN, ON)

    @pytest.mark.parametrize(
        ("changes", "pointer"),
        [
            ({"scale": None}, "/act/scale"),
            ({"grade": None}, "/act/grade"),
            ({"scores": scores({"1.1": "1"})}, "/act/scores"),
            ({"weights": (Weight(code="1.1", weight="1"),)}, "/act/weights"),
            ({"scheme": "shandong-stars"}, "/act/scheme"),
        ],
    )
    def test_what_is_missing_or_out_of_place_is_named(self, changes: dict[str, Any], pointer: str) -> None:
        with pytest.raises(BadFieldError) as caught:
            assess_unit(unit(ENROLLED), SCHEMES, PLAIN.but(**changes), ON)
        assert caught.value.pointer == pointer


class TestTheCounty:
    def test_stars_are_computed_and_a_draft_scheme_is_marked(self) -> None:
        event = evaluate_county(county(), SCHEMES, STARS, ON)
        assert (event.score, event.grade, event.stars) == ("83.5", "四星", 4)
        assert event.scheme.draft
        assert county(("2021-01-20", event)).evaluations[0].stars == 4

    def test_a_standard_without_grades_gives_points_only(self) -> None:
        standard = shipped("gbt-33356-2016")
        sheet = scores({i.code: i.weight or "0" for i in standard.lowest}, L1P1="7.25")
        asked = EvaluateCounty(year=2020, evaluator="省评估组", scheme="gbt-33356-2016", scores=sheet)
        event = evaluate_county(county(), SCHEMES, asked, ON)
        assert (event.score, event.grade, event.stars) == ("99.25", "", None)

    def test_each_year_is_evaluated_once_by_one_scheme(self) -> None:
        first: Dated = ("2021-01-20", evaluate_county(county(), SCHEMES, STARS, ON))
        with pytest.raises(ActError, match="2020年度已有记录"):
            evaluate_county(county(first), SCHEMES, STARS, ON)
        assert isinstance(evaluate_county(county(first), SCHEMES, STARS.but(year=2021), ON), CountyEvaluated)

    def test_a_stated_star_must_agree(self) -> None:
        assert evaluate_county(county(), SCHEMES, STARS.but(grade="四星", score="83.50"), ON).score == "83.50"
        with pytest.raises(BadFieldError, match="报告为“五星”"):
            evaluate_county(county(), SCHEMES, STARS.but(grade="五星"), ON)
