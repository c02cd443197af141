"""Nothing is open by accident: every route against no token, wrong tokens, and every role."""

from __future__ import annotations

import base64
import hmac
import json
import time
from dataclasses import replace
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OKPKey
from starlette.testclient import TestClient

from api.acts import ROLES
from api.authority import STEP_ROLES
from domain.recorded import Role
from infrastructure.bootstrap import Liuhen
from infrastructure.issuer import ALGORITHM, AUDIENCE, ISSUER, Holder, Issuer
from tests.api.conftest import Client
from tests.described import published
from tests.stages import OWNER

OPEN = {"/livez", "/readyz", "/metrics", "/problems", "/problems/{kind}"}
TOKENS = "/oauth/token"
"""Asks for the client's own secret (tests/identity/test_keys.py)."""
PUBLIC = "/v1/log/"
"""Commitments, without content: open while the setting log_public is on (tests/api/test_log.py)."""
DOCUMENT = published()
ROUTES = [(method.upper(), path) for path, methods in DOCUMENT["paths"].items() for method in methods]
IMPORTS = "/v1/imports/{mapping}"
WEBHOOKS = "/v1/webhooks"
"""Each account has its own (tests/webhooks)."""
IMPORT_JOBS = "/v1/import-jobs"
"""Each account has its own, and each row is held to the roles of its act (tests/api/test_import_jobs.py)."""
BATCH = "/v1/batch"
"""Each of its rows is held to the roles of its act (tests/api/test_batch.py)."""
IDENTITY = "00000000-0000-0000-0000-000000000001"


@pytest.fixture
def liuhen(unwritten: Liuhen) -> Liuhen:
    return unwritten


def concrete(path: str) -> str:
    """A path of the document with something in each of its places."""
    for name in ("subject", "project_id", "system_id"):
        path = path.replace("{" + name + "}", IDENTITY)
    return (
        path.replace("{uscc}", OWNER)
        .replace("{account}", "somebody")
        .replace("{mapping}", "world-bank")
        .replace("{rule_set_id}", "x")
        .replace("{scheme_id}", "x")
        .replace("{name}", "register")
        .replace("{size}", "1")
        .replace("{position}", "1")
        .replace("{path}", "0/000")
        .replace("{webhook_id}", IDENTITY)
        .replace("{job_id}", IDENTITY)
        .replace("{sha256}", "a" * 64)
        .replace("{topic}", "project.filed")
        .replace("{version}", "1")
    )


def test_there_are_routes_to_close() -> None:
    assert len(ROUTES) > 50


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_without_a_token_every_route_is_closed(http: TestClient, method: str, path: str) -> None:
    public = path.startswith(PUBLIC)
    if public:  # where it is switched off, these are closed like all others
        liuhen = http.app.state.liuhen  # type: ignore[attr-defined]
        closed = liuhen.settings.model_copy(update={"log_public": False})
        http.app.state.liuhen = replace(liuhen, settings=closed)  # type: ignore[attr-defined]
    answer = http.request(method, concrete(path), json={} if method == "POST" else None)
    if path == TOKENS:
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    elif path in OPEN:
        assert answer.status_code in {200, 503} or (path == "/problems/{kind}" and answer.status_code == 404)
    else:
        assert answer.status_code == 401
        assert method == "HEAD" or answer.json()["type"] == "/problems/not-authenticated"
        assert answer.headers["www-authenticate"].startswith("Bearer")


def test_routes_outside_the_document_are_closed_or_only_documentation(http: TestClient) -> None:
    documented = {path for _, path in ROUTES}
    for route in http.app.routes:  # type: ignore[attr-defined]
        path = getattr(route, "path", "")
        if path and path not in documented:
            assert path in {"/docs", "/openapi.json", "/docs/oauth2-redirect", "/static-offline-docs"}, path


def forged(**changes: Any) -> dict[str, Any]:
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "x",
        "org": "x",
        "roles": ["AUDITOR"],
        "exp": int(time.time()) + 60,
    }
    return {k: v for k, v in {**claims, **changes}.items() if v is not None}


def signed(issuer: Issuer, claims: dict[str, Any]) -> str:
    return jwt.encode({"alg": ALGORITHM}, claims, issuer._key, algorithms=[ALGORITHM])


def test_the_forger_is_right_otherwise(http: TestClient, issuer: Issuer) -> None:
    assert Client(http, signed(issuer, forged())).get("/rule-sets").status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": 1},
        {"exp": None},
        {"aud": "another"},
        {"aud": None},
        {"iss": "another"},
        {"sub": None},
        {"roles": ["KING"]},
        {"roles": None},
        {"nbf": 32503680000},
    ],
)
def test_wrong_claims_are_refused(http: TestClient, issuer: Issuer, changes: dict[str, Any]) -> None:
    assert Client(http, signed(issuer, forged(**changes))).get("/rule-sets").status_code == 401


def test_wrong_signatures_and_algorithms_are_refused(http: TestClient, issuer: Issuer) -> None:
    def part(value: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    none = f"{part({'alg': 'none'})}.{part(forged())}."
    # HS256 with the public key as the secret: the confusion of key kinds.
    message = f"{part({'alg': 'HS256'})}.{part(forged())}"
    mac = hmac.digest(issuer._key.as_pem(private=False), message.encode(), "sha256")
    confused = f"{message}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"
    stranger = OKPKey.generate_key("Ed25519", private=True)
    foreign = jwt.encode({"alg": ALGORITHM}, forged(), stranger, algorithms=[ALGORITHM])
    good = signed(issuer, forged())
    tampered = good.split(".")[0] + "." + part(forged(roles=["SMART_OFFICE"])) + "." + good.split(".")[2]
    for token in (none, confused, foreign, tampered, "x", "a.b.c", ""):
        assert Client(http, token or "-").get("/rule-sets").status_code == 401, token[:20]


@pytest.mark.parametrize("role", list(Role))
def test_a_role_may_do_what_the_table_says_and_nothing_else(http: TestClient, issuer: Issuer, role: Role) -> None:
    client = Client(http, issuer.issue(Holder("one", "某单位", frozenset({role})), days=1))
    for path, operations in DOCUMENT["paths"].items():
        roles = operations.get("post", {}).get(ROLES)
        if roles is not None:
            status = client.post(concrete(path).removeprefix("/v1"), "2019-01-01").status_code
            assert (status == 403) == (role not in roles), (path, status)


def test_every_step_of_the_table_has_its_routes_and_every_act_its_roles() -> None:
    acts = {
        path: o["post"]
        for path, o in DOCUMENT["paths"].items()
        if "post" in o
        and path not in {IMPORTS, BATCH, TOKENS}
        and not path.startswith(("/v1/projections/", WEBHOOKS, IMPORT_JOBS, PUBLIC))
    }
    written = {tuple(act[ROLES]) for act in acts.values()}
    assert written == {roles for step, roles in STEP_ROLES.items() if step != "importing"}


def test_the_actor_is_the_holder_and_cannot_be_said(client: Client) -> None:
    answer = client.post("/units", "2018-10-01", {}, actor={"account": "x", "organisation": "y", "role": "FINANCE"})
    assert answer.status_code == 422
    assert "/actor" in {e["pointer"] for e in answer.json()["errors"]}


def test_only_administrators_run_the_views(client: Client) -> None:
    for path, methods in DOCUMENT["paths"].items():
        if path.startswith("/v1/projections/"):
            for method in methods:
                body = {"position": 1, "reason": "x"} if path.endswith("discard") else None
                answer = client.http.request(method.upper(), concrete(path), json=body, headers=client.headers)
                assert (answer.status_code, answer.json()["type"]) == (403, "/problems/not-allowed"), path
