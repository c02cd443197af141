"""A24, A21: no answer is kept by a cache or shown in a frame, and nothing is open that the inventory does not list."""

from __future__ import annotations

import pytest

from api.answer_headers import page_policy
from infrastructure.bootstrap import Liuhen
from tests.api.conftest import APPROVAL, Client
from tests.stages import OWNER


def test_private_answers_are_kept_nowhere(client: Client, auditor: Client) -> None:
    client.enrol()
    project = client.file()["subject"]
    answers = [
        who.get(path)
        for who in (client, auditor)
        for path in (
            f"/projects/{project}",
            f"/projects/{project}/history",
            f"/units/{OWNER}",
            "/rule-sets",
            "/nowhere",
        )
    ]
    answers.append(client.post(f"/projects/{project}/progress", "2019-03-01", {"percent": 1}))
    answers.append(client.post(f"/projects/{project}/approval", "2019-03-01", APPROVAL))
    answers.append(Client(client.http, None).get(f"/projects/{project}"))
    answers.append(
        client.get(f"/units/{OWNER}", headers={"If-None-Match": client.get(f"/units/{OWNER}").headers["etag"]})
    )
    for answer in answers:
        assert answer.headers["cache-control"] == "no-store"
        varies = [v.strip() for v in answer.headers["vary"].split(",")]
        assert {"Authorization", "Accept-Language"} <= set(varies)
        assert len(varies) == len(set(varies))


def test_every_answer_is_guarded(client: Client) -> None:
    client.enrol()
    for answer in (
        client.get("/rule-sets"),
        client.get("/nowhere"),
        client.post("/units", "2018-10-01", {}),
        client.http.get("/livez"),
        client.http.get("/docs"),
        client.http.get("/problems"),
        client.http.get("/openapi.json"),
        client.http.get(f"/v1/{'x' * 9000}"),
    ):
        headers = answer.headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "no-referrer"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "'unsafe-inline'" not in headers["content-security-policy"].split("style-src")[0]
        assert headers["x-request-id"]
        assert "server" not in headers
        assert "strict-transport-security" not in headers


def test_browsers_are_told_to_insist_on_tls_only_where_there_is_tls(
    client: Client, liuhen: Liuhen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(liuhen.settings, "tls", True)
    assert client.http.get("/livez").headers["strict-transport-security"] == "max-age=31536000"


def test_the_scripts_of_a_page_are_named_by_their_digests() -> None:
    policy = page_policy("<script src='/x.js'></script><script>a()</script>").decode()
    assert "'sha256-" in policy
    assert policy != page_policy("<script>b()</script>").decode()


@pytest.mark.parametrize(
    "path",
    [
        "/redoc",
        "/debug",
        "/admin",
        "/v0/projects",
        "/v2/projects",
        "/.env",
        "/.git/config",
        "/actuator",
        "/console",
        "/swagger.json",
        "/static-offline-docs/../../etc/passwd",
        "/static-offline-docs/%2e%2e/%2e%2e/core.py",
        "/v1/../docs/../.env",
    ],
)
def test_nothing_else_is_open(client: Client, path: str) -> None:
    answer = client.http.get(path)
    assert answer.status_code in {401, 404}, answer.text[:200]
    for method in ("TRACE", "CONNECT", "PROPFIND", "PUT", "DELETE", "PATCH"):
        assert client.http.request(method, path).status_code in {401, 404, 405}
