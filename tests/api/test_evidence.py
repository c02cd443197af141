"""Receipts and evidence bundles from the service, checked offline by both verifiers."""

from __future__ import annotations

import pytest

from infrastructure.bootstrap import Liuhen
from infrastructure.tlog.bundle_file import read_parts
from infrastructure.tlog.cosignature import Policy
from infrastructure.tlog.evidence import verify, verify_proof_file
from infrastructure.tlog.operator_key import operator_verifiers
from tests.api.conftest import Client
from tests.stages import OWNER
from verifier import liuhen_verify


def policy_of(liuhen: Liuhen) -> Policy:
    return Policy(tuple(operator_verifiers(liuhen.settings.data_dir, liuhen.settings.division)))


def checked(data: bytes, policy: Policy) -> None:
    report = verify(data, policy)
    assert report.ok, report.statements
    liuhen_verify.check(data, [liuhen_verify.parse_key(str(v)) for v in policy.log], [], 0)


@pytest.fixture
def project(liuhen: Liuhen, client: Client) -> str:
    client.enrol()
    filed = str(client.file()["subject"])
    client.ready(filed)
    liuhen.sequencer.catch_up()
    return filed


def test_a_project_is_proven_offline_and_nothing_can_be_changed(liuhen: Liuhen, client: Client, project: str) -> None:
    answer = client.get(f"/projects/{project}/evidence")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    policy, data = policy_of(liuhen), answer.content
    checked(data, policy)
    parts = read_parts(data)
    summary = parts["summary.zh.txt"].decode()
    assert [name for name in ("测试项目", "测试系统", "测试局") if name not in summary] == []
    at = data.index("测试项目".encode(), data.index(b"events/"))
    changed = data[:at] + b"\xe6" + data[at + 1 :]
    changed = changed[: at + 2] + bytes([changed[at + 2] ^ 1]) + changed[at + 3 :]
    assert not verify(changed, policy).ok
    with pytest.raises(liuhen_verify.RefusedError):
        liuhen_verify.check(changed, [liuhen_verify.parse_key(str(v)) for v in policy.log], [], 0)
    checked(client.get(f"/units/{OWNER}/evidence").content, policy)
    part = client.get(f"/projects/{project}/evidence", until="2019-02-01").content
    checked(part, policy)
    assert "只是一部分" in read_parts(part)["summary.zh.txt"].decode()
    assert client.get(f"/projects/{project}/evidence", until="2000-01-01").status_code == 404


def test_one_decision_and_its_receipt(liuhen: Liuhen, client: Client, project: str) -> None:
    del project
    policy = policy_of(liuhen)
    checked(client.get("/log/events/2/evidence").content, policy)
    receipt = client.http.get("/v1/log/receipts/2")
    assert receipt.status_code == 200
    assert verify_proof_file(receipt.content, policy).ok
    assert not verify_proof_file(receipt.content.replace(b"index 1", b"index 2"), policy).ok
    assert client.http.get("/v1/log/events/2/evidence").status_code == 401
    assert client.http.get("/v1/log/receipts/999").status_code == 404
    client.file()
    last = liuhen.tree.standing().log_position
    late = client.http.get(f"/v1/log/receipts/{last}")
    assert (late.status_code, late.json()["type"]) == (503, "/problems/not-signed-yet")
