"""Papers that a bundle encloses on request: which, which never, and what is said of each."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from application.ports import NewEvent
from domain.recorded import Evidence
from domain.steps.systems import SystemRegistered
from domain.streams import StreamAt, StreamKind
from infrastructure.bootstrap import Liuhen
from infrastructure.documents.papers import AlteredPaperError
from infrastructure.tlog import bundle_file, enclosing
from infrastructure.tlog.evidence import Report, verify
from tests.api.conftest import SHARING, Client
from tests.api.test_evidence import checked, liuhen_command, policy_of
from tests.api.test_personal_data import CONTACT, CONTACTS, ERASURE
from tests.serving import serving
from tests.stages import OWNER
from tests.tlog.bundles import parts_of

APPROVAL, CONTRACT, LETTER = (b"%PDF-1.7\n" + name.encode() for name in ("立项批复", "合同", "来信"))


def digest(paper: bytes) -> str:
    return hashlib.sha256(paper).hexdigest()


def named(*papers: bytes) -> list[dict[str, str]]:
    return [{"sha256": digest(paper), "title": paper[9:].decode()} for paper in papers]


def hand_in(client: Client, *papers: bytes) -> None:
    for paper in papers:
        answer = client.http.put(f"/v1/documents/{digest(paper)}", content=paper, headers=client.headers)
        assert answer.status_code in {200, 201}, answer.text


@pytest.fixture
def project(liuhen: Liuhen, client: Client) -> str:
    client.enrol()
    filed = str(client.file()["subject"])
    hand_in(client, APPROVAL, CONTRACT)
    client.done(f"/projects/{filed}/sharing", "2019-01-20", SHARING, evidence=named(APPROVAL, CONTRACT, LETTER))
    liuhen.sequencer.catch_up()
    return filed


def states(report: Report) -> dict[str, str]:
    return {one["sha256"]: one["state"] for one in report.facts["documents"]}


def enclosed(liuhen: Liuhen, client: Client, path: str, **asked: Any) -> tuple[dict[str, bytes], Report]:
    """The parts of a bundle that both verifiers take, and what was found of it."""
    liuhen.sequencer.catch_up()
    answer = client.get(path, documents=True, **asked)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-length"] == str(len(answer.content))
    checked(answer.content, policy_of(liuhen))
    return parts_of(answer.content), verify(answer.content, policy_of(liuhen))


def test_papers_and_rules_are_enclosed_on_request_only(liuhen: Liuhen, client: Client, project: str) -> None:
    plain = parts_of(client.get(f"/projects/{project}/evidence").content)
    assert [name for name in plain if name.startswith(("documents/", "texts/"))] == []
    assert "不在包内" in plain["summary.zh.txt"].decode()
    parts, report = enclosed(liuhen, client, f"/projects/{project}/evidence")
    for paper in (APPROVAL, CONTRACT):
        assert parts[f"documents/{digest(paper)}"] == paper
    assert states(report) == {digest(APPROVAL): "enclosed", digest(CONTRACT): "enclosed", digest(LETTER): "lacking"}
    texts = {name: json.loads(part) for name, part in parts.items() if name.startswith("texts/")}
    assert [text["document_no"] for text in texts.values()] == ["源政发〔2018〕16号"]
    summaries = [parts[f"summary.{language}.txt"].decode() for language in ("zh", "en")]
    assert "立项批复（已附）" in summaries[0]
    assert "来信（不在本系统的材料库中）" in summaries[0]
    assert "来信 (not kept here)" in summaries[1]


def test_every_text_that_judgements_can_name_has_the_digest_that_they_name(liuhen: Liuhen) -> None:
    here = enclosing.texts_here(liuhen.desk)
    wanted = {s.ref().digest for s in liuhen.desk.rule_sets.all} | {s.ref().digest for s in liuhen.desk.schemes.all}
    assert wanted < here.keys()
    assert [sha for sha, text in here.items() if hashlib.sha256(text).hexdigest() != sha] == []


def test_each_kind_of_bundle_encloses(liuhen: Liuhen, client: Client, auditor: Client, project: str) -> None:
    position = liuhen.tree.checkpoint().size
    for path, asked in (
        (f"/log/events/{position}/evidence", {}),
        ("/log/evidence", {"from": "2018-01-01", "until": "2099-12-31"}),
        (f"/projects/{project}/evidence", {"grounds": False}),
    ):
        for reader in (client, auditor):
            parts, _ = enclosed(liuhen, reader, path, **asked)
            assert parts[f"documents/{digest(CONTRACT)}"] == CONTRACT, path
    _, report = enclosed(liuhen, client, f"/units/{OWNER}/evidence")
    assert states(report) == {}


def test_what_the_store_has_lost_or_altered_is_left_out_and_said(liuhen: Liuhen, client: Client, project: str) -> None:
    store: Any = liuhen.papers.store
    store._place(digest(APPROVAL)).write_bytes(APPROVAL + b"!")
    store._place(digest(CONTRACT)).unlink()
    parts, report = enclosed(liuhen, client, f"/projects/{project}/evidence")
    assert set(states(report).values()) == {"lacking"}
    summary = parts["summary.zh.txt"].decode()
    assert "立项批复（材料库中的文件与摘要不符，不附）" in summary
    assert "合同（不在本系统的材料库中）" in summary


def test_a_paper_altered_while_it_is_sent_never_comes_whole(
    liuhen: Liuhen, client: Client, project: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store: Any = liuhen.papers.store
    really, asked = store.content, []

    def content(sha256: str) -> Iterator[bytes] | None:
        asked.append(sha256)
        return really(sha256) if len(asked) <= 2 else iter([b"something else"])

    monkeypatch.setattr(store, "content", content)
    with pytest.raises(AlteredPaperError):
        TestClient(client.http.app).get(
            f"/v1/projects/{project}/evidence", params={"documents": True}, headers=client.headers
        )
    assert len(asked) == 3


def test_papers_of_what_is_classified_are_never_enclosed(
    liuhen: Liuhen, client: Client, auditor: Client, project: str
) -> None:
    """Not even for who may see it, and not when another event names the same paper."""
    answer = client.done(f"/projects/{project}/systems", "2019-03-01", {"name": "测试系统"})
    system = UUID(answer["events"][1]["stream_id"])
    history = liuhen.desk.ledger.read(StreamKind.SYSTEM, system)
    at = StreamAt(kind=StreamKind.SYSTEM, id=system, version=len(history) + 1)
    evidence = tuple(Evidence(**paper) for paper in named(CONTRACT))
    secret = SystemRegistered(name="", project=UUID(project), classified=True)
    liuhen.ledger.record([NewEvent(at, history[0].circumstances.model_copy(update={"evidence": evidence}), secret)])
    parts, report = enclosed(liuhen, auditor, f"/projects/{project}/evidence")
    assert str(system) in parts["events.jsonl"].decode(), "the auditor sees the system"
    assert states(report)[digest(CONTRACT)] == "lacking"
    assert states(report)[digest(APPROVAL)] == "enclosed"
    assert "合同（涉密，不附）" in parts["summary.zh.txt"].decode()
    parts, report = enclosed(liuhen, auditor, f"/systems/{system}/evidence")
    assert states(report) == {digest(CONTRACT): "lacking"}


def test_papers_of_events_with_personal_data_are_never_enclosed(liuhen: Liuhen, client: Client, project: str) -> None:
    """Before the erasure, and after it, the request for it included."""
    del project
    hand_in(client, LETTER)
    told = client.done(CONTACTS, "2024-03-01", CONTACT, evidence=named(CONTRACT))
    today = {"from": "2018-01-01", "until": "2099-12-31"}
    for path, asked in ((f"/units/{OWNER}/evidence", {}), ("/log/evidence", today)):
        parts, report = enclosed(liuhen, client, path, **asked)
        assert states(report)[digest(CONTRACT)] == "lacking", path
        assert "合同（所在事件涉及个人信息，不附）" in parts["summary.zh.txt"].decode()
    (person,) = told["persons"]
    client.done(f"/persons/{person}/erasure", "2024-06-01", ERASURE, evidence=named(LETTER))
    parts, report = enclosed(liuhen, client, f"/units/{OWNER}/evidence")
    assert states(report) == {digest(CONTRACT): "lacking", digest(LETTER): "lacking"}
    assert [name for name in parts if name.startswith("documents/")] == []


def test_too_much_is_refused_before_anything_is_read(
    liuhen: Liuhen, client: Client, project: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store: Any = liuhen.papers.store
    monkeypatch.setattr(bundle_file, "MOST_BYTES", len(APPROVAL) + len(CONTRACT) - 1)
    monkeypatch.setattr(store, "content", lambda sha256: pytest.fail(f"{sha256} was read"))
    answer = client.get(f"/projects/{project}/evidence", documents=True)
    assert (answer.status_code, answer.json()["type"]) == (413, "/problems/too-large")
    assert "不附材料" in answer.json()["detail"]


def test_the_command_encloses(
    liuhen: Liuhen,
    client: Client,
    app: FastAPI,
    project: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LIUHEN_DATABASE_URL", liuhen.conninfo)
    monkeypatch.setenv("LIUHEN_DATA_DIR", str(liuhen.settings.data_dir))
    monkeypatch.setattr("api.cli_service.configure_logging", lambda level: None)
    token = tmp_path / "token"
    token.write_text(client.headers["Authorization"].removeprefix("Bearer "), encoding="ascii")
    keys = [word for key in policy_of(liuhen).log for word in ("--key", key)]
    with serving(liuhen, app) as address:
        for name, source in (("here", []), ("there", ["--service", address, "--token-file", token, *keys])):
            file = tmp_path / f"{name}.zip"
            done = liuhen_command("evidence", "project", project, "--with-documents", "-o", file, *source)
            assert done.exit_code == 0, done.output
            assert parts_of(file.read_bytes())[f"documents/{digest(CONTRACT)}"] == CONTRACT
            assert f"《合同》{digest(CONTRACT)}" in done.output
            again = liuhen_command("evidence", "project", project, "--with-documents", "-o", file, *source)
            assert (again.exit_code, "never replaced" in again.output) == (2, True)
    assert sorted(p.name for p in tmp_path.glob("*.zip*")) == ["here.zip", "there.zip"]
    assert sorted(p.name for p in tmp_path.glob(".*zip*")) == []
    store: Any = liuhen.papers.store
    monkeypatch.setattr(type(store), "content", lambda self, sha256: iter([b"x"]))
    lost = liuhen_command("evidence", "project", project, "--with-documents", "-o", tmp_path / "lost.zip")
    assert lost.exit_code == 0, lost.output
    assert "not enclosed" in lost.output
