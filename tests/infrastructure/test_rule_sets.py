"""Rule sets are data: a site's own file is checked when it is loaded, and faults name their place."""

from __future__ import annotations

from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from domain.rule import RuleSets
from infrastructure.rule_sets import RuleSetError, load_rule_sets, read_rule_set

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
    assert (before.id, after.id) == ("yuanzhengfa-2018-16", "site-2026")
    assert before.digest != after.digest
    assert after.parameters.test_validity_months["3"] == 6


def test_a_draft_never_judges() -> None:
    draft = load_rule_sets().all[0].but(draft=True)
    assert RuleSets([draft]).in_force(date(2020, 1, 1)) is None


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ('strength = "PROHIBITION"', 'strength = "MAYBE"', "strength"),
        ("backdating_limit_days = 30", "backdating_limit_days = -1", "backdating_limit_days"),
        ('rule = "G02"', 'rule = "G01"', "G01"),
        ('id = "yuan', 'name = "yuan', "id"),
        ("[parameters]", "[parameters", "line"),
    ],
)
def test_a_faulty_file_names_the_place(old: str, new: str, place: str) -> None:
    with pytest.raises(RuleSetError, match=place):
        read_rule_set(SHIPPED.replace(old, new, 1), "site.toml")


def test_an_id_is_used_once(tmp_path: Path) -> None:
    (tmp_path / "copy.toml").write_text(SHIPPED, encoding="utf-8")
    with pytest.raises(RuleSetError, match="twice"):
        load_rule_sets(tmp_path)
