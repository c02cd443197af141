"""Evaluation schemes: weights that add up, grades without gaps, exact totals, score sheets that fit."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given as examples
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.marks import mark_sum, mark_text
from domain.scheme import Floor, Schemes, Score, Subject, Weight, total
from domain.texts import ValueFault
from tests.schemes import FRAMEWORK, MARKS, SHIPPED, band, scheme, scores, shipped, weights

CASE = shipped(FRAMEWORK)
FORM = shipped("self-evaluation")
STARS = shipped("shandong-stars")
CITY = shipped("gbt-33356-2016")

thousandths = st.integers(0, 100_000).map(lambda n: f"{n // 1000}.{n % 1000:03d}")
"""Marks from 0 to 100 to three decimals."""


class TestShippedSchemes:
    def test_the_framework_has_three_tiers_and_leaves_the_weights_to_the_case(self) -> None:
        assert CASE.weights_by_case
        assert [len(list(i.lowest())) for i in CASE.indicators] == [6, 5, 4, 2]
        assert max(tier for top in CASE.indicators for tier, _ in top.tree()) == 3
        assert sorted(i.code for i in CASE.lowest) == sorted(MARKS)

    def test_the_form_of_self_evaluation_is_10_50_30_10(self) -> None:
        assert [i.weight for i in FORM.indicators] == ["10", "50", "30", "10"]
        assert FORM.subject is Subject.PROJECT

    def test_the_city_standard_has_8_and_21_indicators(self) -> None:
        assert len(CITY.indicators) == 8
        assert len(CITY.lowest) == 21
        assert [i.weight for i in CITY.indicators] == ["37", "9", "8", "7", "7", "8", "4", "20"]
        assert (CITY.subject, CITY.draft) == (Subject.COUNTY, True)
        assert CITY.grade(Decimal(80)) is None

    @pytest.mark.parametrize(("marks", "stars"), [("59.99", 0), ("60", 3), ("80", 4), ("90", 5), ("100", 5)])
    def test_the_county_is_rated_by_stars(self, marks: str, stars: int) -> None:
        found = STARS.grade(Decimal(marks))
        assert found is not None
        assert found.stars == stars
        assert STARS.draft

    @pytest.mark.parametrize("by", [CASE, FORM])
    @pytest.mark.parametrize(
        ("marks", "grade"),
        [
            ("0", "差"),
            ("59.9999", "差"),
            ("60", "中"),
            ("79.9", "中"),
            ("80", "良"),
            ("89", "良"),
            ("89.5", "良"),
            ("89.9999", "良"),
            ("90", "优"),
            ("100", "优"),
        ],
    )
    def test_89_and_a_half_is_good(self, by: Any, marks: str, grade: str) -> None:
        """优(90-100) 良(80-89) 中(60-79) 差(0-59), as half-open intervals"""
        found = by.grade(Decimal(marks))
        assert found.name.zh == grade

    def test_every_part_says_where_it_comes_from(self) -> None:
        for loaded in SHIPPED.all:
            assert loaded.sources["indicators"], loaded.id
            assert not loaded.bands or loaded.sources["bands"], loaded.id


class TestWhatAddsUp:
    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"full_mark": "120"}, ["一级指标权重合计100，应为满分120", "等次止于100，应到满分120"]),
            ({"bands": [band("优", "90", "100"), band("差", "0", "80")]}, ["应从80起，现为90：有空档或重叠"]),
            ({"bands": [band("优", "70", "100"), band("差", "0", "80")]}, ["应从80起，现为70：有空档或重叠"]),
            ({"bands": [band("优", "10", "100")]}, ["应从0起"]),
            ({"bands": [band("优", "0", "90")]}, ["等次止于90"]),
            ({"bands": [band("优", "0", "50"), band("优", "50", "100")]}, ["等次“优”重复"]),
            ({"bands": [band("优", "0", "0"), band("良", "0", "100")]}, ["等次“优”为空区间"]),
            ({"floors": [Floor(codes=("9",), percent="60")]}, ["没有的指标9"]),
            ({"floors": [Floor(codes=("2",), percent="41")]}, ["权重合计40，不得低于满分的41%"]),
        ],
    )
    def test_a_faulty_scheme_says_everything_that_is_wrong(self, changes: dict[str, Any], said: list[str]) -> None:
        with pytest.raises(ValidationError) as caught:
            scheme(**changes)
        for part in said:
            assert part in str(caught.value)

    def fault_of(self, *indicators: dict[str, Any]) -> str:
        with pytest.raises(ValidationError) as caught:
            scheme(indicators=list(indicators))
        return str(caught.value)

    def test_codes_are_unique_and_tiers_at_most_three(self) -> None:
        name = {"zh": "名", "en": "name"}
        leaf = {"code": "D", "name": name, "weight": "100"}
        deep = {
            **leaf,
            "code": "A",
            "parts": [{**leaf, "code": "B", "parts": [{**leaf, "code": "C", "parts": [leaf]}]}],
        }
        assert "指标D在第4级，至多3级" in self.fault_of(deep)
        assert "指标代码D重复" in self.fault_of({**leaf, "weight": "50"}, {**leaf, "weight": "50"})

    def test_weights_below_an_indicator_add_up_to_its_own(self) -> None:
        name = {"zh": "名", "en": "name"}
        parts = [{"code": "A1", "name": name, "weight": "60"}, {"code": "A2", "name": name, "weight": "39.9"}]
        whole = {"code": "A", "name": name, "weight": "100", "parts": parts}
        assert "指标A的下级权重合计99.9，应为100" in self.fault_of(whole)
        del parts[1]["weight"]
        assert "缺：A2" in self.fault_of(whole)

    def test_a_weight_is_a_text_and_never_a_float(self) -> None:
        assert "string" in self.fault_of({"code": "A", "name": {"zh": "名", "en": "name"}, "weight": 100.0})

    def test_an_id_and_version_are_used_once_and_the_newest_is_found(self) -> None:
        with pytest.raises(ValueError, match="unit-targets 1"):
            Schemes([scheme(), scheme()])
        both = Schemes([scheme(version=2), scheme()])
        newest, first = both.get("unit-targets"), both.get("unit-targets", 1)
        assert newest is not None
        assert first is not None
        assert (newest.version, first.version, both.get("unit-targets", 3)) == (2, 1, None)
        assert newest.digest != first.digest


class TestWeightsOfACase:
    def fault_of(self, given: tuple[Weight, ...]) -> str:
        with pytest.raises(ValueFault) as caught:
            CASE.weights(given)
        return caught.value.text.zh

    def test_they_are_complete_and_add_up_to_the_full_mark(self) -> None:
        assert mark_sum(CASE.weights(weights()).values()) == 100
        assert self.fault_of(()).startswith("权重缺少指标A11")
        assert "未知指标X1" in self.fault_of((*weights(), Weight(code="X1", weight="1")))
        assert "重复指标A11" in self.fault_of((*weights(), Weight(code="A11", weight="1")))
        assert "权重合计应为100，现为99.5" in self.fault_of(weights(A11="2.5"))

    def test_outputs_and_benefits_weigh_60_per_cent_or_more(self) -> None:
        assert "产出、效益权重合计59.9，不得低于满分的60%" in self.fault_of(weights(A11="3.1", D12="9.9"))

    def test_fixed_weights_are_not_given_again(self) -> None:
        with pytest.raises(ValueFault, match="权重固定"):
            FORM.weights((Weight(code="E1", weight="10"),))
        assert mark_sum(FORM.weights().values()) == 100


class TestScoreSheets:
    def fault_of(self, sheet: tuple[Score, ...]) -> str:
        with pytest.raises(ValueFault) as caught:
            CASE.check(sheet, CASE.weights(weights()))
        return caught.value.text.en

    def test_a_sheet_scores_each_of_the_lowest_once_and_not_above_its_weight(self) -> None:
        CASE.check(scores(), CASE.weights(weights()))
        assert self.fault_of(scores()[1:]) == "scores: missing A11"
        assert "unknown A1" in self.fault_of((*scores(), Score(code="A1", score="1")))
        assert "repeated A11" in self.fault_of((*scores(), Score(code="A11", score="1")))
        assert self.fault_of(scores(A11="3.0001")) == "the score 3.0001 of A11 is above its weight 3"

    def test_a_total_outside_the_scale_has_no_grade(self) -> None:
        with pytest.raises(ValueFault, match="不在0至100之间"):
            FORM.grade(Decimal("100.0001"))
        with pytest.raises(ValueFault, match="不在0至100之间"):
            FORM.grade(Decimal(-1))


class TestExactly:
    @examples(st.lists(thousandths, max_size=60))
    def test_a_total_is_exact(self, marks: list[str]) -> None:
        sheet = [Score(code=f"A{n}", score=m) for n, m in enumerate(marks)]
        assert Fraction(total(sheet)) == sum((Fraction(m) for m in marks), Fraction(0))

    def test_ten_tenths_are_one(self) -> None:
        """As floats they would be 0.9999999999999999."""
        assert total(Score(code=f"A{n}", score="0.1") for n in range(10)) == 1

    @examples(thousandths)
    def test_every_total_has_exactly_one_grade(self, mark: str) -> None:
        for by in (FORM, STARS):
            at = Decimal(mark)
            found = [b for b in by.bands if Decimal(b.from_mark) <= at < Decimal(b.to_mark)]
            assert [by.grade(at)] == (found or [max(by.bands, key=lambda b: Decimal(b.to_mark))])
            assert len(found) == (at < 100)

    @examples(st.lists(st.integers(1, 99_999), unique=True, max_size=6))
    def test_bands_that_cover_the_scale_are_accepted_and_no_others(self, cuts: list[int]) -> None:
        edges = [mark_text(Decimal(c) / 1000) for c in (0, *sorted(cuts), 100_000)]
        whole = [band(f"级{n}", a, b) for n, (a, b) in enumerate(pairwise(edges))]
        assert len(scheme(bands=whole).bands) == len(whole)
        if len(whole) > 1:
            for n in range(len(whole)):
                with pytest.raises(ValidationError):
                    scheme(bands=whole[:n] + whole[n + 1 :])

    @examples(st.lists(thousandths, min_size=4, max_size=4))
    def test_a_sheet_within_the_weights_is_graded(self, shares: list[str]) -> None:
        of = {i.code: i.weight or "0" for i in FORM.lowest}
        sheet = tuple(
            Score(code=c, score=mark_text((Decimal(w) * Decimal(s) / 100).quantize(Decimal("0.0001"))))
            for (c, w), s in zip(of.items(), shares, strict=True)
        )
        FORM.check(sheet, FORM.weights())
        assert FORM.grade(total(sheet)) is not None
