"""Every route against every role: what the table of docs/authority.md says, and nothing else (A6, A21)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api import authority_table
from api.authority import ROUTES, rule_of
from domain.recorded import Role
from infrastructure.issuer import Holder, Issuer
from tests.api.test_closed import concrete
from tests.described import published

DOCUMENT = published()
ROWS = list(authority_table.allowed(DOCUMENT))
PUBLIC = "承诺"
"""What is seen of the log by everybody (tests/api/test_log.py)."""
ENDLESS = "/v1/feed/stream"
"""Answers for as long as it is listened to; only who is refused is tried."""


def test_the_page_is_the_table() -> None:
    page = Path(__file__).parents[2] / "docs" / "authority.md"
    assert page.read_text(encoding="utf-8") == authority_table.page(DOCUMENT) + "\n", "run make docs"


def test_a_route_without_a_rule_fails() -> None:
    unruled: dict[str, Any] = {"paths": {**DOCUMENT["paths"], "/v1/secrets/{name}": {"get": {}}}}
    with pytest.raises(authority_table.UnruledRouteError, match="GET /v1/secrets"):
        list(authority_table.allowed(unruled))
    assert rule_of("GET", "/debug") is rule_of("GET", "/v1") is rule_of("GET", "/v1/") is None


def test_no_rule_is_left_over() -> None:
    paths = [tuple(path.split("/")[2:]) for _, path, _, _ in ROWS]
    paths += [(method, *path.split("/")[2:]) for method, path, _, _ in ROWS]
    assert [key for key in ROUTES if not any(p[: len(key)] == key for p in paths)] == []


@pytest.mark.parametrize("role", authority_table.ORDER)
def test_a_role_may_use_what_the_table_says(http: TestClient, issuer: Issuer, role: Role) -> None:
    token = issuer.issue(Holder("one", "某单位", frozenset({role})), days=1)
    wrong = []
    for method, path, roles, seen in ROWS:
        if roles is None or seen.startswith(PUBLIC) or (path == ENDLESS and role in roles):
            continue
        body: dict[str, Any] | None = {} if method == "POST" else None
        answer = http.request(method, concrete(path), json=body, headers={"Authorization": f"Bearer {token}"})
        if (answer.status_code == 403) == (role in roles) or answer.status_code in {401, 500}:
            wrong.append((method, path, answer.status_code))
    assert wrong == []


def test_nothing_is_open_to_an_account_without_a_role(http: TestClient, issuer: Issuer) -> None:
    headers = {"Authorization": f"Bearer {issuer.issue(Holder('one', '某单位', frozenset()), days=1)}"}
    for method, path, roles, seen in ROWS:
        if roles is not None and not seen.startswith(PUBLIC):
            body: dict[str, Any] | None = {} if method == "POST" else None
            answer = http.request(method, concrete(path), json=body, headers=headers)
            assert answer.status_code in {403, 415}, path  # 415: not even looked at whose it is
