"""Evaluation schemes are data: a site's own file is checked when it is loaded, and faults name their place."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from infrastructure.schemes import SchemeError, load_schemes, read_scheme

SHIPPED = files("domain").joinpath("schemes/self-evaluation.toml").read_text(encoding="utf-8")


def test_four_schemes_ship() -> None:
    found = [(s.id, s.version, s.draft) for s in load_schemes().all]
    assert found == [
        ("caiyu-2020-10", 1, False),
        ("gbt-33356-2016", 1, True),
        ("self-evaluation", 1, False),
        ("shandong-stars", 1, True),
    ]


def test_a_sites_version_is_loaded_beside_the_shipped_one(tmp_path: Path) -> None:
    (tmp_path / "site.toml").write_text(SHIPPED.replace("version = 1", "version = 2"), encoding="utf-8")
    schemes = load_schemes(tmp_path)
    newest, shipped = schemes.get("self-evaluation"), schemes.get("self-evaluation", 1)
    assert newest is not None
    assert shipped is not None
    assert (newest.version, shipped.version) == (2, 1)


def test_an_id_and_version_are_used_once(tmp_path: Path) -> None:
    (tmp_path / "copy.toml").write_text(SHIPPED, encoding="utf-8")
    with pytest.raises(SchemeError, match="self-evaluation 1"):
        load_schemes(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('weight = "10"', 'weight = "20"', "一级指标权重合计110，应为满分100"),
        ('weight = "10"', "weight = 10", "weight"),
        ('weight = "10"', 'weight = "１０"', "weight"),
        ('code = "E2"', 'code = "E1"', "指标代码E1重复"),
        ('from_mark = "90"', 'from_mark = "95"', "应从90起，现为95"),
        ('subject = "PROJECT"', 'subject = "CITY"', "subject"),
        ('id = "self', 'name = "self', "id"),
        ("[sources]", "[sources", "line"),
    ],
)
def test_a_faulty_file_names_the_file_and_the_fault(old: str, new: str, said: str) -> None:
    with pytest.raises(SchemeError, match=r"site\.toml") as caught:
        read_scheme(SHIPPED.replace(old, new, 1), "site.toml")
    assert said in str(caught.value)
