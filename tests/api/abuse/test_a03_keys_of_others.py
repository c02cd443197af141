"""A3: a key belongs to the account that uses it: another account's is another, and tells nothing of the first."""

from __future__ import annotations

import pytest

from infrastructure.bootstrap import Liuhen
from infrastructure.issuer import Holder, Issuer
from tests.api.conftest import PROJECT, RECORDING, Client


@pytest.fixture
def other(client: Client, issuer: Issuer) -> Client:
    return Client(client.http, issuer.issue(Holder("other", "另一单位", RECORDING), days=1))


def test_the_key_of_another_gives_a_result_of_ones_own(client: Client, other: Client, liuhen: Liuhen) -> None:
    client.enrol()
    key = {"headers": {"Idempotency-Key": "shared"}}
    mine = client.done("/projects", "2019-01-05", PROJECT, **key)
    position = liuhen.ledger.position()
    theirs = other.done("/projects", "2019-01-05", PROJECT, **key)
    assert theirs["subject"] != mine["subject"]
    assert liuhen.ledger.position() > position
    assert client.done("/projects", "2019-01-05", PROJECT, **key) == mine
    assert other.done("/projects", "2019-01-05", PROJECT, **key) == theirs


def test_another_content_under_a_key_is_refused_for_its_owner_and_nobody_else(client: Client, other: Client) -> None:
    client.enrol()
    key = {"headers": {"Idempotency-Key": "k"}}
    client.done("/projects", "2019-01-05", PROJECT, **key)
    changed = {**PROJECT, "name": "另一项目"}
    refused = client.post("/projects", "2019-01-05", changed, **key)
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/key-reused")
    assert "测试项目" not in refused.text
    assert other.post("/projects", "2019-01-05", changed, **key).status_code == 201


def test_a_key_is_of_one_route(client: Client) -> None:
    client.enrol()
    project = client.file()["subject"]
    key = {"headers": {"Idempotency-Key": "k"}}
    client.done(f"/projects/{project}/progress", "2019-03-01", {"percent": 1}, **key)
    for path in (f"/projects/{project}/opinions", f"/projects/{project}/amounts", f"/projects/{project}/systems"):
        act = (
            {"body": "专家组", "verdict": "PASS", "opinion": "同意"} if path.endswith("opinions") else {"name": "系统"}
        )
        answer = client.post(path, "2019-03-01", act, **key)
        assert answer.status_code == 422, (path, answer.text)
