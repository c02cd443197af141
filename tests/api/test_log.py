"""The verifiable log over HTTP: what tlog-tiles asks for, proofs that verify, and who may read."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from starlette.testclient import TestClient

from infrastructure.bootstrap import Liuhen
from infrastructure.tlog.checkpoint import Checkpoint
from infrastructure.tlog.note import open_note
from infrastructure.tlog.operator_key import operator_verifiers
from infrastructure.tlog.suite import SHA256_ED25519
from infrastructure.tlog.tiles import decode_bundle
from infrastructure.tlog.tree import root, verify_consistency, verify_inclusion
from tests.api.conftest import Client
from tests.tlog.sequencing import record


@pytest.fixture
def log(http: TestClient, liuhen: Liuhen) -> TestClient:
    at: dict[object, int] = {}
    record(liuhen.ledger, [n % 5 for n in range(260)], at)
    liuhen.sequencer.catch_up()
    record(liuhen.ledger, range(10), {**at, **dict.fromkeys(range(5, 10), 0)})
    liuhen.sequencer.catch_up()
    return http


def hashes(answer: object) -> list[bytes]:
    return [base64.b64decode(h) for h in answer.json()["hashes"]]  # type: ignore[attr-defined]


def test_a_stranger_checks_the_log(log: TestClient, liuhen: Liuhen) -> None:
    note = log.get("/v1/log/checkpoint")
    assert note.headers["content-type"].startswith("text/plain")
    assert note.headers["cache-control"] == "public, max-age=1"
    keys = operator_verifiers(liuhen.settings.data_dir, liuhen.settings.division)
    stated = Checkpoint.parse(open_note(note.content, keys).text)
    full = log.get("/v1/log/tile/entries/000")
    part = log.get("/v1/log/tile/entries/001.p/14")
    assert "immutable" in full.headers["cache-control"]
    leaves = SHA256_ED25519.leaf_hashes(decode_bundle(full.content) + decode_bundle(part.content))
    assert (stated.size, stated.root) == (270, root(SHA256_ED25519, leaves))
    assert log.get("/v1/log/tile/0/000").content == b"".join(leaves[:256])
    assert "immutable" in log.get("/v1/log/tile/1/000.p/1").headers["cache-control"], "of this width it never changes"
    assert part.headers["cache-control"] == "public, max-age=1", "made of rows"
    again = log.get("/v1/log/tile/0/000", headers={"If-None-Match": full.headers["etag"]})
    assert again.status_code == 200
    etag = again.headers["etag"]
    assert log.get("/v1/log/tile/0/000", headers={"If-None-Match": f'"x", {etag}'}).status_code == 304
    answer = log.get("/v1/log/proof/inclusion", params={"position": 257})
    verify_inclusion(SHA256_ED25519, 256, 270, leaves[256], hashes(answer), stated.root)
    old = Checkpoint.parse(open_note(log.get("/v1/log/checkpoints/260").content, keys).text)
    verify_consistency(SHA256_ED25519, 260, 270, hashes(log.get("/v1/log/proof/consistency", params={"old": 260})), old.root, stated.root)  # fmt: skip


@pytest.mark.parametrize(
    "path",
    ["tile/0/001", "tile/0/1", "tile/0/001.p/256", "tile/0/001.p/15", "tile/entries/002", "tile/x", "checkpoints/5",
     "proof/inclusion?position=271", "proof/inclusion?position=1&size=999", "proof/consistency?old=300", "proof/consistency?old=5&new=4"],
)  # fmt: skip
def test_what_is_not_there_is_not_found(log: TestClient, path: str) -> None:
    assert log.get(f"/v1/log/{path}").status_code == 404


def test_nothing_is_signed_yet(http: TestClient) -> None:
    for path in ("checkpoint", "tile/0/000", "tile/entries/000", "proof/inclusion?position=1", "status"):
        assert http.get(f"/v1/log/{path}").status_code == 404


def test_an_inclusion_proof_takes_two_round_trips(
    log: TestClient, liuhen: Liuhen, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    execute = psycopg.Connection.execute

    def counted(conn: psycopg.Connection[Any], query: Any, *parameters: Any, **options: Any) -> Any:
        asked.append(query)
        return execute(conn, query, *parameters, **options)

    monkeypatch.setattr(psycopg.Connection, "execute", counted)
    liuhen.tree.inclusion(100)
    assert len([q for q in asked if q]) == 2


def test_the_status_page(log: TestClient, liuhen: Liuhen, auditor: Client) -> None:
    told = log.get("/v1/log/status").json()
    assert (told["size"], told["lag_events"], told["active"], told["failure"]) == (270, 0, False, None)
    assert {g["name"] for g in told["hardening"]} >= {"roles", "triggers", "functions"}
    assert all("detail" not in g for g in told["hardening"])
    liuhen.sequencer.failure = "树不符 the tree disagrees"
    ready = log.get("/readyz")
    assert (ready.status_code, ready.json()["failing"]) == (503, ["sequencer"])


def test_a_closed_log_is_read_with_a_token_only(log: TestClient, liuhen: Liuhen, auditor: Client) -> None:
    closed = replace(liuhen, settings=liuhen.settings.model_copy(update={"log_public": False}))
    log.app.state.liuhen = closed  # type: ignore[attr-defined]
    assert log.get("/v1/log/checkpoint").status_code == 401
    answer = auditor.get("/log/tile/0/000")
    assert (answer.status_code, "immutable" in answer.headers["cache-control"]) == (200, True)
    for path in ("/log/tile/0/000", "/log/checkpoint"):
        kept_by = auditor.get(path).headers["cache-control"].split(",")[0]
        assert kept_by == "private", "a shared cache would answer who has no token"
