"""Papers over HTTP: handed in once, named by digest, given to who may see them, and never in part."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer
from starlette.testclient import TestClient
from typer.testing import CliRunner

from api import cli_documents
from domain.recorded import Role
from infrastructure.bootstrap import Liuhen, papers_of
from infrastructure.documents.papers import Papers
from infrastructure.documents.stores import DocumentStoreError, store_named
from infrastructure.issuer import Holder, Issuer
from tests.api.conftest import Client, app, auditor, client, evaluator, http, issuer

__all__ = ["app", "auditor", "client", "evaluator", "http", "issuer"]

PAPER = b"%PDF-1.7\n" + "立项批复".encode()
DIGEST = hashlib.sha256(PAPER).hexdigest()


def hand_in(client: Client, content: bytes = PAPER, digest: str = DIGEST, **headers: str) -> Any:
    return client.http.put(f"/v1/documents/{digest}", content=content, headers={**client.headers, **headers})


def fetched(client: Client, digest: str = DIGEST) -> Any:
    return client.http.get(f"/v1/documents/{digest}", headers=client.headers)


def here(client: Client, digest: str = DIGEST) -> int:
    return client.http.head(f"/v1/documents/{digest}", headers=client.headers).status_code


def left_over(liuhen: Liuhen) -> list[str]:
    folder = liuhen.papers.store.incoming
    return [left.name for left in folder.glob("*")]


@pytest.fixture
def project(client: Client) -> str:
    client.enrol()
    return str(client.file()["subject"])


def name_it(client: Client, project: str, title: str = "立项 批复.pdf") -> None:
    evidence = [{"sha256": DIGEST, "title": title}]
    client.done(f"/projects/{project}/sharing", "2019-01-20", SHARING, evidence=evidence)


SHARING = {
    "needs": [{"provider": "公安局", "resource": "户籍信息"}],
    "provides": [{"name": "业务数据", "share_type": "UNCONDITIONAL"}],
}


def test_handed_in_once_and_named_afterwards(
    client: Client, auditor: Client, evaluator: Client, liuhen: Liuhen, project: str
) -> None:
    assert here(client) == 404
    first, again = hand_in(client), hand_in(client)
    assert (first.status_code, again.status_code, here(auditor)) == (201, 200, 200)
    assert first.json() == again.json()
    assert first.json() | {"received_at": ""} == {
        "sha256": DIGEST,
        "size": len(PAPER),
        "media_type": "application/pdf",
        "received_at": "",
    }
    assert fetched(client).content == PAPER
    assert fetched(auditor).status_code == 404  # nothing names it yet
    name_it(client, project)
    liuhen.engine.catch_up()
    got = fetched(evaluator)
    assert (got.content, got.headers["content-type"], got.headers["etag"]) == (PAPER, "application/pdf", f'"{DIGEST}"')
    assert got.headers["content-disposition"].startswith(
        f"attachment; filename=\"{DIGEST}\"; filename*=UTF-8''%E7%AB%8B"
    )
    assert "sandbox" in got.headers["content-security-policy"]
    assert got.headers["x-content-type-options"] == "nosniff"
    [row] = auditor.get(f"/projects/{project}/documents").json()["items"]
    assert (row["sha256"], row["kept"], row["title"], row["topic"]) == (
        DIGEST,
        True,
        "立项 批复.pdf",
        "project.sharing_declared",
    )
    assert left_over(liuhen) == []


def test_a_paper_that_is_named_and_kept_elsewhere_is_listed_as_such(
    client: Client, auditor: Client, liuhen: Liuhen, project: str
) -> None:
    name_it(client, project)
    liuhen.engine.catch_up()
    [row] = auditor.get(f"/projects/{project}/documents").json()["items"]
    assert (row["kept"], row["size"]) == (False, None)
    assert fetched(auditor).status_code == 404


def test_whoever_knows_only_the_digest_does_not_get_the_paper(client: Client, evaluator: Client) -> None:
    hand_in(client)
    assert (here(evaluator), fetched(evaluator).status_code) == (200, 404)
    assert hand_in(evaluator, b"").status_code == 422
    assert fetched(evaluator).status_code == 404
    assert hand_in(evaluator).status_code == 200  # it has the paper itself
    assert fetched(evaluator).content == PAPER


@pytest.mark.parametrize(
    ("content", "headers", "pointer"),
    [
        (PAPER + b"x", {}, "/path/sha256"),
        (PAPER[:-1], {}, "/path/sha256"),
        (PAPER, {"Content-Type": "image/png"}, "/header/content-type"),
    ],
)
def test_what_is_not_what_was_said_is_not_kept(
    client: Client, liuhen: Liuhen, content: bytes, headers: dict[str, str], pointer: str
) -> None:
    answer = hand_in(client, content, **headers)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/paper")
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert (here(client), left_over(liuhen)) == (404, [])


def test_kinds_that_are_not_taken_here(client: Client, liuhen: Liuhen) -> None:
    page = b"<script>alert(1)</script>"
    answer = hand_in(client, page, hashlib.sha256(page).hexdigest(), **{"Content-Type": "text/html"})
    assert answer.status_code == 422
    liuhen.papers._kinds = frozenset({"image/png"})
    assert "application/pdf" in hand_in(client).json()["detail"]


@pytest.mark.parametrize("streamed", [False, True])
def test_too_much_is_refused_while_it_comes_in(client: Client, liuhen: Liuhen, *, streamed: bool) -> None:
    liuhen.papers.most_bytes = 1000
    content = b"%PDF-" + b"x" * 5_000_000
    pieces = (content[n : n + 10_000] for n in range(0, len(content), 10_000))
    answer = client.http.put(f"/v1/documents/{DIGEST}", content=pieces if streamed else content, headers=client.headers)
    assert (answer.status_code, answer.json()["type"], left_over(liuhen)) == (413, "/problems/too-large", [])


@pytest.mark.parametrize("name", ["..%2f..%2fetc%2fpasswd", "A" * 64, "0" * 63, "%00" * 64, "g" * 64])
def test_a_name_that_is_no_digest_leads_nowhere(client: Client, liuhen: Liuhen, name: str) -> None:
    for method in ("PUT", "GET", "HEAD"):
        answer = client.http.request(method, f"/v1/documents/{name}", headers=client.headers)
        assert answer.status_code in {404, 405, 422}
    assert not liuhen.papers.store.incoming.parent.exists()


def test_titles_are_only_data(client: Client, auditor: Client, liuhen: Liuhen, project: str) -> None:
    hand_in(client)
    name_it(client, project, '../../"x"; filename=evil.exe\u202e')
    liuhen.engine.catch_up()
    told = fetched(auditor).headers["content-disposition"]
    assert told.startswith(f"attachment; filename=\"{DIGEST}\"; filename*=UTF-8''..%2F..%2F%22x%22%3B")


def test_a_classified_project_refuses_papers(client: Client, auditor: Client, liuhen: Liuhen) -> None:
    client.enrol()
    hand_in(client)
    secret: dict[str, Any] = {"name": "", "estimate": None, "plan_item": "", "classified": True}
    project = client.file("2019-01-05", **secret, secrecy_document_no="保密〔2019〕1号")["subject"]
    refused = client.post(
        f"/projects/{project}/approval",
        "2019-02-20",
        {"document_no": "源审[2019]1号", "approver": "主管部门"},
        evidence=[{"sha256": DIGEST, "title": "批复"}],
    )
    assert refused.status_code == 409
    assert "G15" in json.dumps(refused.json()["findings"])


def test_a_paper_altered_in_the_store_is_never_given_as_whole(client: Client, liuhen: Liuhen) -> None:
    hand_in(client)
    store: Any = liuhen.papers.store
    paper = liuhen.papers.find(DIGEST)
    assert paper is not None
    assert liuhen.papers.examine(paper) is None
    place: Path = store._place(DIGEST)
    place.write_bytes(PAPER[:-1] + b"!")
    assert liuhen.papers.examine(paper) == "altered"
    with pytest.raises(Exception, match=DIGEST):
        TestClient(client.http.app).get(f"/v1/documents/{DIGEST}", headers=client.headers)
    place.unlink()
    assert liuhen.papers.examine(paper) == "missing"
    assert fetched(client).status_code == 503
    assert hand_in(client).status_code == 200  # brings it back
    assert fetched(client).content == PAPER


def test_a_full_disk_keeps_nothing_and_says_so(client: Client, liuhen: Liuhen, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "link", full)
    answer = hand_in(client)
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/document-store")
    assert answer.headers["retry-after"] == "10"
    assert (here(client), left_over(liuhen)) == (404, [])


def test_what_a_dead_process_left_is_tidied(liuhen: Liuhen) -> None:
    folder = liuhen.papers.store.incoming
    folder.mkdir(parents=True)
    (folder / "old").write_bytes(b"x")
    (folder / "new").write_bytes(b"x")
    os.utime(folder / "old", (1, 1))
    liuhen.papers.tidy()
    assert left_over(liuhen) == ["new"]


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An S3-compatible service on loopback."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    boto3.client("s3", endpoint_url=endpoint).create_bucket(Bucket="papers")
    yield endpoint
    server.stop()


@pytest.mark.filterwarnings("ignore")  # of the stand-in's own parts
def test_papers_in_a_bucket(client: Client, liuhen: Liuhen, bucket: str) -> None:
    settings = liuhen.settings.model_copy(
        update={"document_store": "s3://papers/county", "document_s3_endpoint": bucket}
    )
    papers: Papers = papers_of(settings, liuhen.pool)
    liuhen.papers.store = papers.store
    assert hand_in(client).status_code == 201
    kept = boto3.client("s3", endpoint_url=bucket).list_objects_v2(Bucket="papers")["Contents"]
    assert [k["Key"] for k in kept] == [f"county/{DIGEST[:2]}/{DIGEST[2:]}"]
    assert fetched(client).content == PAPER
    assert papers.store.content("0" * 64) is None
    gone = store_named("s3://nowhere", liuhen.settings.data_dir, bucket)
    with pytest.raises(DocumentStoreError):
        gone.keep(DIGEST, Path(__file__))


def test_a_unit_that_handed_a_paper_in_gets_it_whatever_its_roles(liuhen: Liuhen, http: TestClient) -> None:
    token = Issuer(liuhen.settings.data_dir).issue(Holder("unit", "某局", frozenset({Role.OWNER_UNIT})), days=1)
    unit = Client(http, token)
    assert hand_in(unit).status_code == 201
    assert fetched(unit).content == PAPER


def test_the_command_names_every_fault(client: Client, liuhen: Liuhen, monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def running() -> Iterator[Liuhen]:
        yield liuhen

    monkeypatch.setattr(cli_documents, "service", running)
    hand_in(client)
    run = CliRunner().invoke
    assert run(cli_documents.app, ["check"]).exit_code == 0
    store: Any = liuhen.papers.store
    store._place(DIGEST).unlink()
    found = run(cli_documents.app, ["check"])
    assert (found.exit_code, "missing" in found.output) == (1, True)
