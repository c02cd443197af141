"""Ranks with ties, scores of different scheme versions apart, raters who differ, and totals that say their n."""

from __future__ import annotations

from typing import Any

import pytest

from infrastructure.bootstrap import Liuhen
from tests.api.conftest import APPROVAL, SHARING, Client
from tests.api.test_board import follow
from tests.stages import OTHER, OWNER


def approved_after(client: Client, days: int, owner: str = OWNER) -> str:
    """A project approved so many days after its filing on 1 January 2019."""
    project: str = client.file(on="2019-01-01", owner_units=[owner])["subject"]
    client.done(f"/projects/{project}/sharing", "2019-01-01", SHARING)
    client.done(f"/projects/{project}/approval", f"2019-01-{1 + days:02d}", APPROVAL)
    return project


def rated(client: Client, project: str, score: str, **changes: Any) -> None:
    body = {
        "channel": "EXPERT_REVIEW",
        "evaluator": "专家组",
        "scale": "百分制",
        "grade": "良",
        "score": score,
        "period": "2019",
        **changes,
    }
    client.done(f"/projects/{project}/evaluations", "2020-05-01", body)


@pytest.fixture
def ranked(client: Client, liuhen: Liuhen) -> list[str]:
    client.enrol()
    client.enrol(OTHER)
    projects = [approved_after(client, days) for days in (3, 5, 5)] + [approved_after(client, 9, OTHER)]
    projects.append(client.file(on="2019-01-01")["subject"])
    for project, score in zip(projects[:4], ("80", "95.5", "95.50", "60"), strict=True):
        rated(client, project, score)
    rated(client, projects[0], "99", scale="另一量表")
    rated(client, projects[0], "98", period="2020")
    liuhen.engine.catch_up()
    return projects


def ranks(evaluator: Client, path: str, subject: str, **asked: Any) -> list[tuple[str, int, int, int]]:
    items = evaluator.get(f"/performance/{path}", **asked).json()["items"]
    return [(i[subject], i["rank"], i["tied"], i["n"]) for i in items]


def test_equals_share_a_rank_and_the_next_is_skipped(ranked: list[str], evaluator: Client) -> None:
    found = ranks(evaluator, "project-ranks", "project_id", indicator="days_filed_to_approved")
    assert [(rank, tied, n) for _, rank, tied, n in found] == [(1, 1, 4), (2, 2, 4), (2, 2, 4), (4, 1, 4)]
    assert found[0][0] == ranked[0]
    # Who has no value is not ranked last: it is not ranked. The better value comes first, whichever that is.
    assert ranked[4] not in {subject for subject, *_ in found}
    assert evaluator.get("/performance/project-ranks", indicator="execution_rate").json()["total"] == 0
    assert evaluator.get("/performance/project-ranks", indicator="colour").status_code == 422
    units = evaluator.get("/performance/unit-ranks", indicator="days_filed_to_approved").json()["items"]
    assert [(u["uscc"], u["rank"], u["value"], u["projects"]) for u in units] == [
        (OWNER, 1, "5", 3),
        (OTHER, 2, "9", 1),
    ]
    assert follow(evaluator, units[1]["trace"]).json()["total"] == 3


def test_scores_are_ranked_within_one_scale_and_period(ranked: list[str], evaluator: Client) -> None:
    items = evaluator.get("/performance/project-score-ranks").json()["items"]
    tables: dict[tuple[str, str], list[tuple[str, int, int, int]]] = {}
    for i in items:
        row = (f"{float(i['score']):g}", i["rank"], i["tied"], i["n"])
        tables.setdefault((i["scale"], i["period"]), []).append(row)
    assert tables == {
        ("另一量表", "2019"): [("99", 1, 1, 1)],
        ("百分制", "2020"): [("98", 1, 1, 1)],
        ("百分制", "2019"): [("95.5", 1, 2, 4), ("95.5", 1, 2, 4), ("80", 3, 1, 4), ("60", 4, 1, 4)],
    }


def test_versions_of_a_scheme_are_never_mixed_in_one_rank(client: Client, evaluator: Client, liuhen: Liuhen) -> None:
    client.enrol()
    with liuhen.pool.connection() as conn:
        conn.execute("SET search_path TO performance_v4")
        for number, (version, score) in enumerate([("1", "90"), ("1", "70"), ("2", "99")]):
            conn.execute(
                "INSERT INTO assessments (log_id, unit_id, number, uscc, name, kind, year, assessor, scale, grade,"
                " score, scheme, assessed_on) VALUES (%s, gen_random_uuid(), %s, %s, '局', 'COMPREHENSIVE', 2019,"
                " '县', '百分制', '优', %s, %s, '2020')",
                (liuhen.settings.division, number, f"U{number}", score, f"county-assessment {version}"),
            )
    found = evaluator.get("/performance/unit-score-ranks").json()["items"]
    assert [(f["scheme"], f["score"], f["rank"], f["n"]) for f in found] == [
        ("county-assessment 1", "90", 1, 2),
        ("county-assessment 1", "70", 2, 2),
        ("county-assessment 2", "99", 1, 1),
    ]


def test_raters_who_differ(ranked: list[str], client: Client, evaluator: Client, liuhen: Liuhen) -> None:
    rated(client, ranked[0], "70", channel="THIRD_PARTY_ASSESSMENT", grade="中")
    rated(client, ranked[1], "95.5", channel="THIRD_PARTY_ASSESSMENT")
    liuhen.engine.catch_up()
    found = evaluator.get("/performance/raters").json()["items"]
    assert [(r["project_id"], r["raters"], r["grades"], r["spread"], r["differ"]) for r in found] == [
        (ranked[0], 2, ["中", "良"], "10", True),
        (ranked[1], 2, ["良"], "0.0", False),
    ]
    assert evaluator.get("/performance/raters", differ=False).json()["total"] == 1
    behind = follow(evaluator, found[0]["trace"]).json()["items"]
    assert [e["topic"] for e in behind] == ["project.evaluation_reported"] * 2, "a rating of another scale is traced"


def test_the_county_says_on_how_many_projects_each_figure_rests(ranked: list[str], evaluator: Client) -> None:
    (county,) = evaluator.get("/performance/county").json()["items"]
    named = ("projects", "approved", "accepted", "days_filed_to_approved_n", "execution_rate_n", "satisfied_n")
    assert [county[k] for k in named] == [5, 4, 0, 4, 0, 0]
    assert (county["median_days_filed_to_approved"], county["execution_rate"]) == (5.0, None)
    (year,) = evaluator.get("/performance/years").json()["items"]
    assert (year["year"], year["projects"]) == (2019, 4)
    assert {g["scale"] for g in county["grades"]} == {"百分制", "另一量表"}
    topics = {e["topic"] for e in follow(evaluator, f"{county['trace']}?limit=500").json()["items"]}
    assert topics == {"project.filed", "project.approved", "project.evaluation_reported"}
    summary = evaluator.get("/performance/summary").json()
    assert set(summary["traces"]) == set(summary["figures"])
    assert follow(evaluator, summary["traces"]["ended_late"]).json()["total"] == 0
