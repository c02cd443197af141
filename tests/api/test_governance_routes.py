"""The routes of the county's governance, over a ledger in memory: each is posted once, in the order of a real year."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from api.authority import STEP_ROLES
from domain.recorded import Role
from infrastructure.issuer import Holder
from tests.api.conftest import Client
from tests.memory import memory_desk, memory_service
from tests.stages import OTHER, OWNER

UNIT = f"/units/{OWNER}"
ROLE = {
    "role": "SMART_OFFICE",
    "organisation": "县政府办公室",
    "since": "2018-09-19",
    "document_no": "源政发〔2018〕16号",
}
TASK = {
    "group": "SYSTEM_MIGRATION",
    "item": "业务系统迁移整合",
    "responsible_post": "局长",
    "due_on": "2018-12-31",
    "issuer": "县智慧办",
    "document_no": "源智办〔2018〕1号",
}
ITEM = {"matter": "核实", "issuer": "县政府督查室", "document_no": "源督〔2019〕1号", "reply_within_working_days": 5}
UNIFIED = {
    "one_body": True,
    "one_plan": True,
    "one_network": False,
    "one_software": True,
    "document_no": "源智办〔2019〕2号",
}
MEETING = {
    "attendees": [{"organisation": "县政府办公室"}, {"organisation": "县财政局", "uscc": OTHER}],
    "agenda": [{"kind": "MAJOR_DECISION", "title": "集约化建设"}],
    "minutes_document": "源智领纪〔2018〕1号",
}
ACTS: list[tuple[str, str, dict[str, Any], str]] = [
    ("/county/meetings", "2018-11-20", MEETING, "county.meeting_held"),
    (
        "/county/decisions",
        "2018-11-20",
        {"meeting": 1, "kind": "MAJOR_DECISION", "document_no": "源智领〔2018〕1号", "content": "集约化建设"},
        "county.decision_made",
    ),
    ("/county/roles", "2018-09-19", ROLE, "county.role_assigned"),
    ("/county/roles/ended", "2020-01-02", {"holding": 1, "until": "2019-12-31", "reason": "改革"}, "county.role_ended"),
    (
        "/county/experts",
        "2019-03-01",
        {"number": "ZJ-001", "field": "网络安全", "organisation": "某高校"},
        "county.expert_listed",
    ),
    ("/county/experts/delisted", "2020-03-01", {"number": "ZJ-001", "reason": "届满"}, "county.expert_delisted"),
    (f"{UNIT}/heads", "2019-01-10", {"post": "局长", "since": "2019-01-10"}, "unit.head_appointed"),
    (f"{UNIT}/contacts", "2019-01-11", {"office": "信息科", "since": "2019-01-11"}, "unit.contact_named"),
    (
        f"{UNIT}/names",
        "2019-02-01",
        {"name": "新名局", "document_no": "源编〔2019〕1号", "since": "2019-02-01"},
        "unit.renamed",
    ),
    (f"{UNIT}/unifications", "2019-02-02", UNIFIED, "unit.unifications_checked"),
    (f"{UNIT}/tasks", "2018-10-08", TASK, "unit.task_assigned"),
    (
        f"{UNIT}/tasks/extended",
        "2018-12-20",
        {"task": 1, "due_on": "2019-01-31", "document_no": "源智办〔2018〕9号", "reason": "升级"},
        "unit.task_extended",
    ),
    (f"{UNIT}/tasks/completed", "2019-01-30", {"task": 1}, "unit.task_completed"),
    (f"{UNIT}/supervision-items", "2019-03-04", ITEM, "unit.supervision_item_opened"),
    (
        f"{UNIT}/supervision-items/replies",
        "2019-03-08",
        {"item": 1, "reply": "已核实"},
        "unit.supervision_item_replied",
    ),
    (f"{UNIT}/supervision-items/verdicts", "2019-03-12", {"item": 1, "accepted": True}, "unit.supervision_item_closed"),
    (
        f"{UNIT}/succession",
        "2019-03-20",
        {"successor_uscc": OTHER, "document_no": "源编〔2019〕3号", "since": "2019-03-20"},
        "unit.succeeded",
    ),
    (
        "/projects/{project}/oversight-measures",
        "2019-04-01",
        {"measure": "RECTIFICATION", "reason": "滞后", "document_no": "源智办〔2019〕5号", "due_on": "2019-05-01"},
        "project.oversight_measure_taken",
    ),
    (
        "/projects/{project}/oversight-measures/lifted",
        "2019-05-01",
        {"measure": 1, "document_no": "源智办〔2019〕7号", "reason": "完成"},
        "project.oversight_measure_lifted",
    ),
]


class Holders:
    """Tokens that are the names of the roles they hold, joined by a comma."""

    def check(self, token: str) -> Holder:
        return Holder("client", "测试单位", frozenset(Role(r) for r in token.split(",")))


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
    everyone.enrol(OTHER)
    return everyone


def test_each_act_is_recorded_once_under_its_key(client: Client) -> None:
    project = client.file()["subject"]
    for path, on, act, topic in ACTS:
        key = {"Idempotency-Key": f"key-{topic}"}
        receipt = client.done(path.format(project=project), on, act, headers=key)
        assert [e["topic"] for e in receipt["events"]] == [topic]
        assert client.done(path.format(project=project), on, act, headers=key) == receipt


def test_a_dry_run_records_nothing(client: Client) -> None:
    for _ in range(2):
        answer = client.post("/county/meetings", "2018-11-20", MEETING, params={"dry_run": True})
        assert (answer.status_code, answer.json()["outcome"]) == (200, "would_record")


def test_an_act_out_of_turn_says_what_to_do(client: Client) -> None:
    client.done("/county/roles", "2018-09-19", ROLE)
    answer = client.post("/county/roles", "2020-01-01", {**ROLE, "organisation": "县大数据局"})
    assert answer.status_code == 409
    assert "请先登记其结束" in answer.text
    project = client.file()["subject"]
    skipped = {"measure": "TERMINATED", "reason": "滞后", "document_no": "源智办〔2019〕5号"}
    answer = client.post(f"/projects/{project}/oversight-measures", "2019-04-01", skipped)
    assert answer.status_code == 409
    assert "限期整改" in answer.text


def test_a_period_into_an_unpublished_year_is_a_fault_of_the_field(client: Client) -> None:
    late = client.post(f"{UNIT}/supervision-items", "2026-11-20", {**ITEM, "reply_within_working_days": 60})
    assert (late.status_code, late.json()["errors"][0]["pointer"]) == (422, "/act/reply_within_working_days")
    assert "2027" in late.text


@pytest.mark.parametrize(
    ("role", "path", "act"),
    [
        (Role.OWNER_UNIT, f"{UNIT}/tasks/completed", {"task": 1}),
        (Role.OWNER_UNIT, f"{UNIT}/supervision-items/replies", {"item": 1, "reply": "已核实"}),
    ],
)
def test_owner_units_complete_and_reply_and_no_more(
    http: TestClient, client: Client, role: Role, path: str, act: dict[str, Any]
) -> None:
    client.done(f"{UNIT}/tasks", "2018-10-08", TASK)
    client.done(f"{UNIT}/supervision-items", "2019-03-04", ITEM)
    owner = Client(http, role)
    owner.done(path, "2019-03-08", act)
    for other in (f"{UNIT}/tasks", f"{UNIT}/supervision-items", "/county/meetings", "/county/roles", "/county/experts"):
        assert owner.post(other, "2019-03-08").status_code == 403


def test_the_county_acts_are_for_the_leading_group_and_the_office() -> None:
    for step in ("meetings", "roles", "experts", "tasks", "supervision"):
        assert set(STEP_ROLES[step]) == {Role.LEADING_GROUP, Role.SMART_OFFICE}
