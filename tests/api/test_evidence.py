"""Receipts and evidence bundles from the service, checked offline by both verifiers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from fastapi import FastAPI
from typer.testing import CliRunner, Result

from api import cli
from application.ports import NewEvent
from domain.dates import civil_day
from domain.event import Event
from domain.steps.building import ProgressReported
from domain.steps.systems import SystemRegistered
from domain.streams import StreamAt, StreamKind
from infrastructure.bootstrap import Liuhen
from infrastructure.tlog import evidence_collection
from infrastructure.tlog.cosignature import Policy
from infrastructure.tlog.entry import Entry
from infrastructure.tlog.evidence import verify, verify_proof_file
from infrastructure.tlog.operator_key import operator_verifiers
from infrastructure.tlog.proof_file import ProofFile
from tests.api.conftest import PROJECT, Client
from tests.api.test_batch import line, rows, sent
from tests.serving import serving
from tests.stages import OWNER
from tests.tlog.bundles import parts_of
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
    parts = parts_of(data)
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
    assert "只是一部分" in parts_of(part)["summary.zh.txt"].decode()
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


def test_a_period_is_a_stretch_of_the_log(liuhen: Liuhen, client: Client, project: str) -> None:
    del project
    today = str(civil_day(datetime.now(UTC)))
    answer = client.get("/log/evidence", **{"from": "2018-01-01", "until": today})
    assert answer.status_code == 200, answer.text
    size = liuhen.tree.checkpoint().size
    checked(answer.content, policy := policy_of(liuhen))
    report = verify(answer.content, policy)
    assert any(s.en.startswith(f"positions 1 to {size} have no gap") for s in report.statements)
    told = liuhen_verify.check(answer.content, [liuhen_verify.parse_key(str(v)) for v in policy.log], [], 0)
    assert f"PROVEN      nothing of the log is left out from position 1 to {size}" in told
    assert "按记录日期" in parts_of(answer.content)["summary.zh.txt"].decode()
    assert client.get("/log/evidence", **{"from": "2018-01-01", "until": "2018-12-31"}).status_code == 404
    assert client.get("/log/evidence", **{"from": today, "until": "2018-12-31"}).status_code == 422
    assert client.get("/log/evidence", **{"from": "0001-01-01", "until": "9999-12-31"}).status_code == 200


def test_summaries_tell_the_stage_in_their_language(client: Client, project: str) -> None:
    parts = parts_of(client.get(f"/projects/{project}/evidence").content)
    assert "阶段（检查点时）：已审批" in parts["summary.zh.txt"].decode()
    assert "Stage at the checkpoint: approved\n" in parts["summary.en.txt"].decode()


def test_summaries_say_whose_an_event_is_and_which_one_a_correction_means(
    liuhen: Liuhen, client: Client, project: str
) -> None:
    """Version 2 of a stream is not position 2: a reader who looked there would find another event."""
    wrong = client.done(f"/projects/{project}/progress", "2019-03-02", {"percent": 10})["events"][0]
    correction = {"version": wrong["version"], "reason": "误录", "replacement": {"percent": 40}}
    at = client.done(f"/projects/{project}/corrections", "2019-03-05", correction)["events"][0]["position"]
    assert wrong["position"] != wrong["version"]
    liuhen.sequencer.catch_up()
    parts = parts_of(client.get(f"/projects/{project}/evidence").content)
    zh, en = (parts[f"summary.{language}.txt"].decode() for language in ("zh", "en"))
    assert "［测试局］登记单位测试局" in zh
    assert "[测试局] Unit 测试局" in en
    assert "SMART_OFFICE" not in zh
    assert f"    被更正的是位置{wrong['position']}（2019-03-02）；改为（2019-03-02）：" in zh
    assert f"    The one corrected is at position {wrong['position']} (2019-03-02); now (2019-03-02): " in en
    alone = parts_of(client.get(f"/log/events/{at}/evidence").content)["summary.zh.txt"].decode()
    assert f"被更正的是位置{wrong['position']}" in alone, "it is said even where that event is not enclosed"
    today = civil_day(datetime.now(UTC)).isoformat()
    period = parts_of(client.get("/log/evidence", **{"from": today, "until": today}).content)["summary.zh.txt"].decode()
    assert "［测试局］登记单位测试局" in period
    assert set(evidence_collection._KINDS) == set(StreamKind), "a stream without a name of its own is told by its kind"


def liuhen_command(*words: object) -> Result:
    return CliRunner().invoke(cli.app, [str(w) for w in words])


@pytest.fixture(params=["here", "over HTTP"])
def source(
    request: pytest.FixtureRequest,
    liuhen: Liuhen,
    client: Client,
    app: FastAPI,
    project: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[list[object]]:
    """Options of the commands: this machine's database, or a service that is asked over HTTP."""
    del project
    if request.param == "here":
        monkeypatch.setenv("LIUHEN_DATABASE_URL", liuhen.conninfo)
        monkeypatch.setenv("LIUHEN_DATA_DIR", str(tmp_path))
        # The command's standard error ends with it; logging goes on here.
        monkeypatch.setattr("api.cli_service.configure_logging", lambda level: None)
        yield ["--wait", 0]
        return

    token = tmp_path / "token"
    token.write_text(client.headers["Authorization"].removeprefix("Bearer "), encoding="ascii")
    keys = [word for key in policy_of(liuhen).log for word in ("--key", key)]
    with serving(liuhen, app) as address:
        yield ["--service", f"{address}/", "--token-file", token, "--wait", 0, *keys]


def test_an_answer_becomes_a_receipt_that_is_kept(
    liuhen: Liuhen, client: Client, source: list[object], tmp_path: Path, project: str
) -> None:
    answer = client.done(f"/projects/{project}/progress", "2019-04-01", {"percent": 10})
    event = answer["events"][0]
    file = tmp_path / "answer.json"
    file.write_text(json.dumps(answer), encoding="utf-8")
    early = liuhen_command("receipt", file, "-d", tmp_path / "r", *source)
    assert (early.exit_code, "signed" in early.stderr) == (1, True), early.output
    liuhen.sequencer.catch_up()
    made = []
    for number, of in enumerate([file, event["position"], f"{event['stream_id']}:{event['version']}"]):
        done = liuhen_command("receipt", of, "-d", tmp_path / str(number), *source)
        assert done.exit_code == 0, done.output
        (kept,) = (tmp_path / str(number)).iterdir()
        assert verify_proof_file(kept.read_bytes(), policy_of(liuhen)).ok
        made.append(ProofFile.parse(kept.read_bytes()).extra)
    assert len(set(made)) == 1
    assert liuhen_command("receipt", file, "-d", tmp_path / "0", *source).exit_code == 2, "a kept proof is not replaced"
    other = {**answer, "events": [{**event, "recorded_at": "2019-01-01T00:00:00Z"}]}
    for lie in (other, {**answer, "events": [{**event, "digest": "00" * 32}]}):
        file.write_text(json.dumps(lie), encoding="utf-8")
        lied = liuhen_command("receipt", file, "-d", tmp_path / "lied", *source)
        assert (lied.exit_code, "rewritten after the answer" in lied.stderr) == (1, True)
    assert not (tmp_path / "lied").exists()
    assert liuhen_command("receipt", 999, "-d", tmp_path / "none", *source).exit_code == 1
    assert liuhen_command("receipt", f"{project}:99", "-d", tmp_path / "none", *source).exit_code == 1
    assert liuhen_command("receipt", tmp_path / "nothing.json", *source).exit_code == 2


def test_an_answer_tells_the_digest_that_its_receipt_proves(liuhen: Liuhen, client: Client, project: str) -> None:
    """Recorded, repeated, refused, and in a batch of each kind."""
    key = {"Idempotency-Key": "digest-1"}
    path, act = f"/projects/{project}/progress", {"percent": 10}
    told = client.done(path, "2019-04-01", act, headers=key)["events"]
    assert client.done(path, "2019-04-01", act, headers=key)["events"] == told
    refused = client.post("/projects", "2019-01-05", {**PROJECT, "plan_item": None}).json()["receipt"]["events"]
    lines = [line(f"/projects/{project}/progress", f"row-{n}", "2019-04-02", {"percent": 20 + n}) for n in (1, 2)]
    batch = [sent(client, [one], mode) for one, mode in zip(lines, ("each", "all"), strict=True)]
    liuhen.sequencer.catch_up()
    events = [*told, *refused, *(e for answer in batch for _, _, a in rows(answer) for e in a["events"])]
    assert len(events) >= 4
    for event in events:
        proof = ProofFile.parse(client.http.get(f"/v1/log/receipts/{event['position']}").content)
        assert Entry.decode(proof.extra or b"").digest.hex() == event["digest"]
    dry = client.post(path, "2019-04-03", act, params={"dry_run": True}).json()
    assert dry["events"] == []


def test_a_bundle_of_each_kind_is_written_and_verifies(
    liuhen: Liuhen, client: Client, source: list[object], tmp_path: Path, project: str
) -> None:
    system = client.get(f"/projects/{project}").json()["systems"][0]["id"]
    today = civil_day(datetime.now(UTC))
    asked: dict[str, list[object]] = {
        "project": ["project", project],
        "part": ["project", project, "--until", "2019-02-01", "--no-grounds"],
        "system": ["system", system],
        "unit": ["unit", OWNER],
        "decision": ["decision", 2],
        "period": ["period", "--from", "2018-01-01", "--until", today],
    }
    streams = {}
    for name, words in asked.items():
        file = tmp_path / f"{name}.zip"
        done = liuhen_command("evidence", *words, "--to", file, *source)
        assert done.exit_code == 0, (name, done.output)
        data = file.read_bytes()
        checked(data, policy_of(liuhen))
        streams[name] = {json.loads(line)["stream"] for line in parts_of(data)["events.jsonl"].splitlines()}
    assert streams["project"] > streams["part"] == {project}
    assert streams["system"] == {system}
    assert streams["period"] > streams["project"]
    for wrong in (["project"], ["project", "x"], ["period"], ["decision", "x"], ["decision", 2, "--from", today],
                  ["period", "--from", today, "--until", "2018-01-01"]):  # fmt: skip
        assert liuhen_command("evidence", *wrong, "--to", tmp_path / "w.zip", *source).exit_code == 2, wrong
    for absent in (["unit", "91110000000000000X"], ["decision", 999], ["period", "--from", "2018-01-01", "--until", "2018-01-02"]):  # fmt: skip
        assert liuhen_command("evidence", *absent, "--to", tmp_path / "w.zip", *source).exit_code == 1, absent
    assert not (tmp_path / "w.zip").exists()


def test_a_classified_system_is_left_out_of_the_grounds_for_whom_it_is_not(
    liuhen: Liuhen, client: Client, auditor: Client, evaluator: Client, project: str
) -> None:
    system = client.get(f"/projects/{project}").json()["systems"][0]["id"]
    history = liuhen.desk.ledger.read(StreamKind.SYSTEM, UUID(system))
    at = StreamAt(kind=StreamKind.SYSTEM, id=UUID(system), version=len(history) + 1)
    secret = SystemRegistered(name="", project=UUID(project), classified=True)
    liuhen.ledger.record([NewEvent(at, history[0].circumstances, secret)])
    liuhen.sequencer.catch_up()
    streams = {}
    for reader in (auditor, evaluator):
        answer = reader.get(f"/projects/{project}/evidence")
        assert answer.status_code == 200, answer.text
        checked(answer.content, policy_of(liuhen))
        parts = parts_of(answer.content)
        streams[reader] = {json.loads(line)["stream"] for line in parts["events.jsonl"].splitlines()}
        assert ("您无权查看" in parts["summary.zh.txt"].decode()) is (reader is evaluator)
    assert streams[auditor] - streams[evaluator] == {system}
    last = liuhen.tree.checkpoint().size
    for path in (f"/systems/{system}/evidence", f"/log/events/{last}/evidence"):
        assert auditor.get(path).status_code == 200
        assert evaluator.get(path).status_code == 404, path
    today = str(civil_day(datetime.now(UTC)))
    period = evaluator.get("/log/evidence", **{"from": "2018-01-01", "until": today}).content
    checked(period, policy_of(liuhen))
    shown = {json.loads(line)["stream"] for line in parts_of(period)["events.jsonl"].splitlines()}
    assert project in shown
    assert system not in shown
    assert "位置因此不连续" in parts_of(period)["summary.zh.txt"].decode()
    assert client.http.get("/v1/log/evidence", params={"from": today, "until": today}).status_code == 401


def test_an_event_without_words_is_told_by_its_topic() -> None:
    class Wordless(Event):
        """An event that nobody wrote a sentence for."""

        TOPIC = "test.wordless"

    assert evidence_collection._words(Wordless()).en == "test.wordless"
    assert evidence_collection._words(ProgressReported(percent=5)).en != ProgressReported.TOPIC
