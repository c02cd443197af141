"""The register is searched in Chinese and English, by any part, in any width; unit names follow their units."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infrastructure.bootstrap import Liuhen
from projections.register.searching import folded, searched, sought, terms, words
from tests.api.conftest import APPROVAL, SHARING, Client
from tests.api.test_board import follow
from tests.stages import OTHER, OWNER


@pytest.fixture
def filled(client: Client, liuhen: Liuhen) -> list[str]:
    client.enrol()
    client.done(
        "/units", "2018-10-01", {"uscc": OTHER, "name": "教育和体育局", "kind": "COUNTY_DEPT", "division": "370323"}
    )
    projects = [
        client.file(name="智慧教育云平台（Education Cloud）", owner_units=[OTHER])["subject"],
        client.file(
            name="共享交换平台", categories=["GENERAL_HARDWARE", "VIDEO_CONFERENCE"], estimate={"text": "500万元"}
        )["subject"],
        client.file(name="ＡＢＣ１２３ 系统")["subject"],
    ]
    client.done(f"/projects/{projects[1]}/sharing", "2019-01-20", SHARING)
    approved = {**APPROVAL, "amount": {"text": "480万元"}}
    client.post(f"/projects/{projects[1]}/approval", "2019-02-20", approved)
    liuhen.engine.catch_up()
    return [str(p) for p in projects]


def found(reader: Client, **query: Any) -> list[str]:
    answer = reader.get("/register/projects", **query)
    assert answer.status_code == 200, answer.text
    return [p["name"] for p in answer.json()["items"]]


def test_any_part_in_either_language_and_width(filled: list[str], evaluator: Client) -> None:
    education = ["智慧教育云平台（Education Cloud）"]
    for q in (
        "教育云",
        "education cloud",
        "CLOUD",
        "ｃｌｏｕｄ",
        "云",
        "平台 education",
        "教育和体育局",
        OTHER.lower(),
    ):
        assert found(evaluator, q=q) == education, q
    assert found(evaluator, q="abc123") == found(evaluator, q="ＡＢＣ 123系统") == ["ＡＢＣ１２３ 系统"]
    for q in ("通用硬件", "general hardware", "视频会议", "VIDEO"):
        assert found(evaluator, q=q) == ["共享交换平台"], q
    assert len(found(evaluator, q="2019-000002")) == len(found(evaluator, q="ZH3703232019000002")) == 1
    assert found(evaluator, q="平台 硬件 没有") == []
    assert found(evaluator, q="x' OR 'x'='x") == []
    assert len(found(evaluator, q="  ")) == 3


def test_by_amount_stage_and_unit(filled: list[str], evaluator: Client) -> None:
    assert found(evaluator, least_yuan="1000000.01") == ["共享交换平台"]
    assert len(found(evaluator, most_yuan="1000000")) == 2
    rows = evaluator.get("/register/projects", unit=OTHER).json()["items"]
    assert [(r["owner_names"], r["stage"]) for r in rows] == [(["教育和体育局"], "FILED")]
    assert evaluator.get("/register/projects", least_yuan="many").status_code == 422
    behind = follow(evaluator, rows[0]["trace"]).json()["items"]
    assert [e["topic"] for e in behind] == ["project.filed"]


def test_a_unit_is_found_by_its_old_and_new_names_and_its_projects_with_it(
    filled: list[str], client: Client, evaluator: Client, liuhen: Liuhen
) -> None:
    """The project does not move when its unit is renamed, and yet it is found."""
    renamed = {"name": "教育体育和数字局", "since": "2020-01-01", "document_no": "源编〔2020〕1号"}
    client.done(f"/units/{OTHER}/names", "2020-01-01", renamed)
    liuhen.engine.catch_up()
    for q in ("数字局", "教育和体育局"):
        assert [u["uscc"] for u in evaluator.get("/register/units", q=q).json()["items"]] == [OTHER]
        assert len(found(evaluator, q=q)) == 1
    assert evaluator.get("/register/projects", unit=OTHER).json()["items"][0]["owner_names"] == ["教育体育和数字局"]


@given(st.text(max_size=30), st.text(max_size=8))
def test_the_index_never_misses_what_the_text_holds(text: str, q: str) -> None:
    """Whatever is compared equal is also found by the terms that the index is asked for."""
    whole = searched([text])
    for word in words(q):
        if word in whole:
            assert set(sought(word)) <= set(terms(whole))
    assert folded(folded(text)) == folded(text)


def test_total_is_counted_up_to_a_limit_unless_asked_for(
    filled: list[str], evaluator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("projections.asking.MOST_COUNTED", 2)
    some = evaluator.get("/register/projects").json()
    assert (some["total"], some["exact"], len(some["items"])) == (2, False, 3)
    every = evaluator.get("/register/projects", exact=True).json()
    assert (every["total"], every["exact"]) == (3, True)
    assert evaluator.get("/register/projects", unit=OWNER).json()["exact"]
