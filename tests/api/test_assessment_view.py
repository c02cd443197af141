"""The view of performance: assessments of units by year, and the computed rates beside the human scores."""

from __future__ import annotations

import pytest

from infrastructure.bootstrap import Liuhen
from tests.api.conftest import Client
from tests.stages import OTHER, OWNER

PLAIN = {"assessor": "县政府", "scale": "县责任目标考核", "grade": "优秀", "score": "95.5"}


@pytest.mark.clause("O09")
@pytest.mark.clause("O23")
def test_units_are_listed_by_year(client: Client, auditor: Client, liuhen: Liuhen) -> None:
    client.enrol()
    client.enrol(OTHER)
    client.done(f"/units/{OWNER}/assessments", "2020-01-20", {**PLAIN, "year": 2019})
    client.done(f"/units/{OWNER}/assessments", "2021-01-20", {**PLAIN, "year": 2020, "kind": "COMPREHENSIVE"})
    wrong = client.done(f"/units/{OTHER}/assessments", "2021-01-20", {**PLAIN, "year": 2020})
    liuhen.engine.catch_up()
    assert auditor.get("/performance/assessments").json()["total"] == 3
    found = auditor.get("/performance/assessments", year=2020, unit=OWNER).json()["items"]
    assert [(a["year"], a["kind"], a["grade"], a["name"]) for a in found] == [(2020, "COMPREHENSIVE", "优秀", "测试局")]

    correction = {"version": wrong["events"][0]["version"], "reason": "误录"}
    client.done(f"/units/{OTHER}/corrections", "2021-01-21", correction)
    liuhen.engine.catch_up()
    assert auditor.get("/performance/assessments", unit=OTHER).json()["total"] == 0


@pytest.mark.clause("O28")
def test_rates_and_satisfaction_stand_beside_the_scores(client: Client, auditor: Client, liuhen: Liuhen) -> None:
    client.enrol()
    project = client.file()["subject"]
    survey = {"period": "2019", "method": "ONLINE", "respondents": 512, "satisfied_bp": 9437, "surveyor": "调查机构"}
    client.done(f"/projects/{project}/satisfaction-surveys", "2019-12-01", survey)
    client.done(f"/projects/{project}/progress", "2019-12-02", {"percent": 45})
    sheet = [{"code": c, "score": s} for c, s in {"E1": "9", "E2": "45", "E3": "25", "E4": "9.5"}.items()]
    own = {"channel": "SELF_EVALUATION", "evaluator": "测试局", "period": "2019", "scheme": "self-evaluation"}
    client.done(f"/projects/{project}/evaluations", "2020-03-01", {**own, "scores": sheet})
    liuhen.engine.catch_up()
    row = auditor.get("/performance/projects").json()["items"][0]
    assert (row["completion_rate"], row["execution_rate"], row["cost_saving_rate"]) == ("0.4500", None, None)
    assert (row["satisfied_bp"], row["respondents"]) == (9437, 512)
    score = row["evaluations"][0]
    assert (score["grade"], score["score"], score["scheme"]) == ("良", "88.5", "self-evaluation 1")
