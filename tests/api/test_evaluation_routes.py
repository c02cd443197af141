"""The routes of evaluation, over a ledger in memory: each act is posted once, in the order of a real year."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from domain.recorded import Role
from infrastructure.issuer import Holder
from tests.api.conftest import Client
from tests.memory import memory_desk, memory_service
from tests.schemes import EVALUATOR, FINANCE, MARKS
from tests.stages import OWNER

REGISTRATION = {"uscc": EVALUATOR, "name": "评估公司", "qualification": "绩效评价", "valid_until": "2025-12-31"}
COMMISSION = {
    "channel": "THIRD_PARTY_ASSESSMENT",
    "scheme": "caiyu-2020-10",
    "weights": [{"code": c, "weight": w} for c, w in MARKS.items()],
    "evaluator": "评估公司",
    "evaluator_uscc": EVALUATOR,
    "commissioned_by": "县财政局",
    "payer": FINANCE,
    "period": "2020",
}
SCORES = [{"code": c, "score": "9.5" if c == "D11" else w} for c, w in MARKS.items()]
STARS = [{"code": f"S{n}", "score": "22.5"} for n in range(1, 5)]
PROJECT_ACTS: list[tuple[str, str, dict[str, Any], str]] = [
    ("evaluations/commissions", "2021-02-01", COMMISSION, "project.evaluation_commissioned"),
    (
        "evaluations/commissions/withdrawal",
        "2021-02-02",
        {"commission": 1, "reason": "重新委托"},
        "project.evaluation_commission_withdrawn",
    ),
    ("evaluations/commissions", "2021-02-03", COMMISSION, "project.evaluation_commissioned"),
    (
        "evaluations/comments",
        "2021-03-01",
        {"commission": 2, "unit": OWNER, "reply": "COMMENTED", "comments": "补充材料", "draft_dated": "2021-02-20"},
        "project.evaluation_commented",
    ),
    ("evaluations", "2021-03-20", {"commission": 2, "scores": SCORES}, "project.evaluation_reported"),
    ("evaluations/use", "2021-04-01", {"evaluation": 1, "use": "BUDGET_EFFECT"}, "project.evaluation_used"),
    (
        "satisfaction-surveys",
        "2021-04-02",
        {"period": "2020", "method": "ONLINE", "respondents": 512, "satisfied_bp": 9437, "surveyor": "调查机构"},
        "project.satisfaction_survey_recorded",
    ),
]
OTHER_ACTS: list[tuple[str, str, dict[str, Any], str]] = [
    (
        f"/evaluators/{EVALUATOR}/conflicts",
        "2020-01-02",
        {"unit": OWNER, "nature": "BUSINESS", "from_on": "2020-01-01"},
        "evaluator.conflict_stated",
    ),
    (
        f"/evaluators/{EVALUATOR}/conflicts/ended",
        "2020-07-01",
        {"conflict": 1, "until": "2020-06-30"},
        "evaluator.conflict_ended",
    ),
    (
        f"/units/{OWNER}/assessments",
        "2021-01-20",
        {"year": 2020, "assessor": "县政府", "scale": "县责任目标考核", "grade": "优秀"},
        "unit.assessed",
    ),
    (
        "/county/evaluations",
        "2021-01-20",
        {"year": 2020, "evaluator": "省评估组", "scheme": "shandong-stars", "scores": STARS},
        "county.evaluated",
    ),
]


class Holders:
    """Tokens that are nothing but the names of roles."""

    def check(self, token: str) -> Holder:
        return Holder("test", "测试对接单位", frozenset(Role(r) for r in token.split(",")))


@pytest.fixture
def http(app: FastAPI) -> Iterator[TestClient]:
    app.state.liuhen = memory_service(memory_desk())
    app.state.issuer = Holders()
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def client(http: TestClient) -> Client:
    everyone = Client(http, ",".join(Role))
    everyone.enrol()
    everyone.done("/evaluators", "2019-01-01", REGISTRATION)
    return everyone


def test_each_act_is_recorded_and_read_again(client: Client) -> None:
    project = client.file()["subject"]
    for path, on, act, topic in [
        *OTHER_ACTS,
        *((f"/projects/{project}/{path}", on, act, topic) for path, on, act, topic in PROJECT_ACTS),
    ]:
        assert [e["topic"] for e in client.done(path, on, act)["events"]] == [topic]
    state = client.get(f"/projects/{project}").json()["project"]
    evaluation = state["evaluations"][0]
    assert (evaluation["score"], evaluation["grade"], evaluation["use"]) == ("89.5", "良", "BUDGET_EFFECT")
    assert [c["evaluation"] for c in state["commissions"]] == [None, 1]
    assert state["surveys"][0]["satisfied_bp"] == 9437
    assert client.get(f"/evaluators/{EVALUATOR}").json()["conflicts"][0]["until"] == "2020-06-30"
    assert client.get(f"/units/{OWNER}").json()["assessments"][0]["grade"] == "优秀"
    assert [e["stars"] for e in client.get("/county/evaluations").json()] == [5]
    rates = {r["kind"]: r for r in client.get(f"/projects/{project}/indicators").json()}
    assert set(rates) == {"EXECUTION", "IN_PLACE", "COMPLETION", "COST_SAVING"}
    assert all(r["rate"] is None and r["missing"]["zh"] for r in rates.values())


def test_a_disagreement_with_the_computed_grade_names_the_field(client: Client) -> None:
    project = client.file()["subject"]
    sheet = [{"code": c, "score": s} for c, s in {"E1": "9.5", "E2": "45", "E3": "25", "E4": "10"}.items()]
    act = {"channel": "SELF_EVALUATION", "evaluator": "测试局", "period": "2020", "scheme": "self-evaluation"}
    answer = client.post(f"/projects/{project}/evaluations", "2021-03-20", {**act, "scores": sheet, "grade": "优"})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/act/grade")
    assert "89.5分的等次应为“良”" in answer.text


def test_schemes_are_read_with_their_digests(client: Client) -> None:
    every = client.get("/evaluation-schemes").json()
    assert [s["scheme"]["id"] for s in every] == [
        "caiyu-2020-10",
        "gbt-33356-2016",
        "self-evaluation",
        "shandong-stars",
    ]
    assert [s["scheme"]["id"] for s in client.get("/evaluation-schemes", subject="COUNTY").json()] == [
        "gbt-33356-2016",
        "shandong-stars",
    ]
    one = client.get("/evaluation-schemes/caiyu-2020-10").json()
    assert (one["weights_by_case"], len(one["digest"])) == (True, 64)
    assert client.get("/evaluation-schemes/caiyu-2020-10", version=9).status_code == 404
    assert client.get("/evaluation-schemes/none").status_code == 404


@pytest.mark.parametrize(
    ("role", "path"),
    [
        (Role.OWNER_UNIT, "/evaluators"),
        (Role.OWNER_UNIT, f"/evaluators/{EVALUATOR}/conflicts"),
        (Role.OWNER_UNIT, f"/units/{OWNER}/assessments"),
        (Role.THIRD_PARTY, "/county/evaluations"),
        (Role.THIRD_PARTY, "/evaluators"),
    ],
)
def test_who_is_evaluated_or_evaluates_does_not_decide_about_it(http: TestClient, role: Role, path: str) -> None:
    assert Client(http, role).post(path, "2021-01-01").status_code == 403


def test_the_evaluated_unit_commissions_nothing(http: TestClient, client: Client) -> None:
    project = client.file()["subject"]
    for role in (Role.OWNER_UNIT, Role.THIRD_PARTY):
        path = f"/projects/{project}/evaluations/commissions"
        assert Client(http, role).post(path, "2021-02-01", COMMISSION).status_code == 403
