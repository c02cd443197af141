"""Rule sets are data: a site's own file is checked when it is loaded, and faults name their place."""

from __future__ import annotations

from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from domain.rule import RuleSets
from domain.rule_diff import differences
from infrastructure.rule_sets import RuleSetError, load_rule_sets, read_rule_sets

SHIPPED = files("domain.rules").joinpath("sets/yuanzhengfa-2018-16.toml").read_text(encoding="utf-8")


def test_the_shipped_set_is_in_force_from_its_day() -> None:
    sets = load_rule_sets()
    assert sets.in_force(date(2018, 9, 18)) is None
    found = sets.in_force(date(2018, 9, 19))
    assert found is not None
    assert found.document_no == "源政发〔2018〕16号"


def test_a_sites_later_set_takes_over_without_code(tmp_path: Path) -> None:
    later = SHIPPED.replace('id = "yuanzhengfa-2018-16"', 'id = "site-2026"').replace("2018-09-19\n", "2026-01-01\n", 1)
    later = later.replace("effective_from = 2018-09-19", "effective_from = 2026-01-01").replace("3 = 12", "3 = 6")
    (tmp_path / "site.toml").write_text(later, encoding="utf-8")
    sets = load_rule_sets(tmp_path)
    before, after = sets.in_force(date(2025, 12, 31)), sets.in_force(date(2026, 1, 1))
    assert before is not None
    assert after is not None
    assert (before.id, after.id) == ("yuanzhengfa-2018-16-duties", "site-2026")
    assert before.digest != after.digest
    assert after.parameters.test_validity_months["3"] == 6


def test_a_changed_set_has_a_digest_of_its_own() -> None:
    shipped = load_rule_sets().all[0]
    before = shipped.digest
    assert shipped.but(draft=True).digest != before
    assert shipped.but(draft=shipped.draft).digest == before


def test_a_draft_never_judges() -> None:
    draft = load_rule_sets().all[0].but(draft=True)
    assert RuleSets([draft]).in_force(date(2020, 1, 1)) is None


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ('strength = "PROHIBITION"', 'strength = "MAYBE"', "strength"),
        ("backdating_limit_days = 30", "backdating_limit_days = -1", "backdating_limit_days"),
        ('cited_by = ["O27"]', 'cited_by = ["O99"]', "O99"),
        ('rule = "G02"', 'rule = "G01"', "G01"),
        ('id = "yuan', 'name = "yuan', "id"),
        ("[parameters]", "[parameters", "line"),
    ],
)
def test_a_faulty_file_names_the_place(old: str, new: str, place: str) -> None:
    with pytest.raises(RuleSetError, match=place):
        read_rule_sets({"site.toml": SHIPPED.replace(old, new, 1)})


def test_an_id_is_used_once(tmp_path: Path) -> None:
    (tmp_path / "copy.toml").write_text(SHIPPED, encoding="utf-8")
    with pytest.raises(RuleSetError, match="twice"):
        load_rule_sets(tmp_path)


def test_a_set_extends_another_clause_by_clause(tmp_path: Path) -> None:
    (tmp_path / "site.toml").write_text(
        """
        id = "site-2026"
        extends = "yuanzhengfa-2018-16"
        without = ["F02"]
        issuer = "某县"
        document_no = "某政发〔2026〕1号"
        title = "实施意见"
        effective_from = 2026-01-01
        [[clauses]]
        rule = "G16"
        section = "五（四）"
        quote = "推进政务信息资源共享利用风险评估"
        reading = { zh = "必须评估", en = "Required." }
        strength = "REQUIRED"
        [parameters.test_validity_months]
        3 = 6
        """,
        encoding="utf-8",
    )
    base, site = load_rule_sets(tmp_path).get("yuanzhengfa-2018-16"), load_rule_sets(tmp_path).get("site-2026")
    assert base is not None
    assert site is not None
    assert (site.clause("F02"), len(site.clauses)) == (None, len(base.clauses) - 1)
    assert site.parameters.test_validity_months == {"2": 24, "3": 6, "4": 6}
    changed = {d.place: (d.before, d.after) for d in differences(base, site)}
    assert changed["clauses.G16.strength"] == ("TRACK_ONLY", "REQUIRED")
    assert changed["clauses.F02.strength"] == ("PRIORITY", None)
    assert changed["parameters.test_validity_months.3"] == ("12", "6")
    assert not any(place.startswith("clauses.G01") for place in changed)
    assert differences(base, base) == ()


@pytest.mark.parametrize(
    ("line", "message"),
    [('extends = "nowhere"', "nowhere"), ('extends = "loop"', "circle"), ('extends = "a"\nwithout = ["Z99"]', "Z99")],
)
def test_a_set_that_extends_wrongly_is_refused(line: str, message: str) -> None:
    site = f'id = "loop"\n{line}\n'
    ground = SHIPPED.replace('id = "yuanzhengfa-2018-16"', 'id = "a"')
    with pytest.raises(RuleSetError, match=message):
        read_rule_sets({"site.toml": site, "a.toml": ground})


def test_the_shipped_draft_shows_that_rules_change_without_code() -> None:
    draft = load_rule_sets().get("data-regulation-2025-draft")
    assert draft is not None
    assert draft.draft
    assert draft.parameters.crypto is not None
    assert set(draft.parameters.conclusion_scales) == {"2015", "2019", "2021", "2025"}
    assert load_rule_sets().in_force(date(2026, 1, 1)) == load_rule_sets().get("yuanzhengfa-2018-16-duties")


@pytest.mark.clause("O27")
def test_every_clause_cites_what_it_rests_on() -> None:
    """《国务院关于印发“十三五”国家信息化规划的通知》（国发〔2016〕73号）"""
    shipped = load_rule_sets().all[0]
    assert all(shipped.bases_of(c.rule)[0] == "源政发〔2018〕16号" for c in shipped.clauses)
    assert "淄政办发〔2017〕45号" in shipped.bases_of("G10")
    assert {b.number for b in shipped.bases} >= {"国发〔2016〕73号", "发改高技〔2014〕1770号", "淄政发〔2017〕15号"}


def test_a_clause_that_nothing_checks_cannot_be_binding() -> None:
    tracked = 'rule = "O24"\nsection = "五（三）"'
    assert tracked in SHIPPED
    before, after = SHIPPED.split(tracked)
    binding = before + tracked + after.replace('strength = "TRACK_ONLY"', 'strength = "REQUIRED"', 1)
    with pytest.raises(RuleSetError, match="O24"):
        read_rule_sets({"site.toml": binding})


def test_every_parameter_says_where_it_comes_from() -> None:
    for rule_set in load_rule_sets().all:
        stated = {name for name, value in rule_set.parameters if value is not None}
        assert stated <= set(rule_set.sources), rule_set.id
